"""An act: who does something, and when. Everything that changes the record is one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who acts, at which instant. The clock is read in ``api`` only.

    ``random`` gives so many bytes that nobody can guess, from which the salts of the act are
    drawn. Only the demonstration gives others, so that it is the same on every machine.
    """

    actor: UUID
    at: datetime  # aware
    random: Callable[[int], bytes] = secrets.token_bytes

    def day(self, timezone: str) -> date:
        """Return the day on which this happens where the fund is."""
        return day_in(timezone, self.at)


def day_in(timezone: str, at: datetime) -> date:
    """Return which day an instant falls on in a time zone."""
    return at.astimezone(_zone(timezone)).date()


def midnight_in(timezone: str, day: date) -> datetime:
    """Return the instant at which a day begins in a time zone."""
    return datetime.combine(day, time(), _zone(timezone)).astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
