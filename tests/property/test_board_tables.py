"""The board's tables give no few cases away, whatever the fund: attacked by subtraction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.periods import Period
from reports.board import tables
from reports.board.isolating import Lines
from reports.board.quarter import FindingOf, Labels, Quarter, SavingOf, Shares
from tests.support import subtraction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reports.board.tables import Board
    from tests.support.subtraction import Sum

PERIOD: Final = Period(date(2026, 1, 1), date(2026, 4, 1))
PARTIES: Final = ("a", "b", "c", "d")
NAMES: Final = ("group", "organisation", "home", "key", "domain")
EFFECTS: Final = ({"a": 10, "d": 5}, {"a": 10, "b": 3}, dict[str, int]())
"""What an effect saves whom; the second is rare."""
SEEDS: Final = st.integers(0, 10**9)


def fund(seed: int, *, cases: int, own: NDArray[np.bool_] | None = None) -> Quarter:
    """Return a quarter at random: cases that spend alike, in few rows, with some exceptions."""
    chance = Random(seed)  # noqa: S311 - the same funds every time
    case = [number for number in range(cases) for _ in range(chance.choice((1, 1, 2)))]
    width = chance.randint(2, 4)
    home = [chance.randrange(width) for _ in range(cases)]

    def column(often: float) -> Labels:
        codes = [
            home[number] if chance.random() < often else chance.randrange(width) for number in case
        ]
        values = tuple(f"v{code}" for code in range(width))
        return Labels(codes=np.array(codes, dtype=np.int64), values=values)

    amounts = [chance.randint(1, 10**6) for _ in case]
    everyone = range(len(case))
    return Quarter(
        period=PERIOD,
        lines=Lines(
            case=np.array(case, dtype=np.int64),
            own=np.ones(len(case), dtype=bool) if own is None else own,
        ),
        amount_cents=np.array(amounts, dtype=np.int64),
        splits={name: column(chance.choice((0.3, 0.8, 0.95, 1.0))) for name in NAMES},
        findings=[
            FindingOf(
                line=line,
                rule=chance.choice(("one", "two")),
                amount_cents=amounts[line],
                accepted=chance.random() < 0.5,
            )
            for line in everyone
            if chance.random() < 0.5
        ],
        savings=[
            SavingOf(line=line, party=party, cents=cents, outsider=party == "d")
            for line in everyone
            for party, cents in EFFECTS[chance.choices((0, 1, 2), (6, 1, 1))[0]].items()
        ],
        parties=PARTIES,
        shares=[_shares(chance, key, len(case)) for key in (None, "even", "most")],
    )


def _shares(chance: Random, key: str | None, lines: int) -> Shares:
    vectors = [(1, 1, 1, 1), (3, 1, 0, 0), (0, 0, 1, 0)]
    often = chance.choice((0.0, 0.1, 0.5))
    codes = [chance.randrange(3) if chance.random() < often else 0 for _ in range(lines)]
    cents = dict.fromkeys(PARTIES, 25)
    return Shares(key=key, vector=np.array(codes, dtype=np.int64), vectors=vectors, cents=cents)


def _attacked(quarter: Quarter, board: Board) -> tuple[int, ...] | None:
    found = subtraction.seen(quarter, board)
    return subtraction.by_algebra(found.rows, dict(enumerate(found.case)))


@settings(max_examples=25)
@given(SEEDS, st.integers(5, 9))
def test_no_combination_of_tables_rests_on_four_cases_or_fewer(seed: int, cases: int) -> None:
    quarter = fund(seed, cases=cases)

    assert _attacked(quarter, tables.of(quarter)) is None


@settings(max_examples=25)
@given(SEEDS, st.integers(6, 10))
def test_no_combination_of_savings_rests_on_four_cases_or_fewer(seed: int, cases: int) -> None:
    quarter = fund(seed, cases=cases)
    found = subtraction.saved(quarter, tables.of(quarter))

    assert subtraction.by_algebra(found, dict(enumerate(quarter.lines.case.tolist()))) is None


@given(SEEDS, st.integers(5, 30))
def test_no_union_of_rows_less_those_inside_it_leaves_four_cases_or_fewer(
    seed: int, cases: int
) -> None:
    quarter = fund(seed, cases=cases)
    found = subtraction.seen(quarter, tables.of(quarter))
    plain = [rows for name, rows in found.tables.items() if not name.startswith("key ")]

    for one in plain:
        for other in plain:
            assert [*subtraction.by_unions(one, other, found.case)] == []


@given(SEEDS, st.integers(1, 30))
def test_totals_always_add_up(seed: int, cases: int) -> None:
    quarter = fund(seed, cases=cases)
    board = tables.of(quarter)

    if board.total is None:
        assert cases < 5
        assert board == tables.Board(period=PERIOD)
        return
    assert board.total.amount_cents == sum(quarter.amount_cents.tolist())
    assert {(each.amount_cents, each.count) for each in board.partitions} == {
        (board.total.amount_cents, board.total.count)
    }
    assert all(sum(each.cents.values()) == 100 for each in board.what_ifs if not each.left_out)


@given(SEEDS, st.integers(5, 30))
def test_every_row_rests_on_five_cases(seed: int, cases: int) -> None:
    board = tables.of(fund(seed, cases=cases))
    more = (board.findings, board.participants, board.outsiders)

    rows = [row for each in (*board.partitions, *more) if each is not None for row in each.rows]
    assert min(row.cases for row in rows) >= 5


@settings(max_examples=15)
@given(SEEDS)
def test_quarters_give_nothing_away_together(seed: int) -> None:
    """What the second quarter takes back of the first is known with its sign turned."""
    chance = Random(seed)  # noqa: S311 - the same funds every time
    first = fund(seed, cases=7)
    cases = 8
    plain = fund(seed + 1, cases=cases)
    own = np.array([chance.random() < 0.7 for _ in plain.lines.case], dtype=bool)
    second = fund(seed + 1, cases=cases, own=own)
    seen = [subtraction.seen(each, tables.of(each)) for each in (first, second)]
    count = len(first.amount_cents)
    turned = {
        line: chance.randrange(count) if not mine else count + line
        for line, mine in enumerate(own.tolist())
    }
    case = dict(enumerate(seen[0].case))
    for line, to in turned.items():
        case.setdefault(to, 100 + seen[1].case[line])
    later: list[Sum] = []
    for row in seen[1].rows:
        sums: Sum = {}
        for line, times in row.items():
            to = turned[line]
            sums[to] = sums.get(to, times * 0) + (times if to >= count else -times)
        later.append({line: times for line, times in sums.items() if times})

    assert subtraction.by_algebra([*seen[0].rows, *later], case) is None


def _plain(codes: list[int], case: list[int], own: list[bool]) -> Quarter:
    """Return a quarter all of whose tables have the same two rows."""
    labels = Labels(codes=np.array(codes, dtype=np.int64), values=("v0", "v1"))
    lines = Lines(case=np.array(case, dtype=np.int64), own=np.array(own, dtype=bool))
    return Quarter(
        period=PERIOD,
        lines=lines,
        amount_cents=np.arange(len(codes)),
        splits=dict.fromkeys(NAMES, labels),
        findings=[],
        savings=[],
        parties=PARTIES,
        shares=[],
    )


def test_what_a_quarter_takes_back_of_an_earlier_one_protects_nobody() -> None:
    """Five of six cases of a row are taken back: with the earlier row, the sixth is left."""
    codes, case = [0] * 5 + [1] * 6, [*range(5), *range(12, 18)]
    unknowing = tables.of(_plain(codes, case, [True] * 11))

    board = tables.of(_plain(codes, case, [False] * 5 + [True] * 6))

    assert [row.name for row in unknowing.partitions[0].rows] == ["v0", "v1"]
    assert [row.name for row in board.partitions[0].rows] == [None]


def test_the_attack_succeeds_on_tables_that_are_not_protected() -> None:
    found = [subtraction.unprotected(fund(seed, cases=9)) for seed in range(20)]
    by_algebra = [subtraction.by_algebra(one.rows, dict(enumerate(one.case))) for one in found]
    by_unions = [
        few
        for one in found
        for mine in one.tables.values()
        for theirs in one.tables.values()
        for few in subtraction.by_unions(mine, theirs, one.case)
    ]

    assert all(each is not None for each in by_algebra)
    assert by_unions


def test_one_case_between_two_rows_is_found_by_subtraction_and_hidden_by_merging() -> None:
    """Twelve cases in two rows; one moved, so that the rows differ by that case alone."""
    plain = _plain([0] * 6 + [1] * 6, [*range(12)], [True] * 12)
    moved = Labels(codes=np.array([0] * 5 + [1] * 7), values=("v0", "v1"))
    quarter = replace(plain, splits={**plain.splits, "home": moved})
    bare = subtraction.unprotected(quarter).tables

    board = tables.of(quarter)

    assert [*subtraction.by_unions(bare["group"], bare["home"], range(12))] == [{5}]
    merged = {table.name: [row.name for row in table.rows] for table in board.partitions}
    assert merged["group"] == ["v0", "v1"]
    assert merged["home"] == [None]
