"""What the rules look at: one spending, and what the fund knows of it then. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from ledger.agreement.schema import Agreement, Lawfulness
    from ledger.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What was left before a spending, in cents; ``None`` where nothing limits it.

    Args:
        per_spending: The most that the mandate of whoever spent gives at a time.
        person: Of the year's mandate of whoever spent.
        organisation: Of what the council authorised the organisation for the year.
        fund: Of the pool.
    """

    per_spending: int | None = None
    person: int | None = None
    organisation: int | None = None
    fund: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """Earlier spendings that this one is like.

    Args:
        same_receipt: Id of one with the same receipt.
        same_payment: Id of one with the same payee, amount and case.
        close: Others of the same person, case and category within the days of the rule on
            splitting: how many, and their amounts together in cents.
    """

    same_receipt: str | None = None
    same_payment: str | None = None
    close: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A spending that is recorded, and what the fund knows at that moment.

    Args:
        order: What was asked to be recorded.
        recorded_on: The day on which it was received.
        agreement: The version that counts on the day spent; the last one where that ended.
        terms: Its parameters of the test.
        again: Whether it stands in the place of a spending that is on record.
        rooms: What was left before it.
        like: What it is like.
        payee_is_known: Whether the payee is somebody who acts in the fund.
        usual_cents: What nine in ten spendings of the category stay at or below; ``None``
            where there are too few.
    """

    order: Order
    recorded_on: date
    agreement: Agreement
    terms: Lawfulness
    again: bool = False
    rooms: Rooms = Rooms()
    like: Like = Like()
    payee_is_known: bool = False
    usual_cents: int | None = None

    @property
    def amount(self) -> int:
        """The amount, in cents."""
        return self.order.amount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A spending on record and its receipts, on a day: what the rules about evidence look at.

    Args:
        amount_cents: Of the spending, above zero.
        recorded_on: The day on which it was received.
        booked_on: The day that says which year it belongs to.
        receipts: What each receipt says, in cents; ``None`` where nobody looked.
        terms: Parameters of the test, of the version that counts on the day spent.
        on: The day on which this is looked at.
    """

    amount_cents: int
    recorded_on: date
    booked_on: date
    receipts: tuple[int | None, ...]
    terms: Lawfulness
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A spending on record at a supplier, and what was bought there before in the year.

    Args:
        amount_cents: Of the spending, above zero.
        before_cents: Of those before it, in the order in which they were recorded.
        terms: Parameters of the test, of the version that counts on the day spent.
    """

    amount_cents: int
    before_cents: int
    terms: Lawfulness
