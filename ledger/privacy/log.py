"""The log of access: who read what, when and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import null, select, union_all

from ledger import funds, store
from ledger.acts import day_in
from ledger.tables import CaseFile, CaseReading, Event, Person, Reading, Spending

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlmodel import Session

_SPENDING: Final = store.table(Spending)
_CASE: Final = store.table(CaseFile)
_READING: Final = store.table(Reading)
_CASE_READING: Final = store.table(CaseReading)
_EVENT: Final = store.table(Event)
_PERSON: Final = store.table(Person)


class Entry(NamedTuple):
    """A reading: of a spending, or of all of a case (``spending`` is ``None``)."""

    number: int
    at: datetime
    handle: str
    spending: str | None
    case: str | None
    why: str


def of_fund(
    session: Session,
    fund: str,
    *,
    spending: str | None = None,
    case: str | None = None,
    since: date | None = None,
) -> list[Entry]:
    """Return who read what, in order.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        spending: Only readings of this one; ``None`` for all.
        case: Only readings of this case and its spendings; ``None`` for all.
        since: The first day, where the fund is; ``None`` for all.
    """
    known = funds.known(session, fund)
    readings = union_all(_of_spendings(known.id), _of_cases(known.id)).subquery()
    asked = select(readings).order_by(readings.c.sequence)
    if spending is not None:
        asked = asked.where(readings.c.spending == spending)
    found = [Entry(*row) for row in session.connection().execute(asked)]
    return [
        each
        for each in found
        if case in {None, each.case} and (since is None or day_in(known.timezone, each.at) >= since)
    ]


def _of_spendings(fund_id: int) -> Select[Any]:
    return (
        _asked(_READING, _SPENDING.c.id)
        .join(
            _SPENDING,
            (_SPENDING.c.fund_id == _READING.c.fund_id)
            & (_SPENDING.c.sequence == _READING.c.spending),
        )
        .outerjoin(
            _CASE,
            (_CASE.c.fund_id == _READING.c.fund_id) & (_CASE.c.sequence == _SPENDING.c.case_number),
        )
        .where(_READING.c.fund_id == fund_id)
    )


def _of_cases(fund_id: int) -> Select[Any]:
    return (
        _asked(_CASE_READING, null().label("id"))
        .join(
            _CASE,
            (_CASE.c.fund_id == _CASE_READING.c.fund_id)
            & (_CASE.c.sequence == _CASE_READING.c.case_number),
        )
        .where(_CASE_READING.c.fund_id == fund_id)
    )


def _asked(table: Any, spending: Any) -> Select[Any]:
    """Ask for the members of an entry, in their order."""
    return (
        select(
            table.c.sequence,
            _EVENT.c.at,
            _PERSON.c.handle,
            spending.label("spending"),
            _CASE.c.reference,
            table.c.why,
        )
        .select_from(table)
        .join(
            _EVENT,
            (_EVENT.c.fund_id == table.c.fund_id) & (_EVENT.c.sequence == table.c.sequence),
        )
        .join(_PERSON, _PERSON.c.id == _EVENT.c.actor_id)
    )
