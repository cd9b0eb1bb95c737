"""Retention: approvals of the destruction of what was kept until a month.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = "retention_approval"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        TABLE,
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name=f"fk_{TABLE}_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=f"fk_{TABLE}_person_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name=f"pk_{TABLE}"),
        sa.UniqueConstraint(
            "fund_id", "month", "person_id", name=f"uq_{TABLE}_fund_id_month_person_id"
        ),
        sqlite_with_rowid=False,
    )
    finality.freeze(TABLE)


def downgrade() -> None:
    """Go back."""
    op.drop_table(TABLE)
