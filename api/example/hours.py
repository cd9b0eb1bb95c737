"""When people work: mostly on weekdays and in office hours, and where they live."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from api.example.dice import Dice

YEAR: Final = 2026
OPENED_ON: Final = date(YEAR - 1, 12, 17)
"""When the fund was opened, for the year to come."""

LOCAL: Final = ZoneInfo("Europe/Amsterdam")
HOLIDAYS: Final = frozenset(
    date(YEAR, month, day)
    for month, day in ((1, 1), (4, 3), (4, 6), (4, 27), (5, 5), (5, 14), (5, 25), (12, 25))
)
"""Of 2026, on weekdays."""

_SATURDAY: Final = 5
_HOURS: Final = {"early": 3, "office": 80, "evening": 17}
_MINUTES: Final = {"early": (430, 509), "office": (510, 1050), "evening": (1110, 1365)}
_WEEKEND: Final = 4  # of a hundred days on which something may happen


def at(day: date, minutes: int, *, second: int = 0) -> datetime:
    """Return an instant, in UTC.

    Args:
        day: Where the fund is.
        minutes: Since midnight there.
        second: Of the minute.
    """
    hour, minute = divmod(minutes, 60)
    local = datetime.combine(day, time(hour, minute, second), tzinfo=LOCAL)
    return local.astimezone(UTC)


def on(day: date, clock: str) -> datetime:
    """Return an instant of a day, by the clock where the fund is, such as ``10:30``."""
    hour, minute = map(int, clock.split(":"))
    return at(day, 60 * hour + minute)


def is_worked(day: date) -> bool:
    """Whether offices are open that day."""
    return day.weekday() < _SATURDAY and day not in HOLIDAYS


def worked_from(day: date) -> date:
    """Return the first day from a day on that offices are open."""
    while not is_worked(day):
        day += timedelta(days=1)
    return day


def worked_until(day: date) -> date:
    """Return the last day up to a day that offices are open."""
    while not is_worked(day):
        day -= timedelta(days=1)
    return day


def some_day(day: date, dice: Dice) -> date:
    """Return a day on which somebody is helped: that day, or mostly the next that is worked."""
    return day if is_worked(day) or dice.happens(_WEEKEND) else worked_from(day)


def some_moment(day: date, dice: Dice) -> datetime:
    """Return an instant of a day at which a professional may record."""
    first, last = _MINUTES[dice.by_weight(_HOURS)]
    return at(day, dice.between(first, last), second=dice.below(60))
