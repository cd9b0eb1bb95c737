"""Budget, cost so far and forecast of an organisation's year, worked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from settlement import budgets
from tests.support.funds import agreement, settle

if TYPE_CHECKING:
    from settlement.budgets import Outlook

BUDGET: Final = '[[budget]]\nparty = "b"\nyear = {year}\namount = "{amount}"\n'


def outlook(period: str, *, amount: str = "100.00", year: int = 2026) -> Outlook:
    """Settle 50.00, of which a and b bear half each, on the first day of a period."""
    rules = agreement(
        parties="a 1, b 1", valid="from 2020-01-01", ladder=BUDGET.format(year=year, amount=amount)
    )
    rows = f"id spent_on amount\ns1 {period.split(maxsplit=1)[0]} 50.00"
    return budgets.outlook(settle(rules, spendings=rows, period=period).settlement, "b")


@pytest.mark.parametrize(
    ("period", "forecast"),
    [
        ("2026-01-01 2026-04-01", 101_39),  # 25.00 x 365 / 90
        ("2026-01-01 2027-01-01", 25_00),
        # 25.00 x 366 / 91: a leap year has a day more, before the end and after it.
        ("2024-01-01 2024-04-01", 100_55),
        # 25.00 x 365 / 273: the days until the period's end, whenever the fund began.
        ("2026-07-01 2026-10-01", 33_42),
    ],
)
def test_the_forecast_is_the_cost_so_far_over_the_days_of_the_year(
    period: str, forecast: int
) -> None:
    assert outlook(period).forecast_cents == forecast


def test_a_period_that_begins_in_another_year_tells_nothing_about_this_one() -> None:
    seen = outlook("2025-12-01 2026-02-01")
    assert (seen.year, seen.cost_cents, seen.forecast_cents) == (2026, 25_00, None)


@pytest.mark.parametrize(
    ("until", "warned"),
    [
        ("2026-09-01", False),  # its last day is the 31st of August
        ("2026-09-02", True),
        ("2027-01-01", True),
    ],
)
def test_a_warning_comes_from_the_first_of_september_by_the_period(
    until: str, warned: bool
) -> None:
    seen = outlook(f"2026-01-01 {until}", amount="10.00")
    assert (seen.over_cents is not None) == warned
    assert seen.forecast_cents is not None
    if warned:
        assert seen.over_cents == seen.forecast_cents - 10_00


@pytest.mark.parametrize(("amount", "over"), [("24.99", 1), ("25.00", None), ("25.01", None)])
def test_only_a_forecast_above_the_budget_is_a_warning(amount: str, over: int | None) -> None:
    assert outlook("2026-01-01 2027-01-01", amount=amount).over_cents == over


def test_the_budget_of_another_year_or_party_is_none() -> None:
    assert outlook("2026-01-01 2027-01-01", year=2027).budget_cents is None
    assert outlook("2026-01-01 2027-01-01", year=2027).over_cents is None


def test_the_cost_of_earlier_quarters_of_the_year_counts_and_a_leaver_costs_no_more() -> None:
    rules = agreement(parties="a 1, b 1, c 1 until 2026-05-01")
    rows = "id spent_on amount\ns1 2026-01-15 30.00\ns2 2026-04-15 60.00"
    first = settle(rules, spendings=rows, period="2026-01-01 2026-04-01")
    second = settle(rules, spendings=rows, period="2026-04-01 2026-07-01", previous=[first])
    assert budgets.outlook(second.settlement, "c").forecast_cents == 30_00
    assert budgets.outlook(second.settlement, "b").forecast_cents == 60_50  # x 365 / 181
