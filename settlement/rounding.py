"""Divide spendings in whole cents, and prove it: the allocation contract.

Every line is split into cents that add up exactly. Every cell is the floor or the ceiling
of its exact share, so nobody without a share pays a cent and a refund never charges. And
for every party the running total after every single line, hence also the final total, is
the floor or the ceiling of its exact entitlement: less than a cent away. Dividing line by
line to the largest remainder drifts by thousands of cents; this does not drift at all.

``settlement.forest`` decides the odd cents, ``settlement.certificate`` proves the outcome
in a second pass. What cannot be proved is divided again in exact whole numbers of any
size; if that cannot be proved either the run is refused.

Source:
    The allocation contract.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.beside import ahead
from ledger.errors import NotProved
from settlement import shares
from settlement.certificate import CERTIFIED
from settlement.compiled import pages, plain
from settlement.tree import FREE_CELLS, RECORD, planted, pool_of, widened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

CHUNK: Final = 1 << 16  # lines whose shares are laid out at a time
EXACT_MAX: Final = 1 << 61  # the largest common multiple that running totals are kept in
POOL_MIN: Final = 1 << 10
POOL_MAX: Final = 1 << 24  # undecided cells; measured: some tens per dozen parties


class NotCertified(NotProved):
    """The division could not be proved to keep the allocation contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Divided lines, and how far they are from exact, in cents.

    ``on_the_way`` is the largest distance of a running total: after every line, and in a
    nest by category that of any category, or of the party at the end. Both are known to
    within ``uncertainty``, which is 0 where the fractions were exact.
    """

    cells_cents: NDArray[np.int64]  # line x party
    at_end: tuple[Fraction, ...]
    on_the_way: tuple[Fraction, ...]
    uncertainty: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What is divided, in the form that the pages take."""

    amounts: NDArray[np.int64]
    vector_of: NDArray[np.int64]
    vectors: Sequence[tuple[int, ...]]
    nest: NDArray[np.int64]
    nested: bool
    parties: int
    unit: int
    exact: bool
    run: Any
    chunk: int

    @property
    def categories(self) -> int:
        return int(self.nest.max(initial=0)) + 1

    @property
    def outer(self) -> int:
        """Where the totals over all categories begin; without a nest there are no others."""
        return self.categories * self.parties if self.nested else 0

    @property
    def columns(self) -> int:
        return self.outer + self.parties if self.nested else self.parties


def divide(
    amounts_cents: NDArray[np.int64],
    vector_of: NDArray[np.int64],
    vectors: Sequence[tuple[int, ...]],
    *,
    parties: int,
    nest: NDArray[np.int64] | None = None,
    chunk: int = CHUNK,
) -> Division:
    """Divide lines in order.

    Args:
        amounts_cents: One per line, in canonical order, at most 10**12 either way.
        vector_of: Per line the position of its weights in ``vectors``.
        vectors: Whole numbers per party, 0 or more, in lowest terms, not all 0.
        parties: How many parties there are.
        nest: Per line the number of its category, from 0: then the running totals are
            those per party and category. ``None``: those per party.
        chunk: Lines laid out at a time; changes nothing but the memory taken.

    Raises:
        NotCertified: The contract could not be proved.
    """
    used = np.unique(vector_of).tolist()
    sums = [sum(vectors[position]) for position in used]
    unit = _common_multiple(sums)
    task = _Task(
        amounts=amounts_cents,
        vector_of=vector_of,
        vectors=vectors,
        nest=np.zeros(len(amounts_cents), dtype=np.int64) if nest is None else nest,
        nested=nest is not None,
        parties=parties,
        unit=shares.WITNESS if unit is None else unit,
        exact=unit is not None,
        run=pages(len(amounts_cents) * parties),
        chunk=chunk,
    )
    try:
        return _certified(task, _decided(task))
    except NotCertified:
        if task.exact:
            raise
    return _in_whole_numbers(task, lcm(*sums))


def _common_multiple(sums: Sequence[int]) -> int | None:
    """Return the parts of a cent in which all shares are whole; ``None`` if too many."""
    unit = 1
    for whole in sums:
        unit = lcm(unit, whole)
        if unit > EXACT_MAX or whole > shares.SUM_MAX:
            return None
    return unit


def _in_whole_numbers(task: _Task, unit: int) -> Division:
    """Divide in exact parts of a cent, however many: slow, and beyond doubt."""
    exact = replace(task, unit=unit, exact=True, run=plain())
    return _certified(exact, _decided(exact))


def _decided(task: _Task) -> Any:
    """Return the flat table of cells: floors, and the odd cents where the forest put them."""
    run = task.run
    cells = run_array(task, len(task.amounts) * task.parties)
    tree = _as_run(task, planted(task.columns))
    pool = _as_run(task, pool_of(max(POOL_MIN, 4 * task.columns)))
    for first, floors, fractions, nest in _shares(task):
        cells[first * task.parties : first * task.parties + len(floors)] = floors
        begin = 0
        while begin < len(nest):
            begin = run.add_lines(
                tree, pool, cells, fractions, nest, first, begin, task.parties, task.unit
            )
            if begin < len(nest):
                pool = _as_run(task, _wider(pool))
    for inner in range(task.outer):
        run.balance(tree, pool, cells, inner, task.outer + inner % task.parties, task.unit)
    run.close(tree, pool, cells, task.outer, task.columns, task.unit)
    assert int(pool[FREE_CELLS]) == len(pool) // RECORD - 1, "every odd cent is decided"
    return cells


def _wider(pool: Any) -> list[int]:
    """Return the pool with twice the room for undecided cells.

    Raises:
        NotCertified: There are more of them than any real fund was seen to have.
    """
    records = len(pool) // RECORD
    if records > POOL_MAX:
        raise NotCertified(f"{records} cents are undecided at once; divide fewer lines at a time")
    return widened([*map(int, pool), *([0] * RECORD * records)], records)


def _certified(task: _Task, cells: Any) -> Division:
    running = run_array(task, task.columns)
    largest = run_array(task, task.columns)
    for first, floors, fractions, nest in _shares(task):
        amounts = _as_run(task, task.amounts[first : first + len(nest)])
        failed = task.run.certify(
            amounts,
            cells,
            floors,
            fractions,
            nest,
            running,
            largest,
            first,
            task.parties,
            task.unit,
        )
        if failed != CERTIFIED:
            raise NotCertified(f"line {first + failed + 1} does not keep the allocation contract")
    # Where units are not exact a cell is off by one, or where its sum of weights is very large
    # by as many as the line has cells.
    slack = 0 if task.exact else len(task.amounts) * task.parties
    at_end = [
        sum(int(value) for value in running[party : task.outer or None : task.parties])
        for party in range(task.parties)
    ]
    inner = [
        max(int(value) for value in largest[party : task.outer or None : task.parties])
        for party in range(task.parties)
    ]
    worst = [max(on_the_way, abs(end)) for on_the_way, end in zip(inner, at_end, strict=True)]
    if max(worst, default=0) + slack >= task.unit:
        raise NotCertified("a running total may be a whole cent away from exact")
    return Division(
        cells_cents=np.asarray(cells, dtype=np.int64).reshape(-1, task.parties),
        at_end=tuple(Fraction(value, task.unit) for value in at_end),
        on_the_way=tuple(Fraction(value, task.unit) for value in worst),
        uncertainty=Fraction(slack, task.unit),
    )


def _shares(task: _Task) -> Iterator[tuple[int, Any, Any, Any]]:
    """Yield, chunk by chunk, first line, floors, fractions and categories."""
    # Machine code leaves the other core free for the shares of the next lines.
    return ahead(_laid_out(task)) if task.run.arrays else _laid_out(task)


def _laid_out(task: _Task) -> Iterator[tuple[int, Any, Any, Any]]:
    weights, sums = _weights(task)
    for first in range(0, len(task.amounts), task.chunk):
        part = slice(first, first + task.chunk)
        amounts = _as_run(task, task.amounts[part])
        vectors = _as_run(task, task.vector_of[part])
        floors = run_array(task, len(amounts) * task.parties)
        fractions = run_array(task, len(amounts) * task.parties)
        task.run.share_lines(
            amounts, vectors, weights, sums, floors, fractions, task.parties, task.unit, task.exact
        )
        for number, vector in enumerate(task.vector_of[part].tolist() if 0 in sums else ()):
            if not sums[vector]:
                _share_large(task, number, int(amounts[number]), vector, floors, fractions)
        yield first, floors, fractions, _as_run(task, task.nest[part])


def _weights(task: _Task) -> tuple[Any, Any]:
    """Return the flat table of weights and their sums; 0 for a sum that is too large."""
    sums = [sum(vector) for vector in task.vectors]
    if task.exact and task.unit > EXACT_MAX:
        return [weight for vector in task.vectors for weight in vector], sums
    fit = [whole if whole <= shares.SUM_MAX else 0 for whole in sums]
    if not task.run.arrays:
        return [weight for vector in task.vectors for weight in vector], fit
    nothing = (0,) * task.parties
    table = np.zeros((len(fit), task.parties), dtype=np.int64)
    for first in range(0, len(fit), CHUNK):
        chunk = slice(first, first + CHUNK)
        table[chunk] = [
            vector if whole else nothing
            for vector, whole in zip(task.vectors[chunk], fit[chunk], strict=True)
        ]
    return table.ravel(), np.array(fit, dtype=np.int64)


def _share_large(
    task: _Task, number: int, amount: int, vector: int, floors: Any, fractions: Any
) -> None:
    """Write the shares of a line whose sum of weights is beyond the long division."""
    weights = task.vectors[vector]
    whole, lacking = sum(weights), 0
    for at, weight in enumerate(weights, number * task.parties):
        floors[at], left = divmod(amount * weight, whole)
        # What is more than zero stays more than zero, and less than a cent.
        fractions[at] = max(1, left * task.unit // whole) if left else 0
        lacking = (lacking - fractions[at]) % task.unit
    step = 1 if lacking <= task.unit // 2 else -1
    missing = lacking if step == 1 else task.unit - lacking
    while missing:
        for at in range(number * task.parties, (number + 1) * task.parties):
            if missing and fractions[at] and 0 < fractions[at] + step < task.unit:
                fractions[at] += step
                missing -= 1


def run_array(task: _Task, size: int) -> Any:
    """Return zeros in the form that the pages take."""
    return np.zeros(size, dtype=np.int64) if task.run.arrays else [0] * size


def _as_run(task: _Task, numbers: Any) -> Any:
    """Return whole numbers in the form that the pages take."""
    if task.run.arrays:
        return np.ascontiguousarray(numbers, dtype=np.int64)
    return numbers if isinstance(numbers, list) else numbers.tolist()
