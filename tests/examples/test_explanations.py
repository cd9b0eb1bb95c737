"""Why a spending fell as it did, and what other keys would have made of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from ledger.errors import WrongInput
from settlement import explain, whatif
from settlement.results import Note, Standing
from tests.support.funds import PER_HEAD, agreement, settle

if TYPE_CHECKING:
    from tests.support.funds import Outcome

LARGEST = """
[[key]]
code = "largest"
kind = "largest-saving"
level = "case"
ties = "heads"
fallback = "heads"
"""
BLEND = """
[[key]]
code = "blend"
kind = "blend"
parts = [{ key = "largest", share = "0.7" }, { key = "heads", share = "0.3" }]
"""
CAPPED = """
[[key]]
code = "capped"
kind = "savings"
level = "spending"
capped = true
fallback = "heads"
"""
TIERED = """
[[key]]
code = "tiers"
kind = "tiered"
tiers = [{ up_to = "4.00", key = "heads" }, { key = "largest" }]
"""
QUARTER = "2026-01-01 2026-04-01"


def why(outcome: Outcome, spending: str) -> explain.Explanation:
    return explain.explain(outcome.working, spending)


def way(outcome: Outcome, spending: str) -> list[tuple[str, str]]:
    return [(step.key, step.event) for step in why(outcome, spending).steps]


def test_the_key_is_that_of_the_first_assignment_that_matches() -> None:
    outcome = settle(
        agreement(assignment='[[assignment]]\ncategory = ["food"]\nkey = "heads"\n'),
        spendings="id category\ns1 rent\ns2 food",
    )

    assert (why(outcome, "s1").key, why(outcome, "s1").assignment) == ("heads", 2)
    assert (why(outcome, "s2").key, why(outcome, "s2").assignment) == ("heads", 1)


def test_a_fallback_a_tie_and_a_part_are_told_in_the_order_in_which_they_spoke() -> None:
    outcome = settle(
        agreement(BLEND + LARGEST),
        spendings="id case\ns1 -\ns2 k2",
        savings="spending party amount\ns2 a 5.00\ns2 b 5.00",
    )

    assert way(outcome, "s1") == [("largest", "part"), ("largest", "fallback"), ("heads", "part")]
    assert way(outcome, "s2") == [
        ("largest", "part"), ("largest", "largest"), ("heads", "tie"), ("heads", "part"),
    ]  # fmt: skip
    assert [step.share for step in why(outcome, "s1").steps if step.event == "part"] == [
        Fraction(7, 10), Fraction(3, 10),
    ]  # fmt: skip


def test_the_slices_of_a_tiered_key_say_how_much_each_weighs() -> None:
    outcome = settle(agreement(TIERED + LARGEST), spendings="id amount\ns1 10.00")

    slices = [(s.key, s.amount_cents) for s in why(outcome, "s1").steps if s.event == "tier"]

    assert slices == [("heads", 400), ("largest", 600)]


def test_a_cap_that_binds_is_told_with_whom_it_binds() -> None:
    outcome = settle(
        agreement(CAPPED),
        spendings="id amount\ns1 10.00",
        savings="spending party amount\ns1 a 4.00",
    )

    # a pays the 4.00 that it saves; b and c, which save nothing, share the rest.
    assert outcome.cells("s1") == "a 4.00, b 3.00, c 3.00"
    assert ("capped", "cap") in way(outcome, "s1")


def test_savings_are_shown_of_the_spending_and_of_its_case_outsiders_too() -> None:
    outcome = settle(
        agreement(LARGEST, parties="a 1, b 1, z -"),
        spendings="id case\ns1 k\ns2 k",
        savings="spending party amount\ns1 a 1.00\ns2 b 3.00\ns2 z 9.00",
    )

    explained = why(outcome, "s1")

    assert explained.saved_cents == {"a": 100}
    assert explained.saved_by_case_cents == {"a": 100, "b": 300, "z": 900}
    assert [cell.party for cell in explained.cells] == ["b"]


def test_running_totals_are_those_after_the_spending() -> None:
    outcome = settle(agreement(), spendings="id amount\ns1 10.00\ns2 10.00")

    first, second = (why(outcome, spending).cells[0] for spending in ("s1", "s2"))

    assert first.exact_cents == Fraction(1000, 3)
    assert (first.floor_cents, first.odd_cent) == (333, first.cents - 333)
    assert second.running_exact == Fraction(2000, 3)
    assert second.running_cents == first.cents + second.cents
    assert abs(second.running_cents - second.running_exact) < 1


def test_outside_the_chain_there_are_no_running_totals_and_the_original_is_named() -> None:
    outcome = settle(
        agreement(),
        spendings="""
        id  spent_on    amount  reverses
        s1  2026-01-15   10.00  -
        r1  2026-01-16  -10.00  s1
        """,
    )

    reversed_, reversal = why(outcome, "s1"), why(outcome, "r1")

    assert (reversed_.standing, reversal.standing) == (Standing.REVERSED, Standing.REVERSAL)
    assert reversal.corrects == ("reverses", "s1")
    assert (reversal.assignment, reversal.steps) == (None, ())
    assert {cell.running_cents for cell in reversed_.cells} == {None}


def test_only_a_settled_spending_can_be_explained() -> None:
    outcome = settle(agreement(), spendings="id\ns1", period=QUARTER)

    with pytest.raises(WrongInput, match=r"spending 'nobody' is not in spendings\.csv"):
        why(outcome, "nobody")


def test_a_comparison_divides_the_chain_under_every_key() -> None:
    outcome = settle(
        agreement(LARGEST, parties="a 1, b 3"),
        spendings="id case\ns1 k\ns2 -",
        savings="spending party amount\ns1 a 1.00",
    )

    shown = {each.key: dict(each.cost_shares_cents) for each in whatif.compare(outcome.working)}

    # s1 saves a something, s2 nobody: it falls back to heads, one to three.
    assert shown == {"largest": {"a": 1250, "b": 750}, "heads": {"a": 500, "b": 1500}}


def test_a_comparison_leaves_reversed_pairs_out_and_lets_refunds_follow() -> None:
    outcome = settle(
        agreement(LARGEST, parties="a 1, b 1"),
        spendings="""
        id  spent_on    amount  reverses  refunds
        s1  2026-01-15   10.00  -         -
        r1  2026-01-16  -10.00  s1        -
        s2  2026-01-17    8.00  -         -
        b2  2026-01-18   -2.00  -         s2
        """,
    )

    shown = {each.key: dict(each.cost_shares_cents) for each in whatif.compare(outcome.working)}

    assert shown["heads"] == {"a": 300, "b": 300}


def test_a_key_that_one_version_lacks_cannot_be_compared_and_says_so() -> None:
    outcome = settle(
        agreement(LARGEST, valid="from 2026-01-01 until 2026-02-01"),
        agreement(valid="from 2026-02-01", version=2),
        spendings="id spent_on\ns1 2026-01-15\ns2 2026-02-15",
    )

    (largest,) = [each for each in whatif.compare(outcome.working) if each.key == "largest"]

    assert largest.left_out == Note("no-such-key", {"version": "2"})
    assert largest.cost_shares_cents == {}


def test_a_key_that_gives_nobody_a_weight_cannot_be_compared_and_says_so() -> None:
    fixed = '[[key]]\ncode = "late"\nkind = "fixed"\nshares = { c = "1" }\n'
    outcome = settle(
        agreement("[[key]]\ncode = 'even'\nkind = 'equal'\n".replace("'", '"') + fixed,
                  parties="a 1, b 1, c 1 from 2026-02-01"),
        spendings="id\ns1",
    )  # fmt: skip

    (late,) = [each for each in whatif.compare(outcome.working) if each.key == "late"]

    assert late.left_out == Note("nobody-weighs", {"where": "spendings.csv:2"})


def test_a_key_that_looks_back_needs_a_period_to_be_compared() -> None:
    usage = '[[key]]\ncode = "use"\nkind = "usage"\nperiods = 1\nfallback = "heads"\n'
    outcome = settle(agreement(PER_HEAD + usage), spendings="id\ns1")
    (use,) = [each for each in whatif.compare(outcome.working) if each.key == "use"]
    assert use.left_out == Note("no-period", {})


def test_a_replacement_is_explained_by_what_was_known_then() -> None:
    rules = agreement(LARGEST, parties="a 1, b 1")
    rows = """
        id  spent_on    amount  case  reverses  replaces
        s1  2026-01-15   9.00   k     -         -
        r1  2026-05-01  -9.00   k     s1        -
        n1  2026-05-01   8.00   k     -         s1
        s2  2026-05-02   8.00   k     -         -
        """
    savings = "spending party amount\ns1 a 10.00\nn1 a 10.00\ns2 b 99.00"
    first = settle(rules, spendings=rows, savings=savings, period=QUARTER)
    second = settle(
        rules, spendings=rows, savings=savings, period="2026-04-01 2026-07-01", previous=[first]
    )
    # What s2 saves came later than the settlement of s1, which n1 replaces.
    assert why(second, "n1").saved_by_case_cents == {"a": 1000}
    assert [cell.party for cell in why(second, "n1").cells] == ["a"]
    assert why(second, "s2").saved_by_case_cents == {"a": 1000, "b": 9900}


def test_without_a_case_there_are_no_savings_of_one() -> None:
    outcome = settle(
        agreement(LARGEST), spendings="id\ns1", savings="spending party amount\ns1 a 1.00"
    )
    assert why(outcome, "s1").saved_cents == {"a": 100}
    assert why(outcome, "s1").saved_by_case_cents == {}


@pytest.mark.parametrize(
    ("rounding", "running"), [("date", {"a": 200, "b": 200}), ("category", {"a": 100, "b": 100})]
)
def test_running_totals_are_those_that_decided_the_odd_cent(
    rounding: str, running: dict[str, int]
) -> None:
    outcome = settle(
        agreement(parties="a 1, b 1", settlement=f'rounding = "{rounding}"'),
        spendings="id category amount\ns1 food 2.00\ns2 rent 2.00\ns3 food 2.00",
    )
    assert why(outcome, "s2").by_category is (rounding == "category")
    assert {cell.party: cell.running_cents for cell in why(outcome, "s2").cells} == running


def test_a_spending_of_another_settlement_is_explained_there() -> None:
    rows = "id spent_on\ns1 2026-01-15\ns2 2026-05-15\ns3 2026-08-01"
    first = settle(agreement(), spendings=rows, period=QUARTER)
    second = settle(agreement(), spendings=rows, period="2026-04-01 2026-07-01", previous=[first])
    with pytest.raises(WrongInput, match="'s1' was settled in run-1; explain it there"):
        why(second, "s1")
    with pytest.raises(WrongInput, match="'s3' is not in this settlement: it is booked on 2026-08"):
        why(second, "s3")


def test_a_key_whose_measure_a_participant_lacks_cannot_be_compared() -> None:
    houses = '[[key]]\ncode = "houses"\nkind = "measure"\nmeasure = "houses"\n'
    outcome = settle(agreement(PER_HEAD + houses), spendings="id\ns1")
    (found,) = [each for each in whatif.compare(outcome.working) if each.key == "houses"]
    assert found.left_out == Note("no-measure", {"measure": "houses"})


def test_a_correction_that_waits_is_explained_as_waiting() -> None:
    outcome = settle(
        agreement(), period=QUARTER, spendings="""
        id  spent_on    booked_on   amount  reverses  replaces
        s1  2026-01-15  -            10.00  -         -
        n1  2026-01-15  2026-02-20    9.00  -         s1
        r1  2026-01-15  2026-05-20  -10.00  s1        -
        """,
    )  # fmt: skip
    with pytest.raises(
        WrongInput, match="waits for what it corrects, which counts from 2026-05-20"
    ):
        why(outcome, "n1")
