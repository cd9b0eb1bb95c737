"""The rows behind an erasure: emptied, or moved to the bucket that takes another's place.

Both read and write what is sealed as it lies there: nothing is opened.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    LargeBinary,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    tuple_,
    update,
)

from ledger import store
from ledger.sealing import items
from ledger.sealing.ring import NotAsSealed
from ledger.tables import Acceptance, CaseFile, Particulars, Receipt
from ledger.tables import sealed as sealing
from ledger.tables.base import METADATA

Place = int | list[int]
"""The number of an act, with the line where an act may write several rows."""

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, TableClause

    from ledger.sealing.ring import Ring

BESIDE: Final = {
    CaseFile.__tablename__: ("reference_hash",),
    Receipt.__tablename__: ("fingerprint",),
}
"""What is emptied with what is sealed in a table: hashes by which it is found."""

_START: Final = len(items.start(0))
_CHUNK: Final = 1_000  # places that are asked for at a time


def of(
    connection: Connection, fund_id: int, targets: Mapping[str, Sequence[Place]]
) -> Counter[int]:
    """Return in which buckets these rows are sealed, and how many values of them in each."""
    found: Counter[int] = Counter()
    for name, places in targets.items():
        there, sealed = _raw(name)
        for which in _among(there, places):
            asked = select(*sealed).where(there.c.fund_id == fund_id, which)
            for row in connection.execute(asked):
                found.update(items.bucket_of(bytes(cell)) for cell in row if cell is not None)
    return found


def empty(connection: Connection, fund_id: int, targets: Mapping[str, Sequence[Place]]) -> None:
    """Empty these rows."""
    for name, places in targets.items():
        there, sealed = _raw(name)
        emptied = [each.name for each in sealed] + [*BESIDE.get(name, ())]
        for which in _among(there, places):
            asked = update(there).where(there.c.fund_id == fund_id, which)
            connection.execute(asked.values(dict.fromkeys(emptied)))


def found_by(
    connection: Connection, fund_id: int, numbers: Collection[int]
) -> dict[str, list[int]]:
    """Return by which rows of a fund a value in some buckets is found: those with its hash.

    Args:
        connection: Of the transaction.
        fund_id: The fund.
        numbers: Of the buckets.

    Returns:
        By table, the numbers of the acts that wrote the rows.
    """
    case, receipt, first = (_raw(name)[0] for name in (*BESIDE, Particulars.__tablename__))
    came_with_a_spending = select(first.c.sequence).where(
        first.c.fund_id == fund_id, first.c.sequence == receipt.c.sequence
    )
    starts = [items.start(number) for number in sorted(numbers)]
    with_it = came_with_a_spending.where(_begins(first.c.receipt, starts)).exists()
    asked = {
        case: _begins(case.c.reference, starts),
        receipt: or_(_begins(receipt.c.reference, starts), with_it),
    }
    found = {}
    for there, which in asked.items():
        hashed = or_(*(there.c[name].is_not(None) for name in BESIDE[there.name]))
        rows = select(there.c.sequence).where(there.c.fund_id == fund_id, which, hashed)
        found[there.name] = sorted(connection.execute(rows).scalars())
    return {name: sequences for name, sequences in found.items() if sequences}


def lapse(connection: Connection, fund_id: int, rows: Mapping[str, Sequence[int]]) -> None:
    """Empty the hashes of these rows; what is sealed in them stays as it lies."""
    for name, sequences in rows.items():
        there = _raw(name)[0]
        for which in _among(there, sequences):
            asked = update(there).where(there.c.fund_id == fund_id, which)
            connection.execute(asked.values(dict.fromkeys(BESIDE[name])))


def _among(there: Any, places: Sequence[Place]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions, one of which a row of a table meets that stands in one of these places."""
    at = tuple_(there.c.sequence, there.c.line) if has_lines(there.name) else there.c.sequence
    for first in range(0, len(places), _CHUNK):
        yield at.in_(places[first : first + _CHUNK])


def has_lines(name: str) -> bool:
    """Whether an act may write several rows of a table, of which each is erased by itself."""
    return name == Acceptance.__tablename__


def move(connection: Connection, keys: Ring, numbers: Collection[int]) -> int:
    """Move all that is sealed in some buckets to those that take their place.

    Args:
        connection: Of the transaction.
        keys: The ring; these buckets are ending.
        numbers: Of the buckets.

    Returns:
        How many values were moved.

    Raises:
        NotAsSealed: One of them is damaged.
    """
    starts = [items.start(number) for number in numbers]
    if not starts:
        return 0
    return sum(_move(connection, keys, name, starts) for name in sealing.columns())


def count(connection: Connection, numbers: Collection[int]) -> int:
    """Return how many values are sealed in some buckets."""
    starts = [items.start(number) for number in numbers]
    found = 0
    for name in sealing.columns():
        there, sealed = _raw(name)
        for each in sealed:
            asked = select(func.count()).select_from(there).where(_begins(each, starts))
            found += connection.execute(asked).scalar_one()
    return found


def all_of(connection: Connection) -> set[int]:
    """Return the numbers of all buckets in which something is sealed."""
    found: set[int] = set()
    for name in sealing.columns():
        there, sealed = _raw(name)
        for each in sealed:
            asked = select(_start(each)).select_from(there).where(each.is_not(None)).distinct()
            found.update(map(items.number_of, map(bytes, connection.execute(asked).scalars())))
    return found


def _move(connection: Connection, keys: Ring, name: str, starts: Sequence[bytes]) -> int:
    there, sealed = _raw(name)
    key = [there.c[each.name] for each in METADATA.tables[name].primary_key]
    asked = select(*key, *sealed).where(or_(*(_begins(each, starts) for each in sealed)))
    statement = (
        update(there)
        .where(and_(*(each == bindparam(f"where_{each.name}") for each in key)))
        .values(
            {each.name: bindparam(f"sealed_{each.name}", type_=LargeBinary()) for each in sealed}
        )
    )
    moved = 0
    for rows in store.paged(connection, asked, key):
        changed = []
        for row in rows:
            values: dict[str, Any] = {f"where_{each.name}": getattr(row, each.name) for each in key}
            for each in sealed:
                cell = getattr(row, each.name)
                if cell is not None and cell[:_START] in starts:
                    cell, moved = _moved(bytes(cell), keys), moved + 1
                values[f"sealed_{each.name}"] = cell
            changed.append(values)
        connection.execute(statement, changed)
    return moved


def _moved(sealed: bytes, keys: Ring) -> bytes:
    old = keys.bucket(items.bucket_of(sealed))
    assert old is not None, "a bucket that is ending has its key still"
    new = keys.keys.of_month(old.month, old.place)
    assert new is not None, "one that takes its place was made when it was to end"
    try:
        return items.moved(sealed, old, new)
    except items.Damaged as error:
        raise NotAsSealed(
            f"a sealed value cannot be moved: {error}; overbrug verify tells which"
        ) from None


def _begins(of: Any, starts: Sequence[bytes]) -> Any:
    return _start(of).in_(starts)


def _start(of: Any) -> Any:
    return func.substr(of, 1, _START, type_=LargeBinary())


def _raw(name: str) -> tuple[TableClause, list[Any]]:
    """Return a table as it lies in the database, and the columns of it that are sealed."""
    model = METADATA.tables[name]
    sealed = {each.name for each in sealing.columns()[name]}
    columns = [
        column(each.name, LargeBinary() if each.name in sealed else each.type) for each in model.c
    ]
    there = table(name, *columns)
    return there, [there.c[each] for each in sorted(sealed)]
