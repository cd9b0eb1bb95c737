"""What an erasure is about: a spending, a case, or what one act said.

Of each it finds the rows that still hold something, by table and by the number of the act
that wrote them. A spending that was corrected is erased with what took it back and what stands
in its place: they are about the same payment. A case is erased with all that proves its
pseudonym: where nothing of a case is left but the pseudonym, that goes too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select, tuple_

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
    from collections.abc import Collection, Iterable, Mapping

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
_ASKING: Final = (_MORATORIUM, _ESCALATION)
"""Tables of acts that ask something for a case, and prove its pseudonym."""

_SAYING: Final = (
    *_ASKING,
    *(
        store.table(model)
        for model in (
            *(Approval, BankReason, EffectPick, Proposal, EffectWithdrawal, MeasureWithdrawal),
            *(Acceptance, MoratoriumDecision, EscalationDecision, Review, Receipt),
        )
    ),
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
        spending: Id: whom it was paid to and why, and who spent it; also of what reversed or
            replaced it, and of what it reversed or replaced.
        case: Pseudonym: that, and everything about the case.
        act: Number of an event: the reason that was given, what was asked for a case, or the
            effect that was picked.
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
        found = _of_act(connection, fund_id, what.act)
    targets: Targets = {}
    for table, which in found:
        if filled := _filled(connection, fund_id, table, which):
            targets.setdefault(table.name, []).extend(filled)
    if not targets:
        raise NothingToErase(
            "there is nothing of it on record: it was erased before, or never there; see that "
            "it is written right"
        )
    return targets


def _of_case(connection: Connection, fund_id: int, known: Iterable[int]) -> list[Any]:
    numbers = list(known)
    spendings = _sequences(_SPENDING, fund_id, _SPENDING.c.case_number.in_(numbers))
    objections = _sequences(_OBJECTED, fund_id, _OBJECTED.c.spending.in_(spendings))
    moratoria, escalations = (
        _numbers(connection, fund_id, table, table.c.case_number.in_(numbers)) for table in _ASKING
    )
    answers, decisions = store.table(MoratoriumDecision), store.table(EscalationDecision)
    return [
        (_CASE, _CASE.c.sequence.in_(numbers)),
        *_about(fund_id, spendings),
        (_PICK, _PICK.c.spending.in_(spendings)),
        (_RESERVATION, _RESERVATION.c.case_number.in_(numbers)),
        (store.table(Approval), store.table(Approval).c.sequence.in_(objections)),
        (_MORATORIUM, _MORATORIUM.c.sequence.in_(moratoria)),
        (answers, answers.c.moratorium.in_(moratoria)),
        (_ESCALATION, _ESCALATION.c.sequence.in_(escalations)),
        (decisions, decisions.c.escalation.in_(escalations)),
    ]


def _about(fund_id: int, spendings: Any) -> list[Any]:
    """Return what is said of spendings: why, with which receipts, and of what they fail.

    Args:
        fund_id: The fund.
        spendings: Their numbers, or the question for them: of a case there may be more than a
            database takes in a question.
    """
    places = select(_FINDING.c.sequence, _FINDING.c.line).where(
        _FINDING.c.fund_id == fund_id, _FINDING.c.spending.in_(spendings)
    )
    return [
        (_PARTICULARS, _PARTICULARS.c.sequence.in_(spendings)),
        (_RECEIPT, _RECEIPT.c.spending.in_(spendings)),
        *(
            (table, tuple_(table.c.finding, table.c.finding_line).in_(places))
            for table in (_ACCEPTANCE, _REVIEW)
        ),
    ]


def _of_spending(connection: Connection, fund_id: int, spending: str) -> list[Any]:
    asked = select(_SPENDING.c.sequence).where(
        _SPENDING.c.fund_id == fund_id, _SPENDING.c.id == spending
    )
    number = connection.execute(asked).scalar_one_or_none()
    if number is None:
        raise NothingToErase(f"there is no spending {spending!r}", id=spending)
    same = _same_payment(connection, fund_id, number)
    of_cases = _cases_of(connection, fund_id, _SPENDING, same)
    return [
        *_about(fund_id, sorted(same)),
        *_no_longer_proved(connection, fund_id, of_cases, {_SPENDING: same}),
    ]


def _of_act(connection: Connection, fund_id: int, act: int | None) -> list[Any]:
    found = [(table, table.c.sequence == act) for table in _SAYING]
    for table in _ASKING:
        of_cases = _cases_of(connection, fund_id, table, [act])
        found += _no_longer_proved(connection, fund_id, of_cases, {table: [act]})
    return found


def _same_payment(connection: Connection, fund_id: int, number: int) -> set[int]:
    """Return a spending with what reversed and replaced it, and what it did so itself."""
    links = (_SPENDING.c.reverses, _SPENDING.c.replaces)
    found: set[int] = set()
    new = {number}
    while new:
        found |= new
        asked = select(_SPENDING.c.sequence, *links).where(
            _SPENDING.c.fund_id == fund_id,
            or_(*(each.in_(new) for each in (_SPENDING.c.sequence, *links))),
        )
        rows = connection.execute(asked)
        new = {each for row in rows for each in row if each is not None} - found
    return found


def _cases_of(
    connection: Connection, fund_id: int, table: Table, numbers: Collection[int | None]
) -> list[int]:
    """Return the cases that rows name."""
    asked = select(table.c.case_number).where(
        table.c.fund_id == fund_id,
        table.c.sequence.in_(numbers),
        table.c.case_number.is_not(None),
    )
    return sorted(set(connection.execute(asked).scalars()))


def _no_longer_proved(
    connection: Connection,
    fund_id: int,
    of_cases: Collection[int],
    going: Mapping[Table, Collection[int | None]],
) -> list[Any]:
    """Return the files of those of these cases that nothing proves once some rows are emptied.

    Args:
        connection: Of the transaction.
        fund_id: The fund.
        of_cases: Their numbers.
        going: The numbers of these rows, by table.
    """
    spent = _SPENDING.join(
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    )
    proving = (
        (spent, _SPENDING, _PARTICULARS.c.salt),
        *((table, table, table.c.salt) for table in (_RESERVATION, *_ASKING)),
    )
    found = []
    for case in of_cases:
        left = [
            select(table.c.sequence)
            .select_from(rows)
            .where(
                table.c.fund_id == fund_id,
                table.c.case_number == case,
                table.c.sequence.not_in(going.get(table, ())),
                salt.is_not(None),
            )
            .limit(1)
            for rows, table, salt in proving
        ]
        if not any(connection.execute(asked).first() for asked in left):
            found.append((_CASE, _CASE.c.sequence == case))
    return found


def _sequences(table: Table, fund_id: int, which: Any) -> Select[Any]:
    return select(table.c.sequence).where(table.c.fund_id == fund_id, which)


def _numbers(connection: Connection, fund_id: int, table: Table, which: Any) -> list[int]:
    return sorted(set(connection.execute(_sequences(table, fund_id, which)).scalars()))


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
