"""The chance of an act: who gives it gets the same ledger, to the last byte, once more."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from ledger import ids, store
from ledger.tables import Head, Particulars
from tests.support import ledgers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.support.databases import Database, Postgresql, Sqlite


def chance(seed: int) -> Callable[[int], bytes]:
    """Return a chance that is the same every time, and gives nothing twice."""
    numbers = count(seed)
    return lambda size: next(numbers).to_bytes(size)


def head(engine: Engine, *, seed: int) -> bytes:
    """Let a fund do all that draws salts: spend, reserve, object. Return the head of its trail."""
    drawn = chance(seed)
    ledger = ledgers.opened(engine, actor=ids.made_at(ledgers.NOW, drawn))
    ledger.random = drawn
    finance = ids.made_at(ledgers.NOW + timedelta(seconds=1), drawn)
    ledger.grant("finance-b", "finance", "b", new_id=finance)
    ledger.receive(100_00)
    ledger.record(10_00, id="s1", case="K1", payee="landlord")
    ledger.reserve(5_00)
    ledger.at("2026-04-01").propose("2026-01-01 2026-04-01")
    ledger.object_to("b", "s1")
    with store.reading(engine) as session:
        found = session.connection().execute(select(store.table(Head).c.hash))
        return bytes(found.scalar_one())


def test_the_same_acts_with_the_same_chance_give_the_same_head(server: Sqlite | Postgresql) -> None:
    with server.new() as one, server.new() as other:
        assert head(one.engine, seed=1) == head(other.engine, seed=1)


def test_another_chance_gives_another_head(server: Sqlite | Postgresql) -> None:
    with server.new() as one, server.new() as other:
        assert head(one.engine, seed=1) != head(other.engine, seed=2)


def test_nobody_gives_chance_unless_asked(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record_all([ledger.order(), ledger.order()])

    with store.reading(database.engine) as session:
        asked = select(store.table(Particulars).c.salt)
        salts = session.connection().execute(asked).scalars().all()
    assert len({*salts}) == 2
    assert {len(salt) for salt in salts} == {16}
