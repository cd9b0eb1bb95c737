"""What goes otherwise than it should: recorded twice, called off, corrected, paid back.

A spending meets one mishap at most, so that each can be followed by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from api.example import hours, staff
from api.example.deeds import Corrected, Done, Picked, Recorded, Reversed
from api.example.dice import Dice
from api.example.material import material
from ledger import ids
from ledger.calendar import next_quarter
from ledger.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from api.example.casework import Spent

_REFUNDED: Final = ("deposit", "energy-arrears", "emergency-shelter", "childcare", "transport")
_SMALL: Final = 200_00  # of which nothing is paid back
_WHOLE: Final = 100  # percent


@dataclass(slots=True, kw_only=True)
class Mishaps:
    """What happened to which spendings.

    Args:
        spent: What was spent, in the order in which it was recorded.
        dice: Chance.
        deeds: What was done about it.
        met: Ids of spendings that met a mishap.
        reversed: Ids of spendings that no longer stand.
        unpaid: Ids of those that nobody paid: a payment was recorded twice, or anew.
        paid_cents: What was paid, by the id of a spending that says otherwise.
        called_off: Ids of reversals by which money came back.
    """

    spent: Sequence[Spent]
    dice: Dice
    deeds: list[Done] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    reversed: set[str] = field(default_factory=set)
    unpaid: set[str] = field(default_factory=set)
    paid_cents: dict[str, int] = field(default_factory=dict)
    called_off: set[str] = field(default_factory=set)


def of_year(spent: Sequence[Spent]) -> Mishaps:
    """Return the mishaps of a year.

    Args:
        spent: What was spent, in the order in which it was recorded.
    """
    found = Mishaps(spent=spent, dice=Dice("mishaps"))
    for mishap, count, may_meet in _MISHAPS:
        left = [each for each in spent if each.id not in found.met and may_meet(each)]
        for each in found.dice.some_of(left, count):
            found.met.add(each.id)
            found.deeds += mishap(each, found)
    return found


def _twice(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """A colleague records the same payment, and takes it back."""
    who = staff.lead(spent.order.organisation)
    at = _days_later(spent, found, 0, 2)
    again = replace(spent.order, id=_id(at, found), professional=None)
    found.unpaid.add(again.id)
    yield Done(at=at, who=who, deed=Recorded(order=again))
    yield _reversed(again.id, who, _day_after(at, found), "twice", found)


def _wrong_case(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """It is taken back, and recorded anew in the right case."""
    at = _days_later(spent, found, 1, 5)
    holder, reference = spent.case.holder, spent.case.reference
    others = [each.case for each in found.spent if each.at < at and each.case.holder == holder]
    right = found.dice.one_of([case for case in others if case.reference != reference])
    soon = at + timedelta(minutes=2)
    anew = replace(spent.order, id=_id(soon, found), case=right.reference, home=right.home)
    found.unpaid.add(anew.id)
    yield _reversed(spent.id, spent.who, at, "wrong_case", found)
    yield Done(at=soon, who=spent.who, deed=Recorded(order=anew))
    yield from _picked(spent, anew.id, soon)


def _called_off(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """The payment did not go through."""
    yield _reversed(spent.id, spent.who, _days_later(spent, found, 2, 12), "called_off", found)


def _called_off_later(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """The payment came back after its quarter was booked."""
    yield _reversed(spent.id, spent.who, _once_booked(spent, found), "called_off", found)


def _wrong_amount(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """The amount is corrected soon."""
    yield from _corrected(spent, _days_later(spent, found, 2, 9), _amount(spent, found), found)


def _wrong_amount_later(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """The amount is corrected after its quarter was booked."""
    yield from _corrected(spent, _once_booked(spent, found), _amount(spent, found), found)


def _wrong_home_later(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """Where the resident lived is corrected after its quarter was booked."""
    other = found.dice.one_of([code for code in staff.INHABITANTS if code != spent.order.home])
    yield from _corrected(spent, _once_booked(spent, found), {"home": other}, found)


def _paid_back(spent: Spent, found: Mishaps) -> Iterator[Done]:
    """A part of it comes back, where it came from."""
    order, dice = spent.order, found.dice
    at = _days_later(spent, found, 24, 140)
    part = dice.between(40, _WHOLE) if order.category == "deposit" else dice.between(20, 60)
    back = money_back(order, id_=_id(at, found), at=at, cents=order.amount_cents * part // _WHOLE)
    of_it = replace(back, receipt="betaalbewijs", refunds=order.id)
    yield Done(at=at, who=spent.who, deed=Recorded(order=of_it))


def money_back(order: Order, *, id_: str, at: datetime, cents: int) -> Order:
    """Return that so much came back, where it came from."""
    return Order(
        id=id_,
        spent_on=at.astimezone(hours.LOCAL).date(),
        amount_cents=-cents,
        category=order.category,
        organisation=order.organisation,
        case=order.case,
        home=order.home,
        domain=order.domain,
        payee=order.payee,
        advanced_by=order.advanced_by,
        reason=material().words["paid_back"],
    )


def _corrected(
    spent: Spent, at: datetime, changed: dict[str, Any], found: Mishaps
) -> Iterator[Done]:
    what = "wrong_home" if "home" in changed else "wrong_amount"
    found.reversed.add(spent.id)
    found.paid_cents[spent.id] = changed.get("amount_cents", spent.order.amount_cents)
    new_ids = (_id(at, found), _id(at, found))
    deed = Corrected(
        spending=spent.id, changed=changed, new_ids=new_ids, reason=material().words[what]
    )
    yield Done(at=at, who=spent.who, deed=deed)
    yield from _picked(spent, new_ids[1], at)


def _amount(spent: Spent, found: Mishaps) -> dict[str, Any]:
    """Return what changes where the amount was wrong: some more or less, and the VAT unknown."""
    cents = spent.order.amount_cents
    cents += cents * (found.dice.between(8, 28) - 34 * found.dice.below(2)) // _WHOLE
    return {"amount_cents": cents, "vat_cents": None, "vat_use": "unknown"}


def _picked(spent: Spent, new_id: str, at: datetime) -> Iterator[Done]:
    """Pick the effect anew on what comes in a spending's place."""
    if spent.effect is not None:
        deed = Picked(spending=new_id, effect=spent.effect)
        yield Done(at=at + timedelta(minutes=1), who=spent.who, deed=deed)


def _reversed(spending: str, who: str, at: datetime, why: str, found: Mishaps) -> Done:
    new_id = _id(at, found)
    found.reversed.add(spending)
    if why == "called_off":
        found.called_off.add(new_id)
    deed = Reversed(spending=spending, new_id=new_id, reason=material().words[why])
    return Done(at=at, who=who, deed=deed)


def _id(at: datetime, found: Mishaps) -> str:
    return str(ids.made_at(at, found.dice.bytes))


def _days_later(spent: Spent, found: Mishaps, first: int, last: int) -> datetime:
    """Return a moment so many days after a spending was recorded, in the same year."""
    day = spent.at.date() + timedelta(days=found.dice.between(first, last))
    day = min(hours.worked_from(day), date(hours.YEAR, 12, 30))
    return max(hours.some_moment(day, found.dice), spent.at + timedelta(minutes=3))


def _day_after(at: datetime, found: Mishaps) -> datetime:
    day = hours.worked_from(at.date() + timedelta(days=found.dice.between(1, 4)))
    return hours.some_moment(day, found.dice)


def _once_booked(spent: Spent, found: Mishaps) -> datetime:
    """Return a moment in the quarter after that of a spending, once that one is booked."""
    day = next_quarter(spent.order.spent_on) + timedelta(days=found.dice.between(54, 80))
    return hours.some_moment(hours.worked_from(day), found.dice)


def _may_be_put_right_soon(spent: Spent) -> bool:
    day = spent.order.spent_on
    in_time = (next_quarter(day) - spent.at.date()).days
    return day.month > 1 and in_time > 18  # noqa: PLR2004 - days that putting right takes


def _is_booked_before_winter(spent: Spent) -> bool:
    return date(hours.YEAR, 2, 1) < spent.order.spent_on < date(hours.YEAR, 9, 20)


def _comes_back(spent: Spent) -> bool:
    order = spent.order
    known = order.category in _REFUNDED and order.amount_cents > _SMALL
    return known and date(hours.YEAR, 1, 20) < order.spent_on < date(hours.YEAR, 11, 1)


_Mishap: TypeAlias = "Callable[[Spent, Mishaps], Iterator[Done]]"

_MISHAPS: Final[tuple[tuple[_Mishap, int, Callable[[Spent], bool]], ...]] = (
    (_twice, 3, _may_be_put_right_soon),
    (_wrong_case, 2, _may_be_put_right_soon),
    (_called_off, 2, _may_be_put_right_soon),
    (_called_off_later, 3, _is_booked_before_winter),
    (_wrong_amount, 1, _may_be_put_right_soon),
    (_wrong_amount_later, 2, _is_booked_before_winter),
    (_wrong_home_later, 1, _is_booked_before_winter),
    (_paid_back, 13, _comes_back),
)
"""What may happen, how often, and to which spendings."""
