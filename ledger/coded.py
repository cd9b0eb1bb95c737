"""A column of texts as positions in its distinct values: a million rows hold few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column: per row a position in its distinct values, -1 where the cell is empty."""

    codes: NDArray[np.int64]
    values: tuple[str, ...]


def coded(column: pa.ChunkedArray | Sequence[str | None]) -> Coded:
    """Return a column of texts by its distinct values; an empty text is an absent one."""
    if not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array([pa.array(column, pa.string())])
    encoded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = encoded.dictionary.to_pylist()
    indices = encoded.indices
    if indices.null_count:
        indices = pc.fill_null(indices, -1)
    codes = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    if "" in values:
        empty = values.index("")
        codes = np.where(codes == empty, -1, codes - (codes > empty))
        values.pop(empty)
    return Coded(codes=codes, values=tuple(values))
