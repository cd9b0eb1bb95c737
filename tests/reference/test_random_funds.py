"""Random funds, settled period after period and kept a second time by other hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import books, runs
from tests.reference.weights import table
from tests.support import cases, random_funds

if TYPE_CHECKING:
    from tests.reference.runs import Run


SEEDS = st.integers(0, 10**9)
ROWS = st.integers(0, 40)


def settled(fund: random_funds.RandomFund) -> list[Run]:
    """Settle the periods of a fund one after another."""
    done: list[Run] = []
    for number, period in enumerate(random_funds.PERIODS, 1):
        run = runs.settle(
            fund.agreements,
            fund.spendings,
            fund.savings,
            period=period,
            previous=[each.files for each in done],
            final=number == len(random_funds.PERIODS),
        )
        done.append(run)
    return done


@given(seed=SEEDS, rows=ROWS)
def test_every_line_is_weighed_and_divided_as_the_reference_says(seed: int, rows: int) -> None:
    for run in settled(random_funds.fund(seed, rows)):
        assert runs.differences(run) == []
        assert runs.outside_the_chain(run) == []
        assert all(abs(deviation) < 1 for deviation in runs.deviations(run).values())


@given(seed=SEEDS, rows=ROWS)
def test_the_oracle_finds_no_violation_on_any_prefix(seed: int, rows: int) -> None:
    for run in settled(random_funds.fund(seed, rows)):
        assert runs.violations(run, cases.oracle()) == {}


@pytest.mark.parametrize(
    "terms",
    [
        "",
        'minimum_transfer = "5.00"\nsurplus = "return"',
        'funding = "bridge"\nminimum_transfer = "20.00"',
    ],
)
@given(seed=SEEDS, rows=ROWS)
def test_every_position_and_transfer_follows_from_the_files(
    terms: str, seed: int, rows: int
) -> None:
    fund = random_funds.fund(seed, rows, ladder=seed % 2 == 0, settlement=terms, versions=1)
    for run in settled(fund):
        expected = books.positions(
            run.agreements[0],
            run.spendings,
            run.files,
            period=run.period,
            previous=run.previous[-1] if run.previous else None,
            final=run.final,
        )
        exact = books.exact_cost_shares(run.files)
        assert [
            (code, row["exact_cost_share"], {at: books.cents(row[at]) for at in expected[code]})
            for row in table(run.files["positions.csv"])
            if (code := row["organisation"])
        ] == [(code, exact.get(code, "0.000000"), each) for code, each in expected.items()]
        assert [
            (row["from"], row["to"], books.cents(row["amount"]))
            for row in table(run.files["transfers.csv"])
        ] == books.transfers(expected, "p0")
