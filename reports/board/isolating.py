"""Whether published sums give away what a few cases cost. Pure; nothing here knows a name.

A published sum is a row: how much of the amount of each line it holds (1 for the lines of
its row, a weight for a cost share, 0 for all others). Whoever has the rows can add them up
and take them from each other, each as often as they like, so what they can learn is every
combination of rows. One that rests on the lines of one to four cases gives these away.
Whether there is one is searched, not sampled:

1. Lines that stand alike in every row are one *type*. A combination that holds a type with five
   cases or more gives nothing away, so only those that hold none of these are looked at.
2. Rows that share no case with the others are looked at by themselves.
3. The rows are brought to a reduced form whose pivots are types with as few cases as can be,
   then to another whose pivots have cases that no earlier pivot has, and so on. A combination
   that is not zero holds a pivot of each form in which every row has one. With five of these
   it rests on five cases: there is none.
4. With fewer forms, one that rests on four cases has few of them among the pivots of some form:
   four cases in two forms are two in the first, or one in the second. So those that have two
   cases at most of the one, or one of the other, are looked at in the same way: they are made
   of few rows, with those that have no pivot in the form, and often that answers it.

Only *own* lines protect: those whose amount follows from no other line and no other quarter.
A line that was reversed, its reversal, and what reverses or replaces a line of an earlier
quarter count as known to whoever attacks. A combination of several quarters therefore still
rests on five cases of the last of them, and quarters need not be compared with each other.

Numbers are reckoned modulo a prime of 31 bits. A combination that is zero modulo the prime
and not zero (one in about 2,000,000,000) would be a needless merge, or, where it hides a row
at the start, a row that is not looked at. Where the search would take too long it
says so, and nothing may be published on the strength of it.

Source:
    The design, Privacy by design (aggregates for the board). The search is that for the words of
    least weight of a linear code by disjoint information sets (Brouwer and Zimmermann: Betten
    and others, Error-Correcting Linear Codes, 2006, section 1.8), where cases are weighed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

CASES_MIN: Final = 5
"""How many cases whatever is published rests on."""

PRIME: Final = 2**31 - 1
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Rows in reduced form: those with a pivot first, in the order of the pivots.

    The others are zero wherever a pivot was looked for.
    """

    rows: NDArray[np.int64]
    pivots: tuple[int, ...]

    @property
    def others(self) -> NDArray[np.int64]:
        """The rows without a pivot."""
        return self.rows[len(self.pivots) :]


def _reduced(
    rows: NDArray[np.int64], where: NDArray[np.bool_], cases: NDArray[np.bool_] | None = None
) -> _Form:
    """Bring rows to a reduced form.

    Args:
        rows: Modulo the prime; they may have more columns than are looked at.
        where: In which columns pivots are looked for.
        cases: Which cases each column has: then pivots come to have as few as can be.
    """
    rows = rows.copy()
    pivots: dict[int, int] = {}
    others: list[int] = []
    held = np.zeros(0 if cases is None else cases.shape[1], dtype=bool)
    for row in range(len(rows)):
        columns = np.flatnonzero((rows[row] != 0) & where)
        if not len(columns):
            others.append(row)
            continue
        column = int(columns[0])
        if cases is not None:
            column = int(columns[(cases[columns] & ~held).sum(axis=1).argmin()])
            held |= cases[column]
        _turn(rows, row, column)
        pivots[row] = column
    return _Form(rows=rows[[*pivots, *others]], pivots=tuple(pivots.values()))


def _turn(rows: NDArray[np.int64], row: int, column: int) -> None:
    """Make a column the pivot of a row: one there, zero in every other row."""
    rows[row] = rows[row] * pow(int(rows[row, column]), -1, PRIME) % PRIME
    factors = (PRIME - rows[:, column]) % PRIME
    factors[row] = 0
    touched = np.flatnonzero(factors)
    rows[touched] = (rows[touched] + factors[touched, None] * rows[row]) % PRIME


@dataclass(slots=True, kw_only=True)
class _Search:
    """How long it was searched already."""

    steps: int = 0

    def found(
        self, rows: NDArray[np.int64], cases: NDArray[np.bool_], budget: int
    ) -> frozenset[int] | None:
        """Return cases that a combination of rows rests on; ``None`` if there are none so few.

        Args:
            rows: None of which follows from the others, or holds a type with many cases.
            cases: Which cases each type has: type by case.
            budget: How many cases it may be.

        Raises:
            TooLong: It cannot be said in time.
        """
        self.steps += 1
        if self.steps > _STEPS_MAX:
            raise TooLong
        held = (rows != 0).any(axis=0) & cases.any(axis=1)
        rows, cases = rows[:, held], cases[held]
        if len(rows) == 1:
            few = np.flatnonzero(cases.any(axis=0)).tolist()
            return frozenset(few) if len(few) <= budget else None
        forms = [_reduced(rows, np.ones(len(cases), dtype=bool), cases)]
        if len(forms[0].others):
            return frozenset()
        blocks = _blocks(forms[0].rows, cases)
        if len(blocks) > 1:
            each = (self.found(forms[0].rows[block], cases, budget) for block in blocks)
            return next((few for few in each if few is not None), None)
        forms += _further(rows, cases, forms[0], most=budget)
        for form, most in zip(forms, _depths(forms, cases, budget), strict=True):
            for some, part in _parts(form, cases, most):
                left = cases.copy()
                left[:, list(some)] = False
                others = self.found(part, left, budget - len(some))
                if others is not None:
                    return some | others
        return None


def _blocks(rows: NDArray[np.int64], cases: NDArray[np.bool_]) -> list[list[int]]:
    """Return which rows hang together: those of one block share no case with others."""
    touched = (rows != 0) @ cases
    waiting, blocks = list(range(len(rows))), []
    while waiting:
        block, held = [waiting.pop(0)], touched[0] & False
        for row in block:  # which grows as it goes
            held |= touched[row]
            joining = [other for other in waiting if (touched[other] & held).any()]
            waiting = [other for other in waiting if other not in joining]
            block += joining
        blocks.append(sorted(block))
    return blocks


def _further(
    rows: NDArray[np.int64], cases: NDArray[np.bool_], form: _Form, *, most: int
) -> Iterator[_Form]:
    """Yield further forms, whose pivots have no cases that those before them have.

    A form may leave rows without a pivot, but no more than half of them.
    """
    where = np.ones(len(cases), dtype=bool)
    for _ in range(most):
        where &= ~cases[:, cases[list(form.pivots)].any(axis=0)].any(axis=1)
        form = _reduced(rows, where, cases)
        if len(form.others) > len(rows) // 2:
            return
        yield form


def _depths(forms: Sequence[_Form], cases: NDArray[np.bool_], budget: int) -> list[int]:
    """Return how many cases are looked at among the pivots of each form.

    So few, at the least work, that whoever has more than that of every form has more cases
    than the budget.
    """
    held = [int(cases[list(form.pivots)].any(axis=0).sum()) for form in forms]
    depths = [0] * len(forms)
    for _ in range(budget + 1 - len(forms)):
        ways = [comb(its, depth + 1) for its, depth in zip(held, depths, strict=True)]
        depths[ways.index(min(ways))] += 1
    return depths


def _parts(
    form: _Form, cases: NDArray[np.bool_], most: int
) -> Iterator[tuple[frozenset[int], NDArray[np.int64]]]:
    """Yield sets of a few cases, with the rows whose pivots have no others.

    Raises:
        TooLong: There are too many of them.
    """
    of_row = [frozenset(np.flatnonzero(cases[pivot]).tolist()) for pivot in form.pivots]
    small = {its for its in of_row if len(its) <= most}
    few: set[frozenset[int]] = {frozenset()}
    for _ in range(most):
        few |= {one | other for one in few for other in small if len(one | other) <= most}
        if len(few) > _STEPS_MAX:
            raise TooLong
    for some in sorted(few, key=lambda each: (len(each), sorted(each))):
        own = [row for row, its in enumerate(of_row) if its <= some]
        if own or len(form.others):
            yield some, np.concatenate([form.rows[own], form.others])


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
    type_of, case_of = np.unique(
        np.stack([of_line.reshape(-1)[lines.own], lines.case[lines.own]]), axis=1
    )
    many = np.bincount(type_of, minlength=matrix.shape[1]) >= CASES_MIN
    matrix %= PRIME
    known, everywhere = len(matrix) - table.count, np.ones(matrix.shape[1], dtype=bool)
    rest = _reduced(_reduced(matrix, many).others, everywhere)
    if not rest.pivots:
        return None
    rank, rank_before = (
        len(_reduced(each, everywhere).pivots) for each in (matrix, matrix[:known])
    )
    if known and rank == rank_before:
        return None  # whoever has the tables before can work it out
    rows = rest.rows[: len(rest.pivots)]
    held = np.flatnonzero((rows != 0).any(axis=0))
    cases = _cases(held, type_of, case_of)
    few = _Search().found(rows[:, held], cases, CASES_MIN - 1)
    if few is None:
        return None
    # Once more with the rows that each row was made of, where something is left.
    cases[:, list(few)] = False
    left = np.append(everywhere, np.zeros(len(matrix), dtype=bool))
    left[held] = cases.any(axis=1)
    made = np.concatenate([matrix, np.eye(len(matrix), dtype=np.int64)], axis=1)
    row = next(each for each in _reduced(made, left).others if each[: matrix.shape[1]].any())
    return tuple(int(each) for each in row[matrix.shape[1] + known :])


def _cases(
    types: NDArray[np.int64], type_of: NDArray[np.int64], case_of: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which cases some types have, of pairs of a type and a case: type by case."""
    there = np.isin(type_of, types)
    numbers, case = np.unique(case_of[there], return_inverse=True)
    cases = np.zeros((len(types), len(numbers)), dtype=bool)
    cases[np.searchsorted(types, type_of[there]), case.reshape(-1)] = True
    return cases
