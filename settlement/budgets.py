"""What councils authorised, beside what the year costs so far and where that leads.

The date of the period decides, never the clock: the same settlement warns or does not
whenever it is looked at.

Source:
    The settlement rules, Year-end and budgets.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from settlement import netting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.agreement.schema import Agreement, Budget
    from ledger.periods import Period
    from settlement.results import Settlement

WARN_FROM: Final = (9, 1)
"""Month and day from which a forecast above the budget is a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One organisation's calendar year: that of the period's last day.

    ``cost_cents`` is its cost share so far, before the ladder. ``forecast_cents`` is what
    the year will cost if it goes on like this; for who left, what it cost; ``None`` where
    the period tells nothing about the year. ``over_cents`` is how far that exceeds the
    budget; ``None`` where it is no warning, or none yet.
    """

    party: str
    year: int
    budgets: tuple[Budget, ...]  # what its council authorised; they add up
    cost_cents: int
    forecast_cents: int | None
    over_cents: int | None

    @property
    def budget_cents(self) -> int | None:
        """All that was authorised; ``None`` where nothing was."""
        return sum(budget.amount for budget in self.budgets) if self.budgets else None


def outlook(settled: Settlement, party: str) -> Outlook:
    """Return how an organisation's year goes, up to and including a settlement."""
    year = settled.period.last_day.year
    budgets = tuple(
        each for each in settled.agreement.budget if (each.party, each.year) == (party, year)
    )
    cost = settled.year_cost_cents.get(party, 0)
    forecast = forecast_cents(settled.period, cost) if stays(settled, party) else cost
    return Outlook(
        party=party,
        year=year,
        budgets=budgets,
        cost_cents=cost,
        forecast_cents=forecast,
        over_cents=_over(budgets, forecast, settled.period),
    )


def of_party(agreements: Sequence[Agreement], party: str, year: int) -> tuple[Budget, ...]:
    """Return what a council authorised for a year, as the newest version that names it has it.

    Args:
        agreements: Versions of one fund, oldest first.
        party: Code of the party.
        year: The calendar year.
    """
    for version in reversed(agreements):
        found = tuple(each for each in version.budget if (each.party, each.year) == (party, year))
        if found:
            return found
    return ()


def stays(settled: Settlement, party: str) -> bool:
    """Whether an organisation is a participant on the day after the period."""
    terms = netting.Terms(
        agreements=settled.agreements,
        in_force=settled.agreement,
        period=settled.period,
        final=settled.final,
    )
    return terms.stays(party)


def forecast_cents(period: Period, year_cost_cents: int) -> int | None:
    """Return what the year will cost if it goes on like this, half to even.

    Returns:
        The year's cost share so far times the days of the year over the days until the
        period's end; ``None`` for a period that begins before the year of its last day.
    """
    year = period.last_day.year
    first = date(year, 1, 1)
    if period.start < first:
        return None
    return round(Fraction(year_cost_cents * (365 + isleap(year)), (period.until - first).days))


def _over(budgets: tuple[Budget, ...], forecast: int | None, period: Period) -> int | None:
    last = period.last_day
    if not budgets or forecast is None or (last.month, last.day) < WARN_FROM:
        return None
    over = forecast - sum(budget.amount for budget in budgets)
    return over if over > 0 else None
