"""Whether the key file at hand is that of a database: something sealed of each table is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import LargeBinary, select, type_coerce

from ledger.sealing import ring
from ledger.sealing.ring import NotAsSealed
from ledger.tables import sealed as sealing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


def refuse_other_keys(connection: Connection) -> None:
    """Refuse a key file that knows nothing of what is sealed in a database.

    Raises:
        OtherKeys: It is that of another database, or an older copy.
    """
    keys = ring.of(connection)
    for value in newest(connection):
        try:
            keys.open(value)
        except NotAsSealed:
            continue  # the bucket is known: which value is damaged, verification tells


def newest(connection: Connection) -> Iterator[bytes]:
    """Yield what was sealed last in each table that holds something sealed."""
    for columns in sealing.columns().values():
        column = columns[0]
        asked = (
            select(type_coerce(column, LargeBinary))
            .where(column.is_not(None))
            .order_by(*(each.desc() for each in column.table.primary_key))
            .limit(1)
        )
        yield from map(bytes, connection.execute(asked).scalars())
