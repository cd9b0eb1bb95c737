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

from ledger.agreement.versions import latest
from ledger.errors import Mistake, WrongInput
from ledger.periods import Period
from settlement import (
    corrections,
    facts_hash,
    ladder,
    netting,
    notes,
    selection,
    succession,
    totals,
)
from settlement import lines as lines_
from settlement.eras import eras, in_order
from settlement.results import Handover, Note, Previous, Settlement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
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
        settled: Per row of the spendings whether an earlier settlement settled it; ``None``
            where the runs hold all their lines, which tell it then.
        received: What each party paid in during the period, in cents, absent is 0;
            ``None`` for the contributions that the agreements say are due then.
        set_apart: Ids of disputed spendings of this settlement: they, and what corrects
            them, are left to the next.
        final: Whether the fund is closed by this settlement.
        dated: The date on the papers; ``None`` for the period's last day.
    """

    agreements: tuple[Agreement, ...]
    spendings: Spendings
    savings: Savings
    period: Period | None
    runs: tuple[EarlierRun, ...] = ()
    settled: NDArray[np.bool_] | None = None
    received: Mapping[str, int] | None = None
    set_apart: frozenset[str] = frozenset()
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
    notes: tuple[Note, ...]

    @property
    def incomplete(self) -> tuple[Note, ...]:
        """The notes on facts that should have been in the file."""
        return tuple(note for note in self.notes if note.incomplete)


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
    _refuse_impossible(order, period)
    parties = in_order(order.agreements)
    links = corrections.resolve(order.spendings, order.runs, settled=order.settled)
    chosen = selection.select(
        order.spendings,
        period,
        links=links,
        runs=order.runs,
        settled=order.settled,
        set_apart=order.set_apart,
    )
    facts = lines_.Facts(
        spendings=order.spendings,
        savings=order.savings,
        eras=eras(order.agreements),
        period=order.period,
        runs=order.runs,
    )
    weighed = lines_.weigh(facts, chosen)
    by_category = in_force.settlement.rounding == "category"
    with ThreadPoolExecutor(1) as beside:
        # The fingerprint needs nothing of the division, nor the division the fingerprint.
        fingerprint = beside.submit(facts_hash.sha256, facts, chosen, weighed)
        divided = lines_.divide_lines(facts, chosen, weighed, by_category=by_category)
    working = Working(
        order=order,
        facts=facts,
        selection=chosen,
        weighed=weighed,
        divided=divided,
        by_category=by_category,
        notes=tuple(
            notes.of(
                facts,
                chosen,
                weighed,
                agreements=order.agreements,
                final=order.final,
                counts_due=order.received is None,
            )
        ),
    )
    sums = totals.totals(
        order.spendings,
        chosen,
        divided,
        contributed_cents=_contributed(order, parties),
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
    return (
        Settlement(
            agreements=order.agreements,
            period=period,
            has_period=order.period is not None,
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
            handover=_handover(order, in_force),
            outsiders=totals.outsiders(weighed.known, order.savings, chosen),
            deviations=totals.deviations(
                divided, sums, before=order.runs[-1].since_start if order.runs else {}
            ),
            unplaced_cents=climb.unplaced_cents,
            untaken_cents=climb.untaken_cents,
            reversals_of_earlier=chosen.reversals_of_earlier,
            facts_sha256=fingerprint.result(),
            rows_before=chosen.before,
            rows_after=chosen.after,
            notes=working.notes,
            links=chosen.links_by_id(order.spendings),
            set_apart=chosen.apart_by_id(order.spendings),
            set_apart_cents=sum(order.spendings.amount_cents[chosen.apart].tolist()),
            pool_spent_cents=sums.pool_spent_cents,
            year_cost_cents=totals.year_cost(sums, this_year),
        ),
        working,
    )


def _whole_period(spendings: Spendings) -> Period:
    if not len(spendings):
        raise WrongInput([Mistake(spendings.name, "has no rows; give --from and --until")])
    booked_on = spendings.booked_on
    return Period(
        date.fromordinal(int(booked_on.min())), date.fromordinal(int(booked_on.max()) + 1)
    )


def _refuse_impossible(order: Order, period: Period) -> None:
    if order.dated is not None and order.dated < period.last_day:
        raise WrongInput(
            [Mistake("--date", f"{order.dated} is before the period's last day, {period.last_day}")]
        )
    if order.final and order.set_apart:
        raise WrongInput(
            [
                Mistake(
                    "set apart",
                    "a final settlement leaves nothing to a next one; settle the disputed "
                    "lines, or settle this period without closing the fund",
                )
            ]
        )


def _in_force(agreements: Sequence[Agreement], period: Period) -> Agreement:
    version = latest(agreements, period.last_day)
    if version is not None:
        end = version.agreement.valid_until
        if end is None or period.last_day < end:
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


def _contributed(order: Order, parties: Sequence[Party]) -> Mapping[str, int]:
    """Return what each party paid in."""
    if order.received is None:
        return totals.due_contributions(order.agreements, order.period)
    if unknown := sorted(order.received.keys() - {party.code for party in parties}):
        raise WrongInput(
            Mistake(
                "contributions",
                f"{party} paid in but is no party of the agreements given; "
                "give the version that has it",
            )
            for party in unknown
        )
    return order.received


def _handover(order: Order, in_force: Agreement) -> Handover | None:
    """Return what the pool held, where another organisation keeps it from now on."""
    new, last = in_force.agreement.account_holder, order.runs[-1] if order.runs else None
    if last is None or last.account_holder == new or not last.held_cents:
        return None
    return Handover(old=last.account_holder, new=new, amount_cents=last.held_cents)
