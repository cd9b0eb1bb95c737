"""Rows of savings: what an event says in ``savings``, one row a party.

The event holds an object of cents by party; its rows are numbered from 1 in the order of the
codes of parties, as the object stands in canonical JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def of_event(
    fund_id: int, sequence: int, spending: int, cents: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the rows of what a spending is expected to save.

    Args:
        fund_id: The fund.
        sequence: Number of the event.
        spending: Number of the spending.
        cents: By party, as in the event.
    """
    return [
        {
            "fund_id": fund_id,
            "sequence": sequence,
            "line": line,
            "spending": spending,
            "party": party,
            "amount_cents": cents[party],
        }
        for line, party in enumerate(sorted(cents), 1)
    ]
