"""Whether the statements of an account follow each other, so that no line is missing.

Three signs, for each can deceive alone: what a statement opens with is what stood on the
account; its number follows the one before; and all lines together lead from the first
opening to the last closing. Statements may overlap (a month beside its days, two of one
day) and come in any order; what one leaves out another may bring.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ledger.bank.kept import Extract, Line

_DAY = timedelta(days=1)


class Sign(StrEnum):
    """What shows that something is missing."""

    BEGINNING = "beginning"  # the day lies before the first statement
    BALANCE = "balance"  # no statement says what stood on the account
    OPENING = "opening"  # a statement opens with another amount than stood there
    NUMBER = "number"  # a statement's number does not follow
    LINES = "lines"  # lines do not lead to the closing balance
    END = "end"  # the day lies after the last statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days of which statements are missing.

    Args:
        account: Whose.
        sign: What shows it.
        after: The last day that is there before; ``None`` if none.
        before: The first day that is there after; ``None`` if none.
        difference_cents: What the missing lines add up to, as far as it can be seen.
    """

    account: str
    sign: Sign
    after: date | None
    before: date | None
    difference_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stood on an account at the end of each day, by its lines.

    Args:
        account: Which.
        opening_cents: What stood there before the first line.
        began_on: The first day that a statement speaks of.
        days: Ordinals of days with lines, rising.
        sums_cents: What stood there after each of them.
    """

    account: str
    opening_cents: int
    began_on: date
    days: Sequence[int]
    sums_cents: Sequence[int]

    def on(self, day: date) -> int:
        """Return what stood there at the end of a day, in cents."""
        at = bisect_right(self.days, day.toordinal())
        return self.sums_cents[at - 1] if at else self.opening_cents


def standing(extracts: Iterable[Extract], lines: Iterable[Line]) -> Standing:
    """Return what stood on an account.

    Args:
        extracts: Its statements; at least one.
        lines: All its lines.
    """
    told = _in_order(extracts)
    moved: Counter[int] = Counter()
    for line in lines:
        moved[line.booked_on.toordinal()] += line.amount_cents
    days = sorted(moved)
    opening = _opening(told, moved)
    sums = accumulate((moved[day] for day in days), initial=opening)
    return Standing(
        account=told[0].account,
        opening_cents=opening,
        began_on=min(each.opened_on or each.first_day for each in told),
        days=days,
        sums_cents=[*sums][1:],
    )


def gaps(extracts: Iterable[Extract], account: Standing, *, day: date) -> tuple[Gap, ...]:
    """Return what is missing of an account up to a day.

    A day without lines needs no statement of its own, if a later one opens with what the
    earlier closed with.

    Args:
        extracts: All its statements, later ones too.
        account: What stood on it.
        day: Up to and including which.
    """
    told = _in_order(extracts)
    name, last = account.account, max(each.last_day for each in told)
    found = [gap for gap in _skips(told, account) if gap.after is None or gap.after < day]
    if not any(gap.sign is Sign.OPENING for gap in found):
        found += _by_lines(told, account, day)
    if all(each.opening_cents is None for each in told):
        found.append(Gap(account=name, sign=Sign.BALANCE, after=None, before=None))
    if day < account.began_on:
        found.append(Gap(account=name, sign=Sign.BEGINNING, after=None, before=account.began_on))
    if last < day:
        found.append(Gap(account=name, sign=Sign.END, after=last, before=None))
    return tuple(dict.fromkeys(found))


def _in_order(extracts: Iterable[Extract]) -> list[Extract]:
    """Return statements once each and whole, in order of their last day."""
    parts: dict[tuple[str, int | None], list[Extract]] = defaultdict(list)
    for each in set(extracts):
        parts[each.identification, each.number].append(each)
    told = [_complete(each) for found in parts.values() for each in _joined(found)]
    return sorted(told, key=_place)


def _place(each: Extract) -> tuple[date, date, date, int, str, int, int]:
    began = each.opened_on or each.first_day
    money = (each.opening_cents or 0, each.turnover_cents)
    return (each.last_day, each.first_day, began, each.number or 0, each.identification, *money)


def _joined(parts: Sequence[Extract]) -> Sequence[Extract]:
    """Return the parts of one statement as one; those that are none are left as they are."""
    if len({each.page for each in parts}) == 1:
        return parts
    first, *_, last = sorted(parts, key=lambda each: (each.page, _place(each)))
    whole = replace(
        first,
        closing_cents=last.closing_cents,
        turnover_cents=sum(each.turnover_cents for each in parts),
        first_day=min(each.first_day for each in parts),
        last_day=max(each.last_day for each in parts),
    )
    return [whole]


def _complete(told: Extract) -> Extract:
    """Return a statement with the balance that follows from the other."""
    opening, closing = told.opening_cents, told.closing_cents
    if opening is None and closing is not None:
        return replace(told, opening_cents=closing - told.turnover_cents)
    if closing is None and opening is not None:
        return replace(told, closing_cents=opening + told.turnover_cents)
    return told


def _opening(told: Sequence[Extract], moved: Counter[int]) -> int:
    """Return what stood on the account before its first line."""
    known = [each for each in told if each.opening_cents is not None]
    if not known:
        return 0
    first_day = min(each.first_day for each in known)
    first = [each for each in known if each.first_day == first_day]
    closings = Counter(each.closing_cents for each in first)
    # Of several of one day it is the one that does not follow another.
    alone = [
        each
        for each in first
        if closings[each.opening_cents] == (each.opening_cents == each.closing_cents)
    ]
    before = sum(cents for day, cents in moved.items() if day < first_day.toordinal())
    return ((alone or first)[0].opening_cents or 0) - before


def _skips(told: Sequence[Extract], account: Standing) -> Iterator[Gap]:
    """Yield where a statement does not follow those before it."""
    closings: dict[date, Counter[int | None]] = defaultdict(Counter)
    latest: dict[date, int] = {}
    for each in told:
        if each.closing_cents is not None:
            closings[each.last_day][each.closing_cents] += 1
            latest[each.last_day] = each.closing_cents
    days = sorted(closings)
    for each in told:
        at = bisect_left(days, each.first_day) - 1
        after = days[at] if at >= 0 else None
        near = days[max(at, 0) : bisect_right(days, each.last_day)]
        if each.opening_cents is not None and not _follows(each, account, closings, near):
            stood = account.opening_cents if after is None else latest[after]
            yield Gap(
                account=account.account,
                sign=Sign.OPENING,
                after=after,
                before=each.first_day,
                difference_cents=each.opening_cents - stood,
            )
    yield from _numbers(told, account.account)


def _follows(
    told: Extract,
    account: Standing,
    closings: Mapping[date, Counter[int | None]],
    near: Sequence[date],
) -> bool:
    opening = told.opening_cents
    own = opening == told.closing_cents
    if any(closings[day][opening] > (own and day == told.last_day) for day in near):
        return True
    before = account.on(told.first_day - _DAY) == opening
    return before or account.on(told.last_day) == told.closing_cents


def _numbers(told: Sequence[Extract], account: str) -> Iterator[Gap]:
    """Yield where numbers of one year skip, with days between on which there is nothing.

    Not more numbers than days: statements of days and of months are counted apart.
    """
    seen: dict[int, dict[int, date]] = defaultdict(dict)
    for each in told:
        if each.number is None:
            continue
        earlier = seen[each.last_day.year]
        before = max((number for number in earlier if number < each.number), default=None)
        earlier[each.number] = each.last_day
        if before is None:
            continue
        after, until = earlier[before], each.first_day
        skipped, between = each.number - before - 1, (until - after).days - 1
        if 0 < skipped <= between and not _covered(told, after + _DAY, until - _DAY):
            yield Gap(account=account, sign=Sign.NUMBER, after=after, before=until)


def _covered(told: Sequence[Extract], first: date, last: date) -> bool:
    return any(each.first_day <= last and each.last_day >= first for each in told)


def _by_lines(told: Sequence[Extract], account: Standing, day: date) -> Iterator[Gap]:
    """Yield where lines do not lead to a closing balance, on the last such day or later."""
    closings: dict[date, list[int]] = defaultdict(list)
    for each in told:
        if each.closing_cents is not None:
            closings[each.last_day].append(each.closing_cents)
    reached = [on for on in closings if account.on(on) in closings[on]]
    last = max((on for on in closings if on <= day), default=None)
    if last is None or any(on >= last for on in reached):
        return
    yield Gap(
        account=account.account,
        sign=Sign.LINES,
        after=max((on for on in reached if on < last), default=None),
        before=last,
        difference_cents=closings[last][-1] - account.on(last),
    )
