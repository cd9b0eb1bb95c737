"""The account beside the journal, as tables worked by hand.

Statements are ``NUMBER LAST_DAY OPENING CLOSING``, lines ``NAME DAY AMOUNT``, movements of
the journal ``NAME DAY AMOUNT``; ``L1=m1+m2`` says that a line is those movements.
"""

from __future__ import annotations

import pytest

from ledger.bank.kept import LineKey
from ledger.bank.matching import Match, Rule
from ledger.bank.reconciliation import Books, Movement, Reconciliation, reconcile
from ledger.money import as_text, parse
from tests.support.bank_files import OTHER, POOL, day
from tests.support.bank_lines import extracts, lines


def books(
    statements: str = "",
    some: str = "",
    journal: str = "",
    matches: str = "",
    **reasons: str,
) -> Books:
    """Return books; a reason is given by the name of a line, or as ``beginning``."""
    found = lines(some)
    keys = {line.key.reference: line.key for line in found}
    moved = [row.split() for row in journal.strip().splitlines()]
    return Books(
        extracts=extracts(statements),
        lines=found,
        movements=[
            Movement(id=name, on=day(on), amount_cents=parse(cents)) for name, on, cents in moved
        ],
        matches=[
            Match(line=keys[line], items=tuple(names.split("+")), rule=Rule.NEAR)
            for line, names in (each.split("=") for each in matches.split())
        ],
        reasons={keys.get(name, POOL): why for name, why in reasons.items()},
    )


def shown(found: Reconciliation) -> list[str]:
    """Return a reconciliation as lines of text: balances, under way, differences, gaps."""
    return [
        f"bank {as_text(found.bank_cents)}, journal {as_text(found.journal_cents)}"
        + ("" if found.reconciles else ", does not reconcile"),
        *(
            f"under way: {each.movement.id} {as_text(each.movement.amount_cents)}, "
            f"{each.age_days} days"
            for each in found.under_way
        ),
        *(
            f"difference: {each.of.reference if isinstance(each.of, LineKey) else each.of} "
            f"{as_text(each.amount_cents)}, {each.age_days} days"
            + (f", {each.reason}" if each.reason else "")
            + (f", booked {each.booked_later:%m-%d}" if each.booked_later else "")
            + (", overdue" if each.overdue else "")
            for each in found.differences
        ),
        *(
            f"gap: {gap.sign}"
            + (f" after {gap.after:%m-%d}" if gap.after else "")
            + (f" before {gap.before:%m-%d}" if gap.before else "")
            + (f" of {as_text(gap.difference_cents)}" if gap.difference_cents else "")
            for gap in found.gaps
        ),
    ]


# --- the account beside the journal --------------------------------------------------------

JANUARY = "1 01-31 0.00 60.00 first=01-05"
PAID_IN = "L1 01-05 100.00\nL2 01-20 -40.00"
IN_JOURNAL = "m1 01-05 100.00\nm2 01-18 -40.00"


def test_what_is_matched_reconciles() -> None:
    found = reconcile(books(JANUARY, PAID_IN, IN_JOURNAL, "L1=m1 L2=m2"), day=day("01-31"))

    assert shown(found) == ["bank 60.00, journal 60.00"]


def test_a_movement_without_a_line_is_under_way() -> None:
    journal = f"{IN_JOURNAL}\nm3 01-29 -15.00"
    found = reconcile(books(JANUARY, PAID_IN, journal, "L1=m1 L2=m2"), day=day("01-31"))

    # 60 on the account, of which 15 is on its way out: the journal has 45.
    assert shown(found) == ["bank 60.00, journal 45.00", "under way: m3 -15.00, 2 days"]


def test_a_movement_is_under_way_until_the_day_of_its_line() -> None:
    all_of_it = books(JANUARY, PAID_IN, IN_JOURNAL, "L1=m1 L2=m2")

    assert shown(reconcile(all_of_it, day=day("01-19"))) == [
        "bank 100.00, journal 60.00",
        "under way: m2 -40.00, 1 days",
    ]
    assert shown(reconcile(all_of_it, day=day("01-20"))) == ["bank 60.00, journal 60.00"]


def test_a_line_that_nobody_explained_is_a_difference() -> None:
    found = reconcile(books(JANUARY, PAID_IN, "m1 01-05 100.00", "L1=m1"), day=day("01-31"))

    assert shown(found) == [
        "bank 60.00, journal 100.00, does not reconcile",
        "difference: L2 -40.00, 11 days",
    ]


@pytest.mark.parametrize(("on", "overdue"), [("02-03", ""), ("02-04", ", overdue")])
def test_after_fourteen_days_it_is_overdue(on: str, overdue: str) -> None:
    statements = f"{JANUARY}\n2 02-28 60.00 60.00"
    found = reconcile(books(statements, PAID_IN, "m1 01-05 100.00", "L1=m1"), day=day(on))

    age = 14 if not overdue else 15
    assert shown(found)[1:] == [f"difference: L2 -40.00, {age} days{overdue}"]


def test_a_line_that_was_explained_stays_a_difference_with_its_reason() -> None:
    found = reconcile(
        books(JANUARY, PAID_IN, "m1 01-05 100.00", "L1=m1", L2="costs of the bank"),
        day=day("01-31"),
    )

    assert shown(found) == [
        "bank 60.00, journal 100.00",
        "difference: L2 -40.00, 11 days, costs of the bank",
    ]


def test_a_line_that_the_journal_has_later_is_explained_by_that() -> None:
    journal = "m1 01-05 100.00\nm2 02-02 -40.00"
    found = reconcile(books(JANUARY, PAID_IN, journal, "L1=m1 L2=m2"), day=day("01-31"))

    assert shown(found) == [
        "bank 60.00, journal 100.00",
        "difference: L2 -40.00, 11 days, booked 02-02",
    ]


def test_of_a_batch_the_journal_may_have_a_part() -> None:
    journal = "m1 01-05 100.00\nm2 01-18 -30.00\nm3 02-01 -10.00"
    found = reconcile(books(JANUARY, PAID_IN, journal, "L1=m1 L2=m2+m3"), day=day("01-31"))

    assert shown(found) == [
        "bank 60.00, journal 70.00",
        "difference: L2 -10.00, 11 days, booked 02-01",
    ]


def test_a_match_with_what_the_journal_does_not_have_explains_nothing() -> None:
    found = reconcile(books(JANUARY, PAID_IN, "m1 01-05 100.00", "L1=m1 L2=m2"), day=day("01-31"))

    assert shown(found)[1:] == ["difference: L2 -40.00, 11 days"]


def test_a_batch_of_which_the_journal_never_had_a_part_is_not_explained_by_the_rest() -> None:
    journal = "m1 01-05 100.00\nm3 02-01 -10.00"
    found = reconcile(books(JANUARY, PAID_IN, journal, "L1=m1 L2=m2+m3"), day=day("01-31"))

    assert shown(found)[1:] == ["difference: L2 -40.00, 11 days"]


def test_what_stood_there_before_the_first_statement_is_a_difference_until_explained() -> None:
    statements, some = "1 01-31 25.00 125.00 first=01-05 opened=01-01", "L1 01-05 100.00"
    journal, matches = "m1 01-05 100.00", "L1=m1"

    assert shown(reconcile(books(statements, some, journal, matches), day=day("01-31"))) == [
        "bank 125.00, journal 100.00, does not reconcile",
        f"difference: {POOL} 25.00, 30 days, overdue",
    ]
    explained = books(statements, some, journal, matches, beginning="of the fund before this")
    assert shown(reconcile(explained, day=day("01-31"))) == [
        "bank 125.00, journal 100.00",
        f"difference: {POOL} 25.00, 30 days, of the fund before this",
    ]


def test_what_stood_there_at_first_has_no_age_before_that_day() -> None:
    found = reconcile(books("1 01-31 25.00 25.00 opened=01-10"), day=day("01-05"))

    assert shown(found) == [
        "bank 25.00, journal 0.00, does not reconcile",
        f"difference: {POOL} 25.00, 0 days",
        "gap: beginning before 01-10",
    ]


def test_two_accounts_of_one_fund_are_added_up() -> None:
    moved = Books(
        extracts=[*extracts("1 01-31 0.00 40.00 first=01-05"),
                  *extracts("1 01-31 0.00 60.00 first=01-30", account=OTHER)],
        lines=[*lines("L1 01-05 100.00\nL2 01-30 -60.00"),
               *lines("L1 01-30 60.00", account=OTHER)],
        movements=[Movement(id="m1", on=day("01-05"), amount_cents=10000)],
        matches=[Match(line=lines("L1 01-05 100.00")[0].key, items=("m1",), rule=Rule.NEAR)],
        reasons={},
    )  # fmt: skip

    assert shown(reconcile(moved, day=day("01-31"))) == [
        "bank 100.00, journal 100.00, does not reconcile",
        "difference: L1 60.00, 1 days",
        "difference: L2 -60.00, 1 days",
    ]


def test_without_a_statement_nothing_reconciles_but_nothing() -> None:
    assert shown(reconcile(books(), day=day("01-31"))) == ["bank 0.00, journal 0.00"]
    assert shown(reconcile(books(journal="m1 01-05 10.00"), day=day("01-31"))) == [
        "bank 0.00, journal 10.00, does not reconcile",
        "under way: m1 10.00, 26 days",
        "gap: end",
    ]
    assert reconcile(books(journal="m1 01-05 10.00"), day=day("01-04")).reconciles


# --- statements that are missing -----------------------------------------------------------

# Each table: statements, lines, day, gaps.
GAPS = {
    "day after day": (
        "1 01-05 0.00 10.00\n2 01-06 10.00 15.00\n3 01-07 15.00 15.00",
        "L1 01-05 10.00\nL2 01-06 5.00",
        "01-07",
        [],
    ),
    "a day without lines needs no statement if a later one follows": (
        "1 01-05 0.00 10.00\n2 01-12 10.00 15.00",
        "L1 01-05 10.00\nL2 01-12 5.00",
        "01-09",
        [],
    ),
    "a day after the last statement is missing": (
        "1 01-05 0.00 10.00",
        "L1 01-05 10.00",
        "01-06",
        ["gap: end after 01-05"],
    ),
    "a day before the first statement is missing": (
        "1 01-05 0.00 10.00 opened=01-04",
        "L1 01-05 10.00",
        "01-03",
        ["gap: beginning before 01-04"],
    ),
    "an opening that is not the closing before": (
        "1 01-05 0.00 10.00\n3 01-07 13.00 18.00",
        "L1 01-05 10.00\nL3 01-07 5.00",
        "01-07",
        ["gap: opening after 01-05 before 01-07 of 3.00",
         "gap: number after 01-05 before 01-07"],
    ),
    "a gap that begins on the day or later does not count": (
        "- 01-05 0.00 10.00\n- 01-07 13.00 18.00",
        "L1 01-05 10.00\nL3 01-07 5.00",
        "01-05",
        [],
    ),
    "a gap that began before the day counts, also where the day lies in it": (
        "- 01-05 0.00 10.00\n- 01-07 13.00 18.00",
        "L1 01-05 10.00\nL3 01-07 5.00",
        "01-06",
        ["gap: opening after 01-05 before 01-07 of 3.00"],
    ),
    "only the first statement after a gap is named": (
        "- 01-05 0.00 10.00\n- 01-07 13.00 18.00\n- 01-08 18.00 20.00",
        "L1 01-05 10.00\nL3 01-07 5.00\nL4 01-08 2.00",
        "01-08",
        ["gap: opening after 01-05 before 01-07 of 3.00"],
    ),
    "a month that comes later fills the gap": (
        "1 01-05 0.00 10.00\n3 01-07 13.00 18.00\n1 01-31 0.00 18.00 first=01-05 id=month",
        "L1 01-05 10.00\nL2 01-06 3.00\nL3 01-07 5.00",
        "01-31",
        [],
    ),
    "two statements of one day follow each other": (
        "- 01-05 10.00 20.00 id=b\n- 01-05 20.00 13.00 id=a",
        "L1 01-05 10.00\nL2 01-05 -7.00",
        "01-05",
        [],
    ),
    "a number that skips, where nothing moved on balance": (
        "1 01-05 0.00 10.00\n3 01-08 10.00 15.00",
        "L1 01-05 10.00\nL3 01-08 5.00",
        "01-08",
        ["gap: number after 01-05 before 01-08"],
    ),
    "numbers of months beside those of days do not skip": (
        "1 01-05 0.00 10.00\n2 01-06 10.00 12.00\n40 02-09 12.00 15.00\n"
        "1 01-31 0.00 12.00 first=01-05 id=month",
        "L1 01-05 10.00\nL2 01-06 2.00\nL3 02-09 3.00",
        "02-09",
        [],
    ),
    "a number that skips no day does not matter": (
        "1 01-05 0.00 10.00\n3 01-06 10.00 15.00",
        "L1 01-05 10.00\nL3 01-06 5.00",
        "01-06",
        [],
    ),
    "days of a number that skips are those of another statement": (
        "1 01-05 0.00 10.00\n3 01-08 10.00 15.00\n- 01-07 10.00 10.00",
        "L1 01-05 10.00\nL3 01-08 5.00",
        "01-08",
        [],
    ),
    "lines that do not lead to the closing balance": (
        "1 01-05 0.00 10.00\n2 01-06 10.00 15.00",
        "L1 01-05 10.00\nL2 01-06 2.50",
        "01-06",
        ["gap: lines after 01-05 before 01-06 of 2.50"],
    ),
    "a statement without balances rests on its lines": (
        "1 01-05 0.00 10.00\n2 01-06 - - turnover=5.00\n3 01-07 15.00 16.00",
        "L1 01-05 10.00\nL2 01-06 5.00\nL3 01-07 1.00",
        "01-07",
        [],
    ),
    "a balance that is not said follows from the other": (
        "1 01-05 0.00 - turnover=10.00\n2 01-06 - 15.00 turnover=5.00\n3 01-07 14.00 14.00",
        "L1 01-05 10.00\nL2 01-06 5.00",
        "01-07",
        ["gap: opening after 01-06 before 01-07 of -1.00"],
    ),
    "no statement says a balance": (
        "1 01-05 - - turnover=10.00",
        "L1 01-05 10.00",
        "01-05",
        ["gap: balance"],
    ),
    "a statement in three parts is one": (
        "1 01-05 0.00 - turnover=10.00 id=a\n1 01-05 - - turnover=3.00 id=a page=2\n"
        "1 01-05 - 15.00 turnover=2.00 id=a page=3\n2 01-06 15.00 15.00",
        "L1 01-05 10.00\nL2 01-05 3.00\nL3 01-05 2.00",
        "01-06",
        [],
    ),
    "a part of a statement that is missing": (
        "1 01-05 0.00 - turnover=10.00 id=a\n1 01-05 - 15.00 turnover=2.00 id=a page=3",
        "L1 01-05 10.00\nL3 01-05 2.00",
        "01-05",
        ["gap: lines before 01-05 of 3.00"],
    ),
    "a line of a day that had been closed already": (
        "1 01-05 0.00 10.00 first=01-03\n2 01-06 10.00 12.00 first=01-04",
        "L1 01-03 10.00\nL2 01-04 2.00",
        "01-05",
        [],
    ),
    "a line of an earlier day beside a day that only the month tells of": (
        "1 01-03 0.00 10.00\n3 01-07 13.00 20.00 first=01-04\n"
        "1 01-31 0.00 20.00 first=01-03 id=month",
        "L1 01-03 10.00\nL2 01-06 3.00\nL3 01-07 5.00\nL4 01-04 2.00",
        "01-31",
        [],
    ),
    "a statement without balances before the first with them": (
        "1 01-05 - - turnover=10.00\n2 01-06 10.00 15.00",
        "L1 01-05 10.00\nL2 01-06 5.00",
        "01-06",
        [],
    ),
    "an empty statement after a gap, sent twice": (
        "- 01-05 0.00 10.00\n- 01-07 13.00 13.00 id=a\n- 01-07 13.00 13.00 id=a",
        "L1 01-05 10.00",
        "01-07",
        ["gap: opening after 01-05 before 01-07 of 3.00"],
    ),
    "one gap that a day and a month show is one": (
        "- 01-05 0.00 10.00\n- 01-07 13.00 18.00\n- 01-31 13.00 18.00 first=01-07",
        "L1 01-05 10.00\nL3 01-07 5.00",
        "01-31",
        ["gap: opening after 01-05 before 01-07 of 3.00"],
    ),
    "a statement in parts has the days of all of them": (
        "1 01-05 0.00 - turnover=10.00 id=a\n1 01-06 - 13.00 turnover=3.00 id=a page=2 first=01-04",
        "L1 01-05 10.00\nL2 01-04 3.00",
        "01-06",
        [],
    ),
    "the same statement twice is one": (
        "1 01-05 0.00 10.00\n1 01-05 0.00 10.00",
        "L1 01-05 10.00",
        "01-05",
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", GAPS)
def test_statements_that_are_missing(title: str) -> None:
    statements, some, on, gaps = GAPS[title]
    found = reconcile(books(statements, some), day=day(on))

    assert [each for each in shown(found) if each.startswith("gap")] == gaps


# --- what cannot be ------------------------------------------------------------------------


def test_books_that_contradict_themselves_are_refused() -> None:
    twice = "there twice"
    cases = [
        (books("", PAID_IN), "no statement of it"),
        (books(JANUARY, f"{PAID_IN}\nL1 01-05 100.00"), twice),
        (books(JANUARY, PAID_IN, f"{IN_JOURNAL}\nm1 01-05 100.00"), twice),
        (books(JANUARY, PAID_IN, IN_JOURNAL, "L1=m1 L2=m1"), twice),
        (books(JANUARY, PAID_IN, IN_JOURNAL, "L1=m1 L1=m2"), twice),
        (books(JANUARY, PAID_IN, IN_JOURNAL, "L1=m2"), "a match does not add up"),
    ]
    for wrong, why in cases:
        with pytest.raises(ValueError, match=why):
            reconcile(wrong, day=day("01-31"))

    stranger = Match(line=lines("L9 01-05 1.00")[0].key, items=("m1",), rule=Rule.NEAR)
    unknown = Books(extracts=[], lines=[], movements=[], matches=[stranger], reasons={})
    with pytest.raises(ValueError, match="a line that is not there"):
        reconcile(unknown, day=day("01-31"))
