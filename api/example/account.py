"""The pool's bank account in the example year: what a bank would have shown of it.

The bank knows what was paid, not what was recorded: of a payment that was recorded twice it
shows one, and of a wrong amount the right one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from api.example import hours
from api.example.deeds import Received, Recorded, Reversed
from api.example.quarters import QUARTERS
from api.example.statement_of_account import Row, Sheet, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from api.example.year import Year
    from ledger.agreement.schema import Agreement
    from ledger.orders import Order

_CONTRIBUTED: Final = "Inleg overbruggingskrediet"
_PAID: Final = "Betaalpas"
_BACK: Final = "Terugbetaling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a settlement paid to or from an organisation: below zero where it left the account."""

    party: str
    paid_on: date
    amount_cents: int
    reference: str


def statements(
    year: Year, agreement: Agreement, payments: Sequence[Payment]
) -> Iterator[tuple[str, bytes]]:
    """Yield the statement of account of each quarter: a name, and its bytes (camt.053).

    Args:
        year: All that happened.
        agreement: Of the fund, for account numbers.
        payments: What settlements paid.
    """
    ibans = {party.code: party.iban for party in agreement.party}
    # The pool's account is the account holder's own; it pays in from another one.
    pool = str(ibans[agreement.agreement.account_holder])
    ibans[agreement.agreement.account_holder] = None
    told = [*_told(year, ibans), *(_paid(each, ibans) for each in payments)]
    rows = [
        replace(row, reference=f"{row.booked_on:%Y%m%d}{number:06d}")
        for number, row in enumerate(sorted(told, key=lambda row: row.booked_on), 1)
    ]
    opening_cents = 0
    for number, quarter in enumerate(QUARTERS, 1):
        inside = [row for row in rows if quarter.start <= row.booked_on < quarter.until]
        sheet = Sheet(
            account=pool,
            number=number,
            opening_cents=opening_cents,
            first_day=quarter.start,
            last_day=quarter.last_day,
            rows=inside,
        )
        opening_cents = sheet.closing_cents
        made_at = datetime.combine(quarter.until, time(5), tzinfo=UTC)
        yield f"q{number}.xml", written([sheet], created_at=made_at)


def _told(year: Year, ibans: dict[str, str | None]) -> Iterator[Row]:
    """Yield what the acts of a year moved on the account, without the bank's reference."""
    orders, mishaps = {each.id: each.order for each in year.spent}, year.mishaps
    for done in year.done:
        match done.deed:
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
                day = done.at.astimezone(hours.LOCAL).date()
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


def _paid(payment: Payment, ibans: dict[str, str | None]) -> Row:
    return Row(
        booked_on=payment.paid_on,
        amount_cents=payment.amount_cents,
        reference="",
        iban=ibans[payment.party],
        text=payment.reference,
        end_to_end=payment.reference if payment.amount_cents < 0 else None,
    )
