"""What the reader of a settlement must know about its facts.

Source:
    The settlement rules, Dates, order, versions; Weights; Positions.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger.agreement import canonical
from ledger.money import as_text
from settlement import looked_at
from settlement.results import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.agreement.schema import Agreement
    from ledger.periods import Period
    from settlement.earlier import EarlierRun
    from settlement.lines import Facts, Weighed
    from settlement.selection import Selection


def of(
    facts: Facts,
    chosen: Selection,
    weighed: Weighed,
    *,
    agreements: Sequence[Agreement],
    final: bool,
    counts_due: bool = True,
) -> Iterator[Note]:
    """Yield what the reader must know.

    Args:
        facts: What was settled, and the settlements before.
        chosen: Which rows were.
        weighed: By which keys.
        agreements: The versions of the fund.
        final: Whether this is the fund's last settlement.
        counts_due: Whether the contributions are those that are due; what was received
            is counted when it was, so that none can be missed.
    """
    if facts.spendings.ignored:
        yield Note("columns-not-read", {"columns": ", ".join(facts.spendings.ignored)})
    if facts.period is not None and counts_due:
        yield from _not_counted(agreements, facts.period, facts.runs, final=final)
    yield from _changed(agreements, facts.runs)
    earliest = int(facts.spendings.booked_on.min(initial=date.max.toordinal()))
    starts = looked_at.window_starts(facts, chosen, weighed)
    for key in sorted(key for key, start in starts.items() if earliest > start.toordinal()):
        yield Note("window-before-facts", {"key": key})
    yield from _without_original(facts, chosen)


def _not_counted(
    agreements: Sequence[Agreement], period: Period, runs: Sequence[EarlierRun], *, final: bool
) -> Iterator[Note]:
    """Contributions due before the first settlement, or after the last, count in none."""
    first = runs[0].period.start if runs else period.start
    due = [
        (contribution.due_on, contribution.amount)
        for version in agreements
        for contribution in version.contribution
        if version.agreement.valid_from <= contribution.due_on
        and (
            version.agreement.valid_until is None
            or contribution.due_on < version.agreement.valid_until
        )
    ]
    missed = {
        "contributions-before": [cents for day, cents in due if day < first],
        "contributions-after": [cents for day, cents in due if day >= period.until and final],
    }
    for code, amounts in missed.items():
        if sum(amounts):
            yield Note(code, {"count": str(len(amounts)), "amount": as_text(sum(amounts))})


def _without_original(facts: Facts, chosen: Selection) -> Iterator[Note]:
    """What a correction is compared with, or weighed by, is not in the file."""
    for row, link in sorted(chosen.link.items()):
        about = {"spending": facts.spendings.text("id", row) or ""}
        first = link.first or link
        if link.kind == "reverses" and link.original is None:
            yield Note("original-not-in-file", {**about, "original": link.to})
        if link.kind == "replaces" and first.original is None:
            yield Note("version-by-own-day", {**about, "original": first.to})


def _changed(agreements: Sequence[Agreement], runs: Sequence[EarlierRun]) -> Iterator[Note]:
    """A version that reads otherwise than when it was settled under, its end apart."""
    for run in runs:
        for version in agreements:
            number = version.agreement.version
            endless = canonical.sha256_without_end(version)
            if run.agreements.get(number, endless) != endless:
                settled = f"{run.period.start}/{run.period.last_day}"
                yield Note("agreement-changed", {"version": str(number), "settlement": settled})
