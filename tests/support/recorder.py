"""A process that records one spending after another, and says each once it is committed.

``python -m tests.support.recorder URL FUND NAME`` prints an id a line until it is killed.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import count

from api import clock
from ledger import people, spendings, store
from ledger.acts import Act
from ledger.orders import Order
from tests.support import databases


def record_until_killed(url: str, fund: str, name: str) -> None:
    engine = databases.opened(url)
    for number in count(1):
        with store.writing(engine) as session:
            act = Act(actor=people.by_handle(session, "administrator"), at=clock.now())
            order = Order(
                id=f"{name}-{number}",
                spent_on=date(2026, 1, 15),
                amount_cents=number,
                category="rent",
                organisation="a",
                case=f"{name}-{number % 7}",
                payee="landlord",
            )
            spendings.record(session, fund, [order], act=act)
        sys.stdout.write(f"{order.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    record_until_killed(*sys.argv[1:])
