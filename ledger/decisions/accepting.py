"""Acceptance: somebody with a mandate knows of a departure, and says on what ground it stays.

The board decides on a list: one decision of a meeting accepts many findings, each on a ground
of its own. Somebody whose mandate covers the spending accepts a single finding. Nobody accepts,
or enters for the board, what they spent, recorded or gave a verdict on. Only errors and
uncertainties that stand are accepted, each once; findings of internal control enter no
statement, so there is nothing to accept in them.

What is suspicious in a reason or norm is left out before it is stored (``ledger.screening``).
Acceptance takes nothing away: the finding stays what it is and stays in the statement.

Source:
    The facts of the domain, 1.5: acceptance by a steering board is not the authorisation of a
    council, and makes nothing lawful.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import calendar, funds, ids, orders, people, store
from ledger.decisions import grounds, hands, mandates, places, targets, words
from ledger.errors import Conflict, Mistake, WrongInput, shortened
from ledger.money import as_text
from ledger.tables import Acceptance, AcceptanceDecision
from ledger.tables.decisions import GROUNDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.decisions.grounds import Offered
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target
    from ledger.funds import Known
    from ledger.trail import Trail

_DECISION: Final = store.table(AcceptanceDecision)
_ACCEPTANCE: Final = store.table(Acceptance)
MEMBERS_MAX: Final = 1_000


class NotAcceptable(Conflict):
    """Findings cannot be accepted as is asked: one sentence for each."""

    slug = "not-acceptable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding that is accepted, and why.

    Args:
        finding: Where it stands.
        ground: One of ``GROUNDS``.
        reason: Why, in a few words.
        norm: From which norm was departed, where that says more than the rule does.
        moratorium: Id of the moratorium that is the ground; where only one can be, it may be
            left out.
        where: What the line is called in messages, such as ``list.csv:3``.
        shown: What the list showed of the finding: ``rule``, ``amount`` and ``spending``, as
            far as it did. Another finding than was shown is not accepted.
    """

    finding: Place
    ground: str
    reason: str
    norm: str | None = None
    moratorium: str | None = None
    where: str = ""
    shown: tuple[tuple[str, str], ...] = ()

    @property
    def called(self) -> str:
        """What the line is called in messages."""
        return self.where or f"finding {places.told(self.finding)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A decision of the board: when it met, how the decision is numbered, who was there.

    Args:
        on: Day of the meeting.
        number: Of the decision, as the minutes have it.
        present: How many members were there.
        members: Of how many.
    """

    on: date
    number: str
    present: int
    members: int


class Accepted(NamedTuple):
    """What became of a decision: ``accepted`` now or ``known`` before, and of how many."""

    status: str
    number: int
    findings: int


class _Chosen(NamedTuple):
    """A line with the finding that it is about, and the moratorium that is its ground."""

    line: Line
    target: Target
    moratorium: int | None


def by_board(
    session: Session, fund: str, lines: Sequence[Line], meeting: Meeting, *, act: Act
) -> Accepted:
    """Record that the board accepted findings, in one decision.

    Args:
        session: Of the act.
        fund: Code of the fund.
        lines: The list; the same list of the same decision once more changes nothing.
        meeting: In which it was decided.
        act: Somebody of the board, and when.

    Raises:
        WrongInput: Lines, or what is said of the meeting, are wrong by themselves.
        RoleNeeded: Whoever acts is not on the board.
        SameIdOtherContent: This decision is on record with other content.
        UnknownFinding: A finding is not there.
        NotAcceptable: Findings cannot be accepted; says why of each.
        FourEyes: Whoever acts spent, recorded or gave a verdict on some; another of the board
            enters them.
    """
    lines = [words.screened(line, "norm", "reason") for line in lines]
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, known.id, act, roles_=("board",), on=today)
    _refuse([*_wrong_meeting(meeting), *_wrong_lines(lines)])
    first = known.agreements[0].agreement.valid_from
    calendar.check_happened(
        meeting.on, first=first, today=today, what="the meeting of", about=meeting.number
    )
    row = _decision(session, known.id, meeting)
    if row is not None:
        return _the_same(session, known, row, lines, meeting)
    chosen = _chosen(session, known, lines, on=meeting.on)
    own = [(_named(each.line, each.target), each.target) for each in chosen]
    hands.refuse_own(session, known.id, own, act)
    columns = {
        "how": "board",
        "decided_on": meeting.on,
        "meeting_on": meeting.on,
        "number": meeting.number,
        "present": meeting.present,
        "members": meeting.members,
        "mandate": None,
    }
    return _write(end, columns, chosen, act)


def by_mandate(session: Session, fund: str, line: Line, *, act: Act) -> Accepted:
    """Record that somebody accepts a finding by a mandate that covers the spending.

    Args:
        session: Of the act.
        fund: Code of the fund.
        line: The finding and its ground; the same by the same person changes nothing.
        act: Who accepts, and when.

    Raises:
        WrongInput: The line is wrong by itself.
        UnknownFinding: There is no such finding.
        MandateNeeded: Whoever acts holds no mandate that is large enough.
        FourEyes: Whoever acts spent, recorded or gave a verdict on it.
        NotAcceptable: The finding cannot be accepted; says why.
    """
    line = words.screened(line, "norm", "reason")
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    _refuse([*_wrong_lines([line])])
    target = targets.of_places(session, known, [line.finding])[line.finding]
    cents = abs(target.spent_cents)
    mandate = mandates.of_mandate(session, known, act, on=today, amount_cents=cents)
    hands.refuse_own(session, known.id, [(_named(line, target), target)], act)
    if target.accepted_by == act.actor and target.how == "mandate":
        held = _rows(session, known.id, target.accepted)
        if _is_same(known, session, held, [line]):
            return Accepted("known", int(target.accepted or 0), 1)
    chosen = _chosen(session, known, [line], on=today)
    columns = {
        "how": "mandate",
        "decided_on": today,
        **dict.fromkeys(("meeting_on", "number", "present", "members")),
        "mandate": mandate,
    }
    return _write(end, columns, chosen, act)


def _refuse(wrong: Sequence[Mistake]) -> None:
    if wrong:
        raise WrongInput(wrong)


def _wrong_meeting(meeting: Meeting) -> Iterator[Mistake]:
    if what := orders.wrong_text(meeting.number, named=True):
        yield Mistake("number", what)
    if not 1 <= meeting.members <= MEMBERS_MAX:
        yield Mistake("of", f"{meeting.members} is no number of members between 1 and 1000")
    elif not 1 <= meeting.present <= meeting.members:
        yield Mistake(
            "present", f"{meeting.present} is not between 1 and the members, {meeting.members}"
        )


def _wrong_lines(lines: Sequence[Line]) -> Iterator[Mistake]:
    if not lines:
        yield Mistake("list", "accepts nothing; give at least one finding a ground and a reason")
    times = Counter(line.finding for line in lines)
    for line in lines:
        for what in _wrong_line(line):
            yield Mistake(line.called, what)
        if times[line.finding] > 1:
            name = places.told(line.finding)
            yield Mistake(line.called, f"finding {name} stands in the list twice; keep one")


def _wrong_line(line: Line) -> Iterator[str]:
    if line.ground not in GROUNDS:
        yield f"ground {shortened(line.ground)!r} is not one of {', '.join(GROUNDS)}"
    elif line.moratorium is not None and line.ground != "moratorium":
        yield f"names a moratorium, but its ground is {line.ground}"
    texts = {"reason": line.reason, "norm": line.norm}
    for member, what in words.wrong(texts, needed=("reason",)):
        yield f"{member} {what}"


def _decision(session: Session, fund_id: int, meeting: Meeting) -> Any:
    asked = select(_DECISION).where(
        _DECISION.c.fund_id == fund_id,
        _DECISION.c.meeting_on == meeting.on,
        _DECISION.c.number == meeting.number,
    )
    return session.connection().execute(asked).one_or_none()


def _rows(session: Session, fund_id: int, decision: int | None) -> Mapping[Place, Any]:
    asked = select(_ACCEPTANCE).where(
        _ACCEPTANCE.c.fund_id == fund_id, _ACCEPTANCE.c.sequence == decision
    )
    found = session.connection().execute(asked)
    return {(row.finding, row.finding_line): row for row in found}


def _the_same(
    session: Session, known: Known, row: Any, lines: Sequence[Line], meeting: Meeting
) -> Accepted:
    """Answer a decision that is on record; what was erased may be anything."""
    held = _rows(session, known.id, row.sequence)
    there = (row.present, row.members)
    if there != (meeting.present, meeting.members) or not _is_same(known, session, held, lines):
        raise ids.SameIdOtherContent(
            f"decision {meeting.number!r} of {meeting.on} is on record with other content; give "
            "what was decided besides a number of its own",
            number=meeting.number,
            meeting_on=meeting.on.isoformat(),
        )
    return Accepted("known", row.sequence, len(held))


def _is_same(
    known: Known, session: Session, held: Mapping[Place, Any], lines: Sequence[Line]
) -> bool:
    """Whether rows hold just what lines say."""
    if held.keys() != {line.finding for line in lines}:
        return False
    id_of = grounds.names(session, known.id, [row.moratorium for row in held.values()])
    for line in lines:
        row = held[line.finding]
        texts = {"reason": line.reason, "norm": words.said(line.norm)}
        named = line.moratorium in {None, id_of.get(row.moratorium)}
        if row.ground != line.ground or not named or not words.same(row, texts):
            return False
    return True


def _chosen(
    session: Session, known: Known, lines: Sequence[Line], *, on: date
) -> Sequence[_Chosen]:
    """Return lines with their findings and moratoria.

    Raises:
        UnknownFinding: A finding is not there.
        NotAcceptable: Findings cannot be accepted on that day.
    """
    found = targets.of_places(session, known, [line.finding for line in lines])
    offered = grounds.of_targets(session, known.id, found.values())
    chosen, refused = [], {}
    for line in lines:
        target = found[line.finding]
        try:
            _refuse_another(line, target)
            _refuse_target(target, on)
            number = _moratorium(line, target, offered[line.finding])
        except _Refused as why:
            refused[line.called] = f"{_named(line, target)} {why}"
        else:
            chosen.append(_Chosen(line, target, number))
    if refused:
        raise NotAcceptable("; ".join(refused.values()), findings=refused)
    return chosen


def _named(line: Line, target: Target) -> str:
    """Return where a line stands, if it stands anywhere, and what its finding is called."""
    return f"{line.where}: finding {target.name}" if line.where else f"finding {target.name}"


class _Refused(Exception):
    """Why one finding cannot be accepted."""


def _refuse_another(line: Line, target: Target) -> None:
    """Refuse a line that shows something else than its finding: rows that were mixed up."""
    there = {
        "rule": target.rule,
        "amount": as_text(target.amount_cents),
        "spending": target.spending_id,
    }
    for member, shown in line.shown:
        if shown != there[member]:
            raise _Refused(
                f"has {member} {there[member]}, and the list shows {shortened(shown)!r}; make the "
                "list anew"
            )


def _refuse_target(target: Target, on: date) -> None:
    if target.accepted is not None:
        raise _Refused(f"was accepted before, in act {target.accepted}")
    if target.ended is not None:
        raise _Refused(f"stands no more: it was {target.ended}")
    if target.kind == "control":
        raise _Refused("is one of internal control, which is in no statement: nothing to accept")
    if target.found_on > on:
        raise _Refused(f"was found on {target.found_on}, after the decision of {on}")


def _moratorium(line: Line, target: Target, offered: Sequence[Offered]) -> int | None:
    """Return the number of the moratorium that is a line's ground, if that is its ground."""
    if line.ground != "moratorium":
        return None
    fitting = [each for each in offered if each.ground == "moratorium"]
    if line.moratorium is not None:
        fitting = [each for each in fitting if each.moratorium_id == line.moratorium]
    if not fitting:
        which = "no moratorium" if line.moratorium is None else f"moratorium {line.moratorium!r}"
        not_ = "" if line.moratorium is None else " not"
        raise _Refused(
            f"has another ground: {which} was{not_} granted for its case and rule, "
            f"{target.rule}, on {target.spent_on}"
        )
    if len(fitting) > 1:
        ids_ = ", ".join(str(each.moratorium_id) for each in fitting)
        raise _Refused(f"has several moratoria for its ground; name one of {ids_}")
    return fitting[0].moratorium


def _write(end: Trail, columns: dict[str, Any], chosen: Sequence[_Chosen], act: Act) -> Accepted:
    rows, told = [], []
    for each in chosen:
        texts = {"norm": words.said(each.line.norm), "reason": each.line.reason}
        sealed, commitment = words.sealed(act, texts)
        finding, line = each.target.place
        plain = {
            "finding": finding,
            "finding_line": line,
            "ground": each.line.ground,
            "moratorium": each.moratorium,
        }
        rows.append(plain | sealed)
        told.append(words.told(plain) | {"commitment": commitment})
    event = end.append(act, "findings.accepted", words.told(columns) | {"accepted": told})
    end.write([event])
    place = {"fund_id": end.fund_id, "sequence": event["sequence"]}
    store.insert(end.session, AcceptanceDecision, [place | columns])
    numbered = [place | {"line": number} | row for number, row in enumerate(rows, 1)]
    store.insert(end.session, Acceptance, numbered)
    return Accepted("accepted", event["sequence"], len(rows))
