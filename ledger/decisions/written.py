"""All that is on record of a finding or a request, with what people wrote: once it may be read.

``ledger.decisions.consulting`` records first who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import funds, people, reservations, store
from ledger.acts import day_in
from ledger.decisions import asked, grounds, listing, moratoria, table
from ledger.decisions.asked import UnknownRequest
from ledger.errors import shortened
from ledger.tables import Acceptance, AcceptanceDecision, Event, Person, Review

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Select, Table
    from sqlmodel import Session

    from ledger.decisions.listing import Listed
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target
    from ledger.funds import Known

_ACCEPTANCE: Final = store.table(Acceptance)
_DECISION: Final = store.table(AcceptanceDecision)
_REVIEW: Final = store.table(Review)
_EVENT: Final = store.table(Event)
_PERSON: Final = store.table(Person)


class Request(NamedTuple):
    """A ``moratorium`` or a case on the ``table``, by its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The decision that accepted a finding.

    Args:
        number: Of the act.
        by: Handle of whoever decided, or entered what the board decided.
        how: ``board`` or ``mandate``; ``mandate`` is the code of the latter.
        on: Day of the decision.
        decision: How the board's decision is numbered, with how many ``present`` of ``members``.
        ground: One of ``GROUNDS``, with the id of the ``moratorium``, if it was one.
        norm: From which was departed; ``erased`` where that and the reason were erased.
    """

    number: int
    by: str
    how: str
    mandate: str | None
    on: date
    decision: str | None
    present: int | None
    members: int | None
    ground: str
    moratorium: str | None
    norm: str | None
    reason: str | None
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A review: ``verdict`` is ``None`` for a comment; ``comment`` for a verdict without.

    ``is_of_acceptance`` says whether it came after the finding was accepted.
    """

    number: int
    on: date
    by: str
    verdict: str | None
    comment: str | None
    erased: bool
    is_of_acceptance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfFinding:
    """A finding and what became of it; ``reviews`` are in the order in which they were given."""

    listed: Listed
    accepted: Accepted | None
    reviews: Sequence[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRequest:
    """A moratorium, or a case on the table.

    Args:
        listed: How it stands.
        asked_by: Handle of whoever asked; ``decided_by`` of whoever decided, if anybody did.
        mandate: Code of that by which it was decided; ``None`` for the board.
        room_cents: The room that the table granted, if it did; it expires on ``room_until``.
        texts: What was written when it was asked, by column; ``erased`` where that was erased.
        answer: Why it was decided so; ``answer_erased`` where that was erased.
    """

    listed: moratoria.Listed | table.Listed
    asked_by: str
    decided_by: str | None
    mandate: str | None
    room_cents: int | None
    room_until: date | None
    texts: Mapping[str, str | None]
    erased: bool
    answer: str | None
    answer_erased: bool


class _Kind(NamedTuple):
    request: Table
    decision: Table
    listed: Any
    texts: tuple[str, ...]
    called: str


_KINDS: Final = {
    "moratorium": _Kind(
        *(moratoria.MORATORIUM, moratoria.DECISION, moratoria.as_listed),
        *(("rule", "reason"), "moratorium {}"),
    ),
    "table": _Kind(
        *(table.ESCALATION, table.DECISION, table.as_listed),
        *(("reason",), "case {} on the table"),
    ),
}


def of_finding(session: Session, fund: str, finding: Place, *, on: date) -> OfFinding:
    """Return what is on record of a finding.

    Args:
        session: Sees one moment.
        fund: Code of the fund.
        finding: Where it stands.
        on: The day from which its age is told.

    Raises:
        UnknownFinding: There is no such finding.
    """
    known = funds.known(session, fund)
    listed = listing.of_finding(session, known, finding, on=on)
    return OfFinding(
        listed=listed,
        accepted=_accepted(session, known, listed.target),
        reviews=_reviews(session, known, listed.target),
    )


def of_request(session: Session, fund: str, request: Request, *, on: date) -> OfRequest:
    """Return what is on record of a moratorium, or of a case on the table.

    Args:
        session: Sees one moment.
        fund: Code of the fund.
        request: Which.
        on: The day on which it stands so.

    Raises:
        UnknownRequest: There is no such request.
    """
    fund_id = funds.known(session, fund).id
    row, kind = row_of(session, fund_id, request), _KINDS[request.kind]
    reserved = getattr(row, "reservation", None)
    room = None if reserved is None else reservations.of_number(session, fund_id, reserved)
    return OfRequest(
        listed=kind.listed(row, on),
        asked_by=people.handle_of(session, row.asked_by),
        decided_by=None if row.decision is None else people.handle_of(session, row.decided_by),
        mandate=row.mandate,
        room_cents=None if room is None else room.amount_cents,
        room_until=None if room is None else room.until,
        texts={name: getattr(row, name) for name in kind.texts},
        erased=row.salt is None,
        answer=row.decided_reason,
        answer_erased=row.decision is not None and row.decided_salt is None,
    )


def row_of(session: Session, fund_id: int, request: Request) -> Any:
    """Return the row of a request, as :func:`ledger.decisions.asked.rows` asks for it.

    Raises:
        UnknownRequest: There is no such request.
    """
    kind = _KINDS[request.kind]
    rows = asked.rows(kind.request, kind.decision, fund_id)
    row = asked.by_id(session, rows, kind.request, request.id)
    if row is None:
        called = kind.called.format(repr(shortened(request.id)))
        raise UnknownRequest(f"there is no {called}", id=request.id)
    return row


def _accepted(session: Session, known: Known, target: Target) -> Accepted | None:
    if target.accepted is None:
        return None
    own, of_decision = _ACCEPTANCE.c, _DECISION.c
    question = _by_whom(
        _ACCEPTANCE,
        *(own[x] for x in ("ground", "moratorium", "norm", "reason", "salt")),
        *(of_decision[x] for x in ("how", "mandate", "decided_on", "number", "present", "members")),
    ).join(_DECISION, (of_decision.fund_id == own.fund_id) & (of_decision.sequence == own.sequence))
    row = session.connection().execute(_of(question, _ACCEPTANCE, known, target)).one()
    ids = grounds.names(session, known.id, [row.moratorium])
    return Accepted(
        by=row.handle,
        on=row.decided_on,
        decision=row.number,
        number=row.sequence,
        moratorium=ids.get(row.moratorium),
        erased=row.salt is None,
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _reviews(session: Session, known: Known, target: Target) -> list[Said]:
    question = _by_whom(_REVIEW, *(_REVIEW.c[x] for x in ("verdict", "comment", "salt")))
    rows = session.connection().execute(_of(question, _REVIEW, known, target))
    return [
        Said(
            number=row.sequence,
            on=day_in(known.timezone, row.at),
            by=row.handle,
            verdict=row.verdict,
            comment=row.comment,
            erased=row.salt is None,
            is_of_acceptance=target.accepted is not None and row.sequence > target.accepted,
        )
        for row in rows
    ]


def _by_whom(of: Table, *columns: Any) -> Select[Any]:
    """Ask for rows of acts with who acted, and when."""
    return (
        select(of.c.sequence, _EVENT.c.at, _PERSON.c.handle, *columns)
        .select_from(of)
        .join(_EVENT, (_EVENT.c.fund_id == of.c.fund_id) & (_EVENT.c.sequence == of.c.sequence))
        .join(_PERSON, _PERSON.c.id == _EVENT.c.actor_id)
    )


def _of(question: Select[Any], of: Table, known: Known, target: Target) -> Select[Any]:
    finding, line = target.place
    return question.where(
        of.c.fund_id == known.id, of.c.finding == finding, of.c.finding_line == line
    ).order_by(of.c.sequence)


_PLAIN: Final = ("how", "mandate", "present", "members", "ground", "norm", "reason")
