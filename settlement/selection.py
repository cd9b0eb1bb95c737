"""Which rows a run settles, in which order, and how each comes to its cents.

Source:
    The settlement rules, Dates, order, versions; Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.errors import Mistake, WrongInput
from ledger.money import as_text
from settlement.results import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.facts import Spendings
    from ledger.periods import Period
    from settlement.corrections import Link
    from settlement.earlier import EarlierRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rows that a run settles.

    ``rows`` are positions in the spendings, rising, so in canonical order; the other
    arrays run beside it. ``reversed_`` and ``reversal`` are about all rows of the file.
    """

    rows: NDArray[np.int64]
    place: NDArray[np.int64]  # per row of the file, where it stands in ``rows``; -1 if not there
    late: NDArray[np.bool_]
    standing: NDArray[np.int8]
    link: Mapping[int, Link]  # of a settled row
    known: NDArray[np.bool_]
    reversed_: NDArray[np.bool_]
    reversal: NDArray[np.bool_]
    counts_on: NDArray[np.int64]
    reversed_on: NDArray[np.int64]  # when its reversal counts; 0 for rows that none reverses
    before: int
    after: int

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Rows whose savings count: known, neither reversed nor a reversal."""
        return self.known & ~self.reversed_ & ~self.reversal

    @property
    def replacements(self) -> Mapping[int, Link]:
        """The links of the settled rows that replace another."""
        return {row: link for row, link in self.link.items() if link.kind == "replaces"}

    @property
    def reversals_of_earlier(self) -> int:
        """How many lines reverse what an earlier settlement booked."""
        return int((self.standing == Standing.BOOKED_REVERSAL).sum())

    def links_by_id(self, spendings: Spendings) -> tuple[tuple[str, str, str], ...]:
        """Return the settled corrections: spending, kind of link, spending it points to."""
        return tuple(
            (spendings.text("id", row) or "", link.kind, link.to)
            for row, link in sorted(self.link.items())
        )

    def known_before(self, day: date) -> NDArray[np.bool_]:
        """Tell which rows were known, and not known to be reversed, before a day."""
        known = self.counts_on < day.toordinal()
        return known & ~((self.reversed_on > 0) & (self.reversed_on < day.toordinal()))


def select(
    spendings: Spendings,
    period: Period,
    *,
    links: Sequence[Link],
    runs: Sequence[EarlierRun],
    settled: NDArray[np.bool_] | None = None,
) -> Selection:
    """Choose the rows of a period.

    Args:
        spendings: All rows.
        period: What is settled.
        links: Which rows correct which.
        runs: Earlier settlements. Where there are any, rows from before the period that
            none of them settled are settled now, and marked late.
        settled: Which rows an earlier settlement settled; ``None`` where that is for the
            lines of the runs to tell.

    Raises:
        WrongInput: A correction needs an earlier settlement that was not given, or a row
            differs from what was booked.
    """
    start, until = period.start.toordinal(), period.until.toordinal()
    booked_on = spendings.booked_on
    counts_on = _counts_on(booked_on, links)
    booked = _booked_before(spendings, runs)
    if settled is None:
        settled = booked
    assert settled[booked].all(), "a row that a run booked is settled"
    known = counts_on < until
    before = known & (counts_on < start)
    rows = np.flatnonzero(known & ~settled & (~before if not runs else True))
    place = np.full(len(spendings), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    link = {each.row: each for each in links if place[each.row] >= 0}
    _refuse_unknown_originals(spendings, link, place)
    reversal, reversed_on = _reversals(spendings, links, counts_on, runs)
    return Selection(
        rows=rows,
        place=place,
        late=booked_on[rows] < start,
        standing=_standings(link, place),
        link=link,
        known=known,
        reversed_=(reversed_on > 0) & (reversed_on < until),
        reversal=reversal,
        counts_on=counts_on,
        reversed_on=reversed_on,
        before=int((before & (place < 0)).sum()),
        after=int((~known).sum()),
    )


def _counts_on(booked_on: NDArray[np.int64], links: Sequence[Link]) -> NDArray[np.int64]:
    """Return the day on which each row counts.

    A correction counts not before its original: booked in an earlier period, it is settled
    with the original, as one late. What replaces a spending counts not before that is
    reversed, or the money would be there twice.
    """
    counts_on = booked_on.copy()
    reversed_by = {link.original: link.row for link in links if link.kind == "reverses"}
    pairs = [(link.row, link.original) for link in links if link.original is not None]
    pairs += [
        (link.row, reversed_by[link.original])
        for link in links
        if link.kind == "replaces" and link.original in reversed_by
    ]
    moved = True
    while moved:  # a correction of a correction moves with it
        moved = False
        for row, not_before in pairs:
            if counts_on[row] < counts_on[not_before]:
                counts_on[row] = counts_on[not_before]
                moved = True
    return counts_on


def _booked_before(spendings: Spendings, runs: Sequence[EarlierRun]) -> NDArray[np.bool_]:
    """Tell which rows have a line in an earlier run; refuse those that changed since."""
    there = np.zeros(len(spendings), dtype=bool)
    ids = spendings.texts["id"]
    spelled = pa.array(ids.values, pa.string())
    mistakes: list[Mistake] = []
    for run in runs:
        lines = run.lines
        held = pa.array(list(lines.position_of), pa.string())
        found = pc.fill_null(pc.index_in(spelled, held), -1).to_numpy(zero_copy_only=False)
        place = np.array([*lines.position_of.values(), -1], dtype=np.int64)
        position = place[found[ids.codes]]
        rows = np.flatnonzero(position >= 0)
        booked = position[rows]
        same = (lines.amount_cents[booked] == spendings.amount_cents[rows]) & (
            lines.booked_on[booked] == spendings.booked_on[rows]
        )
        mistakes += [
            _changed(spendings, run, row, int(position[row])) for row in rows[~same].tolist()
        ]
        there[rows] = True
    if mistakes:
        raise WrongInput(mistakes)
    return there


def _changed(spendings: Spendings, run: EarlierRun, row: int, position: int) -> Mistake:
    was = date.fromordinal(int(run.lines.booked_on[position]))
    return Mistake(
        spendings.where(row),
        f"spending {spendings.text('id', row)} was settled in {run.name} as "
        f"{as_text(int(run.lines.amount_cents[position]))} booked on {was}; "
        "what is booked never moves, correct it with a reversal",
    )


def _refuse_unknown_originals(
    spendings: Spendings, link: Mapping[int, Link], place: NDArray[np.int64]
) -> None:
    """A correction of a line that this run does not settle needs the run that did."""
    lost = [
        each
        for each in link.values()
        if any(
            needed.booked is None and (needed.original is None or place[needed.original] < 0)
            for needed in (each, each.first or each)
        )
    ]
    if lost:
        raise WrongInput(
            Mistake(
                spendings.where(each.row),
                f"{each.kind} {each.to!r}, which was settled before this period; "
                "give that settlement with --previous",
            )
            for each in sorted(lost, key=lambda each: each.row)
        )


def _reversals(
    spendings: Spendings,
    links: Sequence[Link],
    counts_on: NDArray[np.int64],
    runs: Sequence[EarlierRun],
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Tell which rows are reversals, and when which rows are reversed.

    An earlier settlement may know of a reversal that the file no longer has.
    """
    reversal = np.zeros(len(counts_on), dtype=bool)
    reversed_on = np.zeros(len(counts_on), dtype=np.int64)
    booked = {
        each.to: each.booked_on for run in runs for each in run.links if each.kind == "reverses"
    }
    for to, row in spendings.rows_of(list(booked)).items():
        reversed_on[row] = booked[to]
    for link in links:
        if link.kind == "reverses":
            reversal[link.row] = True
            if link.original is not None:
                reversed_on[link.original] = counts_on[link.row]
    return reversal, reversed_on


def _standings(link: Mapping[int, Link], place: NDArray[np.int64]) -> NDArray[np.int8]:
    standing = np.full(int(place.max(initial=-1)) + 1, Standing.CHAIN, dtype=np.int8)
    for row, each in _in_turn(link):
        if each.kind == "replaces":
            standing[place[row]] = Standing.REPLACEMENT
        if each.kind == "reverses":
            if each.booked is not None:
                standing[place[row]] = Standing.BOOKED_REVERSAL
            else:
                assert each.original is not None
                standing[place[row]] = Standing.REVERSAL
                standing[place[each.original]] = Standing.REVERSED
    return standing


def _in_turn(link: Mapping[int, Link]) -> Iterator[tuple[int, Link]]:
    """Yield replacements first: one that is reversed itself is a reversed line."""
    yield from sorted(link.items(), key=lambda item: item[1].kind == "reverses")
