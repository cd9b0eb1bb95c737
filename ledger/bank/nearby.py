"""Lines and items of one amount whose days lie near each other, found in little time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ledger.bank.items import opposite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from ledger.bank.items import Item
    from ledger.bank.kept import Line

ENOUGH: Final = 2
"""As many candidates as it takes to see that none of them is the only one."""

_T = TypeVar("_T")


@dataclass(slots=True)
class _Days(Generic[_T]):
    """Things in order of their day."""

    ordinals: list[int] = field(default_factory=list)
    things: list[_T] = field(default_factory=list)

    def add(self, on: date, thing: _T) -> None:
        self.ordinals.append(on.toordinal())
        self.things.append(thing)

    def between(self, on: date, days: int) -> tuple[int, int]:
        """Return the positions of what is at most so many days away, half-open."""
        day = on.toordinal()
        return bisect_left(self.ordinals, day - days), bisect_right(self.ordinals, day + days)

    def near(self, on: date, days: int) -> list[_T]:
        first, until = self.between(on, days)
        return self.things[first : min(until, first + ENOUGH)]


class Nearby:
    """What may belong together by amount, day and account.

    Args:
        lines: In order of day.
        items: In order of day.
        days: How far days may lie apart, either side.
    """

    def __init__(self, lines: Iterable[Line], items: Iterable[Item], *, days: int) -> None:
        self._days = days
        self._lines: dict[tuple[int, str | None], _Days[Line]] = defaultdict(_Days)
        self._items: dict[tuple[int, str | None], _Days[Item]] = defaultdict(_Days)
        for line in lines:
            # An item without an account may be any line: all of them stand there too.
            for account in {None, opposite(line)}:
                self._lines[line.amount_cents, account].add(line.booked_on, line)
        for item in items:
            self._items[item.amount_cents, item.iban].add(item.on, item)

    def items(self, line: Line) -> list[Item]:
        """Return what a line may be; of many, some."""
        return [
            item
            for account in {None, opposite(line)}
            if (found := self._items.get((line.amount_cents, account)))
            for item in found.near(line.booked_on, self._days)
        ]

    def lines(self, item: Item) -> list[Line]:
        """Return what an item may be; of many, some."""
        found = self._lines.get((item.amount_cents, item.iban))
        return found.near(item.on, self._days) if found else []

    def pairs(self, lines: Iterable[Line]) -> Iterator[tuple[Line, Item]]:
        """Yield lines that may be one item only, with the item, where it may be no other."""
        for line in lines:
            items = self.items(line)
            if len(items) == 1 and len(self.lines(items[0])) == 1:
                yield line, items[0]


def clusters(
    lines: Sequence[Line], items: Sequence[Item], *, days: int
) -> Iterator[tuple[list[Line], list[Item]]]:
    """Yield groups of lines and items that are near each other, directly or through others.

    Args:
        lines: Of one amount, in order of day.
        items: Of the same amount, in order of day.
        days: How far days may lie apart, either side.
    """
    order: _Days[Item] = _Days()
    for item in items:
        order.add(item.on, item)
    group: list[Line] = []
    first = end = 0
    for line in lines:
        start, until = order.between(line.booked_on, days)
        if start == until:
            continue
        if group and start >= end:
            yield group, order.things[first:end]
            group = []
        first = first if group else start
        group.append(line)
        end = until
    if group:
        yield group, order.things[first:end]
