"""Rows that say themselves that they are settled, as those of a ledger do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from ledger.errors import WrongInput
from ledger.periods import Period
from settlement import engine, explain
from tests.support import columns
from tests.support.funds import FILLED, Outcome, agreement, order, settle, table

RULES: Final = agreement(parties="a 1, b 1")
Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"


def on_a_ledger(
    rows: str, *previous: Outcome, period: str, held: set[str] | None = None
) -> engine.Order:
    """Return an order with the lines that are held of earlier settlements; ``None``: needed."""
    on_files = order(
        [RULES], table(rows, filled=FILLED), None,
        period=Period(*map(date.fromisoformat, period.split())),
        previous=[outcome.files for outcome in previous],
    )  # fmt: skip
    asked = columns.as_ledger(on_files)
    if held is None:
        return asked
    runs = [
        replace(thin, lines=columns.thinned(full.lines, held))
        for thin, full in zip(asked.runs, on_files.runs, strict=True)
    ]
    return replace(asked, runs=tuple(runs))


def refused(asked: engine.Order) -> str:
    with pytest.raises(WrongInput) as caught:
        engine.settle(asked)
    return str(caught.value)


CORRECTED: Final = """
    id  spent_on    amount  reverses  replaces
    s1  2026-01-15   10.00  -         -
    r1  2026-05-01  -10.00  s1        -
    n1  2026-05-01    9.00  -         s1
    r2  2026-08-01   -9.00  n1        -
    n2  2026-08-01    8.00  -         n1
    """


def test_a_correction_needs_the_line_that_it_corrects() -> None:
    first = settle(RULES, spendings=CORRECTED, period=Q1)
    asked = on_a_ledger(CORRECTED, first, period=Q2, held=set())
    missing = "which was settled before this period; give that settlement with --previous"
    assert refused(asked) == (
        f"spending n1: replaces 's1', {missing}\nspending r1: reverses 's1', {missing}"
    )


def test_a_correction_of_a_correction_needs_the_line_that_came_first() -> None:
    first = settle(RULES, spendings=CORRECTED, period=Q1)
    second = settle(RULES, spendings=CORRECTED, period=Q2, previous=[first])
    third = settle(RULES, spendings=CORRECTED, period=Q3, previous=[first, second])
    # What was known when s1 was settled weighs n2 too: without that line nobody can say when.
    asked = on_a_ledger(CORRECTED, first, second, period=Q3, held={"n1"})
    assert "spending n2: replaces 'n1', which was settled before this period" in refused(asked)
    asked = on_a_ledger(CORRECTED, first, second, period=Q3, held={"n1", "s1"})
    assert engine.settle(asked)[0].positions == third.settlement.positions


def test_a_settled_row_that_changed_is_refused_where_its_line_is_there() -> None:
    first = settle(RULES, spendings="id amount\ns1 10.00\ns2 20.00", period=Q1)
    changed = "id amount\ns1 11.00\ns2 20.00"
    said = refused(on_a_ledger(changed, first, period=Q2, held={"s1"}))
    assert said.startswith("spending s1: spending s1 was settled in run-1 as 10.00 booked on")
    # The ledger itself sees to it that its rows never change.
    settled, _ = engine.settle(on_a_ledger(changed, first, period=Q2, held={"s2"}))
    assert len(settled.lines) == 0


def test_a_row_from_before_the_period_that_is_not_settled_is_settled_late() -> None:
    first = settle(RULES, spendings="id spent_on amount\ns1 2026-01-15 10.00", period=Q1)
    rows = "id spent_on amount\ns1 2026-01-15 10.00\ns2 2026-02-15 4.00\ns3 2026-05-15 6.00"
    settled, _ = engine.settle(on_a_ledger(rows, first, period=Q2))
    assert list(settled.lines.spending) == ["s2", "s3"]
    assert settled.lines.late.tolist() == [True, False]


def test_who_asks_why_a_settled_row_is_not_there_hears_that_it_was_settled() -> None:
    rows = "id spent_on amount\ns1 2026-01-15 10.00\ns2 2026-05-15 6.00"
    _, working = engine.settle(
        on_a_ledger(rows, settle(RULES, spendings=rows, period=Q1), period=Q2)
    )
    with pytest.raises(WrongInput, match="spending 's1' was settled before; explain it there"):
        explain.explain(working, "s1")


def test_a_run_that_booked_what_its_row_calls_unsettled_is_a_mistake_of_ours() -> None:
    rows = "id spent_on amount\ns1 2026-01-15 10.00"
    asked = on_a_ledger(rows, settle(RULES, spendings=rows, period=Q1), period=Q2, held={"s1"})
    assert asked.settled is not None
    with pytest.raises(AssertionError, match="a row that a run booked is settled"):
        engine.settle(replace(asked, settled=~asked.settled))
