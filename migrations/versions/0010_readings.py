"""Privacy: reading what somebody wrote is on record, and the use of a case may be restricted.

Revision: 0010, after 0009.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES: Final = ("reading", "case_reading", "restriction")


def upgrade() -> None:
    """Go forward."""
    _readings()
    _restrictions()
    finality.freeze(*TABLES)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _of(table: str, parent: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["fund_id", column],
        [f"{parent}.fund_id", f"{parent}.sequence"],
        name=f"fk_{table}_fund_id_{column}",
    )


def _readings() -> None:
    for table, parent, column, index in (
        ("reading", "spending", "spending", "ix_reading_spending"),
        ("case_reading", "case_file", "case_number", "ix_case_reading_case"),
    ):
        op.create_table(
            table,
            sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column(column, sa.BigInteger(), nullable=False),
            sa.Column("why", sa.String(), nullable=False),
            sa.CheckConstraint(
                "why IN ('review', 'question', 'correction', 'request')",
                name=op.f(f"ck_{table}_why"),
            ),
            _of(table, "event", "sequence"),
            _of(table, parent, column),
            sa.PrimaryKeyConstraint("fund_id", "sequence", name=f"pk_{table}"),
            sqlite_with_rowid=False,
        )
        op.create_index(index, table, ["fund_id", column])


def _restrictions() -> None:
    op.create_table(
        "restriction",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.CheckConstraint(
            "ground IN ('accuracy', 'unlawful', 'claim', 'objection')",
            name=op.f("ck_restriction_ground"),
        ),
        _of("restriction", "event", "sequence"),
        _of("restriction", "case_file", "case_number"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_restriction"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_restriction_case", "restriction", ["fund_id", "case_number"])
