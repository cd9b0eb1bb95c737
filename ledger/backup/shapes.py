"""The tables that a database has, as it describes them itself: of any revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import collate, column, inspect, select, table

from ledger.backup import kinds

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, TableClause
    from sqlalchemy.engine.reflection import Inspector

    from ledger.backup.kinds import Kind

REVISION: Final = "alembic_version"
"""The table that says which revision the others have; the manifest says it for a backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A table: its columns in the order of their names, and its primary key."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]

    @property
    def table(self) -> TableClause:
        """The table, for statements."""
        return table(self.name, *(column(name, kind.type) for name, kind in self.columns))

    def rows(self, dialect: str) -> Select[tuple[object, ...]]:
        """Return the question for all rows, in an order that is the same on every database."""
        asked = self.table
        kinds_ = dict(self.columns)
        # Databases have ideas of their own about the order of letters.
        binary = {"postgresql": "C", "sqlite": "BINARY"}[dialect]
        return select(*asked.c).order_by(
            *(
                collate(asked.c[name], binary) if kinds_[name].name == "text" else asked.c[name]
                for name in self.key
            )
        )


def found(connection: Connection) -> tuple[Shape, ...]:
    """Return the tables of a database, each after those that it refers to."""
    inspector = inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name]
    return tuple(_shape(inspector, name) for name in names if name != REVISION)


def _shape(inspector: Inspector, name: str) -> Shape:
    columns = ((each["name"], kinds.of(each["type"])) for each in inspector.get_columns(name))
    return Shape(
        name=name,
        columns=tuple(sorted(columns, key=lambda each: each[0])),
        key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
    )
