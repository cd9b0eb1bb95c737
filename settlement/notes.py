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
) -> Iterator[Note]:
    """Yield what the reader must know.

    Args:
        facts: What was settled, and the settlements before.
        chosen: Which rows were.
        weighed: By which keys.
        agreements: The versions of the fund.
        final: Whether this is the fund's last settlement.
    """
    if facts.spendings.ignored:
        yield Note("columns-not-read", {"columns": ", ".join(facts.spendings.ignored)})
    if facts.period is not None:
        yield from _not_counted(agreements, facts.period, facts.runs, final=final)
    yield from _changed(agreements, facts.runs)
    earliest = int(facts.spendings.booked_on.min(initial=date.max.toordinal()))
    starts = looked_at.window_starts(facts, chosen, weighed)
    for key in sorted(key for key, start in starts.items() if earliest > start.toordinal()):
        yield Note("window-before-facts", {"key": key})
    for row, link in sorted(chosen.link.items()):
        if link.original is None and link.kind != "refunds":
            yield Note(
                "original-not-in-file",
                {"spending": facts.spendings.text("id", row) or "", "original": link.to},
            )


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


def _changed(agreements: Sequence[Agreement], runs: Sequence[EarlierRun]) -> Iterator[Note]:
    """A version that reads otherwise than when it was settled under, its end apart."""
    for run in runs:
        for version in agreements:
            number = version.agreement.version
            recorded = run.agreements.get(number)
            if recorded is not None and recorded not in _fingerprints(version):
                yield Note("agreement-changed", {"version": str(number), "settlement": run.name})


def _fingerprints(version: Agreement) -> set[str]:
    """Return a version's own, and what it was before it got an end."""
    terms = version.agreement.model_copy(update={"valid_until": None})
    endless = version.model_copy(update={"agreement": terms})
    return {canonical.sha256(version), canonical.sha256(endless)}
