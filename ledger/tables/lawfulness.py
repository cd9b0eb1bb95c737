"""The lawfulness test: what a spending failed, its evidence, and what was spent in a year."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field, SQLModel

from ledger.sealing.terms import JUSTIFICATION
from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text


class Finding(SQLModel, table=True):
    """A rule of the lawfulness test that a spending fails (*bevinding*): never changed, never gone.

    ``criterion`` is that of a lawfulness statement; findings of internal control have none.
    ``figures`` is canonical JSON: what the sentence about it fills in, nothing of people.
    """

    __tablename__ = "finding"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("spending", to="spending.sequence"),
        one_of("kind", "error", "uncertainty", "control"),
        CheckConstraint(
            "(kind = 'control' AND criterion IS NULL)"
            " OR (kind <> 'control' AND criterion IS NOT NULL"
            " AND criterion IN ('budget', 'conditions', 'misuse'))",
            name="criterion",
        ),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_finding_spending", "fund_id", "spending"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    spending: int = number()
    rule: str
    version: int
    kind: str
    criterion: str | None = None
    amount_cents: int = cents()
    figures: str = Field(sa_type=Text)


class FindingEnd(SQLModel, table=True):
    """That a finding stands no more, once: what was wrong was put right, or never was."""

    __tablename__ = "finding_end"
    __table_args__ = (
        of_fund("finding", "finding_line", to="finding.sequence.line"),
        of_fund("sequence", to="event.sequence"),
        one_of("how", "resolved", "reversed", "corrected"),
    )

    fund_id: int = fund_key()
    finding: int = key_part()
    finding_line: int = key_part()
    sequence: int = number()
    how: str


class Receipt(SQLModel, table=True):
    """That evidence of a spending came in (*bon*), after the spending or with it.

    ``reference`` says where the organisation keeps it, ``fingerprint`` that two are the same;
    both may be erased, with the salt. What came with a spending bears its number, and the
    reference stands in its particulars.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("spending", to="spending.sequence"),
        Index("ix_receipt_spending", "fund_id", "spending"),
        Index("ix_receipt_fingerprint", "fund_id", "fingerprint"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    spending: int = number()
    received_on: date
    amount_cents: int | None = cents(default=None)  # what it says; nothing where nobody looked
    fingerprint: bytes | None = digest(default=None)
    salt: bytes | None = sealed_salt()
    reference: str | None = sealed_text(months=JUSTIFICATION)


class ReceiptReminder(SQLModel, table=True):
    """That whoever spent was reminded of the receipt: the first time, or the second."""

    __tablename__ = "receipt_reminder"
    __table_args__ = (
        of_fund("spending", to="spending.sequence"),
        of_fund("sequence", to="event.sequence"),
        CheckConstraint("nth IN (1, 2)", name="nth"),
    )

    fund_id: int = fund_key()
    spending: int = key_part()
    nth: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int = number()
    reminded_on: date


class SpentInYear(SQLModel, table=True):
    """What an organisation or a person spent in a year, by the day spent: it moves with every act.

    It can be added up from the spendings at any time, and verification does; it is kept so
    that recording need not.
    """

    __tablename__ = "spent_in_year"

    fund_id: int = Field(
        primary_key=True, foreign_key="fund.id", sa_column_kwargs={"autoincrement": False}
    )
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    whose: str = Field(primary_key=True)  # the code of a party, or the id of a person
    amount_cents: int = cents()
