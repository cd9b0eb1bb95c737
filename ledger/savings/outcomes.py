"""Per effect: what is expected of it, and beside that what was seen of it.

The two are never mixed in one figure: what is expected is an amount, what was seen is how
often. Picks whose spending was reversed, or whose effect was withdrawn, count in neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, store
from ledger.savings.withdrawals import is_withdrawn
from ledger.tables import EffectPick, Observation, Saving, Spending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

_PICK: Final = store.table(EffectPick)
_SPENDING: Final = store.table(Spending)
_REVERSAL: Final = _SPENDING.alias("reversal")
_SAVING: Final = store.table(Saving)
_OBSERVATION: Final = store.table(Observation)
_LATER: Final = _OBSERVATION.alias("later")

_FROM: Final = _PICK.outerjoin(
    _REVERSAL,
    (_REVERSAL.c.fund_id == _PICK.c.fund_id) & (_REVERSAL.c.reverses == _PICK.c.spending),
)
_STANDS: Final = (
    (_PICK.c.fund_id == bindparam("fund_id"))
    & _PICK.c.carried_by.is_(None)
    & _REVERSAL.c.sequence.is_(None)
    & ~is_withdrawn(_PICK.c.fund_id, _PICK.c.sequence)
)
_EXPECTED: Final = (
    select(_PICK.c.effect, _SAVING.c.party, _SAVING.c.amount_cents)
    .select_from(
        _FROM.join(
            _SAVING,
            (_SAVING.c.fund_id == _PICK.c.fund_id) & (_SAVING.c.sequence == _PICK.c.sequence),
        )
    )
    .where(_STANDS)
)
_SEEN: Final = (
    select(_PICK.c.effect, _OBSERVATION.c.outcome)
    .select_from(
        _FROM.outerjoin(
            _OBSERVATION,
            (_OBSERVATION.c.fund_id == _PICK.c.fund_id)
            & (_OBSERVATION.c.pick == _PICK.c.sequence)
            & ~select(_LATER.c.sequence)
            .where(
                _LATER.c.fund_id == _OBSERVATION.c.fund_id,
                _LATER.c.pick == _OBSERVATION.c.pick,
                _LATER.c.sequence > _OBSERVATION.c.sequence,
            )
            .exists(),
        )
    )
    .where(_STANDS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is expected of an effect in a fund, and what was seen of it.

    Args:
        effect: Code; ``None`` for all whose effect was erased.
        picks: How often it counts.
        expected_cents: What that is expected to save, by party.
        observed: How many of these came about, by outcome; the last observation of each.
    """

    effect: str | None
    picks: int
    expected_cents: Mapping[str, int]
    observed: Mapping[str, int]

    @property
    def unobserved(self) -> int:
        """Of how many nobody has said yet what came of them."""
        return self.picks - sum(self.observed.values())


def expected_and_observed(session: Session, fund: str) -> tuple[Outcome, ...]:
    """Return per effect what is expected, and what was seen; plain amounts are left out.

    Args:
        session: That sees one moment.
        fund: Code of the fund.

    Raises:
        UnknownFund: There is no such fund.
    """
    asked = {"fund_id": funds.known(session, fund).id}
    cents: dict[str | None, Counter[str]] = defaultdict(Counter)
    for each in session.connection().execute(_EXPECTED, asked):
        cents[each.effect][each.party] += each.amount_cents
    picks: Counter[str | None] = Counter()
    seen: dict[str | None, Counter[str]] = defaultdict(Counter)
    for row in session.connection().execute(_SEEN, asked):
        picks[row.effect] += 1
        if row.outcome is not None:
            seen[row.effect][row.outcome] += 1
    return tuple(
        Outcome(
            effect=effect,
            picks=picks[effect],
            expected_cents=cents[effect],
            observed=seen[effect],
        )
        for effect in sorted(picks, key=lambda code: (code is None, code or ""))
    )
