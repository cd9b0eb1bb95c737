"""Which rows a run settles, in which order, and how each comes to its cents.

A disputed line that is set apart takes with it what waits for it: its reversal, refunds and
replacement, and what replaces a spending whose reversal is set apart. Otherwise the money
would come back, or be there twice, before it was spent. The rest goes on with the weights
that it had: what is set apart stays known, so its savings count for its case as before.

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

from ledger.errors import Mistake, WrongInput, shortened
from ledger.money import as_text
from settlement.results import Reason, Standing

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
    arrays run beside it. ``apart``, ``reversed_`` and ``reversal`` are about all rows of the
    file.
    """

    rows: NDArray[np.int64]
    place: NDArray[np.int64]  # per row of the file, where it stands in ``rows``; -1 if not there
    reason: NDArray[np.int8]
    apart: NDArray[np.bool_]
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

    def apart_by_id(self, spendings: Spendings) -> tuple[str, ...]:
        """Return the spendings that are set apart, in canonical order."""
        return tuple(spendings.text("id", row) or "" for row in np.flatnonzero(self.apart).tolist())

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
    set_apart: frozenset[str] = frozenset(),
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
        set_apart: Ids of spendings that this settlement leaves to the next.

    Raises:
        WrongInput: A correction needs an earlier settlement that was not given, a row
            differs from what was booked, or what is set apart is not there.
    """
    start, until = period.start.toordinal(), period.until.toordinal()
    booked_on = spendings.booked_on
    waits = _waits(links)
    counts_on = _counts_on(booked_on, waits)
    booked = _booked_before(spendings, runs)
    if settled is None:
        settled = booked
    assert settled[booked].all(), "a row that a run booked is settled"
    known = counts_on < until
    before = known & (counts_on < start)
    here = known & ~settled & (~before if not runs else True)
    apart = _apart(spendings, set_apart, here, waits)
    rows = np.flatnonzero(here & ~apart)
    place = np.full(len(spendings), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    link = {each.row: each for each in links if place[each.row] >= 0}
    _refuse_unknown_originals(spendings, link, place)
    reversal, reversed_on = _reversals(spendings, links, counts_on, runs)
    return Selection(
        rows=rows,
        place=place,
        reason=_reasons(spendings, rows, start, runs),
        apart=apart,
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


def _waits(links: Sequence[Link]) -> list[tuple[int, int]]:
    """Return which rows wait for which.

    A correction waits for its original; what replaces a spending waits until that is
    reversed, or the money would be there twice.
    """
    reversed_by = {link.to: link.row for link in links if link.kind == "reverses"}
    pairs = [(link.row, link.original) for link in links if link.original is not None]
    return pairs + [
        (link.row, reversed_by[link.to])
        for link in links
        if link.kind == "replaces" and link.to in reversed_by
    ]


def _counts_on(booked_on: NDArray[np.int64], waits: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return the day on which each row counts: not before what it waits for.

    A correction of what is booked in a later period is settled with that, as one late.
    """
    counts_on = booked_on.copy()
    moved = True
    while moved:  # a correction of a correction moves with it
        moved = False
        for row, not_before in waits:
            if counts_on[row] < counts_on[not_before]:
                counts_on[row] = counts_on[not_before]
                moved = True
    return counts_on


def _apart(
    spendings: Spendings,
    asked: frozenset[str],
    here: NDArray[np.bool_],
    waits: Sequence[tuple[int, int]],
) -> NDArray[np.bool_]:
    """Tell which rows are set apart: those that are asked, and what waits for them."""
    apart = np.zeros(len(here), dtype=bool)
    if not asked:
        return apart
    row_of = spendings.rows_of(sorted(asked))
    elsewhere = [
        spending
        for spending in sorted(asked)
        if spending not in row_of or not here[row_of[spending]]
    ]
    if elsewhere:
        raise WrongInput(
            Mistake(
                "set apart",
                f"spending {shortened(spending)!r} is no line of this settlement; "
                "only its lines can be set apart",
            )
            for spending in elsewhere
        )
    more = [*row_of.values()]
    while more:
        apart[more] = True
        more = [row for row, other in waits if apart[other] and here[row] and not apart[row]]
    return apart


def _reasons(
    spendings: Spendings, rows: NDArray[np.int64], start: int, runs: Sequence[EarlierRun]
) -> NDArray[np.int8]:
    """Return per settled row why it is late, if it is."""
    reasons = np.where(spendings.booked_on[rows] < start, Reason.LATE, Reason.NONE)
    if disputed := sorted({spending for run in runs for spending in run.set_apart}):
        reasons[np.isin(rows, spendings.positions(disputed))] = Reason.DISPUTED
    return reasons.astype(np.int8)


def _booked_before(spendings: Spendings, runs: Sequence[EarlierRun]) -> NDArray[np.bool_]:
    """Tell which rows have a line in an earlier run; refuse those that changed since."""
    there = np.zeros(len(spendings), dtype=bool)
    ids = spendings.texts["id"]
    spelled = pa.array(ids.values, pa.string())
    mistakes: list[Mistake] = []
    for run in runs:
        lines = run.lines
        if not lines.position_of:
            continue
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
