"""What a proof of rows of a settlement says: a position, or a line with its key and weights.

Of a line the proof holds three leaves: the order of parties and keys, the weights, and the
line itself, whose packed bytes cannot be read without these. Pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger import row_proofs
from ledger.tables import SettlementPosition
from ledger.verify.misfits import Misfit
from settlement import packing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.row_proofs import RowProof

COLUMNS: Final = tuple(
    name for name in SettlementPosition.model_fields if name not in {"fund_id", "proposal"}
)
"""What the leaf of a position holds, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a party stands; figures in cents, by the columns of ``positions.csv``."""

    party: str
    exact_cost_share: str
    cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a spending cost whom: by party its cents and its exact share.

    ``spending`` is the number of the event that recorded it.
    """

    spending: int
    key: str
    cents: Mapping[str, int]
    shares: Mapping[str, Fraction]


def told(proof: RowProof) -> Position | Line:
    """Return what a proof says.

    Raises:
        ValueError: No row of a settlement says so.
    """
    leaves = [row.leaf for row in proof.rows]
    try:
        return _position(leaves[0]) if len(leaves) == 1 else _line(*leaves)
    except (AttributeError, LookupError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ValueError(f"says what no row of a settlement says: {error}") from None


def misfits(proof: RowProof, head: bytes | None = None) -> Iterator[Misfit]:
    """Yield what a proof claims and does not prove; nothing where it holds.

    Args:
        proof: As it was read.
        head: The head that the reader has from another source; ``None`` to take the proof's.
    """
    yield from row_proofs.misfits(proof, head)
    try:
        told(proof)
    except ValueError as error:
        yield Misfit("rows", str(error))


def _position(leaf: str) -> Position:
    word, party, exact, *cents = leaf.split(" ")
    _refuse_unless(word, "positions")
    columns = [name.removesuffix("_cents") for name in COLUMNS[2:]]
    return Position(
        party=party,
        exact_cost_share=exact,
        cents=dict(zip(columns, map(int, cents), strict=True)),
    )


def _line(order: str, weights: str, line: str) -> Line:
    parties, keys = json.loads(order)
    of_weights, vector, packed_weights = weights.split(" ")
    of_line, spending, key, its_vector, _, _, packed_cells = line.split(" ")
    _refuse_unless(of_weights, "vector")
    _refuse_unless(of_line, "line")
    _refuse_unless(its_vector, vector)
    (vector_,) = packing.unpack_weights([bytes.fromhex(packed_weights)], parties=len(parties))
    cells = packing.unpack_cells([bytes.fromhex(packed_cells)], parties=len(parties)).tolist()
    return Line(
        spending=int(spending),
        key=keys[int(key)],
        cents={party: each for party, each in zip(parties, cells[0], strict=True) if each},
        shares={
            party: Fraction(weight, sum(vector_))
            for party, weight in zip(parties, vector_, strict=True)
            if weight
        },
    )


def _refuse_unless(there: str, wanted: str) -> None:
    if there != wanted:
        raise ValueError(f"{there!r} stands where {wanted!r} should")
