"""Rows of the bank's tables, and the one hash that binds all rows of an act to its event.

An import may bring a hundred thousand lines, so its event holds the root of a Merkle tree
over them instead of the lines. A leaf is canonical JSON: the name of the table and the
columns of the row in the order of its model, without fund and sequence; days as ISO texts,
hashes in hexadecimal. Leaves stand in the order of tables and lines.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import canonical_json, merkle
from ledger.bank.kept import Extract, Line, LineKey
from ledger.money import Cents
from ledger.tables import BankLine, BankMatch, BankStatement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlmodel import SQLModel

_PLACE: Final = re.compile(r"([1-9][0-9]{0,17})/([1-9][0-9]{0,17})")


class Place(NamedTuple):
    """What a line is called: the act that brought it and its number there, ``17/3``."""

    sequence: int
    line: int

    def __str__(self) -> str:
        return f"{self.sequence}/{self.line}"


def place(text: str) -> Place | None:
    """Return the place that a text names; ``None`` where it names none."""
    found = _PLACE.fullmatch(text)
    return None if found is None else Place(int(found[1]), int(found[2]))


def columns(model: type[SQLModel]) -> tuple[str, ...]:
    """Return the columns that a leaf holds, in their order."""
    return tuple(name for name in model.model_fields if name not in {"fund_id", "sequence"})


STATEMENT: Final = columns(BankStatement)
LINE: Final = columns(BankLine)
MATCH: Final = columns(BankMatch)
_KEY: Final = tuple(LineKey.__slots__)


def leaf(table: str, values: Iterable[Any]) -> bytes:
    """Return the leaf of a row, of values as the trail writes them."""
    return canonical_json.text([table, *values]).encode()


def root(written: Sequence[tuple[str, Sequence[str], Sequence[Mapping[str, Any]]]]) -> bytes:
    """Return the root over rows that are written: table, columns, rows, for each table."""
    return merkle.root(
        leaf(table, (_told(row[name]) for name in names))
        for table, names, rows in written
        for row in rows
    )


def _told(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def of_extract(extract: Extract) -> dict[str, Any]:
    """Return the columns of a statement."""
    return asdict(extract)


def extract(row: Any) -> Extract:
    """Return the statement that a row keeps."""
    return Extract(**{name: getattr(row, name) for name in Extract.__slots__})


def of_line(line: Line) -> dict[str, Any]:
    """Return the columns of a line."""
    return {
        **asdict(line.key),
        "amount_cents": line.amount_cents,
        "fingerprint": bytes.fromhex(line.fingerprint),
        "iban": line.iban,
        "names": line.names,
    }


def line(row: Any) -> Line:
    """Return the line that a row keeps."""
    return Line(
        key=key(row),
        amount_cents=Cents(row.amount_cents),
        fingerprint=row.fingerprint.hex(),
        iban=row.iban,
        names=row.names,
        statement="",
    )


def key(row: Any) -> LineKey:
    """Return what a line is known by."""
    return LineKey(**{name: getattr(row, name) for name in _KEY})


def numbered(
    fund_id: int, sequence: int, rows: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows with their place: the act that writes them, and numbers from 1."""
    return [
        {"fund_id": fund_id, "sequence": sequence, "line": at, **row}
        for at, row in enumerate(rows, 1)
    ]
