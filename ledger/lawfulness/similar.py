"""Spendings that another one may be like: of the same case, or with the same receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import store
from ledger.lawfulness import payees
from ledger.lawfulness.asked import Earlier
from ledger.tables import Particulars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlmodel import Session

    from ledger.lawfulness.marks import Mark
    from ledger.orders import Order

_PARTICULARS: Final = store.table(Particulars)
_PAYEES: Final = select(_PARTICULARS.c.sequence, _PARTICULARS.c.payee).where(
    _PARTICULARS.c.fund_id == bindparam("fund_id"),
    _PARTICULARS.c.sequence.in_(bindparam("numbers", expanding=True)),
)


@dataclass(slots=True, kw_only=True)
class Similar:
    """Spendings on record, and those that the act adds.

    Args:
        session: Of the act.
        fund_id: The fund.
        mark: Marks receipts.
        of_case: Spendings by the number of their case, in order.
        receipts: Numbers of spendings by the fingerprint of their receipt, in order.
        ids: By number, of those of them that were not taken back before the act.
        payees: As what payees are known, of those that were read, by number.
        taken_back: Numbers of those that the act takes back: nothing to be like any more.
    """

    session: Session
    fund_id: int
    mark: Mark
    of_case: dict[int, list[Earlier]]
    receipts: dict[bytes, list[int]]
    ids: dict[int, str]
    payees: dict[int, str | None] = field(default_factory=dict)
    taken_back: set[int] = field(default_factory=set)

    def add(self, order: Order, row: Mapping[str, Any]) -> None:
        """Add what is recorded."""
        number = row["sequence"]
        if row["reverses"] is not None:
            self.taken_back.add(row["reverses"])
        if row["amount_cents"] <= 0:
            return
        if row["case_number"] is not None:
            self.of_case.setdefault(row["case_number"], []).append(_earlier(row))
            self.payees[number] = payees.known_as(order.payee)
        if order.receipt is not None:
            mark = self.mark(order.receipt)
            self.receipts.setdefault(mark, []).append(number)
            self.ids[number] = order.id

    def same_receipt(self, order: Order) -> str | None:
        """Return the id of the first spending with the receipt of an order."""
        if order.receipt is None:
            return None
        found = self.receipts.get(self.mark(order.receipt), ())
        stand = (each for each in found if each in self.ids and each not in self.taken_back)
        return next((self.ids[each] for each in stand), None)

    def same_payment(self, order: Order, row: Mapping[str, Any]) -> str | None:
        """Return the id of the first spending with the payee, amount and case of an order."""
        payee = payees.known_as(order.payee)
        if payee is None or row["case_number"] is None:
            return None
        alike = [each for each in self._of_case(row) if each.amount_cents == order.amount_cents]
        self._read_payees(each.number for each in alike)
        return next((each.id for each in alike if self.payees[each.number] == payee), None)

    def close(
        self, row: Mapping[str, Any], *, within_days: int, most_cents: int
    ) -> tuple[int, int]:
        """Return how many spendings are close to one, and their cents together.

        Those of the same person, case and category, at most so many days apart, each within
        the limit at a time.
        """
        if row["person_id"] is None or row["case_number"] is None:
            return 0, 0
        amounts = [
            each.amount_cents
            for each in self._of_case(row)
            if (each.person, each.category) == (row["person_id"], row["category"])
            and abs((each.spent_on - row["spent_on"]).days) <= within_days
            and each.amount_cents <= most_cents
        ]
        return len(amounts), sum(amounts)

    def _of_case(self, row: Mapping[str, Any]) -> Iterator[Earlier]:
        for each in self.of_case.get(row["case_number"], ()):
            if each.number not in self.taken_back:
                yield each

    def _read_payees(self, numbers: Iterable[int]) -> None:
        unknown = [each for each in numbers if each not in self.payees]
        if not unknown:
            return
        self.payees |= dict.fromkeys(unknown)
        asked = {"fund_id": self.fund_id, "numbers": unknown}
        for row in self.session.connection().execute(_PAYEES, asked):
            self.payees[row.sequence] = payees.known_as(row.payee)


def _earlier(row: Mapping[str, Any]) -> Earlier:
    return Earlier(
        number=row["sequence"],
        id=row["id"],
        spent_on=row["spent_on"],
        amount_cents=row["amount_cents"],
        category=row["category"],
        person=row["person_id"],
    )
