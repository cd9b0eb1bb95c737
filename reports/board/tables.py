"""The board's tables: one fixed list, per booked settlement, without filters or running sums.

Pure. What a table may show follows from :mod:`reports.board.merging`; what is left out says so.
The domains and what follows them come last: domains may be erased, and then these are left
out, so that nobody can compare a table that is worked out later with what it was before.

Source:
    The design, Privacy by design (aggregates for the board); the desk, Het fonds (small cells
    are merged, not blanked, so that totals add up).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from reports.board import isolating, merging
from reports.board.isolating import CASES_MIN, PRIME, Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.periods import Period
    from reports.board.merging import Groups
    from reports.board.quarter import Labels, Quarter, SavingOf, Shares

PARTITIONS: Final = ("group", "organisation", "home", "key", "domain")
"""The tables whose rows hold every line once, in the order in which they are protected."""

FEW: Final = "few-cases"
"""Why a table or key is left out: else it would give a few cases away."""

ERASED: Final = "erased"
"""Why domains, and cost shares under other keys, are left out: some were erased since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: its name, or ``None`` for what was merged, of so many rows.

    ``count`` is of spendings, or of findings.
    """

    name: str | None
    merged: int
    cases: int
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its total; ``left_out`` says why it has no rows."""

    name: str
    rows: tuple[Row, ...] = ()
    left_out: str | None = None

    @property
    def amount_cents(self) -> int:
        """All rows together."""
        return sum(row.amount_cents for row in self.rows)

    @property
    def count(self) -> int:
        """All rows together."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What each organisation would have borne, had a key (``None``: as agreed) divided all lines.

    ``cents`` is by organisation, with those that were merged under ``None``.
    """

    key: str | None
    cents: Mapping[str | None, int] = field(default_factory=dict)
    merged: int = 0
    left_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is published of one booked settlement.

    ``total`` is ``None`` where fewer than five cases have lines: then nothing is published.
    ``accepted`` is left out (``None``) where it would give a few cases away.
    """

    period: Period
    total: Row | None = None
    partitions: tuple[Table, ...] = ()
    findings: Table | None = None
    accepted: Row | None = None
    participants: Table | None = None
    outsiders: Table | None = None
    what_ifs: tuple[WhatIf, ...] = ()


def of(quarter: Quarter) -> Board:
    """Return what may be published of a booked settlement."""
    total = _sums(np.zeros(len(quarter.amount_cents), dtype=np.int64), [[1]])
    if isolating.cases_of(total, quarter.lines)[0] < CASES_MIN:
        return Board(period=quarter.period)
    before: list[Sums] = [total]
    tables = {name: _partition(quarter, name, before) for name in PARTITIONS if name != "domain"}
    findings, accepted = _findings(quarter, before)
    erased = Table(name="domain", left_out=ERASED)
    tables["domain"] = erased if quarter.erased else _partition(quarter, "domain", before)
    what_ifs = _what_ifs(quarter, before)
    participants, outsiders = _savings(quarter)
    return Board(
        period=quarter.period,
        total=_row(quarter, "", total, 0, _amounts(quarter)),
        partitions=tuple(tables[name] for name in PARTITIONS),
        findings=findings,
        accepted=accepted,
        participants=participants,
        outsiders=outsiders,
        what_ifs=what_ifs,
    )


def _partition(quarter: Quarter, name: str, before: list[Sums]) -> Table:
    labels: Labels = quarter.splits[name]
    sums = _sums(labels.codes, np.eye(len(labels.values), dtype=np.int64))
    all_of_it = (tuple(range(sums.count)),)
    groups = merging.safe(sums, before, quarter.lines) or all_of_it
    return _table(quarter, name, labels.values, sums, groups, before, _amounts(quarter))


def _table(  # noqa: PLR0913, PLR0917 - what a table is made of
    quarter: Quarter,
    name: str,
    names: Sequence[str],
    sums: Sums,
    groups: Groups,
    before: list[Sums],
    figures: Callable[[Sums, int], tuple[int, int]],
) -> Table:
    """Return a table of merged rows, and remember them for the tables to come."""
    merged = sums.merged(groups)
    before.append(merged)
    rows = [
        _row(quarter, names[group[0]] if len(group) == 1 else None, merged, at, figures, len(group))
        for at, group in enumerate(groups)
    ]
    return Table(name=name, rows=tuple(rows))


def _row(
    quarter: Quarter,
    name: str | None,
    sums: Sums,
    at: int,
    figures: Callable[[Sums, int], tuple[int, int]],
    merged: int = 1,
) -> Row:
    count, cents = figures(sums, at)
    cases = isolating.cases_of(sums, quarter.lines, own=False)[at]
    return Row(name=name, merged=merged, cases=cases, count=count, amount_cents=cents)


def _amounts(quarter: Quarter) -> Callable[[Sums, int], tuple[int, int]]:
    def figures(sums: Sums, at: int) -> tuple[int, int]:
        held = sums.columns[at, sums.codes] != 0
        return int(held.sum()), sum(quarter.amount_cents[held].tolist())

    return figures


def _findings(quarter: Quarter, before: list[Sums]) -> tuple[Table, Row | None]:
    found = quarter.findings
    if not found:
        return Table(name="findings"), None
    rules = tuple(sorted({each.rule for each in found}))
    place = {rule: at for at, rule in enumerate(rules)}
    sums = _counted(quarter, [(each.line, place[each.rule], 1) for each in found], len(rules))
    groups = merging.safe(sums, before, quarter.lines)
    if not groups:
        return Table(name="findings", left_out=FEW), None
    of_row = {rule: at for at, group in enumerate(groups) for rule in group}

    def figures(_: Sums, at: int) -> tuple[int, int]:
        cents = [each.amount_cents for each in found if of_row[place[each.rule]] == at]
        return len(cents), sum(cents)

    table = _table(quarter, "findings", rules, sums, groups, before, figures)
    return table, _accepted(quarter, before)


def _accepted(quarter: Quarter, before: list[Sums]) -> Row | None:
    """Return the findings that were accepted, in one sum; ``None`` where it cannot be told."""
    accepted = [each for each in quarter.findings if each.accepted]
    if not accepted:
        return Row(name="accepted", merged=1, cases=0, count=0, amount_cents=0)
    sums = _counted(quarter, [(each.line, 0, 1) for each in accepted], 1)
    if merging.safe(sums, before, quarter.lines) is None:
        return None
    before.append(sums)
    cents = sum(each.amount_cents for each in accepted)
    return _row(quarter, "accepted", sums, 0, lambda *_: (len(accepted), cents))


def _savings(quarter: Quarter) -> tuple[Table, Table]:
    """Return expected savings per party: those that take part, and apart from them outsiders.

    An effect saves several parties in proportion, so rows are protected against each other
    as sums of what one effect saves.
    """
    before: list[Sums] = []
    inside = [each for each in quarter.savings if not each.outsider]
    outside = [each for each in quarter.savings if each.outsider]
    participants = _saved(quarter, "participants", inside, before)
    return participants, _saved(quarter, "outsiders", outside, before)


def _saved(quarter: Quarter, name: str, savings: Sequence[SavingOf], before: list[Sums]) -> Table:
    if not savings:
        return Table(name=name)
    parties = tuple(code for code in quarter.parties if any(each.party == code for each in savings))
    place = {code: at for at, code in enumerate(parties)}
    sums = _counted(
        quarter, [(each.line, place[each.party], each.cents) for each in savings], len(parties)
    )
    groups = merging.safe(sums, before, quarter.lines)
    if not groups:
        return Table(name=name, left_out=FEW)
    of_row = {at: row for row, group in enumerate(groups) for at in group}

    def figures(_: Sums, at: int) -> tuple[int, int]:
        mine = [each for each in savings if of_row[place[each.party]] == at]
        return len({each.line for each in mine}), sum(each.cents for each in mine)

    return _table(quarter, name, parties, sums, groups, before, figures)


def _what_ifs(quarter: Quarter, before: list[Sums]) -> tuple[WhatIf, ...]:
    """Return cost shares under each key; a key that would tell its organisations is left out."""
    if quarter.erased:
        return tuple(WhatIf(key=each.key, left_out=ERASED) for each in quarter.shares)
    weighed = {each.key: sums for each in quarter.shares if (sums := _weights(each)) is not None}
    alike = _organisations(list(weighed.values()), quarter)
    found = []
    for each in quarter.shares:
        if each.key not in weighed:
            found.append(WhatIf(key=each.key, left_out=each.left_out))
            continue
        sums = weighed[each.key]
        groups = merging.safe(sums, before, quarter.lines, alike) if alike else None
        if groups is None or len(groups) == 1:
            found.append(WhatIf(key=each.key, left_out=FEW))
            continue
        before.append(sums.merged(groups))
        found.append(_what_if(quarter, each, groups))
    return tuple(found)


def _what_if(quarter: Quarter, shares: Shares, groups: Groups) -> WhatIf:
    cents = {
        quarter.parties[group[0]] if len(group) == 1 else None: sum(
            shares.cents[quarter.parties[at]] for at in group
        )
        for group in groups
    }
    merged = len(groups[-1]) if None in cents else 0
    return WhatIf(key=shares.key, cents=cents, merged=merged)


def _organisations(weighed: Sequence[Sums], quarter: Quarter) -> Groups:
    """Merge organisations in which, under some key, fewer than five cases have a share."""
    if not weighed:
        return ()

    def fewest(group: Sequence[int]) -> int | None:
        """Return the fewest cases in which a group has a share, under keys where it has any."""
        counts = [isolating.cases_of(sums.merged([group]), quarter.lines)[0] for sums in weighed]
        return min((count for count in counts if count), default=None)

    size = {at: fewest((at,)) for at in range(len(quarter.parties))}
    named = sorted((at for at in size if size[at] is not None), key=lambda at: size[at] or 0)
    other = [at for at in named if (size[at] or 0) < CASES_MIN]
    named = named[len(other) :]
    while other and (fewest(other) or 0) < CASES_MIN:
        if not named:
            return ()
        other.append(named.pop(0))
    groups = tuple((at,) for at in sorted(named))
    return (*groups, tuple(sorted(other))) if other else groups


def _weights(shares: Shares) -> Sums | None:
    """Return per organisation the exact weight of each line, modulo the prime."""
    if shares.vector is None:
        return None
    columns = [
        [weight * pow(sum(vector), -1, PRIME) % PRIME for weight in vector]
        for vector in shares.vectors
    ]
    return _sums(shares.vector, np.array(columns, dtype=np.int64).T)


def _counted(quarter: Quarter, entries: Sequence[tuple[int, int, int]], rows: int) -> Sums:
    """Return rows that hold lines so many times: line, row and how many."""
    held: dict[int, Counter[int]] = {}
    for line, row, times in entries:
        held.setdefault(line, Counter())[row] += times
    known: dict[tuple[int, ...], int] = {(0,) * rows: 0}
    codes = np.zeros(len(quarter.amount_cents), dtype=np.int64)
    for line, counts in held.items():
        vector = tuple(counts[row] % PRIME for row in range(rows))
        codes[line] = known.setdefault(vector, len(known))
    return _sums(codes, np.array([*known], dtype=np.int64).reshape(-1, rows).T)


def _sums(codes: NDArray[np.int64], columns: object) -> Sums:
    return Sums(codes=codes, columns=np.array(columns, dtype=np.int64))
