"""Would another grade of evidence have changed who pays?

Per effect every grade is tried on all its picks: savings are worked out again, and the same
lines are weighed and divided once more by the engine's own pages. For comparison only: the
catalogue and the agreement decide the bill. Ladder and positions follow the cost shares
and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger import facts
from ledger.effects import expected
from settlement import exact
from settlement import lines as lines_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.effects.schema import Catalogue, Effect
    from ledger.facts import Savings
    from settlement.engine import Working
    from settlement.lines import Divided

GRADES: Final = range(1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A pick that carries its effect, on a spending of the facts.

    Args:
        spending: Its id. One that is not in the facts, or was spent on a day of which no
            agreement was given, changes nothing.
        effect: Code, in the catalogue.
        catalogue: The version that its saving was worked out with.
        case_holder: Who holds the case, where there is one.
    """

    spending: str
    effect: str
    catalogue: Catalogue
    case_holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPayer:
    """A line that somebody else would have paid; codes of all who bear a share of it."""

    spending: str
    paid_by: tuple[str, ...]
    would_be_paid_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one grade for one effect would have changed.

    Args:
        effect: Code.
        grade: The grade that was tried.
        as_picked: Whether all picks have this grade, so that nothing can change.
        other_payers: Lines that others would have paid, in canonical order.
        differences_cents: Per party what it would have borne more (or, negative, less),
            before the ladder; those who would have borne the same are left out.
    """

    effect: str
    grade: int
    as_picked: bool
    other_payers: tuple[OtherPayer, ...]
    differences_cents: Mapping[str, int]


def sensitivity(working: Working, picks: Sequence[Picked]) -> tuple[Trial, ...]:
    """Try every grade for every effect that was picked.

    Weighs and divides all lines five times per effect.

    Args:
        working: The settlement.
        picks: Those that carry an effect; their savings are among the facts of the settlement.

    Returns:
        Six trials per effect, in the order in which effects were first picked.

    Raises:
        NotCertified: A division could not be proved.
    """
    effects = dict.fromkeys(pick.effect for pick in picks)
    return tuple(
        _try(working, [pick for pick in picks if pick.effect == effect], grade)
        for effect in effects
        for grade in GRADES
    )


def _regraded(working: Working, picks: Sequence[Picked], grade: int) -> Savings:
    """Return the savings had the effects of these picks had another grade."""
    savings, parties = working.facts.savings, working.facts.eras[0].parties
    rows = working.facts.spendings.rows_of([pick.spending for pick in picks])
    more = [
        (rows[pick.spending], parties.index(party), cents)
        for pick in picks
        if pick.spending in rows
        for party, cents in _more(working, pick, rows[pick.spending], grade).items()
    ]
    row, party, cents = np.array(more, dtype=np.int64).reshape(-1, 3).T
    return facts.added_up(
        np.concatenate([savings.spending, row]),
        np.concatenate([savings.party, party]),
        np.concatenate([savings.total_cents, cents]),
        len(parties),
    )


def _try(working: Working, picks: Sequence[Picked], grade: int) -> Trial:
    as_picked = all(_effect(pick).grade == grade for pick in picks)
    tried = working.divided if as_picked else _divided(working, _regraded(working, picks, grade))
    return Trial(
        effect=picks[0].effect,
        grade=grade,
        as_picked=as_picked,
        other_payers=_other_payers(working, tried),
        differences_cents=_differences(working, tried),
    )


def _divided(working: Working, savings: Savings) -> Divided:
    """Weigh and divide the same lines by other savings, as the engine does."""
    others = replace(working.facts, savings=savings)
    weighed = lines_.weigh(others, working.selection)
    return lines_.divide_lines(others, working.selection, weighed, by_category=working.by_category)


def _effect(pick: Picked) -> Effect:
    return pick.catalogue.effect_of(pick.effect)


def _more(working: Working, pick: Picked, row: int, grade: int) -> dict[str, int]:
    """Return what each party would save more on a spending, in cents."""
    known, spendings, effect = working.weighed.known, working.facts.spendings, _effect(pick)
    if (era := int(known.era[row])) < 0:
        return {}
    place = expected.Place(
        organisation=spendings.text("organisation", row) or "",
        home=spendings.text("home", row),
        case_holder=pick.case_holder,
    )
    was, would_be = (
        expected.saving(
            each, catalogue=pick.catalogue, agreement=known.eras[era].agreement, place=place
        ).by_party
        for each in (effect, effect.model_copy(update={"grade": grade}))
    )
    return {party: would_be.get(party, 0) - was.get(party, 0) for party in {**was, **would_be}}


def _other_payers(working: Working, tried: Divided) -> tuple[OtherPayer, ...]:
    settled, parties = working.divided, working.facts.eras[0].parties
    bear, would_bear = (
        [tuple(code for code, weight in zip(parties, vector, strict=True) if weight)
         for vector in divided.vectors]
        for divided in (settled, tried)
    )  # fmt: skip
    return tuple(
        OtherPayer(spending=spending, paid_by=bear[was], would_be_paid_by=would_bear[would_be])
        for spending, was, would_be in zip(
            settled.lines.spending,
            settled.lines.vector.tolist(),
            tried.lines.vector.tolist(),
            strict=True,
        )
        if bear[was] != would_bear[would_be]
    )


def _differences(working: Working, tried: Divided) -> dict[str, int]:
    more = exact.columns(tried.lines.cells_cents - working.divided.lines.cells_cents)
    parties = working.facts.eras[0].parties
    return {party: cents for party, cents in zip(parties, more, strict=True) if cents}
