"""The fingerprint of a receipt: tells whether the same one was brought twice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def fingerprint(fund_id: int, reference: str) -> bytes:
    """Return what tells that two receipts are the same."""
    return hashlib.sha256(f"{fund_id}:{reference}".encode()).digest()


def with_spending(row: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """Return the row of a receipt that came with a spending, whose particulars say which it is."""
    return {
        "fund_id": row["fund_id"],
        "sequence": row["sequence"],
        "spending": row["sequence"],
        "received_on": row["recorded_on"],
        "amount_cents": None,
        "fingerprint": fingerprint(row["fund_id"], reference),
        "salt": None,
        "reference": None,
    }
