"""Disputed lines are set apart: they leave a settlement, and the next one settles them."""

from __future__ import annotations

from typing import Final

import pytest

from ledger.errors import WrongInput
from settlement import explain
from settlement.results import Reason, Standing
from tests.reference.books import cents
from tests.support.funds import Outcome, agreement, refusal, settle

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"
RULES: Final = agreement(parties="a 1, b 1")
ROWS: Final = """
    id  spent_on    amount
    s1  2026-01-15  10.00
    s2  2026-02-15  20.00
    s3  2026-05-15  30.00
    """


def lines(outcome: Outcome) -> list[str]:
    """Return the settled rows, each with why it is late."""
    settled = outcome.settlement.lines
    reasons = [Reason(reason).name.lower() for reason in settled.reason.tolist()]
    return [f"{row} {why}" for row, why in zip(settled.spending, reasons, strict=True)]


def test_a_line_set_apart_leaves_this_settlement_and_enters_the_next_as_disputed() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1, set_apart=["s2"])
    second = settle(RULES, spendings=ROWS, period=Q2, previous=[first])
    assert lines(first) == ["s1 none"]
    assert first.positions("cost_share") == {"a": "5.00", "b": "5.00"}
    assert lines(second) == ["s2 disputed", "s3 none"]
    assert second.positions("cost_share") == {"a": "25.00", "b": "25.00"}
    # lines.csv is as it was promised; why a line is late stands in settlement.json.
    assert [row["late"] for row in second.rows("lines.csv")] == ["true", "false"]
    assert first.about["set_apart"] == ["s2"]
    assert second.about["disputed"] == ["s2"]


def test_a_row_that_came_in_late_is_late_and_not_disputed() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1, set_apart=["s2"])
    late = f"{ROWS}s4 2026-03-15 4.00"
    second = settle(RULES, spendings=late, period=Q2, previous=[first])
    assert lines(second) == ["s2 disputed", "s4 late", "s3 none"]


def test_where_nothing_is_set_apart_nothing_is_said_of_it() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1)
    assert first.about.keys() & {"set_apart", "disputed"} == set()


def test_a_line_may_be_set_apart_again() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1, set_apart=["s2"])
    second = settle(RULES, spendings=ROWS, period=Q2, previous=[first], set_apart=["s2"])
    third = settle(RULES, spendings=ROWS, period=Q3, previous=[first, second])
    assert lines(second) == ["s3 none"]
    assert lines(third) == ["s2 disputed"]
    assert third.cells("s2") == "a 10.00, b 10.00"


CORRECTED: Final = """
    id  spent_on    amount  reverses  refunds  replaces
    s1  2026-01-15   10.00  -         -        -
    s2  2026-01-16    8.00  -         -        -
    r1  2026-02-01  -10.00  s1        -        -
    n1  2026-02-01    9.00  -         -        s1
    t2  2026-02-02   -2.00  -         s2       -
    x2  2026-02-03    2.00  t2        -        -
    """


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        # Without the spending nothing of it can come back, and its correction would be there
        # beside it.
        (["s1"], ["s1", "n1", "r1"]),
        (["s2"], ["s2", "t2", "x2"]),
        # A reversal that is set apart takes the replacement along: the money would be there
        # twice. The spending itself goes on.
        (["r1"], ["n1", "r1"]),
        # What nothing waits for leaves alone.
        (["n1"], ["n1"]),
        (["t2"], ["t2", "x2"]),
        (["x2"], ["x2"]),
        (["n1", "s2"], ["s2", "n1", "t2", "x2"]),
    ],
)
def test_what_waits_for_a_line_that_is_set_apart_is_set_apart_too(
    asked: list[str], leaves: list[str]
) -> None:
    first = settle(RULES, spendings=CORRECTED, period=Q1, set_apart=asked)
    second = settle(RULES, spendings=CORRECTED, period=Q2, previous=[first])
    everything = ["s1", "s2", "n1", "r1", "t2", "x2"]
    assert list(first.settlement.set_apart) == leaves
    assert [line.split()[0] for line in lines(first)] == [
        row for row in everything if row not in leaves
    ]
    assert lines(second) == [f"{row} disputed" for row in leaves]
    # Whenever they are settled, both bear half of 9.00 + 8.00 in the end, within a cent.
    sums = [outcome.positions("cost_share") for outcome in (first, second)]
    together = {party: sum(cents(each[party]) for each in sums) for party in ("a", "b")}
    assert sum(together.values()) == 17_00
    assert all(abs(share - 8_50) <= 1 for share in together.values())


def test_a_spending_whose_reversal_is_set_apart_is_settled_and_later_taken_back() -> None:
    first = settle(agreement(), spendings=CORRECTED, period=Q1, set_apart=["r1"])
    second = settle(agreement(), spendings=CORRECTED, period=Q2, previous=[first])
    booked = [Standing.CHAIN, Standing.BOOKED_REVERSAL]
    assert [outcome.settlement.lines.standing[at] for outcome, at in ((first, 0), (second, 1))] == (
        booked
    )
    assert second.cells("r1") == first.cells("s1").replace(" 3", " -3")


def test_the_lines_that_go_on_keep_the_weights_that_they_had() -> None:
    saved = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "case"\nfallback = "heads"\n'
    rules = agreement(saved, parties="a 1, b 1")
    rows = "id case amount\ns1 k 8.00\ns2 k 8.00"
    savings = "spending party amount\ns1 a 10.00\ns2 b 30.00"
    whole = settle(rules, spendings=rows, savings=savings, period=Q1)
    part = settle(rules, spendings=rows, savings=savings, period=Q1, set_apart=["s2"])
    # By disputing s2, which saves it most, b would else push all of s1 to a, for good.
    assert whole.weights("s1") == part.weights("s1") == "a 1/4, b 3/4"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("s9", "spending 's9' is no line of this settlement; only its lines can be set apart"),
        ("s3", "spending 's3' is no line of this settlement; only its lines can be set apart"),
    ],
)
def test_only_lines_of_the_settlement_can_be_set_apart(asked: str, says: str) -> None:
    said = refusal(RULES, spendings=ROWS, period=Q1, set_apart=["s1", asked])
    assert said == f"set apart: {says}"


def test_what_is_settled_already_cannot_be_set_apart() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1)
    said = refusal(RULES, spendings=ROWS, period=Q2, previous=[first], set_apart=["s1"])
    assert "'s1' is no line of this settlement" in said


def test_a_final_settlement_sets_nothing_apart() -> None:
    said = refusal(RULES, spendings=ROWS, period=Q1, final=True, set_apart=["s1"])
    assert said == (
        "set apart: a final settlement leaves nothing to a next one; settle the disputed lines, "
        "or settle this period without closing the fund"
    )


def test_who_asks_why_a_disputed_line_is_not_there_hears_that_it_is_set_apart() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1, set_apart=["s2"])
    with pytest.raises(WrongInput, match="'s2' is set apart: the next settlement settles it"):
        explain.explain(first.working, "s2")


def test_what_was_set_apart_is_part_of_what_the_next_settlement_rests_on() -> None:
    first = settle(RULES, spendings=ROWS, period=Q1, set_apart=["s2"])
    second = settle(RULES, spendings=ROWS, period=Q2, previous=[first])
    silent = first.files["settlement.json"].replace(b'"set_apart": [\n  "s2"\n ],', b"")
    assert silent != first.files["settlement.json"]
    other = Outcome(
        files={**first.files, "settlement.json": silent},
        settlement=first.settlement, working=first.working,
    )  # fmt: skip
    said = refusal(RULES, spendings=ROWS, period=Q3, previous=[other, second])
    assert said.startswith("run-2: rests on another run-1")


def test_a_replacement_waits_for_the_reversal_where_only_the_earlier_run_has_the_original() -> None:
    first = settle(RULES, spendings="id amount\ns1 10.00\ns2 5.00", period=Q1)
    rows = """
        id  spent_on    amount  reverses  replaces
        n1  2026-05-01    9.00  -         s1
        n2  2026-05-01    4.00  -         s2
        r1  2026-05-01  -10.00  s1        -
        r2  2026-05-01   -5.00  s2        -
        """
    second = settle(RULES, spendings=rows, period=Q2, previous=[first], set_apart=["r1"])
    assert second.settlement.set_apart == ("n1", "r1")
