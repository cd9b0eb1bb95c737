"""*Am I covered?*: what stands behind a spending, for whoever made it.

The mandate under which it was spent and what that gives, the decision of the escalation table
that granted its room, and beside each finding the decision that accepted it, or those on which
it may be. That it is covered does not make a
departure anything else than it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, people, rooms, store
from ledger.decisions import granting, grounds, judging, targets
from ledger.lawfulness.recording import in_force
from ledger.spendings import UnknownSpending
from ledger.tables import Particulars, Receipt, Spending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any
    from uuid import UUID

    from sqlmodel import Session

    from ledger.agreement.schema import Mandate
    from ledger.decisions.granting import Granted
    from ledger.decisions.grounds import Offered
    from ledger.decisions.targets import Target
    from ledger.funds import Known

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)
_SPENT: Final = (
    select(
        *(
            _SPENDING.c[name]
            for name in ("sequence", "spent_on", "recorded_on", "amount_cents", "person_id")
        ),
        _PARTICULARS.c.receipt.is_not(None).label("came_with"),
        select(_RECEIPT.c.sequence)
        .where(
            _RECEIPT.c.fund_id == _SPENDING.c.fund_id, _RECEIPT.c.spending == _SPENDING.c.sequence
        )
        .exists()
        .label("came_later"),
    )
    .outerjoin(
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    )
    .where(_SPENDING.c.fund_id == bindparam("fund_id"), _SPENDING.c.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A finding that stands on the spending.

    Args:
        target: The finding, and the decision that accepted it if one did.
        offered: The moratoria, and decision of the table, that it may be accepted on, while
            nobody decided.
    """

    target: Target
    offered: Sequence[Offered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What stands behind a spending.

    Args:
        amount_cents: Of the spending.
        mandates: Of whoever spent it, on the day spent; ``None`` for whoever never had one.
        granted: By which decision of the escalation table it had its room, if by one.
        departures: What it fails, but for internal control.
        receipt_by: The last day for its receipt; ``None`` where it is there, or none is asked.
    """

    amount_cents: int
    mandates: Sequence[Mandate] | None
    granted: Granted | None
    departures: Sequence[Departure]
    receipt_by: date | None

    @property
    def mandate(self) -> Mandate | None:
        """The mandate that gives the most at a time, of those that cover the spending."""
        covering = [
            each
            for each in self.mandates or ()
            if each.per_spending is None or self.amount_cents <= each.per_spending
        ]
        return max(covering, key=_gives, default=None)


def _gives(mandate: Mandate) -> tuple[bool, int]:
    return mandate.per_spending is None, mandate.per_spending or 0


def of(session: Session, fund: str, spending: str) -> Cover:
    """Return what stands behind a spending.

    Raises:
        UnknownFund: There is no such fund.
        UnknownSpending: There is no such spending.
    """
    known = funds.known(session, fund)
    asked = {"fund_id": known.id, "id": spending}
    spent = session.connection().execute(_SPENT, asked).one_or_none()
    if spent is None:
        raise UnknownSpending(f"there is no spending {spending!r}", id=spending)
    return Cover(
        amount_cents=spent.amount_cents,
        mandates=_mandates(session, known, spent.person_id, spent.spent_on),
        granted=granting.of_spendings(session, known.id, [spent.sequence]).get(spent.sequence),
        departures=_departures(session, known, spent.sequence),
        receipt_by=_receipt_by(known, spent),
    )


def _mandates(
    session: Session, known: Known, person: UUID | None, on: date
) -> Sequence[Mandate] | None:
    if person is None:
        return None
    return rooms.mandates(people.last_roles(session, known.id, person), in_force(known, on), on)


def _departures(session: Session, known: Known, number: int) -> list[Departure]:
    found = [
        each
        for each in targets.of_spending(session, known, number)
        if each.ended is None and each.kind != "control"
    ]
    offered = grounds.of_targets(
        session, known.id, [each for each in found if judging.is_open(each)]
    )
    return [
        Departure(
            target=each,
            offered=[one for one in offered.get(each.place, ()) if one.is_decided],
        )
        for each in found
    ]


def _receipt_by(known: Known, spent: Any) -> date | None:
    terms = in_force(known, spent.spent_on).lawfulness
    if terms is None or terms.receipt_within_days is None or spent.amount_cents <= 0:
        return None
    if spent.came_with or spent.came_later:
        return None
    recorded_on: date = spent.recorded_on
    return recorded_on + timedelta(days=terms.receipt_within_days)
