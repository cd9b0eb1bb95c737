"""One history for both databases: up, down, from every earlier revision, and as the models say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError, MultipleResultsFound

from ledger.backup import kinds
from ledger.tables.base import METADATA
from migrations import finality, revisions, running, triggers
from tests.support import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from tests.support.databases import Database, Postgresql, Sqlite

ROOT: Final = Path(__file__).parents[2]
ALEMBIC: Final = str(Path(sys.executable).parent / "alembic")
REVISIONS: Final = revisions.known()
VERSION: Final = "alembic_version"
SEALED: Final = "0007"
"""From here on what may have to be erased is sealed."""


@pytest.fixture
def empty(server: Sqlite | Postgresql) -> Iterator[Database]:
    """A database without tables."""
    with server.new(migrated=False) as made:
        yield made


def described(connection: Connection) -> dict[str, Any]:
    """Return all that a database says of its tables: columns, keys, constraints, indexes."""
    inspector = inspect(connection)
    return {
        name: {
            "columns": sorted(
                (each["name"], str(each["type"]), each["nullable"], each["default"])
                for each in inspector.get_columns(name)
            ),
            "primary": inspector.get_pk_constraint(name),
            "foreign": by_name(inspector.get_foreign_keys(name)),
            "unique": by_name(inspector.get_unique_constraints(name)),
            "checks": by_name(inspector.get_check_constraints(name)),
            "indexes": by_name(inspector.get_indexes(name)),
        }
        for name in inspector.get_table_names()
        if name != VERSION
    }


def by_name(found: list[Any]) -> dict[str, Any]:
    return {each["name"]: each for each in found}


def held(connection: Connection, metadata: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of these tables, in the columns that they have."""
    return {
        table.name: sorted(map(tuple, connection.execute(select(rows.plain(table)))), key=repr)
        for table in metadata.sorted_tables
        if table.name != VERSION
    }


def opened(connection: Connection, old: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables of before in the columns that they had, unsealed."""
    return {
        table.name: sorted(
            map(
                tuple,
                connection.execute(
                    select(*(METADATA.tables[table.name].c[each.name] for each in table.c))
                ),
            ),
            key=repr,
        )
        for table in old.sorted_tables
        if table.name != VERSION
    }


def reflected(engine: Engine) -> MetaData:
    metadata = MetaData()
    metadata.reflect(engine)
    return metadata


def test_a_database_goes_up_down_and_up_again(empty: Database) -> None:
    running.upgrade(empty.owner)
    with empty.owner.connect() as connection:
        first = described(connection)

    for revision in [*REVISIONS[-2::-1], "base"]:
        running.downgrade(empty.owner, revision)
    with empty.owner.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {VERSION}
        assert revisions.of(connection) is None
    for revision in REVISIONS:
        running.upgrade(empty.owner, revision)

    with empty.owner.connect() as connection:
        assert described(connection) == first
        assert triggers.missing(connection) == []
        assert revisions.of(connection) == REVISIONS[-1]


def test_the_tables_are_those_that_the_code_expects(database: Database) -> None:
    assert running.drift(database.owner) == []


def test_migrations_and_models_make_the_same_tables(database: Database, empty: Database) -> None:
    METADATA.create_all(empty.owner)

    with database.owner.connect() as migrated, empty.owner.connect() as modelled:
        assert described(migrated) == described(modelled)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_comes_up_with_its_rows_and_what_keeps_them(
    empty: Database, revision: str
) -> None:
    running.upgrade(empty.owner, revision)
    old = reflected(empty.owner)
    with empty.owner.begin() as connection:
        for number, filled in ((1, False), (2, True)):
            rows.Rows(connection=connection, metadata=old, filled=filled).all(number)
        before = held(connection, old)
        assert [name for name, found in before.items() if len(found) < 2] == []

    running.upgrade(empty.owner)

    with empty.owner.connect() as connection:
        after = opened if revision < SEALED else held
        assert after(connection, old) == before
        assert triggers.missing(connection) == []
    assert running.drift(empty.owner) == []
    for name in sorted(before):
        with (
            pytest.raises(IntegrityError, match=f"rows of {name} are final"),
            empty.owner.begin() as connection,
        ):
            connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - tables of our own


def test_a_table_that_others_refer_to_can_be_altered_and_loses_nothing(
    database: Database,
) -> None:
    with database.owner.begin() as connection:
        rows.Rows(connection=connection, metadata=METADATA).all()
        before = held(connection, METADATA)

    with running.changing(database.owner) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("party", recreate="auto") as party:
            party.add_column(Column("size", Integer(), nullable=True))
            party.alter_column("code", type_=kinds.KINDS["text"].type)
        if database.dialect == "sqlite":  # where it was made anew
            with Operations.context(operations.migration_context):
                finality.freeze("party")

    with database.owner.connect() as connection:
        assert held(connection, METADATA) == before
        assert triggers.missing(connection) == []


def lose_the_parties(engine: Engine) -> None:
    with running.changing(engine) as connection:
        connection.execute(text("DROP TRIGGER party_no_delete"))
        connection.execute(text("DELETE FROM party"))


def test_a_change_that_loses_what_rows_refer_to_is_taken_back(sqlite_server: Sqlite) -> None:
    with sqlite_server.new() as database:
        with database.owner.begin() as connection:
            rows.Rows(connection=connection, metadata=METADATA).all()
            before = held(connection, METADATA)

        with pytest.raises(running.BrokenReference, match="refers to no row of party"):
            lose_the_parties(database.owner)

        with database.owner.connect() as connection:
            assert held(connection, METADATA) == before
            assert triggers.missing(connection) == []


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    running.upgrade(empty.owner, REVISIONS[0])
    with empty.owner.begin() as connection:
        connection.execute(text("CREATE TABLE reservation_end (id integer)"))
        before = described(connection)

    with pytest.raises(Exception, match="reservation_end"):
        running.upgrade(empty.owner)

    with empty.owner.connect() as connection:
        assert described(connection) == before
        assert revisions.of(connection) == REVISIONS[0]


def alembic(*arguments: str, url: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "OVERBRUG" not in name}
    return subprocess.run(
        [ALEMBIC, *arguments],
        cwd=ROOT,
        env=environment | ({} if url is None else {"OVERBRUG_DATABASE_URL": url}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_alembic_itself_migrates_and_finds_nothing_to_do(empty: Database) -> None:
    for command in (("upgrade", "head"), ("check",), ("downgrade", "base"), ("upgrade", "head")):
        done = alembic(*command, url=empty.owner_url)
        assert done.returncode == 0, done.stderr

    assert revisions.current(empty.owner) == REVISIONS[-1]
    assert running.drift(empty.owner) == []


def test_alembic_without_a_database_says_so() -> None:
    done = alembic("upgrade", "head", url=None)

    assert done.returncode != 0
    assert "set OVERBRUG_DATABASE_URL to the database" in done.stdout + done.stderr


def test_two_that_migrate_at_once_take_turns(empty: Database) -> None:
    command = [ALEMBIC, "upgrade", "head"]
    environment = os.environ | {"OVERBRUG_DATABASE_URL": empty.owner_url}
    together = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    said = [process.communicate()[1] for process in together]

    assert [process.returncode for process in together] == [0, 0, 0], said
    assert revisions.current(empty.owner) == REVISIONS[-1]


def test_the_revisions_that_files_are_named_after_are_those_of_alembic() -> None:
    script = ScriptDirectory(str(ROOT / "migrations"))

    assert [each.revision for each in script.walk_revisions()] == [*reversed(REVISIONS)]


def test_two_revisions_at_once_are_no_revision(database: Database) -> None:
    with database.owner.begin() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('0003')"))
        with pytest.raises(MultipleResultsFound):
            revisions.of(connection)


def test_a_command_on_a_database_that_is_there_loads_no_alembic(database: Database) -> None:
    asked = (
        "import sys\nfrom api.cli import ledgers\nledgers.open_engine()\n"
        "print(sorted(sys.modules.keys() & {'alembic', 'mako'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "OVERBRUG_DATABASE_URL": database.url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "[]\n", done.stderr


def test_a_folder_with_a_percent_sign_is_a_folder(tmp_path: Path) -> None:
    place = tmp_path / "100%sure"
    place.mkdir()
    for name in ("ledger", "migrations"):
        (place / name).symlink_to(ROOT / name)
    made = (
        "from ledger import store\nfrom migrations import revisions, running\n"
        "engine = store.open_engine('sqlite:///made.db')\n"
        "running.upgrade(engine)\nprint(revisions.current(engine))"
    )

    done = subprocess.run(
        [sys.executable, "-c", made],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == REVISIONS[-1], done.stderr


@pytest.mark.parametrize(
    ("table", "column", "index"),
    [
        ("spending", "case_number", "ix_spending_case"),
        ("spending", "replaces", "ix_spending_replaces"),
        ("receipt", "fingerprint", "ix_receipt_fingerprint"),
        ("particulars", "sequence", "PRIMARY KEY (fund_id=? AND sequence=?)"),
    ],
)
def test_sqlite_looks_for_few_rows_of_a_fund_by_their_index(
    sqlite_database: Database, table: str, column: str, index: str
) -> None:
    asked = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE fund_id = ? AND {column} IN (?)"  # noqa: S608 - names of ours
    with sqlite_database.engine.connect() as connection:
        (plan,) = connection.exec_driver_sql(asked, (1, 1)).all()

    assert index in plan.detail
