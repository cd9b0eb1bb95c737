"""What is written beside spendings: receipts that came with them, and what they fail.

With what is taken back, what it failed ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger import store
from ledger.lawfulness import marks, rows, standing
from ledger.tables import Finding, FindingEnd, Receipt

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session

    from ledger.lawfulness.found import Place
    from ledger.lawfulness.marks import Mark
    from ledger.lawfulness.recording import Test
    from ledger.orders import Order

Row = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Beside:
    """Rows beside the spendings of an act.

    Args:
        test: Of the act's orders; ``None`` where no agreement has one.
        mark: Marks receipts.
        failed: Where findings stand on what the act may take back, by number of the spending.
    """

    test: Test | None
    mark: Mark
    failed: dict[int, list[Place]]
    receipts: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    ends: list[Row] = field(default_factory=list)

    def add(self, order: Order, row: Row, body: Row) -> None:
        """Add what stands beside a spending, and to the body of its event what it says of it."""
        fund_id, number = row["fund_id"], row["sequence"]
        if order.receipt is not None:
            body["receipt"] = True
            self.receipts.append(marks.with_spending(row, self.mark(order.receipt)))
        if ended := self.failed.pop(row["reverses"], None):
            body["ended"] = [[*place] for place in ended]
            self.ends += [rows.end(fund_id, place, number, "reversed") for place in ended]
        if self.test is None:
            return
        if failed := self.test.of(order, row):
            body["findings"] = [each.told() for each in failed]
            places = [(number, line) for line in range(1, len(failed) + 1)]
            self.failed[number] = places
            pairs = zip(places, failed, strict=True)
            self.findings += [rows.row(fund_id, place, number, each) for place, each in pairs]
        self.test.similar.add(order, row)

    def spent_from(self, reservation: Any) -> None:
        """Let go of what a reservation held that an order is spent from."""
        if self.test is not None and reservation is not None:
            self.test.free(reservation)

    def write(self, session: Session) -> None:
        """Write the rows."""
        store.insert(session, Receipt, self.receipts)
        store.insert(session, Finding, self.findings)
        store.insert(session, FindingEnd, self.ends)


def failed(session: Session, fund_id: int, taken_back: Collection[int]) -> dict[int, list[Place]]:
    """Return where findings stand on these spendings, by their number."""
    places: dict[int, list[Place]] = {}
    if taken_back:
        for each in standing.of_spendings(session, fund_id, taken_back):
            if each.how is None:
                places.setdefault(each.spending, []).append(each.place)
    return places
