"""Retention: who approved that what was kept until a month is destroyed."""

from __future__ import annotations

from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.base import fund_key, key_part, of_fund


class RetentionApproval(SQLModel, table=True):
    """That somebody approved the destruction of what a fund kept until a month, ``2028-03``."""

    __tablename__ = "retention_approval"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        UniqueConstraint("fund_id", "month", "person_id"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    month: str
    person_id: UUID = Field(foreign_key="person.id")
