"""How the quarters of the example year are settled: on time, but for one that is disputed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from api.example import hours, staff
from api.example.deeds import Agreed, Booked, Done, Objected, Paid, Proposed, TakenBack
from api.example.dice import Dice
from api.example.material import material
from ledger.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from api.example.casework import Spent

_BOUNDS: Final = tuple(
    [date(hours.YEAR, month, 1) for month in (1, 4, 7, 10)] + [date(hours.YEAR + 1, 1, 1)]
)
QUARTERS: Final = tuple(Period(start, until) for start, until in pairwise(_BOUNDS))
DISPUTED: Final = QUARTERS[1]
"""Objected to, taken back, and proposed again."""

OBJECTS: Final = "papendrecht"
STAYS_SILENT: Final = "alblasserdam"
ANSWERS_LATER: Final = ("sliedrecht", "hardinxveld-giessendam", "merwebocht")
"""Who have not answered about the last quarter yet."""

_LINES: Final = 2  # that are objected to


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """When a settlement takes its steps; its papers bear the day on which it is booked."""

    proposed: date
    booked: date
    paid: date


def of_year(spent: Sequence[Spent], *, met: Collection[str]) -> Iterator[Done]:
    """Yield how the four quarters are settled; the last is proposed, and waits.

    Args:
        spent: What was spent, in the order in which it was recorded.
        met: Ids of spendings that met a mishap: these are not objected to.
    """
    dice = Dice("quarters")
    first, second, third, last = QUARTERS
    this, next_ = hours.YEAR, hours.YEAR + 1
    words = material().words
    yield from _settled(
        first,
        _Days(proposed=date(this, 4, 16), booked=date(this, 4, 29), paid=date(this, 5, 20)),
        dice,
        unreconciled=words["differs"],
    )
    yield from _disputed(second, _disputed_lines(spent, met), dice)
    yield from _settled(
        third,
        _Days(proposed=date(this, 10, 15), booked=date(this, 10, 29), paid=date(this, 11, 18)),
        dice,
        unreconciled=words["unrecorded"],
    )
    proposed = Proposed(period=last, dated=date(next_, 2, 5))
    yield _finance(date(next_, 1, 15), "09:30", proposed)
    answers = [party for party in _everybody(last) if party not in ANSWERS_LATER]
    yield from _agreed(date(next_, 1, 15), answers, dice)


def _settled(period: Period, days: _Days, dice: Dice, *, unreconciled: str) -> Iterator[Done]:
    """Yield how a quarter is settled with which everybody agrees."""
    proposed = Proposed(period=period, dated=days.booked, unreconciled=unreconciled)
    yield _finance(days.proposed, "10:20", proposed)
    yield from _agreed(days.proposed, _everybody(period), dice)
    yield _finance(days.booked, "09:40", Booked())
    yield _finance(days.paid, "11:05", Paid())


def _disputed(period: Period, lines: tuple[str, ...], dice: Dice) -> Iterator[Done]:
    """Yield how a quarter is objected to, and settled without the lines in dispute."""
    first = date(hours.YEAR, 7, 16)
    days = _Days(
        proposed=date(hours.YEAR, 7, 28),
        booked=date(hours.YEAR, 8, 19),
        paid=date(hours.YEAR, 9, 9),
    )
    why = material().words["unrecorded"]
    proposed = Proposed(period=period, dated=date(hours.YEAR, 7, 30), unreconciled=why)
    yield _finance(first, "10:05", proposed)
    early = [staff.HOLDER, "zwijndrecht", "sociale-dienst"]
    yield from _agreed(first, early, dice, within=7)
    objection = Objected(party=OBJECTS, spendings=lines, reason=material().words["objection"])
    yield _finance(date(hours.YEAR, 7, 23), "15:50", objection, of=OBJECTS)
    yield _finance(date(hours.YEAR, 7, 27), "09:15", TakenBack())
    again = replace(proposed, dated=days.booked, set_apart=frozenset(lines))
    yield _finance(days.proposed, "11:30", again)
    answers = [party for party in _everybody(period) if party != STAYS_SILENT]
    yield from _agreed(days.proposed, answers, dice)
    yield _finance(days.booked, "10:00", Booked())
    yield _finance(days.paid, "13:40", Paid())


def _everybody(period: Period) -> list[str]:
    """Return who has a say about a quarter."""
    joined = period.last_day >= staff.JOINED_ON
    return [code for code in staff.organisations() if joined or code != staff.JOINS_LATER]


def _agreed(
    proposed_on: date, parties: Sequence[str], dice: Dice, *, within: int = 11
) -> Iterator[Done]:
    """Yield who agrees, each some working days later."""
    for party in parties:
        day = hours.worked_from(proposed_on + timedelta(days=dice.between(1, within)))
        at = hours.at(day, dice.between(520, 1020), second=dice.below(60))
        yield Done(at=at, who=staff.finance(party), deed=Agreed(party=party))


def _disputed_lines(spent: Sequence[Spent], met: Collection[str]) -> tuple[str, ...]:
    """Return two spendings of one case where the organisation that objects is said to be home."""
    by_case: dict[str, list[str]] = {}
    for each in spent:
        day, recorded_on = each.order.spent_on, each.at.date()
        inside = DISPUTED.start <= day and recorded_on < DISPUTED.until
        if inside and each.case.home == OBJECTS and each.id not in met:
            by_case.setdefault(each.case.reference, []).append(each.id)
    lines = next(ids for ids in by_case.values() if len(ids) >= _LINES)
    return tuple(lines[:_LINES])


def _finance(
    day: date,
    clock: str,
    deed: Proposed | Booked | Paid | TakenBack | Objected,
    of: str = staff.HOLDER,
) -> Done:
    at: datetime = hours.on(day, clock)
    return Done(at=at, who=staff.finance(of), deed=deed)
