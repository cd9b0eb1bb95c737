"""Which revisions of the tables there are, and at which one a database stands.

Every command asks this first, and without Alembic: that takes a tenth of a second to load, and
is needed only where tables change (``migrations.running``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_TABLE: Final = "alembic_version"
_KEPT: Final = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - no input


@cache
def known() -> tuple[str, ...]:
    """Return every revision that there is, the oldest first: files are named after theirs."""
    files = Path(__file__).parent.glob("versions/[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def newest() -> str:
    """Return the newest revision that there is."""
    return known()[-1]


def current(engine: Engine) -> str | None:
    """Return the revision of a database; ``None`` where it has no tables of ours."""
    with engine.connect() as connection:
        return of(connection)


def of(connection: Connection) -> str | None:
    """Return the revision of the database that a connection sees."""
    if not inspect(connection).has_table(_TABLE):
        return None
    revision: str | None = connection.execute(_KEPT).scalar_one_or_none()
    return revision
