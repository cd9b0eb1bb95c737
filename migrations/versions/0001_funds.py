"""Funds, what was agreed, who may act, and the trail of all acts.

Revision: 0001, the first.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES: Final = (
    "fund",
    "person",
    "event",
    "head",
    "party",
    "account",
    "agreement",
    "signature",
    "role",
)
"""In the order in which they refer to each other."""


def upgrade() -> None:
    """Go forward."""
    finality.prepare()
    _the_trail()
    _agreements()
    finality.freeze(*(table for table in TABLES if table != "head"))
    finality.keep("head")


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    finality.forget()


def _the_trail() -> None:
    op.create_table(
        "fund",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fund"),
        sa.UniqueConstraint("code", name="uq_fund_code"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("handle", name="uq_person_handle"),
    )
    op.create_table(
        "event",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_event_actor_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_event_fund_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_event"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_kind", "event", ["fund_id", "kind"])
    op.create_table(
        "head",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("closed_until", sa.Date(), nullable=False),
        sa.Column("adjusting_from", sa.Date(), nullable=True),
        sa.Column("pool_cents", sa.BigInteger(), nullable=False),
        sa.Column("reserved_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_head_fund_id"),
        sa.PrimaryKeyConstraint("fund_id", name="pk_head"),
    )


def _agreements() -> None:
    op.create_table(
        "party",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_party_fund_id"),
        sa.PrimaryKeyConstraint("fund_id", "code", name="pk_party"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"], ["party.fund_id", "party.code"], name="fk_account_fund_id_party"
        ),
        sa.PrimaryKeyConstraint("fund_id", "code", name="pk_account"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agreement",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("filed_signed", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_agreement_validity")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_agreement_version")),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_agreement_fund_id_sequence",
        ),
        sa.PrimaryKeyConstraint("fund_id", "version", name="pk_agreement"),
        sa.UniqueConstraint("fund_id", "valid_from", name="uq_agreement_fund_id_valid_from"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signature",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "how = 'page' OR second_id IS NOT NULL", name=op.f("ck_signature_paper_by_two")
        ),
        sa.CheckConstraint("how IN ('page', 'paper')", name=op.f("ck_signature_how")),
        sa.CheckConstraint(
            "second_id IS NULL OR second_id <> person_id", name=op.f("ck_signature_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "party"], ["party.fund_id", "party.code"], name="fk_signature_fund_id_party"
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_signature_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "version"],
            ["agreement.fund_id", "agreement.version"],
            name="fk_signature_fund_id_version",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_signature_person_id"),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name="fk_signature_second_id"),
        sa.PrimaryKeyConstraint("fund_id", "version", "party", name="pk_signature"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "role",
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('professional', 'finance', 'auditor', 'board', 'administrator',"
            " 'privacy-officer')",
            name=op.f("ck_role_role"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_role_validity")
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "organisation"],
            ["party.fund_id", "party.code"],
            name="fk_role_fund_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "sequence"],
            ["event.fund_id", "event.sequence"],
            name="fk_role_fund_id_sequence",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_person_id"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_role"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_role_person_id", "role", ["person_id"])
