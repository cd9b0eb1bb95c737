"""In which period a day is booked.

A period is OPEN until its end, ADJUSTING for some days after it or until it is proposed,
then CLOSED. Periods are calendar quarters, unless a settlement was proposed for other
days. What falls in a closed period is booked on the first day of the oldest one that is
not closed.

Source:
    The settlement rules, Dates, order, versions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_MONTHS: Final = 3  # of a period


def first_open(
    *, closed_until: date, adjusting_from: date | None, today: date, adjusting_days: int
) -> date:
    """Return the first day that is not in a closed period.

    Args:
        closed_until: End (exclusive) of what was proposed.
        adjusting_from: Begin of the period whose proposal went back to draft, if any: it
            is open for corrections again until it is proposed anew.
        today: In the fund's time zone.
        adjusting_days: For how many days after its end a period can be adjusted.
    """
    if adjusting_from is not None:
        return adjusting_from
    return max(closed_until, quarter_of(today - timedelta(days=adjusting_days)))


def quarter_of(day: date) -> date:
    """Return the first day of a day's calendar quarter."""
    return date(day.year, day.month - (day.month - 1) % _MONTHS, 1)
