"""Migrations from Python: bring a database up to date or back, and grant its use.

On PostgreSQL migrations run as the role that owns the tables; the application connects as
another, which may read, add rows, move heads and sums and erase, and nothing else.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from ledger import sqlite, store
from ledger.errors import Conflict
from ledger.tables.base import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

ERASABLE: Final = {
    "case_file": ("reference", "reference_hash"),
    "particulars": (
        *("salt", "domain", "payee", "professional", "purpose", "effect", "considered"),
        *("departs_from", "receipt", "reason"),
    ),
    "effect_pick": ("salt", "effect"),
    "proposal": ("salt", "unreconciled"),
    "approval": ("salt", "reason"),
    "reservation": ("salt",),
    "bank_reason": ("salt", "reason"),
    "effect_withdrawal": ("salt", "effect", "reason"),
    "measure_withdrawal": ("salt", "reason"),
    "acceptance": ("salt", "norm", "reason"),
    "moratorium": ("salt", "rule", "reason"),
    "moratorium_decision": ("salt", "reason"),
    "escalation": ("salt", "reason"),
    "escalation_decision": ("salt", "reason"),
    "review": ("salt", "comment"),
    "receipt": ("fingerprint", "salt", "reference"),
}
"""The columns that an erasure empties."""

MOVING: Final = ("head", "spent_in_year")
"""The tables whose rows change: where trails end, and sums of a year."""

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ROLES: Final = text(
    "SELECT DISTINCT grantee FROM information_schema.role_table_grants"
    " WHERE table_schema = 'public' AND table_name = 'event' AND privilege_type = 'INSERT'"
    " AND grantee NOT IN (SELECT tableowner FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename = 'event') ORDER BY grantee"
)
_ONE_AT_A_TIME: Final = 0x6F766572627275  # key of an advisory lock: "overbru"


class BrokenReference(Conflict):
    """Rows refer to rows that are not there: a change of tables lost some."""

    slug = "broken-reference"


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which tables may be changed: all of it is kept, or nothing.

    Whoever else changes tables waits, and gives up after ``store.BUSY_SECONDS``. SQLite makes
    a table that is altered anew, which foreign keys would take for the loss of its rows: they
    are checked at the end instead.

    Raises:
        BrokenReference: Rows refer to rows that are not there.
    """
    with engine.execution_options(**sqlite.WRITING).connect() as connection:
        if engine.dialect.name == "postgresql":
            with connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{store.BUSY_SECONDS}s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
                yield connection
            return
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                refuse_broken(connection)
        finally:
            raw.execute("PRAGMA foreign_keys = ON")


def clean(engine: Engine) -> None:
    """Leave nothing of what was plain before it was sealed in the file of SQLite, and its log."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement).fetchall()


def refuse_broken(connection: Connection) -> None:
    """Refuse rows that refer to rows that are not there; PostgreSQL does so at once.

    Raises:
        BrokenReference: There are such rows.
    """
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise BrokenReference(f"a row of {broken[0]} refers to no row of {broken[2]}")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction."""
    with changing(engine) as connection:
        bring(connection, revision)
    clean(engine)


def bring(connection: Connection, revision: str = "head") -> None:
    """Bring a database up to a revision, in the transaction of :func:`changing`."""
    command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring a database back to a revision; rows of tables that it lacks are lost."""
    with changing(engine) as connection:
        command.downgrade(_config(connection), revision)


def drift(engine: Engine) -> list[object]:
    """Return how the tables of a database differ from what the code expects."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        return list(compare_metadata(context, METADATA))


def grant(engine: Engine, role: str) -> None:
    """Let a role of PostgreSQL use the tables: read, add, move heads and sums, erase.

    Raises:
        ValueError: That is no name of a role.
    """
    with engine.begin() as connection:
        grant_on(connection, role)


def grant_on(connection: Connection, role: str) -> None:
    """Let a role use the tables, in a transaction of the caller's.

    Raises:
        ValueError: That is no name of a role.
    """
    if not _ROLE.fullmatch(role):
        raise ValueError(f"{role!r} is not the name of a role; write letters, digits and _")
    there = set(inspect(connection).get_table_names())
    for statement in (
        # Before PostgreSQL 15 everybody could make tables there.
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'REVOKE INSERT ON alembic_version FROM "{role}"',
        *(f'GRANT UPDATE ON {table} TO "{role}"' for table in MOVING if table in there),
        *(
            f'GRANT UPDATE ({", ".join(columns)}) ON {table} TO "{role}"'
            for table, columns in ERASABLE.items()
            if table in there
        ),
    ):
        connection.execute(text(statement))


def application_roles(connection: Connection) -> tuple[str, ...]:
    """Return the roles that were let use the tables: those that may add events, and own none."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(connection.execute(_ROLES).scalars())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
