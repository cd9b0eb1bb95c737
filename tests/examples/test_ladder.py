"""Floors, caps and risk pools, with every line of every step worked by hand.

A key ``own`` lets every spending fall on the organisation that spent it, so that cost
shares are what the table says.
"""

from __future__ import annotations

import pytest

from tests.support.funds import Outcome, agreement, settle
from tests.support.statements import paper, squeezed, text

OWN = '[[key]]\ncode = "own"\nkind = "home"\nfallback = "heads"\n'
Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"


def limit(kind: str, party: str, amount: str, *, per: str = "settlement") -> str:
    return (
        f'[[ladder]]\nkind = "{kind}"\nparty = "{party}"\namount = "{amount}"\n'
        f'per = "{per}"\nover = "heads"\n'
    )


def pool(threshold: str, amount: str) -> str:
    return (
        f'[[ladder]]\nkind = "risk-pool"\nthreshold = "{threshold}"\namount = "{amount}"\n'
        'over = "heads"\n'
    )


def climb(parties: str, ladder: str, costs: str, *, holder: str = "a") -> Outcome:
    """Settle costs such as ``a 50.00, b 30.00``."""
    rows = [f"s{number} {cost}" for number, cost in enumerate(costs.split(", "))]
    return settle(
        agreement(OWN, parties=parties, ladder=ladder, holder=holder),
        spendings="\n".join(["id organisation amount", *rows]),
    )


# --- caps --------------------------------------------------------------------------------


def test_two_caps_at_once_are_one_step() -> None:
    outcome = climb(
        "a 1, b 1, c 1", limit("cap", "a", "40.00") + limit("cap", "b", "28.00"),
        "a 50.00, b 30.00, c 20.00",
    )  # fmt: skip
    # 10 + 2 exceed; b is above its own cap, so that only c can take.
    assert outcome.adjustments == ["1 a -10.00", "1 b -2.00", "1 c 12.00"]


def test_a_cap_spreads_by_over_among_those_below_their_cap_or_without_one() -> None:
    outcome = climb("a 9, b 1, c 3", limit("cap", "a", "40.00"), "a 48.00, b 10.00, c 10.00")
    # 8.00 by inhabitants of b and c, 1 to 3.
    assert outcome.adjustments == ["1 a -8.00", "1 b 2.00", "1 c 6.00"]


def test_a_party_that_reaches_its_cap_takes_no_more_and_the_rest_is_spread_again() -> None:
    outcome = climb(
        "a 1, b 1, c 1, d 1", limit("cap", "a", "30.00") + limit("cap", "b", "32.00"),
        "a 50.00, b 30.00, c 10.00, d 10.00",
    )  # fmt: skip
    # 20.00 in three is 6.67, 6.67, 6.66; b has room for 2.00. What b leaves, 4.67, goes over
    # c and d: 2.335 each, the odd cent to c. c 6.67 + 2.34, d 6.66 + 2.33.
    assert outcome.adjustments == ["1 a -20.00", "1 b 2.00", "1 c 9.01", "1 d 8.99"]


def test_what_nobody_can_take_falls_on_the_account_holder_above_its_own_cap() -> None:
    outcome = climb(
        "a 1, b 1", limit("cap", "a", "10.00") + limit("cap", "b", "10.00"), "a 15.00, b 15.00"
    )
    # 5 + 5 exceed, and nobody has room: a gets its own 5 back and the 5 of b.
    assert outcome.adjustments == ["1 a 5.00", "1 b -5.00"]
    assert outcome.about["unplaced"] == "10.00"


def test_a_later_settlement_of_the_year_says_what_it_moved_itself() -> None:
    caps = limit("cap", "a", "10.00", per="year") + limit("cap", "b", "10.00", per="year")
    rules = agreement(OWN, parties="a 1, b 1", ladder=caps)
    rows = """
        id  spent_on    organisation  amount
        s1  2026-01-15  a             15.00
        s2  2026-02-15  b             15.00
        s3  2026-04-15  b              3.00
        """
    first = settle(rules, spendings=rows, period=Q1)
    second = settle(rules, spendings=rows, period=Q2, previous=[first])
    third = settle(rules, spendings=rows, period=Q3, previous=[first, second])
    # 10.00 falls on a in the first quarter, 3.00 more in the second, nothing in the third.
    assert [each.about["unplaced"] for each in (first, second, third)] == ["10.00", "3.00", "0.00"]
    assert second.adjustments == ["1 a 3.00", "1 b -3.00"]


def test_what_comes_back_from_the_account_holder_is_told_without_a_minus() -> None:
    cap = (
        '[[key]]\ncode = "to-b"\nkind = "fixed"\nshares = { b = "1" }\n'
        '[[ladder]]\nkind = "cap"\nparty = "b"\namount = "10.00"\nper = "year"\nover = "to-b"\n'
    )
    rules = agreement(parties="a 1, b 1", ladder=cap)
    rows = "id spent_on amount\ns1 2026-01-15 60.00\ns2 2026-04-15 -20.00"
    first = settle(rules, spendings=rows, period=Q1)
    second = settle(rules, spendings=rows, period=Q2, previous=[first])
    assert [each.about["unplaced"] for each in (first, second)] == ["20.00", "-10.00"]
    told = squeezed("€ 10,00 die eerder dit jaar bij de kassier kwam, dragen nu anderen.")
    assert told in text(paper(second.settlement, "a"))


def test_an_account_holder_that_is_an_outsider_takes_what_nobody_can() -> None:
    outcome = climb(
        "a 1, b 1, z -", limit("cap", "a", "10.00") + limit("cap", "b", "10.00"),
        "a 15.00, b 15.00", holder="z",
    )  # fmt: skip
    assert outcome.adjustments == ["1 a -5.00", "1 b -5.00", "1 z 10.00"]


def test_a_base_below_zero_is_never_capped() -> None:
    outcome = climb("a 1, b 1", limit("cap", "a", "0.00"), "a -5.00, b 20.00")
    assert outcome.adjustments == []


def test_a_cap_that_is_just_reached_moves_nothing() -> None:
    outcome = climb("a 1, b 1", limit("cap", "a", "10.00"), "a 10.00, b 0.01")
    assert outcome.adjustments == []


def test_who_has_left_on_the_last_day_has_no_cap_and_takes_nothing() -> None:
    outcome = settle(
        agreement(
            OWN, parties="a 1, b 1, c 1 until 2026-03-31, d 1 until 2026-04-01",
            ladder=limit("cap", "a", "10.00") + limit("cap", "c", "1.00"),
        ),
        period=Q1, spendings="id organisation amount\ns1 a 20.00\ns2 c 50.00",
    )  # fmt: skip
    # The last day is March 31st: c has left that day, d takes part on it. b and d share 10.00.
    assert outcome.adjustments == ["1 a -10.00", "1 b 5.00", "1 d 5.00"]


# --- floors ------------------------------------------------------------------------------


def test_a_floor_lifts_one_party_and_takes_it_off_the_others() -> None:
    outcome = climb("a 1, b 1, c 3", limit("floor", "a", "30.00"), "a 10.00, b 50.00, c 40.00")
    # 20.00 off b and c by inhabitants, 1 to 3.
    assert outcome.adjustments == ["1 a 20.00", "1 b -5.00", "1 c -15.00"]


def test_a_floor_applies_only_where_the_total_cost_is_at_least_the_sum_of_floors() -> None:
    ladder = limit("floor", "a", "30.00") + limit("floor", "b", "30.00")
    assert climb("a 1, b 1, c 1", ladder, "a 0.00, b 20.00, c 39.99").adjustments == []
    exactly = climb("a 1, b 1, c 1", ladder, "a 0.00, b 20.00, c 40.00")
    assert exactly.adjustments == ["1 a 30.00", "1 b 10.00", "1 c -40.00"]


def test_nobody_gives_below_zero_and_what_is_left_is_asked_again_of_the_others() -> None:
    outcome = climb("a 1, b 1, c 1", limit("floor", "a", "30.00"), "a 0.00, b 5.00, c 95.00")
    # 15.00 each; b has 5.00; the other 10.00 of b are c's too.
    assert outcome.adjustments == ["1 a 30.00", "1 b -5.00", "1 c -25.00"]


def test_nobody_gives_below_its_own_floor() -> None:
    ladder = limit("floor", "a", "30.00") + limit("floor", "b", "45.00")
    outcome = climb("a 1, b 1, c 1", ladder, "a 10.00, b 50.00, c 40.00")
    # 10.00 each; b may go down to 45.00; c gives 5.00 more.
    assert outcome.adjustments == ["1 a 20.00", "1 b -5.00", "1 c -15.00"]


def test_what_nobody_can_give_falls_on_the_account_holder() -> None:
    outcome = settle(
        agreement(
            OWN, parties="a 1, b 1, c 1 until 2026-03-01", ladder=limit("floor", "b", "30.00")
        ),
        period=Q1, spendings="id organisation amount\ns1 a 10.00\ns2 c 40.00",
    )  # fmt: skip
    # c has left and gives nothing; a gives its 10.00; the other 20.00 are taken off a as the
    # account holder, which then has less than nothing to pay.
    assert outcome.adjustments == ["1 a -30.00", "1 b 30.00"]


def test_floors_come_before_caps_whatever_their_order_in_the_file() -> None:
    outcome = climb(
        "a 1, b 1, c 1", limit("cap", "c", "30.00") + limit("floor", "a", "20.00"),
        "a 0.00, b 20.00, c 60.00",
    )  # fmt: skip
    # Floor: 10.00 off b and c each: a 20, b 10, c 50. Cap: 20.00 of c over a and b.
    assert outcome.adjustments == [
        "1 a 20.00", "1 b -10.00", "1 c -10.00",
        "2 a 10.00", "2 b 10.00", "2 c -20.00",
    ]  # fmt: skip


# --- risk pools --------------------------------------------------------------------------


def test_a_risk_pool_bears_the_slice_between_threshold_and_amount_by_another_key() -> None:
    outcome = climb("a 1, b 1", pool("60.00", "30.00"), "a 80.00, b 20.00")
    # The slice from 60 to 90 is 30.00: half each instead of 24.00 and 6.00.
    assert outcome.adjustments == ["1 a -9.00", "1 b 9.00"]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ("a 48.00, b 12.00", []),  # the total just reaches the threshold
        ("a 56.00, b 14.00", ["1 a -3.00", "1 b 3.00"]),  # 10.00 of it: 5 and 5, not 8 and 2
        ("a 64.01, b 0.00", ["1 a -2.00", "1 b 2.00"]),  # 4.01: 2.01 and 2.00, not all
    ],
)
def test_a_risk_pool_bears_no_more_than_is_above_its_threshold(
    costs: str, expected: list[str]
) -> None:
    assert climb("a 1, b 1", pool("60.00", "30.00"), costs).adjustments == expected


def test_a_negative_cost_share_counts_as_zero_in_a_risk_pool() -> None:
    outcome = climb("a 1, b 1, c 2", pool("0.00", "40.00"), "a 80.00, b -20.00, c 20.00")
    # The slice is 40.00: 10, 10, 20 by inhabitants; by cost 80 to 0 to 20: 32, 0, 8.
    assert outcome.adjustments == ["1 a -22.00", "1 b 10.00", "1 c 12.00"]


def test_each_risk_pool_is_a_step_in_the_order_of_the_file() -> None:
    outcome = climb("a 1, b 1", pool("90.00", "10.00") + pool("0.00", "10.00"), "a 100.00, b 0.00")
    # 10.00: 5 each instead of all of a. Then a bears 95 and b 5: of 10.00, 9.50 and 0.50.
    assert outcome.adjustments == ["1 a -5.00", "1 b 5.00", "2 a -4.50", "2 b 4.50"]


def test_a_step_without_lines_has_no_number() -> None:
    outcome = climb(
        "a 1, b 1", limit("floor", "a", "1.00") + limit("cap", "a", "90.00"), "a 100.00, b 0.00"
    )
    assert outcome.adjustments == ["1 a -10.00", "1 b 10.00"]


# --- per year ----------------------------------------------------------------------------

THREE = """
    id  spent_on    organisation  amount
    s1  2026-01-15  a             30.00
    s2  2026-01-15  b             10.00
    s3  2026-04-15  a             30.00
    s4  2026-07-15  a            -35.00
    """


def quarters(ladder: str) -> list[list[str]]:
    rules = agreement(OWN, parties="a 1, b 1", ladder=ladder)
    done: list[Outcome] = []
    for period in (Q1, Q2, Q3):
        done.append(settle(rules, spendings=THREE, period=period, previous=done))
    return [outcome.adjustments for outcome in done]


def test_a_cap_per_year_looks_at_the_year_so_far_and_books_the_difference() -> None:
    # The year so far of a: 30, then 60, which is 20 too much. Then -35: 25 in all, below its
    # cap, so that what was booked is taken back.
    assert quarters(limit("cap", "a", "40.00", per="year")) == [
        [],
        ["1 a -20.00", "1 b 20.00"],
        ["1 a 20.00", "1 b -20.00"],
    ]


def test_a_cap_per_settlement_looks_at_each_settlement_by_itself() -> None:
    assert quarters(limit("cap", "a", "25.00")) == [
        ["1 a -5.00", "1 b 5.00"],
        ["1 a -5.00", "1 b 5.00"],
        [],
    ]


def test_a_risk_pool_is_always_of_the_year() -> None:
    # Total cost of the year: 40, 70, 35; above 50: 0, 20, 0. In the second quarter a bears 60
    # of 70: 17.142857 of the 20, so 17.14, and b 2.86; instead of that 10 each.
    assert quarters(pool("50.00", "30.00")) == [
        [],
        ["1 a -7.14", "1 b 7.14"],
        ["1 a 7.14", "1 b -7.14"],
    ]


def test_the_year_is_that_of_the_periods_last_day() -> None:
    rules = agreement(
        OWN, parties="a 1, b 1", ladder=limit("cap", "a", "40.00", per="year"),
        valid="from 2025-01-01",
    )  # fmt: skip
    spendings = """
        id  spent_on    organisation  amount
        s1  2025-12-15  a             39.00
        s2  2026-01-15  a             39.00
        """
    first = settle(rules, spendings=spendings, period="2025-10-01 2026-01-01")
    second = settle(rules, spendings=spendings, period=Q1, previous=[first])
    # 39 in one year and 39 in the next: neither is above 40.
    assert (first.adjustments, second.adjustments) == ([], [])


def test_the_ladder_starts_from_cents_and_positions_show_it_apart() -> None:
    outcome = climb("a 1, b 1, c 1", limit("cap", "a", "40.00"), "a 50.00, b 0.00, c 0.00")
    assert outcome.positions("exact_cost_share", "cost_share", "adjustments", "balance") == {
        "a": "50.000000 50.00 -10.00 -40.00",
        "b": "0.000000 0.00 5.00 -5.00",
        "c": "0.000000 0.00 5.00 -5.00",
    }
