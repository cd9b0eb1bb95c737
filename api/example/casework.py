"""Cases of the example year, and what was spent in them: who, when, how much, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.example import hours, staff
from api.example.deeds import Done, Recorded
from api.example.dice import Dice
from api.example.material import NONE, material
from ledger import cases as pseudonyms
from ledger import ids
from ledger.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.example.material import Kind, Story

_OPENED: Final = {
    1: 27,
    2: 23,
    3: 21,
    4: 19,
    5: 18,
    6: 18,
    7: 13,
    8: 14,
    9: 21,
    10: 21,
    11: 20,
    12: 13,
}
"""How many cases begin in each month."""

_PER_CASE: Final = {1: 27, 2: 28, 3: 18, 4: 11, 5: 6, 6: 4, 8: 3, 10: 2, 13: 1}
"""How many spendings a case has, by weight."""

_FIRST_DAYS: Final = {1: 6}  # of months that begin later
_LAST_DAY: Final = date(hours.YEAR, 12, 30)
_GAPS: Final = {(2, 9): 38, (10, 30): 36, (31, 84): 26}  # days between two spendings of a case
_PLACES: Final = (0, 10, 25, 50, 75, 90, 97, 100)  # of the amounts of a kind, in percent
_STEPS: Final = ((100_00, 5_00), (300_00, 25_00), (1_000_00, 50_00), (10_000_00, 100_00))
"""Up to which amount round amounts are multiples of what, in cents."""

_ENDINGS: Final = {0: 30, 50: 12, 95: 16, 99: 6, None: 36}  # cents; None for any
_TIER: Final = 750_00  # what a professional may spend at a time; above it a lead decides
_BIG: Final = 2_500_00  # what a lead may spend at a time
_DELAYS: Final = {(0, 0): 86, (1, 6): 10, (8, 21): 4}  # days until something is recorded
_FORGOTTEN: Final = 10  # of a hundred spendings of a quarter's last days
_ADVANCED: Final = {"pool": 70, "professional": 13, "organisation": 17}
_CONSIDERED: Final = 93  # of a hundred spendings that say why what comes first did not
_WITHOUT_PRIOR_PROVISION: Final = ("identity-document", "transport")
_RECEIPTS: Final = {"bon": 52, "factuur": 26, "betaalbewijs": 11, None: 11}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case: what is the matter, where the resident lives, and who holds it."""

    reference: str
    story: Story
    home: str
    holder: str
    worker: str
    opened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A spending of the year, and who records it when.

    ``effect`` is the code of what it is expected to avoid, if that is picked.
    """

    order: Order
    who: str
    at: datetime
    case: Case
    effect: str | None

    @property
    def id(self) -> str:
        """Its id."""
        return self.order.id

    @property
    def done(self) -> Done:
        """The act that records it."""
        return Done(at=self.at, who=self.who, deed=Recorded(order=self.order))


def cases() -> Iterator[Case]:
    """Yield the cases, by the month in which they begin."""
    dice = Dice("cases")
    told = material().stories
    weights = {code: story.weight for code, story in told.items()}
    for month, count in _OPENED.items():
        for _ in range(count):
            yield _case(_day_in(month, dice), told[dice.by_weight(weights)], dice)


def _day_in(month: int, dice: Dice) -> date:
    first = date(hours.YEAR, month, _FIRST_DAYS.get(month, 1))
    return hours.some_day(first + timedelta(days=dice.below(29 - first.day)), dice)


def _case(opened_on: date, story: Story, dice: Dice) -> Case:
    home = dice.by_weight(staff.INHABITANTS)
    holder = dice.by_weight(story.holders)
    early = holder == staff.JOINS_LATER and opened_on < staff.JOINED_ON
    if holder == "municipality" or early:
        holder = home
    return Case(
        reference=pseudonyms.new_reference(dice.bytes),
        story=story,
        home=home,
        holder=holder,
        worker=dice.one_of(staff.workers(holder)),
        opened_on=opened_on,
    )


def spendings(of: Sequence[Case]) -> list[Spent]:
    """Return what was spent in these cases, in the order in which it was recorded."""
    dice, more = Dice("spendings"), Dice("what is said of spendings")
    spent = [_spending(case, day, dice, more) for case in of for day in _days(case, dice)]
    return sorted(spent, key=lambda each: (each.at, each.id))


def _days(case: Case, dice: Dice) -> Iterator[date]:
    """Yield the days on which money is spent in a case."""
    day = case.opened_on
    for _ in range(dice.by_weight(_PER_CASE)):
        if day > _LAST_DAY:
            return
        yield day
        gap = timedelta(days=dice.between(*dice.by_weight(_GAPS)))
        day = hours.some_day(day + gap, dice)


def _spending(case: Case, day: date, dice: Dice, more: Dice) -> Spent:
    kind = material().kinds[dice.by_weight(case.story.kinds)]
    cents = amount_cents(kind, dice)
    spender = _spender(case, cents, dice)
    lead = staff.lead(case.holder)
    behalf = spender if dice.happens(4) and lead != spender else None
    at = _recorded_at(day, dice)
    effect = dice.by_weight(kind.effects)
    kind_of_receipt = dice.by_weight(_RECEIPTS)
    receipt = None if kind_of_receipt is None else f"{kind_of_receipt} {receipt_number(more)}"
    vat = kind.vat if receipt is not None and dice.happens(70) else None
    order = Order(
        id=str(ids.made_at(at, dice.bytes)),
        spent_on=day,
        amount_cents=cents,
        category=kind.code,
        organisation=case.holder,
        case=case.reference,
        home=case.home,
        domain=case.story.domain or dice.by_weight(kind.domains),
        professional=behalf,
        payee=dice.by_weight(kind.payees),
        advanced_by=_advanced_by(case, dice),
        receipt=receipt,
        vat_cents=None if vat is None else cents * vat // (100 + vat),
        vat_use="unknown" if vat is None else "individual",
        effect=dice.one_of(kind.wanted if effect == NONE else material().wanted[effect]),
        purpose=dice.one_of(kind.purposes),
        considered=_considered(kind.code, more),
        departs_from=dice.one_of(kind.rules) if dice.happens(kind.departs) else None,
    )
    return Spent(
        order=order,
        who=lead if behalf else spender,
        at=at,
        case=case,
        effect=None if effect == NONE else effect,
    )


def amount_cents(kind: Kind, dice: Dice) -> int:
    """Return what something of a kind costs."""
    chance = dice.below(100_00)
    upper = next(at for at, place in enumerate(_PLACES) if chance < place * 100)
    low, high = kind.amounts[upper - 1] * 100, kind.amounts[upper] * 100
    first, last = _PLACES[upper - 1] * 100, _PLACES[upper] * 100
    cents = low + (high - low) * (chance - first) // (last - first)
    if dice.happens(kind.whole):
        step = next(step for bound, step in _STEPS if cents < bound)
        return max(step, (cents + step // 2) // step * step)
    ending = dice.by_weight(_ENDINGS)
    return cents if ending is None else cents // 100 * 100 + ending


def receipt_number(dice: Dice) -> str:
    """Return a number under which an organisation may keep a receipt."""
    return "-".join(f"{dice.below(100):02}" for _ in range(3))


def _spender(case: Case, cents: int, dice: Dice) -> str:
    """Return who spends: whoever works in the case, a colleague, or who may spend more."""
    if cents > _TIER and dice.happens(82):
        return staff.DIRECTOR if cents > _BIG else staff.lead(case.holder)
    return case.worker if dice.happens(88) else dice.one_of(staff.workers(case.holder))


def _recorded_at(day: date, dice: Dice) -> datetime:
    """Return when a spending of a day is recorded: mostly at once, sometimes far too late."""
    delay = dice.between(*dice.by_weight(_DELAYS))
    ends_soon = (day + timedelta(days=12)).month % 3 == 1 and day.month % 3 == 0
    if ends_soon and dice.happens(_FORGOTTEN):
        delay = dice.between(17, 30)
    recorded_on = min(day + timedelta(days=delay), date(hours.YEAR + 1, 1, 11))
    return hours.some_moment(hours.some_day(recorded_on, dice) if delay else day, dice)


def _considered(category: str, dice: Dice) -> str | None:
    """Return what came of the provision that comes first; a few say nothing of it."""
    word = f"considered_{dice.between(1, 4)}"
    if category in _WITHOUT_PRIOR_PROVISION or not dice.happens(_CONSIDERED):
        return None
    return material().words[word]


def _advanced_by(case: Case, dice: Dice) -> str:
    by = dice.by_weight(_ADVANCED)
    return case.holder if by == "organisation" else by
