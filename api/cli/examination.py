"""What ``overbrug doctor`` looks at: one finding each, in order or with what is wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, text
from sqlmodel import Session

from api import keyfile
from api.cli import existing, ledgers, soundness
from ledger import opening, store
from ledger.errors import WrongInput
from ledger.sealing import ring
from ledger.sealing.ring import OtherKeys
from ledger.tables import Event
from migrations import revisions, triggers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Engine

FREE_MIN: Final = 1 << 28
"""Bytes that must be free for a SQLite database, and as much again as it is large itself."""

_EVENT: Final = store.table(Event)
_LAST: Final = select(func.max(_EVENT.c.at))
_SHOWN: Final = 5  # of what is missing
_SQLITE_WANTED: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "recursive_triggers": 1,
}
_POSTGRESQL_WANTED: Final = ("fsync", "full_page_writes", "synchronous_commit")
_DDL: Final = text(
    "SELECT rolsuper OR rolcreaterole"
    " OR has_schema_privilege('public', 'CREATE')"
    " OR has_database_privilege(current_database(), 'CREATE')"
    " OR EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public'"
    " AND pg_has_role(tableowner, 'MEMBER')) AS ddl, rolname"
    " FROM pg_roles WHERE rolname = current_user"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one thing.

    Args:
        check: The thing.
        outcome: ``ok``, or a name for what is wrong; with ``check`` the text of a catalogue.
        facts: What that text is filled with.
    """

    check: str
    outcome: str = "ok"
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it is in order, as far as can be seen."""
        return self.outcome in {"ok", "unseen"}


def examine(engine: Engine, *, now: datetime) -> Iterator[Finding]:
    """Yield what is found of everything that a ledger needs.

    Args:
        engine: Of the database, as the application connects to it.
        now: This instant.
    """
    reached = _database(engine)
    yield reached
    if reached.ok:
        yield from _of_database(engine, now)
    yield from _disk(engine)
    yield _paper()


def _database(engine: Engine) -> Finding:
    shown = {"url": engine.url.render_as_string(hide_password=True)}
    path = ledgers.sqlite_file(engine)
    if path is not None and not path.exists():
        return Finding(check="database", outcome="absent", facts=shown)
    try:
        with ledgers.reaching():
            damage = None if path is None else existing.damage(path)
            if damage is None:
                revisions.current(engine)
    except WrongInput as error:
        why = error.mistakes[0].what
        return Finding(check="database", outcome="away", facts=shown | {"why": why})
    if damage is not None:
        return Finding(check="database", outcome="damaged", facts=shown | {"why": damage})
    return Finding(check="database", facts=shown)


def _of_database(engine: Engine, now: datetime) -> Iterator[Finding]:
    revision = revisions.current(engine)
    yield _migrations(revision)
    if revision is None:
        return
    with engine.connect() as connection:
        yield _triggers(connection)
        if revision == revisions.newest():
            yield (keys := _keys(connection))
            if keys.ok:
                yield (found := _trail(connection))
                if found.ok:
                    yield _clock(connection, now)
        if engine.dialect.name == "postgresql":
            yield _durable_postgresql(connection)
            yield _role(connection)
        else:
            yield _durable_sqlite(connection)


def _migrations(revision: str | None) -> Finding:
    facts = {"revision": revision or "-", "newest": revisions.newest()}
    if revision == revisions.newest():
        return Finding(check="migrations", facts=facts)
    known = revision is None or revision in revisions.known()
    return Finding(check="migrations", outcome="behind" if known else "ahead", facts=facts)


def _triggers(connection: Connection) -> Finding:
    missing = triggers.missing(connection)
    if not missing:
        return Finding(check="triggers")
    more = ", …" if len(missing) > _SHOWN else ""
    return Finding(
        check="triggers",
        outcome="missing",
        facts={"missing": ", ".join(missing[:_SHOWN]) + more},
    )


def _keys(connection: Connection) -> Finding:
    facts = {"path": str(keyfile.path())}
    needed = next(opening.newest(connection), None) is not None
    if not keyfile.path().exists():
        return Finding(check="keys", outcome="absent" if needed else "unseen", facts=facts)
    try:
        ring.of(connection).refresh()
        opening.refuse_other_keys(connection)
    except WrongInput as error:
        why = {"why": error.mistakes[0].what}
        return Finding(check="keys", outcome="unusable", facts=facts | why)
    except OtherKeys:
        return Finding(check="keys", outcome="other", facts=facts)
    return Finding(check="keys", facts=facts)


def _trail(connection: Connection) -> Finding:
    with Session(connection, join_transaction_mode="rollback_only") as session:
        misfit = soundness.first_misfit(session)
    if misfit is None:
        return Finding(check="trail")
    return Finding(check="trail", outcome="broken", facts={"misfit": misfit})


def _clock(connection: Connection, now: datetime) -> Finding:
    last = connection.execute(_LAST).scalar_one()
    facts = {"now": _moment(now), "last": _moment(last)}
    return Finding(
        check="clock", outcome="ok" if last is None or last <= now else "behind", facts=facts
    )


def _moment(at: datetime | None) -> str:
    return "-" if at is None else at.isoformat(sep=" ", timespec="seconds")


def _durable_sqlite(connection: Connection) -> Finding:
    found: dict[str, Any] = {
        name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _SQLITE_WANTED
    }
    wrong = [name for name, wanted in _SQLITE_WANTED.items() if found[name] != wanted]
    return _durable(wrong, found)


def _durable_postgresql(connection: Connection) -> Finding:
    found: dict[str, Any] = {
        name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in _POSTGRESQL_WANTED
    }
    return _durable([name for name in found if found[name] == "off"], found)


def _durable(wrong: list[str], found: dict[str, Any]) -> Finding:
    if not wrong:
        return Finding(check="durability")
    settings = ", ".join(f"{name} = {found[name]}" for name in wrong)
    return Finding(check="durability", outcome="weak", facts={"settings": settings})


def _role(connection: Connection) -> Finding:
    row = connection.execute(_DDL).one()
    return Finding(check="role", outcome="mighty" if row.ddl else "ok", facts={"role": row.rolname})


def _disk(engine: Engine) -> Iterator[Finding]:
    path = ledgers.sqlite_file(engine)
    if path is None or not path.parent.is_dir():
        yield Finding(check="disk", outcome="unseen")
        return
    free = shutil.disk_usage(path.parent).free
    needed = FREE_MIN + (path.stat().st_size if path.exists() else 0)
    facts = {"free": _megabytes(free), "needed": _megabytes(needed), "folder": str(path.parent)}
    yield Finding(check="disk", outcome="ok" if free >= needed else "full", facts=facts)


def _megabytes(size: int) -> int:
    return size >> 20


def _paper() -> Finding:
    from reports import pdf

    try:
        pdf.styles()
    except WrongInput:
        return Finding(check="paper", outcome="absent")
    return Finding(check="paper")
