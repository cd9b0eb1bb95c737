"""Spendings, the journal, and what is held or paid in.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES: Final = (
    "case_file",
    "spending",
    "particulars",
    "transfer",
    "contribution",
    "reservation",
    "reservation_end",
)
"""In the order in which they refer to each other."""

ERASABLE: Final = {
    "case_file": ("reference",),
    "particulars": (
        *("salt", "domain", "payee", "professional", "purpose", "effect", "departs_from"),
        *("receipt", "reason"),
    ),
    "reservation": ("salt",),
}


def upgrade() -> None:
    """Go forward."""
    _spendings()
    _money()
    finality.freeze(*(table for table in TABLES if table not in ERASABLE))
    for table, columns in ERASABLE.items():
        finality.freeze_but_for_erasing(table, *columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _spendings() -> None:
    op.create_table(
        "case_file",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "holder"],
            ["party.fund_id", "party.code"],
            name="fk_case_file_fund_id_holder",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "home"], ["party.fund_id", "party.code"], name="fk_case_file_fund_id_home"
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_case_file_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_case_file"),
        sa.UniqueConstraint("fund_id", "reference", name="uq_case_file_fund_id_reference"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spending",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("home", sa.String(), nullable=True),
        sa.Column("advanced_by", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("refunds", sa.BigInteger(), nullable=True),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("vat_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_use", sa.String(), nullable=False),
        sa.CheckConstraint(
            "vat_use IN ('none', 'individual', 'compensable', 'unknown')",
            name=op.f("ck_spending_vat_use"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN reverses IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN refunds IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN replaces IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_spending_one_link"),
        ),
        sa.CheckConstraint(
            "amount_cents BETWEEN -1000000000000 AND 1000000000000", name=op.f("ck_spending_amount")
        ),
        sa.CheckConstraint(
            "refunds IS NULL OR amount_cents < 0", name=op.f("ck_spending_refund_is_negative")
        ),
        sa.CheckConstraint(
            "vat_cents IS NULL OR vat_cents BETWEEN 0 AND amount_cents"
            " OR vat_cents BETWEEN amount_cents AND 0",
            name=op.f("ck_spending_vat_within_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "case_number"],
            ["case_file.fund_id", "case_file.sequence"],
            name="fk_spending_fund_id_case_number",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "home"], ["party.fund_id", "party.code"], name="fk_spending_fund_id_home"
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "organisation"],
            ["party.fund_id", "party.code"],
            name="fk_spending_fund_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "refunds"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_spending_fund_id_refunds",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "replaces"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_spending_fund_id_replaces",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "reverses"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_spending_fund_id_reverses",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_spending_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_spending_person_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_spending"),
        sa.UniqueConstraint("fund_id", "id", name="uq_spending_fund_id_id"),
        sa.UniqueConstraint("fund_id", "reverses", name="uq_spending_fund_id_reverses"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spending_booked_on", "spending", ["fund_id", "booked_on"])
    op.create_index("ix_spending_case", "spending", ["fund_id", "case_number"])
    op.create_index("ix_spending_person", "spending", ["fund_id", "person_id", "spent_on"])
    op.create_index("ix_spending_refunds", "spending", ["fund_id", "refunds"])
    op.create_index("ix_spending_replaces", "spending", ["fund_id", "replaces"])
    op.create_table(
        "particulars",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("domain", sa.String(), nullable=True),
        sa.Column("payee", sa.Text(), nullable=True),
        sa.Column("professional", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("departs_from", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["spending.fund_id", "spending.sequence"],
            name="fk_particulars_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_particulars"),
        sqlite_with_rowid=False,
    )


def _money() -> None:
    op.create_table(
        "transfer",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("task_field", sa.String(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_transfer_amount_positive")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_transfer_two_accounts")),
        sa.ForeignKeyConstraint(
            ["fund_id", "credit"],
            ["account.fund_id", "account.code"],
            name="fk_transfer_fund_id_credit",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "debit"],
            ["account.fund_id", "account.code"],
            name="fk_transfer_fund_id_debit",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_transfer_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_transfer"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_transfer_booked_on", "transfer", ["fund_id", "booked_on"])
    op.create_table(
        "contribution",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_contribution_amount")),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"],
            ["party.fund_id", "party.code"],
            name="fk_contribution_fund_id_party",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_contribution_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_contribution"),
        sa.UniqueConstraint("fund_id", "id", name="uq_contribution_fund_id_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reservation",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reserved_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_reservation_amount_positive")),
        sa.CheckConstraint("until > reserved_on", name=op.f("ck_reservation_validity")),
        sa.ForeignKeyConstraint(
            ["fund_id", "case_number"],
            ["case_file.fund_id", "case_file.sequence"],
            name="fk_reservation_fund_id_case_number",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "organisation"],
            ["party.fund_id", "party.code"],
            name="fk_reservation_fund_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_reservation_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reservation_person_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_reservation"),
        sa.UniqueConstraint("fund_id", "id", name="uq_reservation_fund_id_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reservation_person", "reservation", ["fund_id", "person_id"])
    op.create_table(
        "reservation_end",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reservation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.CheckConstraint(
            "how IN ('spent', 'released', 'expired')", name=op.f("ck_reservation_end_how")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "reservation"],
            ["reservation.fund_id", "reservation.sequence"],
            name="fk_reservation_end_fund_id_reservation",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_reservation_end_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "reservation", name="pk_reservation_end"),
        sqlite_with_rowid=False,
    )
