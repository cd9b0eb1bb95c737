"""What SQLite believes of tables that nobody analysed: here, that a fund has many rows.

It plans by the figures in ``sqlite_stat1``. Without any it takes a fund for a handful of rows,
and reads all of them where an index would name the few. The figures are made up, once, of what
the indexes are; nothing of what the tables hold is in them, and plans stay the same for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alembic import op
from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

ROWS: Final = 100_000
"""How many rows a table is said to have, all of one fund."""

ALIKE: Final = 10
"""How many of them are said to agree in all columns of an index that is not unique."""


def tell() -> None:
    """Write the figures of every index; nothing on PostgreSQL, which gathers its own."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text("ANALYZE sqlite_schema"))  # makes the table of figures
    connection.execute(text("DELETE FROM sqlite_stat1"))
    figures = [*_figures(connection)]
    asked = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")
    connection.execute(asked, figures)


def forget() -> None:
    """Take the figures away."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_stat1"))


def _figures(connection: Connection) -> Iterator[dict[str, str]]:
    for table in inspect(connection).get_table_names():
        for _, index, is_unique, *_ in connection.execute(text(f"PRAGMA index_list({table})")):
            columns = [row[2] for row in connection.execute(text(f"PRAGMA index_info({index})"))]
            if columns[0] == "fund_id":
                yield {"tbl": table, "idx": index, "stat": _stat(len(columns), unique=is_unique)}


def _stat(columns: int, *, unique: bool) -> str:
    """Return the rows, and how many agree in the first column, in the first two, and so on."""
    between = [max(ROWS // 10**at, ALIKE) for at in range(1, columns - 1)]
    last = [1 if unique else ALIKE] if columns > 1 else []
    return " ".join(map(str, [ROWS, ROWS, *between, *last]))
