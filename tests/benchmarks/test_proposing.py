"""Proposing a settlement from the ledger: how long a million spendings take.

By default fewer are settled, and counted up to a million; ``OVERBRUG_BENCHMARK=full`` settles
a million. Time is what this process and the database server worked: on a machine that does
nothing else that is what it takes at most, and on a busy one it stays the same.
"""

from __future__ import annotations

import os
import random
import resource
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledger import store
from ledger.periods import Period
from reports.exports import settlement_files
from settlement import proposals
from settlement.drafts import Choices
from tests.benchmarks.test_settle import AGREEMENT, PARTIES, parties
from tests.support import ledgers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.orders import Order
    from tests.support import databases
    from tests.support.ledgers import Ledger

SPENDINGS = 1_000_000 if os.environ.get("OVERBRUG_BENCHMARK") == "full" else 100_000
AT_A_TIME, ROUNDS = 10_000, 2
QUARTER = Period(date(2026, 1, 1), date(2026, 4, 1))
MILLION_SECONDS = 30
MEGABYTES = 2_500
"""Of the process at its highest, everything included."""


class _TakenBackError(Exception):
    """What was proposed is taken back, so that it can be proposed again."""


@dataclass(frozen=True, kw_only=True)
class Took:
    """Seconds: by the clock, that this process worked, and that the database server did."""

    wall: float
    here: float
    there: float

    @property
    def worked(self) -> float:
        return self.here + self.there


def test_proposing_a_million_spendings_takes_less_than_30_seconds(
    server: databases.Sqlite | databases.Postgresql,
) -> None:
    with server.new() as database:
        ledger = _recorded(database)
        took = min((_proposed(ledger) for _ in range(ROUNDS)), key=lambda each: each.worked)

    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    million = 1_000_000 / SPENDINGS
    print(
        f"\n{server.dialect}: {took.wall * million:.1f} s a million spendings, of which this "
        f"process worked {took.here * million:.1f} s and the server {took.there * million:.1f} s; "
        f"{megabytes:.0f} MB"
    )
    assert took.worked * million < MILLION_SECONDS
    assert megabytes < MEGABYTES


def _recorded(database: databases.Database) -> Ledger:
    draw = random.Random(1)  # noqa: S311 - no secret
    agreement = AGREEMENT + "".join(parties(draw))
    ledger = ledgers.opened(database.engine, agreement.encode()).at("2026-04-02")
    start = time.perf_counter()
    for _ in range(SPENDINGS // AT_A_TIME):
        ledger.record_all([_order(ledger, draw) for _ in range(AT_A_TIME)])
    each = (time.perf_counter() - start) / SPENDINGS
    print(f"\n{database.dialect}: {each * 1e3:.2f} ms to record a spending of {AT_A_TIME}")
    return ledger


def _order(ledger: Ledger, draw: random.Random) -> Order:
    return ledger.order(
        draw.randint(100, 200_000),
        spent_on=QUARTER.start + timedelta(days=draw.randint(0, 89)),
        category=f"c{draw.randint(0, 9)}",
        case=f"K{draw.randint(0, SPENDINGS // 3)}",
        organisation=draw.choice(PARTIES),
        domain="housing",
        payee="landlord",
    )


def _proposed(ledger: Ledger) -> Took:
    """Propose a settlement and take it back again."""
    wall, here, there = time.perf_counter(), time.process_time(), _server_worked(ledger)
    with store.reading(ledger.engine) as session:
        draft = proposals.prepare(session, ledger.fund, Choices(period=QUARTER))
    assert len(draft.settled.lines) == SPENDINGS
    try:
        with store.writing(ledger.engine) as session:
            proposals.propose(session, draft, act=ledger.act(), record=settlement_files.record)
            raise _TakenBackError  # noqa: TRY301 - after the writing, which is what is timed
    except _TakenBackError:
        return Took(
            wall=time.perf_counter() - wall,
            here=time.process_time() - here,
            there=_server_worked(ledger) - there,
        )


def _server_worked(ledger: Ledger) -> float:
    """Return how long the processes of the database server worked, if it runs here."""
    if ledger.engine.dialect.name == "sqlite":
        return 0.0
    with ledger.engine.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    own = Path(f"/proc/{backend}/stat")
    if not own.exists():
        return 0.0
    parent = _numbers(own)[1]
    ticks = sum(sum(each[11:13]) for each in _children(parent))
    ended = sum(_numbers(Path(f"/proc/{parent}/stat"))[13:15])
    return (ticks + ended) / os.sysconf("SC_CLK_TCK")


def _children(parent: int) -> Iterator[list[int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            numbers = _numbers(stat)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if numbers[1] == parent:
            yield numbers


def _numbers(stat: Path) -> list[int]:
    """Return the columns of a process after its name: state (as 0), parent, and so on."""
    _, after = stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)
    return [0, *map(int, after.split()[1:])]
