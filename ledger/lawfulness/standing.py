"""Findings on record: those that stand, and those that ended, by spending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store, tables
from ledger.lawfulness import rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Select
    from sqlmodel import Session

    from ledger.lawfulness.found import Finding, Place

FINDING: Final = store.table(tables.Finding)
END: Final = store.table(tables.FindingEnd)
ENDED: Final = (
    (END.c.fund_id == FINDING.c.fund_id)
    & (END.c.finding == FINDING.c.sequence)
    & (END.c.finding_line == FINDING.c.line)
)
"""Joins a finding to its end, if it has one."""

_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finding on record.

    Args:
        place: Where it stands.
        spending: Number of the spending.
        found: What it says.
        how: How it ended; ``None`` while it stands.
    """

    place: Place
    spending: int
    found: Finding
    how: str | None


def of_spendings(session: Session, fund_id: int, numbers: Collection[int]) -> list[Kept]:
    """Return the findings of spendings, ended ones too, in the order in which they were found."""
    wanted = sorted(numbers)
    return sorted(
        (
            kept
            for first in range(0, len(wanted), _CHUNK)
            for kept in _kept(
                session,
                _asked(fund_id).where(FINDING.c.spending.in_(wanted[first : first + _CHUNK])),
            )
        ),
        key=lambda each: each.place,
    )


def of_rules(session: Session, fund_id: int, rules: Collection[str]) -> list[Kept]:
    """Return the findings of these rules, ended ones too, in the order in which they were found."""
    asked = _asked(fund_id).where(FINDING.c.rule.in_(sorted(rules)))
    return [*_kept(session, asked.order_by(FINDING.c.sequence, FINDING.c.line))]


def _asked(fund_id: int) -> Select[Any]:
    return select(FINDING, END.c.how).outerjoin(END, ENDED).where(FINDING.c.fund_id == fund_id)


def _kept(session: Session, asked: Select[Any]) -> Iterator[Kept]:
    for row in session.connection().execute(asked):
        yield Kept(
            place=(row.sequence, row.line),
            spending=row.spending,
            found=rows.of_row(row),
            how=row.how,
        )
