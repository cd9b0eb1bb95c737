"""What an organisation and a person spent in a year: kept up by every act that records.

A sum moves with the spendings, in their act; verification adds them up anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import store
from ledger.tables import SpentInYear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sqlmodel import Session

Key = tuple[int, str]
"""A year, and whose: the code of a party, or the id of a person."""

_SUM: Final = store.table(SpentInYear)
_SUMS: Final = select(_SUM.c.year, _SUM.c.whose, _SUM.c.amount_cents).where(
    _SUM.c.fund_id == bindparam("fund_id"),
    _SUM.c.year.in_(bindparam("years", expanding=True)),
    _SUM.c.whose.in_(bindparam("whose", expanding=True)),
)


@dataclass(slots=True, kw_only=True)
class Sums:
    """What an act adds to the sums of a fund, in cents."""

    fund_id: int
    added: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, spending: Mapping[str, Any]) -> None:
        """Add the row of a spending."""
        for key in keys(spending["spent_on"].year, spending["organisation"], spending["person_id"]):
            self.added[key] += spending["amount_cents"]

    def write(self, session: Session) -> None:
        """Write what was added."""
        rows = [
            {"fund_id": self.fund_id, "year": year, "whose": whose, "amount_cents": cents}
            for (year, whose), cents in sorted(self.added.items())
            if cents
        ]
        if rows:
            store.add_up(session, SpentInYear, rows, "amount_cents")


def keys(year: int, organisation: str, person: UUID | None) -> list[Key]:
    """Return the sums that a spending counts in."""
    whose = [organisation] if person is None else [organisation, str(person)]
    return [(year, each) for each in whose]


def spent(session: Session, fund_id: int, wanted: Iterable[Key]) -> dict[Key, int]:
    """Return what was spent, in cents, by year and whose; of each that is wanted."""
    asked = {*wanted}
    found = dict.fromkeys(asked, 0)
    if not asked:
        return found
    values = {
        "fund_id": fund_id,
        "years": sorted({year for year, _ in asked}),
        "whose": sorted({whose for _, whose in asked}),
    }
    for row in session.connection().execute(_SUMS, values):
        if (row.year, row.whose) in found:
            found[row.year, row.whose] = row.amount_cents
    return found
