"""What few cases give away is found where there is something, and only there."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.board import isolating
from reports.board.isolating import PRIME, Lines, Sums

if TYPE_CHECKING:
    from collections.abc import Sequence

SEEDS: Final = st.integers(0, 10**9)


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank of rows modulo the prime, by hand."""
    left, found = [[each % PRIME for each in row] for row in rows], 0
    while left:
        row = left.pop()
        pivot = next((at for at, each in enumerate(row) if each), None)
        if pivot is None:
            continue
        found += 1
        by = pow(row[pivot], -1, PRIME)
        left = [
            [(a - each[pivot] * by * b) % PRIME for a, b in zip(each, row, strict=True)]
            for each in left
        ]
    return found


def rows_of(tables: Sequence[Sums]) -> list[list[int]]:
    """Return what each row holds of each line."""
    return [each.columns[row][each.codes].tolist() for each in tables for row in range(each.count)]


def gives_away(rows: list[list[int]], lines: Lines) -> bool:
    """Whether rows lose rank without the lines of some four cases, all fours tried."""
    cases = sorted({*lines.case.tolist()})
    whole = rank(rows)

    def left(gone: tuple[int, ...]) -> list[list[int]]:
        kept = lines.own & ~np.isin(lines.case, gone)
        return [np.array(row)[kept].tolist() for row in rows]

    fours = combinations(cases, min(4, len(cases)))
    return any(rank(left(gone)) < whole for gone in fours)


def drawn(chance: Random) -> tuple[list[Sums], Lines]:
    """Return tables at random, of few types and small weights, so that some give cases away."""
    cases = chance.randint(5, 11)
    case = np.array([each for each in range(cases) for _ in range(chance.choice((1, 1, 2, 3)))])
    types = chance.randint(2, len(case))
    codes = np.array([chance.randrange(types) for _ in case])
    own = np.array([chance.random() < 0.9 for _ in case])
    most = chance.choice((1, 1, 3, PRIME - 1))
    tables = [
        Sums(
            codes=codes,
            columns=np.array(
                [
                    [chance.randint(1, most) * (chance.random() < 0.7) for _ in range(types)]
                    for _ in range(chance.randint(1, 4))
                ]
            ),
        )
        for _ in range(chance.randint(1, 2))
    ]
    return tables, Lines(case=case, own=own)


@settings(max_examples=300)
@given(SEEDS)
def test_a_combination_is_found_exactly_where_four_cases_can_be_struck_out(seed: int) -> None:
    (*before, table), lines = drawn(Random(seed))  # noqa: S311 - the same every time
    if before and gives_away(rows_of(before), lines):
        return  # nobody publishes these
    rows = rows_of([*before, table])

    taken = isolating.combination(table, before, lines)

    if rank(rows) == rank(rows_of(before)) and before:
        assert taken is None
    else:
        assert (taken is not None) is gives_away(rows, lines)
    if taken is not None:
        assert any(taken)
        assert rests_on_few(taken, table, before, lines)


def rests_on_few(taken: tuple[int, ...], table: Sums, before: Sequence[Sums], lines: Lines) -> bool:
    """Whether these rows and some of before make a sum of the lines of at most four cases."""
    known = rows_of(before)
    columns = list(zip(*rows_of([table]), strict=True))
    mixed = [sum(a * b for a, b in zip(taken, column, strict=True)) % PRIME for column in columns]
    for gone in combinations(sorted({*lines.case.tolist()}), 4):
        kept = np.flatnonzero(lines.own & ~np.isin(lines.case, gone))
        others = [[row[at] for at in kept] for row in known]
        if rank([*others, [mixed[at] for at in kept]]) == rank(others):
            return True
    return False


@pytest.mark.parametrize(
    ("cases", "weights", "found"),
    [
        (4, [1], True),  # all of it rests on four
        (5, [1], False),
        (9, [1, 1, 1, 1, 1, 1, 1, 1, 2], True),  # the total, and one that has more of another
        (10, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2], False),
        (10, [1, 1, 1, 1, 1, 1, 2, 2, 2, 2], True),
    ],
)
def test_two_sums_give_away_whom_few_of_them_tell_apart(
    cases: int, weights: list[int], *, found: bool
) -> None:
    lines = Lines(case=np.arange(cases), own=np.ones(cases, dtype=bool))
    kinds = sorted({*weights})
    codes = np.array([kinds.index(weight) for weight in weights * (cases // len(weights))])
    total = Sums(codes=np.zeros(cases, dtype=np.int64), columns=np.array([[1]]))
    weighed = Sums(codes=codes, columns=np.array([kinds]))

    if len(kinds) == 1:
        assert (isolating.combination(total, [], lines) is not None) is found
    else:
        assert (isolating.combination(weighed, [total], lines) is not None) is found


def test_rows_that_share_no_case_are_looked_at_by_themselves() -> None:
    """Forty rows of seven cases each, of which one is in every type: by fours, too many."""
    rows, types = 40, []
    for row in range(rows):
        own = range(7 * row, 7 * row + 7)
        types += [(row, {own[0]}), (row, {*own[:4]}), (row, {own[0], *own[4:]})]
    pairs = [(at, each) for at, (_, its) in enumerate(types) for each in sorted(its)]
    lines = Lines(case=np.array([each for _, each in pairs]), own=np.ones(len(pairs), dtype=bool))
    chance = Random(1)  # noqa: S311 - the same every time
    columns = np.zeros((rows, len(types)), dtype=np.int64)
    for at, (row, _) in enumerate(types):
        columns[row, at] = chance.randrange(1, PRIME)
    table = Sums(codes=np.array([at for at, _ in pairs]), columns=columns)

    assert isolating.combination(table, [], lines) is None
    columns[0, 2] = 0  # four cases are left of the first row
    found = isolating.combination(Sums(codes=table.codes, columns=columns), [], lines)
    assert found is not None
    assert [row for row, times in enumerate(found) if times] == [0]
