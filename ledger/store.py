"""The database: one transaction per act, committed here and nowhere else.

SQLite keeps one file in WAL mode with full durability; whoever writes takes the write lock
first, so a check and what rests on it cannot be torn apart. PostgreSQL locks the row of the
fund's head (``ledger.trail.lock``).
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, Insert, Select, Table

BUSY_SECONDS: Final = 30  # how long a writer waits for another on SQLite

ROWS: Final = 50_000
"""How many rows are taken from the database at a time."""

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else REPLACE takes rows away past the triggers that keep them
)

WRITING: Final = {"overbrug_writing": True}
"""Options of a connection that takes the write lock of SQLite before it reads."""


def open_engine(url: str) -> Engine:
    """Return the engine of a database.

    Args:
        url: As SQLAlchemy reads it; ``sqlite:///FILE`` or ``postgresql+psycopg://…``.
    """
    if not url.startswith("sqlite"):
        # A connection that was lost meanwhile is found before an act is tried on it.
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    # Python's driver would otherwise begin transactions at moments of its own.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = "overbrug_writing" in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session for one act: everything in it is committed, or nothing is."""
    writer = engine.execution_options(**WRITING)
    with Session(writer, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session that sees one moment of the database, whatever others commit meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Send what is written within to the database without waiting for each answer.

    The answers, and what is refused among them, come at the end. Nothing may be asked
    within.
    """
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    with driver.pipeline():
        yield


def table(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def insert(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of a table: the one way in which rows are written.

    Args:
        session: Of the act.
        model: The table.
        rows: Values by column; all rows name the same columns.
    """
    if rows:
        session.connection().execute(_insert(model), rows)


def claim(session: Session, model: type[SQLModel], row: Mapping[str, Any]) -> bool:
    """Write a row, unless somebody else wrote one at the same moment that excludes it.

    Where another act is at it, this waits until that is committed or not. The act goes on
    either way.

    Args:
        session: Of the act.
        model: The table.
        row: Values by column, right by themselves.

    Returns:
        Whether it was written.
    """
    try:
        with session.begin_nested():
            insert(session, model, [row])
    except IntegrityError:
        return False
    return True


def stream(
    session: Session, asked: Select[Any], values: Mapping[str, Any] | None = None
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the rows of a question in pieces, so that memory stays bounded.

    For columns that need no translation on any database: texts, whole numbers and bytes.
    SQLite gives them as its driver does, in half the time.

    Args:
        session: That sees one moment.
        asked: The question.
        values: Of its parameters.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        with connection.execute(asked, values) as result:
            cursor = result.cursor
            assert cursor is not None, "a question has rows"
            while rows := cursor.fetchmany(ROWS):
                yield rows
        return
    # Options of the connection itself would change every statement after this one.
    options = {"yield_per": ROWS}
    with connection.execute(asked, values, execution_options=options) as result:
        yield from result.partitions()


@cache
def _insert(model: type[SQLModel]) -> Insert:
    """Return the statement, which is worked out once."""
    return table(model).insert()
