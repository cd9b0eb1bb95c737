"""The trail: one event per act, chained by hash within each fund."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the table reads it at run time
from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from ledger.tables.base import digest, instant, key_part


class Event(SQLModel, table=True):
    """One act. ``body`` is canonical JSON; ``hash`` is described in ``ledger.trail``."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind", "fund_id", "kind"),)

    fund_id: int = Field(
        primary_key=True, foreign_key="fund.id", sa_column_kwargs={"autoincrement": False}
    )
    sequence: int = key_part()
    at: datetime = instant()
    kind: str
    actor_id: UUID = Field(foreign_key="person.id")
    body: str = Field(sa_type=Text)
    hash: bytes = digest()
