"""The board's tables of the example year: attacked by subtraction, and shown by the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.example import telling
from ledger import funds, store
from reports.board import reading, tables
from settlement import states
from tests.support import commands, example_year, subtraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.board.quarter import Quarter
    from reports.board.tables import Board
    from tests.support.databases import Database, Sqlite


@pytest.fixture(scope="module")
def year(sqlite_server: Sqlite) -> Iterator[Database]:
    with sqlite_server.new() as database:
        example_year.told(database.engine)
        yield database


@pytest.fixture(scope="module")
def quarters(year: Database) -> list[tuple[Quarter, Board]]:
    fund = telling.fund()
    with store.reading(year.engine) as session:
        known = funds.known(session, fund)
        read = [reading.quarter(session, fund, each) for each in states.booked(session, known.id)]
    return [(each, tables.of(each)) for each in read]


def test_unions_of_rows_of_the_example_year_give_nobody_away(
    quarters: list[tuple[Quarter, Board]],
) -> None:
    for quarter, board in quarters:
        found = subtraction.seen(quarter, board)
        plain = [found.tables[table.name] for table in board.partitions]
        for one in plain:
            for other in plain:
                assert [*subtraction.by_unions(one, other, found.case)] == []


def test_no_combination_of_tables_of_the_example_year_rests_on_one_case(
    quarters: list[tuple[Quarter, Board]],
) -> None:
    for quarter, board in quarters:
        found = subtraction.seen(quarter, board)
        assert subtraction.by_algebra(found.rows, dict(enumerate(found.case)), most=1) is None


def test_the_tables_of_the_example_year_would_give_cases_away_unmerged(
    quarters: list[tuple[Quarter, Board]],
) -> None:
    quarter, _ = quarters[0]
    bare = subtraction.unprotected(quarter)

    assert next(subtraction.by_unions(bare.tables["organisation"], bare.tables["home"], bare.case))
    assert subtraction.by_algebra(bare.rows, dict(enumerate(bare.case)), most=1) is not None


def test_the_tables_of_the_example_year_still_tell_something(
    quarters: list[tuple[Quarter, Board]],
) -> None:
    for _, board in quarters:
        assert all(len(table.rows) >= 3 for table in board.partitions)
        assert sum(each.left_out is None for each in board.what_ifs) >= 3


def test_the_command_shows_the_quarter_that_a_day_lies_in(
    year: Database, quarters: list[tuple[Quarter, Board]]
) -> None:
    done = commands.run(
        year, "board", "tables", telling.fund(), "--quarter", "2026-02-14", "--json"
    )

    told = json.loads(done.stdout)
    assert (told["from"], told["until"]) == ("2026-01-01", "2026-04-01")
    assert told["total"]["cases"] == 71
    assert {row["name"] for row in told["tables"]["organisation"]["rows"]} == {
        row.name for row in quarters[0][1].partitions[1].rows
    }


def test_a_quarter_that_is_not_booked_has_no_tables(year: Database) -> None:
    done = commands.run(year, "board", "tables", telling.fund(), "--quarter", "2026-11-01", code=2)

    assert done.stderr.startswith("not-booked: ")


def test_the_command_speaks_to_people(year: Database) -> None:
    done = commands.run(
        year, "board", "tables", telling.fund(), "--quarter", "2026-02-14", "--language", "en"
    )

    assert "By life domain" in done.stdout
    assert "other rows" in done.stdout
