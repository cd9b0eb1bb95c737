"""``overbrug doctor`` as a real process: each thing that it looks at, broken on purpose."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, make_url, text

from api.cli import examination
from migrations import revisions, running
from tests.support import databases, ledgers
from tests.support.operating import overbrug

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.databases import Database, Postgresql, Sqlite

COMMON = ["database", "migrations", "triggers", "keys", "trail", "clock", "durability"]
LOOKED_AT = {
    "sqlite": [*COMMON, "disk", "paper"],
    "postgresql": [*COMMON, "role", "disk", "paper"],
}


def found(url: str, **more: Any) -> dict[str, dict[str, Any]]:
    """Return what the doctor says of each thing; the exit code must agree with it."""
    done = overbrug(url, "doctor", "--json", "--language", "en", **more)
    told = {each["check"]: each for each in json.loads(done.stdout)}
    assert done.returncode == (0 if all(each["ok"] for each in told.values()) else 1)
    return told


def wrong(url: str, **more: Any) -> dict[str, str]:
    """Return what is not in order, and what is said of it."""
    return {name: each["says"] for name, each in found(url, **more).items() if not each["ok"]}


def on(database: Database, *statements: str) -> None:
    """Do something as the owner of the tables."""
    with database.owner.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def drop(database: Database, name: str) -> None:
    table = name.rpartition("_no_")[0]
    where = f" ON {table}" if database.dialect == "postgresql" else ""
    on(database, f"DROP TRIGGER {name}{where}")


def test_everything_in_order_is_a_line_each(database: Database) -> None:
    ledgers.opened(database.engine).record()

    told = found(database.url)
    shown = overbrug(database.url, "doctor", "--language", "nl")

    assert list(told) == LOOKED_AT[database.dialect]
    assert [name for name, each in told.items() if not each["ok"]] == []
    assert shown.returncode == 0
    assert [line.split("  ")[0] for line in shown.stdout.splitlines()] == ["in orde"] * len(told)


def a_trigger_less(database: Database) -> None:
    drop(database, "spending_no_update")


def a_trigger_that_lets_pass(database: Database) -> None:
    if database.dialect == "postgresql":
        on(database, "ALTER TABLE spending DISABLE TRIGGER spending_no_update")
        return
    drop(database, "spending_no_update")
    refuse = "BEGIN SELECT RAISE(ABORT, 'rows of spending are final'); END"
    on(database, f"CREATE TRIGGER spending_no_update BEFORE UPDATE ON spending WHEN 0 {refuse}")


def an_altered_event(database: Database) -> None:
    drop(database, "event_no_update")
    on(database, "UPDATE event SET kind = 'other' WHERE sequence = 2")


def an_event_that_cannot_be_read(database: Database) -> None:
    drop(database, "event_no_update")
    if database.dialect == "sqlite":
        on(database, "UPDATE event SET at = 'yesterday' WHERE sequence = 2")
    else:
        on(database, "UPDATE event SET at = '1999-01-01' WHERE sequence = 2")


def a_missing_event(database: Database) -> None:
    drop(database, "event_no_delete")
    for table in ("spending", "transfer", "particulars"):
        drop(database, f"{table}_no_delete")
    on(
        database,
        "DELETE FROM particulars WHERE sequence = 3",
        "DELETE FROM transfer WHERE sequence = 3",
        "DELETE FROM spending WHERE sequence = 3",
        "DELETE FROM event WHERE sequence = 3",
    )


def a_head_that_went_back(database: Database) -> None:
    on(database, "UPDATE head SET sequence = 2")


def older_tables(database: Database) -> None:
    running.downgrade(database.owner, revisions.known()[-2])


def newer_tables(database: Database) -> None:
    on(database, "UPDATE alembic_version SET version_num = '9999'")


def no_tables(database: Database) -> None:
    running.downgrade(database.owner, "base")


@pytest.mark.parametrize(
    ("break_it", "check", "says"),
    [
        (a_trigger_less, "triggers", "does not refuse: UPDATE spending;"),
        (a_trigger_that_lets_pass, "triggers", "does not refuse: UPDATE spending;"),
        (an_altered_event, "trail", "fund fund, event 2: its hash does not follow"),
        (an_event_that_cannot_be_read, "trail", "fund fund, event 2: "),
        (a_missing_event, "trail", "fund fund, event 3: missing from the trail"),
        (a_head_that_went_back, "trail", "fund fund, head, sequence: is 2; the last event is 4"),
        (older_tables, "migrations", "run overbrug migrate"),
        (no_tables, "migrations", "revision -, needed is"),
        (newer_tables, "migrations", "revision 9999, and this overbrug knows up to"),
    ],
)
def test_what_is_broken_is_found_and_what_to_do_is_said(
    database: Database, break_it: Callable[[Database], None], check: str, says: str
) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record_all([ledger.order(), ledger.order()])
    if break_it is a_trigger_less:
        assert wrong(database.url) == {}

    break_it(database)

    said = wrong(database.url)
    assert says in said.pop(check)
    # Whoever changed a row of a final table turned a trigger off before.
    assert set(said) <= ({"triggers"} if check in {"trail", "migrations"} else set())


def test_a_clock_that_was_set_back_is_found(database: Database) -> None:
    ledgers.opened(database.engine, now=datetime(2999, 1, 1, tzinfo=UTC))

    said = wrong(database.url)

    assert list(said) == ["clock"]
    assert "the last event is of 2999-01-01" in said["clock"]


@pytest.mark.parametrize("rest", ["no file", "no database", "a broken one"])
def test_a_sqlite_database_that_is_not_there_or_damaged_is_found(tmp_path: Path, rest: str) -> None:
    place = tmp_path / "l.db"
    if rest == "no database":
        place.write_text("something else entirely, and long enough", encoding="utf-8")
    if rest == "a broken one":
        place.write_bytes(b"SQLite format 3\0" + b"\x07" * 5_000)

    said = wrong(f"sqlite:///{place}")

    assert list(said) == ["database"]
    what = "is not there; open a fund" if rest == "no file" else "is damaged"
    assert what in said["database"]
    assert place.exists() == (rest != "no file")  # looking makes none


def test_a_server_that_cannot_be_reached_is_found_and_no_password_shown(
    postgresql_server: Postgresql,
) -> None:
    with postgresql_server.new() as database:
        word = "sesame"
        url = make_url(database.url).set(password=word).update_query_dict({"port": "1"})

        done = overbrug(url.render_as_string(hide_password=False), "doctor", "--language", "en")

    assert done.returncode == 1
    assert "cannot be reached" in done.stdout
    assert "start the database" in done.stdout
    assert word not in done.stdout + done.stderr


def test_a_role_that_may_change_tables_is_found(postgresql_server: Postgresql) -> None:
    with postgresql_server.new() as database:
        ledgers.opened(database.engine)

        said = wrong(database.owner_url)

        assert list(said) == ["role"]
        assert "may change tables; connect as another role" in said["role"]


def test_a_right_too_many_is_found(postgresql_server: Postgresql) -> None:
    with postgresql_server.new() as database:
        ledgers.opened(database.engine)
        on(database, "GRANT CREATE ON SCHEMA public TO PUBLIC")

        assert list(wrong(database.url)) == ["role"]


def test_a_server_that_does_not_wait_for_its_disk_is_found(
    postgresql_server: Postgresql,
) -> None:
    with postgresql_server.new() as database:
        ledgers.opened(database.engine)
        name = make_url(database.url).database
        on(database, f"ALTER DATABASE {name} SET synchronous_commit = off")

        assert "synchronous_commit = off" in wrong(database.url)["durability"]


@pytest.mark.parametrize(
    "pragma",
    [
        "synchronous = OFF",
        "foreign_keys = OFF",
        "recursive_triggers = OFF",
        "journal_mode = DELETE",
    ],
)
def test_a_connection_that_promises_less_is_found(sqlite_server: Sqlite, pragma: str) -> None:
    with sqlite_server.new() as database:
        ledgers.opened(database.engine)
        database.engine.dispose()
        weak = databases.opened(database.url)
        event.listen(weak, "connect", lambda raw, _: raw.execute(f"PRAGMA {pragma}"))

        looked = list(examination.examine(weak, now=datetime.now(UTC)))  # noqa: TID251 - a caller
        weak.dispose()

    assert [each.check for each in looked if not each.ok] == ["durability"]


def test_a_disk_without_room_for_a_backup_is_found(sqlite_server: Sqlite) -> None:
    with sqlite_server.new() as database:
        ledgers.opened(database.engine)
        database.close()
        path = Path(str(make_url(database.url).database))
        free = shutil.disk_usage(path.parent).free

        os.truncate(path, free + 1)  # it only looks so large

        said = wrong(database.url)

    assert list(said) == ["disk"]
    assert "make room" in said["disk"]


def test_missing_libraries_for_paper_are_found(sqlite_server: Sqlite, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n", encoding="utf-8"
    )
    with sqlite_server.new() as database:
        ledgers.opened(database.engine)

        said = wrong(database.url, more={"PYTHONPATH": str(tmp_path)})

    assert list(said) == ["paper"]
    assert "install libpango-1.0-0 libpangoft2-1.0-0" in said["paper"]
