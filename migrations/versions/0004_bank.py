"""The bank: what is kept of its statements, what each line is, and why some differ.

Revision: 0004, after 0003.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES: Final = (
    "bank_statement",
    "bank_line",
    "bank_match",
    "bank_reason",
)
"""In the order in which they refer to each other."""

ERASABLE: Final = {"bank_reason": ("salt", "reason")}
"""The columns that an erasure empties."""


def upgrade() -> None:
    """Go forward."""
    _statements()
    _lines()
    _matches()
    _reasons()
    finality.freeze(*(table for table in TABLES if table not in ERASABLE))
    for table, columns in ERASABLE.items():
        finality.freeze_but_for_erasing(table, *columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _statements() -> None:
    op.create_table(
        "bank_statement",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("identification", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("page", sa.BigInteger(), nullable=False),
        sa.Column("opening_cents", sa.BigInteger(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closing_cents", sa.BigInteger(), nullable=True),
        sa.Column("turnover_cents", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_bank_statement_days")),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_bank_statement_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_bank_statement"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_bank_statement_account", "bank_statement", ["fund_id", "account", "last_day"]
    )


def _lines() -> None:
    op.create_table(
        "bank_line",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("entry_cents", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("iban", sa.String(), nullable=True),
        sa.Column("names", sa.String(), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_bank_line_amount")),
        sa.CheckConstraint(
            "iban IS NULL OR amount_cents > 0", name=op.f("ck_bank_line_iban_of_credits")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_bank_line_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_bank_line"),
        sa.UniqueConstraint(
            *("fund_id", "account", "booked_on", "reference", "entry_cents", "ordinal", "part"),
            name="uq_bank_line_known_by",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_line_booked_on", "bank_line", ["fund_id", "booked_on"])


def _matches() -> None:
    op.create_table(
        "bank_match",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("of_sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("of_line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=True),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.CheckConstraint("party IS NULL OR act IS NOT NULL", name=op.f("ck_bank_match_payment")),
        sa.CheckConstraint(
            "rule IN ('reference', 'text', 'account', 'batch', 'day', 'near', 'equal',"
            " 'received', 'hand', 'open')",
            name=op.f("ck_bank_match_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_bank_match_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "of_sequence", "of_line"],
            ["bank_line.fund_id", "bank_line.sequence", "bank_line.line"],
            name="fk_bank_match_fund_id_of_sequence_of_line",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "act"],
            ["event.fund_id", "event.sequence"],
            name="fk_bank_match_fund_id_act",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"],
            ["party.fund_id", "party.code"],
            name="fk_bank_match_fund_id_party",
        ),
        sa.PrimaryKeyConstraint(
            "fund_id", "of_sequence", "of_line", "sequence", "line", name="pk_bank_match"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_match_act", "bank_match", ["fund_id", "act", "party", "rule"])


def _reasons() -> None:
    op.create_table(
        "bank_reason",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("of_sequence", sa.BigInteger(), nullable=True),
        sa.Column("of_line", sa.BigInteger(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(account IS NULL AND of_sequence IS NOT NULL AND of_line IS NOT NULL)"
            " OR (account IS NOT NULL AND of_sequence IS NULL AND of_line IS NULL)",
            name=op.f("ck_bank_reason_of_one"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_bank_reason_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "of_sequence", "of_line"],
            ["bank_line.fund_id", "bank_line.sequence", "bank_line.line"],
            name="fk_bank_reason_fund_id_of_sequence_of_line",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_bank_reason"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_reason_of", "bank_reason", ["fund_id", "of_sequence", "of_line"])
