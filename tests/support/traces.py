"""Where a database keeps bytes: every file, and every cell of every table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from tests.support import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.databases import Database


def found(database: Database, texts: Iterable[str], *, log: bool = True) -> set[str]:
    """Return those of these texts that stand anywhere in a database, or its log, or a cell."""
    wanted = {each: each.encode() for each in texts}
    seen: set[str] = set()
    for content in (*_files(database, log=log), *_cells(database)):
        seen |= {each for each, told in wanted.items() if told in content}
    return seen


def _files(database: Database, *, log: bool) -> Iterator[bytes]:
    if database.dialect == "sqlite":
        path = Path(database.engine.url.database or "")
        yield from (each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))
        return
    with database.owner.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        own = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
    for place in (folder / "base" / str(own), *([folder / "pg_wal"] if log else [])):
        yield from (each.read_bytes() for each in sorted(place.iterdir()) if each.is_file())


def _cells(database: Database) -> Iterator[bytes]:
    metadata = rows.reflected(database.owner)
    with database.owner.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(rows.plain(table))):
                yield from (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
