"""What was expected of spendings in the example year, and three months later seen of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.example import hours
from api.example.deeds import Done, Estimated, Observed, Picked
from api.example.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from api.example.casework import Spent

_LAST_DAY: Final = date(hours.YEAR + 1, 1, 14)
_AT_ONCE: Final = 76  # of a hundred picks; the others are made when the to-do is
_SEEN: Final = 80  # of a hundred effects that it is time to look at
_OUTCOMES: Final = {"yes": 58, "partly": 19, "no": 10, "unknown": 13}
_AGAIN: Final = {"yes": 60, "partly": 25, "no": 15}
_ESTIMATES: Final = 5
_ESTIMATED: Final = (800_00, 1_450_00, 2_000_00)
"""What a clean house is expected to save the municipality, and the association as much."""


def of_year(spent: Sequence[Spent], *, met: Collection[str]) -> Iterator[Done]:
    """Yield what was picked, estimated and observed.

    Args:
        spent: What was spent, in the order in which it was recorded.
        met: Ids of spendings that met a mishap: these are picked at once, and not looked at.
    """
    dice = Dice("hoping")
    for each in spent:
        if each.effect is not None:
            yield from _hoped(each, each.effect, dice, is_sound=each.id not in met)
    cleaned = [each for each in spent if _may_be_estimated(each) and each.id not in met]
    for each in dice.some_of(cleaned, _ESTIMATES):
        yield _estimated(each, dice)


def _hoped(spent: Spent, effect: str, dice: Dice, *, is_sound: bool) -> Iterator[Done]:
    at = spent.at + timedelta(seconds=dice.between(15, 90))
    if is_sound and not dice.happens(_AT_ONCE):
        at = _days_after(spent.at, dice.between(1, 9), dice)
    yield Done(at=at, who=spent.who, deed=Picked(spending=spent.id, effect=effect))
    if not is_sound or not dice.happens(_SEEN):
        return
    looked_at = _days_after(spent.at, dice.between(88, 100), dice)
    outcome = dice.by_weight(_OUTCOMES)
    yield from _seen(spent, looked_at, outcome)
    if outcome == "unknown":
        yield from _seen(spent, _days_after(looked_at, 31, dice), dice.by_weight(_AGAIN))


def _seen(spent: Spent, at: datetime, outcome: str) -> Iterator[Done]:
    if at.date() <= _LAST_DAY:
        yield Done(at=at, who=spent.who, deed=Observed(spending=spent.id, outcome=outcome))


def _may_be_estimated(spent: Spent) -> bool:
    return spent.order.category == "cleaning" and spent.effect is None


def _estimated(spent: Spent, dice: Dice) -> Done:
    """Return what a team worked out itself: home and housing association save the same."""
    cents = dice.one_of(_ESTIMATED)
    deed = Estimated(spending=spent.id, savings_cents={spent.case.home: cents, "merwebocht": cents})
    return Done(at=spent.at + timedelta(minutes=4), who=spent.who, deed=deed)


def _days_after(at: datetime, days: int, dice: Dice) -> datetime:
    day = hours.worked_from(at.date() + timedelta(days=days))
    return hours.some_moment(day, dice)
