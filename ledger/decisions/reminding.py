"""Reminders of receipts: who is asked for one today, and that they were. They never block.

Somebody is reminded one day after the term for a receipt and one day after twice the term,
and then no more. A spending needs none where money came back, where it was reversed, where
its particulars were erased, and where the agreement of its day has no term.

Source:
    The phone app, Microcopy ("Receipt within 14 days. We will remind you").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import funds, people, store, trail
from ledger.decisions import asked, terms
from ledger.tables import Particulars, Person, Receipt, ReceiptReminder, Spending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Select
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known

_SPENDING: Final = store.table(Spending)
_REVERSAL: Final = _SPENDING.alias("reversal")
_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)
_PERSON: Final = store.table(Person)
_FIRST: Final = store.table(ReceiptReminder).alias("first")
_SECOND: Final = store.table(ReceiptReminder).alias("second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A receipt that somebody is reminded of.

    Args:
        spending: Number of the spending; ``id`` is its id.
        who: Handle of who spent it; ``None`` where no person did.
        nth: 1 or 2.
        due_on: From which day on.
    """

    spending: int
    id: str
    spent_on: date
    recorded_on: date
    amount_cents: int
    organisation: str
    who: str | None
    nth: int
    due_on: date


class Sent(NamedTuple):
    """That reminders were sent: the number of the act, ``None`` where there were none, and they."""

    number: int | None
    reminders: list[Due]


def due(session: Session, fund: str, *, on: date) -> list[Due]:
    """Return whom to remind on a day, the longest overdue first.

    Raises:
        UnknownFund: There is no such fund.
    """
    return _due(session, funds.known(session, fund), on)


def sent(session: Session, fund: str, *, act: Act) -> Sent:
    """Record that the reminders that are due were sent, today.

    Args:
        session: Of the act.
        fund: Code of the fund.
        act: Who sent them, and when.

    Raises:
        RoleNeeded: Whoever acts is not of finance.
    """
    end = trail.lock(session, fund)
    today = act.day(end.timezone)
    people.require(session, end.fund_id, act, roles_=people.MAY_KEEP, on=today)
    reminders = _due(session, funds.known(session, fund), today)
    if not reminders:
        return Sent(None, [])
    told = sorted((each.spending, each.nth) for each in reminders)
    body = {
        "reminded_on": today.isoformat(),
        "reminders": [{"spending": spending, "nth": nth} for spending, nth in told],
    }
    event = end.append(act, "receipts.reminded", body)
    end.write([event])
    place = {"fund_id": end.fund_id, "sequence": event["sequence"], "reminded_on": today}
    rows = [place | {"spending": spending, "nth": nth} for spending, nth in told]
    store.insert(session, ReceiptReminder, rows)
    return Sent(event["sequence"], reminders)


def _due(session: Session, known: Known, on: date) -> list[Due]:
    rows = session.connection().execute(_question(known.id, on))
    return sorted(_reminders(known, rows, on), key=lambda each: (each.due_on, each.spending))


def _reminders(known: Known, rows: Any, on: date) -> Iterator[Due]:
    for row in rows:
        agreed = asked.in_force(known, row.spent_on).lawfulness
        if agreed is None or agreed.receipt_within_days is None:
            continue
        before = () if row.first is None else (row.first,)
        due_on = terms.reminder_due(row.recorded_on, agreed.receipt_within_days, before)
        if due_on is not None and due_on <= on:
            yield Due(
                spending=row.sequence,
                id=row.id,
                spent_on=row.spent_on,
                recorded_on=row.recorded_on,
                amount_cents=row.amount_cents,
                organisation=row.organisation,
                who=row.handle,
                nth=len(before) + 1,
                due_on=due_on,
            )


def _question(fund_id: int, on: date) -> Select[Any]:
    """Return the question for spendings without a receipt, with when they were reminded of it."""
    mine = _SPENDING.c
    reversed_ = select(_REVERSAL.c.sequence).where(
        _REVERSAL.c.fund_id == mine.fund_id, _REVERSAL.c.reverses == mine.sequence
    )
    received = select(_RECEIPT.c.sequence).where(
        _RECEIPT.c.fund_id == mine.fund_id, _RECEIPT.c.spending == mine.sequence
    )
    return (
        select(
            *(mine.sequence, mine.id, mine.spent_on, mine.recorded_on, mine.amount_cents),
            *(mine.organisation, _PERSON.c.handle, _FIRST.c.reminded_on.label("first")),
        )
        .join(
            _PARTICULARS,
            (_PARTICULARS.c.fund_id == mine.fund_id) & (_PARTICULARS.c.sequence == mine.sequence),
        )
        .outerjoin(_PERSON, _PERSON.c.id == mine.person_id)
        .outerjoin(_FIRST, _nth(_FIRST, 1))
        .outerjoin(_SECOND, _nth(_SECOND, 2))
        .where(
            mine.fund_id == fund_id,
            mine.amount_cents > 0,
            mine.recorded_on < on,
            _PARTICULARS.c.receipt.is_(None),
            _PARTICULARS.c.salt.is_not(None),  # else it was erased, receipt and all
            _SECOND.c.nth.is_(None),
            ~reversed_.exists(),
            ~received.exists(),
        )
    )


def _nth(reminder: Any, nth: int) -> Any:
    return (
        (reminder.c.fund_id == _SPENDING.c.fund_id)
        & (reminder.c.spending == _SPENDING.c.sequence)
        & (reminder.c.nth == nth)
    )
