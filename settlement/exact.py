"""Exact sums of shares, and their rounding for print."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from settlement.eras import Weights


_CHUNK: Final = 1 << 20  # 2**20 amounts of at most 10**12 cents add up within 64 bits


def grouped(group: NDArray[np.int64], cents: NDArray[np.int64], *, groups: int) -> list[int]:
    """Add up cents per group, however many there are.

    Args:
        group: Per amount its group, from 0.
        cents: Amounts of at most 10**12 cents.
        groups: How many groups there are.
    """
    sums = [0] * groups
    for first in range(0, len(cents), _CHUNK):
        part = np.zeros(groups, dtype=np.int64)
        np.add.at(part, group[first : first + _CHUNK], cents[first : first + _CHUNK])
        sums = [total + more for total, more in zip(sums, part.tolist(), strict=True)]
    return sums


def columns(cells_cents: NDArray[np.int64]) -> list[int]:
    """Add up the columns of a table of cents, however long it is."""
    sums = [0] * cells_cents.shape[1]
    for first in range(0, len(cells_cents), _CHUNK):
        part = cells_cents[first : first + _CHUNK].sum(axis=0)
        sums = [total + more for total, more in zip(sums, part.tolist(), strict=True)]
    return sums


def totals(
    amounts_cents: NDArray[np.int64],
    vector_of: NDArray[np.int64],
    vectors: Sequence[Weights],
    *,
    parties: int,
) -> tuple[Fraction, ...]:
    """Add up exact shares per party.

    Args:
        amounts_cents: Per line.
        vector_of: Per line the position of its weights in ``vectors``.
        vectors: Whole numbers per party.
        parties: How many parties there are.

    Returns:
        Per party the exact sum, in cents.
    """
    sums = grouped(vector_of, amounts_cents, groups=len(vectors))
    over: dict[int, list[int]] = defaultdict(lambda: [0] * parties)
    for vector, amount in zip(vectors, sums, strict=True):
        if amount:
            numerators = over[sum(vector)]
            for party, weight in enumerate(vector):
                if weight:
                    numerators[party] += amount * weight
    return tuple(
        _balanced([Fraction(numerators[party], scale) for scale, numerators in over.items()])
        for party in range(parties)
    )


def _balanced(terms: list[Fraction]) -> Fraction:
    """Add fractions pairwise: their denominators grow as late as can be."""
    while len(terms) > 1:
        pairs = [a + b for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[len(pairs) * 2 :]
    return terms[0] if terms else Fraction(0)
