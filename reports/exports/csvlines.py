"""Columns laid out as lines of CSV, a whole chunk at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def laid_out(cells: list[pa.Array]) -> bytes:
    """Lay columns out as CSV; quotes stand only where a chunk needs some.

    What is absent is an empty field.
    """
    table = pa.table(cells, names=[str(at) for at in range(len(cells))])
    for quoting in ("none", "needed"):
        sink = pa.BufferOutputStream()
        try:
            pacsv.write_csv(
                table, sink, pacsv.WriteOptions(include_header=False, quoting_style=quoting)
            )
        except pa.ArrowInvalid:
            continue
        return bytes(sink.getvalue())
    raise AssertionError("a text that is quoted can be written")


def named(names: Sequence[str], positions: NDArray[np.int64]) -> pa.Array:
    """Return names by their positions; -1 is an absent one."""
    at = pa.array(positions, pa.int64(), mask=positions < 0)
    return pa.array(names, pa.string()).take(at)
