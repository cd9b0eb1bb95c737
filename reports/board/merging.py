"""Rows are merged until nothing that is published gives a few cases away. Pure.

The tables come one after the other, in a fixed order. Those before it are as they are, and only
the rows of the next one are merged:

1. Rows on fewer than five cases become one row, ``other``, and the next smallest joins it until
   it has five cases itself.
2. As long as there is a combination of all rows so far that rests on fewer than five cases
   (:mod:`reports.board.isolating`), the smallest row of this table in it joins ``other``.
3. What is left of a partition is its total, which every table has. A table that is none (of
   findings, of savings, of one key) is left out where nothing else helps. The same where
   that cannot be said in time.

So a table never depends on one that comes after it.

Limits, honestly: this protects amounts and numbers of spendings against whoever has these
tables and nothing else. It does not protect against somebody who knows what most of the cases
in a row cost, it says nothing of what numbers of *cases* give away when compared, and it does
not know what the papers of an organisation show to those who may read them. Which rows were merged
depends on how many cases they have, so that a row's absence says that it is small, or stood
in the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.board import isolating
from reports.board.isolating import CASES_MIN, TooLong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.board.isolating import Lines, Sums

Groups = tuple[tuple[int, ...], ...]
"""Rows that are published together; only the last group may hold more than one: ``other``."""


def small_merged(sums: Sums, lines: Lines) -> Groups | None:
    """Merge the rows on fewer than five cases; ``None`` where they do not have five together."""
    cases = isolating.cases_of(sums, lines)
    there = [bool(count) for count in isolating.cases_of(sums, lines, own=False)]
    named = sorted((row for row in range(sums.count) if there[row]), key=lambda row: cases[row])
    other = [row for row in named if cases[row] < CASES_MIN]
    named = named[len(other) :]
    while other and isolating.cases_of(sums.merged([other]), lines)[0] < CASES_MIN:
        if not named:
            return None
        other.append(named.pop(0))
    return _groups(named, other)


def safe(
    sums: Sums, before: Sequence[Sums], lines: Lines, groups: Groups | None = None
) -> Groups | None:
    """Merge the rows of a table until it gives nothing away beside those before it.

    Args:
        sums: The table, before anything of it is merged.
        before: What is published of the same lines already.
        lines: Of the quarter.
        groups: What is merged at least; ``None`` for the rows on too few cases.

    Returns:
        ``None`` where the table cannot be published.
    """
    groups = small_merged(sums, lines) if groups is None else groups
    while groups:
        try:
            taken = isolating.combination(sums.merged(groups), before, lines)
        except TooLong:
            return None
        if taken is None:
            return groups
        if len(groups) == 1:
            return None
        groups = _one_less(sums, lines, groups, taken)
    return None


def _one_less(sums: Sums, lines: Lines, groups: Groups, taken: Sequence[int]) -> Groups:
    """Let the smallest row in a combination join the others."""
    has_other = len(groups[-1]) > 1
    named = [group[0] for group in (groups[:-1] if has_other else groups)]
    involved = [row for row, times in zip(named, taken, strict=False) if times] or named
    cases = isolating.cases_of(sums, lines)
    other = list(groups[-1]) if has_other else []
    smallest = min(involved, key=lambda row: (cases[row], row))
    named.remove(smallest)
    other.append(smallest)
    if len(other) == 1:
        other.append(named.pop(named.index(min(named, key=lambda row: (cases[row], row)))))
    return _groups(named, other)


def _groups(named: Sequence[int], other: Sequence[int]) -> Groups:
    groups = [(row,) for row in sorted(named)]
    return (*groups, tuple(sorted(other))) if other else tuple(groups)
