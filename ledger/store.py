"""The database: one transaction per act, committed here and nowhere else.

SQLite keeps one file in WAL mode with full durability; whoever writes takes the write lock
first, so a check and what rests on it cannot be torn apart. PostgreSQL locks the row of the
fund's head (``ledger.trail.lock``). What else each of them needs is in a module of its own.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Executable, LargeBinary, bindparam, tuple_
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel

from ledger import postgresql, sqlite
from ledger.sealing import ring
from ledger.tables.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import (
        Column,
        ColumnElement,
        Connection,
        Dialect,
        Engine,
        Insert,
        Select,
        Table,
        Update,
    )

    from ledger.postgresql import Among, Question
    from ledger.sealing.ring import Ring

BUSY_SECONDS: Final = 30
"""How long a writer waits for another on SQLite."""

_TOGETHER: Final = "overbrug_together"

ROWS: Final = 50_000
"""How many rows are taken from the database, or given to it, at a time."""

PAGE: Final = 2_000
"""How many rows are changed at a time."""

MANY: Final = 500
"""From how many rows on PostgreSQL is given them in bulk."""


def open_engine(url: str, keys: Ring | None = None) -> Engine:
    """Return the engine of a database.

    Args:
        url: As SQLAlchemy reads it; ``sqlite:///FILE`` or ``postgresql+psycopg://…``.
        keys: With which what is sealed is opened; without them all else can be read.
    """
    if url.startswith("sqlite"):
        engine = sqlite.open_engine(url, wait_seconds=BUSY_SECONDS)
    else:
        engine = postgresql.open_engine(url)
    ring.attach(engine.dialect, keys)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session for one act: everything in it is committed, or nothing is."""
    with (
        engine.connect().execution_options(**sqlite.WRITING) as connection,
        connection.begin(),
        Session(connection, expire_on_commit=False) as session,
    ):
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
    """Write single rows within in one statement, where the database knows such: one round trip.

    What is refused among them is refused at the end. Nothing may be asked within.
    """
    if session.connection().dialect.name == "sqlite":
        yield
        return
    session.info[_TOGETHER] = []
    try:
        yield
        _write_kept(session)
    finally:
        del session.info[_TOGETHER]


def _write_kept(session: Session) -> None:
    """Write what was kept to be written in one statement."""
    if kept := session.info.get(_TOGETHER):
        postgresql.write_together(session.connection(), kept)
        kept.clear()


def table(model: type[SQLModel]) -> Table:
    """Return the table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def insert(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of a table: the one way in which rows are written.

    They are laid out as the driver takes them and handed to it at once, because a million
    rows would take most of the time on the way there.

    Args:
        session: Of the act.
        model: The table.
        rows: Values by column; all rows name the same columns.
    """
    if not rows:
        return
    connection = session.connection()
    form = _form(model, frozenset(rows[0]), connection.dialect)
    if form.seals:
        ring.of(connection).refresh()
    if len(rows) == 1:
        _write(session, form.statement, form.of(rows[0]))
        return
    _write_kept(session)  # rows that these may refer to
    if len(rows) >= MANY and connection.dialect.name == "postgresql":
        postgresql.copy(connection, form.table, form.columns, form.laid_out(rows))
        return
    laid_out = form.laid_out(rows)
    while piece := [*islice(laid_out, ROWS)]:
        connection.exec_driver_sql(form.statement, piece)


def _write(session: Session, statement: str, values: tuple[Any, ...]) -> None:
    if _TOGETHER in session.info:
        session.info[_TOGETHER].append((statement, values))
    else:
        session.connection().exec_driver_sql(statement, values)


def move(session: Session, model: type[SQLModel], row: Mapping[str, Any]) -> None:
    """Change a row, which its key names: for the heads of trails, as all other rows are final.

    Args:
        session: Of the act.
        model: The table.
        row: Values of the columns that change, and of the key.
    """
    form = _form_of_move(model, frozenset(row), session.connection().dialect)
    _write(session, form.statement, form.of(row))


def add_up(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], column: str
) -> None:
    """Add to a column of rows, which their keys name; one that is not there is written.

    Args:
        session: Of the act.
        model: The table.
        rows: Values of the key, and what is added; each key once, and at least one.
        column: What is added to.
    """
    form = _form(model, frozenset(rows[0]), session.connection().dialect)
    key = ", ".join(each.name for each in table(model).primary_key)
    more = f"{column} = {form.table}.{column} + excluded.{column}"
    statement = f"{form.statement} ON CONFLICT ({key}) DO UPDATE SET {more}"
    for row in rows:
        _write(session, statement, form.of(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How rows of a table are handed to a driver.

    Args:
        statement: With a mark for each value.
        names: The columns that the values are of, in this order.
        adapted: By column, what its values are passed through.
        table: Its name, quoted where it must be.
        columns: Their names with commas between, quoted likewise.
        seals: Whether some of them are sealed.
    """

    statement: str
    names: tuple[str, ...]
    adapted: Mapping[str, Callable[[Any], Any]]
    table: str
    columns: str
    seals: bool

    def of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values of a row, in the order of the columns."""
        adapted = self.adapted
        return tuple(
            [adapted[name](row[name]) if name in adapted else row[name] for name in self.names]
        )

    def laid_out(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """Return the values of each row, in the order of the columns."""
        columns: list[Iterable[Any]] = []
        for name in self.names:
            values, adapt = map(itemgetter(name), rows), self.adapted.get(name)
            columns.append(values if adapt is None else map(adapt, values))
        return zip(*columns, strict=True)


@lru_cache(maxsize=512)
def _form(model: type[SQLModel], named: frozenset[str], dialect: Dialect) -> _Form:
    """Return how rows are inserted, which is worked out once."""
    columns = [each for each in table(model).columns if each.name in named]
    assert len(columns) == len(named), "what is named is a column"
    return _compiled(table(model).insert(), columns, dialect)


@lru_cache(maxsize=512)
def _form_of_move(model: type[SQLModel], named: frozenset[str], dialect: Dialect) -> _Form:
    """Return how a row is changed, which is worked out once."""
    key = [*table(model).primary_key]
    changed = [each for each in table(model).columns if each.name in named and each not in key]
    assert len(changed) + len(key) == len(named), "what is named is a column, or the key"
    of_key = [each == bindparam(f"{each.name}_", type_=each.type) for each in key]
    return _compiled(table(model).update().where(*of_key), [*changed, *key], dialect)


def _compiled(
    statement: Insert | Update, columns: Sequence[Column[Any]], dialect: Dialect
) -> _Form:
    changed = [each.name for each in columns if statement.is_insert or not each.primary_key]
    compiled = statement.compile(dialect=dialect, column_keys=changed)
    marks = dict.fromkeys(compiled.bind_names.values(), "%s")
    # Bytes need no wrapping, and a million wrappings take as long as the rest of the way.
    adapters = {
        each.name: each.type.dialect_impl(dialect).bind_processor(dialect)
        for each in columns
        if not isinstance(each.type, LargeBinary)
    }
    quoted = dialect.identifier_preparer
    return _Form(
        statement=str(compiled) if compiled.positional else str(compiled) % marks,
        names=tuple(each.name for each in columns),
        adapted={name: each for name, each in adapters.items() if each is not None},
        table=quoted.format_table(columns[0].table),
        columns=", ".join(quoted.format_column(each) for each in columns),
        seals=any(isinstance(each.type, Sealed) for each in columns),
    )


def with_lists(form: Callable[[Among], Question]) -> Mapping[str, Question]:
    """Return a question some of whose parameters are lists, as each database takes it.

    Args:
        form: Makes the question, with what says that a column has one of the values of a
            parameter.
    """
    return {"sqlite": form(sqlite.among), "postgresql": form(postgresql.among)}


def ask(
    session: Session, asked: Question | Mapping[str, Question], values: Mapping[str, Any]
) -> Sequence[Any]:
    """Return the rows of a question that acts ask all day.

    Args:
        session: Of the act.
        asked: The question, one object for all times, or one :func:`with_lists`; on
            PostgreSQL about columns of types that the driver itself knows.
        values: Of its parameters, by name.
    """
    connection = session.connection()
    name = connection.dialect.name
    question = asked if isinstance(asked, Executable) else asked[name]
    if name == "postgresql":
        return postgresql.ask(connection, question, values)
    return sqlite.ask(connection, question, values)


def paged(
    connection: Connection, asked: Select[Any], key: Sequence[ColumnElement[Any]]
) -> Iterator[Sequence[Any]]:
    """Yield the rows of a question in pieces, each of which may be changed before the next.

    Args:
        connection: Of the transaction.
        asked: The question, in no order; its columns are those of ``key``, and others.
        key: The columns of the primary key, by which the rows come in order.
    """
    ordered = asked.order_by(*key).limit(PAGE)
    after = ordered
    while rows := connection.execute(after).all():
        yield rows
        last = [getattr(rows[-1], str(each.key)) for each in key]
        after = ordered.where(tuple_(*key) > tuple_(*last))


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
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the rows of a question in pieces, so that memory stays bounded.

    For columns that need no translation on any database: texts, whole numbers and bytes.
    SQLite gives them as its driver does, in half the time. What is sealed stays so.

    Args:
        session: That sees one moment.
        asked: The question.
        values: Of its parameters.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        yield from postgresql.stream(connection, asked, values or {}, rows=ROWS)
    else:
        yield from _fetched(connection, asked, values or {}, rows=ROWS)


def beside(
    session: Session, asked: Select[Any], *, rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the rows of a question in pieces, while others are read beside it.

    For the same columns as :func:`stream`.

    Args:
        session: That sees one moment.
        asked: The question; all its values stand in it.
        rows: How many there are in a piece.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        yield from postgresql.beside(connection, asked, rows=rows)
    else:
        yield from _fetched(connection, asked, {}, rows=rows)


def _fetched(
    connection: Connection, asked: Select[Any], values: Mapping[str, Any], *, rows: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield rows as the driver of SQLite gives them, in half the time."""
    with connection.execute(asked, values) as result:
        cursor = result.cursor
        assert cursor is not None, "a question has rows"
        try:
            while found := cursor.fetchmany(rows):
                yield found
        except sqlite3.Error as error:
            raise DBAPIError.instance(str(asked), None, error, sqlite3.Error) from error
