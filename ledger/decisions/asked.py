"""What moratoria and the escalation table share: a request from a case, and the answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import cases, orders, store
from ledger.agreement.versions import latest
from ledger.errors import Conflict, Missing, Mistake, WrongInput
from ledger.tables import CaseFile, Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from sqlalchemy import Select, Table
    from sqlmodel import Session

    from ledger.agreement.schema import Agreement
    from ledger.cases import Numbers
    from ledger.funds import Known
    from ledger.trail import Trail

CASE: Final = store.table(CaseFile)
_EVENT: Final = store.table(Event)
_DECIDED: Final = _EVENT.alias("decided")


class UnknownRequest(Missing):
    """There is no such moratorium, or no such case on the table."""

    slug = "unknown-request"


class AlreadyDecided(Conflict):
    """It was decided on before, otherwise."""

    slug = "already-decided"


class CaseErased(Conflict):
    """The pseudonym of the case was erased, so that nothing can be held for it."""

    slug = "case-erased"


class Answer(NamedTuple):
    """What became of a request or decision: done now, or ``known`` before."""

    id: str
    status: str
    number: int


def in_force(known: Known, on: date) -> Agreement:
    """Return the version of the agreement that terms of a day are read from."""
    return latest(known.agreements, on) or known.agreements[0]


def mistakes(
    id_: str, case: str, organisation: str, parties: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the names in a request."""
    for member, text in (("id", id_), ("case", case)):
        if what := orders.wrong_text(text, named=member == "id"):
            yield member, what
    if organisation not in parties:
        yield "organisation", orders.no_party(organisation, parties)


def refuse(where: str, found: Iterable[tuple[str, str]]) -> None:
    """Refuse input that has mistakes.

    Raises:
        WrongInput: It has.
    """
    wrong = [Mistake(f"{where}: {member}" if where else member, what) for member, what in found]
    if wrong:
        raise WrongInput(wrong)


def rows(request: Table, decision: Table, fund_id: int) -> Select[Any]:
    """Return the question for requests: each with its case, who asked, and the decision.

    Columns of the decision bear ``decided_`` before their names where the request has the
    same; ``decision`` is the number of its act, ``decided_by`` whose that was.
    """
    own = {each.name for each in request.c}
    named = [
        each.label(f"decided_{each.name}") if each.name in own else each
        for each in decision.c
        if each.name not in {"fund_id", "sequence"}
    ]
    return (
        select(
            request,
            CASE.c.reference,
            _EVENT.c.actor_id.label("asked_by"),
            decision.c.sequence.label("decision"),
            _DECIDED.c.actor_id.label("decided_by"),
            *named,
        )
        .join(
            CASE,
            (CASE.c.fund_id == request.c.fund_id) & (CASE.c.sequence == request.c.case_number),
        )
        .join(
            _EVENT,
            (_EVENT.c.fund_id == request.c.fund_id) & (_EVENT.c.sequence == request.c.sequence),
        )
        .outerjoin(
            decision,
            (decision.c.fund_id == request.c.fund_id)
            & (decision.c[request.name] == request.c.sequence),
        )
        .outerjoin(
            _DECIDED,
            (_DECIDED.c.fund_id == decision.c.fund_id)
            & (_DECIDED.c.sequence == decision.c.sequence),
        )
        .where(request.c.fund_id == fund_id)
        .order_by(request.c.sequence)
    )


def by_id(session: Session, asked: Select[Any], request: Table, id_: str) -> Any:
    """Return the row of a request; ``None`` where there is none."""
    return session.connection().execute(asked.where(request.c.id == id_)).one_or_none()


def opened(end: Trail, case: str, holder: str) -> tuple[Numbers, int]:
    """Return the number of a case, which the next act opens if it is the first to name it."""
    numbers = cases.numbers(end.session, end.fund_id, [case], fund=end.fund)
    return numbers, numbers.of(case, end.sequence + 1, holder=holder, home=None)
