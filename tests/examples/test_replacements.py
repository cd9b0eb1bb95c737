"""Corrections: a reversal, and a new spending that names the old one in ``replaces``."""

from __future__ import annotations

from tests.support.funds import agreement, refusal, settle

Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"
TWO_VERSIONS = (
    agreement(parties="a 1, b 1", valid="from 2026-01-01 until 2026-04-01"),
    agreement(parties="a 1, b 3", valid="from 2026-04-01", version=2),
)


def test_a_replacement_is_weighed_by_the_version_of_what_it_replaces() -> None:
    first = settle(*TWO_VERSIONS, period="2026-01-01 2026-04-01", spendings="id amount\ns1 10.00")
    second = settle(
        *TWO_VERSIONS, period="2026-04-01 2026-07-01", previous=[first], spendings="""
        id  spent_on    amount  reverses  replaces
        s1  2026-01-15   10.00  -         -
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01    9.99  -         s1
        n2  2026-05-01   10.00  -         -
        """,
    )  # fmt: skip
    # The old version says half each; the new one, a quarter and three quarters, is for n2 only.
    assert second.weights("n1") == "a 1/2, b 1/2"
    assert second.weights("n2") == "a 1/4, b 3/4"
    # 9.99 / 2 = 4.995 each: the odd cent goes to the first party, by largest remainder.
    assert second.cells("n1") == "a 5.00, b 4.99"
    assert second.cells("r1") == "a -5.00, b -5.00"


def test_a_replacement_that_is_itself_reversed_keeps_the_weights_of_a_replacement() -> None:
    first = settle(*TWO_VERSIONS, period="2026-01-01 2026-04-01", spendings="id amount\ns1 10.00")
    second = settle(
        *TWO_VERSIONS, period="2026-04-01 2026-07-01", previous=[first], spendings="""
        id  spent_on    amount  reverses  replaces
        s1  2026-01-15   10.00  -         -
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01    9.00  -         s1
        r2  2026-05-02   -9.00  n1        -
        n2  2026-05-02    8.00  -         n1
        """,
    )  # fmt: skip
    # "the replacement is divided [...] with the old settlement's key version": half each,
    # whether or not it was wrong in its turn.
    assert second.weights("n1") == "a 1/2, b 1/2"
    assert second.cells("n1") == "a 4.50, b 4.50"
    assert second.cells("r2") == "a -4.50, b -4.50"
    # A correction of a correction is still one of the first spending.
    assert second.weights("n2") == "a 1/2, b 1/2"


CASE = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "case"\nfallback = "heads"\n'


def test_a_replacement_counts_the_savings_known_then_with_the_corrected_fact_in_place() -> None:
    rules = agreement(CASE, parties="a 1, b 1, c 1")
    spendings = """
        id  spent_on    amount  case  reverses  replaces
        s1  2026-01-15  10.00   k     -         -
        s2  2026-01-16  10.00   k     -         -
        r1  2026-05-01  -10.00  k     s1        -
        n1  2026-05-01   8.00   k     -         s1
        s3  2026-05-01   8.00   k     -         -
        """
    savings = """
        spending  party  amount
        s1        a      10.00
        s2        b      30.00
        n1        a      30.00
        s3        c      40.00
        """
    first = settle(rules, period=Q1, spendings=spendings, savings=savings)
    assert first.weights("s1") == "a 1/4, b 3/4"
    second = settle(rules, period=Q2, spendings=spendings, savings=savings, previous=[first])
    # Known then: the 10.00 of s1, which n1 corrects to 30.00, and the 30.00 of s2. What s3
    # saves c came later.
    assert second.weights("n1") == "a 1/2, b 1/2"
    # Now the case saves 30, 30 and 40: s1 is reversed and saves nothing.
    assert second.weights("s3") == "a 3/10, b 3/10, c 2/5"


def test_a_replacement_looks_back_over_the_window_of_the_settlement_that_it_corrects() -> None:
    keys = '[[key]]\ncode = "use"\nkind = "usage"\nperiods = 1\nfallback = "heads"\n'
    rules = agreement(keys, parties="a 1, b 1", valid="from 2025-01-01")
    spendings = """
        id  spent_on    amount  organisation  reverses  replaces
        e1  2025-12-15  10.00   b             -         -
        s1  2026-01-15  10.00   a             -         -
        r1  2026-05-01  -10.00  a             s1        -
        n1  2026-05-01   8.00   a             -         s1
        """
    first = settle(rules, period=Q1, spendings=spendings)
    second = settle(rules, period=Q2, spendings=spendings, previous=[first])
    # In the quarter before January only b spent; in the quarter before April only a did.
    assert first.cells("s1") == "b 10.00"
    assert second.cells("n1") == "b 8.00"


def test_a_replacement_is_not_in_the_chain() -> None:
    spendings = """
        id  spent_on    amount  reverses  replaces
        s1  2026-01-15  10.00   -         -
        r1  2026-02-01  -10.00  s1        -
        n1  2026-02-01   0.01   -         s1
        n2  2026-02-02   0.01   -         s1
        """
    outcome = settle(agreement(), spendings=spendings)
    # By largest remainder the first party has the odd cent, again and again.
    assert outcome.cells("n1") == outcome.cells("n2") == "a 0.01"


def test_a_replacement_is_not_settled_before_what_it_replaces_is_reversed() -> None:
    rows = """
        id  spent_on    booked_on   amount  reverses  replaces
        s1  2026-01-15  2026-01-15   10.00  -         -
        n1  2026-01-15  2026-03-01    9.00  -         s1
        r1  2026-01-15  2026-05-01  -10.00  s1        -
        """
    rules = agreement(parties="a 1, b 1")
    first = settle(rules, period=Q1, spendings=rows)
    second = settle(rules, period=Q2, spendings=rows, previous=[first])
    # Both in the first quarter would cost 19.00 where 9.00 was spent.
    assert [row["spending"] for row in first.rows("lines.csv")] == ["s1"]
    assert [row["spending"] for row in second.rows("lines.csv")] == ["n1", "r1"]
    assert second.positions("cost_share") == {"a": "-0.50", "b": "-0.50"}


def test_a_replacement_of_what_was_settled_before_needs_that_settlement() -> None:
    said = refusal(
        agreement(), period=Q2, spendings="""
        id  spent_on    booked_on   amount  reverses  replaces
        s1  2026-01-15  -            10.00  -         -
        r1  2026-01-15  2026-02-01  -10.00  s1        -
        n1  2026-01-15  2026-05-01    9.00  -         s1
        """,
    )  # fmt: skip
    assert said == (
        "spendings.csv:4: replaces 's1', which was settled before this period; "
        "give that settlement with --previous"
    )


def test_a_replacement_needs_the_version_of_what_it_replaces() -> None:
    said = refusal(
        agreement(valid="from 2026-02-01"), period=Q1, spendings="""
        id  spent_on    booked_on   amount  reverses  replaces
        s1  2026-01-15  2025-12-31   10.00  -         -
        r1  2026-02-01  -           -10.00  s1        -
        n1  2026-02-01  -             9.00  -         s1
        """, previous=[],
    )  # fmt: skip
    assert "s1" in said
    first = settle(
        agreement(valid="from 2025-01-01 until 2026-02-01"), period="2025-12-01 2026-01-01",
        spendings="id spent_on amount\ns1 2025-12-15 10.00",
    )  # fmt: skip
    said = refusal(
        agreement(valid="from 2026-01-01"), period="2026-01-01 2026-04-01", previous=[first],
        spendings="""
        id  spent_on    amount  reverses  replaces
        s1  2025-12-15   10.00  -         -
        r1  2026-02-01  -10.00  s1        -
        n1  2026-02-01    9.00  -         s1
        """,
    )  # fmt: skip
    assert said == (
        "spendings.csv:2: spent_on 2025-12-15 is outside the validity of the agreements given; "
        "give the version of that day"
    )


def test_a_correction_without_the_row_of_its_original_is_noted_as_incomplete() -> None:
    first = settle(agreement(), period=Q1, spendings="id amount\ns1 10.00")
    second = settle(
        agreement(), period=Q2, previous=[first], spendings="""
        id  spent_on    amount  reverses  replaces
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01    9.00  -         s1
        """,
    )  # fmt: skip
    assert second.about["notes"] == [
        {"note": "version-by-own-day", "spending": "n1", "original": "s1"},
        {"note": "original-not-in-file", "spending": "r1", "original": "s1"},
    ]
    assert len(second.working.incomplete) == 2


def test_nothing_replaces_itself_directly_or_through_others() -> None:
    rows = """
        id  amount  reverses  replaces
        n1    9.00  -         n1
        n2    9.00  -         n3
        n3    9.00  -         n2
        """
    assert refusal(agreement(), spendings=rows).splitlines() == [
        "spendings.csv:2: replaces itself; name the spending that it corrects",
        "spendings.csv:3: replaces 'n3', which replaces it; one of them came first",
        "spendings.csv:4: replaces 'n2', which replaces it; one of them came first",
    ]


def test_a_spending_may_be_replaced_by_two() -> None:
    # One receipt turned out to be of two cases: both parts replace it.
    outcome = settle(
        agreement(parties="a 1, b 1"), spendings="""
        id  amount  reverses  replaces
        s1   10.00  -         -
        r1  -10.00  s1        -
        n1    6.00  -         s1
        n2    4.00  -         s1
        """,
    )  # fmt: skip
    assert outcome.positions("cost_share") == {"a": "5.00", "b": "5.00"}


def test_savings_of_what_an_earlier_settlement_reversed_count_no_more() -> None:
    rules = agreement(CASE, parties="a 1, b 1, c 1")
    savings = "spending party amount\ns1 a 10.00\ns2 b 30.00\ns3 c 30.00"
    before = """
        id  spent_on    amount  case  reverses
        s1  2026-01-15   10.00  k     -
        s2  2026-01-16   10.00  k     -
        r1  2026-02-01  -10.00  k     s1
        """
    now = """
        id  spent_on    amount  case
        s1  2026-01-15   10.00  k
        s2  2026-01-16   10.00  k
        s3  2026-05-01   10.00  k
        """
    first = settle(
        rules, period=Q1, spendings=before, savings="spending party amount\ns1 a 10.00\ns2 b 30.00"
    )
    second = settle(rules, period=Q2, spendings=now, savings=savings, previous=[first])
    # The row of r1 is in the file no longer; the first settlement knows that it was there.
    assert second.weights("s3") == "b 1/2, c 1/2"


FIXED = '[[key]]\ncode = "one"\nkind = "fixed"\nshares = {{ {} = "1" }}\n'
Q3 = "2026-07-01 2026-10-01"


def test_a_correction_of_a_correction_is_followed_through_what_was_settled() -> None:
    rules = (
        agreement(FIXED.format("a"), valid="from 2026-01-01 until 2026-04-01"),
        agreement(FIXED.format("b"), valid="from 2026-04-01", version=2),
    )
    rows = """
        id  spent_on    amount  reverses  replaces
        s1  2026-02-15   10.00  -         -
        r1  2026-05-01  -10.00  s1        -
        n1  2026-05-01   12.00  -         s1
        r2  2026-08-01  -12.00  n1        -
        n2  2026-08-01   13.00  -         n1
        """
    first = settle(*rules, spendings=rows, period=Q1)
    second = settle(*rules, spendings=rows, period=Q2, previous=[first])
    third = settle(*rules, spendings=rows, period=Q3, previous=[first, second])
    assert third.cells("n2") == "a 13.00"
    # The file may have lost n1: that n1 replaced s1 stands in the second settlement.
    without_n1 = "\n".join(line for line in rows.splitlines() if " n1  2026-05" not in line)
    again = settle(*rules, spendings=without_n1, period=Q3, previous=[first, second])
    assert again.cells("n2") == "a 13.00"
    # Without the row of s1 nobody knows the day that decides: the run says so.
    without_s1 = "\n".join(line for line in rows.splitlines() if " s1  2026-02" not in line)
    lost = settle(*rules, spendings=without_s1, period=Q3, previous=[first, second])
    assert lost.about["notes"] == [
        {"note": "version-by-own-day", "spending": "n2", "original": "s1"}
    ]


def test_a_correction_of_a_correction_stands_in_the_place_of_both() -> None:
    rules = agreement(CASE, parties="a 1, b 1, c 1")
    rows = """
        id  spent_on    amount  case  reverses  replaces
        s1  2026-01-15   10.00  k     -         -
        r1  2026-02-01  -10.00  k     s1        -
        n1  2026-02-01   10.00  k     -         s1
        r2  2026-05-01  -10.00  k     n1        -
        n2  2026-05-01   10.00  k     -         n1
        """
    savings = "spending party amount\ns1 a 10.00\nn1 b 10.00\nn2 c 10.00"
    first = settle(rules, period=Q1, spendings=rows, savings=savings)
    assert first.weights("n1") == "b 1/1"
    second = settle(rules, period=Q2, spendings=rows, savings=savings, previous=[first])
    # Neither what s1 saved a nor what n1 saved b was so: of the three only n2 is a fact.
    assert second.weights("n2") == "c 1/1"
