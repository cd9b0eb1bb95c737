"""Whoever has the board's tables and subtracts: written apart from what protects them.

What a table shows is turned back into sums over lines by the names of its rows alone: a row
that is named holds the lines of that name, the row without a name all others. Then two ways
to find what rests on one to four cases are tried: every union of rows of one table less every
union of another, and linear algebra over all tables at once. That is exact but that it reckons
modulo a prime of 61 bits, as fractions grow without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from reports.board.quarter import Quarter
    from reports.board.tables import Board

_PRIME: Final = 2**61 - 1
Sum = dict[int, Fraction]  # line -> how much of it; never 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an attacker has of a quarter: the rows of each table as sums over lines."""

    case: Sequence[int]
    tables: Mapping[str, Sequence[Sum]]

    @property
    def rows(self) -> list[Sum]:
        """All rows of all tables."""
        return [row for rows in self.tables.values() for row in rows]


def seen(quarter: Quarter, board: Board) -> Seen:
    """Return what the published tables of a quarter are sums of."""
    tables: dict[str, list[Sum]] = {}
    if board.total is None:
        return Seen(case=quarter.lines.case.tolist(), tables=tables)
    for table in board.partitions:
        labels = quarter.splits[table.name]
        texts = [labels.values[code] for code in labels.codes.tolist()]
        tables[table.name] = _by_name([row.name for row in table.rows], enumerate(texts))
    assert board.findings is not None
    found = [(each.line, each.rule) for each in quarter.findings]
    tables["findings"] = _by_name([row.name for row in board.findings.rows], found)
    if board.accepted is not None:
        accepted = [(each.line, "") for each in quarter.findings if each.accepted]
        tables["accepted"] = _by_name([None], accepted)
    for what_if, shares in zip(board.what_ifs, quarter.shares, strict=True):
        if what_if.left_out is None:
            assert shares.vector is not None
            vectors = [shares.vectors[at] for at in shares.vector.tolist()]
            rows = _weighed([*what_if.cents], quarter.parties, vectors)
            tables[f"key {what_if.key}"] = rows
    kept = {name: [row for row in rows if row] for name, rows in tables.items()}
    return Seen(case=quarter.lines.case.tolist(), tables=kept)


def saved(quarter: Quarter, board: Board) -> list[Sum]:
    """Return what the tables of savings are sums of: what one effect saves, by party."""
    rows: list[Sum] = []
    for table, outsider in ((board.participants, False), (board.outsiders, True)):
        assert table is not None
        by_name: dict[str | None, Sum] = {row.name: {} for row in table.rows}
        for each in quarter.savings:
            row = by_name.get(each.party if each.party in by_name else None)
            if row is not None and each.outsider == outsider:
                row[each.line] = row.get(each.line, Fraction(0)) + each.cents
        rows += by_name.values()
    return rows


def unprotected(quarter: Quarter) -> Seen:
    """Return what tables would be sums of if no row were merged."""
    tables = {}
    for name, labels in quarter.splits.items():
        texts = [labels.values[code] for code in labels.codes.tolist()]
        tables[name] = _by_name(sorted(set(texts)), enumerate(texts))
    return Seen(case=quarter.lines.case.tolist(), tables=tables)


def _by_name(names: Sequence[str | None], lines: Iterable[tuple[int, str]]) -> list[Sum]:
    rows: dict[str | None, Sum] = {name: {} for name in names}
    for line, text in lines:
        row = rows.get(text if text in rows else None)
        if row is not None:
            row[line] = row.get(line, Fraction(0)) + 1
    return [*rows.values()]


def _weighed(
    names: Sequence[str | None], parties: Sequence[str], vectors: Sequence[Sequence[int]]
) -> list[Sum]:
    rows: dict[str | None, Sum] = {name: {} for name in names}
    for line, vector in enumerate(vectors):
        for party, weight in zip(parties, vector, strict=True):
            if weight:
                row = rows[party if party in rows else None]
                row[line] = row.get(line, Fraction(0)) + Fraction(weight, sum(vector))
    return [*rows.values()]


def by_unions(one: Sequence[Sum], other: Sequence[Sum], case: Sequence[int]) -> Iterator[set[int]]:
    """Yield the cases of unions of rows less the unions inside them, where they are few."""
    mine, theirs = ([frozenset(row) for row in rows] for rows in (one, other))
    for union in _unions(mine):
        inside = frozenset[int]().union(*(row for row in theirs if row <= union))
        few = {case[line] for line in union - inside}
        if 0 < len(few) < 5:
            yield few


def _unions(rows: Sequence[frozenset[int]]) -> Iterator[frozenset[int]]:
    for count in range(1, len(rows) + 1):
        for chosen in combinations(rows, count):
            yield frozenset[int]().union(*chosen)


def by_algebra(
    rows: Sequence[Sum], case: Mapping[int, int], most: int = 4
) -> tuple[int, ...] | None:
    """Return up to four cases that some combination of rows rests on alone; ``None`` if none.

    There is one exactly if the rows have a lower rank without the lines of these cases.
    """
    reckoned = [
        {line: x.numerator * pow(x.denominator, -1, _PRIME) % _PRIME for line, x in row.items()}
        for row in rows
    ]
    whole = _rank(reckoned, set())
    cases = sorted({case[line] for row in rows for line in row})
    for chosen in combinations(cases, min(most, len(cases))):
        gone = {line for line, number in case.items() if number in chosen}
        if _rank(reckoned, gone) < whole:
            return chosen
    return None


def _rank(rows: Sequence[Mapping[int, int]], gone: Collection[int]) -> int:
    """Return the rank of rows over all lines but those that are gone, modulo the prime."""
    left = [{line: x for line, x in row.items() if line not in gone} for row in rows]
    rank = 0
    while left:
        pivot_row = left.pop()
        if not pivot_row:
            continue
        rank += 1
        pivot, by = next(iter(pivot_row.items()))
        inverse = pow(by, -1, _PRIME)
        left = [
            _less(row, pivot_row, row[pivot] * inverse % _PRIME) if pivot in row else row
            for row in left
        ]
    return rank


def _less(row: Mapping[int, int], other: Mapping[int, int], times: int) -> dict[int, int]:
    """Return a row less so many times another; zeros are left out."""
    found = dict(row)
    for line, x in other.items():
        found[line] = (found.get(line, 0) - times * x) % _PRIME
    return {line: x for line, x in found.items() if x}
