"""Promised terms: by which day something is decided, and when somebody is reminded. Pure.

Source:
    The phone app, Microcopy ("within 2 working days"); the design, Who uses it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement

MORATORIUM_WORKING_DAYS: Final = 2
"""Within how many working days a moratorium is decided on, where the agreement does not say."""

TABLE_DAYS: Final = 10
"""Within how many days the escalation table decides, where the agreement does not say."""

_SATURDAY: Final = 5  # as Python counts the days of a week


def moratorium_by(agreement: Agreement, asked_on: date) -> date:
    """Return the last day on which a moratorium is decided on as was promised.

    Saturdays and Sundays are no working days; every other day is one, holidays too.
    """
    terms = agreement.lawfulness
    days = terms.moratorium_within_days if terms else None
    return _after_working_days(asked_on, MORATORIUM_WORKING_DAYS if days is None else days)


def table_by(agreement: Agreement, asked_on: date) -> date:
    """Return the last day on which the escalation table decides as was promised."""
    terms = agreement.lawfulness
    days = terms.table_within_days if terms else None
    return asked_on + timedelta(days=TABLE_DAYS if days is None else days)


def _after_working_days(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day


def is_late(decide_by: date, decided_on: date | None, *, on: date) -> bool:
    """Whether a promise was not kept: decided too late, or not yet and the day has passed."""
    return decide_by < (on if decided_on is None else decided_on)


def reminder_due(recorded_on: date, within_days: int, reminded_on: tuple[date, ...]) -> date | None:
    """Return from which day on somebody is reminded of a receipt; ``None`` after two times.

    That is the day after the term, and a whole term after the first time: the day after twice
    the term, unless the first was late.

    Args:
        recorded_on: When the spending was recorded, from which the term runs.
        within_days: The term.
        reminded_on: When they were reminded before.
    """
    term = timedelta(days=within_days)
    match reminded_on:
        case ():
            return recorded_on + term + timedelta(days=1)
        case (first,):
            return first + term
        case _:
            return None
