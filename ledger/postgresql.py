"""What PostgreSQL needs beside SQLite: connections that may be lost, and rows in bulk."""

from __future__ import annotations

import select
import time
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import ARRAY, any_, bindparam, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect, Connection, Dialect, Engine, Select

    Question = Select[Any] | CompoundSelect[Any]

    Among = Callable[[ColumnElement[Any], str], ColumnElement[bool]]
    """Says that a column has one of the values of a parameter, a list, by its name."""

TRUSTED_SECONDS: Final = 1.0
"""How long a connection may lie idle before it is asked whether it is still there."""

_IDLE_SINCE: Final = "overbrug_idle_since"


def open_engine(url: str) -> Engine:
    """Return the engine of a database on PostgreSQL."""
    engine = create_engine(url)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "checkin", _lies_idle)
    event.listen(engine, "checkout", _refuse_lost)
    return engine


def _set_up(driver: psycopg.Connection[Any], _: object) -> None:
    # The driver would otherwise tell small numbers as another type than large ones, so that
    # the server would plan a statement anew for every mixture of them.
    driver.adapters.register_dumper(int, Int8Dumper)
    # Days are read as texts too, whatever way of writing them the server is set to.
    driver.execute("SET datestyle TO 'ISO'")
    driver.commit()


def _lies_idle(_: object, record: Any) -> None:
    record.info[_IDLE_SINCE] = time.monotonic()


def _refuse_lost(driver: psycopg.Connection[Any], record: Any, _: object) -> None:
    """Have the pool take another connection where this one was lost meanwhile.

    So no act is tried on it. A server that goes away says so, or its machine does: then
    there is something to read where nothing was asked. Where the way to it broke nobody says
    anything, so that after a while it is asked. To ask each time costs each act a round trip.
    """
    idle = time.monotonic() - record.info.get(_IDLE_SINCE, time.monotonic())
    if idle < TRUSTED_SECONDS and not _has_spoken(driver):
        return
    try:
        driver.execute("SELECT 1")
        driver.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError(str(error)) from error


def _has_spoken(driver: psycopg.Connection[Any]) -> bool:
    found = select.poll()
    found.register(driver, select.POLLIN)
    return bool(found.poll(0))


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return that a column has one of the values of a parameter, a list.

    It is given as an array: a statement that is the same for every length need not be read
    anew.
    """
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


def ask(connection: Connection, asked: Question, values: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a question that acts ask all day, with the least that is between.

    Args:
        connection: Of the act.
        asked: The question, one object for all times; about columns of types that the driver
            itself knows.
        values: Of its parameters, by name.
    """
    statement, names, fixed = _question(asked, connection.dialect)
    values = {**fixed, **values}
    driver: Any = connection.connection.driver_connection
    with _translated(statement):
        cursor = psycopg.RawCursor(driver, row_factory=namedtuple_row)
        return cursor.execute(statement, [values[name] for name in names]).fetchall()


@lru_cache(maxsize=512)
def _question(asked: Question, dialect: Dialect) -> tuple[str, tuple[str, ...], Mapping[str, Any]]:
    """Return a question as the server takes it, its parameters in order, and those it fixes."""
    compiled = asked.compile(dialect=dialect)
    names: list[str] = []
    marks = _Marks(names)
    return (
        str(compiled) % marks,
        tuple(names),
        {name: value for name, value in compiled.params.items() if value is not None},
    )


class _Marks(dict[str, str]):
    """Numbers the marks of a statement in the order in which they are met."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def __missing__(self, name: str) -> str:
        self.names.append(name)
        mark = self[name] = f"${len(self.names)}"
        return mark


def write_together(connection: Connection, parts: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """Write what several statements write, in one.

    Args:
        connection: Of the act.
        parts: Statements that answer nothing, with ``%s`` for each value, and the values.
    """
    statement = _joined(tuple(part for part, _ in parts))
    values = [value for _, of_part in parts for value in of_part]
    driver: Any = connection.connection.driver_connection
    with _translated(statement):
        psycopg.RawCursor(driver).execute(statement, values)


@lru_cache(maxsize=512)
def _joined(parts: tuple[str, ...]) -> str:
    """Return one statement of several, with its marks numbered as the server wants them."""
    *others, last = parts
    before = ", ".join(f"written_{number} AS ({each})" for number, each in enumerate(others))
    first, *pieces = (f"WITH {before} {last}" if before else last).split("%s")
    return first + "".join(f"${number}{each}" for number, each in enumerate(pieces, 1))


@contextmanager
def _translated(statement: str) -> Iterator[None]:
    """Raise what the driver raises as all other statements do."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


def copy(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write many rows at once, in a fraction of the time that statements take.

    Args:
        connection: Of the act.
        table: Name of the table, quoted where it must be.
        columns: Their names, with commas between, quoted likewise.
        rows: Values in the order of these columns, as the driver takes them.
    """
    statement = f"COPY {table} ({columns}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    with _translated(statement), driver.cursor() as cursor, cursor.copy(statement) as sink:
        for row in rows:
            sink.write_row(row)


def stream(
    connection: Connection, asked: Select[Any], values: Mapping[str, Any], *, rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the rows of a question in pieces, the fastest way out of the database.

    Args:
        connection: On which nothing else is asked until all are read.
        asked: The question.
        values: Of its parameters, by name.
        rows: How many there are in a piece.
    """
    compiled = asked.compile(dialect=connection.dialect)
    types = [each.type.dialect_impl(connection.dialect) for each in asked.selected_columns]
    named = [connection.dialect.type_compiler_instance.process(each).lower() for each in types]
    driver: Any = connection.connection.driver_connection
    with (
        _translated(str(compiled)),
        driver.cursor() as cursor,
        cursor.copy(f"COPY ({compiled}) TO STDOUT", {**compiled.params, **values}) as source,
    ):
        source.set_types(named)
        found = source.rows()
        while piece := [*islice(found, rows)]:
            yield piece


def beside(
    connection: Connection, asked: Select[Any], *, rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the rows of a question in pieces, while others are read on the same connection.

    Args:
        connection: In a transaction.
        asked: The question; all its values stand in it.
        rows: How many there are in a piece.
    """
    compiled = asked.compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    with _translated(str(compiled)), driver.cursor(f"beside_{id(compiled)}") as cursor:
        cursor.execute(str(compiled), compiled.params)
        while found := cursor.fetchmany(rows):
            yield found
