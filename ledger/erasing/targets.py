"""What an erasure is about: a spending, a case, or what one act said.

Of each it finds the rows that still hold something, by table and by the number of the act
that wrote them. A case is erased with all that proves its pseudonym: where nothing of a case
is left but the pseudonym, that goes too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select

from ledger import cases, store
from ledger.errors import Missing
from ledger.tables import (
    Approval,
    BankReason,
    CaseFile,
    EffectPick,
    EffectWithdrawal,
    MeasureWithdrawal,
    ObjectedLine,
    Particulars,
    Proposal,
    Reservation,
    Spending,
)
from ledger.tables import sealed as sealing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select, Table
    from sqlmodel import Session

_CASE: Final = store.table(CaseFile)
_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_RESERVATION: Final = store.table(Reservation)
_PICK: Final = store.table(EffectPick)
_OBJECTED: Final = store.table(ObjectedLine)
_SAYING: Final = tuple(
    store.table(model)
    for model in (
        *(Approval, BankReason, EffectPick, Proposal, EffectWithdrawal, MeasureWithdrawal),
    )
)
"""Tables of acts that say why, or which effect, by the number of the act."""

Targets = dict[str, list[int]]
"""By table the numbers of the acts whose rows are emptied."""


class NothingToErase(Missing):
    """There is no such thing, or all of it was erased before."""

    slug = "nothing-to-erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is erased: one of these.

    Args:
        spending: Id: whom it was paid to and why, and who spent it.
        case: Pseudonym: that, and everything about the case.
        act: Number of an event: the reason that was given, or the effect that was picked.
    """

    spending: str | None = None
    case: str | None = None
    act: int | None = None


def of(session: Session, fund_id: int, what: What, *, fund: str) -> Targets:
    """Return the rows that an erasure empties.

    Args:
        session: Of the act.
        fund_id: The fund.
        what: What is erased.
        fund: Code of the fund.

    Raises:
        NothingToErase: There is nothing of it, or nothing any more.
    """
    connection = session.connection()
    if what.case is not None:
        known = cases.numbers(session, fund_id, [what.case], fund=fund).known
        found = _of_case(connection, fund_id, known.values())
    elif what.spending is not None:
        found = _of_spending(connection, fund_id, what.spending)
    else:
        found = [(table, [what.act]) for table in _SAYING]
    targets: Targets = {}
    for table, numbers in found:
        if filled := _filled(connection, fund_id, table, numbers):
            targets.setdefault(table.name, []).extend(filled)
    if not targets:
        raise NothingToErase("there is nothing of it on record that is not erased already")
    return targets


def _of_case(connection: Connection, fund_id: int, known: Iterable[int]) -> list[Any]:
    numbers = list(known)
    spendings = _numbers(connection, fund_id, _SPENDING, _SPENDING.c.case_number.in_(numbers))
    objections = _numbers(connection, fund_id, _OBJECTED, _OBJECTED.c.spending.in_(spendings))
    return [
        (_CASE, numbers),
        (_PARTICULARS, spendings),
        (_PICK, _numbers(connection, fund_id, _PICK, _PICK.c.spending.in_(spendings))),
        (_RESERVATION, _numbers(connection, fund_id, _RESERVATION,
                                _RESERVATION.c.case_number.in_(numbers))),
        (store.table(Approval), objections),
    ]  # fmt: skip


def _of_spending(connection: Connection, fund_id: int, spending: str) -> list[Any]:
    asked = select(_SPENDING.c.sequence, _SPENDING.c.case_number).where(
        _SPENDING.c.fund_id == fund_id, _SPENDING.c.id == spending
    )
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise NothingToErase(f"there is no spending {spending!r}", id=spending)
    proving = select(_SPENDING.c.sequence).join(
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    ).where(
        _SPENDING.c.fund_id == fund_id,
        _SPENDING.c.case_number == row.case_number,
        _SPENDING.c.sequence != row.sequence,
        _PARTICULARS.c.salt.is_not(None),
    )  # fmt: skip
    held = select(_RESERVATION.c.sequence).where(
        _RESERVATION.c.fund_id == fund_id,
        _RESERVATION.c.case_number == row.case_number,
        _RESERVATION.c.salt.is_not(None),
    )
    found: list[Any] = [(_PARTICULARS, [row.sequence])]
    if row.case_number is not None and not any(
        connection.execute(each.limit(1)).first() for each in (proving, held)
    ):
        found.append((_CASE, [row.case_number]))
    return found


def _numbers(connection: Connection, fund_id: int, table: Table, which: Any) -> list[int]:
    asked: Select[Any] = select(table.c.sequence).where(table.c.fund_id == fund_id, which)
    return sorted(set(connection.execute(asked).scalars()))


def _filled(
    connection: Connection, fund_id: int, table: Table, numbers: Iterable[int | None]
) -> list[int]:
    """Return those of these rows in which something is sealed."""
    sealed = sealing.columns()[table.name]
    something = or_(*(column.is_not(None) for column in sealed))
    return _numbers(connection, fund_id, table, table.c.sequence.in_([*numbers]) & something)
