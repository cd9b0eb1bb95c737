"""The head and the sums of a year: what every act kept up to date, recomputed from the acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store
from ledger.tables import SpentInYear
from ledger.verify import journal
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.so_far import SoFar

_SUM: Final = store.table(SpentInYear)


def misfits(so_far: SoFar, head: Any) -> Iterator[Misfit]:
    """Yield what the head of a trail says that does not follow from the trail."""
    days = {
        "closed_until": so_far.closed_until,
        "adjusting_from": so_far.adjusting_from,
    }
    for name, said in days.items():
        day = getattr(head, name)
        there = None if day is None else day.isoformat()
        if there != said:
            yield Misfit(f"head, {name}", f"is {there}; the acts lead to {said}")
    cents = {
        "pool_cents": journal.pool_cents(so_far),
        "reserved_cents": sum(so_far.reserved_cents.values()),
    }
    for name, said_cents in cents.items():
        there_cents = getattr(head, name)
        if there_cents != said_cents:
            yield Misfit(f"head, {name}", f"is {there_cents}; the acts add up to {said_cents}")
    yield from _sums(so_far)


def _sums(so_far: SoFar) -> Iterator[Misfit]:
    asked = select(_SUM.c.year, _SUM.c.whose, _SUM.c.amount_cents).where(
        _SUM.c.fund_id == so_far.fund.id
    )
    rows = so_far.session.connection().execute(asked)
    there = {(row.year, row.whose): int(row.amount_cents) for row in rows}
    for year, whose in sorted({*there, *so_far.spent_cents}, key=str):
        found, right = there.get((year, whose), 0), so_far.spent_cents.get((year, whose), 0)
        if found != right:
            what = f"is {found}; the acts add up to {right}"
            yield Misfit(f"spent_in_year {year}/{whose}, amount_cents", what)
