"""The engine on files and the engine on a ledger are one engine: the same facts, the same cents."""

from __future__ import annotations

import csv
import io
from datetime import date
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import columns, facts, facts_files
from ledger.coded import coded
from ledger.periods import Period
from settlement import engine
from tests.support import columns as as_columns
from tests.support.funds import as_csv, order, written
from tests.support.random_funds import PERIODS, fund

if TYPE_CHECKING:
    from ledger.facts import Spendings

SEEDS = st.integers(0, 10**9)
ROWS = st.integers(0, 40)
FEW = settings(max_examples=max(8, settings().max_examples // 2))
IDS = st.lists(st.text("aZ0é\U0001f600~", min_size=1, max_size=3), unique=True, max_size=12)


@FEW
@given(seed=SEEDS, rows=ROWS, left_out=st.sampled_from([0.0, 0.5, 1.0]))
def test_columns_of_a_ledger_give_the_same_bytes_as_files(
    seed: int, rows: int, left_out: float
) -> None:
    """Of rows that are settled a ledger brings those only that somebody looks at."""
    random, chance = fund(seed, rows, ladder=True), Random(seed)  # noqa: S311 - the same every time
    header, *lines = csv.reader(io.StringIO(random.spendings.decode(), newline=""))
    done: list[dict[str, bytes]] = []
    for period in PERIODS:
        gone = {row for files in done for row in settled_in(files) if chance.random() < left_out}
        on_files = order(
            random.agreements, as_csv(header, [line for line in lines if line[0] not in gone]),
            random.savings, period=Period(*period), previous=done,
        )  # fmt: skip
        on_a_ledger = as_columns.as_ledger(on_files)
        files = written(engine.settle(on_files)[0])
        assert written(engine.settle(on_a_ledger)[0]) == files
        done.append(files)


def settled_in(files: dict[str, bytes]) -> list[str]:
    lines = csv.DictReader(io.StringIO(files["lines.csv"].decode(), newline=""))
    return [line["spending"] for line in lines]


@given(ids=IDS, days=st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_rows_in_canonical_order_are_taken_and_others_are_not(
    ids: list[str], days: list[int]
) -> None:
    recorded_on = np.array(days[: len(ids)], dtype=np.int64) + 730_000
    days_of = {"spent_on": recorded_on, "recorded_on": recorded_on}
    ordered = facts.canonical_order(coded(ids), days_of)
    texts = [ids[at] for at in ordered.tolist()]
    # By the day, then by code point: as Python compares texts.
    assert [(days[at], ids[at]) for at in ordered.tolist()] == sorted(zip(days, ids, strict=False))
    found = made(texts, recorded_on[ordered])
    assert [found.text("id", row) for row in range(len(found))] == texts
    assert found.positions([*texts, "elsewhere"]).tolist() == [*range(len(texts)), -1]
    if len(texts) > 1:
        with pytest.raises(AssertionError, match="canonical order"):
            made(texts[::-1], recorded_on[ordered][::-1])


def made(ids: list[str], recorded_on: np.ndarray) -> Spendings:
    return facts.from_columns(
        "fund",
        texts={"id": ids, "category": ["c"] * len(ids), "organisation": ["a"] * len(ids)},
        days={"spent_on": recorded_on, "recorded_on": recorded_on},
        amount_cents=np.ones(len(ids), dtype=np.int64),
    )


@given(
    st.lists(
        st.none() | st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)),
        max_size=20,
    )
)
def test_dates_of_a_database_are_days_of_the_calendar(dates: list[date | None]) -> None:
    expected = [0 if day is None else day.toordinal() for day in dates]
    assert columns.ordinals(dates).tolist() == expected
    assert columns.days(columns.ordinals(dates)).to_pylist() == dates


@given(st.lists(st.none() | st.sampled_from(["", "rent", "food", "é"]), max_size=20))
def test_a_column_of_texts_keeps_every_text_and_no_empty_one(texts: list[str | None]) -> None:
    found = coded(texts)
    back = [None if code < 0 else found.values[code] for code in found.codes.tolist()]
    assert back == [text or None for text in texts]
    assert sorted(found.values) == sorted({text for text in texts if text})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": ["s1", "s1"]}, "names one spending"),
        ({"id": ["s1", None]}, "has its id"),
        ({"organisation": ["a", ""]}, "has its organisation"),
        ({"category": ["c"]}, "has all rows"),
    ],
)
def test_columns_that_would_give_wrong_figures_are_refused(
    change: dict[str, list[str | None]], says: str
) -> None:
    texts: dict[str, list[str | None]] = {
        "id": ["s1", "s2"], "category": ["c", "c"], "organisation": ["a", "a"], **change,
    }  # fmt: skip
    day = np.array([730_000, 730_000], dtype=np.int64)
    with pytest.raises(AssertionError, match=says):
        facts.from_columns(
            "fund", texts=texts, days={"spent_on": day}, amount_cents=np.array([1, 1])
        )


def test_a_row_of_a_ledger_is_named_by_its_id_and_a_row_of_a_file_by_its_line() -> None:
    content = b"id,spent_on,amount,category,case,organisation\ns9,2026-01-15,1.00,c,,a\n"
    read = facts_files.spendings("spendings.csv", content, parties=("a",))
    assert read.where(0) == "spendings.csv:2"
    assert as_columns.spendings(read).where(0) == "spending s9"


def test_savings_of_a_pair_add_up_and_belong_to_spendings_that_are_there() -> None:
    rows = made(["s1", "s2"], np.array([730_000, 730_000]))
    saved = facts.savings_from_columns(
        rows,
        spending=["s2", "s1", "s2"],
        party=["a", "b", "a"],
        amount_cents=np.array([5, 7, -1]),
        parties=("b", "a"),
    )
    assert [*zip(saved.spending, saved.party, saved.total_cents, strict=True)] == [
        (0, 0, 7),
        (1, 1, 4),
    ]
    for spending, says in (["s9"], "are there"), ([None], "of a spending"):
        with pytest.raises(AssertionError, match=says):
            facts.savings_from_columns(
                rows,
                spending=spending,
                party=["a"],
                amount_cents=np.array([1]),
                parties=("b", "a"),
            )
