"""The settlements of a fund follow each other: one after the other, none left out.

What a settlement opens with, which contributions it counts and which number it bears
follow from those before it, so each records what it rests on, and the next one asks for
the same, unchanged.

Source:
    The settlement rules, Dates, order, versions (settlements are booked in order); Positions.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.periods import Period
    from settlement.earlier import EarlierRun


def in_order(runs: Sequence[EarlierRun], *, period: Period | None) -> tuple[EarlierRun, ...]:
    """Return earlier settlements oldest first, when they lead up to a period.

    Args:
        runs: In any order.
        period: What is settled now; ``None`` where that was not given.

    Raises:
        WrongInput: One is missing, was given twice, was settled anew since another
            relied on it, or does not join on to the next or to the period.
    """
    if not runs:
        return ()
    if period is None:
        raise WrongInput(
            [Mistake("--from", "give --from and --until too: after --previous a period is due")]
        )
    ordered = tuple(sorted(runs, key=lambda run: run.period))
    mistakes = [
        *_do_not_join(ordered, period),
        *_end_it(ordered),
        *(mistake for at, run in enumerate(ordered) for mistake in _rests(run, ordered[:at])),
        *_settled_twice(ordered),
    ]
    if mistakes:
        raise WrongInput(mistakes)
    return ordered


def _do_not_join(runs: Sequence[EarlierRun], period: Period) -> Iterator[Mistake]:
    for before, after in itertools.pairwise(runs):
        if after.period.start < before.period.until:
            yield Mistake(
                after.name, f"its period overlaps that of {before.name}; give each run once"
            )
        elif after.period.start > before.period.until:
            yield Mistake(
                after.name,
                f"begins on {after.period.start}, but {before.name} ends on "
                f"{before.period.last_day}; give the settlement in between too",
            )
    last = runs[-1]
    if period.start < last.period.until:
        yield Mistake(
            last.name,
            f"it ends on {last.period.last_day}, after this period begins on {period.start}; "
            "settle periods in order",
        )
    elif period.start > last.period.until:
        yield Mistake(
            "--from",
            f"{period.start} leaves days out: {last.name} ends on {last.period.last_day}; "
            f"settle from {last.period.until} on",
        )


def _end_it(runs: Sequence[EarlierRun]) -> Iterator[Mistake]:
    for run in runs:
        if not run.has_period:
            yield Mistake(
                run.name,
                "was settled without --from and --until, so that every contribution counted; "
                "settle it again with both",
            )
        if run.final:
            yield Mistake(run.name, "is final: the fund is closed, nothing is settled after it")


def _rests(run: EarlierRun, before: Sequence[EarlierRun]) -> Iterator[Mistake]:
    """Compare what a settlement recorded that it rests on with what was given."""
    given = {each.period: each for each in before}
    recorded = {each.period: each for each in run.previous}
    for period, each in recorded.items():
        if period not in given:
            yield Mistake(
                run.name,
                f"rests on the settlement of {period.start} to {period.last_day}; "
                "give that with --previous too",
            )
        elif given[period].sha256 != each.sha256:
            yield Mistake(
                run.name,
                f"rests on another {given[period].name}, which was settled anew since; "
                f"restore that, or settle {run.name} again",
            )
    for period, earlier in given.items():
        if period not in recorded and period.until <= run.period.start:
            yield Mistake(
                run.name,
                f"was settled without {earlier.name}; settle it again with --previous "
                f"{earlier.name}",
            )


def _settled_twice(runs: Sequence[EarlierRun]) -> Iterator[Mistake]:
    """Find what two runs settled, as far as their lines are there."""
    for before, after in itertools.combinations(runs, 2):
        twice = after.lines.position_of.keys() & before.lines.position_of.keys()
        for spending in sorted(twice)[:10]:
            yield Mistake(after.name, f"spending {spending} was settled in {before.name} too")
