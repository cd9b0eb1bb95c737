"""Refunds, reversals and late rows: what comes back, what is taken back, and by whom."""

from __future__ import annotations

import pytest

from tests.support.funds import agreement, refusal, settle

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"
SAVED = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "case"\nfallback = "heads"\n'


# --- refunds -----------------------------------------------------------------------------


def test_a_deposit_returned_after_its_participant_left_comes_back_to_that_participant() -> None:
    rules = agreement(parties="a 1, b 1, c 1 until 2026-04-01")
    spendings = """
        id  spent_on    amount   refunds
        s1  2026-01-15   900.00  -
        t1  2026-05-01  -300.00  s1
        n1  2026-05-01    10.00  -
        """
    first = settle(rules, period=Q1, spendings=spendings)
    second = settle(rules, period=Q2, spendings=spendings, previous=[first])
    # The vector of the deposit: thirds of three, although only a and b are left in May.
    assert second.cells("t1") == "a -100.00, b -100.00, c -100.00"
    assert second.cells("n1") == "a 5.00, b 5.00"
    # c pays its 300 when it leaves and gets its 100 back now: it is no participant any more,
    # so all of its balance is due. b pays the 300 of the first quarter, and its 95 of credit
    # stays in the pool, for nothing was advanced.
    columns = "opening", "cost_share", "balance", "due", "closing"
    assert second.positions(*columns) == {
        "a": "0.00 -95.00 95.00 0.00 95.00",
        "b": "0.00 -95.00 95.00 0.00 95.00",
        "c": "0.00 -100.00 100.00 100.00 0.00",
    }
    assert first.transfers == ["b a 300.00", "c a 300.00"]
    assert second.transfers == ["a c 100.00"]


def test_a_refund_of_an_earlier_line_takes_the_vector_that_was_booked_and_not_a_new_one() -> None:
    rules = agreement(SAVED, parties="a 1, b 1")
    spendings = """
        id  spent_on    amount  case  refunds
        s1  2026-01-15   8.00   k     -
        s2  2026-04-15   8.00   k     -
        t1  2026-05-01  -4.00   k     s1
        """
    savings = "spending party amount\ns1 a 10.00\ns2 b 30.00"
    first = settle(rules, period=Q1, spendings=spendings, savings=savings)
    second = settle(rules, period=Q2, spendings=spendings, savings=savings, previous=[first])
    # Known in the first quarter: only a saves. Later the case is 1 to 3, but not for s1.
    assert second.weights("t1") == "a 1/1"
    assert second.weights("s2") == "a 1/4, b 3/4"


def test_a_refund_in_the_same_run_repeats_weights_and_key_of_its_original() -> None:
    outcome = settle(
        agreement(SAVED, parties="a 1, b 1"),
        spendings="""
        id  amount  case  refunds  category
        s1   8.00   k     -        rent
        t1  -4.00   -     s1       food
        """,
        savings="spending party amount\ns1 a 10.00\ns1 b 30.00",
    )
    assert outcome.weights("t1") == outcome.weights("s1") == "a 1/4, b 3/4"
    assert outcome.cells("t1") == "a -1.00, b -3.00"
    assert {row["key"] for row in outcome.rows("lines.csv")} == {"saved"}


def test_several_refunds_together_may_return_all_that_was_spent() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1"),
        spendings="id amount refunds\ns1 8.00 -\nt1 -3.00 s1\nt2 -5.00 s1",
    )
    assert outcome.positions("cost_share") == {"a": "0.00", "b": "0.00"}


def test_a_refund_that_is_reversed_does_not_count_towards_what_may_come_back() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1"),
        spendings="""
        id  amount  refunds  reverses
        s1   8.00   -        -
        t1  -8.00   s1       -
        r1   8.00   -        t1
        t2  -8.00   s1       -
        """,
    )
    assert outcome.cells("r1") == "a 4.00, b 4.00"
    assert outcome.positions("cost_share") == {"a": "0.00", "b": "0.00"}


def test_a_negative_row_without_an_origin_is_an_ordinary_line_of_its_own_day() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1, c 1 until 2026-02-01"),
        spendings="id spent_on amount\ns1 2026-01-15 9.00\nt1 2026-02-15 -3.00",
    )
    assert outcome.cells("t1") == "a -1.50, b -1.50"


# --- reversals ---------------------------------------------------------------------------


def test_a_spending_reversed_in_the_same_run_is_divided_by_largest_remainder_and_undone() -> None:
    outcome = settle(
        agreement(),
        spendings="""
        id  spent_on    amount  reverses
        s1  2026-01-15   10.00  -
        r1  2026-01-16  -10.00  s1
        """,
    )
    # 3.33 each and a cent over: equal fractions, so the first party has it.
    assert outcome.cells("s1") == "a 3.34, b 3.33, c 3.33"
    assert outcome.cells("r1") == "a -3.34, b -3.33, c -3.33"
    assert outcome.positions("exact_cost_share", "cost_share") == dict.fromkeys(
        ("a", "b", "c"), "0.000000 0.00"
    )


def test_a_reversed_pair_leaves_every_other_line_as_it_was_without_it() -> None:
    others = "".join(f"\ns{number} 2026-01-{number} 0.10 -" for number in range(10, 30))
    pair = "\np1 2026-01-15 1.00 -\np2 2026-01-20 -1.00 p1"
    header = "id spent_on amount reverses"
    without = settle(agreement(), spendings=header + others)
    with_ = settle(agreement(), spendings=header + others + pair)
    assert {f"s{n}": with_.cells(f"s{n}") for n in range(10, 30)} == {
        f"s{n}": without.cells(f"s{n}") for n in range(10, 30)
    }


def test_a_reversal_of_an_earlier_settlement_is_the_opposite_of_the_cells_booked_then() -> None:
    rules = agreement()
    spendings = "id spent_on amount reverses\n" + "".join(
        f"s{number} 2026-01-{number} 0.10 -\n" for number in range(10, 16)
    )
    reversals = "".join(f"r{number} 2026-05-01 -0.10 s{number}\n" for number in range(10, 16))
    first = settle(rules, period=Q1, spendings=spendings)
    second = settle(rules, period=Q2, spendings=spendings + reversals, previous=[first])
    opposite = str.maketrans({" ": " -"})
    for number in range(10, 16):
        booked = first.cells(f"s{number}")
        taken_back = second.cells(f"r{number}")
        assert taken_back == ", ".join(cell.translate(opposite) for cell in booked.split(", "))
    assert second.about["reversals_of_earlier"] == 6
    # Exact: 6 x 0.10 / 3 each, back to the cent.
    assert second.positions("exact_cost_share") == dict.fromkeys(("a", "b", "c"), "-0.200000")


def test_a_reversal_booked_before_its_original_waits_for_it_and_is_late() -> None:
    spendings = """
        id  spent_on    booked_on   amount  reverses
        s1  2026-03-30  2026-04-02   10.00  -
        r1  2026-03-31  -           -10.00  s1
        s2  2026-01-15  -             9.00  -
        """
    first = settle(agreement(), period=Q1, spendings=spendings)
    second = settle(agreement(), period=Q2, spendings=spendings, previous=[first])
    assert [row["spending"] for row in first.rows("lines.csv")] == ["s2"]
    assert [(row["spending"], row["late"]) for row in second.rows("lines.csv")] == [
        ("s1", "false"),
        ("r1", "true"),
    ]
    assert second.cells("r1") == "a -3.34, b -3.33, c -3.33"


def test_a_refund_booked_before_its_original_waits_for_it_too() -> None:
    spendings = """
        id  spent_on    booked_on   amount  refunds
        s1  2026-03-30  2026-04-02   9.00   -
        t1  2026-03-31  -           -3.00   s1
        """
    first = settle(agreement(), period=Q1, spendings=spendings)
    second = settle(agreement(), period=Q2, spendings=spendings, previous=[first])
    assert first.rows("lines.csv") == []
    assert second.cells("t1") == "a -1.00, b -1.00, c -1.00"


def test_a_reversal_booked_later_changes_nothing_in_this_run() -> None:
    spendings = """
        id  spent_on    amount  reverses  case
        s1  2026-01-15   4.00   -         k
        s2  2026-01-15   4.00   -         k
        r1  2026-04-15  -4.00   s1        k
        """
    savings = "spending party amount\ns1 a 10.00\ns2 b 30.00"
    first = settle(
        agreement(SAVED, parties="a 1, b 1"), period=Q1, spendings=spendings, savings=savings
    )
    assert first.weights("s1") == first.weights("s2") == "a 1/4, b 3/4"


# --- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        # A refund: negative, of a spending, and all together no more than was spent.
        ("t1 -9.01 - s1", "9.01"),
        ("t1 -5.00 - s1\nt2 -4.01 - s1", "9.01"),
        ("t1 1.00 - s1", "negative"),
        ("t1 -1.00 - s1\nt2 -1.00 - t1", "'t1'"),
        ("n1 -5.00 - -\nt1 -1.00 - n1", "negative row"),
        ("r1 -9.00 s1 -\nt1 -1.00 - s1", "reversed"),
        ("r1 -9.00 s1 -\nt1 -1.00 - r1", "'r1'"),
        ("t1 -1.00 - nowhere", "--previous"),
        # A reversal: the whole of it, once, and not itself reversed.
        ("r1 -8.99 s1 -", "9.00"),
        ("r1 9.00 s1 -", "-9.00"),
        ("r1 -9.00 s1 -\nr2 -9.00 s1 -", "once"),
        ("r1 -9.00 s1 -\nr2 9.00 r1 -", "reversal"),
        ("t1 -1.00 - s1\nr1 -9.00 s1 -", "reverse the refund first"),
        ("r1 -9.00 nowhere -", "--previous"),
        ("x1 -9.00 s1 s1", "a row does one of"),
    ],
)
def test_a_wrong_link_is_refused_with_what_is_wrong(rows: str, says: str) -> None:
    said = refusal(agreement(), spendings=f"id amount reverses refunds\ns1 9.00 - -\n{rows}")
    assert says in said
    assert "spendings.csv:" in said


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("organisation", "b"), ("home", "c"), ("case", "other"), ("category", "food"),
        ("domain", "work"), ("advanced_by", "b"),
    ],
)  # fmt: skip
def test_a_reversal_that_differs_from_its_original_is_refused(column: str, value: str) -> None:
    same = {
        "id": "r1", "spent_on": "2026-01-16", "amount": "-9.00", "category": "rent", "case": "k",
        "organisation": "a", "home": "b", "domain": "housing", "advanced_by": "pool",
        "reverses": "s1",
    }  # fmt: skip
    original = same | {"id": "s1", "amount": "9.00", "reverses": "-"}
    header = " ".join(same)

    def table(reversal: dict[str, str]) -> str:
        return "\n".join([header, " ".join(original.values()), " ".join(reversal.values())])

    assert settle(agreement(), spendings=table(same)).cells("r1") == "a -3.00, b -3.00, c -3.00"
    assert column in refusal(agreement(), spendings=table(same | {column: value}))


def test_an_empty_advanced_by_and_the_pool_are_the_same() -> None:
    outcome = settle(
        agreement(), spendings="id amount advanced_by reverses\ns1 9.00 - -\nr1 -9.00 pool s1"
    )
    assert outcome.about["totals"]["spent_by_pool"] == "0.00"


@pytest.mark.parametrize("link", ["reverses", "refunds"])
def test_a_correction_of_an_earlier_settlement_needs_that_settlement(link: str) -> None:
    said = refusal(
        agreement(), period=Q2,
        spendings=f"id spent_on amount {link}\ns1 2026-01-15 9.00 -\nt1 2026-04-15 -9.00 s1",
    )  # fmt: skip
    assert "--previous" in said


def test_what_an_earlier_settlement_refunded_counts_towards_what_may_come_back() -> None:
    rows = "id spent_on amount refunds\ns1 2026-01-15 9.00 -\nt1 2026-02-15 -5.00 s1"
    first = settle(agreement(), period=Q1, spendings=rows)
    later = rows + "\nt2 2026-04-15 -4.01 s1"
    assert "9.01" in refusal(agreement(), period=Q2, spendings=later, previous=[first])
    # Also where the file of the second quarter has only its own rows.
    alone = "id spent_on amount refunds\nt2 2026-04-15 -4.01 s1"
    assert "9.01" in refusal(agreement(), period=Q2, spendings=alone, previous=[first])
    exactly = alone.replace("4.01", "4.00")
    assert settle(agreement(), period=Q2, spendings=exactly, previous=[first]).rows("lines.csv")


def test_a_reversal_of_an_earlier_line_may_stand_in_a_file_of_its_own() -> None:
    first = settle(agreement(), period=Q1, spendings="id spent_on amount\ns1 2026-01-15 9.00")
    alone = "id spent_on amount reverses\nr1 2026-04-15 {} s1"
    second = settle(agreement(), period=Q2, spendings=alone.format("-9.00"), previous=[first])
    assert second.cells("r1") == "a -3.00, b -3.00, c -3.00"
    again = alone.format("-9.00").replace("r1", "r2").replace("04-15", "07-15")
    assert "once" in refusal(agreement(), period=Q3, spendings=again, previous=[first, second])


def test_a_replacement_of_what_nothing_reverses_is_refused() -> None:
    said = refusal(agreement(), spendings="id amount replaces\ns1 9.00 -\nn1 8.00 s1")
    assert "reverse" in said


def test_a_row_that_replaces_does_not_reverse_something_else_too() -> None:
    said = refusal(
        agreement(),
        spendings="""
        id  amount  reverses  replaces
        s0   9.00   -         -
        s1   9.00   -         -
        r1  -9.00   s1        -
        x1  -9.00   s0        s1
        """,
    )
    # Of two links one would be lost, and with it that s0 is reversed already.
    assert "spendings.csv:5: " in said


def test_a_row_that_replaces_does_not_refund_something_else_too() -> None:
    said = refusal(
        agreement(),
        spendings="""
        id  amount  reverses  replaces  refunds
        s0   9.00   -         -         -
        s1   9.00   -         -         -
        r1  -9.00   s1        -         -
        x1  -9.00   -         s1        s0
        """,
    )
    assert "spendings.csv:5: " in said


def test_a_reversal_of_what_an_earlier_settlement_refunded_is_refused() -> None:
    rows = "id spent_on amount refunds reverses\ns1 2026-01-15 9.00 - -\nt1 2026-02-15 -6.00 s1 -"
    first = settle(agreement(), period=Q1, spendings=rows)
    alone = "id spent_on amount refunds reverses\nr1 2026-04-15 -9.00 - s1"
    said = refusal(agreement(), period=Q2, spendings=alone, previous=[first])
    assert "refunded by 't1'; reverse that first" in said
    # With the refund reversed beside it nothing is left of either.
    both = alone + "\nr2 2026-04-15 6.00 - t1"
    second = settle(agreement(), period=Q2, spendings=both, previous=[first])
    assert second.positions("cost_share") == dict.fromkeys("abc", "-1.00")


# --- rows and periods --------------------------------------------------------------------


def test_a_zero_amount_is_settled_and_has_no_shares() -> None:
    outcome = settle(agreement(), spendings="id amount\ns1 0.00\ns2 9.00")
    assert outcome.cells("s1") == ""
    assert [row["spending"] for row in outcome.rows("lines.csv")] == ["s1", "s2"]
    assert outcome.weights("s1") == "a 1/3, b 1/3, c 1/3"


def test_one_cent_at_a_time_over_twelve_parties_goes_round_and_nobody_pays_two() -> None:
    codes = [f"p{number:02d}" for number in range(1, 13)]
    outcome = settle(
        agreement(parties=", ".join(f"{code} 1" for code in codes), holder="p01"),
        spendings="id amount organisation\n" + "".join(f"s{n:02d} 0.01 p01\n" for n in range(12)),
    )
    assert [len(outcome.cells(f"s{n:02d}").split(",")) for n in range(12)] == [1] * 12
    assert outcome.positions("exact_cost_share", "cost_share") == dict.fromkeys(
        codes, "0.010000 0.01"
    )


def test_a_row_that_no_earlier_settlement_settled_is_settled_now_and_marked_late() -> None:
    before = "id spent_on amount\ns1 2026-01-15 9.00"
    both = before + "\ns2 2026-02-15 6.00\ns3 2026-04-15 3.00\ns4 2026-07-01 1.00"
    first = settle(agreement(), period=Q1, spendings=before)
    second = settle(agreement(), period=Q2, spendings=both, previous=[first])
    assert [(row["spending"], row["late"]) for row in second.rows("lines.csv")] == [
        ("s2", "true"),
        ("s3", "false"),
    ]
    # s1 is before the period and settled already; s4 begins the next quarter.
    assert second.about["rows_outside"] == {"before": 1, "after": 1}


def test_without_an_earlier_settlement_rows_before_the_period_are_counted_and_left() -> None:
    outcome = settle(
        agreement(), period=Q2,
        spendings="id spent_on amount\ns1 2026-03-31 9.00\ns2 2026-04-01 9.00",
    )  # fmt: skip
    assert [row["spending"] for row in outcome.rows("lines.csv")] == ["s2"]
    assert outcome.about["rows_outside"] == {"before": 1, "after": 0}


def test_booked_on_decides_the_period_and_recorded_on_the_order() -> None:
    outcome = settle(
        agreement(), period=Q1,
        spendings="""
        id  spent_on    recorded_on  booked_on   amount
        s1  2026-03-30  2026-04-05   2026-04-01  1.00
        s2  2025-12-30  2026-01-02   2026-01-01  1.00
        s9  2026-02-01  2026-01-01   -           1.00
        B   2026-01-02  -            -           1.00
        """.replace("2025-12-30", "2026-01-01"),
    )  # fmt: skip
    # s1 is booked in April. B before s2: the same day recorded, and capitals come first.
    assert [row["spending"] for row in outcome.rows("lines.csv")] == ["s9", "B", "s2"]


def test_without_a_period_it_runs_from_the_first_to_the_day_after_the_last_row() -> None:
    outcome = settle(
        agreement(), spendings="id spent_on amount\ns1 2026-01-15 9.00\ns2 2026-03-31 9.00"
    )
    assert outcome.about["period"] == {"from": "2026-01-15", "until": "2026-04-01"}


@pytest.mark.parametrize("change", ["s1 2026-01-15 9.01", "s1 2026-01-16 9.00"])
def test_a_settled_row_that_changed_is_refused(change: str) -> None:
    first = settle(agreement(), period=Q1, spendings="id spent_on amount\ns1 2026-01-15 9.00")
    said = refusal(
        agreement(), period=Q2, spendings=f"id spent_on amount\n{change}", previous=[first]
    )
    assert "never moves" in said


def test_an_earlier_settlement_whose_files_were_changed_is_refused() -> None:
    first = settle(agreement(), period=Q1, spendings="id spent_on amount\ns1 2026-01-15 9.00")
    first.files["allocations.csv"] = first.files["allocations.csv"].replace(b"3.00", b"3.01")
    said = refusal(
        agreement(), period=Q2, spendings="id spent_on amount\ns2 2026-04-15 9.00", previous=[first]
    )
    assert "allocations.csv" in said


def test_earlier_settlements_that_overlap_or_end_too_late_are_refused() -> None:
    rows = "id spent_on amount\ns1 2026-01-15 9.00\ns2 2026-04-15 9.00"
    first = settle(agreement(), period=Q1, spendings=rows)
    half_year = settle(agreement(), period="2026-01-01 2026-07-01", spendings=rows)
    assert "overlaps" in refusal(
        agreement(), period=Q3, spendings=rows, previous=[first, half_year]
    )
    assert "in order" in refusal(agreement(), period=Q2, spendings=rows, previous=[half_year])


# --- outsiders ---------------------------------------------------------------------------


def test_outsiders_are_counted_by_the_day_spent_and_reversed_spendings_are_not() -> None:
    outcome = settle(
        agreement(SAVED, parties="a 1, b 1 until 2026-02-01, z -, y -"), period=Q1,
        spendings="""
        id  spent_on    amount  case  reverses
        s1  2026-01-15   4.00   k     -
        s2  2026-02-15   4.00   k     -
        s3  2026-02-15   4.00   -     -
        s4  2026-02-15   4.00   -     -
        r4  2026-02-16  -4.00   -     s4
        """,
        savings="""
        spending  party  amount
        s1        b       5.00
        s1        z       7.00
        s2        b      11.00
        s2        z       2.00
        s2        z       1.00
        s3        z      -4.00
        s4        z     100.00
        """,
    )  # fmt: skip
    # b takes part in January and not in February: its 11.00 counts. z: 7 + 3; the negative
    # pair of s3 and the reversed s4 do not. y saves nothing and is left out.
    assert [tuple(row.values()) for row in outcome.rows("outsiders.csv")] == [
        ("b", "11.00", "1"),
        ("z", "10.00", "2"),
    ]
