"""The lawfulness test: findings, receipts and reminders, and what was spent in a year.

Revision: 0008, after 0007.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations import finality

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES: Final = ("finding", "finding_end", "receipt", "receipt_reminder", "spent_in_year")
"""In the order in which they refer to each other."""

SEALED: Final = {"receipt": ("salt", "reference")}
"""The columns of sealed values."""

HASHED: Final = {"receipt": ("fingerprint",)}
"""Those that are erased with them."""

PARTICULARS: Final = (
    *("salt", "domain", "payee", "professional", "purpose", "effect", "considered"),
    *("departs_from", "receipt", "reason"),
)
"""What may be erased of a spending from now on."""

MOVING: Final = ("spent_in_year",)
"""The tables whose rows change."""


def upgrade() -> None:
    """Go forward."""
    _spendings()
    _findings()
    _receipts()
    _sums()
    finality.freeze(*(each for each in TABLES if each not in SEALED and each not in MOVING))
    for table, columns in SEALED.items():
        finality.freeze_but_for_sealing(table, columns, HASHED[table])
    for table in MOVING:
        finality.keep(table)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_reservation_until", "reservation")
    finality.thaw("particulars")
    with op.batch_alter_table("particulars") as changed:
        changed.drop_column("considered")
    finality.freeze_but_for_sealing(
        "particulars", [each for each in PARTICULARS if each != "considered"]
    )


def _spendings() -> None:
    """Say what came of the provision that comes first; find reservations by their end."""
    finality.thaw("particulars")
    op.add_column("particulars", sa.Column("considered", sa.LargeBinary(), nullable=True))
    finality.freeze_but_for_sealing("particulars", PARTICULARS)
    op.create_index("ix_reservation_until", "reservation", ["fund_id", "until"])


def _key(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[int]:
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def _of_event(table: str) -> sa.ForeignKeyConstraint:
    return _of(table, "event", sequence="sequence")


def _of(table: str, other: str, **columns: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key within the fund: its columns, and what each refers to."""
    return sa.ForeignKeyConstraint(
        ["fund_id", *columns],
        [f"{other}.fund_id", *(f"{other}.{each}" for each in columns.values())],
        name=f"fk_{table}_fund_id_{'_'.join(columns)}",
    )


def _findings() -> None:
    op.create_table(
        "finding",
        _key("fund_id", sa.Integer()),
        _key("sequence", sa.BigInteger()),
        _key("line", sa.BigInteger()),
        sa.Column("spending", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="amount_positive"),
        sa.CheckConstraint(
            "(kind = 'control' AND criterion IS NULL)"
            " OR (kind <> 'control' AND criterion IS NOT NULL"
            " AND criterion IN ('budget', 'conditions', 'misuse'))",
            name="criterion",
        ),
        sa.CheckConstraint("kind IN ('error', 'uncertainty', 'control')", name="kind"),
        sa.CheckConstraint("version >= 1", name="version"),
        _of_event("finding"),
        _of("finding", "spending", spending="sequence"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", "line", name="pk_finding"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_finding_spending", "finding", ["fund_id", "spending"])
    op.create_table(
        "finding_end",
        _key("fund_id", sa.Integer()),
        _key("finding", sa.BigInteger()),
        _key("finding_line", sa.BigInteger()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.CheckConstraint("how IN ('resolved', 'reversed', 'corrected')", name="how"),
        _of_event("finding_end"),
        _of("finding_end", "finding", finding="sequence", finding_line="line"),
        sa.PrimaryKeyConstraint("fund_id", "finding", "finding_line", name="pk_finding_end"),
        sqlite_with_rowid=False,
    )


def _receipts() -> None:
    op.create_table(
        "receipt",
        _key("fund_id", sa.Integer()),
        _key("sequence", sa.BigInteger()),
        sa.Column("spending", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        _of_event("receipt"),
        _of("receipt", "spending", spending="sequence"),
        sa.PrimaryKeyConstraint("fund_id", "sequence", name="pk_receipt"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_receipt_spending", "receipt", ["fund_id", "spending"])
    op.create_index("ix_receipt_fingerprint", "receipt", ["fund_id", "fingerprint"])
    op.create_table(
        "receipt_reminder",
        _key("fund_id", sa.Integer()),
        _key("spending", sa.BigInteger()),
        _key("nth", sa.Integer()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("nth IN (1, 2)", name="nth"),
        _of_event("receipt_reminder"),
        _of("receipt_reminder", "spending", spending="sequence"),
        sa.PrimaryKeyConstraint("fund_id", "spending", "nth", name="pk_receipt_reminder"),
        sqlite_with_rowid=False,
    )


def _sums() -> None:
    op.create_table(
        "spent_in_year",
        _key("fund_id", sa.Integer()),
        _key("year", sa.Integer()),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_spent_in_year_fund_id"),
        sa.PrimaryKeyConstraint("fund_id", "year", "whose", name="pk_spent_in_year"),
        sqlite_with_rowid=False,
    )
    _add_up("organisation")
    _add_up("person_id")


def _add_up(whose: str) -> None:
    """Add up what is on record."""
    spending = sa.table(
        "spending",
        *(sa.column(name) for name in ("fund_id", "amount_cents")),
        sa.column("spent_on", sa.Date()),
        sa.column("organisation", sa.String()),
        sa.column("person_id", sa.Uuid()),
    )
    connection = op.get_bind()
    year = sa.extract("year", spending.c.spent_on)
    asked = (
        sa.select(spending.c.fund_id, year, spending.c[whose], sa.func.sum(spending.c.amount_cents))
        .where(spending.c[whose].is_not(None))
        .group_by(spending.c.fund_id, year, spending.c[whose])
    )
    sums = sa.table(
        "spent_in_year", *(sa.column(each) for each in ("fund_id", "year", "whose", "amount_cents"))
    )
    rows = [
        {"fund_id": fund, "year": int(in_year), "whose": str(of), "amount_cents": int(cents)}
        for fund, in_year, of, cents in connection.execute(asked)
    ]
    if rows:
        connection.execute(sums.insert(), rows)
