"""Whether published sums give away what a few cases cost. Pure; nothing here knows a name.

A published sum is a row: how much of the amount of each line it holds (1 for the lines of
its row, a weight for a cost share, 0 for all others). Whoever has the rows can add them up
and take them from each other, each as often as they like, so what they can learn is every
combination of rows. One that rests on the lines of one to four cases gives these away. There
is none exactly if the rows keep their rank whichever four cases are struck out. That is
searched, not sampled:

1. Lines that stand alike in every row are one *type*. A type with five cases or more can
   never be struck out. The rows are brought to a reduced form whose pivots are types, those
   with many cases first.
2. Cases that make the rank drop must strike out a pivot. So for each pivot that so many cases
   can strike out, these are struck out, the row gets another pivot, and the search goes on
   with the cases that are left. A row that finds no other pivot is the combination.

Only *own* lines protect: those whose amount follows from no other line and no other quarter.
A line that was reversed, its reversal, and what reverses or replaces a line of an earlier
quarter count as known to whoever attacks. A combination of several quarters therefore still
rests on five cases of the last of them, and quarters need not be compared with each other.

Numbers are reckoned modulo a prime of 31 bits. A combination that is zero modulo the prime
and not zero (one in about 2,000,000,000) would be a needless merge, or, where it hides a row
at the start, a row that is not looked at. Where the search would take too long it
says so, and nothing may be published on the strength of it.

Source:
    The design, Privacy by design (aggregates for the board).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CASES_MIN: Final = 5
"""How many cases whatever is published rests on."""

PRIME: Final = 2**31 - 1
_SOLID: Final = 1 << 40  # cases of a type that cannot be struck out
_STEPS_MAX: Final = 3_000


class TooLong(Exception):
    """Whether there is such a combination is not found in time: then assume that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a quarter: the number of their case, and whether their amount is their own."""

    case: NDArray[np.int64]
    own: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Rows of a table: ``columns[row, code]`` is what a row holds of each line of that code."""

    codes: NDArray[np.int64]
    columns: NDArray[np.int64]  # modulo the prime

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.columns)

    def merged(self, groups: Sequence[Sequence[int]]) -> Sums:
        """Return the sums of groups of rows."""
        columns = [self.columns[list(group)].sum(axis=0) % PRIME for group in groups]
        return Sums(codes=self.codes, columns=np.array(columns, dtype=np.int64))


def cases_of(sums: Sums, lines: Lines, *, own: bool = True) -> list[int]:
    """Return how many cases each row rests on: those with lines of their own, or all."""
    kept = lines.own if own else np.ones(len(lines.own), dtype=bool)
    codes, case = sums.codes[kept], lines.case[kept]
    return [len(np.unique(case[held[codes]])) for held in sums.columns != 0]


@dataclass(slots=True, kw_only=True)
class _Form:
    """Rows in reduced form, the pivot of each, and how many cases each type has left.

    Behind the types, rows may say of which rows they were made.
    """

    rows: NDArray[np.int64]
    pivots: list[int]
    left: NDArray[np.int64]

    def turn(self, row: int, column: int) -> None:
        """Make a column the pivot of a row: one there, zero in every other row."""
        rows = self.rows
        rows[row] = rows[row] * pow(int(rows[row, column]), -1, PRIME) % PRIME
        factors = rows[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        rows[touched] = (rows[touched] - np.outer(factors[touched], rows[row]) % PRIME) % PRIME

    def without(self, left: NDArray[np.int64]) -> _Form | None:
        """Return the form with fewer cases left; ``None`` where a row finds no other pivot."""
        further = _Form(rows=self.rows.copy(), pivots=list(self.pivots), left=left)
        for row, pivot in enumerate(self.pivots):
            if left[pivot] == 0:
                weight = np.where(further.rows[row] != 0, left, 0)
                column = int(weight.argmax())
                if weight[column] == 0:
                    return None
                further.turn(row, column)
                further.pivots[row] = column
        return further


@dataclass(slots=True, kw_only=True)
class _Search:
    """What was tried already, and which cases each type has (only those that are few)."""

    cases: NDArray[np.float32]  # type x case, 1 or 0: whole numbers, multiplied fast
    seen: set[bytes] = field(default_factory=set)
    steps: int = 0

    def found(
        self, form: _Form, struck: NDArray[np.bool_], budget: int
    ) -> NDArray[np.bool_] | None:
        """Return cases that make the rank drop: those struck out, and so many more at most."""
        self.steps += 1
        if self.steps > _STEPS_MAX:
            raise TooLong
        pivots = np.array(form.pivots, dtype=np.int64)
        killed = struck | (self.cases[pivots] == 1)
        left = self.left(form.left, killed)
        for row in np.flatnonzero(~_have_others(form, left, budget)).tolist():
            if form.left[pivots[row]] == budget and form.without(left[row]) is None:
                return np.asarray(killed[row])
        for row in np.flatnonzero(form.left[pivots] < budget).tolist():
            key = np.packbits(killed[row]).tobytes()
            if key in self.seen:
                continue
            self.seen.add(key)
            further = form.without(left[row])
            if further is None:
                return np.asarray(killed[row])
            found = self.found(further, killed[row], budget - int(form.left[pivots[row]]))
            if found is not None:
                return found
        return None

    def left(self, before: NDArray[np.int64], killed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many cases each type has once some are struck out."""
        counts = (~killed).astype(np.float32) @ self.cases.T
        return np.where(before >= _SOLID, before, counts.astype(np.int64))


def _have_others(form: _Form, left: NDArray[np.int64], budget: int) -> NDArray[np.bool_]:
    """Tell of each row, once its pivot is struck out, that nothing can be wrong with it.

    That is so where no other row loses its pivot, and the row holds another type. It is only
    looked at for pivots that take all cases that may be struck out: most of them.
    """
    pivots = np.array(form.pivots, dtype=np.int64)
    alone = (left[:, pivots] == 0).sum(axis=1) == 1
    another = ((form.rows != 0) & (left > 0)).any(axis=1)
    found: NDArray[np.bool_] = (alone & another) | (form.left[pivots] != budget)
    return found


def combination(table: Sums, before: Sequence[Sums], lines: Lines) -> tuple[int, ...] | None:
    """Return how often each row is taken, in a combination that rests on fewer than five cases.

    Args:
        table: What is to be published.
        before: What is published of the same lines already, and has no such combination.
        lines: Of the quarter.

    Returns:
        Of the rows of the table, modulo the prime; ``None`` if there is no such combination.

    Raises:
        TooLong: That cannot be said in time.
    """
    tables = [*before, table]
    types, of_line = np.unique(
        np.stack([each.codes for each in tables]), axis=1, return_inverse=True
    )
    matrix = np.concatenate(
        [each.columns[:, code] for each, code in zip(tables, types, strict=True)]
    )
    cases, left = _cases(of_line.reshape(-1), lines, matrix.shape[1])
    known = len(matrix) - table.count
    if known and _rank(matrix) == _rank(matrix[:known]):
        return None  # whoever has the tables before can work it out
    search = _Search(cases=cases)
    form = _reduced(matrix % PRIME, left)
    struck: NDArray[np.bool_] | None = np.zeros(cases.shape[1], dtype=bool)
    if isinstance(form, _Form):
        struck = search.found(form, np.zeros(cases.shape[1], dtype=bool), CASES_MIN - 1)
    if struck is None:
        return None
    # Once more with the rows that each row was made of, without what is struck out.
    made = np.concatenate([matrix % PRIME, np.eye(len(matrix), dtype=np.int64)], axis=1)
    lost = _reduced(made, search.left(left, struck))
    assert not isinstance(lost, _Form), "these cases were found to make the rank drop"
    return tuple(int(each) for each in lost[matrix.shape[1] + known :])


def _rank(matrix: NDArray[np.int64]) -> int:
    form = _reduced(matrix % PRIME, np.full(matrix.shape[1], _SOLID))
    assert isinstance(form, _Form), "no row but zero holds nothing"
    return len(form.pivots)


def _cases(
    of_line: NDArray[np.int64], lines: Lines, types: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return which cases each type has, where they are few, and how many it has left."""
    pairs = np.unique(np.stack([of_line[lines.own], lines.case[lines.own]]), axis=1)
    counts = np.bincount(pairs[0], minlength=types)
    few = counts[pairs[0]] < CASES_MIN
    numbers, position = np.unique(pairs[1][few], return_inverse=True)
    cases = np.zeros((types, len(numbers)), dtype=np.float32)
    cases[pairs[0][few], position.reshape(-1)] = 1
    return cases, np.where(counts >= CASES_MIN, _SOLID, counts)


def _reduced(rows: NDArray[np.int64], left: NDArray[np.int64]) -> _Form | NDArray[np.int64]:
    """Give every row a pivot, types with many cases first; rows that follow from others go.

    Returns:
        Instead, a row that holds no type that has cases left, and is not zero, if there is one.
    """
    types, waiting = len(left), list(range(len(rows)))
    form, placed = _Form(rows=rows.copy(), pivots=[], left=left), list[tuple[int, int]]()
    while waiting:
        held = (form.rows[waiting, :types] != 0).any(axis=0)
        weight = np.where(held, left, 0)
        column = int(weight.argmax())
        if weight[column] == 0:
            break
        row = next(each for each in waiting if form.rows[each, column])
        form.turn(row, column)
        placed.append((row, column))
        waiting.remove(row)
    for row in waiting:
        if form.rows[row, :types].any():
            lost: NDArray[np.int64] = form.rows[row]
            return lost
    return _Form(
        rows=form.rows[[row for row, _ in placed]],
        pivots=[column for _, column in placed],
        left=left,
    )
