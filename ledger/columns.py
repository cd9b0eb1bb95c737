"""Whole columns as text: cents with two decimals, days as ISO dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EPOCH: Final = date(1970, 1, 1).toordinal()


def amounts(cents: NDArray[np.int64]) -> pa.Array:
    """Return cents as decimals with two places: the same digits, read as decimals."""
    digits = pa.array(cents).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(19, 2), len(digits), digits.buffers())


def days(ordinals: NDArray[np.int64]) -> pa.Array:
    """Return proleptic ordinals as dates; 0 is no date."""
    return pa.array(ordinals - _EPOCH, pa.int32(), mask=ordinals == 0).cast(pa.date32())
