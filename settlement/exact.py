"""Exact sums of shares, and their rounding for print."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from settlement.eras import Weights


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
    sums = np.zeros(len(vectors), dtype=object)
    np.add.at(sums, vector_of, amounts_cents.astype(object))
    over: dict[int, list[int]] = defaultdict(lambda: [0] * parties)
    for vector, amount in zip(vectors, sums.tolist(), strict=True):
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
