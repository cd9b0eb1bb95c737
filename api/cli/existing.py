"""The database that a backup is to take the place of: what it holds, and where that is kept."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select, table, text

from api.cli import files, folders, ledgers
from ledger import store
from ledger.backup import heads, shapes
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.tables.base import METADATA
from migrations import revisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from ledger.backup.heads import Head

KEPT: Final = "before_restore"
"""The schema of PostgreSQL where the tables are kept that a backup took the place of."""

_BESIDE: Final = ("-wal", "-shm", "-journal")  # what SQLite keeps beside its file


class LedgerThere(Conflict):
    """There is a ledger already."""

    slug = "ledger-there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """What a database holds: nothing, empty tables of ours, or a ledger."""

    tables: Sequence[str]
    has_rows: bool
    heads: tuple[Head, ...]


def locked(connection: Connection) -> Existing:
    """Return what a database holds, which stays so until the transaction ends.

    Raises:
        WrongInput: It holds tables of others, or of a newer version of overbrug.
    """
    inspector = inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name]
    revision = revisions.of(connection)
    strangers = sorted(set(names) - {*METADATA.tables, shapes.REVISION})
    if revision is not None and revision not in revisions.known():
        raise WrongInput([Mistake(ledgers.URL, newer(revision))])
    if strangers or (revision is None and set(names) - {shapes.REVISION}):
        what = f"holds tables that are not of overbrug, such as {(strangers or names)[0]}"
        raise WrongInput([Mistake(ledgers.URL, f"{what}; name a database of its own")])
    if names and connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    ours = [name for name in names if name != shapes.REVISION]
    return Existing(
        tables=names,
        has_rows=any(_has_rows(connection, name) for name in ours),
        heads=heads.found(connection) if ours else (),
    )


def newer(revision: str) -> str:
    """Say that a database is of a newer version than this one."""
    return (
        f"the database is at revision {revision}, of a newer version of overbrug than this, "
        f"which knows {revisions.newest()}; install that one"
    )


def _has_rows(connection: Connection, name: str) -> bool:
    asked = select(text("1")).select_from(table(name)).limit(1)
    return connection.execute(asked).first() is not None


@contextmanager
def emptied(connection: Connection, there: Existing) -> Iterator[str | None]:
    """Empty a database, in the transaction of the caller; what it held is kept.

    Yields:
        Where that is kept: a file beside that of SQLite, a schema of PostgreSQL; ``None``
        where there was nothing.
    """
    path = ledgers.sqlite_file(connection.engine)
    if not there.has_rows or path is None:
        if there.has_rows:
            yield _moved(connection, there.tables)
        else:
            _drop(connection, there.tables)
            yield None
        return
    kept = free_name(path)
    with files.fresh(kept) as copy:
        copy_sqlite(path, copy)
        _drop(connection, there.tables)
        yield str(kept)


def _drop(connection: Connection, tables: Sequence[str]) -> None:
    if connection.dialect.name == "postgresql":
        if tables:
            connection.execute(text(f"DROP TABLE {', '.join(tables)}"))
        return
    for name in tables:
        connection.execute(text(f"DROP TABLE {name}"))


def _moved(connection: Connection, tables: Sequence[str]) -> str:
    """Move tables, with their rows and triggers, to a schema of their own."""
    there = inspect(connection).get_schema_names()
    schema = next(name for name in _names(KEPT, "_") if name not in there)
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    for name in tables:
        connection.execute(text(f"ALTER TABLE {name} SET SCHEMA {schema}"))
    return schema


def free_name(path: Path) -> Path:
    """Return a name beside a database under which nothing is kept yet."""
    names = (path.with_name(name) for name in _names(f"{path.name}.before-restore", "-"))
    return next(name for name in names if not name.exists())


def _names(name: str, mark: str) -> Iterator[str]:
    yield name
    yield from (f"{name}{mark}{number}" for number in count(2))


def copy_sqlite(path: Path, copy: Path) -> None:
    """Copy a database as it is at this moment, with what its log still holds."""
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(copy)) as new:
        new.execute("PRAGMA journal_mode = OFF")  # a copy that fails is thrown away
        old.backup(new)


def damage(path: Path) -> str | None:
    """Return what is wrong with the file of a SQLite database; ``None`` if it is sound."""
    with closing(sqlite3.connect(path, timeout=store.BUSY_SECONDS)) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError:  # it is locked, or may not be read
            raise
        except sqlite3.DatabaseError as error:
            return str(error)
    return None if found == "ok" else str(found).splitlines()[-1]


@contextmanager
def beside(path: Path) -> Iterator[tuple[Path, str | None]]:
    """Give the name of a new SQLite file, which takes the place of one that is no database.

    Yields:
        Where to make it, and where what was there before is kept.

    Raises:
        WrongInput: The file cannot be written.
    """
    place = path.resolve()
    kept = free_name(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as folder,
            folders.cleared_when_stopped(lambda: shutil.rmtree(folder, ignore_errors=True)),
        ):
            made = Path(folder) / place.name
            yield made, str(kept) if place.exists() else None
            files.reach_the_disk(made)
            _keep(place, kept)
            made.replace(place)
            files.reach_the_disk(place.parent)
    except OSError as error:
        raise WrongInput(
            [Mistake(str(path), f"cannot be written: {folders.reason(error)}")]
        ) from None


def _keep(path: Path, kept: Path) -> None:
    """Keep what is there, and take away what SQLite would read beside another file."""
    if path.exists():
        shutil.copy2(path, kept)
        files.reach_the_disk(kept)
    for suffix in _BESIDE:
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.replace(kept.with_name(kept.name + suffix))
