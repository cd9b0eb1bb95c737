"""Whether a spending was taken back: the reversal that may stand beside it in a question."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from ledger import store
from ledger.tables import Spending

SPENDING: Final = store.table(Spending)
REVERSAL: Final = SPENDING.alias("reversal")
OF_SPENDING: Final = (REVERSAL.c.fund_id == SPENDING.c.fund_id) & (
    REVERSAL.c.reverses == SPENDING.c.sequence
)
"""Joins a spending to its reversal, if it has one."""

STANDS: Final = ~select(REVERSAL.c.sequence).where(OF_SPENDING).exists()
"""That it has none."""
