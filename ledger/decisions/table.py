"""The escalation table (*ventieltafel*): a case that is stuck, decided on with a mandate.

Room that is granted is reserved in the same act, under the id of the request, for whoever put
the case there: it takes nothing of the room of whoever decides. Lack of room in the fund or the
organisation refuses it as any reservation; nobody's mandate does, for that is what is asked
beyond. What is spent from it may be accepted on the table's decision. Within how many days the
table decides is promised; how often that was kept is for the board to see.

Source:
    The design, Who uses it; the facts of the domain, 2.2 (*ventieltafel*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import funds, ids, orders, people, pool, reservations, store
from ledger.decisions import asked, mandates, terms, words
from ledger.decisions.asked import AlreadyDecided, Answer, UnknownRequest
from ledger.errors import shortened
from ledger.money import AMOUNT_MAX, as_text
from ledger.tables import Escalation, EscalationDecision
from ledger.tables.decisions import REASONS_FOR_THE_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.trail import Trail

ESCALATION: Final = store.table(Escalation)
DECISION: Final = store.table(EscalationDecision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A case that is put on the table.

    Args:
        id: Made by the device that asks.
        case: Pseudonym of the case.
        organisation: Code of the party that asks, whose budget room would count in.
        why: One of ``REASONS_FOR_THE_TABLE``.
        reason: Who must be there, and which decision is needed.
        amount_cents: The room that is asked; ``None`` for none.
    """

    id: str
    case: str
    organisation: str
    why: str
    reason: str
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the table decides: granted or not, and why.

    Args:
        granted: Whether what was asked is granted.
        reason: Why.
        amount_cents: The room that is granted; ``None`` for what was asked.
        until: Day on which room that is granted expires.
    """

    granted: bool
    reason: str
    amount_cents: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A case on the table as it stands on a day.

    Args:
        state: ``asked``, ``granted`` or ``declined``.
        is_late: Whether it was decided later than promised, or still is not decided.
    """

    number: int
    id: str
    case: str | None
    organisation: str
    asked_on: date
    decide_by: date
    why: str
    amount_cents: int | None
    state: str
    is_late: bool
    decided_on: date | None


class Kept(NamedTuple):
    """Of how many cases whose term has passed, or that were decided, the promise was kept."""

    kept: int
    of: int


def ask(session: Session, fund: str, request: Request, *, act: Act) -> Answer:
    """Put a case on the table.

    Args:
        session: Of the act.
        fund: Code of the fund.
        request: What is asked; the same id with the same content changes nothing.
        act: Who asks, and when.

    Raises:
        WrongInput: It is wrong by itself.
        RoleNeeded: Whoever acts may not record.
        SameIdOtherContent: The id is on record with other content.
    """
    request = words.screened(request, "reason")
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, known.id, act, roles_=people.MAY_RECORD, on=today)
    asked.refuse(f"escalation {request.id}", _mistakes(request, known))
    row = _row(session, known.id, request.id)
    if row is not None:
        return _the_same(request, row, act)
    return _write(end, known, request, act, today)


def decide(session: Session, fund: str, escalation: str, decision: Decision, *, act: Act) -> Answer:
    """Decide on a case, and reserve the room that is granted: the board, or by a mandate.

    Args:
        session: Of the act.
        fund: Code of the fund.
        escalation: Its id; the same decision once more changes nothing.
        decision: What is decided.
        act: Who decides, and when.

    Raises:
        UnknownRequest: There is no such case on the table.
        MandateNeeded: Whoever acts is not on the board, and has no mandate for so much.
        FourEyes: Whoever acts put it there.
        AlreadyDecided: It was decided otherwise.
        WrongInput: The decision is wrong by itself.
        ReservationExceedsRoom: There is not enough room; nothing is decided then.
    """
    decision = words.screened(decision, "reason")
    end, known = funds.lock(session, fund)
    row = _row(session, known.id, escalation)
    if row is None:
        raise UnknownRequest(f"there is no case {escalation!r} on the table", id=escalation)
    today, cents = act.day(known.timezone), _granted_cents(row, decision)
    mandate = mandates.of_board_or_mandate(session, known, act, on=today, amount_cents=cents or 0)
    if row.asked_by == act.actor:
        raise mandates.FourEyes(
            f"case {escalation!r} was put on the table by whoever decides; somebody else must",
            id=escalation,
        )
    if row.decision is not None:
        return _decided_the_same(session, known, row, decision)
    asked.refuse(f"escalation {escalation}", _wrong_decision(decision, cents))
    held = _hold(end, known, row, cents, decision.until, act)
    columns = {
        "escalation": row.sequence,
        "outcome": "granted" if decision.granted else "declined",
        "reservation": held,
        "decided_on": today,
        "mandate": mandate,
    }
    sealed, commitment = words.sealed(act, {"reason": decision.reason})
    body = words.told(columns) | {"commitment": commitment}
    event = end.append(act, "escalation.decided", body)
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, EscalationDecision, [place | columns | sealed])
    return Answer(row.id, str(columns["outcome"]), event["sequence"])


def listed(session: Session, fund: str, *, on: date) -> list[Listed]:
    """Return all cases that were on the table by a day, in the order in which they came.

    Raises:
        UnknownFund: There is no such fund.
    """
    known = funds.known(session, fund)
    rows = session.connection().execute(asked.rows(ESCALATION, DECISION, known.id))
    return [as_listed(row, on) for row in rows if row.asked_on <= on]


def kept(cases: Sequence[Listed], *, on: date) -> Kept:
    """Return how often the promise was kept: of what was decided, or should have been."""
    due = [each for each in cases if each.decided_on is not None or each.decide_by < on]
    return Kept(kept=sum(not each.is_late for each in due), of=len(due))


def as_listed(row: Any, on: date) -> Listed:
    """Return a request as it stands on a day, from its row."""
    decided_on = None if row.decided_on is None or row.decided_on > on else row.decided_on
    return Listed(
        number=row.sequence,
        id=row.id,
        case=row.reference,
        organisation=row.organisation,
        asked_on=row.asked_on,
        decide_by=row.decide_by,
        why=row.why,
        amount_cents=row.amount_cents,
        state="asked" if decided_on is None else row.outcome,
        is_late=terms.is_late(row.decide_by, decided_on, on=on),
        decided_on=decided_on,
    )


def _row(session: Session, fund_id: int, id_: str) -> Any:
    return asked.by_id(session, asked.rows(ESCALATION, DECISION, fund_id), ESCALATION, id_)


def _mistakes(request: Request, known: Known) -> Iterator[tuple[str, str]]:
    yield from asked.mistakes(request.id, request.case, request.organisation, known.parties)
    if request.why not in REASONS_FOR_THE_TABLE:
        picks = ", ".join(REASONS_FOR_THE_TABLE)
        yield "why", f"{shortened(request.why)!r} is not one of {picks}"
    yield from _wrong_amount(request.amount_cents)
    yield from words.wrong({"reason": request.reason}, needed=("reason",))


def _wrong_amount(cents: int | None) -> Iterator[tuple[str, str]]:
    if cents is not None and not 0 < cents <= AMOUNT_MAX:
        yield (
            "amount",
            f"{as_text(cents)} is not more than 0.00 and at most {as_text(AMOUNT_MAX)}",
        )


def _the_same(request: Request, row: Any, act: Act) -> Answer:
    """Answer an id that is on record; what was erased may be anything."""
    there = Request(
        id=row.id,
        case=request.case if row.reference is None else row.reference,
        organisation=row.organisation,
        why=row.why,
        reason=request.reason if row.salt is None else row.reason,
        amount_cents=row.amount_cents,
    )
    if (request, act.actor) != (there, row.asked_by):
        raise ids.SameIdOtherContent(
            f"escalation {request.id!r} is on record with other content; give the new one an id "
            "of its own",
            id=request.id,
        )
    return Answer(row.id, "known", row.sequence)


def _write(end: Trail, known: Known, request: Request, act: Act, today: date) -> Answer:
    number = end.sequence + 1
    numbers, case = asked.opened(end, request.case, request.organisation)
    sealed, commitment = words.sealed(act, {"reason": request.reason}, case=request.case)
    columns = {
        "id": request.id,
        "organisation": request.organisation,
        "asked_on": today,
        "decide_by": terms.table_by(asked.in_force(known, today), today),
        "why": request.why,
        "amount_cents": request.amount_cents,
    }
    body = words.told(columns) | {"commitment": commitment}
    end.write([end.append(act, "escalation.asked", body)])
    numbers.write(end.session)
    place = {"fund_id": known.id, "sequence": number, "case_number": case}
    store.insert(end.session, Escalation, [place | columns | sealed])
    return Answer(request.id, "asked", number)


def _granted_cents(row: Any, decision: Decision) -> int | None:
    """Return the room that a decision grants, in cents; ``None`` for none."""
    if not decision.granted:
        return None
    asked_cents: int | None = row.amount_cents
    return asked_cents if decision.amount_cents is None else decision.amount_cents


def _wrong_decision(decision: Decision, cents: int | None) -> Iterator[tuple[str, str]]:
    yield from words.wrong({"reason": decision.reason}, needed=("reason",))
    if not decision.granted and (decision.amount_cents, decision.until) != (None, None):
        yield "amount", "is room in what was not granted; leave amount and until out"
        return
    yield from _wrong_amount(cents)
    if cents is not None and decision.until is None:
        yield "until", "is missing; say on which day the room expires"
    if cents is None and decision.until is not None:
        yield "until", "is a day for room that nobody asked; name an amount, or leave it out"
    if decision.until is not None and (what := orders.wrong_day(decision.until)):
        yield "until", what


def _hold(
    end: Trail, known: Known, row: Any, cents: int | None, until: date | None, act: Act
) -> int | None:
    """Reserve what is granted; returns the number of the reservation."""
    if cents is None:
        return None
    assert until is not None, "room that is granted expires"
    if row.reference is None:
        raise asked.CaseErased(
            f"the case of {row.id!r} was erased, so that no room can be held for it", id=row.id
        )
    hold = pool.Hold(
        id=row.id,
        case=row.reference,
        organisation=row.organisation,
        amount_cents=cents,
        until=until,
    )
    answer = pool.hold(end, known, hold, act=act, granted_to=row.asked_by)
    if answer.status == "known":
        raise ids.SameIdOtherContent(
            f"there is a reservation {row.id!r} already that this decision did not make", id=row.id
        )
    return answer.number


def _decided_the_same(session: Session, known: Known, row: Any, decision: Decision) -> Answer:
    """Answer a decision that is on record; what was erased may be anything."""
    cents, until = None, None
    if row.reservation is not None:
        held = reservations.of_number(session, known.id, row.reservation)
        cents, until = held.amount_cents, held.until
    erased = row.decided_salt is None
    there = Decision(
        granted=row.outcome == "granted",
        reason=decision.reason if erased else row.decided_reason,
        amount_cents=cents,
        until=until,
    )
    asks = Decision(
        granted=decision.granted,
        reason=decision.reason,
        amount_cents=_granted_cents(row, decision),
        until=decision.until,
    )
    if there != asks:
        raise AlreadyDecided(
            f"case {row.id!r} was decided on before, on {row.decided_on}; a decision stands",
            id=row.id,
            decided_on=row.decided_on.isoformat(),
        )
    return Answer(row.id, "known", row.decision)
