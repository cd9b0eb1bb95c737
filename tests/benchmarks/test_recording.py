"""Recording through the use-case, beside the same rows written with the bare driver.

django-hordak is measured where it is installed: ``pip install django-hordak``.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from ledger import store
from ledger.tables import CaseFile, Event, Head, Particulars, Spending, Transfer
from tests.support import ledgers

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.support import databases
    from tests.support.ledgers import Ledger

ROUNDS, SPENDINGS = 8, 100
WRITTEN = (Event, CaseFile, Spending, Particulars, Transfer)
SHARE = 0.25
"""Recording reaches at least this part of the bare rate."""


def test_recording_takes_at_most_four_times_as_long_as_bare_inserts(
    server: databases.Sqlite | databases.Postgresql,
) -> None:
    with server.new() as ours, server.new() as theirs:
        ledger = ledgers.opened(ours.engine)
        bare = _bare(theirs, ledgers.opened(theirs.engine).actor)
        write = next(bare)
        ratios, rates = [], []
        for _ in range(ROUNDS):
            taken = _timed(lambda: _record(ledger))
            rows = _written(ours, last=SPENDINGS)
            plain = _timed(lambda rows=rows: [write(each) for each in rows])  # type: ignore[misc]
            ratios.append(plain / taken)
            rates.append(SPENDINGS / taken)
        bare.close()

    rate, share = statistics.median(rates), statistics.median(ratios)
    print(f"\n{server.dialect}: {rate:.0f} spendings a second, {share:.2f} of the bare rate")
    assert share >= SHARE


def _record(ledger: Ledger) -> None:
    for _ in range(SPENDINGS):
        ledger.record(
            12_34,
            case=f"K{ledger.made % 40}",
            home="b",
            domain="housing",
            payee="landlord",
            purpose="a roof",
            effect="eviction",
        )


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _written(database: databases.Database, *, last: int) -> list[list[tuple[str, dict[str, Any]]]]:
    """Return the rows of the last acts, per act, in the order in which they were written."""
    with database.engine.connect() as connection:
        head = connection.execute(select(store.table(Head))).one()
        acts: dict[int, list[tuple[str, dict[str, Any]]]] = {
            sequence: [] for sequence in range(head.sequence - last + 1, head.sequence + 1)
        }
        for model in WRITTEN:
            table = store.table(model)
            for row in connection.execute(select(table).where(table.c.sequence.in_(list(acts)))):
                acts[row.sequence].append((table.name, row._asdict()))
        for sequence, rows in acts.items():
            (event,) = (row for name, row in rows if name == "event")
            rows.append(("head", {"sequence": sequence, "hash": event["hash"]}))
    return list(acts.values())


def _bare(
    database: databases.Database, actor: UUID
) -> Generator[Callable[[list[tuple[str, dict[str, Any]]]], None]]:
    """Yield what writes an act's rows in one transaction of the bare driver, fully durable."""
    if database.dialect == "sqlite":
        connection: Any = sqlite3.connect(database.engine.url.database or "", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        mark, begin = "?", "BEGIN IMMEDIATE"
    else:
        url = database.url.replace("postgresql+psycopg", "postgresql")
        connection = psycopg.connect(url, autocommit=True)
        mark, begin = "%s", "BEGIN"

    def write(rows: list[tuple[str, dict[str, Any]]]) -> None:
        connection.execute(begin)
        for table, row in rows:
            values = [_plain(*item, actor=actor, dialect=database.dialect) for item in row.items()]
            if table == "head":
                connection.execute(
                    f"UPDATE head SET sequence = {mark}, hash = {mark} WHERE fund_id = 1",  # noqa: S608
                    values,
                )
            else:
                marks = ", ".join([mark] * len(row))
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608
                    values,
                )
        connection.execute("COMMIT")

    try:
        yield write
    finally:
        connection.close()


def _plain(name: str, value: Any, *, actor: UUID, dialect: str) -> Any:
    """Return a value as the bare driver takes it."""
    if name in {"actor_id", "person_id"}:
        value = actor
    if dialect == "postgresql":
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if hasattr(value, "isoformat") else value
