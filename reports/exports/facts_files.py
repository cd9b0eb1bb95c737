"""Facts as the files that ``overbrug settle`` reads: ``spendings.csv`` and ``savings.csv``.

From a ledger they hold what its settlements rest on, and no more: payee, professional and
receipt decide nothing and may be erased, so they stay where they are; a case goes by its
number. Settled from these files, the figures and the fingerprint of the facts are those of
the ledger.

Source:
    The formats, Spendings and savings as CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger import columns
from ledger.facts import COLUMNS, DAYS
from ledger.facts_files import REMARKS
from reports.exports import csvlines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.facts import Savings, Spendings

SPENDINGS: Final = tuple(name for name in COLUMNS if name not in REMARKS)
"""Columns that are written: all that decide something."""

SAVINGS: Final = ("spending", "party", "amount")
_CHUNK: Final = 1 << 17  # rows that are laid out as text at a time, to bound memory


def spendings(facts: Spendings) -> Iterator[bytes]:
    """Yield ``spendings.csv`` in pieces, in canonical order."""
    yield _header(SPENDINGS)
    for first in range(0, len(facts), _CHUNK):
        rows = slice(first, first + _CHUNK)
        yield csvlines.laid_out([_column(facts, name, rows) for name in SPENDINGS])


def savings(facts: Savings, *, of: Spendings, parties: Sequence[str]) -> Iterator[bytes]:
    """Yield ``savings.csv`` in pieces: one row per spending and party.

    Args:
        facts: The savings.
        of: The spendings that they belong to.
        parties: Codes of all parties, in their order.
    """
    yield _header(SAVINGS)
    ids = of.texts["id"]
    for first in range(0, len(facts), _CHUNK):
        rows = slice(first, first + _CHUNK)
        yield csvlines.laid_out(
            [
                csvlines.named(ids.values, ids.codes[facts.spending[rows]]),
                csvlines.named(parties, facts.party[rows]),
                columns.amounts(facts.total_cents[rows]),
            ]
        )


def _header(names: Sequence[str]) -> bytes:
    return (",".join(names) + "\n").encode()


def _column(facts: Spendings, name: str, rows: slice) -> pa.Array:
    if name in DAYS:
        return columns.days(facts.days[name][rows])
    if name == "amount":
        return columns.amounts(facts.amount_cents[rows])
    if name == "vat":
        known = pa.array(facts.has_vat[rows])
        amounts = columns.amounts(facts.vat_cents[rows])
        return pc.if_else(known, amounts, pa.scalar(None, amounts.type))
    coded = facts.texts[name]
    return csvlines.named(coded.values, coded.codes[rows])
