"""The fingerprint of the facts that a settlement rests on.

One JSON array a line: first the rows that were settled or used for weights, in canonical
order, with the columns of ``ledger.facts.COLUMNS`` as texts (amounts with two decimals,
``null`` for what is absent), then their savings as ``[spending, party, total]``. UTF-8,
no blanks, a line feed after every line. From a ledger a case goes by its number, such as
``#12``, and the domain is ``null`` unless the agreement asks for it (``settlement.from_ledger``).

Source:
    The formats, What ``overbrug settle`` writes, ``settlement.json``.
"""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import columns
from ledger.facts import COLUMNS, DAYS
from settlement import looked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ledger.facts import Spendings
    from settlement.lines import Facts, Weighed
    from settlement.selection import Selection

_CHUNK: Final = 1 << 18  # lines that are joined at a time, to bound memory


def sha256(facts: Facts, selection: Selection, weighed: Weighed) -> str:
    """Return the SHA-256 of the facts that were settled or used for weights, in hexadecimal."""
    spendings, savings = facts.spendings, facts.savings
    used, parties = looked_at.rows(facts, selection, weighed), facts.eras[0].parties
    digest = hashlib.sha256()
    rows = np.flatnonzero(used)
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        _hash_lines(digest.update, [_column(spendings, name, chunk) for name in COLUMNS])
    of_used = np.flatnonzero(used[savings.spending])
    for first in range(0, len(of_used), _CHUNK):
        chunk = of_used[first : first + _CHUNK]
        ids = spendings.texts["id"]
        _hash_lines(
            digest.update,
            [
                _tokens(ids.values, ids.codes[savings.spending[chunk]]),
                _tokens(parties, savings.party[chunk]),
                _quoted(columns.amounts(savings.total_cents[chunk])),
            ],
        )
    return digest.hexdigest()


def _column(spendings: Spendings, name: str, rows: NDArray[np.int64]) -> pa.Array:
    if name in DAYS:
        return _quoted(columns.days(spendings.days[name][rows]))
    if name == "amount":
        return _quoted(columns.amounts(spendings.amount_cents[rows]))
    if name == "vat":
        vat = _quoted(columns.amounts(spendings.vat_cents[rows]))
        return pc.if_else(pa.array(spendings.has_vat[rows]), vat, "null")
    coded = spendings.texts[name]
    return _tokens(coded.values, coded.codes[rows])


def _tokens(values: Sequence[str], codes: NDArray[np.int64]) -> pa.Array:
    """Return texts as JSON; position -1 is ``null``."""
    present, position = np.unique(codes, return_inverse=True)
    tokens = ["null" if at < 0 else encode_basestring(values[at]) for at in present.tolist()]
    return pa.array(tokens, pa.string()).take(pa.array(position))


def _quoted(column: pa.Array) -> pa.Array:
    """Return dates or amounts as JSON texts; what is absent is ``null``."""
    texts = pc.binary_join_element_wise('"', column.cast(pa.string()), '"', "")
    return pc.fill_null(texts, "null")


def _hash_lines(update: Callable[[memoryview], None], cells: list[pa.Array]) -> None:
    first = pc.binary_join_element_wise("[", cells[0], "")
    last = pc.binary_join_element_wise(cells[-1], "]\n", "")
    lines = pc.binary_join_element_wise(first, *cells[1:-1], last, ",")
    # The texts of an Arrow array lie end to end in one buffer: that is what is hashed.
    begin, end = (
        int(np.frombuffer(lines.buffers()[1], dtype=np.int32)[at]) for at in (0, len(lines))
    )
    update(memoryview(lines.buffers()[2])[begin:end])
