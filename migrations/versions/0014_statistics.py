"""SQLite is told that a fund has many rows, so that it looks for few by their index.

Revision: 0014, after 0013.
"""

from __future__ import annotations

from migrations import statistics

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    statistics.tell()


def downgrade() -> None:
    """Go back."""
    statistics.forget()
