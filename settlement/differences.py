"""Two sets of rows of a proposal beside each other: the first cell in which they differ.

Cents come before the weights that they rest on, so that an amount is named first wherever
an amount differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import money, store
from ledger.tables import Spending
from settlement import packing, proposal_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel import Session

    from settlement.proposal_rows import Rows

    Key = tuple[Any, ...]
    Row = dict[str, Any]
    Pair = tuple[Key, Row | None, Row | None]

_SPENDING: Final = store.table(Spending)


class Difference(NamedTuple):
    """A cell: where it is, what is there, and what should be."""

    where: str
    there: object
    anew: object


def first(session: Session, there: Rows, anew: Rows) -> Difference | None:
    """Return the first cell in which rows differ; ``None`` where they are alike.

    Args:
        session: That tells what the numbers of spendings stand for.
        there: The rows on record.
        anew: The rows as they should be.
    """
    return next(_all(session, there, anew), None)


def _all(session: Session, there: Rows, anew: Rows) -> Iterator[Difference]:
    yield from _unlike("parties", [*there.parties], [*anew.parties])
    yield from _unlike("keys", [*there.keys], [*anew.keys])
    yield from _lines(session, there, anew)
    yield from _vectors(there, anew)
    for name, key in proposal_rows.KEYS.items():
        yield from _rows(name, _pairs(getattr(there, name), getattr(anew, name), *key))


def _lines(session: Session, there: Rows, anew: Rows) -> Iterator[Difference]:
    for (spending,), one, other in _pairs(there.lines, anew.lines, "spending"):
        where = f"spending {_id(session, (one or other or {})['fund_id'], spending)}"
        if one is None or other is None:
            yield _absent(where, one, other)
            continue
        cells = [_cells(row["cells"], len(there.parties)) for row in (one, other)]
        for party, here, follows in zip(there.parties, *cells, strict=True):
            yield from _unlike(f"{where}, {party}", here, follows)
        for column in ("cells", "key", "vector", "reason", "standing"):
            yield from _unlike(f"{where}, {column}", one[column], other[column])


def _vectors(there: Rows, anew: Rows) -> Iterator[Difference]:
    for (vector,), one, other in _pairs(there.vectors, anew.vectors, "vector"):
        where = f"vector {vector}"
        if one is None or other is None:
            yield _absent(where, one, other)
            continue
        weights = [_weights(row["weights"], len(there.parties)) for row in (one, other)]
        for party, here, follows in zip(there.parties, *weights, strict=True):
            yield from _unlike(f"{where}, {party}", here, follows)
        yield from _unlike(f"{where}, weights", one["weights"], other["weights"])


def _rows(name: str, pairs: Iterator[Pair]) -> Iterator[Difference]:
    for key, one, other in pairs:
        where = f"{name} {'/'.join(map(str, key))}"
        if one is None or other is None:
            yield _absent(where, one, other)
            continue
        for column, value in one.items():
            in_cents = column.endswith("_cents")
            shown = [money.as_text(each) if in_cents else each for each in (value, other[column])]
            yield from _unlike(f"{where}, {column.removesuffix('_cents')}", *shown)


def _pairs(there: Sequence[Row], anew: Sequence[Row], *key: str) -> Iterator[Pair]:
    """Yield the rows of both that bear the same key and are not alike, in its order."""
    one, other = ({tuple(row[name] for name in key): row for row in rows} for rows in (there, anew))
    for at in sorted({*one, *other}):
        if one.get(at) != other.get(at):
            yield at, one.get(at), other.get(at)


def _absent(where: str, *rows: Row | None) -> Difference:
    return Difference(where, *("nothing" if row is None else "a row" for row in rows))


def _unlike(where: str, there: object, anew: object) -> Iterator[Difference]:
    if there != anew:
        yield Difference(where, there, anew)


def _cells(packed: bytes, parties: int) -> Sequence[str]:
    try:
        (cells,) = packing.unpack_cells([packed], parties=parties).tolist()
    except ValueError:
        return ["no amount"] * parties
    return [money.as_text(each) for each in cells]


def _weights(packed: bytes, parties: int) -> Sequence[int | str]:
    try:
        (weights,) = packing.unpack_weights([packed], parties=parties)
    except ValueError:
        return ["no weight"] * parties
    return weights


def _id(session: Session, fund_id: int, spending: int) -> str:
    asked = select(_SPENDING.c.id).where(
        _SPENDING.c.fund_id == fund_id, _SPENDING.c.sequence == spending
    )
    return str(session.connection().execute(asked).scalar_one_or_none() or f"number {spending}")
