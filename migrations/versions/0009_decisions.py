"""Decisions about findings: acceptance, authorisation, moratoria, the escalation table, review.

Revision: 0009, after 0008.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES: Final = (
    "acceptance_decision",
    "moratorium",
    "moratorium_decision",
    "acceptance",
    "authorisation",
    "escalation",
    "escalation_decision",
    "review",
)
"""In the order in which they refer to each other."""

SEALED: Final = {
    "acceptance": ("salt", "norm", "reason"),
    "moratorium": ("salt", "rule", "reason"),
    "moratorium_decision": ("salt", "reason"),
    "escalation": ("salt", "reason"),
    "escalation_decision": ("salt", "reason"),
    "review": ("salt", "comment"),
}
"""The columns of sealed values."""


def upgrade() -> None:
    """Go forward."""
    _accepted()
    _moratoria()
    _acceptances()
    _authorisations()
    _escalations()
    _reviews()
    finality.freeze(*(table for table in TABLES if table not in SEALED))
    for table, columns in SEALED.items():
        finality.freeze_but_for_sealing(table, columns)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _table(name: str, *items: SchemaItem, key: tuple[str, ...]) -> None:
    """Make a table of a fund's acts: its key within the fund, and what else it has."""
    op.create_table(
        name,
        sa.Column("fund_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(each, sa.BigInteger(), autoincrement=False, nullable=False) for each in key),
        *items,
        sa.PrimaryKeyConstraint("fund_id", *key, name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def _erasable(table: str) -> list[sa.Column[Any]]:
    salt, *texts = SEALED[table]
    return [
        sa.Column(salt, sa.LargeBinary(), nullable=True),
        *(sa.Column(each, sa.LargeBinary(), nullable=True) for each in texts),
    ]


def _of(table: str, other: str, **columns: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key within the fund: its columns, and what each refers to."""
    return sa.ForeignKeyConstraint(
        ["fund_id", *columns],
        [f"{other}.fund_id", *(f"{other}.{each}" for each in columns.values())],
        name=f"fk_{table}_fund_id_{'_'.join(columns)}",
    )


def _check(table: str, name: str, says: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(says, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("fund_id", *columns, name=f"uq_{table}_fund_id_{'_'.join(columns)}")


def _accepted() -> None:
    table = "acceptance_decision"
    _table(
        table,
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("mandate", sa.String(), nullable=True),
        _check(table, "how", "how IN ('board', 'mandate')"),
        _check(
            table,
            "members_of_kind",
            "(how <> 'board' OR (meeting_on IS NOT NULL AND number IS NOT NULL"
            " AND present IS NOT NULL AND members IS NOT NULL AND mandate IS NULL))"
            " AND (how <> 'mandate' OR (meeting_on IS NULL AND number IS NULL"
            " AND present IS NULL AND members IS NULL AND mandate IS NOT NULL))",
        ),
        _check(table, "present", "present BETWEEN 1 AND members"),
        _of(table, "event", sequence="sequence"),
        _unique(table, "meeting_on", "number"),
        key=("sequence",),
    )


def _acceptances() -> None:
    table = "acceptance"
    _table(
        table,
        sa.Column("finding", sa.BigInteger(), nullable=False),
        sa.Column("finding_line", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("moratorium", sa.BigInteger(), nullable=True),
        *_erasable(table),
        _check(
            table,
            "ground",
            "ground IN ('moratorium', 'board-decision', 'agreement-clause', 'reverse-test')",
        ),
        _check(
            table,
            "moratorium",
            "(ground = 'moratorium' AND moratorium IS NOT NULL)"
            " OR (ground <> 'moratorium' AND moratorium IS NULL)",
        ),
        _of(table, "acceptance_decision", sequence="sequence"),
        _of(table, "finding", finding="sequence", finding_line="line"),
        _of(table, "moratorium", moratorium="sequence"),
        _unique(table, "finding", "finding_line"),
        key=("sequence", "line"),
    )


def _authorisations() -> None:
    table = "authorisation"
    _table(
        table,
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        _check(table, "amount_positive", "amount_cents > 0"),
        _of(table, "event", sequence="sequence"),
        _of(table, "party", party="code"),
        _unique(table, "party", "year", "decision"),
        key=("sequence",),
    )


def _of_case(table: str) -> list[SchemaItem]:
    """Return what every request from a case has."""
    return [
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_number", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        _check(table, "promised", "decide_by >= asked_on"),
        _of(table, "event", sequence="sequence"),
        _of(table, "case_file", case_number="sequence"),
        _of(table, "party", organisation="code"),
        _unique(table, "id"),
    ]


def _moratoria() -> None:
    table = "moratorium"
    _table(
        table,
        *_of_case(table),
        sa.Column("until", sa.Date(), nullable=False),
        *_erasable(table),
        _check(table, "validity", "until > asked_on"),
        key=("sequence",),
    )
    op.create_index("ix_moratorium_case", table, ["fund_id", "case_number"])
    table = "moratorium_decision"
    _table(
        table,
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=True),
        *_erasable(table),
        _check(
            table,
            "validity",
            "(granted AND since IS NOT NULL AND until IS NOT NULL AND until > since)"
            " OR (NOT granted AND since IS NULL AND until IS NULL)",
        ),
        _of(table, "moratorium", moratorium="sequence"),
        _of(table, "event", sequence="sequence"),
        key=("moratorium",),
    )


def _escalations() -> None:
    table = "escalation"
    _table(
        table,
        *_of_case(table),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        *_erasable(table),
        _check(
            table,
            "why",
            "why IN ('domains', 'expertise', 'complex', 'stuck', 'laws', 'direction')",
        ),
        _check(table, "amount_positive", "amount_cents > 0"),
        key=("sequence",),
    )
    table = "escalation_decision"
    _table(
        table,
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reservation", sa.BigInteger(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=True),
        *_erasable(table),
        _check(table, "outcome", "outcome IN ('granted', 'declined')"),
        _check(table, "room_if_granted", "outcome = 'granted' OR reservation IS NULL"),
        _of(table, "escalation", escalation="sequence"),
        _of(table, "event", sequence="sequence"),
        _of(table, "reservation", reservation="sequence"),
        key=("escalation",),
    )


def _reviews() -> None:
    table = "review"
    _table(
        table,
        sa.Column("finding", sa.BigInteger(), nullable=False),
        sa.Column("finding_line", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        *_erasable(table),
        _check(
            table,
            "verdict",
            "verdict IN ('agreed', 'disagreed', 'more-information', 'corrected')",
        ),
        _of(table, "event", sequence="sequence"),
        _of(table, "finding", finding="sequence", finding_line="line"),
        key=("sequence",),
    )
    op.create_index("ix_review_finding", table, ["fund_id", "finding", "finding_line"])
