"""On PostgreSQL the application may read, add, move heads and sums, erase, and nothing else."""

# ruff: noqa: S608 - the names in these statements are those of our own tables
from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.cli import soundness
from ledger import correcting, store
from ledger.tables.base import METADATA
from migrations import running
from migrations.running import ERASABLE, MOVING
from tests.support import ledgers
from tests.support.databases import ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tests.support.databases import Database, Postgresql

TABLES: Final = sorted(METADATA.tables)
REVISION: Final = "alembic_version"

OF_THE_DATABASE: Final = (
    "CREATE TABLE of_its_own (id integer)",
    "CREATE SCHEMA of_its_own",
    "CREATE VIEW of_its_own AS SELECT 1",
    "CREATE FUNCTION of_its_own() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION refuse_change() CASCADE",
    "ALTER SCHEMA public RENAME TO private",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
)


@pytest.fixture
def database(postgresql_server: Postgresql) -> Iterator[Database]:
    """On PostgreSQL only: SQLite has no roles."""
    with postgresql_server.new() as made:
        yield made


def allowed(engine: Engine, statements: list[str]) -> list[str]:
    """Return those of these statements that the application has the right to make."""
    return [statement for statement in statements if not _refused(engine, statement)]


def _refused(engine: Engine, statement: str) -> bool:
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            # Insufficient privilege; other errors would hide that there is enough of it.
            return getattr(error.orig, "sqlstate", None) == "42501"
        finally:
            connection.rollback()
    return False


def _columns(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in METADATA.tables[table].columns)


def test_it_owns_nothing(database: Database) -> None:
    asked = text("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == ROLE
        assert connection.execute(asked).all() == []


def test_it_cannot_make_or_unmake_what_keeps_rows_final(database: Database) -> None:
    assert allowed(database.engine, list(OF_THE_DATABASE)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {table} ADD COLUMN more integer",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "ALTER TABLE {table} RENAME TO other",
        "ALTER TABLE {table} OWNER TO CURRENT_USER",
        "DROP TABLE {table} CASCADE",
        "TRUNCATE {table} CASCADE",
        "DELETE FROM {table}",
        "CREATE INDEX ON {table} ((1))",
        "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW"
        " EXECUTE FUNCTION refuse_change()",
    ],
)
def test_it_cannot_change_tables_or_take_rows_away(database: Database, statement: str) -> None:
    statements = [statement.format(table=table) for table in [*TABLES, REVISION]]

    assert allowed(database.engine, statements) == []


def test_it_cannot_change_a_cell_but_to_move_a_head_or_to_erase(database: Database) -> None:
    may = {**{table: _columns(table) for table in MOVING}, **ERASABLE}
    cells = {
        (table, column): f'UPDATE {table} SET "{column}" = NULL WHERE false'
        for table in TABLES
        for column in _columns(table)
    }

    done = allowed(database.engine, list(cells.values()))

    assert [cell for cell, statement in cells.items() if statement in done] == [
        (table, column) for table, column in cells if column in may.get(table, ())
    ]
    assert allowed(database.engine, [f"UPDATE {REVISION} SET version_num = '0'"]) == []
    assert allowed(database.engine, [f"INSERT INTO {REVISION} VALUES ('0')"]) == []


def test_all_of_recording_works_as_that_role(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.grant("finance.b", "finance", "b")
    ledger.record(12_50, id="s", case="K1", payee="landlord", home="b", advanced_by="c")
    ledger.record(-2_50, id="back", refunds="s", case="K1", home="b", advanced_by="c")
    ledger.record(100, id="t", spent_on=date(2026, 1, 31))
    with store.writing(database.engine) as session:
        correcting.reverse(session, "fund", "t", new_id="r", reason="twice", act=ledger.act())

    with store.reading(database.engine) as session:
        assert soundness.first_misfit(session) is None
    held = ledgers.rows(database.engine)
    assert len(held["spending"]) == len(held["particulars"]) == len(held["transfer"]) == 4


def test_who_was_let_in_is_known_by_its_rights(database: Database) -> None:
    with database.owner.connect() as connection:
        assert running.application_roles(connection) == (ROLE,)


def test_what_is_no_role_gets_no_rights(database: Database) -> None:
    with pytest.raises(ValueError, match="is not the name of a role"):
        running.grant(database.owner, 'x"; DROP TABLE event; --')
