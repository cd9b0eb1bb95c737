"""What SQLite needs beside PostgreSQL: its ways set at each connection, and quick questions."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, create_engine, event
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Dialect, Engine

    from ledger.postgresql import Question

FEW: Final = 32
"""Up to how many values of lists a question is kept ready for just so many."""

WRITING: Final = {"overbrug_writing": True}
"""Options of a connection that takes the write lock before it reads."""

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else REPLACE takes rows away past the triggers that keep them
    "secure_delete = ON",  # what is erased does not stay behind where nothing is any more
)


def open_engine(url: str, *, wait_seconds: int) -> Engine:
    """Return the engine of a database on SQLite, where a writer waits so long for another."""
    engine = create_engine(url, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(driver: Any, _: object) -> None:
    # Python's driver would otherwise begin transactions at moments of its own.
    driver.isolation_level = None
    for pragma in _PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = "overbrug_writing" in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return that a column has one of the values of a parameter, a list."""
    return column.in_(bindparam(name, expanding=True, type_=column.type))


def ask(connection: Connection, asked: Question, values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of a question that acts ask all day, with the least that is between.

    Args:
        connection: Of the act.
        asked: The question, one object for all times.
        values: Of its parameters, by name.
    """
    shape = tuple(
        [(name, len(each) if isinstance(each, list) else None) for name, each in values.items()]
    )
    if sum(length or 0 for _, length in shape) > FEW:
        return connection.execute(asked, values).all()
    ready = _ready(asked, shape, connection.dialect)
    given = [each.of(values) for each in ready.marks]
    driver: Any = connection.connection.driver_connection
    try:
        found = driver.execute(ready.statement, given).fetchall()
    except sqlite3.Error as error:  # raised as all other statements raise it
        raise DBAPIError.instance(ready.statement, None, error, sqlite3.Error) from error
    row, read = ready.row, ready.read
    if not any(read):
        return [*map(row._make, found)]
    return [
        row._make([one(each) if one else each for one, each in zip(read, values_, strict=True)])
        for values_ in found
    ]


class _Mark(NamedTuple):
    """What is given for one mark of a statement.

    Args:
        name: Of the parameter.
        place: Which of its values, where it is a list.
        fixed: What the question itself says; then it has no name.
        bind: What a value is passed through.
    """

    name: str
    place: int | None
    fixed: Any
    bind: Callable[[Any], Any] | None

    def of(self, values: Mapping[str, Any]) -> Any:
        """Return the value, as the driver takes it."""
        value = values[self.name] if self.name else self.fixed
        if self.place is not None:
            value = value[self.place]
        return self.bind(value) if self.bind else value


class _Ready(NamedTuple):
    """A question as the driver takes it, and how what it gives is read.

    Args:
        statement: With a question mark for each value.
        marks: What is given for these.
        row: Makes a row.
        read: What the value of each column is passed through.
    """

    statement: str
    marks: tuple[_Mark, ...]
    row: Any
    read: tuple[Callable[[Any], Any] | None, ...]


@lru_cache(maxsize=512)
def _ready(asked: Question, shape: tuple[tuple[str, int | None], ...], dialect: Dialect) -> _Ready:
    """Return a question, made ready once for lists of these lengths."""
    some = {name: None if length is None else [None] * length for name, length in shape}
    compiled: Any = asked.params(some).compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    of_lists = {f"{name}_{n + 1}": (name, n) for name, length in shape for n in range(length or 0)}
    marks = []
    for each in compiled.positiontup:
        name, place = of_lists.get(each, (each, None))
        parameter = compiled.binds[name]
        bind = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        marks.append(_Mark(name if name in some else "", place, parameter.value, bind))
    columns = asked.selected_columns
    return _Ready(
        statement=str(compiled),
        marks=tuple(marks),
        row=namedtuple("Row", columns.keys()),  # noqa: PYI024 - its names are known here only
        read=tuple(
            each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns
        ),
    )
