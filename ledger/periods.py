"""Periods: half-open runs of days, ``[start, until)``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``start`` up to, but not including, ``until``."""

    start: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.start:
            raise ValueError(
                f"a period ends after it begins: until {self.until} must be later than {self.start}"
            )

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.until

    @property
    def last_day(self) -> date:
        """The period's end as a date: its last day."""
        return self.until - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.until - self.start).days

    @property
    def months(self) -> int | None:
        """How many whole calendar months the period is; ``None`` if it is not."""
        if self.start.day != 1 or self.until.day != 1:
            return None
        return _month_number(self.until) - _month_number(self.start)

    def trailing(self, periods: int) -> Period:
        """Return the window of so many periods of this length that ends where this begins.

        Whole calendar months are counted back where this period begins and ends on the
        first of a month, else the same number of days.

        Source:
            The settlement rules, Weights, ``usage``.
        """
        if self.months is None:
            return Period(self.start - timedelta(days=periods * self.days), self.start)
        first = _month_number(self.start) - periods * self.months
        return Period(date(first // 12, first % 12 + 1, 1), self.start)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
