"""Verification of everything in a fund: how long a million events take, and how much memory."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

from ledger import store
from ledger.verify import run
from settlement import verifying
from tests.support import ledgers

if TYPE_CHECKING:
    from ledger.orders import Order
    from tests.support import databases
    from tests.support.ledgers import Ledger

SPENDINGS, AT_A_TIME, ROUNDS = 50_000, 10_000, 3
MILLION_SECONDS = 120
"""Of which opening what is sealed, five values a spending, is a quarter."""
MEGABYTES = 20
"""Held at a time by Python, however long the trail is."""


def test_a_million_events_take_less_than_two_minutes(
    server: databases.Sqlite | databases.Postgresql,
) -> None:
    with server.new() as database:
        ledger = ledgers.opened(database.engine)
        for _ in range(SPENDINGS // AT_A_TIME):
            ledger.record_all([_order(ledger) for _ in range(AT_A_TIME)])
        wall, working = map(min, zip(*(_verified(ledger) for _ in range(ROUNDS)), strict=True))
        tracemalloc.start()
        _verified(ledger)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    millions = SPENDINGS / 1_000_000
    print(
        f"\n{server.dialect}: {wall / millions:.0f} s a million events, of which this process "
        f"worked {working / millions:.0f} s; {most / 1e6:.0f} MB"
    )
    assert working / millions < MILLION_SECONDS
    assert most / 1e6 < MEGABYTES


def _order(ledger: Ledger) -> Order:
    return ledger.order(
        12_34,
        case=f"K{ledger.made // 4}",
        home="b",
        domain="housing",
        payee="landlord",
        purpose="a roof",
        advanced_by="b" if ledger.made % 4 else "pool",
    )


def _verified(ledger: Ledger) -> tuple[float, float]:
    """Return how long it took, and how long of that this process worked: others may too."""
    start, worked = time.perf_counter(), time.process_time()
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    assert report.misfits == ()
    return time.perf_counter() - start, time.process_time() - worked
