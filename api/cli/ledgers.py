"""What commands on the ledger share: which database, who acts, and how acts are done."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.errors import Mistake, Refusal, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Engine
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.decisions.places import Place

URL: Final = "OVERBRUG_DATABASE_URL"
ADMINISTRATOR: Final = "administrator"
BOARD: Final = "board"
_NO_RIGHT: Final = "42501"  # of PostgreSQL

FundCode = Annotated[str, typer.Argument(metavar="FUND", help="Code of the fund.")]
As = Annotated[
    str,
    typer.Option("--as", envvar="OVERBRUG_ACTOR", metavar="HANDLE", help="Who acts."),
]


class DatabaseUnavailable(Refusal):
    """The database failed in the middle of an act: full, locked for long, or gone."""

    slug = "database-unavailable"


def database_url() -> str:
    """Return the database that the environment names, else one SQLite file of the user."""
    given = os.environ.get(URL)
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    import platformdirs

    return f"sqlite:///{platformdirs.user_data_path('overbrug') / 'ledger.db'}"


def open_engine() -> Engine:
    """Return the engine of the database, which must be up to date; a new SQLite file is made.

    Raises:
        WrongInput: The database cannot be reached, or its migrations are not current.
    """
    from migrations import revisions

    engine = engine_of_url()
    with reaching():
        if _is_new(engine):
            from migrations import running

            running.upgrade(engine)
        current = revisions.current(engine)
    if current != revisions.newest():
        raise WrongInput(
            [
                Mistake(
                    URL,
                    f"the database is at revision {current or 'none'}, this version of overbrug "
                    f"needs {revisions.newest()}; run overbrug migrate",
                )
            ]
        )
    _refuse_other_keys(engine)
    return engine


def _refuse_other_keys(engine: Engine) -> None:
    """Refuse to go on without the key file with which the database was sealed.

    Raises:
        WrongInput: It is not there, cannot be used, or others may read it.
        OtherKeys: It is that of another database, or an older copy.
    """
    from api import keyfile
    from ledger import opening

    with reaching(), engine.connect() as connection:
        if keyfile.path().exists():
            opening.refuse_other_keys(connection)
        elif next(opening.newest(connection), None) is not None:
            what = "is not there, and without it what the database holds sealed cannot be read"
            raise WrongInput(
                [Mistake(f"{keyfile.VARIABLE} ({keyfile.path()})", f"{what}; put it back")]
            )


def engine_of_url() -> Engine:
    """Return the engine of the database, whether it can be reached or not.

    Raises:
        WrongInput: There is no such kind of database.
    """
    from api import keyfile
    from ledger import store

    with reaching():
        return store.open_engine(url := database_url(), keyfile.ring(url))


@contextmanager
def reaching(done: str = "reached") -> Iterator[None]:
    """Say of a database that fails within that it cannot be done, and why.

    Raises:
        WrongInput: The database cannot be ``done``.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
        what = _first_line(error)
        if getattr(getattr(error, "orig", None), "sqlstate", None) == _NO_RIGHT:
            what += "; connect as the role that owns the tables"
        raise WrongInput([Mistake(URL, f"cannot be {done}: {what}")]) from None


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().split("\n")[0]


def sqlite_file(engine: Engine) -> Path | None:
    """Return the file of a SQLite database; ``None`` for another database, or one in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def _is_new(engine: Engine) -> bool:
    """Whether the database is a SQLite file that is not there yet; makes its folder."""
    file = sqlite_file(engine)
    if file is None:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    return not file.exists()


@contextmanager
def acting(engine: Engine, handle: str) -> Iterator[tuple[Session, Act]]:
    """Give a session for one act of somebody, now; all of it is committed, or nothing is.

    Raises:
        UnknownPerson: Nobody bears the handle.
        DatabaseUnavailable: The database failed meanwhile.
    """
    from sqlalchemy.exc import OperationalError

    from api import clock
    from ledger import people, store
    from ledger.acts import Act

    try:
        with store.writing(engine) as session:
            yield session, Act(actor=people.by_handle(session, handle), at=clock.now())
    except OperationalError as error:
        raise DatabaseUnavailable(
            f"the database failed: {_first_line(error)}; whether this was done is not known, so "
            "ask it again with the same id"
        ) from None


def today(session: Session, fund: str) -> date:
    """Return the day that it is where a fund is."""
    from api import clock
    from ledger import funds
    from ledger.acts import day_in

    return day_in(funds.known(session, fund).timezone, clock.now())


def cents(option: str, amount: str) -> int:
    """Read an amount of an option.

    Raises:
        WrongInput: It is none.
    """
    from ledger import money

    try:
        return money.parse(amount)
    except ValueError as error:
        raise WrongInput([Mistake(option, str(error))]) from None


def as_text(cents: int | None) -> str | None:
    """Return an amount as programs read it; ``None`` where there is none."""
    from ledger import money

    return None if cents is None else money.as_text(cents)


def place(text: str) -> Place:
    """Return where a finding stands, from how people write it."""
    from ledger.decisions import places

    try:
        return places.read(text)
    except ValueError as error:
        raise WrongInput([Mistake("FINDING", str(error))]) from None
