"""What each line of the pool's account is: matched with what the ledger knows, never a guess.

The rules run in order, the strongest first, and each takes only what is unique by it: one
line that can be one item, which can be no other line. Amounts are always equal to the
cent. Several that are equal in everything are paired in their order where there are as
many lines as items: then nothing depends on which is which. All else stays open, for a
person to say.

1. The line names the item's reference, or that of several items which add up to it.
2. Account opposite and text are those of the payment that was asked for.
3. The account opposite is the one that is expected, whatever the day.
4. Several items with one reference add up to the line, near their days.
5. The day is the same.
6. The day is near.
7. There are as many equal lines as equal items.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ledger.bank.items import opposite
from ledger.bank.nearby import Nearby, clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledger.bank.items import Item
    from ledger.bank.kept import Line, LineKey

    _OfLine = Callable[[Line], str | None]
    _OfItem = Callable[[Item], str | None]

WINDOW_DAYS: Final = 5
"""How far the day of a line may lie from that of an item, either side."""


class Rule(StrEnum):
    """What a match rests on."""

    REFERENCE = "reference"
    TEXT = "text"
    ACCOUNT = "account"
    BATCH = "batch"
    DAY = "day"
    NEAR = "near"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A line and the items that it is, by their ids, with what that rests on."""

    line: LineKey
    items: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What was found, and what stays open; all in order of day."""

    matches: tuple[Match, ...]
    open_lines: tuple[Line, ...]
    open_items: tuple[Item, ...]


def match(
    lines: Iterable[Line], items: Iterable[Item], *, window_days: int = WINDOW_DAYS
) -> Matching:
    """Propose what lines are.

    Args:
        lines: Those that nobody explained yet.
        items: Those that no line was found for yet.
        window_days: How far days may lie apart, either side.

    Returns:
        The same, whatever the order of lines and items.

    Raises:
        ValueError: Two lines have one key, or two items one id.
    """
    ordered = sorted(lines, key=lambda line: (line.booked_on, line.key))
    expected = sorted(items, key=lambda item: (item.on, item.sequence, item.id))
    still = _Open(
        lines={line.key: line for line in ordered},
        items={item.id: item for item in expected},
        window_days=window_days,
    )
    if (len(still.lines), len(still.items)) != (len(ordered), len(expected)):
        raise ValueError("a line or an item is there twice; each is matched once")
    _by_reference(still)
    _by_sign(still, Rule.TEXT, _text, _fingerprint)
    _by_sign(still, Rule.ACCOUNT, _account, _iban)
    _batches(still)
    _by_day(still, Rule.DAY, 0)
    _by_day(still, Rule.NEAR, window_days)
    _equal(still)
    return Matching(
        matches=tuple(sorted(still.matches, key=lambda each: (each.line.booked_on, each.line))),
        open_lines=tuple(still.lines.values()),
        open_items=tuple(still.items.values()),
    )


@dataclass(slots=True, kw_only=True)
class _Open:
    """What is not matched yet, in order of day, and what was.

    Lines and items of which more than one reading is possible by a strong rule are set
    aside: a weaker one does not decide about them, and they stand in the way of others.
    """

    lines: dict[LineKey, Line]
    items: dict[str, Item]
    window_days: int
    matches: list[Match] = field(default_factory=list)
    aside: set[LineKey | str] = field(default_factory=set)

    def take(self, rule: Rule, line: Line, items: Sequence[Item]) -> None:
        """Match a line with items, unless one of them was set aside."""
        if not self.aside.isdisjoint([line.key, *(item.id for item in items)]):
            return
        del self.lines[line.key]
        for item in items:
            del self.items[item.id]
        found = tuple(item.id for item in items)
        self.matches.append(Match(line=line.key, items=found, rule=rule))

    def set_aside(self, line: Line, items: Iterable[Item]) -> None:
        """Leave them open."""
        self.aside.update([line.key, *(item.id for item in items)])

    def unnamed(self) -> list[Line]:
        """Return lines that name no reference; what names one is that or nothing."""
        return [line for line in self.lines.values() if line.names is None]

    def batches(self) -> Iterator[tuple[str, list[Item]]]:
        """Yield the references that several items share, with all of these."""
        shared: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            if item.reference:
                shared[item.reference].append(item)
        return ((name, items) for name, items in shared.items() if len(items) > 1)

    def pools(self, of_line: _OfLine, of_item: _OfItem) -> Iterator[tuple[list[Line], list[Item]]]:
        """Yield the lines and items of one amount that bear the same sign."""
        lines: dict[tuple[str, int], list[Line]] = defaultdict(list)
        items: dict[tuple[str, int], list[Item]] = defaultdict(list)
        for line in self.lines.values():
            if sign := of_line(line):
                lines[sign, line.amount_cents].append(line)
        for item in self.items.values():
            if sign := of_item(item):
                items[sign, item.amount_cents].append(item)
        return ((lines[each], items[each]) for each in lines if each in items)


def _names(line: Line) -> str | None:
    return line.names


def _text(line: Line) -> str | None:
    return None if line.names else line.fingerprint


def _account(line: Line) -> str | None:
    return None if line.names else line.iban


def _reference(item: Item) -> str | None:
    return item.reference


def _fingerprint(item: Item) -> str | None:
    return item.fingerprint


def _iban(item: Item) -> str | None:
    return item.iban


def _by_reference(still: _Open) -> None:
    named: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for line in still.lines.values():
        if line.names:
            named[line.names, line.amount_cents].append(line)
    for name, items in still.batches():
        whole = named.get((name, sum(item.amount_cents for item in items)), [])
        parts = any((name, item.amount_cents) in named for item in items)
        for line in whole:
            if len(whole) == 1 and not parts:
                still.take(Rule.REFERENCE, line, items)
            else:
                still.set_aside(line, items)
    _by_sign(still, Rule.REFERENCE, _names, _reference)


def _by_sign(still: _Open, rule: Rule, of_line: _OfLine, of_item: _OfItem) -> None:
    for lines, items in still.pools(of_line, of_item):
        if len(lines) == len(items) == 1:
            still.take(rule, lines[0], items)


def _batches(still: _Open) -> None:
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in still.unnamed():
        lines[line.amount_cents].append(line)
    found = [
        (line, items)
        for _, items in still.batches()
        for line in lines.get(sum(item.amount_cents for item in items), [])
        if all(_is_near(line, item, still.window_days) for item in items)
    ]
    nearby = Nearby(still.unnamed(), still.items.values(), days=still.window_days)
    of_line = Counter(line.key for line, _ in found)
    of_batch = Counter(items[0].id for _, items in found)
    for line, items in found:
        alone = of_line[line.key] == of_batch[items[0].id] == 1
        if alone and not nearby.items(line) and not any(map(nearby.lines, items)):
            still.take(Rule.BATCH, line, items)
        else:
            still.set_aside(line, items)


def _is_near(line: Line, item: Item, days: int) -> bool:
    return item.fits(line) and abs((line.booked_on - item.on).days) <= days


def _by_day(still: _Open, rule: Rule, days: int) -> None:
    lines = still.unnamed()
    nearby = Nearby(lines, still.items.values(), days=days)
    for line, item in [*nearby.pairs(lines)]:
        still.take(rule, line, [item])


def _equal(still: _Open) -> None:
    """Pair what is equal in order, by the strongest sign first, and last by day."""
    signs: tuple[tuple[Rule, _OfLine, _OfItem], ...] = (
        (Rule.REFERENCE, _names, _reference),
        (Rule.TEXT, _text, _fingerprint),
        (Rule.ACCOUNT, _account, _iban),
    )
    for rule, of_line, of_item in signs:
        for lines, items in still.pools(of_line, of_item):
            _in_order(still, rule, lines, items)
    _by_day(still, Rule.NEAR, still.window_days)  # what these stood in the way of
    for lines, items in _of_one_amount(still):
        for near_lines, near_items in clusters(lines, items, days=still.window_days):
            fitting = [line for line in near_lines if near_items[0].fits(line)]
            pairs = zip(fitting, near_items, strict=False)
            if all(_is_near(line, item, still.window_days) for line, item in pairs):
                _in_order(still, Rule.EQUAL, fitting, near_items)


def _of_one_amount(still: _Open) -> Iterator[tuple[list[Line], list[Item]]]:
    """Yield the lines and items of each amount; apart by account where every item has one."""
    lines: dict[int, list[Line]] = defaultdict(list)
    items: dict[int, list[Item]] = defaultdict(list)
    for line in still.unnamed():
        lines[line.amount_cents].append(line)
    for item in still.items.values():
        items[item.amount_cents].append(item)
    for amount, expected in items.items():
        accounts = {item.iban: None for item in expected}
        if None in accounts:
            yield lines[amount], expected
            continue
        for account in accounts:
            yield (
                [line for line in lines[amount] if opposite(line) == account],
                [item for item in expected if item.iban == account],
            )


def _in_order(still: _Open, rule: Rule, lines: Sequence[Line], items: Sequence[Item]) -> None:
    """Pair lines and items if there are as many, and all items are of one kind."""
    alike = {(item.kind, item.iban) for item in items}
    aside = any(
        each in still.aside
        for each in [*(line.key for line in lines), *(item.id for item in items)]
    )
    if len(lines) == len(items) and len(alike) == 1 and not aside:
        for line, item in [*zip(lines, items, strict=True)]:
            still.take(rule if len(lines) == 1 else Rule.EQUAL, line, [item])
