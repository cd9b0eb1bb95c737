"""What each key says about who bears a spending; shares worked by hand."""

from __future__ import annotations

import pytest

from tests.support.funds import PER_HEAD, agreement, refusal, settle

FIXED = '[[key]]\ncode = "agreed"\nkind = "fixed"\nshares = { a = "2/5", b = "0.25", c = "7/20" }\n'
OWN = '[[key]]\ncode = "own"\nkind = "home"\nfallback = "heads"\n'
LIVES = '[[key]]\ncode = "lives"\nkind = "home"\nby = "home"\nfallback = "own"\n' + OWN
SAVED = '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "spending"\nfallback = "heads"\n'
SAVED_BY_CASE = SAVED.replace("spending", "case")
MOST = '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "spending"\nfallback = "heads"\n'
CAPPED = SAVED + "capped = true\n"
CAPPED_BY_CASE = SAVED_BY_CASE + "capped = true\n"
Q1 = "2026-01-01 2026-04-01"


# --- measure, fixed, equal ---------------------------------------------------------------


def test_a_measure_divides_in_proportion() -> None:
    outcome = settle(agreement(parties="a 1, b 3"), spendings="id amount\ns1 10.00")
    assert outcome.cells("s1") == "a 2.50, b 7.50"


def test_who_is_no_participant_on_the_day_bears_nothing_and_the_rest_is_rescaled() -> None:
    outcome = settle(
        agreement(FIXED, parties="a 1, b 1, c 1 until 2026-02-01"),
        spendings="""
        id  spent_on    amount
        s1  2026-01-31  20.00
        s2  2026-02-01   6.50
        """,
    )
    # 2/5, 1/4 and 7/20 of 20.00; c leaves on the first of February, for `until` excludes.
    assert outcome.cells("s1") == "a 8.00, b 5.00, c 7.00"
    # Without c: 2/5 and 1/4 are 8/13 and 5/13.
    assert outcome.weights("s2") == "a 8/13, b 5/13"
    assert outcome.cells("s2") == "a 4.00, b 2.50"


def test_who_joins_bears_from_that_day() -> None:
    outcome = settle(
        agreement(parties="a 1, b 1 from 2026-02-01"),
        spendings="""
        id  spent_on    amount
        s1  2026-01-31  4.00
        s2  2026-02-01  4.00
        """,
    )
    assert (outcome.cells("s1"), outcome.cells("s2")) == ("a 4.00", "a 2.00, b 2.00")


def test_an_equal_key_over_named_parties_leaves_the_others_and_outsiders_out() -> None:
    keys = '[[key]]\ncode = "some"\nkind = "equal"\nparties = ["a", "c", "z"]\n'
    outcome = settle(agreement(keys, parties="a 1, b 1, c 9, z -"), spendings="id amount\ns1 4.00")
    assert outcome.cells("s1") == "a 2.00, c 2.00"


def test_an_exact_third_is_a_third_and_not_a_decimal() -> None:
    keys = '[[key]]\ncode = "t"\nkind = "fixed"\nshares = { a = "1/3", b = "2/3" }\n'
    outcome = settle(agreement(keys, parties="a 1, b 1"), spendings="id amount\ns1 1000000.02")
    assert outcome.cells("s1") == "a 333333.34, b 666666.68"


# --- savings -----------------------------------------------------------------------------


def test_savings_divide_over_participants_only() -> None:
    outcome = settle(
        agreement(SAVED, parties="a 1, b 1, z -"), spendings="id amount\ns1 4.00",
        savings="spending party amount\ns1 a 20.00\ns1 a 10.00\ns1 b 10.00\ns1 z 999.00",
    )  # fmt: skip
    # a saves 20 + 10 = 30 against 10 of b; what the outsider saves weighs nothing.
    assert outcome.weights("s1") == "a 3/4, b 1/4"


def test_a_case_that_saves_only_outsiders_goes_by_the_fallback() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 3, z -"), spendings="id amount case\ns1 4.00 k",
        savings="spending party amount\ns1 z 999.00",
    )  # fmt: skip
    assert outcome.cells("s1") == "a 1.00, b 3.00"
    # The key that is named is the assigned one, also where its fallback spoke.
    assert outcome.rows("allocations.csv")[0]["key"] == "saved"


def test_a_negative_total_of_a_spending_and_party_is_zero_before_anything_is_added() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 1"),
        spendings="id amount case\ns1 4.00 k\ns2 4.00 k",
        savings="spending party amount\ns1 a 5.00\ns1 a -8.00\ns2 a 1.00\ns2 b 1.00",
    )
    # a: s1 totals -3, which is 0, and s2 1; not -2 together.
    assert outcome.weights("s1") == outcome.weights("s2") == "a 1/2, b 1/2"


def test_within_a_case_all_savings_known_at_the_end_of_the_period_count() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 1"), period=Q1,
        spendings="""
        id  spent_on    amount  case
        s1  2026-01-05  4.00    k
        s2  2026-03-31  4.00    k
        s3  2026-04-01  4.00    k
        """,
        savings="spending party amount\ns1 a 10.00\ns2 b 30.00\ns3 a 500.00",
    )  # fmt: skip
    # s3 is of the next quarter: its saving is not known yet. 10 against 30, for both lines.
    assert outcome.weights("s1") == outcome.weights("s2") == "a 1/4, b 3/4"


def test_a_booked_line_keeps_its_weights_when_savings_come_later() -> None:
    rules = agreement(SAVED_BY_CASE, parties="a 1, b 1")
    spendings = """
        id  spent_on    amount  case
        s1  2026-01-05  4.00    k
        s2  2026-04-05  4.00    k
        """
    savings = "spending party amount\ns1 a 10.00\ns2 b 30.00"
    first = settle(rules, period=Q1, spendings=spendings, savings=savings)
    second = settle(
        rules, period="2026-04-01 2026-07-01", previous=[first],
        spendings=spendings, savings=savings,
    )  # fmt: skip
    assert first.weights("s1") == "a 1/1"
    # The later line counts what the case saved before.
    assert second.weights("s2") == "a 1/4, b 3/4"


def test_without_a_case_a_line_keeps_its_own_savings() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 1"), spendings="id amount\ns1 4.00\ns2 4.00",
        savings="spending party amount\ns1 a 10.00\ns2 b 30.00",
    )  # fmt: skip
    assert (outcome.weights("s1"), outcome.weights("s2")) == ("a 1/1", "b 1/1")


def test_a_reversed_spending_saves_its_case_nothing() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 1"), savings="spending party amount\n"
        "s1 a 10.00\ns2 b 30.00",
        spendings="""
        id  amount  case  reverses
        s1    4.00  k     -
        s2    4.00  k     -
        r2   -4.00  k     s2
        """,
    )  # fmt: skip
    assert outcome.weights("s1") == "a 1/1"


def test_each_line_of_a_case_looks_at_the_participants_of_its_own_day() -> None:
    outcome = settle(
        agreement(SAVED_BY_CASE, parties="a 1, b 1 until 2026-02-01"),
        spendings="""
        id  spent_on    amount  case
        s1  2026-01-05  4.00    k
        s2  2026-02-05  4.00    k
        """,
        savings="spending party amount\ns1 a 10.00\ns2 b 30.00",
    )
    assert (outcome.weights("s1"), outcome.weights("s2")) == ("a 1/4, b 3/4", "a 1/1")


# --- largest saving and ties -------------------------------------------------------------

TIED = "spending party amount\ns1 a 10.00\ns1 b 10.00\ns1 c 9.99\ns1 z 50.00"
TIE_PARTIES = "a 1, b 3, c 5, z -"


def test_all_falls_where_the_largest_saving_of_a_participant_fell() -> None:
    outcome = settle(
        agreement(MOST, parties=TIE_PARTIES), spendings="id amount\ns1 4.00",
        savings="spending party amount\ns1 a 10.00\ns1 b 10.01\ns1 z 99.00",
    )  # fmt: skip
    assert outcome.cells("s1") == "b 4.00"


def test_ties_share_evenly_where_no_key_is_named() -> None:
    outcome = settle(
        agreement(MOST, parties=TIE_PARTIES), spendings="id amount\ns1 4.00", savings=TIED
    )
    assert outcome.cells("s1") == "a 2.00, b 2.00"


def test_ties_among_all_share_evenly_among_all() -> None:
    outcome = settle(
        agreement(MOST), spendings="id amount\ns1 9.00",
        savings="spending party amount\ns1 a 1.00\ns1 b 1.00\ns1 c 1.00",
    )  # fmt: skip
    assert outcome.cells("s1") == "a 3.00, b 3.00, c 3.00"


def test_ties_share_by_the_key_that_is_named_restricted_to_the_tied() -> None:
    outcome = settle(
        agreement(MOST + 'ties = "heads"\n', parties=TIE_PARTIES),
        spendings="id amount\ns1 4.00", savings=TIED,
    )  # fmt: skip
    # 1 against 3 inhabitants; the 5 of c do not count, for c is not tied.
    assert outcome.cells("s1") == "a 1.00, b 3.00"


def test_ties_share_by_the_fallback_of_the_named_key_where_that_is_empty() -> None:
    outcome = settle(
        agreement(MOST + 'ties = "own"\n' + OWN, parties=TIE_PARTIES),
        spendings="id amount organisation\ns1 4.00 c", savings=TIED,
    )  # fmt: skip
    # `own` gives all to c, who is not tied; its fallback counts inhabitants of a and b.
    assert outcome.cells("s1") == "a 1.00, b 3.00"


def test_ties_share_evenly_where_the_named_key_and_its_fallback_are_empty() -> None:
    outcome = settle(
        agreement(MOST + 'ties = "own"\n' + OWN, parties="a 0, b 0, c 5, z -"),
        spendings="id amount organisation\ns1 4.00 c", savings=TIED,
    )  # fmt: skip
    assert outcome.cells("s1") == "a 2.00, b 2.00"


def test_nobody_saving_anything_goes_by_the_fallback_and_not_by_the_tie() -> None:
    outcome = settle(
        agreement(MOST + 'ties = "own"\n' + OWN, parties=TIE_PARTIES),
        spendings="id amount\ns1 9.00", savings="spending party amount\ns1 a 0.00\ns1 b -1.00",
    )  # fmt: skip
    assert outcome.cells("s1") == "a 1.00, b 3.00, c 5.00"


# --- home and usage ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "organisation", "home", "expected"),
    [
        (OWN, "b", "c", "b 4.00"),  # the organisation that spent
        (OWN, "z", "c", "a 1.00, b 3.00"),  # an outsider spent: the fallback
        (OWN, "c", "a", "a 1.00, b 3.00"),  # c has left
        (LIVES, "b", "a", "a 4.00"),  # where the resident lives
        (LIVES, "b", "-", "b 4.00"),  # nobody knows: the fallback, here the organisation
        (LIVES, "b", "z", "b 4.00"),  # lives outside the participants
        (LIVES, "z", "z", "a 1.00, b 3.00"),  # the fallback's fallback
    ],
)
def test_home_gives_all_to_one_participant_or_falls_back(
    keys: str, organisation: str, home: str, expected: str
) -> None:
    outcome = settle(
        agreement(keys, parties="a 1, b 3, c 9 until 2026-01-10, z -"),
        spendings=f"id amount organisation home\ns1 4.00 {organisation} {home}",
    )
    assert outcome.cells("s1") == expected


USAGE = '[[key]]\ncode = "use"\nkind = "usage"\nperiods = 1\nfallback = "heads"\n'


def test_usage_counts_own_spending_over_the_window_that_ends_where_the_period_begins() -> None:
    outcome = settle(
        agreement(USAGE, parties="a 1, b 1, c 1, d 1, z -", valid="from 2025-01-01"), period=Q1,
        spendings="""
        id  spent_on    booked_on   amount  organisation  refunds
        e1  2025-09-30  -           800.00  b             -
        e2  2025-10-01  -            30.00  a             -
        e3  2025-09-30  2025-12-31   50.00  b             -
        e4  2025-12-01  -           -40.00  b             e3
        e5  2025-11-01  -           -20.00  c             -
        e6  2025-11-01  -           700.00  z             -
        s1  2026-01-01  -             4.00  d             -
        """,
    )  # fmt: skip
    # October up to December: e1 is a day too early, e3 counts by the day it was booked.
    # a 30; b 50 - 40 = 10; c -20 is 0; d nothing yet; z is an outsider. So 3 to 1.
    assert outcome.cells("s1") == "a 3.00, b 1.00"


def test_usage_looks_back_so_many_months_or_so_many_days() -> None:
    spendings = """
        id  spent_on    amount  organisation
        e1  2025-12-31  10.00   a
        e2  2026-01-31  30.00   b
        s1  2026-03-02   4.00   a
        """
    keys = USAGE.replace("periods = 1", "periods = 2")
    rules = agreement(keys, parties="a 1, b 1", valid="from 2025-01-01")
    # March is one month: two months back begin on January 1st, after e1.
    months = settle(rules, period="2026-03-01 2026-04-01", spendings=spendings)
    assert months.cells("s1") == "b 4.00"
    # From the 2nd up to the 31st is 30 days, no whole months: 60 days back is January 1st.
    days = settle(rules, period="2026-03-02 2026-04-01", spendings=spendings)
    assert days.cells("s1") == "b 4.00"
    # 31 days: 62 back is December 30th, so that both count.
    days = settle(rules, period="2026-03-02 2026-04-02", spendings=spendings)
    assert days.cells("s1") == "a 1.00, b 3.00"


def test_usage_by_home_counts_where_residents_live() -> None:
    outcome = settle(
        agreement(USAGE + 'by = "home"\n', parties="a 1, b 1", valid="from 2025-01-01"), period=Q1,
        spendings="""
        id  spent_on    amount  organisation  home
        e1  2025-10-01  30.00   a             b
        e2  2025-10-01  10.00   b             a
        e3  2025-10-01  99.00   a             -
        s1  2026-01-01   4.00   a             a
        """,
    )  # fmt: skip
    assert outcome.cells("s1") == "a 1.00, b 3.00"


def test_usage_without_any_in_the_window_goes_by_the_fallback_and_the_run_says_so() -> None:
    outcome = settle(
        agreement(USAGE, parties="a 1, b 3"), period=Q1, spendings="id amount\ns1 4.00"
    )
    assert outcome.cells("s1") == "a 1.00, b 3.00"
    assert outcome.about["notes"] == [{"note": "window-before-facts", "key": "use"}]
    assert outcome.working.incomplete


def test_facts_reach_back_where_the_earliest_is_booked_on_the_first_day_of_the_window() -> None:
    outcome = settle(
        agreement(USAGE, valid="from 2025-01-01"), period=Q1,
        spendings="id spent_on amount\ne1 2025-10-01 1.00\ns1 2026-01-01 4.00",
    )  # fmt: skip
    assert not outcome.working.incomplete


def test_a_window_that_no_line_looks_back_on_is_not_missed() -> None:
    outcome = settle(agreement(PER_HEAD + USAGE), period=Q1, spendings="id amount\ns1 4.00")
    assert outcome.about["notes"] == []


def test_a_window_from_before_the_calendar_is_refused_where_a_line_looks_back_on_it() -> None:
    far = USAGE.replace("periods = 1", "periods = 120")
    period = "2006-01-01 2026-04-01"
    rows = "id amount\ns1 3.00"
    assert "key use looks back 120 times this period, to before the year 1" in refusal(
        agreement(far), spendings=rows, period=period
    )
    unused = settle(agreement(PER_HEAD + far), spendings=rows, period=period)
    assert unused.cells("s1") == "a 1.00, b 1.00, c 1.00"


def test_a_usage_key_without_a_period_is_refused() -> None:
    assert "--from" in refusal(agreement(USAGE), spendings="id amount\ns1 4.00")


# --- blends and tiers --------------------------------------------------------------------

BLEND = (
    '[[key]]\ncode = "mix"\nkind = "blend"\nparts = [{ key = "most", share = "0.70" }, '
    '{ key = "heads", share = "0.30" }]\n' + MOST
)


def test_a_tiered_key_in_a_blend_cuts_the_spending_and_not_its_part() -> None:
    keys = (
        '[[key]]\ncode = "mix"\nkind = "blend"\nparts = [{ key = "tiers", share = "0.50" }, '
        '{ key = "heads", share = "0.50" }]\n'
        '[[key]]\ncode = "tiers"\nkind = "tiered"\n'
        'tiers = [{ up_to = "10.00", key = "for-b" }, { key = "for-a" }]\n'
        '[[key]]\ncode = "for-a"\nkind = "fixed"\nshares = { a = "1" }\n'
        '[[key]]\ncode = "for-b"\nkind = "fixed"\nshares = { b = "1" }\n'
    )
    outcome = settle(agreement(keys, parties="a 1, b 1"), spendings="id amount\ns1 20.00")
    # The first 10.00 of the spending is half of it: of the tiers' half a quarter goes to each.
    assert outcome.weights("s1") == "a 1/2, b 1/2"


def test_a_blend_adds_complete_keys_each_with_its_own_fallback() -> None:
    outcome = settle(
        agreement(BLEND, parties="a 1, b 2"), spendings="id amount\ns1 10.00\ns2 9.00",
        savings="spending party amount\ns1 a 5.00",
    )  # fmt: skip
    # s1: a 70 % + 10 %, b 20 %. s2 saves nobody anything: all of it by inhabitants.
    assert outcome.weights("s1") == "a 4/5, b 1/5"
    assert outcome.weights("s2") == "a 1/3, b 2/3"


@pytest.mark.parametrize("kind", ["blend", "tiered"])
def test_a_part_that_gives_nobody_a_weight_refuses_the_run_and_names_the_spending(
    kind: str,
) -> None:
    parts = {
        "blend": 'parts = [{ key = "few", share = "1/2" }, { key = "heads", share = "1/2" }]\n',
        "tiered": 'tiers = [{ up_to = "1.00", key = "few" }, { key = "heads" }]\n',
    }
    keys = f'[[key]]\ncode = "mix"\nkind = "{kind}"\n{parts[kind]}'
    keys += '[[key]]\ncode = "few"\nkind = "equal"\nparties = ["c"]\n'
    rules = agreement(keys, parties="a 1, b 1, c 1 until 2026-02-01")
    said = refusal(rules, spendings="id spent_on amount\ns1 2026-01-15 4.00\ns2 2026-02-15 4.00")
    # c still weighs in January. In February its half is nobody's, and is never rescaled away.
    assert "s2" in said
    assert "few" in said
    assert "s1" not in said


TIERS = (
    '[[key]]\ncode = "cut"\nkind = "tiered"\ntiers = [{ up_to = "250.00", key = "even" }, '
    '{ up_to = "300.00", key = "heads" }, { key = "own" }]\n'
    '[[key]]\ncode = "even"\nkind = "equal"\n' + OWN
)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("250.00", "a 125.00, b 125.00"),  # the bound itself belongs to the slice below it
        ("254.00", "a 126.00, b 128.00"),  # 4.00 by inhabitants: 1 against 3
        ("300.00", "a 137.50, b 162.50"),  # 50.00 by inhabitants: 12.50 and 37.50
        ("310.00", "a 137.50, b 172.50"),  # the last 10.00 to who spent, b
        ("-310.00", "a -137.50, b -172.50"),  # of a negative row the absolute amount is cut
    ],
)
def test_tiers_cut_the_amount_of_one_spending_at_inclusive_bounds(
    amount: str, expected: str
) -> None:
    outcome = settle(
        agreement(TIERS, parties="a 1, b 3"),
        spendings=f"id amount organisation\ns1 {amount} b",
    )
    assert outcome.cells("s1") == expected


# --- capped savings ----------------------------------------------------------------------

ROOM = "spending party amount\ns1 a 30.00\ns1 b 20.00\ns1 z 900.00"


@pytest.mark.parametrize(
    ("parties", "amount", "expected"),
    [
        # Less than is saved: plainly in proportion.
        ("a 1, b 1, c 1, z -", "40.00", "a 24.00, b 16.00"),
        ("a 1, b 1, c 1, z -", "50.00", "a 30.00, b 20.00"),
        # More: both pay all they save, the rest falls on c, who saves nothing.
        ("a 1, b 1, c 1, z -", "100.00", "a 30.00, b 20.00, c 50.00"),
        ("a 1, b 1, c 1, d 4, z -", "100.00", "a 30.00, b 20.00, c 10.00, d 40.00"),
        # Nobody has room or saves nothing: the plain fallback, inhabitants of all.
        ("a 1, b 1, z -", "100.00", "a 55.00, b 45.00"),
        # A negative line uses its absolute amount.
        ("a 1, b 1, c 1, z -", "-100.00", "a -30.00, b -20.00, c -50.00"),
    ],
)
def test_capped_nobody_pays_more_than_it_saves_by_the_spending(
    parties: str, amount: str, expected: str
) -> None:
    outcome = settle(
        agreement(CAPPED, parties=parties), spendings=f"id amount\ns1 {amount}", savings=ROOM
    )
    assert outcome.cells("s1") == expected


def test_capped_by_case_every_line_takes_the_same_proportion() -> None:
    outcome = settle(
        agreement(CAPPED_BY_CASE, parties="a 1, b 1, c 1, z -"),
        spendings="id amount case\ns1 60.00 k\ns2 40.00 k\ns3 40.00 -", savings=ROOM,
    )  # fmt: skip
    # 100.00 together against 50.00 saved: half of each line, 3 to 2, and c the other half.
    assert outcome.cells("s1") == "a 18.00, b 12.00, c 30.00"
    assert outcome.cells("s2") == "a 12.00, b 8.00, c 20.00"
    # s3 has no case and saves nobody anything.
    assert outcome.weights("s3") == "a 1/3, b 1/3, c 1/3"


def test_capped_by_case_earlier_settlements_are_not_counted() -> None:
    rules = agreement(CAPPED_BY_CASE, parties="a 1, b 1, c 1, z -")
    spendings = "id spent_on amount case\ns1 2026-01-05 50.00 k\ns2 2026-04-05 50.00 k"
    first = settle(rules, period=Q1, spendings=spendings, savings=ROOM)
    second = settle(
        rules, period="2026-04-01 2026-07-01", spendings=spendings, savings=ROOM, previous=[first]
    )
    assert first.cells("s1") == second.cells("s2") == "a 30.00, b 20.00"


def test_capped_by_case_what_is_left_goes_over_those_with_room_left_or_without_a_saving() -> None:
    outcome = settle(
        agreement(CAPPED_BY_CASE, parties="a 1, b 1 from 2026-02-01, c 1, z -"),
        spendings="""
        id  spent_on    amount  case
        s1  2026-01-05  50.00   k
        s2  2026-02-05  10.00   k
        """,
        savings=ROOM,
    )
    # By savings s1 asks a for 50, s2 asks a for 6 and b for 4. a saves 30 and is asked 56, so
    # every line takes 30/56 = 15/28 of it. What is left, 13/28 of each, goes by inhabitants:
    # s1 to c; s2 to b, who has room left, and c, who saves nothing, half each.
    assert outcome.weights("s1") == "a 15/28, c 13/28"
    assert outcome.weights("s2") == "a 9/28, b 25/56, c 13/56"


def test_a_capped_part_of_a_blend_is_about_its_part_of_the_amount() -> None:
    keys = (
        '[[key]]\ncode = "mix"\nkind = "blend"\nparts = [{ key = "saved", share = "1/2" }, '
        '{ key = "heads", share = "1/2" }]\n' + CAPPED
    )
    outcome = settle(
        agreement(keys, parties="a 1, b 1, c 2, z -"), spendings="id amount\ns1 120.00",
        savings=ROOM,
    )  # fmt: skip
    # 60.00 capped: a 30, b 20, and 10 to c. 60.00 by inhabitants: 15, 15, 30.
    assert outcome.cells("s1") == "a 45.00, b 35.00, c 40.00"


# --- assignment --------------------------------------------------------------------------


def test_the_first_assignment_that_matches_in_all_its_members_wins() -> None:
    assignment = """
        [[assignment]]
        category = ["rent", "deposit"]
        domain = ["housing"]
        key = "own"
        [[assignment]]
        party = ["b"]
        spent_from = 2026-01-10
        spent_until = 2026-01-20
        key = "even"
        [[assignment]]
        key = "heads"
        """
    keys = OWN + '[[key]]\ncode = "even"\nkind = "equal"\n'
    outcome = settle(
        agreement(keys, parties="a 1, b 3", assignment=assignment),
        spendings="""
        id  spent_on    amount  category  domain   organisation
        s1  2026-01-15  4.00    deposit   housing  b
        s2  2026-01-15  4.00    deposit   -        b
        s3  2026-01-09  4.00    rent      work     b
        s4  2026-01-10  4.00    rent      work     b
        s5  2026-01-20  4.00    food      housing  b
        s6  2026-01-15  4.00    food      housing  a
        """,
    )
    assert {f"s{n}": outcome.cells(f"s{n}") for n in range(1, 7)} == {
        "s1": "b 4.00",
        "s2": "a 2.00, b 2.00",  # no domain is not `housing`; b, within the days
        "s3": "a 1.00, b 3.00",  # a day too early
        "s4": "a 2.00, b 2.00",  # `spent_from` includes
        "s5": "a 1.00, b 3.00",  # `spent_until` excludes
        "s6": "a 1.00, b 3.00",  # another party
    }
