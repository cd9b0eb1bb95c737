"""Migrations from Python: bring a database up to date, ask how it stands, grant its use.

On PostgreSQL migrations run as the role that owns the tables; the application connects as
another, which may read, add rows, move the heads and erase, and nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from ledger.tables.base import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

ERASABLE: Final = {
    "case_file": ("reference",),
    "particulars": (
        *("salt", "domain", "payee", "professional", "purpose", "effect", "departs_from"),
        *("receipt", "reason"),
    ),
    "effect_pick": ("salt", "effect"),
    "approval": ("salt", "reason"),
    "reservation": ("salt",),
}
"""The columns that an erasure empties."""

_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring a database back to a revision; rows of tables that it lacks are lost."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """Return the revision of a database; ``None`` where it has no tables of ours."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the newest revision that there is."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def drift(engine: Engine) -> list[object]:
    """Return how the tables of a database differ from what the code expects."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        return list(compare_metadata(context, METADATA))


def grant(engine: Engine, role: str) -> None:
    """Let a role of PostgreSQL use the tables: read, add, move heads, erase.

    Raises:
        ValueError: That is no name of a role.
    """
    if not _ROLE.fullmatch(role):
        raise ValueError(f"{role!r} is not the name of a role; write letters, digits and _")
    with engine.begin() as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}",
            f"REVOKE INSERT ON alembic_version FROM {role}",
            f"GRANT UPDATE ON head TO {role}",
            *(
                f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}"
                for table, columns in ERASABLE.items()
            ),
        ):
            connection.execute(text(statement))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
