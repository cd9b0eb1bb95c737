"""Privacy: who read what somebody wrote, and cases whose use was restricted.

A case is told here, and in the trail, by its number: that of the act that first named it.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from ledger.tables.base import fund_key, key_part, number, of_fund, one_of

WHY_READ = ("review", "question", "correction", "request")
"""For what somebody reads: to review, to answer a question, to correct, or for whom it is about."""

GROUNDS_TO_RESTRICT = ("accuracy", "unlawful", "claim", "objection")
"""Why the use of a case is restricted: AVG article 18, first paragraph, a to d."""


class Reading(SQLModel, table=True):
    """That somebody read what was written about a spending, or about a finding on it.

    Who and when stand in the event.
    """

    __tablename__ = "reading"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("spending", to="spending.sequence"),
        one_of("why", *WHY_READ),
        Index("ix_reading_spending", "fund_id", "spending"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    spending: int = number()
    why: str


class CaseReading(SQLModel, table=True):
    """That somebody read what is on record of a case.

    A privacy officer reads all of it, for whom it is about; others what was asked for it and
    decided: a moratorium, or the escalation table.
    """

    __tablename__ = "case_reading"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        one_of("why", *WHY_READ),
        Index("ix_case_reading_case", "fund_id", "case_number"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    case_number: int = number()
    why: str


class Restriction(SQLModel, table=True):
    """That the use of a case was restricted (*beperking*) on a ground, or lifted, without one.

    The last one counts.
    """

    __tablename__ = "restriction"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        one_of("ground", *GROUNDS_TO_RESTRICT),
        Index("ix_restriction_case", "fund_id", "case_number"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    case_number: int = number()
    ground: str | None = None
