"""Exact sums of shares, and their rounding for print."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from settlement.eras import Weights


DECIMALS: Final = 8
"""Of a cent: more than any figure shows."""

_GRID: Final = 2 * 10**DECIMALS  # what lies between two of its points rounds the same way
_ONE: Final = 1 << 320
_FEW: Final = 100  # so many denominators are added up as fractions
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

    Thousands of different sums of weights have no common denominator that anyone can
    handle. Then the sum is taken in binary digits far beyond what is ever shown, and only
    where that cannot decide a digit that is shown, in fractions.

    Args:
        amounts_cents: Per line.
        vector_of: Per line the position of its weights in ``vectors``.
        vectors: Whole numbers per party.
        parties: How many parties there are.

    Returns:
        Per party the sum in cents: exact, or so near that it rounds, up to
        :data:`DECIMALS` decimals, as the exact sum does.
    """
    sums = grouped(vector_of, amounts_cents, groups=len(vectors))
    over: list[dict[int, int]] = [{} for _ in range(parties)]
    for vector, amount in zip(vectors, sums, strict=True):
        if amount:
            scale = sum(vector)
            for numerators, weight in zip(over, vector, strict=True):
                if weight:
                    numerators[scale] = numerators.get(scale, 0) + amount * weight
    reciprocal = {
        scale: _ONE // scale
        for numerators in over
        if len(numerators) > _FEW
        for scale in numerators
    }
    return tuple(_total(numerators, reciprocal) for numerators in over)


def _total(numerators: dict[int, int], reciprocal: dict[int, int]) -> Fraction:
    """Add up numerators over their denominators."""
    if len(numerators) > _FEW:
        near = sum(numerator * reciprocal[scale] for scale, numerator in numerators.items())
        # A reciprocal was cut by less than one, so each term is off by less than its numerator.
        slack = sum(map(abs, numerators.values()))
        if (near - slack) * _GRID // _ONE == (near + slack) * _GRID // _ONE:
            return Fraction(near, _ONE)
    return _balanced([Fraction(numerator, scale) for scale, numerator in numerators.items()])


def _balanced(terms: list[Fraction]) -> Fraction:
    """Add fractions pairwise: their denominators grow as late as can be."""
    while len(terms) > 1:
        pairs = [a + b for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = pairs + terms[len(pairs) * 2 :]
    return terms[0] if terms else Fraction(0)
