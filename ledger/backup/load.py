"""Put the rows of a backup into empty tables of the same revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ledger.backup import shapes
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from ledger.backup.archive import Archive
    from ledger.backup.manifest import TablePart
    from ledger.backup.shapes import Shape


def into(connection: Connection, archive: Archive) -> None:
    """Write every row of a backup.

    Args:
        connection: To a database with the tables of the backup's revision, all empty.
        archive: The backup.

    Raises:
        WrongInput: The backup is damaged, or its rows do not fit the tables.
    """
    there = shapes.found(connection)
    parts = {part.name: part for part in archive.manifest.tables}
    if _told(there) != {name: _columns(part) for name, part in parts.items()}:
        raise WrongInput(
            [
                Mistake(
                    archive.name,
                    f"holds other tables than revision {archive.manifest.revision} has; "
                    "take one that overbrug backup wrote",
                )
            ]
        )
    for shape in there:
        try:
            _write(connection, shape, archive.rows(parts[shape.name]))
        except (IntegrityError, DataError) as error:
            what = str(error.orig).strip().splitlines()[0]
            raise WrongInput(
                [Mistake(f"{archive.name}: {shape.name}", f"has a row that does not fit: {what}")]
            ) from None


def _told(there: Iterable[Shape]) -> dict[str, list[tuple[str, str]]]:
    return {shape.name: [(name, kind.name) for name, kind in shape.columns] for shape in there}


def _columns(part: TablePart) -> list[tuple[str, str]]:
    return [(column.name, column.kind) for column in part.columns]


def _write(connection: Connection, shape: Shape, pieces: Iterable[list[list[Any]]]) -> None:
    if connection.dialect.name == "postgresql":
        _copy(connection, shape, pieces)
        return
    names, statement = [name for name, _ in shape.columns], shape.table.insert()
    for rows in pieces:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def _copy(connection: Connection, shape: Shape, pieces: Iterable[list[list[Any]]]) -> None:
    """Write rows to PostgreSQL the way that is meant for many: in a third of the time."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name, _ in shape.columns)
    statement = f"COPY {quote(shape.name)} ({names}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for rows in pieces:
                for row in rows:
                    copy.write_row(row)
    except errors.Error as error:
        raise DBAPIError.instance(statement, None, error, errors.Error) from error
    connection.execute(text(f"ANALYZE {quote(shape.name)}"))  # else it takes tables for empty
