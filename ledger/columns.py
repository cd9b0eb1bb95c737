"""Whole columns at once: cents as decimals and texts, days as dates and ordinals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_EPOCH: Final = date(1970, 1, 1).toordinal()


def amounts(cents: NDArray[np.int64]) -> pa.Array:
    """Return cents as decimals with two places: the same digits, read as decimals."""
    digits = pa.array(cents).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(19, 2), len(digits), digits.buffers())


def cents(texts: Sequence[str]) -> list[money.Cents] | None:
    """Read amounts all at once; ``None`` where any of them is none, or too large."""
    column = pa.array(texts, pa.string())
    fits = pc.and_(
        pc.match_substring_regex(column, f"^(?:{money.AMOUNT_PATTERN})$"),
        pc.less_equal(pc.utf8_length(column), money.TEXT_MAX),
    )
    if not len(column) or not pc.all(fits).as_py():
        return None
    digits = np.frombuffer(column.cast(pa.decimal128(38, 2)).buffers()[1], dtype=np.int64)
    # 128 bits each, the lower half first: texts of at most 20 characters may need the upper.
    lower, upper = digits[::2], digits[1::2]
    small = (np.abs(lower) <= money.AMOUNT_MAX) & (upper == np.where(lower < 0, -1, 0))
    return [*map(money.Cents, lower.tolist())] if small.all() else None


def ordinals(dates: Sequence[date | None]) -> NDArray[np.int64]:
    """Return dates as proleptic ordinals; no date is 0."""
    since = pa.array(dates, pa.date32()).cast(pa.int32())
    absent = since.is_null().to_numpy(zero_copy_only=False)
    numbers = pc.fill_null(since, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(absent, 0, numbers + _EPOCH)


def days(ordinals: NDArray[np.int64]) -> pa.Array:
    """Return proleptic ordinals as dates; 0 is no date."""
    return pa.array(ordinals - _EPOCH, pa.int32(), mask=ordinals == 0).cast(pa.date32())
