"""What findings are once people decided, and by which day people do: rules as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from ledger.agreement import reading
from ledger.decisions import judging, moratoria, places, terms
from tests.support import deciding


@dataclass(frozen=True)
class Found:
    kind: str = "error"
    criterion: str | None = "conditions"
    ended: str | None = None
    accepted: int | None = None


@dataclass(frozen=True)
class Said:
    number: int
    verdict: str | None


def said(text: str) -> list[Said]:
    """Return reviews, numbered in order; ``-`` is a mere comment."""
    numbered = enumerate(text.split(), 1)
    return [Said(number, None if each == "-" else each) for number, each in numbered]


@pytest.mark.parametrize(
    ("kind", "reviews", "now"),
    [
        ("error", "", "error"),
        ("error", "agreed", "error"),
        ("error", "disagreed", "error"),
        ("uncertainty", "", "uncertainty"),
        ("uncertainty", "agreed", "uncertainty"),
        ("uncertainty", "more-information", "uncertainty"),
        ("uncertainty", "disagreed", "error"),  # from then on
        ("uncertainty", "disagreed -", "error"),  # a comment is no verdict
        ("uncertainty", "disagreed agreed", "uncertainty"),  # the last counts
        ("uncertainty", "agreed more-information disagreed", "error"),
        ("control", "disagreed", "control"),  # it never enters a statement
    ],
)
def test_an_uncertainty_that_a_reviewer_disputes_is_an_error(
    kind: str, reviews: str, now: str
) -> None:
    assert judging.kind_now(Found(kind=kind), said(reviews)) == now


@pytest.mark.parametrize(
    ("found", "reviews", "is_open", "to_review"),
    [
        (Found(), "", True, False),  # the board decides first
        (Found(kind="uncertainty"), "", True, False),
        (Found(criterion="misuse", kind="uncertainty"), "", True, True),
        (Found(criterion="misuse", kind="uncertainty"), "agreed", True, False),
        (Found(accepted=0), "", False, True),
        (Found(accepted=0), "-", False, True),
        (Found(accepted=0), "agreed", False, False),
        (Found(accepted=0), "disagreed", False, False),
        (Found(accepted=0), "more-information", False, False),  # somebody else's turn
        (Found(accepted=0), "more-information -", False, True),  # which was answered
        (Found(accepted=0), "more-information - agreed -", False, False),
        (Found(accepted=0, ended="resolved"), "", False, False),
        (Found(criterion="misuse", kind="uncertainty", accepted=3), "agreed", False, True),
        (Found(accepted=3), "agreed disagreed", False, True),  # these were before it
        (Found(accepted=3), "agreed disagreed - -", False, True),
        (Found(accepted=3), "- - - agreed", False, False),
        (Found(accepted=3), "- more-information -", False, True),
        (Found(accepted=3), "- - - more-information", False, False),
        (Found(accepted=3), "- - - more-information -", False, True),
        (Found(ended="reversed"), "", False, False),
        (Found(kind="control", criterion=None), "", False, False),
    ],
)
def test_what_waits_for_whom(found: Found, reviews: str, is_open: bool, to_review: bool) -> None:
    assert judging.is_open(found) is is_open
    assert judging.is_to_review(found, said(reviews)) is to_review


@pytest.mark.parametrize(
    ("asked_on", "days", "decide_by"),
    [
        ("2026-03-02", 2, "2026-03-04"),  # Monday: Wednesday
        ("2026-03-05", 2, "2026-03-09"),  # Thursday: Monday
        ("2026-03-06", 2, "2026-03-10"),  # Friday: Tuesday
        ("2026-03-07", 2, "2026-03-10"),  # Saturday: Tuesday
        ("2026-03-06", 0, "2026-03-06"),
        ("2026-03-06", 5, "2026-03-13"),
        ("2026-03-06", None, "2026-03-10"),  # two, where the agreement does not say
    ],
)
def test_a_moratorium_is_decided_on_within_working_days(
    asked_on: str, days: int | None, decide_by: str
) -> None:
    more = "[lawfulness]\n" + ("" if days is None else f"moratorium_within_days = {days}\n")
    agreed = reading.read("agreement.toml", deciding.agreement(more))

    assert terms.moratorium_by(agreed, date.fromisoformat(asked_on)) == date.fromisoformat(
        decide_by
    )


@pytest.mark.parametrize(("terms_", "days"), [("", 10), ("table_within_days = 3\n", 3)])
def test_the_table_decides_within_days(terms_: str, days: int) -> None:
    agreed = reading.read("agreement.toml", deciding.agreement(f"[lawfulness]\n{terms_}"))

    assert (terms.table_by(agreed, date(2026, 3, 1)) - date(2026, 3, 1)).days == days


def test_a_fund_without_a_test_promises_the_same() -> None:
    agreed = reading.read("agreement.toml", deciding.agreement())

    assert terms.moratorium_by(agreed, date(2026, 3, 2)) == date(2026, 3, 4)
    assert terms.table_by(agreed, date(2026, 3, 2)) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("decided_on", "on", "late"),
    [
        (None, "2026-03-04", False),  # the last day is not over
        (None, "2026-03-05", True),
        ("2026-03-04", "2026-03-20", False),
        ("2026-03-05", "2026-03-20", True),
    ],
)
def test_a_promise_is_broken_after_its_last_day(
    decided_on: str | None, on: str, late: bool
) -> None:
    day = None if decided_on is None else date.fromisoformat(decided_on)

    assert terms.is_late(date(2026, 3, 4), day, on=date.fromisoformat(on)) is late


@pytest.mark.parametrize(
    ("reminded_on", "due_on"),
    [
        ("", "2026-03-16"),  # the day after 14 days
        ("2026-03-16", "2026-03-30"),  # the day after 28 days
        ("2026-03-18", "2026-04-01"),  # whoever was reminded late has a whole term again
        ("2026-03-16 2026-03-30", None),  # twice, and no more
    ],
)
def test_somebody_is_reminded_after_the_term_and_after_twice_the_term(
    reminded_on: str, due_on: str | None
) -> None:
    before = tuple(map(date.fromisoformat, reminded_on.split()))
    due = terms.reminder_due(date(2026, 3, 1), 14, before)

    assert due == (None if due_on is None else date.fromisoformat(due_on))


@pytest.mark.parametrize(
    ("granted", "on", "state"),
    [
        (None, "2026-07-01", "asked"),  # what nobody decided on lapses from nothing
        (False, "2026-05-31", "declined"),
        (True, "2026-05-31", "granted"),
        (True, "2026-06-01", "lapsed"),  # by its date, without anybody doing anything
    ],
)
def test_a_moratorium_lapses_by_itself(granted: bool | None, on: str, state: str) -> None:
    until = date(2026, 6, 1)

    assert moratoria.state(granted=granted, until=until, on=date.fromisoformat(on)) == state


@pytest.mark.parametrize(
    ("case", "day", "rule", "covers"),
    [
        (7, "2026-02-09", "departs-from-rule", False),
        (7, "2026-02-10", "departs-from-rule", True),
        (7, "2026-05-31", "prior-provision", True),
        (7, "2026-06-01", "departs-from-rule", False),
        (8, "2026-03-01", "departs-from-rule", False),
        (None, "2026-03-01", "departs-from-rule", False),
        (7, "2026-03-01", "mandate-per-spending", False),
    ],
)
def test_a_moratorium_covers_its_case_and_its_rules_while_it_holds(
    case: int | None, day: str, rule: str, covers: bool
) -> None:
    granted = moratoria.Granted(3, "m1", 7, date(2026, 2, 10), date(2026, 6, 1))

    assert granted.covers(case, date.fromisoformat(day), rule) is covers


@pytest.mark.parametrize("text", ["17/2", " 17/2 "])
def test_a_finding_is_named_by_its_act_and_line(text: str) -> None:
    assert places.read(text) == (17, 2)
    assert places.told((17, 2)) == "17/2"


@pytest.mark.parametrize("text", ["", "17", "17/", "17/0", "0/1", "-1/2", "a/b", "1/2/3"])
def test_what_is_no_finding_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no finding; write it as 17/2"):
        places.read(text)
