"""Rows of a table in the order of the acts that wrote them, written as the trail writes.

A day is read as its ISO text, a hash in hexadecimal, a person as its id, so that a row can
be held to the body of its event without being turned into anything else first.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, LargeBinary, Text, Uuid, cast, func, select, type_coerce

from ledger import store
from ledger.sealing import ring
from ledger.sealing.ring import NotAsSealed, OtherKeys
from ledger.tables.base import UtcInstant
from ledger.tables.sealed import Sealed
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select, Table
    from sqlmodel import Session, SQLModel

    from ledger.sealing.ring import Ring

CHUNK: Final = 2_000
"""Rows that are held in memory at a time, of each table."""

MISFITS_MAX: Final = 100
"""Misfits that are told one by one."""

Row = tuple[Any, ...]
_END: Final = sys.maxsize
_NOT_AS_SEALED: Final = "(not as it was sealed)"
_SHOWN: Final = 80  # characters of a value that a message repeats


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """How the rows of a table follow from what their event says.

    Args:
        model: The table; its rows bear the number of their event.
        told: By column, the name of the value that must stand there.
        beside: Columns that are checked otherwise, after these in every row.
    """

    model: type[SQLModel]
    told: Mapping[str, str]
    beside: Sequence[ColumnElement[Any]] = ()

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        return store.table(self.model)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What is compared, in order."""
        return ("sequence", *self.told)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values that must stand there, after the number of the event."""
        return tuple(self.told.values())

    def where(self, row: Row) -> str:
        """Return what a row is called in messages: its table, and its key within the fund."""
        values = dict(zip(self.columns, row, strict=False))
        key = [str(values[each.name]) for each in self.table.primary_key if each.name in values]
        return f"{self.table.name} {'/'.join(key)}"

    def statement(self, fund_id: int, dialect: str) -> Select[Any]:
        """Return the question for all rows of a fund, in the order of their events."""
        compared = [as_told(self.table.c[name], dialect) for name in self.columns]
        key = [each for each in self.table.primary_key if each.name != "fund_id"]
        return (
            select(*compared, *self.beside)
            .where(self.table.c.fund_id == fund_id)
            .order_by(self.table.c.sequence, *key)
        )

    def misfits(
        self, number: int, said: Sequence[Mapping[str, Any]], found: Sequence[Row]
    ) -> Iterator[Misfit]:
        """Yield how rows differ from what their event says.

        Args:
            number: Of the event.
            said: What must stand in each row, by name.
            found: The rows that bear the number.
        """
        expected = [(number, *map(each.get, self.names)) for each in said]
        width = len(self.columns)
        if [row[:width] for row in found] != expected:
            yield from self._named(number, expected, found)

    def _named(
        self, number: int, expected: Sequence[Row], found: Sequence[Row]
    ) -> Iterator[Misfit]:
        wanted = {self.where(row): row for row in expected}
        there = {self.where(row): row for row in found}
        for where, row in wanted.items():
            if where not in there:
                yield Misfit(where, f"is missing; event {number} wrote it", number)
                continue
            for column, right, value in zip(self.columns, row, there[where], strict=False):
                if value != right:
                    yield Misfit(
                        f"{where}, {column}",
                        f"is {_shown(value)}; event {number} says {_shown(right)}",
                        number,
                    )
        for where in there:
            if where not in wanted:
                yield Misfit(where, f"event {number} wrote no such row", number)


@dataclass(slots=True)
class Stream:
    """The rows of one table, taken event by event; what no event takes is a misfit."""

    shape: Shape
    rows: Iterator[Row]
    strays: list[Misfit] = field(default_factory=list)
    untold: int = 0  # strays beyond those that are told one by one
    at: int = -1
    row: Row = ()

    def __post_init__(self) -> None:
        self._go_on()

    def take(self, number: int) -> list[Row]:
        """Return the rows that bear a number, which rises from call to call."""
        if self.at < number:
            self._pass_over(number)
        found = []
        while self.at == number:
            found.append(self.row)
            self._go_on()
        return found

    def left(self) -> Iterator[Misfit]:
        """Yield the rows that no event took."""
        self._pass_over(_END)
        yield from self.strays

    def _go_on(self) -> None:
        self.row = next(self.rows, ())
        self.at = self.row[0] if self.row else _END

    def _pass_over(self, number: int) -> None:
        while self.at < number:
            if len(self.strays) < MISFITS_MAX:
                where = self.shape.where(self.row)
                self.strays.append(Misfit(where, "no event of the trail wrote it", self.at))
            else:
                self.untold += 1
            self._go_on()


def stream(session: Session, fund_id: int, shape: Shape, lost: set[int]) -> Stream:
    """Return the rows of a fund's table, read piece by piece, what is sealed in them opened.

    Args:
        session: Sees one moment of the database.
        fund_id: The fund.
        shape: Of the table.
        lost: Takes the numbers of the acts of which something cannot be opened any more,
            because the key of its bucket was destroyed, or there are no keys.
    """
    rows = read(session, shape.statement(fund_id, dialect_of(session)))
    return Stream(shape, _opened(shape, rows, ring.at_hand(session.connection()), lost))


def _opened(shape: Shape, rows: Iterator[Row], keys: Ring | None, lost: set[int]) -> Iterator[Row]:
    sealed = [
        (at, column.type)
        for at, column in enumerate(shape.beside, len(shape.columns))
        if isinstance(column.type, Sealed)
    ]
    if not sealed:
        yield from rows
        return
    for row in rows:
        cells = list(row)
        for at, kind in sealed:
            if (cell := cells[at]) is not None:
                cells[at] = None if keys is None else _plain(cell, kind, keys)
                if cells[at] is None:
                    lost.add(row[0])
        yield tuple(cells)


def _plain(cell: Any, kind: Sealed, keys: Ring) -> Any:
    """Return a value opened; what is not as it was sealed is what nothing commits to."""
    try:
        return kind.opened(cell, keys)
    except (NotAsSealed, OtherKeys, TypeError, ValueError):
        return _NOT_AS_SEALED if kind.is_text else _NOT_AS_SEALED.encode()


def read(session: Session, asked: Select[Any]) -> Iterator[Row]:
    """Yield the rows that a question finds, holding a piece of them in memory at a time."""
    return chain.from_iterable(store.beside(session, asked, rows=CHUNK))


def dialect_of(session: Session) -> str:
    """Return which kind of database a session speaks to."""
    return session.connection().dialect.name


def as_told(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return a column as the trail writes its values."""
    return _on_sqlite(column) if dialect == "sqlite" else _on_postgresql(column)


def _on_sqlite(column: ColumnElement[Any]) -> ColumnElement[Any]:
    match column.type:
        case UtcInstant():
            return func.replace(type_coerce(column, Text), " ", "T").concat("Z")
        case LargeBinary():
            return func.lower(func.hex(column))
        case Uuid():
            return _dashed(type_coerce(column, Text))
        case Date():
            return type_coerce(column, Text)
        case _:
            return column


def _on_postgresql(column: ColumnElement[Any]) -> ColumnElement[Any]:
    match column.type:
        case UtcInstant():
            return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        case LargeBinary():
            return func.encode(column, "hex")
        case Uuid() | Date():
            return cast(column, Text)
        case _:
            return column


def _dashed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a UUID with dashes; SQLite keeps 32 hexadecimal digits."""
    first, *others = (
        func.substr(column, start, length)
        for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    made: ColumnElement[Any] = first
    for piece in others:
        made = made.concat("-").concat(piece)
    return made


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
