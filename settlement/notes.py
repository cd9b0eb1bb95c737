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
    from collections.abc import Iterator

    from ledger.agreement.schema import Agreement
    from ledger.periods import Period
    from settlement.engine import Order
    from settlement.lines import Facts, Weighed
    from settlement.selection import Selection


def of(
    order: Order, period: Period, facts: Facts, chosen: Selection, weighed: Weighed
) -> Iterator[Note]:
    """Yield what the reader must know."""
    if facts.spendings.ignored:
        yield Note("columns-not-read", {"columns": ", ".join(facts.spendings.ignored)})
    yield from _not_counted(order, period)
    yield from _changed(order)
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


def _not_counted(order: Order, period: Period) -> Iterator[Note]:
    """Contributions due before the first settlement, or after the last, count in none."""
    if order.period is None:
        return
    first = order.runs[0].period.start if order.runs else period.start
    due = [
        (contribution.due_on, contribution.amount)
        for version in order.agreements
        for contribution in version.contribution
        if version.agreement.valid_from <= contribution.due_on
        and (
            version.agreement.valid_until is None
            or contribution.due_on < version.agreement.valid_until
        )
    ]
    missed = {
        "contributions-before": [cents for day, cents in due if day < first],
        "contributions-after": [cents for day, cents in due if day >= period.until and order.final],
    }
    for code, amounts in missed.items():
        if sum(amounts):
            yield Note(code, {"count": str(len(amounts)), "amount": as_text(sum(amounts))})


def _changed(order: Order) -> Iterator[Note]:
    """A version that reads otherwise than when it was settled under, its end apart."""
    for run in order.runs:
        for version in order.agreements:
            number = version.agreement.version
            recorded = run.agreements.get(number)
            if recorded is not None and recorded not in _fingerprints(version):
                yield Note("agreement-changed", {"version": str(number), "settlement": run.name})


def _fingerprints(version: Agreement) -> set[str]:
    """Return a version's own, and what it was before it got an end."""
    terms = version.agreement.model_copy(update={"valid_until": None})
    endless = version.model_copy(update={"agreement": terms})
    return {canonical.sha256(version), canonical.sha256(endless)}
