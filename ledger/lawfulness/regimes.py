"""Regimes: how a financial year judges errors and uncertainties, and against which limit.

Pure. A regime is known by the first financial year that it holds for. A council decides on
its own limit; without one nothing is tested. That the share of a council is at most the
maximum of the regime is a note for who reads, never a refusal: the maximum is not ours to
enforce.

Source:
    2023: the model statement of the Commissie BBV (Kadernota Rechtmatigheid 2023), of which
    Helmond, Breda and Wageningen print limits of 1 to 3 %, errors and uncertainties apart,
    over total expenses with additions to reserves. 2025: Staatsblad 2025, 99 (Bado), and the
    protocol of Bergeijk (gmb-2025-562574): added together, at most 2 %, without additions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.agreement.schema import Agreement, LawfulnessLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The rules of some financial years.

    Args:
        code: What an agreement calls it: its first financial year.
        since: That year.
        adds_up: Whether errors and uncertainties are added together before the limit is
            looked at; else each is held to it by itself.
        with_reserves: Whether the base, total expenses, includes additions to reserves.
        maximum: The share of the base up to which councils go.
    """

    code: str
    since: int
    adds_up: bool
    with_reserves: bool
    maximum: Fraction


REGIMES: Final = (
    Regime(code="2023", since=2023, adds_up=False, with_reserves=True, maximum=Fraction(3, 100)),
    Regime(code="2025", since=2025, adds_up=True, with_reserves=False, maximum=Fraction(2, 100)),
)
"""Oldest first; each holds until the next begins."""

FIRST: Final = REGIMES[0].since
"""The first financial year of which executives account for lawfulness themselves."""

CODES: Final = tuple(each.code for each in REGIMES)


def of_year(year: int, *, said: str | None = None) -> Regime:
    """Return the regime of a financial year.

    Args:
        year: The financial year, from :data:`FIRST` on.
        said: The code of another that the agreement says; ``None`` for that of the year.

    Raises:
        ValueError: The year is before all regimes, or there is no such code.
    """
    if said is not None:
        found = [each for each in REGIMES if each.code == said]
    else:
        found = [each for each in REGIMES if each.since <= year]
    if not found:
        raise ValueError(f"there is no regime for {said or year}; there are {', '.join(CODES)}")
    return found[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What is held to a limit: ``of`` is errors, uncertainties or both together."""

    of: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTest:
    """What a council's limit says of errors and uncertainties."""

    regime: Regime
    limit: LawfulnessLimit
    sums: tuple[Sum, ...]

    @property
    def limit_cents(self) -> int:
        """The limit in whole cents, rounded down: what exceeds this exceeds the limit."""
        exact = self.limit.share * self.limit.base_amount
        return exact.numerator // exact.denominator

    @property
    def exceeding(self) -> tuple[Sum, ...]:
        """The sums above the limit; one that is equal to it is within."""
        return tuple(each for each in self.sums if each.cents > self.limit_cents)

    @property
    def is_above_maximum(self) -> bool:
        """Whether the council went further than the regime does."""
        return self.limit.share > self.regime.maximum


def tested(
    regime: Regime, limit: LawfulnessLimit, *, errors_cents: int, uncertainties_cents: int
) -> LimitTest:
    """Hold errors and uncertainties to a council's limit.

    Args:
        regime: Of the year.
        limit: What the council decided.
        errors_cents: All errors; below zero where more was taken back than found.
        uncertainties_cents: All uncertainties, likewise.
    """
    if regime.adds_up:
        sums: tuple[Sum, ...] = (Sum(of="together", cents=errors_cents + uncertainties_cents),)
    else:
        sums = (
            Sum(of="errors", cents=errors_cents),
            Sum(of="uncertainties", cents=uncertainties_cents),
        )
    return LimitTest(regime=regime, limit=limit, sums=sums)


def limit_of(agreements: Sequence[Agreement], party: str, year: int) -> LawfulnessLimit | None:
    """Return what a party's council decided for a year, as the newest version has it.

    Args:
        agreements: Versions of one fund, oldest first. A version for a later year may be
            the first to name the limit of this one.
        party: Code of the party.
        year: The financial year.
    """
    for version in reversed(agreements):
        for limit in version.lawfulness.limit if version.lawfulness else ():
            if (limit.party, limit.year) == (party, year):
                return limit
    return None


def notes(agreement: Agreement) -> Iterator[LawfulnessLimit]:
    """Yield the limits of an agreement above the maximum of their year's regime."""
    rules = agreement.lawfulness
    for limit in rules.limit if rules else ():
        said = rules.regime if rules else None
        if limit.year >= FIRST and limit.share > of_year(limit.year, said=said).maximum:
            yield limit
