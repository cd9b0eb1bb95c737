"""Recording with every rule of the lawfulness test, beside recording without the test."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Final

from tests.support import funds as files
from tests.support import ledgers

if TYPE_CHECKING:
    from tests.support import databases
    from tests.support.ledgers import Ledger

ROUNDS, SPENDINGS = 12, 100
MORE_MAX: Final = 1.5
"""With the test, recording takes at most this many times as long."""

BOTH: Final = """
[[mandate]]
code = "worker"
per_spending = "500.00"
per_year = "1000000.00"
[[category]]
code = "food"
[[budget]]
party = "a"
year = 2026
amount = "1000000.00"
"""
TERMS: Final = """
[lawfulness]
receipt_within_days = 14
record_within_days = 7
area = ["a", "b"]
procurement_threshold = "1000.00"
"""


def test_the_lawfulness_test_costs_recording_at_most_half_as_much_again(
    server: databases.Sqlite | databases.Postgresql,
) -> None:
    with server.new() as without, server.new() as with_test:
        plain, tested = _opened(without, BOTH), _opened(with_test, BOTH + TERMS)
        _analyze(without, with_test)
        ratios = []
        for _ in range(ROUNDS):
            taken = _timed(plain)
            ratios.append(_timed(tested) / taken)

    ratio = statistics.median(ratios)
    print(f"\n{server.dialect}: {ratio:.2f} times as long with the test; {sorted(ratios)}")
    assert ratio <= MORE_MAX


def _opened(database: databases.Database, more: str) -> Ledger:
    ledger = ledgers.opened(
        database.engine,
        files.agreement(parties="a 1, b 2", contributions="a 2026-01-15 900000.00", more=more),
    )
    ledger.receive(900_000_00, id="paid-in")
    ledger.grant("worker.1", "professional", mandate="worker")
    ledger.reserve(100_00, id="hold", case="K1", organisation="a", who="worker.1")
    _record(ledger)  # what a process does once
    return ledger


def _analyze(*there: databases.Database) -> None:
    """Have PostgreSQL look at what there is, as it does by itself within a minute."""
    for database in there:
        if database.dialect == "postgresql":
            with database.owner.begin() as connection:
                connection.exec_driver_sql("ANALYZE")


def _timed(ledger: Ledger) -> float:
    start = time.perf_counter()
    _record(ledger)
    return time.perf_counter() - start


def _record(ledger: Ledger) -> None:
    """Record spendings on forty cases, one in ten of which says what it departs from."""
    for number in range(SPENDINGS):
        ledger.record(
            12_34 + ledger.made,
            case=f"K{ledger.made % 40}",
            category="food",
            home="b",
            domain="housing",
            payee="landlord",
            professional="worker.1",
            receipt=f"r-{ledger.made}",
            purpose="a roof",
            departs_from="debt rules" if number % 10 == 0 else None,
        )
