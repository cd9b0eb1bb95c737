"""Savings: the catalogue of effects, what was picked from it, what came of it.

Revision: 0003, after 0002.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES: Final = (
    "catalogue",
    "effect_pick",
    "saving",
    "observation",
)
"""In the order in which they refer to each other."""

ERASABLE: Final = {"effect_pick": ("salt", "effect")}
"""The columns that an erasure empties."""


def upgrade() -> None:
    """Go forward."""
    _savings()
    finality.freeze(*(table for table in TABLES if table not in ERASABLE))
    for table, columns in ERASABLE.items():
        finality.freeze_but_for_erasing(table, *columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _savings() -> None:
    op.create_table(
        "catalogue",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_catalogue_version")),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_catalogue_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "version", name="pk_catalogue"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect_pick",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spending", sa.BigInteger(), nullable=False),
        sa.Column("catalogue", sa.Integer(), nullable=False),
        sa.Column("picked_on", sa.Date(), nullable=False),
        sa.Column("carried_by", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("effect", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "carried_by"],
            ["effect_pick.fund_id", "effect_pick.sequence"],
            name="fk_effect_pick_fund_id_carried_by",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "catalogue"],
            ["catalogue.fund_id", "catalogue.version"],
            name="fk_effect_pick_fund_id_catalogue",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_effect_pick_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "spending"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_effect_pick_fund_id_spending",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_effect_pick"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_effect_pick_spending", "effect_pick", ["fund_id", "spending"])
    op.create_table(
        "saving",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spending", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"], ["party.fund_id", "party.code"], name="fk_saving_fund_id_party"
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_saving_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "spending"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_saving_fund_id_spending",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_saving"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_saving_spending", "saving", ["fund_id", "spending"])
    op.create_table(
        "observation",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pick", sa.BigInteger(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('yes', 'partly', 'no', 'unknown')", name=op.f("ck_observation_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "pick"],
            ["effect_pick.fund_id", "effect_pick.sequence"],
            name="fk_observation_fund_id_pick",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_observation_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_observation"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_observation_pick", "observation", ["fund_id", "pick"])
