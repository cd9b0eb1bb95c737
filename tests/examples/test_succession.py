"""Settlements follow each other: what may stand between ``--previous`` and a period."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest

from tests.support.funds import Outcome, agreement, refusal, settle

RULES: Final = agreement(parties="a 1, b 1", contributions="a 2026-02-01 60.00, a 2026-05-01 7.00")
ROWS: Final = """
    id  spent_on    amount
    s1  2026-01-15  10.00
    s2  2026-04-15  20.00
    s3  2026-07-15  30.00
    """
Q1, Q2, Q3 = ("2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01")


def quarter(period: str, *previous: Outcome, final: bool = False) -> Outcome:
    return settle(RULES, spendings=ROWS, period=period, previous=previous, final=final)


def refused(period: str | None, *previous: Outcome) -> str:
    return refusal(RULES, spendings=ROWS, period=period, previous=previous)


def test_a_run_opens_with_what_the_one_before_it_left_whatever_the_order_they_are_given_in() -> (
    None
):
    first = quarter(Q1)
    second = quarter(Q2, first)
    third = quarter(Q3, second, first)
    assert third.files == quarter(Q3, first, second).files
    # 60.00 - 5.00; + 7.00 - 10.00: what a contributed and did not need stays for the next.
    assert second.positions("opening")["a"] == "55.00"
    assert third.positions("opening")["a"] == "52.00"
    assert [run["from"] for run in third.about["previous"]] == ["2026-01-01", "2026-04-01"]


def test_a_run_that_rests_on_another_asks_for_it() -> None:
    first = quarter(Q1)
    second = quarter(Q2, first)
    assert refused(Q3, second) == (
        "run-1: rests on the settlement of 2026-01-01 to 2026-03-31; give that with --previous too"
    )


def test_a_run_that_was_settled_anew_no_longer_carries_the_next() -> None:
    first = quarter(Q1)
    second = quarter(Q2, first)
    anew = settle(RULES, spendings=ROWS.replace("10.00", "11.00"), period=Q1)
    said = refusal(
        RULES, spendings=ROWS.replace("10.00", "11.00"), period=Q3, previous=[anew, second]
    )
    assert said == (
        "run-2: rests on another run-1, which was settled anew since; "
        "restore that, or settle run-2 again"
    )


def test_runs_that_know_nothing_of_each_other_do_not_make_a_sequence() -> None:
    assert refused(Q3, quarter(Q1), quarter(Q2)) == (
        "run-2: was settled without run-1; settle it again with --previous run-1"
    )


@pytest.mark.parametrize(
    ("period", "says"),
    [
        pytest.param(
            "2026-05-01 2026-07-01",
            "--from: 2026-05-01 leaves days out: run-1 ends on 2026-03-31; "
            "settle from 2026-04-01 on",
            id="a month between",
        ),
        pytest.param(
            "2026-03-01 2026-07-01",
            "run-1: it ends on 2026-03-31, after this period begins on 2026-03-01; "
            "settle periods in order",
            id="a month twice",
        ),
        pytest.param(
            None,
            "--from: give --from and --until too: after --previous a period is due",
            id="no period",
        ),
    ],
)
def test_a_period_joins_on_to_the_last_run(period: str | None, says: str) -> None:
    # A contribution that falls due in days left out would never count; without a period
    # every contribution would count again.
    assert refused(period, quarter(Q1)) == says


def test_after_the_final_settlement_comes_none() -> None:
    assert refused(Q2, quarter(Q1, final=True)) == (
        "run-1: is final: the fund is closed, nothing is settled after it"
    )


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("period", {"until": "2026-04-01"}, "period.from: field required"),
        ("period", {"from": "soon", "until": "2026-04-01"}, "period.from: input should be a valid"),
        ("period", {"from": "2026-04-01", "until": "2026-01-01"}, "a period ends after it begins"),
        ("sha256", ["lines.csv"], "sha256: input should be"),
        ("links", [{"spending": "s1"}], "links.0.link: field required"),
        ("ladder", 3, "ladder: input should be"),
        ("unplaced", "much", "invalid literal"),
        ("previous", None, "previous: input should be"),
    ],
)
def test_a_damaged_record_of_a_run_is_refused_by_its_member(
    member: str, value: object, says: str
) -> None:
    first = quarter(Q1)
    about = {**first.about, member: value}
    damaged = replace(first, files={**first.files, "settlement.json": json.dumps(about).encode()})
    said = refused(Q2, damaged)
    assert said.startswith("run-1")
    assert "is not what overbrug settle wrote" in said
    assert says in said


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff\xfe"])
def test_a_record_that_is_none_is_refused(content: bytes) -> None:
    first = quarter(Q1)
    damaged = replace(first, files={**first.files, "settlement.json": content})
    assert "is not what overbrug settle wrote" in refused(Q2, damaged)


def test_a_run_without_a_period_counted_every_contribution_and_carries_no_other() -> None:
    first = settle(RULES, spendings="id spent_on amount\ns1 2026-01-01 1.00\ns2 2026-03-31 1.00")
    assert first.positions("contributed")["a"] == "67.00"
    said = refusal(
        RULES, spendings="id spent_on amount\ns1 2026-01-01 1.00\ns2 2026-03-31 1.00",
        period=Q2, previous=[first],
    )  # fmt: skip
    assert said == (
        "run-1: was settled without --from and --until, so that every contribution counted; "
        "settle it again with both"
    )


def test_another_date_on_the_papers_changes_nothing_that_the_next_rests_on() -> None:
    first = quarter(Q1)
    second = quarter(Q2, first)
    about = {**first.about, "dated": "2026-05-01", "notes": []}
    dated = replace(first, files={**first.files, "settlement.json": json.dumps(about).encode()})
    assert quarter(Q3, dated, second).files == quarter(Q3, first, second).files
