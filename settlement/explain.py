"""Why one spending fell as it did: key, savings, exact shares, odd cents, running totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from ledger.errors import Mistake, WrongInput
from settlement import exact, weighing
from settlement import lines as lines_
from settlement.results import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from settlement.engine import Working
    from settlement.keys import Step
    from settlement.knowledge import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One party's share of the spending, in cents.

    ``running_exact`` and ``running_cents`` are the party's totals over the chain after
    this spending, where that is nested by category those of its category; ``None`` where
    the line stands outside the chain.
    """

    party: str
    share: Fraction
    exact_cents: Fraction
    cents: int
    running_exact: Fraction | None = None
    running_cents: int | None = None

    @property
    def floor_cents(self) -> int:
        """The exact share rounded down."""
        return self.exact_cents.numerator // self.exact_cents.denominator

    @property
    def odd_cent(self) -> int:
        """1 where the share was rounded up, else 0."""
        return self.cents - self.floor_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that decided one line.

    ``assignment`` counts from 1; ``corrects`` is the link of a refund or reversal and
    the spending it points to, whose key and weights it repeats.
    """

    spending: str
    amount_cents: int
    version: int
    key: str
    assignment: int | None
    corrects: tuple[str, str] | None
    standing: Standing
    by_category: bool  # whether running totals are kept per category
    place: int  # in canonical order, from 1
    steps: tuple[Step, ...]
    saved_cents: Mapping[str, int]  # what keys at spending level see
    saved_by_case_cents: Mapping[str, int]
    cells: tuple[Cell, ...]


def explain(working: Working, spending: str) -> Explanation:
    """Explain one settled spending.

    Raises:
        WrongInput: The spending is not settled in this run.
    """
    lines = working.divided.lines
    if spending not in lines.spending:
        raise WrongInput([Mistake("--explain", _not_here(working, spending))])
    number = lines.spending.index(spending)
    row = int(working.selection.rows[number])
    known = lines_.knowledge_of(working.facts, working.selection, working.weighed.known, row)
    link = working.selection.link.get(row)
    corrects = (link.kind, link.to) if link is not None else None
    weighed_itself = link is None or link.kind == "replaces"
    era = known.eras[int(known.era[row])]
    seen = known.situation(row)
    return Explanation(
        spending=spending,
        amount_cents=int(lines.amount_cents[number]),
        version=era.agreement.agreement.version,
        key=working.divided.keys[lines.key[number]],
        assignment=_assignment(working, known, row) if weighed_itself else None,
        corrects=corrects,
        standing=Standing(int(lines.standing[number])),
        by_category=working.by_category,
        place=number + 1,
        steps=_steps(working, known, number) if weighed_itself else (),
        saved_cents=_named(era.parties, seen.saved_by_spending),
        saved_by_case_cents=_named(era.parties, seen.saved_by_case) if seen.case >= 0 else {},
        cells=_cells(working, number),
    )


def _not_here(working: Working, spending: str) -> str:
    order = working.order
    for run in order.runs:
        if spending in run.lines.position_of:
            return f"spending {spending!r} was settled in {run.name}; explain it there"
    row = order.spendings.rows_of([spending]).get(spending)
    if row is None:
        return f"spending {spending!r} is not in {order.spendings.name}"
    if order.settled is not None and order.settled[row]:
        return f"spending {spending!r} was settled before; explain it there"
    if working.selection.apart[row]:
        return f"spending {spending!r} is set apart: the next settlement settles it"
    booked_on = date.fromordinal(int(order.spendings.booked_on[row]))
    counts_on = date.fromordinal(int(working.selection.counts_on[row]))
    why = f"it is booked on {booked_on}"
    if counts_on != booked_on:
        why = f"it waits for what it corrects, which counts from {counts_on}"
    return f"spending {spending!r} is not in this settlement: {why}"


def _assignment(working: Working, known: Knowledge, row: int) -> int:
    spendings = working.order.spendings
    era = known.eras[int(known.era[row])]
    return 1 + era.assignment_of(
        category=spendings.text("category", row),
        domain=spendings.text("domain", row),
        organisation=era.parties[int(known.organisation[row])],
    )


def _steps(working: Working, known: Knowledge, number: int) -> tuple[Step, ...]:
    """Weigh the line once more, with the lines of its case, and write down the way."""
    rows = working.selection.rows
    case = known.cases[rows[number]]
    together = np.flatnonzero(
        (known.cases[rows] == case) & (working.selection.standing == Standing.CHAIN)
        if case >= 0
        else np.arange(len(rows)) == number
    )
    own = [at for at in together.tolist() if int(rows[at]) not in working.selection.link]
    if number not in own:
        own = [number]
    return weighing.steps(
        known,
        rows[own],
        working.weighed.key[own],
        codes=working.weighed.codes,
        of=own.index(number),
    )


def _cells(working: Working, number: int) -> tuple[Cell, ...]:
    lines = working.divided.lines
    parties = working.weighed.known.eras[0].parties
    weights = working.divided.vectors[lines.vector[number]]
    amount, whole = int(lines.amount_cents[number]), sum(weights)
    running: list[tuple[Fraction | None, int | None]] = [(None, None)] * len(parties)
    if lines.standing[number] == Standing.CHAIN:
        before = _before(working, number)
        exact_totals = exact.totals(
            lines.amount_cents[before],
            lines.vector[before],
            working.divided.vectors,
            parties=len(parties),
        )
        cents = [sum(column) for column in lines.cells_cents[before].T.tolist()]
        running = list(zip(exact_totals, cents, strict=True))
    return tuple(
        Cell(
            party=party,
            share=Fraction(weight, whole),
            exact_cents=Fraction(amount * weight, whole),
            cents=int(lines.cells_cents[number, at]),
            running_exact=running[at][0],
            running_cents=running[at][1],
        )
        for at, (party, weight) in enumerate(zip(parties, weights, strict=True))
        if weight
    )


def _before(working: Working, number: int) -> NDArray[np.int64]:
    """Return the lines of the chain, or of the category's part of it, up to a line."""
    divided = working.divided
    together = divided.in_chain <= number
    if divided.nest is not None:
        together &= divided.nest == divided.nest[divided.in_chain == number]
    return divided.in_chain[together]


def _named(parties: tuple[str, ...], cents: tuple[int, ...]) -> dict[str, int]:
    return {party: saving for party, saving in zip(parties, cents, strict=True) if saving}
