"""One valid row of any table, and whatever it refers to, from what the database says of it.

Row ``n`` of every table lies in fund ``n``, so that keys within a fund always fit. A table
whose rows must say something in particular has that in ``SAID``; all other cells follow from
the kind of their column. ``filled`` fills in what may be empty too, with values that are
easily lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Column, MetaData, Table
from sqlalchemy import column as of_name
from sqlalchemy import table as of_columns

from ledger.backup import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine, ForeignKeyConstraint, TableClause

SAID: Final[dict[str, dict[str, Any]]] = {
    "acceptance": {"ground": "reverse-test"},
    "acceptance_decision": {
        "how": "board",
        "meeting_on": date(2026, 2, 1),
        "number": "2026-7",
        "present": 5,
        "members": 9,
        "mandate": None,
    },
    "agreement": {"valid_until": None},
    "approval": {"verdict": "objects"},
    "bank_match": {"rule": "hand"},
    "bank_reason": {"account": "NL91ABNA0417164300"},
    "case_reading": {"why": "request"},
    "escalation": {
        "asked_on": date(2026, 1, 1),
        "decide_by": date(2026, 1, 11),
        "why": "stuck",
    },
    "escalation_decision": {"outcome": "granted"},
    "finding": {"kind": "error", "criterion": "conditions"},
    "finding_end": {"how": "resolved"},
    "head": {"pool_cents": -(2**63), "reserved_cents": 2**63 - 1},
    "moratorium": {
        "asked_on": date(2026, 1, 1),
        "until": date(2026, 2, 1),
        "decide_by": date(2026, 1, 5),
        "rules": "splitting",
    },
    "moratorium_decision": {"granted": False, "since": None, "until": None},
    "observation": {"outcome": "partly"},
    "proposal": {"period_until": date(2027, 1, 1)},
    "reading": {"why": "review"},
    "receipt_reminder": {"nth": 1},
    "reservation": {"reserved_on": date(2026, 1, 1), "until": date(2026, 2, 1)},
    "reservation_end": {"how": "released"},
    "restriction": {"ground": "accuracy"},
    "review": {"verdict": "more-information"},
    "role": {"role": "finance", "valid_until": None},
    "settlement_position": {
        "balance_cents": 7,
        "due_cents": 5,
        "closing_cents": 2,
        "carried_in_cents": 1,
        "transferred_cents": 6,
        "carried_out_cents": 0,
    },
    "settlement_state": {"state": "booked"},
    "signature": {"how": "page"},
    "spending": {"vat_use": "unknown", "vat_cents": 0},
}
"""What rows of a table must say, by column; all else is filled in."""

AWKWARD: Final[dict[str, Any]] = {
    "integer": 2**63 - 1,
    "boolean": False,
    "bytes": b"\x00\xff\n",
    "date": date(1900, 1, 1),
    "instant": datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "uuid": UUID(int=2**128 - 1),
}
TEXTS: Final = ("", " ", "null", "\\N", '"', "\n", "\u2028", "a\tb,c;d", "Ĳsselstein €", "🏠")
"""Texts that formats are known to lose."""


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows that are written as they are asked for, each once.

    Args:
        connection: As the owner of the tables, or the application.
        metadata: What tables there are: those of the models, or those that a database has.
        filled: Whether cells that may be empty are filled, too.
    """

    connection: Connection
    metadata: MetaData
    filled: bool = False
    made: dict[tuple[str, int, int], dict[str, Any]] = field(default_factory=dict)

    def all(self, number: int = 1) -> None:
        """Write a row of every table."""
        for table in self.metadata.sorted_tables:
            if table.name != "alembic_version":
                self.of(table.name, number)

    def of(self, name: str, number: int = 1, variant: int = 0) -> dict[str, Any]:
        """Return a row of a table, written now if it was not before.

        Args:
            name: Of the table.
            number: Of the fund that it lies in.
            variant: Tells rows of one fund apart.
        """
        key = (name, number, 0 if name == "fund" else variant)
        if key not in self.made:
            row = self.valid(*key)
            insert(self.connection, self.metadata.tables[name], row)
            self.made[key] = row
        return self.made[key]

    def valid(self, name: str, number: int = 1, variant: int = 0) -> dict[str, Any]:
        """Return a valid row without writing it; what it refers to is written."""
        table = self.metadata.tables[name]
        said = SAID.get(name, {})
        row = {
            column.name: self._cell(column, number, variant)
            for column in table.columns
            if column.name not in said
        } | {column: value for column, value in said.items() if column in table.columns}
        for key, parent in self._parents(table, number, variant):
            row |= {
                element.parent.name: parent[element.column.name]
                for element in key.elements
                if element.parent.name not in said
            }
        return row

    def _parents(
        self, table: Table, number: int, variant: int
    ) -> Iterator[tuple[ForeignKeyConstraint, dict[str, Any]]]:
        """Yield the foreign keys that must be filled, with the row that each refers to.

        Two that refer to one table refer to two of its rows.
        """
        asked: dict[str, int] = {}
        for key in ordered(table):
            name = key.referred_table.name
            needed = [column for column in key.columns if not column.nullable]
            if len(needed) < len(key.columns) or name == table.name:
                continue
            among = asked.get(name, 0)
            asked[name] = among + 1
            yield key, self.of(name, number, variant + among)

    def _cell(self, column: Column[Any], number: int, variant: int) -> Any:
        kind = kinds.of(column.type).name
        if column.nullable:
            if not self.filled or column.foreign_keys:
                return None
            return (
                TEXTS[(number + len(column.name)) % len(TEXTS)] if kind == "text" else AWKWARD[kind]
            )
        if kind == "integer":
            return number if column.name in {"fund_id", "id"} else 10 * number + variant + 1
        if kind == "text":
            return f"{column.name}-{number}-{variant}"
        return {
            "boolean": True,
            "bytes": bytes([number, variant]) * 16,
            "date": date(2026, 1, number + 10 * variant),
            "instant": datetime(2026, 1, number, 12, variant, 0, 123_450 + number, tzinfo=UTC),
            "uuid": UUID(int=(number << 8) + variant + 1),
        }[kind]


def reflected(engine: Engine) -> MetaData:
    """Return the tables that a database has, but for the one that says which these are."""
    metadata = MetaData()
    metadata.reflect(engine, only=lambda name, _: name != "alembic_version")
    return metadata


def ordered(table: Table) -> list[ForeignKeyConstraint]:
    """Return the foreign keys of a table in an order that is always the same."""
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def insert(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Write a row, by the kinds of its columns."""
    connection.execute(plain(table).insert(), row)


def plain(table: Table) -> TableClause:
    """Return a table with its columns by their kinds: a database may describe them otherwise."""
    columns = (of_name(each.name, kinds.of(each.type).type) for each in table.columns)
    return of_columns(table.name, *columns)
