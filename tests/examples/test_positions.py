"""Where everyone stands and who pays whom, worked by hand."""

from __future__ import annotations

import pytest

from tests.support.funds import Outcome, agreement, refusal, settle

OWN = '[[key]]\ncode = "own"\nkind = "home"\nfallback = "heads"\n'
Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"
BRIDGE = 'funding = "bridge"'
DIRECT = 'funding = "bridge"\ntransfers = "direct"'
PART = "2026-02-01 2026-04-01"


# --- what is due -------------------------------------------------------------------------

PAID_IN = "a 2026-01-05 100.00, b 2026-01-05 50.00"
SPENT = """
    id  amount  advanced_by
    s1  60.00   -
    s2  10.00   b
    """


@pytest.mark.parametrize(
    ("funding", "final", "expected", "transfers"),
    [
        # Both bear 35. b has 50 + 10 - 35 = 25: its advance is repaid, the rest stays.
        ("pool", False, {"a": "65.00 0.00 65.00", "b": "25.00 10.00 15.00"}, ["a b 10.00"]),
        # Without a standing pool everything is settled.
        ("bridge", False, {"a": "65.00 65.00 0.00", "b": "25.00 25.00 0.00"}, ["a b 25.00"]),
        # A final settlement that carries is due like an ordinary one.
        ("pool", True, {"a": "65.00 0.00 65.00", "b": "25.00 10.00 15.00"}, ["a b 10.00"]),
    ],
)
def test_what_is_due_follows_the_funding(
    funding: str, final: bool, expected: dict[str, str], transfers: list[str]
) -> None:
    outcome = settle(
        agreement(
            parties="a 1, b 1", settlement=f'funding = "{funding}"', contributions=PAID_IN
        ),
        spendings=SPENT, final=final,
    )  # fmt: skip
    assert outcome.positions("balance", "due", "closing") == expected
    assert outcome.transfers == transfers


def test_a_final_settlement_returns_what_is_left_where_that_was_agreed() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1", settlement='surplus = "return"', contributions=PAID_IN),
        spendings=SPENT, final=True,
    )  # fmt: skip
    assert outcome.positions("due", "closing") == {"a": "65.00 0.00", "b": "25.00 0.00"}
    assert outcome.transfers == ["a b 25.00"]


def test_returning_waits_for_the_final_settlement() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1", settlement='surplus = "return"', contributions=PAID_IN),
        spendings=SPENT,
    )  # fmt: skip
    assert outcome.positions("due") == {"a": "0.00", "b": "10.00"}


def test_a_shortage_is_called() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1", contributions="b 2026-01-05 20.00"), spendings=SPENT
    )
    # b: 20 + 10 - 35 = -5, less than what it advanced, so all of it is due.
    assert outcome.positions("balance", "due") == {"a": "-35.00 -35.00", "b": "-5.00 -5.00"}
    assert outcome.transfers == ["b a 5.00"]


def test_who_is_no_participant_on_the_day_after_the_period_gets_or_pays_everything() -> None:
    outcome = settle(
        agreement(
            OWN, parties="a 1, b 1 until 2026-04-01, c 1 until 2026-04-02",
            settlement='minimum_transfer = "50.00"',
            contributions="b 2026-01-05 30.00, c 2026-01-05 30.00",
        ),
        period=Q1, spendings="id amount organisation\ns1 10.00 b\ns2 10.00 c",
    )  # fmt: skip
    # b leaves on April 1st, the day `until`: its 20.00 is due, however small. c is still there.
    assert outcome.positions("balance", "due", "transferred", "closing") == {
        "a": "0.00 0.00 0.00 0.00",
        "b": "20.00 20.00 20.00 0.00",
        "c": "20.00 0.00 0.00 20.00",
    }


def test_the_end_of_the_agreement_itself_makes_nobody_leave() -> None:
    outcome = settle(
        agreement(
            parties="a 1, b 1", valid="from 2026-01-01 until 2026-04-01",
            contributions="b 2026-01-05 30.00",
        ),
        period=Q1, spendings="id amount\ns1 10.00",
    )  # fmt: skip
    assert outcome.positions("due", "closing")["b"] == "0.00 25.00"


def test_a_participant_missing_from_the_next_version_leaves_when_that_begins() -> None:
    outcome = settle(
        agreement(
            OWN, parties="a 1, b 1", valid="from 2026-01-01 until 2026-04-01",
            contributions="b 2026-01-05 30.00",
        ),
        agreement(OWN, parties="c 1, a 1", valid="from 2026-04-01", version=2),
        period=Q1, spendings="id amount organisation\ns1 10.00 b",
    )  # fmt: skip
    # The order of parties is that of the last version, then those only in earlier ones. c takes
    # part on no day of the quarter and has no figure: it has no row.
    assert outcome.positions("due", "closing") == {"a": "0.00 0.00", "b": "20.00 0.00"}


def test_the_closing_of_one_settlement_is_the_opening_of_the_next() -> None:
    rules = agreement(parties="a 1, b 1", contributions="b 2026-01-05 30.00, b 2026-04-05 5.00")
    spendings = "id spent_on amount\ns1 2026-01-15 20.00\ns2 2026-04-15 20.00"
    first = settle(rules, period=Q1, spendings=spendings)
    second = settle(rules, period=Q2, spendings=spendings, previous=[first])
    columns = "opening", "contributed", "cost_share", "balance", "due", "closing"
    assert first.positions(*columns)["b"] == "0.00 30.00 10.00 20.00 0.00 20.00"
    assert second.positions(*columns)["b"] == "20.00 5.00 10.00 15.00 0.00 15.00"


# --- contributions and advances ----------------------------------------------------------


def test_a_contribution_counts_in_the_period_in_which_it_is_due() -> None:
    paid = "b 2025-12-31 1.00, b 2026-01-01 2.00, b 2026-03-31 4.00, b 2026-04-01 8.00"
    rules = agreement(parties="a 1, b 1", contributions=paid, valid="from 2025-01-01")
    spendings = "id amount\ns1 1.00"
    assert settle(rules, period=Q1, spendings=spendings).positions("contributed")["b"] == "6.00"
    # All of it where no period is given.
    assert settle(rules, spendings=spendings).positions("contributed")["b"] == "15.00"


def test_a_contribution_counts_only_within_the_validity_of_its_own_version() -> None:
    paid = "b 2026-01-05 1.00, b 2026-02-05 2.00"
    outcome = settle(
        agreement(
            parties="a 1, b 1", contributions=paid, valid="from 2026-01-01 until 2026-02-01"
        ),
        agreement(
            parties="a 1, b 1", contributions=paid.replace("2.00", "4.00"),
            valid="from 2026-02-01", version=2,
        ),
        period=Q1, spendings="id amount\ns1 1.00",
    )  # fmt: skip
    # January of the first version, February of the second.
    assert outcome.positions("contributed")["b"] == "5.00"


def test_what_a_professional_paid_was_advanced_by_the_organisation() -> None:
    outcome = settle(
        agreement(OWN, parties="a 1, b 1, z -"), spendings="""
        id  amount  organisation  advanced_by  refunds
        s1  10.00   b             professional  -
        t1  -4.00   b             professional  s1
        s2  12.00   z             professional  -
        s3   5.00   b             z             -
        s4   3.00   b             pool          -
        """,
    )  # fmt: skip
    # b: 10 - 4, the refund subtracted. z, an outsider, advanced 12 + 5 and bears nothing: it is
    # no participant, so all of it is due. s2 falls on a and b by inhabitants.
    assert outcome.positions("cost_share", "advanced", "balance", "due") == {
        "a": "6.00 0.00 -6.00 -6.00",
        "b": "20.00 6.00 -14.00 -14.00",
        "z": "0.00 17.00 17.00 17.00",
    }
    assert outcome.about["totals"]["spent_by_pool"] == "3.00"
    assert outcome.transfers == ["b a 14.00", "a z 17.00"]


# --- hub ---------------------------------------------------------------------------------

LEAST = 'minimum_transfer = "25.00"'


def test_less_than_the_minimum_is_carried_and_equal_is_transferred() -> None:
    rules = agreement(OWN, settlement=LEAST)
    spendings = """
        id  spent_on    amount  organisation
        s1  2026-01-15   5.00   a
        s2  2026-01-15  24.99   b
        s3  2026-01-15  25.00   c
        s4  2026-04-15   0.01   b
        """
    first = settle(rules, period=Q1, spendings=spendings)
    # The account holder's own 5.00 is a journal entry: shown, without minimum, no transfer.
    columns = "due", "carried_in", "transferred", "carried_out", "closing"
    assert first.positions(*columns) == {
        "a": "-5.00 0.00 -5.00 0.00 0.00",
        "b": "-24.99 0.00 0.00 -24.99 0.00",
        "c": "-25.00 0.00 -25.00 0.00 0.00",
    }
    assert first.transfers == ["c a 25.00"]
    # 24.99 carried and 0.01 more are 25.00.
    second = settle(rules, period=Q2, spendings=spendings, previous=[first])
    assert second.positions(*columns)["b"] == "-0.01 -24.99 -25.00 0.00 0.00"
    assert second.transfers == ["b a 25.00"]


def test_a_final_settlement_carries_nothing_however_small() -> None:
    outcome = settle(
        agreement(OWN, settlement=LEAST), spendings="id amount organisation\ns1 0.01 b", final=True
    )
    assert outcome.transfers == ["b a 0.01"]


def test_a_sum_of_nothing_makes_no_transfer() -> None:
    rules = agreement(OWN, settlement=LEAST, parties="a 1, b 1")
    spendings = """
        id  spent_on    amount  organisation
        s1  2026-01-15  10.00   b
        s2  2026-04-15  -10.00  b
        """
    first = settle(rules, period=Q1, spendings=spendings)
    second = settle(rules, period=Q2, spendings=spendings, previous=[first], final=True)
    # Carried -10.00; then a credit of 10.00, which stays in the pool: nothing was advanced.
    assert second.positions("carried_in", "due", "transferred")["b"] == "-10.00 0.00 -10.00"
    bridge = agreement(OWN, settlement=f"{LEAST}\n{BRIDGE}", parties="a 1, b 1")
    first = settle(bridge, period=Q1, spendings=spendings)
    second = settle(bridge, period=Q2, spendings=spendings, previous=[first], final=True)
    assert second.positions("carried_in", "due", "transferred")["b"] == "-10.00 10.00 0.00"
    assert second.transfers == []


def test_an_account_holder_that_is_an_outsider_has_a_row_and_all_transfers() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1, z -, y -", holder="z"),
        spendings="id amount advanced_by\ns1 10.00 -\ns2 8.00 b",
    )
    # Each bears 9. b advanced 8: -1. z bears nothing and collects 10.00 for the pool.
    assert outcome.positions("cost_share", "advanced", "transferred") == {
        "a": "9.00 0.00 -9.00",
        "b": "9.00 8.00 -1.00",
        "z": "0.00 0.00 0.00",
    }
    assert outcome.transfers == ["a z 9.00", "b z 1.00"]


# --- direct ------------------------------------------------------------------------------


def test_the_largest_debtor_pays_the_largest_creditor_again_and_again() -> None:
    outcome = settle(
        agreement(OWN, parties="a 1, b 1, c 1, d 1", settlement=DIRECT), spendings="""
        id  amount  organisation  advanced_by
        s1  90.00   b             a
        s2  30.00   c             a
        s3  20.00   a             d
        """,
    )  # fmt: skip
    # a +100, b -90, c -30, d +20. b pays a 90: a +10. c is the only debtor left and d, with 20,
    # the largest creditor; then c pays a the last 10.
    assert outcome.transfers == ["b a 90.00", "c d 20.00", "c a 10.00"]


def test_ties_between_debtors_or_creditors_go_in_the_order_of_parties() -> None:
    outcome = settle(
        agreement(OWN, parties="d 1, c 1, b 1, a 1", settlement=DIRECT), spendings="""
        id  amount  organisation  advanced_by
        s1  10.00   a             b
        s2  10.00   c             d
        """,
    )  # fmt: skip
    assert outcome.transfers == ["c d 10.00", "a b 10.00"]


def test_direct_transfers_need_dues_that_sum_to_nothing() -> None:
    said = refusal(
        agreement(OWN, settlement=DIRECT),
        spendings="id amount organisation advanced_by\ns1 5.00 b -\ns2 7.00 b a",
    )
    # The pool paid 5.00 that nobody advanced.
    assert "-5.00" in said


def test_direct_the_account_holder_stands_in_for_what_is_carried() -> None:
    rules = agreement(
        OWN, parties="a 1, b 1, c 1, d 1", settlement=f'{DIRECT}\nminimum_transfer = "5.00"'
    )
    spendings = """
        id  amount  organisation  advanced_by
        s1   3.00   b             d
        s2   7.00   c             d
        """
    first = settle(rules, period=Q1, spendings=spendings)
    # b owes 3.00, too little: a pays it for b now, and is owed it.
    assert first.positions("due", "transferred", "carried_out") == {
        "a": "0.00 -3.00 3.00",
        "b": "-3.00 0.00 -3.00",
        "c": "-7.00 -7.00 0.00",
        "d": "10.00 10.00 0.00",
    }
    assert first.transfers == ["c d 7.00", "a d 3.00"]
    second = settle(rules, period=Q2, spendings=spendings, previous=[first])
    assert second.positions("carried_in", "transferred", "carried_out")["a"] == "3.00 0.00 3.00"
    assert second.transfers == []
    third = settle(rules, period=Q3, spendings=spendings, previous=[first, second], final=True)
    assert third.transfers == ["b a 3.00"]


# --- how it is written -------------------------------------------------------------------


def test_exact_cost_shares_are_printed_half_to_even_at_six_decimals() -> None:
    outcome = settle(agreement(parties="a 1, b 3, c 19996"), spendings="id amount\ns1 0.01")
    # 0.0000005 and 0.0000015 lie half way: to 0 and to 2 millionths, both even.
    assert outcome.positions("exact_cost_share") == {
        "a": "0.000000",
        "b": "0.000002",
        "c": "0.009998",
    }


def test_every_participant_of_the_period_has_a_row_and_nobody_else_without_a_figure() -> None:
    outcome = settle(
        agreement(
            OWN, parties="a 1, b 1 until 2026-01-02, c 1 until 2026-01-01, "
            "d 1 from 2026-03-31, e 1 from 2026-04-01, z -",
        ),
        period=Q1, spendings="id amount organisation\ns1 1.00 a",
    )  # fmt: skip
    assert list(outcome.positions("cost_share")) == ["a", "b", "d"]


def test_an_empty_file_settles_nothing_and_still_carries_what_was_carried() -> None:
    rules = agreement(OWN, settlement=LEAST)
    first = settle(rules, period=Q1, spendings="id amount organisation\ns1 10.00 b")
    second = settle(
        rules,
        period=Q2,
        previous=[first],
        spendings=b"id,spent_on,amount,category,case,organisation\n",
    )
    assert second.positions("carried_in", "carried_out")["b"] == "-10.00 -10.00"
    assert (second.rows("lines.csv"), second.transfers) == ([], [])


HEADER = b"id,spent_on,amount,category,case,organisation"


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_with_a_header_and_no_rows_is_a_valid_empty_list(mark: bytes, end: bytes) -> None:
    outcome = settle(
        agreement(), period=Q1, spendings=mark + HEADER + end,
        savings=mark + b"spending,party,amount" + end,
    )  # fmt: skip
    assert outcome.rows("lines.csv") == []


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b"\r\n\r\n"])
def test_a_file_of_nothing_is_an_error(content: bytes) -> None:
    assert "empty" in refusal(agreement(), period=Q1, spendings=content)


def test_no_rows_and_no_period_are_refused() -> None:
    said = refusal(agreement(), spendings=b"id,spent_on,amount,category,case,organisation\n")
    assert "--from" in said


# --- versions ----------------------------------------------------------------------------


def two_versions(**second: str) -> tuple[bytes, bytes]:
    return (
        agreement(OWN, parties="a 1, b 1", valid="from 2026-01-01 until 2026-03-01"),
        agreement(OWN, **{"parties": "a 1, b 3", "valid": "from 2026-03-01"} | second, version=2),
    )


def test_a_period_with_two_versions_weighs_every_line_by_that_of_its_day() -> None:
    outcome: Outcome = settle(
        agreement(parties="a 1, b 1", valid="from 2026-01-01 until 2026-03-01"),
        agreement(parties="a 1, b 3", valid="from 2026-03-01", version=2), period=Q1,
        spendings="""
        id  spent_on    booked_on   amount
        s1  2026-02-28  -           4.00
        s2  2026-02-28  2026-03-15  4.00
        s3  2026-03-01  -           4.00
        """,
    )  # fmt: skip
    # s2 is booked under the second version, but spent under the first.
    assert {each: outcome.cells(each) for each in ("s1", "s2", "s3")} == {
        "s1": "a 2.00, b 2.00",
        "s2": "a 2.00, b 2.00",
        "s3": "a 1.00, b 3.00",
    }


def test_ladder_and_funding_are_those_of_the_periods_last_day() -> None:
    ladder = '[[ladder]]\nkind = "cap"\nparty = "a"\namount = "10.00"\nover = "heads"\n'
    versions = two_versions(ladder=ladder, settlement=BRIDGE, contributions="b 2026-03-15 50.00")
    spendings = "id spent_on amount organisation\ns1 2026-01-15 12.00 a"
    before = settle(*versions, period="2026-01-01 2026-03-01", spendings=spendings)
    assert before.adjustments == []
    outcome = settle(*versions, period=Q1, spendings=spendings)
    assert outcome.adjustments == ["1 a -2.00", "1 b 2.00"]
    assert outcome.positions("due", "closing")["b"] == "48.00 0.00"


@pytest.mark.parametrize("day", ["2025-12-31", "2026-03-01"])
def test_money_spent_on_a_day_without_a_version_is_refused(day: str) -> None:
    said = refusal(
        agreement(valid="from 2026-01-01 until 2026-03-01"), period="2026-01-01 2026-03-01",
        spendings=f"id spent_on booked_on amount\ns1 {day} 2026-01-02 4.00",
    )  # fmt: skip
    assert day in said


def test_parties_stand_in_the_order_of_the_last_version_then_newest_version_first() -> None:
    outcome = settle(
        agreement(parties="b 1, x 1, a 1", valid="from 2026-01-01 until 2026-02-01"),
        agreement(parties="b 1, y 1, a 1", valid="from 2026-02-01 until 2026-03-01", version=2),
        agreement(parties="a 1, b 1", valid="from 2026-03-01", version=3),
        period=Q1,
        spendings="""
        id  spent_on    amount  reverses
        s1  2026-01-15   10.00  -
        r1  2026-01-16  -10.00  s1
        """,
    )
    assert list(outcome.positions("balance")) == ["a", "b", "y", "x"]
    # The odd cent of the reversed pair goes to the first in that order, not in the first version.
    assert outcome.cells("s1") == "a 3.34, b 3.33, x 3.33"


# --- what was received -------------------------------------------------------------------


def test_what_was_received_counts_in_place_of_what_was_due() -> None:
    rules = agreement(parties="a 1, b 1", contributions=PAID_IN)
    due = settle(rules, spendings=SPENT, period=Q1)
    same = settle(rules, spendings=SPENT, period=Q1, received={"a": 100_00, "b": 50_00})
    assert same.files == due.files
    # b paid 20.00 of its 50.00: 20 + 10 - 35 is a shortage, and that is called.
    short = settle(rules, spendings=SPENT, period=Q1, received={"a": 100_00, "b": 20_00})
    assert short.positions("contributed", "balance", "due") == {
        "a": "100.00 65.00 0.00",
        "b": "20.00 -5.00 -5.00",
    }
    nothing = settle(rules, spendings=SPENT, period=Q1, received={})
    assert nothing.positions("contributed") == {"a": "0.00", "b": "0.00"}


def test_what_was_received_is_counted_when_it_was_so_that_none_is_missed() -> None:
    rules = agreement(parties="a 1, b 1", contributions=PAID_IN)
    due = settle(rules, spendings="id spent_on amount\ns1 2026-02-15 1.00", period=PART)
    assert [note["note"] for note in due.about["notes"]] == ["contributions-before"]
    received = settle(
        rules, spendings="id spent_on amount\ns1 2026-02-15 1.00", period=PART,
        received={"a": 100_00},
    )  # fmt: skip
    assert received.about["notes"] == []


def test_money_of_a_party_that_nobody_knows_is_refused() -> None:
    assert refusal(agreement(), spendings=SPENT, period=Q1, received={"a": 1, "z": 1}) == (
        "contributions: z paid in but is no party of the agreements given; "
        "give the version that has it"
    )
