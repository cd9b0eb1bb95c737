"""How large a sample must be, given what may go wrong and how sure one wants to be.

Euros are many: the binomial. Items may be few: the hypergeometric, for who draws items with
equal chances instead of euros. Which of the two it was is part of the answer.

Source:
    Touw and Hoogduin, Statistiek voor audit en controlling (2011), pp. 17, 23, 123 and 126.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Final

from ledger.errors import Mistake, WrongInput
from reports.sampling import bounds

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS_MAX: Final = 100_000
"""No sample is larger; whoever would need it tests everything."""

BINOMIAL: Final = "binomial"
HYPERGEOMETRIC: Final = "hypergeometric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a sample must be able to show.

    ``tolerance`` is what may be wrong: a share of the population, or so much of it, in cents
    where euros are drawn, else in items. Expected are so many errors, or a share of what is
    drawn, whichever is more. ``units`` is a size that was asked; the sample is at least as
    large.
    """

    confidence: Fraction
    tolerance: Fraction | int
    errors: int = 0
    expected: Fraction = Fraction(0)
    units: int = 0

    def tolerable(self, population: int) -> int:
        """Return what may be wrong of so many cents or items, rounded down."""
        if isinstance(self.tolerance, int):
            return self.tolerance
        return floor(self.tolerance * population)

    def errors_among(self, units: int) -> int:
        """Return how many errors are expected among so many that are drawn."""
        return max(self.errors, ceil(self.expected * units))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The size of a sample, how it was found, and what it would be without an error.

    ``population`` and ``tolerance`` are cents where euros are drawn, else items. ``units`` is
    what the table needs, or what was asked where that is more.
    """

    table: str
    population: int
    tolerance: int
    aim: Aim
    units: int
    units_needed: int
    units_without_errors: int

    @property
    def errors(self) -> int:
        """How many errors the sample can bear, each of them whole."""
        return self.aim.errors_among(self.units)


def of_euros(population_cents: int, aim: Aim) -> Plan:
    """Plan a sample of euros.

    Args:
        population_cents: What the euros are drawn from.
        aim: What the sample must show.

    Raises:
        WrongInput: No sample can show it.
    """
    tolerance = aim.tolerable(population_cents)
    share = Fraction(tolerance, population_cents)
    needed = units(share, aim)
    return Plan(
        table=BINOMIAL,
        population=population_cents,
        tolerance=tolerance,
        aim=aim,
        units=max(aim.units, needed),
        units_needed=needed,
        units_without_errors=units(share, _without_errors(aim)),
    )


def of_items(population: int, aim: Aim) -> Plan:
    """Plan a sample of items, which are drawn with equal chances and not put back.

    As in the printed tables, it would find more errors than expected if as many items were
    wrong as may be; the bound of a sample that finds no more lies below the tolerance.

    Args:
        population: How many items there are.
        aim: What the sample must show.

    Raises:
        WrongInput: No sample can show it.
    """
    tolerable = aim.tolerable(population)
    if aim.errors > tolerable:
        what = f"are more than the tolerance of {tolerable} items; no sample can show that"
        raise WrongInput([Mistake("errors", what)])
    if tolerable:  # else only all of them will do
        _refuse_hopeless(Fraction(tolerable, population), aim)

    def enough(drawn: int, errors: int) -> bool:
        if drawn >= population or tolerable >= population:
            return True  # everything was seen, or everything may be wrong
        chance = bounds.chance_of_items(population, tolerable, drawn=drawn, errors=errors)
        return chance <= 1 - aim.confidence

    most = min(population, UNITS_MAX)
    needed = _smallest(lambda drawn: enough(drawn, aim.errors_among(drawn)), aim, most=most)
    without = _smallest(lambda drawn: enough(drawn, 0), _without_errors(aim), most=most)
    return Plan(
        table=HYPERGEOMETRIC,
        population=population,
        tolerance=tolerable,
        aim=aim,
        units=min(population, max(aim.units, needed)),
        units_needed=needed,
        units_without_errors=without,
    )


def units(share: Fraction, aim: Aim) -> int:
    """Return the smallest sample whose Clopper-Pearson bound stays within a share.

    Args:
        share: That may be wrong of what is drawn from.
        aim: With the confidence, and the errors that are expected.

    Raises:
        WrongInput: No sample can show it.
    """
    if share >= 1:
        return 1  # all of it may be wrong; one is drawn all the same
    _refuse_hopeless(share, aim)

    def enough(drawn: int) -> bool:
        errors = aim.errors_among(drawn)
        return bounds.clopper_pearson(drawn, errors, confidence=aim.confidence) <= share

    return _smallest(enough, aim, most=UNITS_MAX)


def _refuse_hopeless(share: Fraction, aim: Aim) -> None:
    if share <= 0:
        raise WrongInput([Mistake("tolerance", "is nothing; allow more than nothing to be wrong")])
    if aim.expected >= share:
        raise WrongInput(
            [Mistake("expected error", "is not below the tolerance; no sample can show that")]
        )


def _without_errors(aim: Aim) -> Aim:
    return Aim(confidence=aim.confidence, tolerance=aim.tolerance)


def _smallest(enough: Callable[[int], bool], aim: Aim, *, most: int) -> int:
    """Return the smallest size that is enough.

    Raises:
        WrongInput: Even the most is not.
    """
    if aim.expected:  # one more drawn may expect one more error, so that no size may be skipped
        found = next((size for size in range(1, most + 1) if enough(size)), None)
    else:
        found = bounds.smallest(enough, above=0, most=most)
    if found is None:
        raise WrongInput(
            [
                Mistake(
                    "tolerance",
                    f"asks for more than {UNITS_MAX} to be drawn; allow more, or test everything",
                )
            ]
        )
    return found
