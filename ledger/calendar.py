"""In which period a day is booked, and which days a fund takes.

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

from ledger.errors import Conflict

_MONTHS: Final = 3  # of a period
_YEAR_MONTHS: Final = 12


class OutsideTheFund(Conflict):
    """The day lies before the fund's first agreement, or is still to come."""

    slug = "outside-the-fund"


class PeriodClosed(Conflict):
    """What is asked would count in a period that is closed."""

    slug = "period-closed"


def check_happened(day: date, *, first: date, today: date, what: str, about: str) -> None:
    """Refuse a day before the fund began, or one that is still to come.

    Args:
        day: What is checked.
        first: The first day of the fund's first agreement.
        today: In the fund's time zone.
        what: What the day is called in the message, such as ``spending 'x': spent_on``.
        about: Id of what it is a day of.

    Raises:
        OutsideTheFund: It is such a day.
    """
    if not first <= day <= today:
        raise OutsideTheFund(
            f"{what} {day} is not between {first}, when the fund began, and today, {today}",
            id=about,
        )


def check_come(day: date | None, *, today: date, what: str, about: str) -> None:
    """Refuse a day on which nobody can have recorded or booked anything yet.

    It may be tomorrow where the fund is: a device may be a time zone ahead of it.

    Args:
        day: What is checked; ``None`` is left to the calendar.
        today: In the fund's time zone.
        what: What the day is called in the message.
        about: Id of what it is a day of.

    Raises:
        OutsideTheFund: It is such a day.
    """
    tomorrow = today + timedelta(days=1)
    if day is not None and day > tomorrow:
        raise OutsideTheFund(
            f"{what} {day} is still to come; it can be no later than tomorrow, {tomorrow}",
            id=about,
        )


def check_open(day: date, *, open_from: date, what: str, about: str) -> None:
    """Refuse to book on a day in a period that is closed.

    Args:
        day: What is checked.
        open_from: See :func:`open_from`.
        what: What the day is called in the message.
        about: Id of what it is a day of.

    Raises:
        PeriodClosed: It is such a day; says from which day on it can be booked.
    """
    if day < open_from:
        raise PeriodClosed(
            f"{what} {day} lies in a closed period; book it from {open_from} on",
            id=about,
            open_from=open_from.isoformat(),
        )


def open_from(*, closed_until: date, adjusting_from: date | None) -> date:
    """Return the first day that lies in no proposal, or in one that is back in draft.

    Args:
        closed_until: End (exclusive) of what was proposed.
        adjusting_from: Begin of the period whose proposal went back to draft, if any: it
            is open for corrections again until it is proposed anew.
    """
    return closed_until if adjusting_from is None else adjusting_from


def first_open(
    *, closed_until: date, adjusting_from: date | None, today: date, adjusting_days: int | None
) -> date:
    """Return the first day that is not in a closed period.

    Args:
        closed_until: End (exclusive) of what was proposed.
        adjusting_from: Begin of the period whose proposal went back to draft, if any.
        today: In the fund's time zone.
        adjusting_days: For how many days after its end a period can be adjusted; ``None``
            where only a proposal closes it.
    """
    if adjusting_from is not None or adjusting_days is None:
        return open_from(closed_until=closed_until, adjusting_from=adjusting_from)
    return max(closed_until, quarter_of(today - timedelta(days=adjusting_days)))


def quarter_of(day: date) -> date:
    """Return the first day of a day's calendar quarter."""
    return date(day.year, day.month - (day.month - 1) % _MONTHS, 1)


def next_quarter(day: date) -> date:
    """Return the first day of the calendar quarter after a day's."""
    first = quarter_of(day)
    years, months = divmod(first.month + _MONTHS - 1, _YEAR_MONTHS)
    return date(first.year + years, months + 1, 1)
