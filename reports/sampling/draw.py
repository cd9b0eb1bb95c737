"""Which spendings are tested: a draw that depends on the population, the aim and a seed alone.

Spendings of at least the interval are tested whole, all of them. They are taken out first,
and the sample is planned anew for the line of the others, with the whole tolerance, until
none of these reaches the interval. So the interval is that of what is really sampled, an
item below it is drawn once at most by a fixed interval, and a sample that finds no more than
the expected errors stays within the tolerance.

On the line every item takes as many cents as its amount. A fixed interval takes the cent at
a random start in the first interval, and then every interval further; cells take one random
cent in each interval. Points past the end of the line are none. Every cent has a chance of
exactly one in so many cents as the interval has.

Where there are few spendings, items may be drawn in place of euros: each has the same chance,
whatever its amount, and none is drawn twice. Their places on the line are ranked by the
SHA-256 of seed, population and place, and the lowest are drawn; more of them are the next.

A sample of euros that is too small is extended: what was drawn stays, and so many more are
drawn from the same line in the same way, with ``+1`` behind the seed, then ``+2``.

Source:
    AICPA Audit Guide, Audit Sampling: individually significant items are examined whole, and
    the sample is sized for what remains; Touw and Hoogduin (2011), guldensteekproef.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

from ledger.errors import Mistake, WrongInput
from reports.sampling import numbers
from reports.sampling import plan as planning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.sampling.plan import Aim, Plan
    from reports.sampling.population import Population, Row

Method = Literal["interval", "cell", "items"]
Stratum = Literal["drawn", "whole", "apart"]
STRATA: Final[tuple[Stratum, ...]] = ("drawn", "whole", "apart")
"""Drawn from the line; tested whole because it is large; tested apart because below zero."""


EXTENSIONS_MAX: Final = 20
"""How often a sample may be extended; a bound is a little less sure each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A spending to test: why, and by which cents of the line, or by its place, it was drawn."""

    row: Row
    stratum: Stratum
    points: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Strata:
    """The line after what is tested whole was taken out, and what is drawn from it.

    ``plan`` is that of the line that is left; ``None`` where nothing is left of it. The
    interval is nothing where items are drawn, which takes nothing out.
    """

    whole: tuple[Row, ...]
    line: tuple[Row, ...]
    plan: Plan | None
    interval_cents: int

    @property
    def line_cents(self) -> int:
        """How long the line is, in cents."""
        return sum(row.amount_cents for row in self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Points that were drawn later, in addition: how many were asked, and where they began.

    The interval is nothing where items are drawn.
    """

    units: int
    interval_cents: int
    start_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A draw, with all that it follows from."""

    population: Population
    aim: Aim
    method: Method
    seed: str
    strata: Strata
    start_cents: int | None
    extensions: tuple[Extension, ...]
    items: tuple[Item, ...]

    @property
    def units(self) -> int:
        """How many points of the line were drawn."""
        return sum(len(item.points) for item in self.items)

    @property
    def of_items(self) -> bool:
        """Whether items were drawn, so that sizes are numbers of items, and not cents."""
        return self.method == "items"

    @property
    def size(self) -> int:
        """What shares are taken of: the euros above zero in cents, or all items, refunds too."""
        return len(self.population.rows) if self.of_items else self.population.line_cents

    @property
    def line(self) -> int:
        """How long the line is that was drawn from, in cents or in items."""
        return len(self.strata.line) if self.of_items else self.strata.line_cents

    @property
    def tolerance(self) -> int:
        """What may be wrong of the population, in cents or in items."""
        return self.aim.tolerable(self.size)

    def of(self, stratum: Stratum) -> tuple[Item, ...]:
        """Return the items that are tested for this reason, in the order of the population."""
        return tuple(item for item in self.items if item.stratum == stratum)


def draw(
    population: Population, aim: Aim, *, seed: str, method: Method, more: Sequence[int] = ()
) -> Draw:
    """Draw the spendings to test.

    Args:
        population: What is drawn from.
        aim: What the sample must show.
        seed: Any text; the same gives the same draw of the same population.
        method: Fixed interval, a point in each cell, or items with equal chances.
        more: How many points each extension adds, the first extension first.

    Raises:
        WrongInput: There is nothing to draw from, or no sample can show it.
    """
    found = stratified(population, aim, method=method)
    start: int | None = None
    drawn: dict[str, tuple[int, ...]] = {}
    extensions: list[Extension] = []
    if method == "items":
        assert found.plan is not None, "there is something to draw"
        places = ranking(seed, population.sha256(), len(found.line))
        taken, places = places[: found.plan.units], places[found.plan.units :]
        for units in more:
            later, places = places[:units], places[units:]
            extensions.append(Extension(units=len(later), interval_cents=0, start_cents=None))
            taken += later
        drawn = {found.line[place - 1].id: (place,) for place in taken}
    elif found.plan is not None:
        start, points, extensions = _euros(seed, population.sha256(), method, found, more)
        drawn = hits(found.line, points)
    return Draw(
        population=population,
        aim=aim,
        method=method,
        seed=seed,
        strata=found,
        start_cents=start,
        extensions=tuple(extensions),
        items=tuple(_items(population, {row.id for row in found.whole}, drawn)),
    )


def _euros(
    seed: str, sha256: str, method: Method, found: Strata, more: Sequence[int]
) -> tuple[int | None, list[int], list[Extension]]:
    """Return the start, where there is one, all points in cents from 1, and how many came later."""
    length, extensions = found.line_cents, []
    start, points = _points(seed, sha256, method, found.interval_cents, length)
    for number, units in enumerate(more, 1):
        interval = max(1, length // units)
        begin, others = _points(f"{seed}+{number}", sha256, method, interval, length)
        points += others
        extensions.append(Extension(units=units, interval_cents=interval, start_cents=begin))
    return start, points, extensions


def extended(old: Draw, *, to: int) -> Draw:
    """Draw more in addition to what was drawn.

    Args:
        old: The draw; its points stay.
        to: How many points there are at least in the end.

    Raises:
        WrongInput: So many were drawn already, everything is tested, or it was extended too
            often.
    """
    if old.strata.plan is None or (old.of_items and old.units == old.line):
        raise WrongInput([Mistake("sample", "tests everything already; there is nothing more")])
    if to <= old.units:
        what = f"has {old.units} {'items' if old.of_items else 'euros'} already; extend it to more"
        raise WrongInput([Mistake("sample", what)])
    if len(old.extensions) >= EXTENSIONS_MAX:
        what = f"was extended {EXTENSIONS_MAX} times; draw anew, for the errors that you expect"
        raise WrongInput([Mistake("sample", what)])
    to = min(to, old.line) if old.of_items else to
    more = (*(each.units for each in old.extensions), to - old.units)
    return draw(old.population, old.aim, seed=old.seed, method=old.method, more=more)


def _points(
    seed: str, sha256: str, method: Method, interval: int, length: int
) -> tuple[int | None, list[int]]:
    """Return the start, where there is one, and the points, in cents from 1."""
    random = numbers.numbers(seed, sha256, most=interval)
    if method == "cell":
        return None, list(cell_points(random, interval, length))
    start = next(random)
    return start, list(interval_points(start, interval, length))


def stratified(population: Population, aim: Aim, *, method: Method = "interval") -> Strata:
    """Take out what is tested whole, and plan the sample of what is left.

    Args:
        population: What is drawn from.
        aim: What the sample must show.
        method: Of items none is tested whole for its amount; the two of euros plan alike.

    Raises:
        WrongInput: There is nothing to draw from, or no sample can show it.
    """
    line = list(population.line)
    if not line:
        raise WrongInput([Mistake("population", "has no spending above zero to draw from")])
    if method == "items":
        return _of_items(population, aim)
    tolerance = aim.tolerable(population.line_cents)
    if tolerance >= population.line_cents:
        raise WrongInput([Mistake("tolerance", "is all that was spent; allow less to be wrong")])
    whole: list[Row] = []
    while True:
        length = sum(row.amount_cents for row in line)
        plan = planning.of_euros(length, _of_rest(aim, tolerance))
        interval = max(1, length // plan.units)
        large = [row for row in line if row.amount_cents >= interval]
        line = [row for row in line if row.amount_cents < interval]
        whole += large
        if not large or not line:
            break
    kept = {row.id for row in whole}
    return Strata(
        whole=tuple(row for row in population.line if row.id in kept),
        line=tuple(line),
        plan=plan if line else None,
        interval_cents=interval,
    )


def _of_items(population: Population, aim: Aim) -> Strata:
    """Plan a sample of the items above zero, with what may be wrong of all of them."""
    line, tolerance = population.line, aim.tolerable(len(population.rows))
    if tolerance >= len(line):
        what = f"is all {len(line)} spendings; allow less to be wrong"
        raise WrongInput([Mistake("tolerance", what)])
    plan = planning.of_items(len(line), replace(aim, tolerance=tolerance))
    return Strata(whole=(), line=line, plan=plan, interval_cents=0)


def _of_rest(aim: Aim, tolerance_cents: int) -> Aim:
    """Return what the sample of the rest must show: the tolerance of the whole, in cents."""
    return replace(aim, tolerance=tolerance_cents)


def ranking(seed: str, population: str, size: int) -> list[int]:
    """Return the places of the line, from 1, in the order in which items are drawn.

    Args:
        seed: Any text.
        population: SHA-256 of what is drawn from, in hexadecimal.
        size: How many places there are.
    """
    return sorted(range(1, size + 1), key=lambda place: numbers.digest(seed, population, place))


def interval_points(start: int, interval: int, length: int) -> Iterator[int]:
    """Yield the points of a fixed interval, in cents from 1."""
    yield from range(start, length + 1, interval)


def cell_points(random: Iterator[int], interval: int, length: int) -> Iterator[int]:
    """Yield a point in each cell, in cents from 1; one past the end of the line is none.

    Args:
        random: Numbers from 1 up to the interval.
        interval: Length of a cell, in cents.
        length: Of the line, in cents.
    """
    for begin in range(0, length, interval):
        if (point := begin + next(random)) <= length:
            yield point


def hits(line: Sequence[Row], points: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return which points lie on which items, by their ids; items without one are left out.

    Args:
        line: Items, in their order on the line.
        points: In cents from 1, none past the end.
    """
    ends = list(accumulate(row.amount_cents for row in line))
    found: dict[str, tuple[int, ...]] = {}
    for point in points:
        row = line[bisect_left(ends, point)]
        found[row.id] = (*found.get(row.id, ()), point)
    return found


def _items(
    population: Population, whole: set[str], drawn: dict[str, tuple[int, ...]]
) -> Iterator[Item]:
    for row in population.rows:
        if row.amount_cents < 0:
            yield Item(row=row, stratum="apart")
        elif row.id in whole:
            yield Item(row=row, stratum="whole")
        elif row.id in drawn:
            yield Item(row=row, stratum="drawn", points=drawn[row.id])
