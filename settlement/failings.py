"""The findings of a year, from the ledger: each with its spending, its end and its acceptance.

Only what rests on law or agreement is read; findings of internal control enter no statement.
Texts that people wrote are never read here: papers name the kind of a ground, and the
reviewer's words stay with the auditor.

Source:
    The settlement rules, Lawfulness in the settlement; What others may see.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from ledger import store
from ledger.acts import day_in
from ledger.decisions import judging
from ledger.tables import (
    Acceptance,
    AcceptanceDecision,
    Event,
    Finding,
    FindingEnd,
    Review,
    Spending,
)
from settlement import booked
from settlement.landing import Accepted, Found, Spent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from ledger.funds import Known
    from settlement.states import Standing

_FINDING: Final = store.table(Finding)
_END: Final = store.table(FindingEnd)
_ENDING: Final = store.table(Event)
_SPENDING: Final = store.table(Spending)
_TAKEN_BACK: Final = _SPENDING.alias("taken_back")
_ACCEPTANCE: Final = store.table(Acceptance)
_DECISION: Final = store.table(AcceptanceDecision)
_REVIEW: Final = store.table(Review)
_NUMBER: Final = (_FINDING.c.sequence, _FINDING.c.line)


def of_year(
    session: Session, known: Known, year: int, *, booked_: Sequence[Standing]
) -> tuple[Found, ...]:
    """Return the errors and uncertainties of what was booked, or taken back, in a year.

    Args:
        session: That sees one moment.
        known: The fund.
        year: The financial year.
        booked_: Its booked settlements, in which cells are looked for.
    """
    rows = session.connection().execute(_asked(known.id, year)).all()
    spendings = sorted({row.spending for row in rows})
    cells = booked.cells_of(session, booked_, spendings)
    said = _reviews(session, known.id)
    return tuple(
        _found(
            row,
            known.timezone,
            cells=cells.get(row.spending),
            reviews=said.get((row.sequence, row.line), ()),
        )
        for row in rows
    )


def _asked(fund_id: int, year: int) -> Any:
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    is_of_year = [
        (table.c.booked_on >= first) & (table.c.booked_on < until)
        for table in (_SPENDING, _TAKEN_BACK)
    ]
    return (
        select(
            *_NUMBER,
            *(_FINDING.c[name] for name in ("rule", "kind", "criterion", "amount_cents")),
            _FINDING.c.spending,
            *(_SPENDING.c[name] for name in ("id", "booked_on", "category")),
            _SPENDING.c.amount_cents.label("spent_cents"),
            _TAKEN_BACK.c.booked_on.label("taken_back_on"),
            _END.c.how,
            _ENDING.c.at,
            _ACCEPTANCE.c.ground,
            *(_DECISION.c[name] for name in ("decided_on", "meeting_on", "number")),
            _DECISION.c.how.label("accepted_by"),
        )
        .join(_SPENDING, _same_fund(_SPENDING) & (_SPENDING.c.sequence == _FINDING.c.spending))
        .outerjoin(
            _TAKEN_BACK,
            _same_fund(_TAKEN_BACK) & (_TAKEN_BACK.c.reverses == _FINDING.c.spending),
        )
        .outerjoin(_END, _of_finding(_END))
        .outerjoin(_ENDING, _same_fund(_ENDING) & (_ENDING.c.sequence == _END.c.sequence))
        .outerjoin(_ACCEPTANCE, _of_finding(_ACCEPTANCE))
        .outerjoin(
            _DECISION, _same_fund(_DECISION) & (_DECISION.c.sequence == _ACCEPTANCE.c.sequence)
        )
        .where(_FINDING.c.fund_id == fund_id, _FINDING.c.criterion.is_not(None), or_(*is_of_year))
        .order_by(*_NUMBER)
    )


def _same_fund(table: Any) -> Any:
    return table.c.fund_id == _FINDING.c.fund_id


def _of_finding(table: Any) -> Any:
    return (
        _same_fund(table)
        & (table.c.finding == _FINDING.c.sequence)
        & (table.c.finding_line == _FINDING.c.line)
    )


def _reviews(session: Session, fund_id: int) -> dict[tuple[int, int], list[Any]]:
    """Return what reviewers said of each finding, in order."""
    asked = (
        select(_REVIEW.c.finding, _REVIEW.c.finding_line, _REVIEW.c.verdict)
        .where(_REVIEW.c.fund_id == fund_id)
        .order_by(_REVIEW.c.sequence)
    )
    found: dict[tuple[int, int], list[Any]] = {}
    for row in session.connection().execute(asked):
        found.setdefault((row.finding, row.finding_line), []).append(row)
    return found


def _accepted(row: Any) -> Accepted | None:
    if row.ground is None:
        return None
    return Accepted(
        by=row.accepted_by,
        ground=row.ground,
        decided_on=row.meeting_on or row.decided_on,
        decision=row.number,
    )


def _found(
    row: Any, timezone: str, *, cells: dict[str, int] | None, reviews: Sequence[Any]
) -> Found:
    return Found(
        sequence=row.sequence,
        line=row.line,
        rule=row.rule,
        kind=judging.kind_now(row, reviews),
        criterion=row.criterion,
        amount_cents=row.amount_cents,
        spent=Spent(
            sequence=row.spending,
            id=row.id,
            booked_on=row.booked_on,
            category=row.category,
            amount_cents=row.spent_cents,
            taken_back_on=row.taken_back_on,
            cells=cells,
        ),
        ended=row.how,
        ended_on=None if row.at is None else day_in(timezone, row.at),
        accepted=_accepted(row),
    )
