"""The worked cases, settled by the engine and kept a second time by other hands."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.reference import books, runs
from tests.reference.weights import table
from tests.support import cases

if TYPE_CHECKING:
    from tests.reference.runs import Run

YEARS = {"small-fund": 2026, "real-2016": 2016}


def quarter(year: int, number: int) -> tuple[date, date]:
    return (
        date(year, 3 * number - 2, 1),
        date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1),
    )


@cache
def settled(case: str, part: int) -> Run:
    """Settle a quarter of a case, 1 to 4, or its whole year, 0, each once."""
    folder, year = cases.folder(case), YEARS[case]
    agreement, spendings, savings = (
        (folder / name).read_bytes() for name in ("agreement.toml", "spendings.csv", "savings.csv")
    )
    earlier = [settled(case, number).files for number in range(1, part)]
    return runs.settle(
        [agreement],
        spendings,
        savings,
        period=quarter(year, part) if part else (date(year, 1, 1), date(year + 1, 1, 1)),
        previous=earlier,
        final=part == 4,
    )


PARTS = [
    pytest.param(case, part, id=f"{case}-{f'quarter-{part}' if part else 'year'}")
    for case in YEARS
    for part in (1, 2, 3, 4, 0)
]


@pytest.mark.parametrize(("case", "part"), PARTS)
def test_every_line_is_weighed_as_the_reference_weighs_it(case: str, part: int) -> None:
    assert runs.differences(settled(case, part)) == []


@pytest.mark.parametrize(("case", "part"), PARTS)
def test_the_oracle_finds_no_violation_on_any_prefix(case: str, part: int) -> None:
    assert runs.violations(settled(case, part), cases.oracle()) == {}


@pytest.mark.parametrize(("case", "part"), PARTS)
def test_lines_outside_the_chain_are_opposites_or_largest_remainders(case: str, part: int) -> None:
    assert runs.outside_the_chain(settled(case, part)) == []


@pytest.mark.parametrize(("case", "part"), PARTS)
def test_every_position_and_transfer_follows_from_the_files(case: str, part: int) -> None:
    run = settled(case, part)
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
        (code, row["exact_cost_share"], {name: books.cents(row[name]) for name in expected[code]})
        for row in table(run.files["positions.csv"])
        if (code := row["organisation"])
    ] == [(code, exact.get(code, "0.000000"), each) for code, each in expected.items()]
    assert [
        (row["from"], row["to"], books.cents(row["amount"]))
        for row in table(run.files["transfers.csv"])
    ] == books.transfers(expected, "dordrecht")


@pytest.mark.parametrize("case", YEARS)
def test_a_year_of_quarters_settles_every_row_once_and_is_within_a_cent_each_of_exact(
    case: str,
) -> None:
    quarters = [settled(case, number) for number in (1, 2, 3, 4)]
    lines = [line["spending"] for run in quarters for line in table(run.files["lines.csv"])]
    year = [line["spending"] for line in table(settled(case, 0).files["lines.csv"])]
    assert sorted(lines) == sorted(year)
    # What a run divides is within a cent of exact; reversed lines stand outside the promise.
    away: dict[str, Fraction] = {}
    for run in quarters:
        for party, deviation in runs.deviations(run).items():
            assert abs(deviation) < 1
            away[party] = away.get(party, Fraction(0)) + deviation
    assert all(abs(deviation) < 4 for deviation in away.values())
