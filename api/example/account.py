"""The pool's bank account in the example year: what a bank would have shown of it.

The bank knows what was paid, not what was recorded: of a payment that was recorded twice it
shows one, and of a wrong amount the right one. What settlements paid it reads in the
ledger; all else follows from the acts of the year.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from api.example import hours, staff
from api.example.deeds import Done, Explained, Imported, Received, Recorded, Reversed
from api.example.material import material
from api.example.quarters import QUARTERS
from api.example.statement_of_account import REFERENCE_MAX, Row, Sheet, written
from ledger.bank_account import payments
from ledger.tables import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from sqlmodel import Session

    from api.example.mishaps import Mishaps
    from ledger.agreement.schema import Agreement
    from ledger.bank_account.payments import Payment
    from ledger.funds import Known
    from ledger.orders import Order
    from ledger.periods import Period

FEE_CENTS: Final = 29_85
"""What the bank takes for the account, each quarter; no spending of the fund."""

_CONTRIBUTED: Final = "Inleg overbruggingskrediet"
_PAID: Final = "Betaalpas"
_BACK: Final = "Terugbetaling"
_FEE: Final = "Kosten van de rekening"
_FETCHED_AFTER: Final = 12  # days


def of_year(done: Sequence[Done], mishaps: Mishaps, agreement: Agreement) -> Iterator[Done]:
    """Yield how each quarter's statement is imported, and what it shows besides explained.

    Args:
        done: All else that was done in the year.
        mishaps: What went otherwise than it should.
        agreement: Of the fund, for account numbers.
    """
    ibans = {party.code: party.iban for party in agreement.party}
    # The pool's account is the account holder's own; it pays in from another one.
    ibans[agreement.agreement.account_holder] = None
    rows = [*_told(done, mishaps, ibans), *(_fee(quarter) for quarter in QUARTERS)]
    who = staff.finance(staff.HOLDER)
    for number, quarter in enumerate(QUARTERS, 1):
        day = hours.worked_from(quarter.until + timedelta(days=_FETCHED_AFTER))
        known = tuple(row for row in rows if row.booked_on < quarter.until)
        imported = Imported(number=number, period=quarter, rows=known)
        yield Done(at=hours.on(day, "08:50"), who=who, deed=imported)
        explained = Explained(reference=_fee(quarter).reference, reason=material().words["fee"])
        yield Done(at=hours.on(day, "08:58"), who=who, deed=explained)


def statement(
    session: Session, known: Known, deed: Imported, agreement: Agreement
) -> tuple[str, bytes]:
    """Return the statement of account of a quarter: a name, and its bytes (camt.053).

    Args:
        session: That sees what settlements paid.
        known: The fund.
        deed: Which statement, and what the year moved until its end.
        agreement: Of the fund, for account numbers.
    """
    ibans = {party.code: party.iban for party in agreement.party}
    told = [*deed.rows, *_paid(session, known, ibans, deed.period.until)]
    rows = [
        replace(row, reference=row.reference or f"{row.booked_on:%Y%m%d}{number:06d}")
        for number, row in enumerate(sorted(told, key=lambda row: row.booked_on), 1)
    ]
    sheet = Sheet(
        account=str(ibans[agreement.agreement.account_holder]),
        number=deed.number,
        opening_cents=sum(row.amount_cents for row in rows if row.booked_on < deed.period.start),
        first_day=deed.period.start,
        last_day=deed.period.last_day,
        rows=[row for row in rows if row.booked_on >= deed.period.start],
    )
    made_at = datetime.combine(deed.period.until, time(5), tzinfo=UTC)
    return f"q{deed.number}.xml", written([sheet], created_at=made_at)


def _told(done: Sequence[Done], mishaps: Mishaps, ibans: dict[str, str | None]) -> Iterator[Row]:
    """Yield what the acts of a year moved on the account, without the bank's reference."""
    orders = {
        each.deed.order.id: each.deed.order for each in done if isinstance(each.deed, Recorded)
    }
    for each in done:
        match each.deed:
            case Received(receipt=receipt):
                yield Row(
                    booked_on=receipt.received_on,
                    amount_cents=receipt.amount_cents,
                    reference="",
                    iban=ibans[receipt.party],
                    text=_CONTRIBUTED,
                )
            case Recorded(order=order) if order.id not in mishaps.unpaid:
                cents = mishaps.paid_cents.get(order.id, order.amount_cents)
                yield from _by_card(order, order.spent_on, -cents)
            case Reversed(spending=spending, new_id=new_id) if new_id in mishaps.called_off:
                day = each.at.astimezone(hours.LOCAL).date()
                yield from _by_card(orders[spending], day, orders[spending].amount_cents)
            case _:
                pass


def _by_card(order: Order, day: date, cents: int) -> Iterator[Row]:
    """Yield what a spending moved on the account, if the pool paid it."""
    if order.advanced_by == "pool":
        yield Row(
            booked_on=hours.worked_from(day),
            amount_cents=cents,
            reference="",
            text=f"{_PAID if cents < 0 else _BACK} {order.payee}",
        )


def _fee(quarter: Period) -> Row:
    """Return what the bank takes at the end of a quarter."""
    day = hours.worked_until(quarter.last_day)
    return Row(booked_on=day, amount_cents=-FEE_CENTS, reference=f"{day:%Y%m%d}KOSTEN", text=_FEE)


def _paid(
    session: Session, known: Known, ibans: dict[str, str | None], until: date
) -> Iterator[Row]:
    """Yield what settlements paid before a day, in the order of their references."""
    for each in payments.payments(session, known):
        if each.paid is None:
            continue
        day = session.get_one(Event, (known.id, each.paid)).at.astimezone(hours.LOCAL).date()
        if day < until:
            yield Row(
                booked_on=day,
                amount_cents=each.amount_cents,
                reference="",
                iban=ibans[each.party],
                text=each.reference,
                end_to_end=_end_to_end(each),
            )


def _end_to_end(payment: Payment) -> str | None:
    """Return the reference that the account holder gives a payment, where it is not too long."""
    out = payment.amount_cents < 0
    return payment.reference if out and len(payment.reference) <= REFERENCE_MAX else None
