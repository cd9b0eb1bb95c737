"""Where findings land: nothing appears, nothing goes, and a reversal undoes all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement import landing
from settlement.landing import Found, PutRight, Spent

PARTIES = ("a", "b", "c", "d")
YEARS = (2025, 2026, 2027)

cells = st.lists(st.integers(0, 10**7), min_size=1, max_size=4).filter(any)


def days(year: int) -> date:
    return date(year, 6, 30)


@st.composite
def spendings(draw: st.DrawFn, sequence: int) -> Spent:
    each = dict(zip(PARTIES, draw(cells), strict=False))
    taken_back = draw(st.none() | st.sampled_from(YEARS))
    return Spent(
        sequence=sequence,
        id=f"s{sequence}",
        booked_on=days(draw(st.sampled_from(YEARS))),
        category="rent",
        amount_cents=sum(each.values()),
        taken_back_on=None if taken_back is None else days(taken_back),
        cells={party: cents for party, cents in each.items() if cents}
        if draw(st.booleans())
        else None,
    )


@st.composite
def found(draw: st.DrawFn) -> list[Found]:
    those = [draw(spendings(at)) for at in range(1, draw(st.integers(1, 4)) + 1)]
    return [
        Found(
            sequence=100 + at,
            line=1,
            rule=draw(st.sampled_from(["one", "other"])),
            kind=draw(st.sampled_from(landing.KINDS)),
            criterion=draw(st.sampled_from(["conditions", "misuse"])),
            amount_cents=draw(st.integers(1, spent.amount_cents)),
            spent=spent,
            ended=draw(st.sampled_from([None, None, "resolved", "corrected", "reversed"])),
        )
        for at in range(draw(st.integers(0, 8)))
        for spent in [draw(st.sampled_from(those))]
    ]


@given(found(), st.sampled_from(YEARS))
def test_what_landed_and_what_waits_add_up_to_the_fund_to_the_cent(
    findings: list[Found], year: int
) -> None:
    of_year = landing.of_year(findings, year)

    sums: Counter[tuple[str, str]] = Counter()
    for party in PARTIES:
        sums.update(of_year.sums(party))
    sums.update(of_year.not_allocated)
    assert dict(sums) == dict(of_year.fund)


@given(st.integers(1, 10**9), cells)
def test_every_organisation_is_less_than_a_cent_from_exact(cents: int, weights: list[int]) -> None:
    each = dict(zip(PARTIES, weights, strict=False))
    landed = landing.land(cents, each)

    assert sum(landed.values()) == cents
    for party, weight in each.items():
        exact = Fraction(cents * weight, sum(weights))
        assert abs(landed.get(party, 0) - exact) < 1
        assert weight or party not in landed


@given(cells)
def test_a_spending_that_fails_as_a_whole_falls_as_it_was_allocated(weights: list[int]) -> None:
    each = {party: cents for party, cents in zip(PARTIES, weights, strict=False) if cents}

    assert landing.land(sum(weights), each) == each


@given(found())
def test_over_all_years_only_what_was_not_taken_back_is_left(findings: list[Found]) -> None:
    standing = [each for each in findings if each.spent.taken_back_on is None]
    for party in PARTIES:
        lasting: Counter[tuple[str, str]] = Counter()
        left: Counter[tuple[str, str]] = Counter()
        for year in YEARS:
            lasting.update(landing.of_year(findings, year).sums(party))
            left.update(landing.of_year(standing, year).sums(party))
        assert lasting == left


@given(found(), st.sampled_from(YEARS), st.randoms())
def test_the_order_in_which_findings_are_read_does_not_matter(
    findings: list[Found], year: int, random: Any
) -> None:
    shuffled = findings[:]
    random.shuffle(shuffled)

    assert landing.of_year(shuffled, year) == landing.of_year(findings, year)


SPENT = Spent(
    sequence=1, id="s1", booked_on=days(2026), category="rent", amount_cents=10_00,
    cells={"a": 3_34, "b": 3_33, "c": 3_33},
)  # fmt: skip
LATER = Spent(
    sequence=1, id="s1", booked_on=days(2026), category="rent", amount_cents=10_00,
    cells=SPENT.cells, taken_back_on=days(2027),
)  # fmt: skip


def finding(line: int, kind: str, cents: int, **said: Any) -> Found:
    filled: dict[str, Any] = {"criterion": "conditions", "spent": SPENT, "rule": "one"}
    return Found(sequence=2, line=line, kind=kind, amount_cents=cents, **(filled | said))


def counted(year: int, *findings: Found) -> dict[tuple[str, str], int]:
    return {pair: cents for pair, cents in landing.of_year(findings, year).fund.items() if cents}


@pytest.mark.parametrize(
    ("findings", "counts"),
    [
        # The highest of a spending and criterion counts once.
        ([finding(1, "error", 3_00), finding(2, "error", 5_00)], {("conditions", "error"): 5_00}),
        # An error before an uncertainty, though that is higher.
        (
            [finding(1, "uncertainty", 9_00), finding(2, "error", 5_00)],
            {("conditions", "error"): 5_00},
        ),
        # Each criterion by itself.
        (
            [finding(1, "error", 3_00), finding(2, "uncertainty", 4_00, criterion="misuse")],
            {("conditions", "error"): 3_00, ("misuse", "uncertainty"): 4_00},
        ),
        # What was put right counts no more, and lets another count.
        (
            [finding(1, "error", 5_00, ended="resolved"), finding(2, "error", 3_00)],
            {("conditions", "error"): 3_00},
        ),
        ([finding(1, "error", 5_00, ended="corrected")], {}),
        # Taken back within the year.
        (
            [finding(1, "error", 5_00, spent=Spent(
                sequence=1, id="s1", booked_on=days(2026), category="rent", amount_cents=10_00,
                cells=SPENT.cells, taken_back_on=days(2026),
            ))],
            {},
        ),
        # A reversal that is booked before what it takes back is of that one's year.
        (
            [
                finding(
                    1,
                    "error",
                    5_00,
                    spent=replace(SPENT, taken_back_on=days(2025)),
                )
            ],
            {},
        ),
        (
            [finding(1, "error", 5_00, spent=LATER, ended="reversed")],
            {("conditions", "error"): 5_00},
        ),
    ],
)  # fmt: skip
def test_what_counts(findings: list[Found], counts: dict[tuple[str, str], int]) -> None:
    assert counted(2026, *findings) == counts


def test_what_is_taken_back_later_is_reported_in_the_year_of_that() -> None:
    failed = finding(1, "error", 5_00, spent=LATER, ended="reversed")

    assert counted(2027, failed) == {("conditions", "error"): -5_00}
    assert landing.of_year([failed], 2026).landed[0].cells == {"a": 1_67, "b": 1_67, "c": 1_66}
    assert landing.of_year([failed], 2027).landed[0].cells == {"a": -1_67, "b": -1_67, "c": -1_66}


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ({"ended": "resolved", "ended_on": days(2026)}, {PutRight.IN_YEAR: 1}),
        ({"ended": "resolved", "ended_on": date(2027, 1, 1)}, {PutRight.LATER: 1}),
        ({"spent": LATER, "ended": "reversed", "ended_on": days(2027)}, {}),
        ({}, {}),
    ],
)
def test_what_was_put_right_is_told_with_when(said: Any, when: dict[PutRight, int]) -> None:
    assert landing.of_year([finding(1, "error", 5_00, **said)], 2026).put_right == when


def test_findings_of_which_another_counts_are_told() -> None:
    those = [finding(line, "error", line * 100) for line in (1, 2, 3)]

    assert landing.of_year(those, 2026).covered == 2


@pytest.mark.parametrize(
    ("cost", "budget", "over"), [(9_99, 10_00, 0), (10_00, 10_00, 0), (10_01, 10_00, 1), (-5, 0, 0)]
)
def test_a_budget_is_exceeded_from_the_first_cent(cost: int, budget: int, over: int) -> None:
    assert landing.Overspent(party="a", budget_cents=budget, cost_cents=cost).over_cents == over
