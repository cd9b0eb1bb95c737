"""Backup, restore and migrate as real processes: while others record, killed, on a full disk."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import inspect, make_url, text

from api.cli import restoring, soundness
from ledger import store
from ledger.backup import archive, dump
from migrations import revisions, running, triggers
from tests.support import databases, ledgers, rows
from tests.support.ledgers import Ledger
from tests.support.operating import OVERBRUG, ROOT, overbrug, ran, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.support.databases import Database, Postgresql, Sqlite

REVISIONS: Final = revisions.known()
ANYHOW: Final = ("--replace", "--force-older")
RECORDERS: Final = 3


@pytest.fixture
def empty(server: Sqlite | Postgresql) -> Iterator[Database]:
    """Where nothing is yet; on SQLite not even a file."""
    with server.new(migrated=False) as made:
        yield made


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A small ledger."""
    made = ledgers.opened(database.engine)
    made.record_all([made.order(100, case="K1", payee="landlord") for _ in range(20)])
    return made


def back_up(database: Database, file: Path) -> None:
    """Make a backup without a process, where that is not what a test is about."""
    origin = dump.Origin(
        revision=str(revisions.current(database.owner)), made_at=ledgers.NOW, made_by="tests"
    )
    with store.reading(database.owner) as session, file.open("wb") as stream:
        dump.write(session, stream, origin)


def put_back(database: Database, file: Path) -> None:
    """Restore likewise, whatever is there."""
    with file.open("rb") as stream, archive.opened(str(file), stream) as opened:
        restoring.restore(database.owner, opened, restoring.Allowed(replace=True, older=True))


def other_of(request: pytest.FixtureRequest, dialect: str) -> Any:
    (other,) = set(databases.DIALECTS) - {dialect}
    return request.getfixturevalue(f"{other}_server")


def file_of(database: Database) -> Path:
    """Return the file of a SQLite database."""
    return Path(str(make_url(database.owner_url).database))


def beside(database: Database) -> list[str]:
    """Return what stands beside a SQLite database, but for its own log."""
    if database.dialect != "sqlite":
        return []
    name = file_of(database).name
    own = {name, f"{name}-wal", f"{name}-shm"}
    return sorted(p.name for p in file_of(database).parent.glob(f"*{name}*") if p.name not in own)


def misfit_of(engine: Engine) -> str | None:
    with store.reading(engine) as session:
        return soundness.first_misfit(session)


def in_full(engine: Engine) -> dict[str, set[str]]:
    """Return the spendings of which everything is there, and of which anything is."""
    with store.reading(engine) as session:
        connection = session.connection()
        asked = "SELECT s.id FROM spending s"
        joined = "".join(
            f" JOIN {name} USING (fund_id, sequence)"
            for name in ("event", "particulars", "transfer")
        )
        any_ = {row.id for row in connection.execute(text(asked))}
        full = {row.id for row in connection.execute(text(asked + joined))}
        events = connection.execute(
            text("SELECT count(*) FROM event WHERE kind = 'spending.recorded'")
        ).scalar_one()
    assert events == len(any_)
    return {"full": full, "any": any_}


@contextmanager
def recorders(url: str, folder: Path) -> Iterator[Callable[[], set[str]]]:
    """Let several processes record; gives what they said is recorded so far."""
    said = [folder / f"said{number}" for number in range(RECORDERS)]
    processes = []
    for number, path in enumerate(said):
        with path.open("wb") as out:
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.support.recorder", url, "fund", f"r{number}"],
                    cwd=ROOT,
                    stdout=out,
                )
            )

    def acknowledged() -> set[str]:
        whole = [path.read_text(encoding="utf-8").rpartition("\n")[0] for path in said]
        return {line for lines in whole for line in lines.splitlines()}

    try:
        wait_until(lambda: all(path.stat().st_size > 100 for path in said))
        yield acknowledged
        assert [process.poll() for process in processes] == [None] * RECORDERS
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


def test_a_backup_while_others_record_holds_all_that_was_acknowledged_and_no_half(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> None:
    ledgers.opened(database.engine)
    backup = tmp_path / "b.backup"
    with recorders(database.url, tmp_path) as acknowledged:
        before = acknowledged()
        ran(database.url, "backup", backup)
        after = acknowledged()
        wait_until(lambda: len(acknowledged()) > len(after))  # nobody was stopped by it

    with other_of(request, database.dialect).new(migrated=False) as place:
        ran(place.owner_url, "restore", backup)
        held = in_full(place.owner)
        assert misfit_of(place.owner) is None
    assert len(before) > RECORDERS
    assert before <= held["full"]
    assert held["full"] == held["any"]
    assert len(held["any"] - after) <= RECORDERS  # committed, and not said yet


def test_what_was_backed_up_is_restored_on_the_other_database_and_back(
    request: pytest.FixtureRequest, database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    told = json.loads(ran(database.url, "backup", tmp_path / "one", "--json"))
    assert told["heads"][0]["sequence"] == 22
    assert (tmp_path / "one").stat().st_mode & 0o077 == 0  # it holds what only some may see

    with other_of(request, database.dialect).new(migrated=False) as place:
        restored = json.loads(ran(place.owner_url, "restore", tmp_path / "one", "--json"))
        assert restored["kept"] is None
        assert restored["sha256"] == told["sha256"]
        assert ledgers.rows(place.owner) == ledgers.rows(database.engine)
        ran(place.owner_url, "backup", tmp_path / "two")
    ran(database.owner_url, "restore", tmp_path / "two", "--replace")

    ledger.record(id="goes-on")  # as the application, which has its rights again
    assert misfit_of(database.engine) is None


def test_a_ledger_is_replaced_only_when_asked_and_then_kept(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    back_up(database, tmp_path / "b")
    before = ledgers.rows(database.engine)

    refused = overbrug(database.owner_url, "restore", tmp_path / "b")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "ledger-there: there is a ledger already (fund up to event 22)" in refused.stderr
    assert beside(database) == []

    for _ in range(2):
        ran(database.owner_url, "restore", tmp_path / "b", "--replace")
        assert ledgers.rows(database.engine) == before
    assert len(kept(database)) == 2
    assert all(held == before["event"] for held in kept(database))


def kept(database: Database) -> list[list[tuple[Any, ...]]]:
    """Return the events of all that was kept when a backup took its place."""
    if database.dialect == "sqlite":
        folder, found = file_of(database).parent, []
        for name in beside(database):
            engine = databases.opened(f"sqlite:///{folder / name}")
            found.append(ledgers.rows(engine)["event"])
            engine.dispose()
        return found
    names = [name for name in inspect(database.owner).get_schema_names() if "before" in name]
    return [
        ledgers.rows(database.owner.execution_options(schema_translate_map={None: name}))["event"]
        for name in names
    ]


def test_a_backup_that_lacks_acts_is_refused_unless_that_is_meant(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    back_up(database, tmp_path / "b")
    ledger.record(id="later")
    before = ledgers.rows(database.engine)

    refused = overbrug(database.owner_url, "restore", tmp_path / "b", "--replace")
    assert refused.returncode == 1
    assert "of fund fund it ends at event 22, where 23 are on record" in refused.stderr
    assert ledgers.rows(database.engine) == before

    ran(database.owner_url, "restore", tmp_path / "b", *ANYHOW)
    assert len(ledgers.rows(database.engine)["event"]) == 22
    assert kept(database) == [before["event"]]


def test_a_backup_of_another_history_is_refused(
    request: pytest.FixtureRequest, database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    ran(database.url, "backup", tmp_path / "b")
    with other_of(request, database.dialect).new(migrated=False) as place:
        ran(place.owner_url, "restore", tmp_path / "b")
        elsewhere = Ledger(engine=place.owner, fund="fund", actor=ledger.actor)
        elsewhere.record_all([elsewhere.order(id="elsewhere"), elsewhere.order(id="and-more")])
        ran(place.owner_url, "backup", tmp_path / "other")
    ledger.record(id="here")
    before = ledgers.rows(database.engine)

    refused = overbrug(database.owner_url, "restore", tmp_path / "other", "--replace")
    kept_from = overbrug(database.url, "backup", tmp_path / "other")

    assert refused.returncode == 1
    assert "event 23 of fund fund is another one" in refused.stderr
    assert kept_from.returncode == 2
    assert "is a backup that this database does not go on from" in kept_from.stderr
    assert ledgers.rows(database.engine) == before
    assert beside(database) == []


def not_whole(backup: Path) -> Iterator[Path]:
    """Yield files that are no whole backup: cut off, changed, or something else."""
    content = backup.read_bytes()
    with zipfile.ZipFile(backup) as found:
        inside = found.getinfo("event.jsonl").header_offset + 200
    flipped = bytearray(content)
    flipped[inside] ^= 4
    for name, held in {
        "cut-off": content[:-40],
        "half": content[: len(content) // 2],
        "flipped": bytes(flipped),
        "spendings.csv": b"id,spent_on\n",
        "empty": b"",
    }.items():
        (backup.parent / name).write_bytes(held)
        yield backup.parent / name
    other = shutil.make_archive(str(backup.parent / "other"), "zip", ROOT / "api" / "example")
    yield Path(other)


def test_what_is_not_a_whole_backup_changes_nothing(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    back_up(database, tmp_path / "b")
    before = ledgers.rows(database.engine)

    for wrong in not_whole(tmp_path / "b"):
        done = overbrug(database.owner_url, "restore", wrong, *ANYHOW)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(str(wrong))
        assert "is not a whole backup of overbrug" in done.stderr
        assert ledgers.rows(database.engine) == before
        assert beside(database) == []


def tampered(database: Database) -> None:
    with database.owner.begin() as connection:
        on = " ON event" if database.dialect == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER event_no_update{on}"))
        connection.execute(text("UPDATE event SET kind = 'spending.altered' WHERE sequence = 9"))


def test_a_trail_that_does_not_hold_is_said_at_once_and_never_restored(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    tampered(database)

    backup = overbrug(database.url, "backup", tmp_path / "b", "--language", "en")
    before = ledgers.rows(database.engine)
    restore = overbrug(database.owner_url, "restore", tmp_path / "b", *ANYHOW)

    assert backup.returncode == 1
    assert "fund fund, event 9: its hash does not follow" in backup.stderr
    assert (tmp_path / "b").exists()  # to look into
    assert restore.returncode == 1
    assert (
        "backup-broken: the trail of the backup does not hold: fund fund, event 9" in restore.stderr
    )
    assert ledgers.rows(database.engine) == before
    assert beside(database) == []


def test_an_older_backup_is_brought_up_to_date(empty: Database, tmp_path: Path) -> None:
    running.upgrade(empty.owner, REVISIONS[0])
    told = json.loads(ran(empty.owner_url, "backup", tmp_path / "b", "--json"))
    assert told["revision"] == REVISIONS[0]

    restored = json.loads(ran(empty.owner_url, "restore", tmp_path / "b", "--json"))

    assert (restored["revision"], restored["to"]) == (REVISIONS[0], REVISIONS[-1])
    assert running.drift(empty.owner) == []


@pytest.mark.parametrize("command", ["migrate", "restore"])
def test_a_newer_database_is_left_alone(
    database: Database, ledger: Ledger, tmp_path: Path, command: str
) -> None:
    back_up(database, tmp_path / "b")
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    arguments = [] if command == "migrate" else [tmp_path / "b", *ANYHOW]

    done = overbrug(database.owner_url, command, *arguments)

    assert done.returncode == 2
    assert "is at revision 9999, of a newer version of overbrug than this" in done.stderr
    assert revisions.current(database.owner) == "9999"


def test_a_database_of_others_is_left_alone(empty: Database, tmp_path: Path) -> None:
    with empty.owner.begin() as connection:
        connection.execute(text("CREATE TABLE event (theirs integer)"))
    ours = f"sqlite:///{tmp_path / 'ours.db'}"
    ran(ours, "migrate")
    ran(ours, "backup", tmp_path / "b")

    done = overbrug(empty.owner_url, "restore", tmp_path / "b", *ANYHOW)

    assert done.returncode == 2
    assert "holds tables that are not of overbrug, such as event" in done.stderr
    assert inspect(empty.owner).get_table_names() == ["event"]


@pytest.mark.parametrize("rest", ["no database", "an old log", "no database any more"])
def test_a_lost_or_broken_sqlite_file_is_replaced_by_a_whole_one(
    sqlite_server: Sqlite, tmp_path: Path, rest: str
) -> None:
    with sqlite_server.new() as source:
        ledgers.opened(source.engine).record()
        back_up(source, tmp_path / "b")
        before = ledgers.rows(source.engine)
    place = tmp_path / "there" / "ledger.db"
    place.parent.mkdir()
    if rest == "an old log":
        place.with_name("ledger.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(4096))
    if rest == "no database any more":
        place.write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)
        refused = overbrug(f"sqlite:///{place}", "restore", tmp_path / "b", "--replace")
        assert refused.returncode == 1
        assert "database-damaged" in refused.stderr

    ran(f"sqlite:///{place}", "restore", tmp_path / "b", *ANYHOW)

    engine = databases.opened(f"sqlite:///{place}")
    assert ledgers.rows(engine) == before
    engine.dispose()
    left = {"no database": [], "an old log": ["-wal"], "no database any more": [""]}[rest]
    assert sorted(path.name for path in place.parent.iterdir()) == sorted(
        ["ledger.db", *(f"ledger.db.before-restore{suffix}" for suffix in left)]
    )


def killed_after(seconds: float, url: str, *command: object) -> None:
    process = started(url, OVERBRUG, *command)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


def duration(url: str, *command: object) -> float:
    start = time.monotonic()
    ran(url, *command)
    return time.monotonic() - start


def test_a_killed_restore_leaves_the_old_or_the_new_database(
    database: Database, tmp_path: Path
) -> None:
    ledger = ledgers.opened(database.engine)
    back_up(database, tmp_path / "old")
    old = ledgers.rows(database.engine)
    ledger.record_all([ledger.order() for _ in range(3_000)])
    back_up(database, tmp_path / "new")
    new = ledgers.rows(database.engine)
    restore = ("restore", tmp_path / "new", "--replace")
    put_back(database, tmp_path / "old")
    whole = duration(database.owner_url, *restore)
    seen = []
    for part in (4, 5, 6, 7, 8, 9, 10):
        put_back(database, tmp_path / "old")
        killed_after(whole * part / 10, database.owner_url, *restore)

        found = ledgers.rows(database.owner)
        seen.append(found == new)
        assert found in (old, new)
        with database.owner.connect() as connection:
            assert triggers.missing(connection) == []
    assert False in seen
    ran(database.owner_url, "restore", tmp_path / "new", *ANYHOW)
    assert ledgers.rows(database.engine) == new


def test_a_killed_migration_leaves_the_old_or_the_new_tables(
    server: Sqlite | Postgresql,
) -> None:
    whole = 0.0
    seen = set()
    for part in (0, 5, 7, 8, 9, 10):
        with server.new(migrated=False) as database:
            running.upgrade(database.owner, REVISIONS[0])
            before = filled(database.owner)
            if not part:
                whole = duration(database.owner_url, "migrate")
                continue
            killed_after(whole * part / 10, database.owner_url, "migrate")

            revision = revisions.current(database.owner)
            with database.owner.connect() as connection:
                assert triggers.missing(connection) == []
            seen.add(revision)
            if revision == REVISIONS[-1]:
                assert running.drift(database.owner) == []
            ran(database.owner_url, "migrate")
            assert before.items() <= ledgers.rows(database.owner).items()
    assert seen <= {REVISIONS[0], REVISIONS[-1]}


def filled(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Fill the tables that there are, and return their rows."""
    from ledger.tables.base import METADATA  # noqa: PLC0415

    there = inspect(engine).get_table_names()
    with engine.begin() as connection:
        made = rows.Rows(connection=connection, metadata=METADATA)
        for table in METADATA.sorted_tables:
            if table.name in there:
                made.of(table.name)
        return {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in METADATA.sorted_tables
            if table.name in there
        }


def test_whoever_reads_the_last_backup_reads_it_to_its_end(
    sqlite_server: Sqlite, tmp_path: Path
) -> None:
    with sqlite_server.new() as database:
        ledger = ledgers.opened(database.engine)
        ran(database.url, "backup", tmp_path / "b")
        last = (tmp_path / "b").read_bytes()
        ledger.record()

        with (tmp_path / "b").open("rb") as reading:
            ran(database.url, "backup", tmp_path / "b")
            assert reading.read() == last

    assert (tmp_path / "b").read_bytes() != last
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give a folder where little fits, by its size or else by a limit on what is run there."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield folder, ("prlimit", "--fsize=40000")
        return
    try:
        yield folder, ()
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - where it is


def test_a_full_disk_leaves_the_last_backup_as_it_was(
    database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small") as (folder, before):
        ran(database.url, "backup", folder / "b")
        last = (folder / "b").read_bytes()
        ledger.record_all([ledger.order() for _ in range(500)])

        done = overbrug(database.url, "backup", folder / "b", before=before)

        assert done.returncode == 2
        assert done.stderr.startswith(f"{folder / 'b'}: cannot be written: ")
        assert done.stderr.count("\n") == 1
        assert [path.name for path in folder.iterdir()] == ["b"]
        assert (folder / "b").read_bytes() == last


def test_a_full_disk_leaves_a_database_as_it_was(sqlite_server: Sqlite, tmp_path: Path) -> None:
    with sqlite_server.new() as database:
        ledger = ledgers.opened(database.engine)
        ledger.record()
        old = ledgers.rows(database.engine)
        back_up(database, tmp_path / "old")
        ledger.record_all([ledger.order() for _ in range(3_000)])
        back_up(database, tmp_path / "new")
        put_back(database, tmp_path / "old")
        there = beside(database)

        limit = ("prlimit", "--fsize=1000000")
        done = overbrug(database.url, "restore", tmp_path / "new", "--replace", before=limit)

        assert done.returncode == 2
        assert done.stderr.startswith("OVERBRUG_DATABASE_URL: cannot be changed: ")
        assert ledgers.rows(database.engine) == old
        assert beside(database) == there


def test_migrate_says_from_where_to_where_and_lets_the_application_in(
    empty: Database,
) -> None:
    is_postgresql = empty.dialect == "postgresql"
    role = ("--application-role", databases.ROLE) if is_postgresql else ()

    first = json.loads(ran(empty.owner_url, "migrate", *role, "--json"))
    again = ran(empty.owner_url, "migrate", "--language", "en")

    assert (first["from"], first["to"]) == (None, REVISIONS[-1])
    assert f"The tables are up to date: {REVISIONS[-1]}." in again
    assert ("may use the tables" in again) == is_postgresql  # it needs not be named again
    ledgers.opened(empty.engine).record()


def test_a_role_that_is_none_is_refused_and_nothing_is_done(empty: Database) -> None:
    done = overbrug(empty.owner_url, "migrate", "--application-role", "nobody")

    assert done.returncode == 2
    assert ("SQLite has no roles" if empty.dialect == "sqlite" else 'role "nobody"') in done.stderr
    assert revisions.current(empty.owner) is None


def test_the_application_may_back_up_and_neither_migrate_nor_restore(
    postgresql_server: Postgresql, tmp_path: Path
) -> None:
    with postgresql_server.new() as database:
        ledgers.opened(database.engine)
        before = ledgers.rows(database.engine)
        ran(database.url, "backup", tmp_path / "b")
        running.downgrade(database.owner, REVISIONS[0])
        running.grant(database.owner, databases.ROLE)

        for command in (("migrate",), ("restore", tmp_path / "b", *ANYHOW)):
            done = overbrug(database.url, *command)
            assert done.returncode == 2
            assert "connect as the role that owns the tables" in done.stderr
        assert revisions.current(database.owner) == REVISIONS[0]
        ran(database.owner_url, "restore", tmp_path / "b", *ANYHOW)
        assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (".", "is a folder or a device; name a file"),
        ("gone/b", "stands in a folder that is not there; make it"),
        ("notes.txt", "holds something else than a backup; name another file"),
    ],
)
def test_a_backup_is_written_over_nothing_else(
    sqlite_server: Sqlite, tmp_path: Path, name: str, what: str
) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with sqlite_server.new() as database:
        done = overbrug(database.url, "backup", tmp_path / name)

    assert (done.returncode, done.stderr) == (2, f"{tmp_path / name}: {what}\n")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    absent = overbrug(f"sqlite:///{tmp_path / 'l.db'}", "backup", tmp_path / "b")
    (tmp_path / "l.db").touch()
    empty = overbrug(f"sqlite:///{tmp_path / 'l.db'}", "backup", tmp_path / "b")

    assert (absent.returncode, empty.returncode) == (2, 2)
    assert "there is no database" in absent.stderr
    assert "the database is empty" in empty.stderr
    assert not (tmp_path / "b").exists()
