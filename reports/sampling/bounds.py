"""How large the error may still be, given what a sample found.

The bounds of euros are shares of what was sampled, at a confidence from one side:
Clopper-Pearson as if every error were whole, Stringer with each error for the part that was
wrong. That of items is a number of them. Chances come from scipy, rounded to twelve decimals;
from there on figures are exact.

Source:
    Clopper and Pearson, Biometrika 26 (1934); Stringer (1963) as in Bickel, Metrika 39 (1992);
    Touw and Hoogduin, Statistiek voor audit en controlling (2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLACES: Final = 12
"""Decimals of a bound: as many as every version of scipy agrees on."""

WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of Stringer's bound: what one more error adds, times the part that was wrong.

    ``errors`` counts from 0, where no error was found and the whole step counts.
    """

    errors: int
    increase: Fraction
    taint: Fraction

    @property
    def adds(self) -> Fraction:
        """What the step adds to the bound, as a share."""
        return self.increase * self.taint


@dataclass(frozen=True, slots=True, kw_only=True)
class Stringer:
    """Stringer's bound, as the sum of its steps."""

    steps: tuple[Step, ...]

    @property
    def share(self) -> Fraction:
        """The bound, as a share of what was sampled."""
        return min(WHOLE, sum((step.adds for step in self.steps), Fraction(0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The largest number of wrong items that fits what was found, of so many that there are.

    ``chance`` is that of so few errors where so many items are wrong, ``beyond`` where one
    more is: above what the confidence leaves, and not above it.
    """

    population: int
    wrong: int
    chance: Fraction
    beyond: Fraction

    @property
    def share(self) -> Fraction:
        """The bound, as a share of the items."""
        return Fraction(self.wrong, self.population)


@cache
def clopper_pearson(units: int, errors: int, *, confidence: Fraction) -> Fraction:
    """Return the largest share of errors that fits what was found.

    Args:
        units: How many were drawn, at least one.
        errors: How many of these were wrong.
        confidence: Of the bound, from one side.
    """
    if errors >= units:
        return WHOLE
    return _rounded(_special().betaincinv(errors + 1, units - errors, float(confidence)))


def stringer(units: int, taints: Sequence[Fraction], *, confidence: Fraction) -> Stringer:
    """Return Stringer's bound with its steps, the largest part first.

    Args:
        units: How many were drawn, at least one.
        taints: Per error which part of the amount was wrong, above 0 and at most 1.
        confidence: Of the bound, from one side.
    """
    assert all(0 < taint <= 1 for taint in taints), "a part of an amount that is wrong"
    parts = [WHOLE, *sorted(taints, reverse=True)]
    bounds = [clopper_pearson(units, errors, confidence=confidence) for errors in range(len(parts))]
    return Stringer(
        steps=tuple(
            Step(errors=errors, increase=bound - before, taint=taint)
            for errors, (bound, before, taint) in enumerate(
                zip(bounds, [Fraction(0), *bounds], parts, strict=False)
            )
        )
    )


def chance_of_items(population: int, wrong: int, *, drawn: int, errors: int) -> Fraction:
    """Return the chance to find so few errors among items that are drawn without putting back.

    Args:
        population: How many items there are.
        wrong: How many of these are wrong.
        drawn: How many are drawn.
        errors: How many errors are found, or fewer.
    """
    from scipy import stats  # noqa: PLC0415 - slower still, and only few items need it

    return _rounded(stats.hypergeom.cdf(errors, population, wrong, drawn))


def of_items(population: int, *, drawn: int, errors: int, confidence: Fraction) -> Items:
    """Return the largest number of wrong items that fits what was found, by the hypergeometric.

    Args:
        population: How many items there are.
        drawn: How many of these were drawn, without putting back.
        errors: How many of the drawn were wrong.
        confidence: Of the bound, from one side.
    """
    most = population - (drawn - errors)  # all that was not seen, and what was wrong

    def chance(wrong: int) -> Fraction:
        if wrong > most:
            return Fraction(0)
        return chance_of_items(population, wrong, drawn=drawn, errors=errors)

    beyond = smallest(lambda wrong: chance(wrong) <= 1 - confidence, above=errors, most=most + 1)
    assert beyond is not None, "more wrong than there are has no chance"
    return Items(
        population=population,
        wrong=beyond - 1,
        chance=chance(beyond - 1),
        beyond=chance(beyond),
    )


def smallest(enough: Callable[[int], bool], *, above: int, most: int) -> int | None:
    """Return the smallest number that is enough; ``None`` where even the most is not.

    Args:
        enough: Says of a number whether it is; once one is, all larger ones are.
        above: A number that is not enough.
        most: The largest that may be returned.
    """
    low, high = above, above + 1
    while high < most and not enough(high):
        low, high = high, min(most, 2 * high)
    if high > most or not enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _rounded(share: Any) -> Fraction:
    return Fraction(round(float(share) * 10**PLACES), 10**PLACES)


@cache
def _special() -> Any:
    from scipy import special  # noqa: PLC0415 - slow to load, and only samples need it

    return special
