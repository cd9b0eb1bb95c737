"""The fingerprint of a receipt: tells whether the same one was brought twice.

It is keyed: without the key file it tells nothing of the receipt.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ledger.sealing import ring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlmodel import Session

    Mark = Callable[[str], bytes]
    """Returns the fingerprint of a receipt, from where it is kept."""


def of_fund(session: Session, fund: str) -> Mark:
    """Return what marks the receipts of a fund.

    Raises:
        NoKeys: There is no key file at hand.
    """
    return partial(ring.of(session.connection()).of_receipt, fund)


def with_spending(row: Mapping[str, Any], fingerprint: bytes) -> dict[str, Any]:
    """Return the row of a receipt that came with a spending, whose particulars say which it is."""
    return {
        "fund_id": row["fund_id"],
        "sequence": row["sequence"],
        "spending": row["sequence"],
        "received_on": row["recorded_on"],
        "amount_cents": None,
        "fingerprint": fingerprint,
        "salt": None,
        "reference": None,
    }
