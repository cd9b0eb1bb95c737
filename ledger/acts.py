"""An act: who does something, and when. Everything that changes the record is one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who acts, at which instant. The clock is read in ``api`` only."""

    actor: UUID
    at: datetime  # aware

    def day(self, timezone: str) -> date:
        """Return the day on which this happens where the fund is."""
        return day_in(timezone, self.at)


def day_in(timezone: str, at: datetime) -> date:
    """Return which day an instant falls on in a time zone."""
    return at.astimezone(_zone(timezone)).date()


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
