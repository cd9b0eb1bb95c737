"""Which triggers a database has, and which it must have: those that the migrations make."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from ledger import store
from migrations import finality, revisions, running

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ON_SQLITE: Final = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
_ON_POSTGRESQL: Final = text(
    "SELECT t.tgname, pg_get_triggerdef(t.oid)"
    " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT t.tgisinternal AND n.nspname = 'public' AND t.tgenabled IN ('O', 'A')"
    " AND regexp_replace(p.prosrc, '\\s+', ' ', 'g') = :refusing"
)
_MADE: Final = {
    "sqlite": re.compile(
        r"CREATE TRIGGER \w+ BEFORE (?P<act>\w+) ON (?P<table>\w+) +"
        r"(WHEN (?P<condition>.+) )?BEGIN SELECT RAISE\(ABORT, '[^']+'\); END"
    ),
    "postgresql": re.compile(
        r"CREATE TRIGGER \w+ BEFORE (?P<act>\w+) ON public\.(?P<table>\w+) FOR EACH \w+ "
        r"(WHEN (?P<condition>.+) )?EXECUTE FUNCTION refuse_change\(\)"
    ),
}
"""The whole of a trigger as ``migrations.finality`` makes it."""


class Trigger(NamedTuple):
    """A trigger that refuses an act on a table: always, or under a condition."""

    table: str
    act: str
    condition: str


def missing(connection: Connection) -> list[str]:
    """Return what a database does not refuse and should, such as ``UPDATE spending``."""
    there = _refusing(connection)
    wanted = _made(revisions.of(connection) or "base")
    if connection.dialect.name == "postgresql":
        wanted |= {Trigger(each.table, "TRUNCATE", "") for each in wanted if each.act == "DELETE"}
    return sorted(f"{each.act} {each.table}" for each in wanted - there)


def _refusing(connection: Connection) -> frozenset[Trigger]:
    """Return the triggers of a database that are on, and refuse as they were made to."""
    made = _MADE[connection.dialect.name]
    matches = (made.fullmatch(sql) for _, sql in _found(connection))
    return frozenset(
        Trigger(match["table"], match["act"], _plain(match["condition"] or ""))
        for match in matches
        if match is not None
    )


def _found(connection: Connection) -> list[tuple[str, str]]:
    """Return the name and the text of every trigger."""
    if connection.dialect.name == "postgresql":
        refusing = {"refusing": re.sub(r"\s+", " ", finality.BODY)}
        return [(name, sql) for name, sql in connection.execute(_ON_POSTGRESQL, refusing)]
    return [(name, sql.strip()) for name, sql in connection.execute(_ON_SQLITE)]


def _plain(condition: str) -> str:
    """Return a condition written alike for both databases."""
    uncast = re.sub(r"::text\b", "", condition.lower())  # which PostgreSQL adds
    plain = re.sub(r"[()\s]+", " ", uncast).strip()
    return re.sub(r"is not (?!null\b)", "is distinct from ", plain)


@cache
def _made(revision: str) -> frozenset[Trigger]:
    """Return the triggers that the migrations make up to a revision: in memory, on SQLite."""
    engine = store.open_engine("sqlite://")
    try:
        with running.changing(engine) as connection:
            if revision in revisions.known():
                running.bring(connection, revision)
            refusing, found = _refusing(connection), _found(connection)
            assert len(refusing) == len(found), f"there are triggers of another kind: {found}"
            return refusing
    finally:
        engine.dispose()
