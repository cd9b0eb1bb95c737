"""What departs from rules that no other spending of the year does: one each, for who reviews.

Each is a spending of the third quarter once more, for another amount, with what departs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from api.example import hours, staff
from api.example.casework import receipt_number
from api.example.deeds import Authorised, Done, Recorded
from api.example.dice import Dice
from api.example.material import material
from api.example.mishaps import money_back
from ledger import ids
from ledger.decisions import authorising

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.example.casework import Spent

_FIRST: Final = date(hours.YEAR, 8, 17)
_LAST: Final = date(hours.YEAR, 9, 11)
_FOOD: Final = "food"
_FAR_ABOVE: Final = 640_00  # what nine in ten stay below for food, more than three times
_SPENT: Final[tuple[dict[str, Any], ...]] = (
    {"payee": staff.lead(staff.HOLDER)},  # a colleague
    {"purpose": None, "effect": None},
    {"category": "holiday"},  # of which the agreement knows nothing
    {"home": "rijk"},  # elsewhere in the country, outside its area
    {"organisation": staff.JOINS_LATER, "spent_on": staff.JOINED_ON - timedelta(days=6)},
)
_OVERSPENT: Final = "sliedrecht"


def of_year(spent: Sequence[Spent]) -> Iterator[Done]:
    """Yield what departs, and what a council authorises of what was over its budget.

    Args:
        spent: What was spent, in the order in which it was recorded.
    """
    dice = Dice("departing")
    of_quarter = [
        each
        for each in spent
        if _FIRST <= each.order.spent_on <= _LAST and each.order.advanced_by == "pool"
    ]
    ordinary = [each for each in of_quarter if each.order.amount_cents < _FAR_ABOVE]
    for base, departs in zip(dice.some_of(ordinary, len(_SPENT)), _SPENT, strict=True):
        yield _once_more(base, dice, departs)
    food = [each for each in of_quarter if each.order.category == _FOOD][-1]
    yield _once_more(food, dice, {"amount_cents": _FAR_ABOVE})
    yield _came_back(food, dice)
    yield _authorised()


def _once_more(base: Spent, dice: Dice, departs: dict[str, Any]) -> Done:
    at = _next_day(base, dice)
    said: dict[str, Any] = {
        "id": str(ids.made_at(at, dice.bytes)),
        "spent_on": at.astimezone(hours.LOCAL).date(),
        "amount_cents": base.order.amount_cents + dice.between(1, 9) * 1_05,
        "receipt": f"bon {receipt_number(dice)}",
        "professional": None,
        "vat_cents": None,
        "vat_use": "unknown",
    }
    return Done(at=at, who=base.who, deed=Recorded(order=replace(base.order, **said | departs)))


def _came_back(base: Spent, dice: Dice) -> Done:
    """Return that money came back of which nobody knows what it was spent on."""
    at = _next_day(base, dice)
    back = money_back(base.order, id_=str(ids.made_at(at, dice.bytes)), at=at, cents=35_00)
    return Done(at=at, who=base.who, deed=Recorded(order=back))


def _authorised() -> Done:
    day = date(hours.YEAR + 1, 1, 21)
    asked = authorising.Authorised(
        party=_OVERSPENT,
        year=hours.YEAR,
        amount_cents=75_00,
        decided_on=day,
        decision=material().words["authorised"],
    )
    at = hours.on(day, "16:30")
    return Done(at=at, who=staff.finance(_OVERSPENT), deed=Authorised(asked=asked))


def _next_day(base: Spent, dice: Dice) -> datetime:
    day = hours.worked_from(base.at.astimezone(hours.LOCAL).date() + timedelta(days=1))
    return hours.some_moment(day, dice)
