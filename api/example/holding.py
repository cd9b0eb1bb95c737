"""Room that is held for a case in the example year: spent, given back, or run out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.example import hours, staff
from api.example.deeds import Done, Expired, Held, Released
from api.example.dice import Dice
from ledger import ids
from ledger.pool import Hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.example.casework import Spent

_SPENT: Final = 14
_RELEASED: Final = 5
_EXPIRED: Final = 3
_PLANNED: Final = ("deposit", "furnishing", "tools-training", "childcare", "moving-storage")
"""What one knows of beforehand."""

_FIRST_DAY: Final = date(hours.YEAR, 2, 2)
_LAST_DAY: Final = date(hours.YEAR, 12, 1)
_SMALL: Final = 150_00  # for which nobody reserves
_STEP: Final = 50_00
_DAYS: Final = 14  # room is held before it is spent, at most
_NIGHT: Final = 150  # minutes after midnight at which reservations expire


@dataclass(slots=True, kw_only=True)
class Holding:
    """Spendings with the reservations that they are spent from, and what else was reserved."""

    spent: list[Spent]
    deeds: list[Done] = field(default_factory=list)


def of_year(spent: Sequence[Spent], *, met: set[str]) -> Holding:
    """Return what was reserved in a year.

    Args:
        spent: What was spent, in the order in which it was recorded.
        met: Ids of spendings that met a mishap: nothing was reserved for these.
    """
    dice, found = Dice("holding"), Holding(spent=list(spent))
    opened = {each.case.reference: each.at for each in reversed(spent)}
    planned = [
        at
        for at, each in enumerate(spent)
        if each.id not in met and _is_planned(each, opened[each.case.reference])
    ]
    for at in dice.some_of(planned, _SPENT):
        found.spent[at], held = _held_for(spent[at], dice)
        found.deeds.append(held)
    early = [each for each in spent if _FIRST_DAY < each.at.date() < _LAST_DAY]
    unused = dice.some_of(early, _RELEASED + _EXPIRED)
    for each in unused[:_RELEASED]:
        found.deeds += _released(each, dice)
    for each in unused[_RELEASED:]:
        found.deeds += _expired(each, dice)
    december = [each for each in spent if each.at.date() >= _LAST_DAY]
    found.deeds += _still_open(dice.one_of(december[: len(december) // 2]), dice)
    return found


def _is_planned(spent: Spent, opened_at: datetime) -> bool:
    """Whether a spending is one that room may have been held for, in a case that was known."""
    order = spent.order
    known = opened_at.date() < spent.at.date() - timedelta(days=_DAYS + 5)
    return (
        known
        and order.category in _PLANNED
        and order.amount_cents > _SMALL
        and order.professional is None
        and spent.at.date() > _FIRST_DAY + timedelta(days=_DAYS + 5)
    )


def _held_for(spent: Spent, dice: Dice) -> tuple[Spent, Done]:
    """Return a spending that is spent from a reservation, and that reservation."""
    day = hours.worked_until(spent.at.date() - timedelta(days=dice.between(3, _DAYS)))
    cents = (spent.order.amount_cents + _STEP) // _STEP * _STEP
    held, hold = _held(spent, hours.some_moment(day, dice), cents, dice)
    return replace(spent, order=replace(spent.order, reservation=hold.id)), held


def _released(spent: Spent, dice: Dice) -> Iterator[Done]:
    """Room was held, and given back: it turned out not to be needed."""
    held, hold = _soon(spent, dice)
    day = hours.worked_from(held.at.date() + timedelta(days=dice.between(2, 20)))
    deed = Released(reservation=hold.id)
    yield from (held, Done(at=hours.some_moment(day, dice), who=held.who, deed=deed))


def _expired(spent: Spent, dice: Dice) -> Iterator[Done]:
    """Room was held, and nobody came back to it."""
    held, hold = _soon(spent, dice)
    yield from (
        held,
        Done(at=hours.at(hold.until, _NIGHT), who=staff.ADMINISTRATOR, deed=Expired()),
    )


def _still_open(spent: Spent, dice: Dice) -> Iterator[Done]:
    """Room is held over the end of the year."""
    held, _ = _soon(spent, dice)
    yield held


def _soon(spent: Spent, dice: Dice) -> tuple[Done, Hold]:
    """Return a reservation that follows on a spending of the case."""
    cents = dice.between(3, 18) * _STEP
    day = hours.worked_from(spent.at.date() + timedelta(days=dice.between(1, 9)))
    return _held(spent, hours.some_moment(day, dice), cents, dice)


def _held(spent: Spent, at: datetime, cents: int, dice: Dice) -> tuple[Done, Hold]:
    hold = Hold(
        id=str(ids.made_at(at, dice.bytes)),
        case=spent.case.reference,
        organisation=spent.case.holder,
        amount_cents=cents,
        until=at.date() + timedelta(days=dice.between(26, 42)),
    )
    return Done(at=at, who=spent.who, deed=Held(hold=hold)), hold
