"""What an erasure is about: a spending, a case, or what one act said.

Of each it finds the rows that still hold something, by table and by the number of the act
that wrote them. A case is erased with all that proves its pseudonym: where nothing of a case
is left but the pseudonym, that goes too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, or_, select

from ledger import cases, store
from ledger.erasing import buckets
from ledger.errors import Missing
from ledger.tables import (
    Acceptance,
    Approval,
    BankReason,
    CaseFile,
    EffectPick,
    EffectWithdrawal,
    Escalation,
    EscalationDecision,
    Finding,
    MeasureWithdrawal,
    Moratorium,
    MoratoriumDecision,
    ObjectedLine,
    Particulars,
    Proposal,
    Receipt,
    Reservation,
    Review,
    Spending,
)
from ledger.tables import sealed as sealing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Select, Table
    from sqlmodel import Session

_CASE: Final = store.table(CaseFile)
_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_RESERVATION: Final = store.table(Reservation)
_PICK: Final = store.table(EffectPick)
_OBJECTED: Final = store.table(ObjectedLine)
_MORATORIUM: Final = store.table(Moratorium)
_ESCALATION: Final = store.table(Escalation)
_FINDING: Final = store.table(Finding)
_ACCEPTANCE: Final = store.table(Acceptance)
_REVIEW: Final = store.table(Review)
_RECEIPT: Final = store.table(Receipt)
_SAYING: Final = tuple(
    store.table(model)
    for model in (
        *(Approval, BankReason, EffectPick, Proposal, EffectWithdrawal, MeasureWithdrawal),
        *(Acceptance, MoratoriumDecision, EscalationDecision, Review, Receipt),
    )
)
"""Tables of acts that say why, or which effect, by the number of the act."""

Targets = dict[str, list[buckets.Place]]
"""By table the places of the rows that are emptied."""


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
        found = [(table, table.c.sequence == what.act) for table in _SAYING]
    targets: Targets = {}
    for table, which in found:
        if filled := _filled(connection, fund_id, table, which):
            targets.setdefault(table.name, []).extend(filled)
    if not targets:
        raise NothingToErase("there is nothing of it on record that is not erased already")
    return targets


def _of_case(connection: Connection, fund_id: int, known: Iterable[int]) -> list[Any]:
    numbers = list(known)
    spendings = _numbers(connection, fund_id, _SPENDING, _SPENDING.c.case_number.in_(numbers))
    objections = _numbers(connection, fund_id, _OBJECTED, _OBJECTED.c.spending.in_(spendings))
    moratoria = _numbers(connection, fund_id, _MORATORIUM, _of_cases(_MORATORIUM, numbers))
    escalations = _numbers(connection, fund_id, _ESCALATION, _of_cases(_ESCALATION, numbers))
    answers, decisions = store.table(MoratoriumDecision), store.table(EscalationDecision)
    return [
        (_CASE, _CASE.c.sequence.in_(numbers)),
        *_about(connection, fund_id, spendings),
        (_PICK, _PICK.c.spending.in_(spendings)),
        (_RESERVATION, _of_cases(_RESERVATION, numbers)),
        (store.table(Approval), store.table(Approval).c.sequence.in_(objections)),
        (_MORATORIUM, _MORATORIUM.c.sequence.in_(moratoria)),
        (answers, answers.c.moratorium.in_(moratoria)),
        (_ESCALATION, _ESCALATION.c.sequence.in_(escalations)),
        (decisions, decisions.c.escalation.in_(escalations)),
    ]


def _of_cases(table: Table, numbers: Sequence[int]) -> Any:
    return table.c.case_number.in_(numbers)


def _about(connection: Connection, fund_id: int, spendings: Sequence[int]) -> list[Any]:
    """Return what is said of spendings: why, with which receipts, and of what they fail."""
    found = _numbers(connection, fund_id, _FINDING, _FINDING.c.spending.in_(spendings))
    of_these = _FINDING.c.spending.in_(spendings)
    asked = select(_FINDING.c.sequence, _FINDING.c.line).where(
        _FINDING.c.fund_id == fund_id, of_these, _FINDING.c.sequence.in_(found)
    )
    places = [(row.sequence, row.line) for row in connection.execute(asked)]
    return [
        (_PARTICULARS, _PARTICULARS.c.sequence.in_(spendings)),
        (_RECEIPT, _RECEIPT.c.spending.in_(spendings)),
        *((table, _on_findings(table, places)) for table in (_ACCEPTANCE, _REVIEW)),
    ]


def _on_findings(table: Table, places: Sequence[tuple[int, int]]) -> Any:
    return or_(
        false(),
        *((table.c.finding == number) & (table.c.finding_line == line) for number, line in places),
    )


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
    held = [
        select(each.c.sequence).where(
            each.c.fund_id == fund_id,
            each.c.case_number == row.case_number,
            each.c.salt.is_not(None),
        )
        for each in (_RESERVATION, _MORATORIUM, _ESCALATION)
    ]
    found = _about(connection, fund_id, [row.sequence])
    if row.case_number is not None and not any(
        connection.execute(each.limit(1)).first() for each in (proving, *held)
    ):
        found.append((_CASE, _CASE.c.sequence == row.case_number))
    return found


def _numbers(connection: Connection, fund_id: int, table: Table, which: Any) -> list[int]:
    asked: Select[Any] = select(table.c.sequence).where(table.c.fund_id == fund_id, which)
    return sorted(set(connection.execute(asked).scalars()))


def _filled(connection: Connection, fund_id: int, table: Table, which: Any) -> list[buckets.Place]:
    """Return the places of those of these rows in which something is left."""
    beside = [table.c[name] for name in buckets.BESIDE.get(table.name, ())]
    something = or_(*(each.is_not(None) for each in (*sealing.columns()[table.name], *beside)))
    if not buckets.has_lines(table.name):
        return [*_numbers(connection, fund_id, table, which & something)]
    asked = select(table.c.sequence, table.c.line).where(
        table.c.fund_id == fund_id, which, something
    )
    return sorted([row.sequence, row.line] for row in connection.execute(asked))
