"""The clock: read here and nowhere else, once per act."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the page where the clock is read
