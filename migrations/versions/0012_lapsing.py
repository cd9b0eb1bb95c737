"""Hashes lapse: when the key of what was sealed is destroyed, what found it is emptied too.

Revision: 0012, after 0011.
"""

from __future__ import annotations

from typing import Final

from migrations import finality

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LAPSING: Final = {
    "case_file": (("reference",), ("reference_hash",)),
    "receipt": (("salt", "reference"), ("fingerprint",)),
}
"""By table the columns of sealed values, and those of their hashes."""


def upgrade() -> None:
    """Go forward."""
    _freeze(lapse=True)


def downgrade() -> None:
    """Go back."""
    _freeze(lapse=False)


def _freeze(*, lapse: bool) -> None:
    for table, (sealed, hashed) in LAPSING.items():
        finality.thaw(table)
        finality.freeze_but_for_sealing(table, sealed, hashed, lapse=lapse)
