"""Spendings that another one may be like: of the same case, or with the same receipt."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from ledger import store
from ledger.lawfulness import marks
from ledger.tables import Particulars, Receipt, Spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlmodel import Session

    from ledger.cases import Numbers
    from ledger.orders import Order

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)
_REVERSAL: Final = _SPENDING.alias("reversal")
_IS_REVERSED: Final = (
    select(_REVERSAL.c.sequence)
    .where(_REVERSAL.c.fund_id == _SPENDING.c.fund_id, _REVERSAL.c.reverses == _SPENDING.c.sequence)
    .exists()
)
_CHUNK: Final = 5_000
_OF_CASES: Final = select(
    *(
        _SPENDING.c[name]
        for name in ("sequence", "id", "spent_on", "amount_cents", "category", "case_number")
    ),
    _SPENDING.c.person_id,
).where(
    _SPENDING.c.fund_id == bindparam("fund_id"),
    _SPENDING.c.case_number.in_(bindparam("cases", expanding=True)),
    _SPENDING.c.amount_cents > 0,
    ~_IS_REVERSED,
)
_PAYEES: Final = select(_PARTICULARS.c.sequence, _PARTICULARS.c.payee).where(
    _PARTICULARS.c.fund_id == bindparam("fund_id"),
    _PARTICULARS.c.sequence.in_(bindparam("numbers", expanding=True)),
)
_SAME_RECEIPTS: Final = (
    select(_RECEIPT.c.fingerprint, _SPENDING.c.id, _SPENDING.c.sequence)
    .join_from(
        _RECEIPT,
        _SPENDING,
        (_SPENDING.c.fund_id == _RECEIPT.c.fund_id) & (_SPENDING.c.sequence == _RECEIPT.c.spending),
    )
    .where(
        _RECEIPT.c.fund_id == bindparam("fund_id"),
        _RECEIPT.c.fingerprint.in_(bindparam("fingerprints", expanding=True)),
        ~_IS_REVERSED,
    )
    .order_by(_SPENDING.c.sequence)
)


class Earlier(NamedTuple):
    """A spending of a case: money that was spent and not taken back."""

    number: int
    id: str
    spent_on: date
    amount_cents: int
    category: str
    person: UUID | None


@dataclass(slots=True, kw_only=True)
class Similar:
    """Spendings on record, and those that the act adds.

    Args:
        session: Of the act.
        fund_id: The fund.
        of_case: Spendings by the number of their case, in order.
        payees: Of those whose payee is known, by number.
        receipts: Numbers and ids of spendings by the fingerprint of their receipt, in order.
        taken_back: Numbers of those that the act takes back: nothing to be like any more.
    """

    session: Session
    fund_id: int
    of_case: defaultdict[int, list[Earlier]] = field(default_factory=lambda: defaultdict(list))
    payees: dict[int, str | None] = field(default_factory=dict)
    receipts: defaultdict[bytes, list[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    taken_back: set[int] = field(default_factory=set)

    def add(self, order: Order, row: Mapping[str, Any]) -> None:
        """Add what is recorded."""
        number = row["sequence"]
        if row["reverses"] is not None:
            self.taken_back.add(row["reverses"])
        if row["amount_cents"] <= 0:
            return
        if row["case_number"] is not None:
            self.of_case[row["case_number"]].append(_earlier(row))
            self.payees[number] = order.payee
        if order.receipt is not None:
            mark = marks.fingerprint(self.fund_id, order.receipt)
            self.receipts[mark].append((number, order.id))

    def same_receipt(self, order: Order) -> str | None:
        """Return the id of the first spending with the receipt of an order."""
        if order.receipt is None:
            return None
        found = self.receipts.get(marks.fingerprint(self.fund_id, order.receipt), ())
        return next((id_ for number, id_ in found if number not in self.taken_back), None)

    def same_payment(self, order: Order, row: Mapping[str, Any]) -> str | None:
        """Return the id of the first spending with the payee, amount and case of an order."""
        if order.payee is None or row["case_number"] is None:
            return None
        alike = [each for each in self._of_case(row) if each.amount_cents == order.amount_cents]
        self._read_payees(each.number for each in alike)
        return next((each.id for each in alike if self.payees[each.number] == order.payee), None)

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
            self.payees[row.sequence] = row.payee


def _earlier(row: Mapping[str, Any] | RowMapping) -> Earlier:
    return Earlier(
        number=row["sequence"],
        id=row["id"],
        spent_on=row["spent_on"],
        amount_cents=row["amount_cents"],
        category=row["category"],
        person=row["person_id"],
    )


def read(session: Session, fund_id: int, asked: Sequence[Order], numbers: Numbers) -> Similar:
    """Return the spendings that orders may be like.

    Args:
        session: Of the act.
        fund_id: The fund.
        asked: The orders.
        numbers: Of their cases, those that are on record.
    """
    found = Similar(session=session, fund_id=fund_id)
    cases = sorted({numbers.known[each.case] for each in asked if each.case in numbers.known})
    fingerprints = sorted(
        {marks.fingerprint(fund_id, each.receipt) for each in asked if each.receipt is not None}
    )
    connection = session.connection()
    for first in range(0, len(cases), _CHUNK):
        values = {"fund_id": fund_id, "cases": cases[first : first + _CHUNK]}
        for row in connection.execute(_OF_CASES, values).mappings():
            found.of_case[row["case_number"]].append(_earlier(row))
    for each in found.of_case.values():
        each.sort()
    for mark, number, id_ in with_receipts(session, fund_id, fingerprints):
        found.receipts[mark].append((number, id_))
    return found


def with_receipts(
    session: Session, fund_id: int, fingerprints: Sequence[bytes]
) -> Iterator[tuple[bytes, int, str]]:
    """Yield the spendings with these receipts: fingerprint, number and id, the first first."""
    for first in range(0, len(fingerprints), _CHUNK):
        values = {"fund_id": fund_id, "fingerprints": fingerprints[first : first + _CHUNK]}
        for row in session.connection().execute(_SAME_RECEIPTS, values):
            yield row.fingerprint, row.sequence, row.id
