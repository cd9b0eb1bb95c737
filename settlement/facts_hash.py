"""The fingerprint of the facts that a settlement rests on.

One JSON array a line: first the rows that were settled or used for weights, in canonical
order, with the columns of ``ledger.facts.COLUMNS`` as texts (amounts with two decimals,
``null`` for what is absent), then their savings as ``[spending, party, total]``. UTF-8,
no blanks, a line feed after every line.

Source:
    The formats, What ``overbrug settle`` writes, ``settlement.json``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import facts
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ledger.facts import Savings, Spendings

_CHUNK: Final = 1 << 18  # lines that are joined at a time, to bound memory


def sha256(
    spendings: Spendings, savings: Savings, *, used: NDArray[np.bool_], parties: Sequence[str]
) -> str:
    """Return the SHA-256 of the facts, as hexadecimal text.

    Args:
        spendings: All rows of the file.
        savings: Their savings.
        used: Per row whether it was settled or used for weights.
        parties: Codes of the parties, in their order.
    """
    digest = hashlib.sha256()
    rows = np.flatnonzero(used)
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        _hash_lines(digest.update, [_column(spendings, name, chunk) for name in facts.COLUMNS])
    of_used = np.flatnonzero(used[savings.spending])
    for first in range(0, len(of_used), _CHUNK):
        chunk = of_used[first : first + _CHUNK]
        ids = spendings.texts["id"]
        _hash_lines(
            digest.update,
            [
                _texts(ids.values, ids.codes[savings.spending[chunk]]),
                _texts(parties, savings.party[chunk]),
                _distinct(savings.total_cents[chunk], as_text),
            ],
        )
    return digest.hexdigest()


def _column(spendings: Spendings, name: str, rows: NDArray[np.int64]) -> pa.Array:
    if name in facts.DAYS:
        return _distinct(
            spendings.days[name][rows],
            lambda day: date.fromordinal(day).isoformat() if day else None,
        )
    if name == "amount":
        return _distinct(spendings.amount_cents[rows], as_text)
    if name == "vat":
        tokens = _distinct(spendings.vat_cents[rows], as_text)
        return pc.if_else(pa.array(spendings.has_vat[rows]), tokens, "null")
    coded = spendings.texts[name]
    return _texts(coded.values, coded.codes[rows])


def _texts(values: Sequence[str], codes: NDArray[np.int64]) -> pa.Array:
    present, position = np.unique(codes, return_inverse=True)
    tokens = [_token(None if code < 0 else values[code]) for code in present.tolist()]
    return pa.array(tokens, pa.string()).take(pa.array(position))


def _distinct(numbers: NDArray[np.int64], text: Callable[[int], str | None]) -> pa.Array:
    present, position = np.unique(numbers, return_inverse=True)
    tokens = [_token(text(number)) for number in present.tolist()]
    return pa.array(tokens, pa.string()).take(pa.array(position))


def _token(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)


def _hash_lines(update: Callable[[memoryview], None], columns: list[pa.Array]) -> None:
    first = pc.binary_join_element_wise("[", columns[0], "")
    last = pc.binary_join_element_wise(columns[-1], "]\n", "")
    lines = pc.binary_join_element_wise(first, *columns[1:-1], last, ",")
    # The texts of an Arrow array lie end to end in one buffer: that is what is hashed.
    begin, end = (
        int(np.frombuffer(lines.buffers()[1], dtype=np.int32)[at]) for at in (0, len(lines))
    )
    update(memoryview(lines.buffers()[2])[begin:end])
