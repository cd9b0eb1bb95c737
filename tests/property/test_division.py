"""The allocation contract, on lines of every kind: huge, negative, zero, lopsided."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement import compiled, rounding

AMOUNTS = st.one_of(
    st.integers(-3, 3), st.integers(-20_000, 20_000), st.integers(-(10**12), 10**12)
)
WEIGHTS = st.one_of(
    st.sampled_from([0, 0, 1, 1, 2, 3, 119345]), st.integers(0, 10**6), st.integers(0, 10**18)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is divided; ``nest`` is empty where categories do not count."""

    amounts: list[int]
    vector_of: list[int]
    vectors: list[tuple[int, ...]]
    nest: list[int]

    @property
    def parties(self) -> int:
        return len(self.vectors[0])


@st.composite
def works(draw: st.DrawFn, *, parties_max: int = 8, lines_max: int = 30) -> Work:
    parties = draw(st.integers(1, parties_max))
    weights = draw(st.sampled_from([WEIGHTS, st.sampled_from([0, 1, 1, 2, 3])]))
    rows = st.lists(weights, min_size=parties, max_size=parties).filter(any)
    vectors = [
        tuple(weight // gcd(*row) for weight in row)
        for row in draw(st.lists(rows, min_size=1, max_size=6))
    ]
    lines = draw(st.integers(0, lines_max))

    def of_lines(each: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(each, min_size=lines, max_size=lines))

    return Work(
        amounts=of_lines(AMOUNTS),
        vector_of=of_lines(st.integers(0, len(vectors) - 1)),
        vectors=vectors,
        nest=of_lines(st.integers(0, 3)) if draw(st.booleans()) else [],
    )


def divided(work: Work, *, chunk: int = rounding.CHUNK) -> rounding.Division:
    return rounding.divide(
        np.array(work.amounts, dtype=np.int64),
        np.array(work.vector_of, dtype=np.int64),
        work.vectors,
        parties=work.parties,
        nest=np.array(work.nest, dtype=np.int64) if work.nest else None,
        chunk=chunk,
    )


def kept(work: Work, cells: list[list[int]]) -> bool:
    """Say whether cells keep the contract, in exact fractions and nothing else."""
    running: dict[tuple[int, int], Fraction] = {}
    overall = [Fraction(0)] * work.parties
    for number, (amount, vector) in enumerate(zip(work.amounts, work.vector_of, strict=True)):
        weights, row = work.vectors[vector], cells[number]
        if sum(row) != amount:
            return False
        for party, (weight, cell) in enumerate(zip(weights, row, strict=True)):
            exact = Fraction(amount * weight, sum(weights))
            # The floor or the ceiling of its exact share: nothing for no share, no wrong sign.
            if abs(cell - exact) >= 1:
                return False
            total = work.nest[number] if work.nest else 0, party
            running[total] = running.get(total, Fraction(0)) + cell - exact
            overall[party] += cell - exact
            if abs(running[total]) >= 1:
                return False
    return all(abs(deviation) < 1 for deviation in overall)


@given(work=works())
def test_every_division_keeps_the_allocation_contract(work: Work) -> None:
    assert kept(work, divided(work).cells_cents.tolist())


@settings(max_examples=max(5, settings().max_examples // 8))
@given(work=works(parties_max=40, lines_max=120))
def test_many_parties_and_lines_keep_it_too(work: Work) -> None:
    assert kept(work, divided(work).cells_cents.tolist())


def test_a_cent_at_a_time_over_twelve_parties_goes_round() -> None:
    work = Work(amounts=[1] * 240, vector_of=[0] * 240, vectors=[(1,) * 12], nest=[])
    cells = divided(work).cells_cents
    assert kept(work, cells.tolist())
    # A twelfth each: after every twelve cents everyone has paid exactly one.
    assert all((cells[first : first + 12].sum(axis=0) == 1).all() for first in range(0, 240, 12))


@given(work=works(), chunk=st.integers(1, 9))
def test_how_many_lines_are_laid_out_at_a_time_changes_nothing(work: Work, chunk: int) -> None:
    small, large = divided(work, chunk=chunk), divided(work)
    assert small.cells_cents.tolist() == large.cells_cents.tolist()
    assert (small.at_end, small.on_the_way) == (large.at_end, large.on_the_way)


@given(work=works())
def test_the_deviations_told_are_the_deviations_there_are(work: Work) -> None:
    division = divided(work)
    cells = division.cells_cents.tolist()
    for party in range(work.parties):
        running: dict[int, Fraction] = {}
        most = Fraction(0)
        for number, vector in enumerate(work.vector_of):
            weights = work.vectors[vector]
            off = cells[number][party] - Fraction(
                work.amounts[number] * weights[party], sum(weights)
            )
            at = work.nest[number] if work.nest else 0
            running[at] = running.get(at, Fraction(0)) + off
            most = max(most, abs(running[at]))
        at_end = sum(running.values(), Fraction(0))
        assert abs(division.at_end[party] - at_end) <= division.uncertainty
        worst = max(most, abs(at_end))
        assert abs(division.on_the_way[party] - worst) <= division.uncertainty


@given(work=works())
def test_machine_code_and_plain_python_decide_every_cent_alike(work: Work) -> None:
    pytest.importorskip("numba")
    outcomes = []
    for run in (compiled.plain(), compiled.machine_code()):
        with patch.object(rounding, "pages", lambda _, run=run: run):
            outcome = divided(work, chunk=7)
        outcomes.append((outcome.cells_cents.tolist(), outcome.at_end, outcome.on_the_way))
    assert outcomes[0] == outcomes[1]


def test_many_cells_run_as_machine_code_and_few_do_not() -> None:
    pytest.importorskip("numba")
    assert not compiled.pages(compiled.CELLS_MIN - 1).arrays
    assert compiled.pages(compiled.CELLS_MIN).arrays


@given(work=works())
def test_what_cannot_be_proved_is_divided_again_in_whole_numbers(work: Work) -> None:
    first = True
    certified = rounding._certified  # noqa: SLF001 - to let it fail once

    def fails_once(task: Any, cells: Any) -> rounding.Division:
        nonlocal first
        if first and not task.exact:
            first = False
            raise rounding.NotCertified
        return certified(task, cells)

    with patch.object(rounding, "_certified", fails_once):
        division = divided(work)
    assert kept(work, division.cells_cents.tolist())
    assert division.uncertainty == 0 or first


@given(work=works(lines_max=12), data=st.data())
def test_the_certificate_refuses_exactly_the_cells_that_break_the_contract(
    work: Work, data: st.DataObject
) -> None:
    cells = divided(work).cells_cents.tolist()
    if not cells:
        return
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.integers(0, len(cells) - 1))
        cells[row][data.draw(st.integers(0, work.parties - 1))] += 1
        if data.draw(st.booleans()):  # keep the line's sum, so that other checks must speak
            cells[row][data.draw(st.integers(0, work.parties - 1))] -= 1
    flat = [cell for row in cells for cell in row]
    with patch.object(rounding, "_decided", lambda _: flat):
        if kept(work, cells):
            assert divided(work).cells_cents.tolist() == cells
        else:
            with pytest.raises(rounding.NotCertified):
                divided(work)


REFUSED = {
    # A cent for who has no share on the line, although every total stays within a cent.
    "no share": (
        Work(amounts=[1, 1], vector_of=[0, 1], vectors=[(1, 0, 1), (1, 1, 0)], nest=[]),
        [1, 0, 0, 0, 0, 1],
    ),
    # 2/3 too much in each of two categories is 4/3 too much at the end.
    "overall": (
        Work(amounts=[1, 1], vector_of=[0, 0], vectors=[(1, 2)], nest=[0, 1]),
        [1, 0, 1, 0],
    ),
    # 1/2 too much twice is a whole cent away.
    "a whole cent": (
        Work(amounts=[1, 1], vector_of=[0, 0], vectors=[(1, 1)], nest=[]),
        [1, 0, 1, 0],
    ),
    # One too many, and one too few.
    "sum": (Work(amounts=[1], vector_of=[0], vectors=[(1, 1)], nest=[]), [1, 1]),
    "nothing": (Work(amounts=[1], vector_of=[0], vectors=[(1, 1)], nest=[]), [0, 0]),
    # Below the floor of its share.
    "sign": (Work(amounts=[1], vector_of=[0], vectors=[(1, 1, 1)], nest=[]), [1, 1, -1]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_certificate_refuses_cells_that_break_one_promise_alone(case: str) -> None:
    work, cells = REFUSED[case]
    with (
        patch.object(rounding, "_decided", lambda _: cells),
        pytest.raises(rounding.NotCertified),
    ):
        divided(work)


def test_ties_of_direction_go_to_the_minus_side() -> None:
    # Half a cent each, twice. The second line's cell of b closes the circle; shifting up or
    # down makes all whole at once. Minus: that cell is rounded down, so a has it and b the
    # first cent.
    work = Work(amounts=[1, 1], vector_of=[0, 0], vectors=[(1, 1)], nest=[])
    assert divided(work).cells_cents.tolist() == [[0, 1], [1, 0]]


def test_the_same_lines_are_always_divided_alike() -> None:
    work = Work(
        amounts=[101, -7, 10**12, 0, 33], vector_of=[0, 1, 0, 1, 0],
        vectors=[(1, 1, 1, 0), (2, 0, 3, 2)], nest=[],
    )  # fmt: skip
    assert divided(work).cells_cents.tolist() == divided(work).cells_cents.tolist()


def test_nobody_is_charged_by_a_refund_and_nobody_paid_by_a_spending() -> None:
    work = Work(
        amounts=[1, -1] * 50, vector_of=[0, 1] * 50, vectors=[(1, 2, 4), (4, 2, 1)], nest=[]
    )
    for amount, row in zip(work.amounts, divided(work).cells_cents.tolist(), strict=True):
        assert all(cell * amount >= 0 for cell in row)
