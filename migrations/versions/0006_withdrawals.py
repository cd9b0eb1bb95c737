"""Withdrawals: what the board takes out of a catalogue of effects, or corrects in a measure.

Revision: 0006, after 0005.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES: Final = (
    "effect_withdrawal",
    "withdrawn_pick",
    "measure_withdrawal",
)
"""In the order in which they refer to each other."""

ERASABLE: Final = {
    "effect_withdrawal": ("salt", "effect", "reason"),
    "measure_withdrawal": ("salt", "reason"),
}
"""The columns that an erasure empties."""


def upgrade() -> None:
    """Go forward."""
    _effects()
    _measures()
    finality.freeze(*(table for table in TABLES if table not in ERASABLE))
    for table, columns in ERASABLE.items():
        finality.freeze_but_for_erasing(table, *columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _effects() -> None:
    op.create_table(
        "effect_withdrawal",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("catalogue", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "catalogue"],
            ["catalogue.fund_id", "catalogue.version"],
            name="fk_effect_withdrawal_fund_id_catalogue",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_effect_withdrawal_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_effect_withdrawal"),
        sa.UniqueConstraint(
            "fund_id", "catalogue", "effect", name="uq_effect_withdrawal_fund_id_catalogue_effect"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawn_pick",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pick", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "pick"],
            ["effect_pick.fund_id", "effect_pick.sequence"],
            name="fk_withdrawn_pick_fund_id_pick",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["effect_withdrawal.fund_id", "effect_withdrawal.sequence"],
            name="fk_withdrawn_pick_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "pick", name="pk_withdrawn_pick"),
        sqlite_with_rowid=False,
    )


def _measures() -> None:
    op.create_table(
        "measure_withdrawal",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"],
            ["party.fund_id", "party.code"],
            name="fk_measure_withdrawal_fund_id_party",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_measure_withdrawal_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "version"],
            ["agreement.fund_id", "agreement.version"],
            name="fk_measure_withdrawal_fund_id_version",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_measure_withdrawal"),
        sqlite_with_rowid=False,
    )
