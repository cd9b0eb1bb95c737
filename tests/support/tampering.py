"""Somebody who owns the tables and turned off what keeps their rows: changes, then undone."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import Session

from ledger import canonical_json, store, trail
from ledger.tables import Event, Head
from ledger.tables.base import METADATA
from ledger.trail import UnknownFund
from ledger.verify import beyond, run
from settlement import verifying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from ledger.verify.run import Report
    from tests.support.databases import Database

_CHECKS: Final = (
    "SELECT conrelid::regclass::text, conname FROM pg_constraint "
    "WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
)
_EVENT = store.table(Event)
_HEAD = store.table(Head)


@contextmanager
def tampering(database: Database) -> Iterator[Tamperer]:
    """Give somebody whom no trigger, foreign key or check stops; all of it is undone."""
    with database.owner.connect() as connection:
        if database.dialect == "sqlite":
            raw = connection.connection.driver_connection
            for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
                raw.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
        try:
            yield Tamperer(connection)
        finally:
            connection.rollback()
            connection.invalidate()


class Tamperer:
    """Changes rows as an owner can, each statement of which must find what it changes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        if connection.dialect.name == "sqlite":
            asked = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in connection.execute(asked).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table, name in connection.execute(text(_CHECKS)).all():
                connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))

    def change(self, table: str, which: dict[str, Any], **values: Any) -> None:
        """Change one row."""
        found = self.connection.execute(
            update(METADATA.tables[table]).where(*self._matching(table, which)).values(**values)
        )
        assert found.rowcount == 1, f"{found.rowcount} rows of {table} are {which}"

    def delete(self, table: str, which: dict[str, Any]) -> None:
        """Delete one row."""
        found = self.connection.execute(
            delete(METADATA.tables[table]).where(*self._matching(table, which))
        )
        assert found.rowcount == 1, f"{found.rowcount} rows of {table} are {which}"

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Add a row."""
        self.connection.execute(insert(METADATA.tables[table]).values(**row))

    def row(self, table: str, which: dict[str, Any]) -> dict[str, Any]:
        """Return one row."""
        asked = select(METADATA.tables[table]).where(*self._matching(table, which))
        return dict(self.connection.execute(asked).one()._mapping)  # noqa: SLF001 - its public name

    def swap(self, table: str, one: dict[str, Any], other: dict[str, Any], *columns: str) -> None:
        """Let two rows change places: what they hold in these columns is exchanged."""
        first, second = self.row(table, one), self.row(table, other)
        aside = dict.fromkeys(columns, -1)
        self.change(table, one, **aside)
        self.change(table, other, **{name: first[name] for name in columns})
        self.change(table, aside, **{name: second[name] for name in columns})

    def add_to_sums(self, number: int, more: int) -> None:
        """Let the sums of a year follow a spending that says so much more, in cents."""
        spent = self.row("spending", {"sequence": number})
        for whose in (spent["organisation"], str(spent["person_id"])):
            key = {"year": spent["spent_on"].year, "whose": whose}
            self.change(
                "spent_in_year",
                key,
                amount_cents=self.row("spent_in_year", key)["amount_cents"] + more,
            )

    def rewrite(
        self, number: int, *, keep_hash: bool = False, tail: bool = False, **body: Any
    ) -> None:
        """Change what an event says.

        Args:
            number: Of the event.
            keep_hash: Whether its hash stays that of the old content.
            tail: Whether every event after it, and the head, are made to follow.
            body: What its body says from now on.
        """
        old = self.row("event", {"sequence": number})
        told = canonical_json.text(json.loads(old["body"]) | body)
        self.change("event", {"sequence": number}, body=told)
        if not keep_hash:
            self.rehash(number, tail=tail)

    def rehash(self, number: int, *, tail: bool) -> None:
        """Make an event follow from those before it, and if asked the whole tail from it."""
        events = self.connection.execute(select(_EVENT).order_by(_EVENT.c.sequence)).all()
        hashes = {0: trail.START, **{each.sequence: each.hash for each in events}}
        last = events[-1].sequence if tail else number
        for each in events[number - 1 : last]:
            at = each.sequence
            told = (("sequence", at), ("at", each.at), ("kind", each.kind),
                    ("actor_id", each.actor_id), ("body", each.body))  # fmt: skip
            content = trail.content_digest("fund", **dict(told))
            hashes[at] = trail.link(hashes[at - 1], hashes[at & (at - 1)], content)
            self.change("event", {"sequence": at}, hash=hashes[at])
        if tail:
            self.change("head", {}, hash=hashes[last])

    def verify(self, head: bytes | None = None) -> Report:
        """Verify the fund as it now stands."""
        with self.reading() as session:
            return run.verify(session, "fund", head, more=verifying.MORE)

    def reading(self) -> Session:
        """Return a session that sees what was changed."""
        return Session(bind=self.connection, join_transaction_mode="create_savepoint")

    def rows(self, table: str) -> list[Any]:
        """Return all rows of a table."""
        model = METADATA.tables[table]
        return [*self.connection.execute(select(model).order_by(*model.primary_key))]

    def seen_if(self, table: str, row: Any, values: dict[str, Any] | None) -> bool | None:
        """Whether verification finds a change to a row, which is then undone.

        Args:
            table: The table.
            row: One of its rows.
            values: What it says instead; ``None`` where it is deleted.

        Returns:
            ``None`` where the database takes no such value.
        """
        key = {each.name: getattr(row, each.name) for each in METADATA.tables[table].primary_key}
        aside = self.connection.begin_nested()
        try:
            return self._is_seen() if self._does(table, key, values) else None
        finally:
            aside.rollback()

    def seen_if_added(self, table: str, like: Any, values: dict[str, Any]) -> bool | None:
        """Whether verification finds a row like another one, which is then taken away.

        Args:
            table: The table.
            like: One of its rows.
            values: What the new row says otherwise.

        Returns:
            ``None`` where the database takes no such row.
        """
        aside = self.connection.begin_nested()
        try:
            self.insert(table, like._asdict() | values)
        except (DBAPIError, StatementError):
            return None
        else:
            return self._is_seen()
        finally:
            aside.rollback()

    def _does(self, table: str, key: dict[str, Any], values: dict[str, Any] | None) -> bool:
        try:
            if values is None:
                self.delete(table, key)
            else:
                self.change(table, key, **values)
        except (DBAPIError, StatementError, TypeError):
            return False
        return True

    def _is_seen(self) -> bool:
        with self.reading() as session:
            others = [*beyond.misfits(session)]
        try:
            return bool(others or self.verify().misfits)
        except UnknownFund:
            return True

    def _matching(self, table: str, which: dict[str, Any]) -> list[Any]:
        return [METADATA.tables[table].c[name] == value for name, value in which.items()]
