"""What came of an effect: recorded beside what was expected, never over it.

An effect that counts with another spending of the case is one event: what came of it is
written on the pick that carries it, whichever of its spendings is named. The last
observation counts. It changes no bill: one tap must not move money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, people, store, trail
from ledger.errors import Conflict, Missing, Mistake, WrongInput, shortened
from ledger.savings import on_record, picks
from ledger.tables import Observation

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.savings.on_record import LastPick, Spent

OUTCOMES: Final = ("yes", "partly", "no", "unknown")

_OBSERVATION: Final = store.table(Observation)
_OF_PICK: Final = (
    select(_OBSERVATION)
    .where(_OBSERVATION.c.fund_id == bindparam("fund_id"), _OBSERVATION.c.pick == bindparam("pick"))
    .order_by(_OBSERVATION.c.sequence)
)


class NothingPicked(Missing):
    """No effect was picked on the spending, so that nothing can have come of it."""

    slug = "nothing-picked"


class TakenBack(Conflict):
    """The spending was reversed, and its effect with it."""

    slug = "taken-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What came of an effect, as it was seen on a day.

    Args:
        number: Of the observation.
        pick: Number of the pick that carries the effect.
        outcome: One of ``OUTCOMES``.
        observed_on: The day.
        status: ``observed`` or, the same again that day, ``known``.
    """

    number: int
    pick: int
    outcome: str
    observed_on: date
    status: str = "known"


def observe(session: Session, fund: str, spending: str, outcome: str, *, act: Act) -> Observed:
    """Record what came of the effect that was picked on a spending.

    Args:
        session: Of the act.
        fund: Code of the fund.
        spending: Id of a spending with that effect.
        outcome: One of ``OUTCOMES``.
        act: Who saw it, and when: today.

    Raises:
        WrongInput: That is no outcome.
        RoleNeeded: Whoever acts may not say so.
        UnknownSpending: There is no such spending.
        NothingPicked: It has no effect.
        TakenBack: It was reversed.
    """
    if outcome not in OUTCOMES:
        what = f"{shortened(outcome)!r} is not one of {', '.join(OUTCOMES)}"
        raise WrongInput([Mistake("outcome", what)])
    known = funds.known(session, fund)
    end = trail.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, known.id, act, roles_=people.MAY_RECORD, on=today)
    spent = picks.of_id(session, fund, known.id, spending)
    pick = carrying(_picked(session, known.id, spent))
    before = of_pick(session, known.id, pick)
    if before and (before[-1].outcome, before[-1].observed_on) == (outcome, today):
        return before[-1]
    row = {"pick": pick, "outcome": outcome, "observed_on": today}
    event = end.append(act, "effect.observed", row | {"observed_on": today.isoformat()})
    end.write([event])
    number = event["sequence"]
    store.insert(session, Observation, [{"fund_id": known.id, "sequence": number, **row}])
    return Observed(number=number, pick=pick, outcome=outcome, observed_on=today, status="observed")


def carrying(last: LastPick) -> int:
    """Return the number of the pick that an observation is about."""
    return last.sequence if last.carrier is None or last.is_stranded else last.carrier


def of_pick(session: Session, fund_id: int, pick: int) -> list[Observed]:
    """Return what was observed of a pick, the last at the end."""
    rows = session.connection().execute(_OF_PICK, {"fund_id": fund_id, "pick": pick})
    return [
        Observed(
            number=row.sequence, pick=row.pick, outcome=row.outcome, observed_on=row.observed_on
        )
        for row in rows
    ]


def _picked(session: Session, fund_id: int, spent: Spent) -> LastPick:
    last = on_record.last_pick(session, fund_id, spent.sequence)
    if last is None:
        raise NothingPicked(
            f"no effect was picked on spending {spent.id!r}; pick one first", id=spent.id
        )
    if spent.takes_none is not None:
        raise TakenBack(
            f"spending {spent.id!r} was reversed, and its effect with it; name a spending of the "
            "case that stands",
            id=spent.id,
        )
    return last
