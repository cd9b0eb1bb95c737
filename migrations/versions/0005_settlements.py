"""Settlements: what was proposed, who agreed, and how far they are.

Revision: 0005, after 0004.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES: Final = (
    "proposal",
    "set_apart",
    "settlement_vector",
    "settlement_line",
    "settlement_adjustment",
    "settlement_position",
    "settlement_transfer",
    "approval",
    "objected_line",
    "settlement_state",
)
"""In the order in which they refer to each other."""

ERASABLE: Final = {"proposal": ("salt", "unreconciled"), "approval": ("salt", "reason")}
"""The columns that an erasure empties."""


def upgrade() -> None:
    """Go forward."""
    _proposals()
    _figures()
    _agreement()
    finality.freeze(*(table for table in TABLES if table not in ERASABLE))
    for table, columns in ERASABLE.items():
        finality.freeze_but_for_erasing(table, *columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("frozen", sa.BigInteger(), nullable=False),
        sa.Column("facts_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("unreconciled", sa.Text(), nullable=True),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.CheckConstraint("frozen < sequence", name=op.f("ck_proposal_frozen")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_proposal_number")),
        sa.CheckConstraint("period_until > period_from", name=op.f("ck_proposal_period")),
        sa.ForeignKeyConstraint(
            ["fund_id", "frozen"],
            ["event.fund_id", "event.sequence"],
            name="fk_proposal_fund_id_frozen",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_proposal_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_proposal"),
        sa.UniqueConstraint(
            "fund_id", "period_from", "number", name="uq_proposal_fund_id_period_from_number"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_apart",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spending", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_set_apart_fund_id_proposal",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "spending"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_set_apart_fund_id_spending",
        ),
        sa.PrimaryKeyConstraint("fund_id", "proposal", "spending", name="pk_set_apart"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_vector",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vector", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_vector_fund_id_proposal",
        ),
        sa.PrimaryKeyConstraint("fund_id", "proposal", "vector", name="pk_settlement_vector"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_line",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spending", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("vector", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal", "vector"],
            ["settlement_vector.fund_id", "settlement_vector.proposal", "settlement_vector.vector"],
            name="fk_settlement_line_fund_id_proposal_vector",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_line_fund_id_proposal",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "spending"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_settlement_line_fund_id_spending",
        ),
        sa.PrimaryKeyConstraint("fund_id", "proposal", "spending", name="pk_settlement_line"),
        sqlite_with_rowid=False,
    )


def _figures() -> None:
    op.create_table(
        "settlement_adjustment",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"],
            ["party.fund_id", "party.code"],
            name="fk_settlement_adjustment_fund_id_party",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_adjustment_fund_id_proposal",
        ),
        sa.PrimaryKeyConstraint(
            "fund_id", "proposal", "step", "party", name="pk_settlement_adjustment"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_position",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("exact_cost_share", sa.String(), nullable=False),
        sa.Column("cost_share_cents", sa.BigInteger(), nullable=False),
        sa.Column("adjustments_cents", sa.BigInteger(), nullable=False),
        sa.Column("contributed_cents", sa.BigInteger(), nullable=False),
        sa.Column("advanced_cents", sa.BigInteger(), nullable=False),
        sa.Column("balance_cents", sa.BigInteger(), nullable=False),
        sa.Column("opening_cents", sa.BigInteger(), nullable=False),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.Column("carried_in_cents", sa.BigInteger(), nullable=False),
        sa.Column("transferred_cents", sa.BigInteger(), nullable=False),
        sa.Column("carried_out_cents", sa.BigInteger(), nullable=False),
        sa.Column("closing_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "balance_cents = due_cents + closing_cents", name=op.f("ck_settlement_position_due")
        ),
        sa.CheckConstraint(
            "carried_in_cents + due_cents = transferred_cents + carried_out_cents",
            name=op.f("ck_settlement_position_carried"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"],
            ["party.fund_id", "party.code"],
            name="fk_settlement_position_fund_id_party",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_position_fund_id_proposal",
        ),
        sa.PrimaryKeyConstraint("fund_id", "proposal", "party", name="pk_settlement_position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_transfer",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_settlement_transfer_amount_positive")),
        sa.CheckConstraint("payer <> payee", name=op.f("ck_settlement_transfer_two_parties")),
        sa.ForeignKeyConstraint(
            ["fund_id", "payee"],
            ["party.fund_id", "party.code"],
            name="fk_settlement_transfer_fund_id_payee",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "payer"],
            ["party.fund_id", "party.code"],
            name="fk_settlement_transfer_fund_id_payer",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_transfer_fund_id_proposal",
        ),
        sa.PrimaryKeyConstraint(
            "fund_id", "proposal", "payer", "payee", name="pk_settlement_transfer"
        ),
        sqlite_with_rowid=False,
    )


def _agreement() -> None:
    op.create_table(
        "approval",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('agrees', 'objects', 'silent')", name=op.f("ck_approval_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"], ["party.fund_id", "party.code"], name="fk_approval_fund_id_party"
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_approval_fund_id_proposal",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_approval_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_approval_person_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_approval"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_approval_proposal", "approval", ["fund_id", "proposal"])
    op.create_table(
        "objected_line",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spending", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence", "line"],
            ["approval.fund_id", "approval.sequence", "approval.line"],
            name="fk_objected_line_fund_id_sequence_line",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "spending"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_objected_line_fund_id_spending",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", "spending", name="pk_objected_line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement_state",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'agreed', 'booked', 'paid')",
            name=op.f("ck_settlement_state_state"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "proposal"],
            ["proposal.fund_id", "proposal.sequence"],
            name="fk_settlement_state_fund_id_proposal",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_settlement_state_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_settlement_state"),
        sa.UniqueConstraint(
            "fund_id", "proposal", "state", name="uq_settlement_state_fund_id_proposal_state"
        ),
        sqlite_with_rowid=False,
    )
