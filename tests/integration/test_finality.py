"""Rows are final: the database itself refuses to change them, whoever asks, the owner too."""

# ruff: noqa: S608 - the names in these statements are those of our own tables
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ledger import store
from ledger.backup import kinds
from ledger.erasing import buckets
from ledger.tables.base import METADATA
from ledger.verify import run
from migrations.running import ERASABLE
from settlement import verifying
from tests.support import erasing, full_ledger, ledgers, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine, Table

    from tests.support.databases import Database

_UUID: Final = "'00000000-0000-0000-0000-000000000007'"

MOVING: Final = {
    "head": "says where a fund's trail ends, and moves with every act",
    "spent_in_year": "adds up what was spent, and moves with every spending",
}
"""Tables whose rows change, and why; that they stay is asked of these too."""


@pytest.fixture
def full(database: Database) -> Engine:
    """A ledger with rows in every table: where no act makes them, by hand, in other funds."""
    full_ledger.full(database.engine)
    with database.owner.begin() as connection:
        by_hand = rows.Rows(connection=connection, metadata=METADATA)
        filled = rows.Rows(connection=connection, metadata=METADATA, filled=True)
        for table in METADATA.sorted_tables:
            by_hand.of(table.name, 7)
            filled.of(table.name, 8)
    return database.owner


def refusal(engine: Engine, statement: str) -> str:
    """Return why a statement is refused; nothing where it was done."""
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except IntegrityError as error:
            return str(error.orig)
        finally:
            connection.rollback()
    return ""


def changes(table: Table, dialect: str) -> Iterator[str]:
    """Yield statements that change a row in every way that SQL has."""
    names = [f'"{column.name}"' for column in table.columns]
    key = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    for name in names:
        yield f"UPDATE {table.name} SET {name} = {name}"
    emptied = [f'"{column.name}" = NULL' for column in table.columns if column.nullable]
    if emptied and table.name not in ERASABLE:
        yield f"UPDATE {table.name} SET {', '.join(emptied)}"
    every = ", ".join(names)
    yield (
        f"INSERT INTO {table.name} ({every}) SELECT {every} FROM {table.name} WHERE true "
        f"ON CONFLICT ({key}) DO UPDATE SET {names[0]} = excluded.{names[0]}"
    )
    if dialect == "sqlite":
        yield f"UPDATE OR REPLACE {table.name} SET {names[0]} = {names[0]}"


def removals(table: Table, dialect: str) -> Iterator[str]:
    """Yield statements that take rows away in every way that SQL has."""
    yield f"DELETE FROM {table.name}"
    if dialect == "sqlite":
        every = ", ".join(f'"{column.name}"' for column in table.columns)
        yield f"REPLACE INTO {table.name} ({every}) SELECT {every} FROM {table.name}"
    else:
        yield f"TRUNCATE {table.name} CASCADE"


def test_no_row_can_be_changed(database: Database, full: Engine) -> None:
    before = ledgers.rows(full)
    assert [name for name, held in before.items() if not held] == []

    done = [
        (statement, why)
        for table in METADATA.sorted_tables
        if table.name not in MOVING
        for statement in changes(table, database.dialect)
        if f"rows of {table.name} are final" not in (why := refusal(full, statement))
    ]

    assert done == []
    assert ledgers.rows(full) == before


def test_no_row_can_be_taken_away(database: Database, full: Engine) -> None:
    before = ledgers.rows(full)

    done = [
        (statement, why)
        for table in METADATA.sorted_tables
        for statement in removals(table, database.dialect)
        if f"rows of {table.name} are final" not in (why := refusal(full, statement))
    ]

    assert done == []
    assert ledgers.rows(full) == before


def test_only_what_must_move_may_change(full: Engine) -> None:
    columns = {"head": "closed_until", "spent_in_year": "amount_cents"}
    for name, column in columns.items():
        assert refusal(full, f"UPDATE {name} SET {column} = {column}") == ""
    assert columns.keys() == MOVING.keys()


def erase(engine: Engine, table: str, *columns: str, more: str = "") -> None:
    """Empty these columns of all rows."""
    emptied = ", ".join(f"{column} = NULL" for column in columns)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {emptied}{more}"))


@pytest.mark.parametrize("table", sorted(ERASABLE))
def test_what_may_have_to_be_erased_can_be_as_a_whole(
    database: Database, full: Engine, table: str
) -> None:
    columns = ERASABLE[table]

    erase(database.engine, table, *columns)  # as the application

    with full.connect() as connection:
        asked = text(f"SELECT {', '.join(columns)} FROM {table}")
        left = [cell for row in connection.execute(asked) for cell in row]
    assert left
    assert set(left) == {None}


def test_the_record_still_fits_together_when_all_is_erased(database: Database) -> None:
    full = full_ledger.full(database.engine)

    for table, columns in ERASABLE.items():
        erase(database.engine, table, *columns)

    with store.reading(database.engine) as session:
        report = run.verify(session, full.fund, more=verifying.MORE)
    assert {each.what for each in report.misfits} == {erasing.UNTOLD}


def test_no_part_of_it_can_be_erased_and_another_kept_but_for_hashes(full: Engine) -> None:
    for table, columns in ERASABLE.items():
        for left_out in columns:
            others = [name for name in columns if name != left_out]
            if others and {*others} != {*buckets.BESIDE.get(table, ())}:
                with pytest.raises(IntegrityError, match=f"rows of {table} are final"):
                    erase(full, table, *others)


@pytest.mark.parametrize("table", sorted(buckets.BESIDE))
def test_a_hash_may_lapse_and_do_nothing_else(database: Database, full: Engine, table: str) -> None:
    (hash_,) = buckets.BESIDE[table]
    empty = {"sqlite": "CAST('' AS blob)", "postgresql": "CAST('' AS bytea)"}[database.dialect]
    as_it_was = ledgers.rows(full)

    for changed in (f"{hash_} = {empty}", f"{hash_} = NULL, reference = {empty}",
                    f"{hash_} = NULL, sequence = -7"):  # fmt: skip
        assert "are final" in refusal(full, f"UPDATE {table} SET {changed}"), changed
    assert ledgers.rows(full) == as_it_was
    erase(database.engine, table, hash_)  # as the application

    after = ledgers.rows(full)
    assert {name for name in after if after[name] != as_it_was[name]} == {table}
    with full.connect() as connection:
        assert {*connection.execute(text(f"SELECT {hash_} FROM {table}")).scalars()} == {None}
    assert "are final" in refusal(full, f"UPDATE {table} SET {hash_} = {empty}")


@pytest.mark.parametrize("table", sorted(ERASABLE))
def test_an_erasure_changes_nothing_else(database: Database, full: Engine, table: str) -> None:
    is_sqlite = database.dialect == "sqlite"
    for column in METADATA.tables[table].columns:
        if column.name not in ERASABLE[table]:
            other = {
                "date": "'1999-01-01'",
                "text": "'x'",
                "uuid": _UUID,
                "boolean": f'NOT "{column.name}"',
                "bytes": "CAST('x' AS blob)" if is_sqlite else "CAST('x' AS bytea)",
            }.get(kinds.of(column.type).name, "-7")
            with pytest.raises(IntegrityError, match=f"rows of {table} are final"):
                erase(full, table, *ERASABLE[table], more=f', "{column.name}" = {other}')


@pytest.mark.parametrize("table", sorted(ERASABLE))
def test_what_was_erased_stays_so(database: Database, full: Engine, table: str) -> None:
    erase(full, table, *ERASABLE[table])
    as_bytes = {"sqlite": "CAST('back' AS blob)", "postgresql": "CAST('back' AS bytea)"}

    for name in ERASABLE[table]:
        is_bytes = kinds.of(METADATA.tables[table].columns[name].type).name == "bytes"
        back = as_bytes[database.dialect] if is_bytes else "'back'"
        why = refusal(full, f"UPDATE {table} SET {name} = {back}")
        assert f"rows of {table} are final" in why
