"""What a year costs adds up, whatever of it is booked: recomputed from the written files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.coded import coded
from ledger.periods import Period
from settlement import accrual, engine
from settlement.accrual import Books, Costs
from tests.reference.books import cents
from tests.support.funds import order, written
from tests.support.random_funds import PERIODS, fund

if TYPE_CHECKING:
    from settlement.results import Settlement

FEW = settings(max_examples=max(8, settings().max_examples // 2))
FIELDS = {"food": "6.3", "rent": "6.81"}
CATEGORIES = "".join(
    f'[[category]]\ncode = "{code}"\ntask_field = "{field}"\n' for code, field in FIELDS.items()
).encode()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def costs(settled: list[Settlement]) -> Costs:
    parties = len(settled[0].parties) if settled else 0
    lines = [each.lines for each in settled]
    return Costs(
        spent_on=np.concatenate([np.zeros(0, np.int64), *(each.spent_on for each in lines)]),
        category=coded([category for each in lines for category in each.category]),
        cells_cents=np.concatenate(
            [np.zeros((0, parties), np.int64), *(each.cells_cents for each in lines)]
        ),
    )


def recomputed(
    runs: list[dict[str, bytes]], spendings: bytes, year: int
) -> Counter[tuple[str, str]]:
    """Add up the cells of settlements per party and field, from their files."""
    spent = {row["id"]: row for row in rows(spendings)}
    sums: Counter[tuple[str, str]] = Counter()
    for cell in (row for files in runs for row in rows(files["allocations.csv"])):
        spending = spent[cell["spending"]]
        if spending["spent_on"].startswith(str(year)):
            field = FIELDS.get(spending["category"], "6.23")
            sums[cell["organisation"], field] += cents(cell["amount"])
    return sums


@FEW
@given(
    seed=st.integers(0, 10**9), count=st.integers(0, 40), closed=st.integers(1, 2),
    year=st.sampled_from([2025, 2026]),
)  # fmt: skip
def test_a_year_adds_up_from_the_files_whatever_is_booked(
    seed: int, count: int, closed: int, year: int
) -> None:
    facts = fund(seed, count, ladder=True, settlement='minimum_transfer = "20.00"')
    agreements = [text + CATEGORIES for text in facts.agreements]
    files: list[dict[str, bytes]] = []
    settled: list[Settlement] = []
    stands = Period(PERIODS[closed][0], date(2027, 1, 1))
    for period in [*(Period(*each) for each in PERIODS[:closed]), stands]:
        asked = order(agreements, facts.spendings, facts.savings, period=period, previous=files)
        settled.append(engine.settle(asked)[0])
        files.append(written(settled[-1]))
    adjusted: Counter[str] = Counter()
    for run in settled[:-1]:
        for line in run.adjustments if run.period.last_day.year == year else ():
            adjusted[line.party] += line.amount_cents

    found = accrual.of_year(
        year, settled[-1], Books(booked=costs(settled[:-1]), adjusted_cents=adjusted)
    )

    booked = recomputed(files[:-1], facts.spendings, year)
    accrued = recomputed(files[-1:], facts.spendings, year)
    here = {
        (share.party, each.task_field): (each.booked_cents, each.accrued_cents)
        for share in found.shares
        for each in share.fields
    }
    expected = {at: (booked[at], accrued[at]) for at in {*booked, *accrued}}
    assert here == {at: pair for at, pair in expected.items() if any(pair)}
    position = {row["organisation"]: row for row in rows(files[-1]["positions.csv"])}
    for share in found.shares:
        at = {name: cents(position[share.party][name]) for name in list(position[share.party])[2:]}
        assert share.accrued_cents + share.other_years_cents == at["cost_share"]
        assert share.unspent_cents + share.open_cents == at["balance"] + at["carried_in"]
        ladder = sum(
            cents(row["amount"])
            for run, stood in zip(files, settled, strict=True)
            for row in rows(run["adjustments.csv"])
            if row["organisation"] == share.party and stood.period.last_day.year == year
        )
        assert share.adjustments_cents == ladder
