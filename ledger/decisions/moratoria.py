"""Moratoria (*bureaucratisch moratorium*): a rule that is frozen for a case, for a while.

Somebody asks, the board or a colleague with a mandate decides, and on its last day it lapses
by itself. One that was granted is a ground for accepting what was spent for the case while it
held, as far as it departs from a rule that is paused; nothing is accepted by it alone. It cannot
reach back behind the day on which it was asked.

What stands in the way of a case is a rule of some law or ordinance, which people name in words.
So what is paused of the lawfulness test, where a request names none of its rules, are those that
find a departure from such a rule: that a spending says so itself, or that a provision came first.
Those that guard the money (mandates, evidence, purchases, misuse) are paused only by name.

Source:
    The design, The model: Moratorium (a freeze of a named rule); the facts of the domain, 2.2
    (a temporary freeze of conflicting rules).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import funds, ids, orders, people, store
from ledger.decisions import asked, mandates, terms, words
from ledger.decisions.asked import AlreadyDecided, Answer, UnknownRequest
from ledger.errors import shortened
from ledger.lawfulness import rules
from ledger.tables import Moratorium, MoratoriumDecision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.trail import Trail

MORATORIUM: Final = store.table(Moratorium)
DECISION: Final = store.table(MoratoriumDecision)
USUAL: Final = ("departs-from-rule", "prior-provision")
"""Which rules of the lawfulness test are paused where a request names none."""

_TEXTS: Final = ("rule", "reason")
_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A moratorium that is asked.

    Args:
        id: Made by the device that asks.
        case: Pseudonym of the case.
        organisation: Code of the party that asks.
        until: Day on which it lapses.
        rule: Which rules stand in the way.
        reason: What will be solved meanwhile.
        rules: Codes of the rules of the lawfulness test that are paused; none for ``USUAL``.
    """

    id: str
    case: str
    organisation: str
    until: date
    rule: str
    reason: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided on a moratorium: granted or not, and why.

    ``since`` and ``until`` are those of the request where they are left out.
    """

    granted: bool
    reason: str
    since: date | None = None
    until: date | None = None


class Granted(NamedTuple):
    """A moratorium that was granted: for which case, from which day until (excluding) which.

    ``rules`` are the codes of the rules of the lawfulness test that it pauses.
    """

    number: int
    id: str
    case_number: int
    since: date
    until: date
    rules: Collection[str] = USUAL

    def covers(self, case_number: int | None, day: date, rule: str) -> bool:
        """Whether it pauses a rule for a case on a day."""
        holds = self.case_number == case_number and self.since <= day < self.until
        return holds and rule in self.rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A moratorium as it stands on a day.

    Args:
        state: ``asked``, ``granted``, ``declined``, or ``lapsed`` by its date.
        is_late: Whether it was decided later than promised, or still is not decided.
        rules: Codes of the rules of the lawfulness test that it pauses.
    """

    number: int
    id: str
    case: str | None
    organisation: str
    asked_on: date
    decide_by: date
    state: str
    is_late: bool
    since: date | None
    until: date
    decided_on: date | None
    rules: tuple[str, ...]


def ask(session: Session, fund: str, request: Request, *, act: Act) -> Answer:
    """Ask for a moratorium.

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
    request = words.screened(request, *_TEXTS)
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, known.id, act, roles_=people.MAY_RECORD, on=today)
    asked.refuse(f"moratorium {request.id}", _mistakes(request, known))
    row = _row(session, known.id, request.id)
    if row is not None:
        return _the_same(request, row, act)
    if request.until <= today:
        what = f"{request.until} is not after today, {today}"
        asked.refuse(f"moratorium {request.id}", [("until", what)])
    return _write(end, known, request, act, today)


def decide(session: Session, fund: str, moratorium: str, decision: Decision, *, act: Act) -> Answer:
    """Decide on a moratorium: as the board, or by a mandate, and never on one's own.

    Args:
        session: Of the act.
        fund: Code of the fund.
        moratorium: Its id; the same decision once more changes nothing.
        decision: What is decided.
        act: Who decides, and when.

    Raises:
        MandateNeeded: Whoever acts is not on the board and has no mandate.
        UnknownRequest: There is no such moratorium.
        FourEyes: Whoever acts asked for it.
        AlreadyDecided: It was decided otherwise.
        WrongInput: The decision is wrong by itself.
    """
    decision = words.screened(decision, "reason")
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    mandate = mandates.of_board_or_mandate(session, known, act, on=today)
    row = _row(session, known.id, moratorium)
    if row is None:
        raise UnknownRequest(f"there is no moratorium {moratorium!r}", id=moratorium)
    if row.asked_by == act.actor:
        raise mandates.FourEyes(
            f"moratorium {moratorium!r} was asked by whoever decides; somebody else must",
            id=moratorium,
        )
    since, until = _days(row, decision)
    asked.refuse(f"moratorium {moratorium}", _wrong_decision(row, decision, since, until))
    columns = {"granted": decision.granted, "since": since, "until": until}
    if row.decision is not None:
        return _decided_the_same(row, columns, decision)
    return _write_decision(end, row, columns | {"mandate": mandate}, decision.reason, act)


def granted(session: Session, fund_id: int, cases: Collection[int]) -> list[Granted]:
    """Return the moratoria that were granted for cases, the oldest first.

    Args:
        session: Any.
        fund_id: The fund.
        cases: Their numbers.
    """
    found, wanted = [], sorted(cases)
    for first in range(0, len(wanted), _CHUNK):
        question = (
            select(
                MORATORIUM.c.sequence,
                MORATORIUM.c.id,
                MORATORIUM.c.case_number,
                DECISION.c.since,
                DECISION.c.until,
                MORATORIUM.c.rules,
            )
            .join(
                DECISION,
                (DECISION.c.fund_id == MORATORIUM.c.fund_id)
                & (DECISION.c.moratorium == MORATORIUM.c.sequence),
            )
            .where(
                MORATORIUM.c.fund_id == fund_id,
                MORATORIUM.c.case_number.in_(wanted[first : first + _CHUNK]),
                DECISION.c.granted,
            )
        )
        rows = session.connection().execute(question)
        found += [Granted(*row[:-1], rules=_rules(row.rules)) for row in rows]
    return sorted(found)


def listed(session: Session, fund: str, *, on: date) -> list[Listed]:
    """Return all moratoria of a fund as they stand on a day, in the order in which they were asked.

    Raises:
        UnknownFund: There is no such fund.
    """
    known = funds.known(session, fund)
    rows = session.connection().execute(asked.rows(MORATORIUM, DECISION, known.id))
    return [as_listed(row, on) for row in rows if row.asked_on <= on]


def as_listed(row: Any, on: date) -> Listed:
    """Return a request as it stands on a day, from its row."""
    decided_on = None if row.decided_on is None or row.decided_on > on else row.decided_on
    is_granted = decided_on is not None and row.granted
    until = row.decided_until if is_granted else row.until
    return Listed(
        number=row.sequence,
        id=row.id,
        case=row.reference,
        organisation=row.organisation,
        asked_on=row.asked_on,
        decide_by=row.decide_by,
        state=state(granted=None if decided_on is None else row.granted, until=until, on=on),
        is_late=terms.is_late(row.decide_by, decided_on, on=on),
        since=row.since if is_granted else None,
        until=until,
        decided_on=decided_on,
        rules=_rules(row.rules),
    )


def _rules(codes: str | None) -> tuple[str, ...]:
    return USUAL if codes is None else tuple(codes.split())


def state(*, granted: bool | None, until: date, on: date) -> str:
    """Return how a moratorium stands on a day: it lapses without anybody doing anything.

    Args:
        granted: What was decided; ``None`` for nothing yet.
        until: The day on which it lapses.
        on: The day that is asked.
    """
    if granted is None:
        return "asked"
    if not granted:
        return "declined"
    return "granted" if on < until else "lapsed"


def _row(session: Session, fund_id: int, id_: str) -> Any:
    return asked.by_id(session, asked.rows(MORATORIUM, DECISION, fund_id), MORATORIUM, id_)


def _mistakes(request: Request, known: Known) -> Iterator[tuple[str, str]]:
    yield from asked.mistakes(request.id, request.case, request.organisation, known.parties)
    if what := orders.wrong_day(request.until):
        yield "until", what
    for code in request.rules:
        if code not in rules.CODES:
            what = f"{shortened(code)!r} is no rule of the test; there are {', '.join(rules.CODES)}"
            yield "rules", what
    yield from words.wrong({name: getattr(request, name) for name in _TEXTS}, needed=_TEXTS)


def _the_same(request: Request, row: Any, act: Act) -> Answer:
    """Answer an id that is on record; what was erased may be anything."""
    there = Request(
        id=row.id,
        case=request.case if row.reference is None else row.reference,
        organisation=row.organisation,
        until=row.until,
        rule=request.rule if row.salt is None else row.rule,
        reason=request.reason if row.salt is None else row.reason,
        rules=request.rules if _codes(request) == row.rules else _rules(row.rules),
    )
    if (request, act.actor) != (there, row.asked_by):
        raise ids.SameIdOtherContent(
            f"moratorium {request.id!r} is on record with other content; give the new one an id "
            "of its own",
            id=request.id,
        )
    return Answer(row.id, "known", row.sequence)


def _write(end: Trail, known: Known, request: Request, act: Act, today: date) -> Answer:
    number = end.sequence + 1
    numbers, case = asked.opened(end, request.case, request.organisation)
    texts = {name: getattr(request, name) for name in _TEXTS}
    sealed, commitment = words.sealed(act, texts, case=request.case)
    days = {
        "asked_on": today,
        "until": request.until,
        "decide_by": terms.moratorium_by(asked.in_force(known, today), today),
    }
    plain = {
        "id": request.id,
        "organisation": request.organisation,
        "rules": _codes(request),
    }
    body = words.told(plain | days) | {"commitment": commitment}
    end.write([end.append(act, "moratorium.asked", body)])
    numbers.write(end.session)
    place = {"fund_id": known.id, "sequence": number, "case_number": case}
    store.insert(end.session, Moratorium, [place | plain | days | sealed])
    return Answer(request.id, "asked", number)


def _codes(request: Request) -> str | None:
    """Return the codes of the rules that a request names, in the order of the test."""
    return " ".join(code for code in rules.CODES if code in request.rules) or None


def _days(row: Any, decision: Decision) -> tuple[date | None, date | None]:
    if not decision.granted:
        return decision.since, decision.until
    return decision.since or row.asked_on, decision.until or row.until


def _wrong_decision(
    row: Any, decision: Decision, since: date | None, until: date | None
) -> Iterator[tuple[str, str]]:
    yield from words.wrong({"reason": decision.reason}, needed=("reason",))
    if not decision.granted:
        if since is not None or until is not None:
            yield "until", "is a day of what was not granted; leave the days out"
        return
    assert since is not None, "what is granted begins"
    assert until is not None, "what is granted ends"
    if since < row.asked_on:
        yield "since", f"{since} lies before the day on which it was asked, {row.asked_on}"
    if until <= since:
        yield "until", f"{until} is not after its first day, {since}"
    elif what := orders.wrong_day(until):
        yield "until", what


def _decided_the_same(row: Any, columns: dict[str, Any], decision: Decision) -> Answer:
    there = {"granted": row.granted, "since": row.since, "until": row.decided_until}
    erased = row.decided_salt is None
    if there != columns or not (erased or row.decided_reason == decision.reason):
        raise AlreadyDecided(
            f"moratorium {row.id!r} was decided on before, on {row.decided_on}; a decision stands",
            id=row.id,
            decided_on=row.decided_on.isoformat(),
        )
    return Answer(row.id, "known", row.decision)


def _write_decision(end: Trail, row: Any, columns: dict[str, Any], reason: str, act: Act) -> Answer:
    sealed, commitment = words.sealed(act, {"reason": reason})
    columns |= {"moratorium": row.sequence, "decided_on": act.day(end.timezone)}
    body = words.told(columns) | {"commitment": commitment}
    event = end.append(act, "moratorium.decided", body)
    end.write([event])
    place = {"fund_id": end.fund_id, "sequence": event["sequence"]}
    store.insert(end.session, MoratoriumDecision, [place | columns | sealed])
    return Answer(row.id, "granted" if columns["granted"] else "declined", event["sequence"])
