"""The journal as CSV: a row per transfer, as it was written."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from ledger import journal
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

COLUMNS: Final = (
    "sequence",
    "line",
    "booked_on",
    "kind",
    "debit",
    "credit",
    "amount",
    "key",
    "task_field",
)
MARK: Final = (",".join(COLUMNS) + "\n").encode()
"""How such a file begins."""


def pieces(session: Session, fund_id: int) -> Iterator[bytes]:
    """Yield the journal of a fund, piece by piece.

    Args:
        session: One that sees a single moment of the database.
        fund_id: The fund.
    """
    yield MARK
    for row in journal.written(session, fund_id):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(
            [
                as_text(row.amount_cents) if name == "amount" else getattr(row, name)
                for name in COLUMNS
            ]
        )
        yield text.getvalue().encode()
