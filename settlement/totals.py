"""Totals per party: what lines, contributions and advances add up to.

Source:
    The settlement rules, Positions; Dates, order, versions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from settlement import exact
from settlement.results import Deviation, OutsiderSaving, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement
    from ledger.facts import Savings, Spendings
    from ledger.periods import Period
    from settlement.earlier import EarlierRun
    from settlement.knowledge import Knowledge
    from settlement.lines import Divided
    from settlement.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the lines of a settlement add up to, per party code."""

    exact_cost_shares: Mapping[str, Fraction]  # cents, reversals included
    cost_shares_cents: Mapping[str, int]
    contributed_cents: Mapping[str, int]
    advanced_cents: Mapping[str, int]
    pool_spent_cents: int


def totals(
    spendings: Spendings,
    selection: Selection,
    divided: Divided,
    *,
    contributed_cents: Mapping[str, int],
    parties: Sequence[str],
) -> Totals:
    """Add up the figures of a settlement.

    Args:
        spendings: All rows.
        selection: Those that are settled.
        divided: Their cents.
        contributed_cents: What each party paid in.
        parties: Codes, in their order.
    """
    shares = exact.columns(divided.lines.cells_cents)
    pool_cents, advanced = _advanced(spendings, selection)
    return Totals(
        exact_cost_shares=dict(zip(parties, _exact(divided, len(parties)), strict=True)),
        cost_shares_cents=dict(zip(parties, shares, strict=True)),
        contributed_cents=contributed_cents,
        advanced_cents=advanced,
        pool_spent_cents=pool_cents,
    )


def due_contributions(agreements: Sequence[Agreement], period: Period | None) -> dict[str, int]:
    """Add up what was due in a period, under the version in force when it was due.

    Args:
        agreements: The versions of the fund.
        period: Which contributions count; ``None`` for all.
    """
    sums: Counter[str] = Counter()
    for version in agreements:
        first, end = version.agreement.valid_from, version.agreement.valid_until
        for contribution in version.contribution:
            in_force = first <= contribution.due_on and (end is None or contribution.due_on < end)
            if in_force and (period is None or contribution.due_on in period):
                sums[contribution.party] += contribution.amount
    return dict(sums)


def deviations(
    divided: Divided, sums: Totals, *, before: Mapping[str, Fraction]
) -> tuple[Deviation, ...]:
    """Return how far each party's cents are from exact.

    Args:
        divided: The lines with their cents.
        sums: What they add up to.
        before: Per party how far all earlier settlements were, in cents; absent is 0.
    """
    return tuple(
        Deviation(
            party=party,
            at_end=at_end,
            on_the_way=on_the_way,
            net=(net := sums.cost_shares_cents[party] - exact_share),
            since_start=net + before.get(party, 0),
        )
        for (party, exact_share), at_end, on_the_way in zip(
            sums.exact_cost_shares.items(),
            divided.division.at_end,
            divided.division.on_the_way,
            strict=True,
        )
    )


def outsiders(
    known: Knowledge, savings: Savings, selection: Selection
) -> tuple[OutsiderSaving, ...]:
    """Return what the period's spendings save parties that did not take part on the day.

    Spendings reversed in this run and reversals do not count; late rows do.
    """
    counts = np.zeros(len(known.era), dtype=bool)
    counts[selection.rows] = ~np.isin(
        selection.standing, (Standing.REVERSED, Standing.REVERSAL, Standing.BOOKED_REVERSAL)
    )
    takes_part = np.array([era.participants for era in known.eras], dtype=bool)
    outside = counts[savings.spending] & (savings.total_cents > 0)
    outside &= ~takes_part[known.era[savings.spending], savings.party]
    party, cents = savings.party[outside], savings.total_cents[outside].tolist()
    saved: Counter[int] = Counter()
    for at, saving in zip(party.tolist(), cents, strict=True):
        saved[at] += saving
    spendings = Counter(party.tolist())
    return tuple(
        OutsiderSaving(party=code, saving_cents=saved[at], spendings=spendings[at])
        for at, code in enumerate(known.eras[0].parties)
        if at in saved
    )


def this_year(runs: Sequence[EarlierRun], period: Period) -> tuple[EarlierRun, ...]:
    """Return the earlier runs that belong to the calendar year of the period's last day."""
    return tuple(run for run in runs if run.period.last_day.year == period.last_day.year)


def year_cost(sums: Totals, runs: Sequence[EarlierRun]) -> dict[str, int]:
    """Return each party's cost share of the calendar year so far, this run included."""
    return {
        party: share + sum(run.figures_cents["cost_share"].get(party, 0) for run in runs)
        for party, share in sums.cost_shares_cents.items()
    }


def _exact(divided: Divided, parties: int) -> tuple[Fraction, ...]:
    """Return the exact cost shares.

    In the chain they follow from the cents and the proved deviation, unless that is known
    to less than what is printed; then, and outside the chain, they are added up.
    """
    lines, division = divided.lines, divided.division
    if division.uncertainty:
        return exact.totals(lines.amount_cents, lines.vector, divided.vectors, parties=parties)
    outside = np.ones(len(lines), dtype=bool)
    outside[divided.in_chain] = False
    rest = exact.totals(
        lines.amount_cents[outside],
        *_vectors(lines.vector[outside], divided),
        parties=parties,
    )
    sums = exact.columns(lines.cells_cents[divided.in_chain])
    return tuple(
        total - at_end + more
        for total, at_end, more in zip(sums, division.at_end, rest, strict=True)
    )


def _vectors(
    positions: NDArray[np.int64], divided: Divided
) -> tuple[NDArray[np.int64], list[tuple[int, ...]]]:
    used, numbers = np.unique(positions, return_inverse=True)
    return numbers, [divided.vectors[at] for at in used.tolist()]


def _advanced(spendings: Spendings, selection: Selection) -> tuple[int, dict[str, int]]:
    """Return what the pool paid, and what each organisation paid itself.

    What a professional paid was advanced by the organisation, which repays its own
    employee: no private account enters the fund.
    """
    by, organisation = spendings.texts["advanced_by"], spendings.texts["organisation"]
    width = len(organisation.values)
    # Position -1 of the column is an empty cell, which stands for the pool.
    pairs = (by.codes[selection.rows] + 1) * width + organisation.codes[selection.rows]
    found, group = np.unique(pairs, return_inverse=True)
    cents = exact.grouped(group, spendings.amount_cents[selection.rows], groups=len(found))
    sums: Counter[str] = Counter()
    for pair, total in zip(found.tolist(), cents, strict=True):
        advancer = ("pool", *by.values)[pair // width]
        sums[organisation.values[pair % width] if advancer == "professional" else advancer] += total
    pool_cents = sums.pop("pool", 0)
    return pool_cents, dict(sums)
