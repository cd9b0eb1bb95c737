"""A year for the accounts of each organisation: by the day spent, booked or not, worked by hand."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest

from ledger.coded import coded
from settlement import accrual, task_fields
from settlement.accrual import Books, Costs, FieldShare, Year
from tests.support.funds import Outcome, agreement, settle

Q1, REST = "2026-01-01 2026-04-01", "2026-04-01 2027-01-01"
CATEGORIES: Final = '[[category]]\ncode = "rent"\ntask_field = "6.3"\n[[category]]\ncode = "food"\n'
RULES: Final = agreement(
    parties="a 1, b 1, x -", valid="from 2025-01-01",
    contributions="a 2026-01-05 100.00, b 2026-01-05 50.00", ladder=CATEGORIES,
)  # fmt: skip
ROWS: Final = """
    id  spent_on    booked_on   amount  category  advanced_by
    s0  2025-12-20  2026-01-02    8.00  rent      -
    s1  2026-01-15  -            10.00  rent      -
    s2  2026-02-15  -            20.00  food      -
    s3  2025-12-28  2026-05-02    2.00  food      -
    s4  2026-05-15  -             6.00  rent      -
    s5  2026-06-15  -             4.00  food      b
    """


def booked(*runs: Outcome) -> Costs:
    """Return the lines of booked settlements."""
    lines = [run.settlement.lines for run in runs]
    return Costs(
        spent_on=np.concatenate([each.spent_on for each in lines]),
        category=coded([category for each in lines for category in each.category]),
        cells_cents=np.concatenate([each.cells_cents for each in lines]),
    )


def shares(year: Year) -> dict[str, list[tuple[str, int, int]]]:
    return {
        share.party: [
            (each.task_field, each.booked_cents, each.accrued_cents) for each in share.fields
        ]
        for share in year.shares
    }


@pytest.fixture(name="runs")
def _runs() -> tuple[Outcome, Outcome]:
    first = settle(RULES, spendings=ROWS, period=Q1)
    return first, settle(RULES, spendings=ROWS, period=REST, previous=[first])


def test_a_year_is_what_was_spent_in_it_booked_and_not_yet_by_task_field(
    runs: tuple[Outcome, Outcome],
) -> None:
    first, rest = runs
    year = accrual.of_year(2026, rest.settlement, Books(booked=booked(first)))
    # Rent falls in 6.3 as the agreement says, food in 6.23 as nobody says otherwise. What was
    # spent in December counts in the year before, though it is booked in this one.
    assert shares(year) == {
        "a": [("6.23", 10_00, 2_00), ("6.3", 5_00, 3_00)],
        "b": [("6.23", 10_00, 2_00), ("6.3", 5_00, 3_00)],
    }
    assert [each.other_years_cents for each in year.shares] == [1_00, 1_00]
    before = accrual.of_year(2025, rest.settlement, Books(booked=booked(first)))
    assert shares(before) == {"a": [("6.23", 0, 1_00), ("6.3", 4_00, 0)]} | {
        "b": [("6.23", 0, 1_00), ("6.3", 4_00, 0)]
    }


def test_a_year_has_its_first_day_and_its_last_and_no_other() -> None:
    rows = """
        id  spent_on    amount
        s1  2025-12-31    2.00
        s2  2026-01-01   20.00
        s3  2026-12-31  200.00
        s4  2027-01-01    4.00
        """
    rules = agreement(parties="a 1, b 1", valid="from 2025-01-01")
    whole = settle(rules, spendings=rows, period="2025-01-01 2028-01-01")
    year = accrual.of_year(2026, whole.settlement, Books(booked=booked(whole)))
    assert [(each.booked_cents, each.accrued_cents) for each in year.shares] == [
        (110_00, 110_00)
    ] * 2
    assert [each.other_years_cents for each in year.shares] == [3_00, 3_00]


def test_what_stays_in_the_fund_and_what_is_asked_now_stand_apart(
    runs: tuple[Outcome, Outcome],
) -> None:
    first, rest = runs
    books = Books(
        booked=booked(first), reserved_cents={"a": 7_50}, unpaid_cents={"b": -12_00, "x": 1_00}
    )
    year = accrual.of_year(2026, rest.settlement, books)
    # a: 100 - 19 - 6 stays. b: 50 - 19 - 6 stays, its advance of 4 is repaid; it still has to
    # pay 12 of what was booked.
    assert [(each.party, each.unspent_cents, each.open_cents) for each in year.shares] == [
        ("a", 75_00, 0),
        ("b", 25_00, 4_00 - 12_00),
        ("x", 0, 1_00),
    ]
    # A reservation is no cost.
    plain = accrual.of_year(2026, rest.settlement, Books(booked=booked(first)))
    assert [each.reserved_cents for each in year.shares] == [7_50, 0, 0]
    assert [each.cost_share_cents for each in year.shares] == [20_00, 20_00, 0]
    assert shares(plain) == {party: shares(year)[party] for party in ("a", "b")}


def test_a_year_that_is_booked_as_a_whole_has_nothing_accrued(
    runs: tuple[Outcome, Outcome],
) -> None:
    first, rest = runs
    nothing = settle(
        RULES, spendings=ROWS, period="2027-01-01 2027-01-02", previous=[first, rest], received={}
    )
    year = accrual.of_year(2026, nothing.settlement, Books(booked=booked(first, rest)))
    assert [(each.booked_cents, each.accrued_cents) for each in year.shares] == [(20_00, 0)] * 2
    assert [each.unspent_cents for each in year.shares] == [75_00, 25_00]


def test_what_the_ladder_moves_is_borne_too_and_only_that_of_the_year() -> None:
    cap = '[[ladder]]\nkind = "cap"\nparty = "b"\namount = "16.00"\nover = "heads"\n'
    rules = agreement(parties="a 1, b 1", valid="from 2025-01-01", ladder=cap)
    first = settle(rules, spendings=ROWS, period=Q1)
    rest = settle(rules, spendings=ROWS, period=REST, previous=[first])
    adjusted = {each.party: each.amount_cents for each in first.settlement.adjustments}
    assert adjusted == {"a": 3_00, "b": -3_00}
    books = Books(booked=booked(first), adjusted_cents=adjusted)
    year = accrual.of_year(2026, rest.settlement, books)
    # The cap is on what the year's settlements ask: 19 + 6, so b is relieved of 9.
    assert [(each.adjustments_cents, each.borne_cents) for each in year.shares] == [
        (9_00, 29_00),
        (-9_00, 11_00),
    ]
    other = accrual.of_year(2025, rest.settlement, Books(booked=booked(first)))
    assert [each.adjustments_cents for each in other.shares] == [0, 0]


def test_the_version_of_the_day_spent_says_in_which_field_a_category_falls() -> None:
    versions = [
        agreement(valid="from 2025-01-01 until 2026-01-01", ladder=CATEGORIES),
        agreement(
            valid="from 2026-01-01", version=2, ladder=CATEGORIES.replace("6.3", "6.71").replace(
                '"food"', '"food"\ntask_field = "6.1"'
            ),
        ),
    ]  # fmt: skip
    agreements = settle(*versions, spendings="id\ns1").settlement.agreements
    old = agreements[0].agreement.valid_from.toordinal()
    first = agreements[1].agreement.valid_from.toordinal()
    found = task_fields.of_lines(
        agreements,
        spent_on=np.array([old, old, old, first - 1, first, first, first + 400]),
        category=coded(["rent", "food", "glasses", "rent", "rent", "food", "rent"]),
    )
    fields = [found.values[code] for code in found.codes.tolist()]
    assert fields == ["6.3", "6.23", "6.23", "6.3", "6.71", "6.1", "6.71"]


@pytest.mark.parametrize("wrong", ["adjusted_cents", "reserved_cents", "unpaid_cents"])
def test_figures_of_a_party_that_nobody_knows_are_a_mistake_of_ours(
    runs: tuple[Outcome, Outcome], wrong: str
) -> None:
    first, rest = runs
    books = Books(booked=booked(first), **{wrong: {"z": 1}})
    with pytest.raises(AssertionError, match="of parties of the agreements"):
        accrual.of_year(2026, rest.settlement, books)


def test_a_share_of_a_year_adds_up_over_its_fields() -> None:
    fields = (
        FieldShare(task_field="6.23", booked_cents=3, accrued_cents=4),
        FieldShare(task_field="6.3", booked_cents=50, accrued_cents=-60),
    )
    share = accrual.YearShare(
        party="a", fields=fields, adjustments_cents=100, other_years_cents=0, reserved_cents=0,
        unspent_cents=0, open_cents=0,
    )  # fmt: skip
    assert (share.booked_cents, share.accrued_cents) == (53, -56)
    assert (share.cost_share_cents, share.borne_cents) == (-3, 97)
