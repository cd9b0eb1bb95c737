"""The example year in a database of a test's own, told once more for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.example import telling, year
from ledger import store
from ledger.tables import Head
from reports.exports import settlement_files

if TYPE_CHECKING:
    from sqlalchemy import Engine


def told(engine: Engine) -> str:
    """Tell the year to a database; return the hash at which its trail ends."""
    for done in year.year(telling.agreement()).done:
        telling.tell(engine, done, record=settlement_files.record)
    with store.reading(engine) as session:
        found = session.connection().execute(select(store.table(Head).c.hash))
        return bytes(found.scalar_one()).hex()
