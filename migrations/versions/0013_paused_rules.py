"""Which rules of the lawfulness test a moratorium pauses, by their codes.

Revision: 0013, after 0012.
"""

from __future__ import annotations

from typing import Final

from alembic import op

from migrations import finality

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE: Final = "moratorium"
SEALED: Final = ("salt", "rule", "reason")
"""The columns of sealed values."""


def upgrade() -> None:
    """Go forward."""
    finality.thaw(TABLE)
    # In words of its own: Alembic would make the table of SQLite anew for a constraint.
    op.execute(
        f"ALTER TABLE {TABLE} ADD COLUMN rules VARCHAR"
        f" CONSTRAINT ck_{TABLE}_rules CHECK (rules <> '')"
    )
    finality.freeze_but_for_sealing(TABLE, SEALED)


def downgrade() -> None:
    """Go back."""
    finality.thaw(TABLE)
    op.drop_column(TABLE, "rules")
    finality.freeze_but_for_sealing(TABLE, SEALED)
