"""Picking an effect on a spending that is on record."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, people, store, trail
from ledger.errors import Conflict, Missing, shortened
from ledger.savings import catalogues, choosing, on_record, withdrawals
from ledger.savings.choosing import Picked
from ledger.spendings import UnknownSpending
from ledger.tables import CaseFile, EffectPick, Spending

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.effects.schema import Catalogue, Effect
    from ledger.savings.on_record import LastPick, Spent

_PICK: Final = store.table(EffectPick)
_SPENDING: Final = store.table(Spending)
_CASE: Final = store.table(CaseFile)
_CARRYING: Final = (
    select(
        _SPENDING.c.id.label("spending"),
        _PICK.c.effect,
        _PICK.c.catalogue,
        _CASE.c.holder.label("case_holder"),
    )
    .join_from(
        _PICK,
        _SPENDING,
        (_SPENDING.c.fund_id == _PICK.c.fund_id) & (_SPENDING.c.sequence == _PICK.c.spending),
    )
    .outerjoin(
        _CASE,
        (_CASE.c.fund_id == _SPENDING.c.fund_id) & (_CASE.c.sequence == _SPENDING.c.case_number),
    )
    .where(
        _PICK.c.fund_id == bindparam("fund_id"),
        _PICK.c.sequence <= bindparam("frozen"),
        _PICK.c.carried_by.is_(None),
        _PICK.c.effect.is_not(None),
        ~withdrawals.is_withdrawn(_PICK.c.fund_id, _PICK.c.sequence, frozen=bindparam("frozen")),
    )
    .order_by(_PICK.c.sequence)
)


class TakesNoEffect(Conflict):
    """The spending is a correction, or was taken back: it avoids nothing."""

    slug = "takes-no-effect"


class EffectPickedAlready(Conflict):
    """Another effect was picked on the spending."""

    slug = "effect-picked-already"


class SavedAlready(Conflict):
    """What the spending is expected to save is on record as plain amounts."""

    slug = "saved-already"


class UnknownEffect(Missing):
    """The catalogue of that day has no such effect, or there is no catalogue of that day."""

    slug = "unknown-effect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """A pick that carries its effect: id of the spending, code, version, holder of the case."""

    spending: str
    effect: str
    catalogue: int
    case_holder: str | None


def pick(session: Session, fund: str, spending: str, effect: str, *, act: Act) -> Picked:
    """Pick the effect that a spending is expected to have.

    A spending has one effect. Where the pick that carries it was taken back with its
    spending, the same effect may be picked anew, and then counts with this one. Where the
    board withdrew it, any that stands may.

    Args:
        session: Of the act.
        fund: Code of the fund.
        spending: Id.
        effect: Code, in the catalogue of the day the money was spent.
        act: Who picks, and when.

    Returns:
        What was picked; ``known`` where the same was picked before, which changes nothing.

    Raises:
        RoleNeeded: Whoever acts may not pick.
        UnknownSpending: There is no such spending.
        UnknownEffect: There is no such effect that day.
        Withdrawn: The board withdrew it.
        EffectPickedAlready: Another effect was picked on it.
        SavedAlready: It has savings that were recorded as amounts.
        TakesNoEffect: It is a reversal or refund, or was reversed.
    """
    known = funds.known(session, fund)
    end = trail.lock(session, fund)
    people.require(session, known.id, act, roles_=people.MAY_RECORD, on=act.day(known.timezone))
    spent = of_id(session, fund, known.id, spending)
    last = on_record.last_pick(session, known.id, spent.sequence)
    if last is not None and last.counts:
        return _the_same(session, known.id, spent, last, effect)
    _refuse(session, known.id, spent, last, effect)
    catalogue, found = _find(session, known.id, spent, effect)
    chosen = choosing.choice(spent, found, catalogue, known.agreements)
    return choosing.write(end, [chosen], act=act)[0]


def of_id(session: Session, fund: str, fund_id: int, spending: str) -> Spent:
    """Return a spending as picks look at it.

    Raises:
        UnknownSpending: There is none.
    """
    found = on_record.spent(session, fund_id, [spending]).get(spending)
    if found is None:
        raise UnknownSpending(f"there is no spending {spending!r}", fund=fund, id=spending)
    return found


def carrying(session: Session, fund_id: int, *, frozen: int) -> list[Carrying]:
    """Return the picks up to a sequence that carry an effect, neither erased nor withdrawn."""
    rows = session.connection().execute(_CARRYING, {"fund_id": fund_id, "frozen": frozen})
    return [Carrying(**row._mapping) for row in rows]  # noqa: SLF001 - how SQLAlchemy names it


def _the_same(session: Session, fund_id: int, spent: Spent, last: LastPick, effect: str) -> Picked:
    """Return what was picked before; once erased, any effect is the same."""
    if last.effect not in {None, effect}:
        raise EffectPickedAlready(
            f"spending {spent.id!r} has another effect already; what is recorded never changes: "
            "reverse the spending and record it anew",
            id=spent.id,
        )
    there = on_record.saved(session, fund_id, [spent.sequence]).get(spent.sequence)
    return Picked(
        spending=spent.id,
        status="known",
        number=last.sequence,
        carried_by=last.carried_by,
        savings_cents=there.cents if there else {},
    )


def _refuse(
    session: Session, fund_id: int, spent: Spent, last: LastPick | None, effect: str
) -> None:
    if spent.takes_none is not None:
        raise TakesNoEffect(
            f"spending {spent.id!r} takes no effect, because {spent.takes_none}; pick it on "
            "what was spent and stands",
            id=spent.id,
        )
    stands = last is not None and not last.is_withdrawn
    if last is not None and stands and last.effect not in {None, effect}:
        raise EffectPickedAlready(
            f"spending {spent.id!r} has another effect already; only the same can be picked anew, "
            "because what carried it was reversed",
            id=spent.id,
        )
    if not stands and on_record.saved(session, fund_id, [spent.sequence]):
        raise SavedAlready(
            f"what spending {spent.id!r} is expected to save is on record as amounts; an effect "
            "would count it twice",
            id=spent.id,
        )


def _find(session: Session, fund_id: int, spent: Spent, effect: str) -> tuple[Catalogue, Effect]:
    day = spent.spent_on
    catalogue = catalogues.of_days(session, fund_id, {day}).get(day)
    if catalogue is None:
        raise UnknownEffect(
            f"on {day} the fund has no catalogue of effects; file one that is valid then",
            day=day.isoformat(),
        )
    found = catalogue.find(effect)
    if found is None:
        codes = [each.code for each in catalogue.effect]
        close = get_close_matches(effect, codes, n=1)
        instead = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(codes)}"
        raise UnknownEffect(
            f"{shortened(effect)!r} is no effect of catalogue version "
            f"{catalogue.catalogue.version}, which speaks of {day}; {instead}",
            effect=effect,
            version=catalogue.catalogue.version,
        )
    choosing.refuse_withdrawn(session, fund_id, catalogue, found)
    return catalogue, found
