"""No cell of any table changes unseen, and no row appears or disappears: table by table.

A table that is added is tried here too, once one of the two ledgers holds a row of it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select

from ledger.tables.base import METADATA
from tests.support import databases, full_ledger, settled_ledger
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.databases import Database

    Made = tuple[Database, Database]

TABLES: Final = [table.name for table in METADATA.sorted_tables]
OTHERS: Final[dict[type, Callable[[Any], list[Any]]]] = {
    bool: lambda there: [not there],
    int: lambda there: [there + 1, there - 1, there + 1_000],
    str: lambda there: [f"{there}x", "board", "page", "spent", "none", "no", "silent", "paid"],
    bytes: lambda there: [bytes([there[0] ^ 1]) + there[1:]],
    datetime: lambda there: [there + timedelta(microseconds=1)],
    date: lambda there: [there + timedelta(days=1)],
    UUID: lambda there: [UUID(int=there.int + 1)],
    type(None): lambda _: [1, "x", b"x" * 16, date(2027, 1, 1), UUID(int=1)],
}
"""Other values than the one that stands somewhere, by its type; the database may refuse some."""


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """Two ledgers on each kind of database; what tests change in them is undone."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as recorded, server.new() as settled:
        full_ledger.full(recorded.engine)
        settled_ledger.settled(settled.engine)
        yield recorded, settled


def holding(made: Made, table: str) -> Database:
    """Return the ledger that holds rows of a table."""
    for database in made:
        with database.engine.connect() as connection:
            if connection.execute(select(METADATA.tables[table])).first() is not None:
                return database
    raise AssertionError(table)


def test_both_ledgers_fit_as_they_stand(made: Made) -> None:
    for database in made:
        with tampering(database) as them:
            assert [*map(str, them.verify().misfits)] == []


@pytest.mark.parametrize("table", TABLES)
def test_no_cell_changes_unseen(made: Made, table: str) -> None:
    """Of every column an empty cell and one that is not, if there are such."""
    unseen, tried = [], set()

    with tampering(holding(made, table)) as them:
        for column in METADATA.tables[table].c:
            for row in them.rows(table):
                there = getattr(row, column.name)
                if (column.name, there is None) in tried:
                    continue
                for other in [each for each in OTHERS[type(there)](there) if each != there]:
                    found = them.seen_if(table, row, {column.name: other})
                    if found is not None:
                        tried.add((column.name, there is None))
                        unseen += [] if found else [(column.name, row, other)]
                        break

    assert unseen == []
    assert {name for name, _ in tried} == set(METADATA.tables[table].c.keys())


@pytest.mark.parametrize("table", TABLES)
def test_no_row_disappears_unseen(made: Made, table: str) -> None:
    with tampering(holding(made, table)) as them:
        unseen = [row for row in them.rows(table) if not them.seen_if(table, row, None)]

    assert unseen == []


@pytest.mark.parametrize("table", TABLES)
def test_no_row_appears_unseen(made: Made, table: str) -> None:
    """A row like another, under a key that is free."""
    columns = METADATA.tables[table]

    with tampering(holding(made, table)) as them:
        like = them.rows(table)[0]
        for column in columns.primary_key:
            there = getattr(like, column.name)
            for other in OTHERS[type(there)](there):
                assert them.seen_if_added(table, like, {column.name: other}) is not False, column
