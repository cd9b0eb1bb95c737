"""Settle a period: facts and agreement in, every figure with its working out.

Pure: the same facts give the same figures, whatever the order of the rows in the files.
The way is always the same: choose the lines, weigh them, divide them, climb the ladder,
net the positions.

Source:
    The settlement rules, all of it; the formats, What ``overbrug settle`` writes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ledger.agreement.schema import UsageKey
from ledger.errors import Mistake, WrongInput
from ledger.periods import Period
from settlement import corrections, facts_hash, ladder, netting, selection, succession, totals
from settlement import lines as lines_
from settlement.eras import eras, in_order
from settlement.results import Previous, Settlement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement, Party
    from ledger.facts import Savings, Spendings
    from settlement.earlier import EarlierRun
    from settlement.lines import Divided, Facts, Weighed
    from settlement.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked: settle these facts under these agreements.

    Args:
        agreements: The versions of one fund, oldest first.
        spendings: All rows of the file.
        savings: Their expected savings.
        period: The period; ``None`` for all rows there are.
        runs: Earlier settlements.
        final: Whether the fund is closed by this settlement.
        dated: The date on the papers; ``None`` for the period's last day.
    """

    agreements: tuple[Agreement, ...]
    spendings: Spendings
    savings: Savings
    period: Period | None
    runs: tuple[EarlierRun, ...] = ()
    final: bool = False
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """What a settlement was made from: for explanations and comparisons."""

    order: Order
    facts: Facts
    selection: Selection
    weighed: Weighed
    divided: Divided
    by_category: bool
    facts_missing: tuple[str, ...]  # usage keys whose window begins before the facts do


def settle(order: Order) -> tuple[Settlement, Working]:
    """Settle a period.

    Returns:
        The settlement, and what it was made from.

    Raises:
        WrongInput: The facts cannot be settled; every mistake that is known is named.
        NotCertified: The division could not be proved; nothing may be booked.
    """
    order = replace(order, runs=succession.in_order(order.runs, period=order.period))
    period = order.period or _whole_period(order.spendings)
    in_force = _in_force(order.agreements, period)
    parties = in_order(order.agreements)
    links = corrections.resolve(order.spendings, order.runs)
    chosen = selection.select(order.spendings, period, links=links, runs=order.runs)
    with ThreadPoolExecutor(1) as beside:
        # The fingerprint needs nothing of the work, nor the work the fingerprint.
        fingerprint = beside.submit(_fingerprint, order, chosen, parties)
        working = _work(order, chosen, in_force)
    sums = totals.totals(
        order.spendings,
        chosen,
        working.divided,
        agreements=order.agreements,
        period=order.period,
        parties=[party.code for party in parties],
    )
    this_year = totals.this_year(order.runs, period)
    climb = ladder.climb(
        sums.cost_shares_cents,
        agreement=in_force,
        last_day=period.last_day,
        earlier=[run.booked() for run in this_year],
    )
    positions, transfers = netting.positions_and_transfers(
        netting.Figures(
            exact_cost_shares=sums.exact_cost_shares,
            cost_shares_cents=sums.cost_shares_cents,
            adjustments=climb.adjustments,
            contributed_cents=sums.contributed_cents,
            advanced_cents=sums.advanced_cents,
            opening=order.runs[-1].opening() if order.runs else None,
        ),
        parties=parties,
        terms=netting.Terms(
            agreements=order.agreements, in_force=in_force, period=period, final=order.final
        ),
    )
    netting.assert_conserved(positions, pool_spent_cents=sums.pool_spent_cents)
    divided = working.divided
    return (
        Settlement(
            agreements=order.agreements,
            period=period,
            previous=tuple(Previous(run.period, run.sha256) for run in order.runs),
            final=order.final,
            dated=order.dated or period.last_day,
            number=len(this_year) + 1,
            parties=parties,
            keys=divided.keys,
            vectors=divided.vectors,
            lines=divided.lines,
            adjustments=climb.adjustments,
            positions=positions,
            transfers=transfers,
            outsiders=totals.outsiders(working.weighed.known, order.savings, chosen),
            deviations=totals.deviations(divided, sums),
            unplaced_cents=climb.unplaced_cents,
            untaken_cents=climb.untaken_cents,
            reversals_of_earlier=chosen.reversals_of_earlier,
            facts_sha256=fingerprint.result(),
            rows_before=chosen.before,
            rows_after=chosen.after,
            notes=tuple(_notes(order, working)),
            links=chosen.links_by_id(order.spendings),
            pool_spent_cents=sums.pool_spent_cents,
            year_cost_cents=totals.year_cost(sums, this_year),
        ),
        working,
    )


def _work(order: Order, chosen: Selection, in_force: Agreement) -> Working:
    facts = lines_.Facts(
        spendings=order.spendings,
        savings=order.savings,
        eras=eras(order.agreements),
        period=order.period,
        runs=order.runs,
    )
    weighed = lines_.weigh(facts, chosen)
    by_category = in_force.settlement.rounding == "category"
    return Working(
        order=order,
        facts=facts,
        selection=chosen,
        weighed=weighed,
        divided=lines_.divide_lines(facts, chosen, weighed, by_category=by_category),
        by_category=by_category,
        facts_missing=tuple(_facts_missing(order)),
    )


def _whole_period(spendings: Spendings) -> Period:
    if not len(spendings):
        raise WrongInput([Mistake(spendings.name, "has no rows; give --from and --until")])
    booked_on = spendings.booked_on
    return Period(
        date.fromordinal(int(booked_on.min())), date.fromordinal(int(booked_on.max()) + 1)
    )


def _in_force(agreements: Sequence[Agreement], period: Period) -> Agreement:
    for version in agreements:
        terms = version.agreement
        if terms.valid_from <= period.last_day and (
            terms.valid_until is None or period.last_day < terms.valid_until
        ):
            return version
    raise WrongInput(
        [
            Mistake(
                "--until",
                f"no version of the agreement given is in force on {period.last_day}, "
                "the period's last day; give the version of that day",
            )
        ]
    )


def _usage_keys(agreements: Sequence[Agreement]) -> Iterator[UsageKey]:
    for version in agreements:
        for key in version.key:
            if isinstance(key, UsageKey):
                yield key


def _facts_missing(order: Order) -> Iterator[str]:
    """Yield usage keys whose window begins before the earliest fact."""
    if order.period is None:
        return
    booked_on = order.spendings.booked_on
    earliest = int(booked_on.min(initial=date.max.toordinal()))
    for key in _usage_keys(order.agreements):
        if earliest > order.period.trailing(key.periods).start.toordinal():
            yield key.code


def _fingerprint(order: Order, chosen: Selection, parties: Sequence[Party]) -> str:
    return facts_hash.sha256(
        order.spendings,
        order.savings,
        used=_used(order, chosen),
        parties=[party.code for party in parties],
    )


def _used(order: Order, chosen: Selection) -> NDArray[np.bool_]:
    """Tell which rows were settled or used for weights: by a case or by a usage window."""
    now = chosen.known & ~chosen.reversed_ & ~chosen.reversal
    used = _looked_at(order, chosen.rows, now, order.period)
    for link in chosen.link.values():
        if link.kind == "replaces":
            then, period = lines_.known_then(order.runs, chosen, link, period=order.period)
            used |= _looked_at(order, np.array([link.row]), then, period)
    used[chosen.rows] = True
    return used


def _looked_at(
    order: Order, rows: NDArray[np.int64], counted: NDArray[np.bool_], period: Period | None
) -> NDArray[np.bool_]:
    """Tell which facts may have weighed these rows, besides the rows themselves."""
    used = np.zeros(len(order.spendings), dtype=bool)
    cases = order.spendings.texts["case"].codes
    levels = {getattr(key, "level", None) for version in order.agreements for key in version.key}
    if "case" in levels:
        asked = np.zeros(int(cases.max(initial=-1)) + 2, dtype=bool)
        asked[cases[rows]] = True
        asked[-1] = False
        used |= asked[cases] & counted
    if period is not None:
        booked_on = order.spendings.booked_on
        for key in _usage_keys(order.agreements):
            window = period.trailing(key.periods)
            used |= (booked_on >= window.start.toordinal()) & (booked_on < window.until.toordinal())
    return used


def _notes(order: Order, working: Working) -> Iterator[str]:
    if order.spendings.ignored:
        yield f"spendings: columns not read: {', '.join(order.spendings.ignored)}"
    for code in working.facts_missing:
        yield f"key {code}: its trailing window begins before the first fact in the file"
