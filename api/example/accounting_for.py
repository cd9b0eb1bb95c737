"""How the example year is accounted for: receipts, tests, moratoria, decisions, reviews."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.example import hours, staff
from api.example.casework import receipt_number
from api.example.deeds import (
    Accepted,
    AcceptedByMandate,
    Brought,
    Done,
    MoratoriumAsked,
    MoratoriumDecided,
    Reminded,
    Reviewed,
    TableAsked,
    TableDecided,
    Tested,
)
from api.example.dice import Dice
from api.example.material import material
from ledger.decisions import moratoria, table
from ledger.decisions.accepting import Meeting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from api.example.casework import Spent

_BROUGHT: Final = 78  # of a hundred receipts that did not come with the spending
_SAYS_OTHERWISE: Final = 4  # of a hundred receipts that come in later
_LAST_DAY: Final = date(hours.YEAR + 1, 1, 14)
_MEETINGS: Final = (
    date(hours.YEAR, 4, 9),
    date(hours.YEAR, 7, 9),
    date(hours.YEAR, 10, 8),
    date(hours.YEAR + 1, 1, 13),
)
_REVIEWS: Final = tuple(date(hours.YEAR, month, 22) for month in (4, 6, 7, 9, 10, 12))
_MORATORIUM: Final = "bureaucratisch moratorium"
_MORATORIA: Final = 3  # more than spendings name; one of them is declined
_ON_THE_TABLE: Final = 4
_PICKS: Final = ("laws", "stuck", "domains", "complex")


def of_year(spent: Sequence[Spent], *, met: Collection[str]) -> Iterator[Done]:
    """Yield what was brought, tested, asked, decided and reviewed.

    Args:
        spent: What was spent, in the order in which it was recorded.
        met: Ids of spendings that met a mishap: nothing is brought for these.
    """
    dice = Dice("accounting for")
    for each in spent:
        if each.order.receipt is None and each.id not in met:
            yield from _brought(each, dice)
    yield from _moratoria(spent, dice)
    yield from _table(spent, dice)
    yield from _weekly()
    for number, day in enumerate(_MEETINGS, 1):
        yield from _meeting(day, number)
    for day in _REVIEWS:
        at = hours.on(hours.worked_from(day), "14:00")
        yield Done(at=at, who=staff.AUDITOR, deed=Reviewed())


def _brought(spent: Spent, dice: Dice) -> Iterator[Done]:
    """Yield that a receipt comes in later: mostly in time, sometimes after two reminders."""
    days, happens = dice.between(2, 34), dice.happens(_BROUGHT)
    cents = spent.order.amount_cents
    says = cents - cents // 20 if dice.happens(_SAYS_OTHERWISE) else cents
    day = hours.worked_from(spent.at.date() + timedelta(days=days))
    if not happens or day > _LAST_DAY:
        return
    deed = Brought(spending=spent.id, reference=f"bon {receipt_number(dice)}", amount_cents=says)
    yield Done(at=hours.some_moment(day, dice), who=spent.who, deed=deed)


def _moratoria(spent: Sequence[Spent], dice: Dice) -> Iterator[Done]:
    """Yield the moratoria that spendings name, granted in time, and some others."""
    named = [each for each in spent if _MORATORIUM in str(each.order.departs_from)]
    others = [each for each in spent if each.order.departs_from and each not in named]
    soon = [each for each in (*named, *dice.some_of(others, _MORATORIA)) if _is_later(each)]
    for number, each in enumerate(soon):
        day = hours.worked_until(each.order.spent_on - timedelta(days=dice.between(6, 9)))
        at = hours.some_moment(day, dice)
        id_ = f"M-26-{number + 1:03}"
        request = moratoria.Request(
            id=id_,
            case=each.case.reference,
            organisation=each.case.holder,
            until=each.order.spent_on + timedelta(days=dice.between(60, 120)),
            rule=str(each.order.departs_from),
            reason=material().words["moratorium"],
        )
        yield Done(at=at, who=each.who, deed=MoratoriumAsked(request=request))
        is_last = number == len(soon) - 1
        decision = moratoria.Decision(
            granted=not is_last,
            reason=material().words["moratorium_declined" if is_last else "moratorium_granted"],
        )
        decided = hours.worked_from(day + timedelta(days=dice.between(1, 3)))
        yield Done(
            at=hours.on(decided, "16:10"),
            who=staff.board(staff.HOLDER),
            deed=MoratoriumDecided(id=id_, decision=decision),
        )


def _table(spent: Sequence[Spent], dice: Dice) -> Iterator[Done]:
    """Yield cases that were put on the escalation table; one waits longer than promised."""
    stuck = dice.some_of([each for each in spent if _is_later(each)], _ON_THE_TABLE)
    for number, each in enumerate(stuck):
        day = hours.worked_from(each.at.date() + timedelta(days=2))
        id_, cents = f"T-26-{number + 1:02}", dice.between(6, 20) * 50_00
        request = table.Request(
            id=id_,
            case=each.case.reference,
            organisation=each.case.holder,
            why=_PICKS[number % len(_PICKS)],
            reason=material().words["table"],
            amount_cents=cents,
        )
        yield Done(at=hours.on(day, "11:20"), who=each.who, deed=TableAsked(request=request))
        declined = number == 1
        decided = hours.worked_from(day + timedelta(days=18 if number == 0 else 6))
        decision = table.Decision(
            granted=not declined,
            reason=material().words["table_declined" if declined else "table_granted"],
            until=None if declined else decided + timedelta(days=42),
        )
        yield Done(
            at=hours.on(decided, "15:30"),
            who=staff.board(staff.HOLDER),
            deed=TableDecided(id=id_, decision=decision),
        )


def _is_later(spent: Spent) -> bool:
    """Whether a spending is late enough in the year for something to come before it."""
    return date(hours.YEAR, 2, 1) < spent.order.spent_on < date(hours.YEAR, 11, 20)


def _weekly() -> Iterator[Done]:
    """Yield the tests and reminders of every Monday."""
    day = date(hours.YEAR, 1, 5)
    while day <= _LAST_DAY:
        yield Done(at=hours.on(day, "03:00"), who=staff.ADMINISTRATOR, deed=Tested())
        who = staff.finance(staff.HOLDER)
        yield Done(at=hours.on(day, "08:45"), who=who, deed=Reminded())
        day += timedelta(days=7)


def _meeting(day: date, number: int) -> Iterator[Done]:
    """Yield a meeting of the board, and before it what can be accepted by mandate."""
    before = hours.worked_until(day - timedelta(days=2))
    yield Done(at=hours.on(before, "13:15"), who=staff.DIRECTOR, deed=AcceptedByMandate())
    decision = f"stuurgroep {day.year}-{number}"
    meeting = Meeting(on=day, number=decision, present=8, members=10)
    yield Done(
        at=hours.on(day, "12:00"),
        who=staff.board(staff.HOLDER),
        deed=Accepted(meeting=meeting),
    )
