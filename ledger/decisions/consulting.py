"""Reading what people wrote about a finding or a request: an act of its own, before it is shown.

Reason and norm of an acceptance, comments of reviewers, rule and reason of a moratorium and of a
case on the table may point to somebody. As with what was written about a spending, the act only
says that it is read; ``ledger.decisions.written`` gives it once that is committed. The reading of
a finding is one of its spending, that of a request one of its case.

The board reads what it decides on, and so does whoever holds a mandate for it, until it is
decided; an auditor and the privacy officer read all, professionals what they spent or asked, and
finance what its own organisation did. None of that shows the justification of a spending: that
is another reading.

Source:
    The design, Privacy by design (who sees what; reading is itself on record).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger import funds, people, store
from ledger.decisions import judging, mandates, targets, written
from ledger.privacy import reading
from ledger.tables import CaseReading, Reading

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel import Session, SQLModel

    from ledger.acts import Act
    from ledger.decisions.places import Place
    from ledger.funds import Known
    from ledger.people import Held
    from ledger.trail import Trail

ALL: Final = ("board", *reading.ALL)
"""Which roles read what people wrote about every finding and request."""

MAY_READ: Final = ("board", *reading.MAY_READ)
"""Which roles read of any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Concerns:
    """Whom it concerns what is read: a case, an organisation, whoever spent or asked how much.

    ``decided_by`` is who decided on it, and ``is_undecided`` whether somebody with a mandate
    still may.
    """

    case_number: int | None
    organisation: str
    person: UUID | None
    amount_cents: int
    decided_by: UUID | None
    is_undecided: bool


def of_finding(session: Session, fund: str, finding: Place, why: str, *, act: Act) -> int:
    """Record that somebody reads what was written about a finding.

    Returns:
        The number of the act.

    Raises:
        WrongInput: There is no such kind of reason.
        RoleNeeded: Whoever acts reads nothing.
        UnknownFinding: There is no such finding.
        NotYours: Others may read it, whoever acts may not.
        Restricted: The use of its case is restricted.
    """
    reading.refuse_unknown_reason(why)
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=MAY_READ, on=act.day(known.timezone))
    target = targets.of_places(session, known, [finding])[finding]
    concerns = _Concerns(
        case_number=target.case_number,
        organisation=target.organisation,
        person=target.spent_by,
        amount_cents=abs(target.spent_cents),
        decided_by=target.accepted_by,
        is_undecided=judging.is_open(target),
    )
    _refuse_others(session, known, concerns, act)
    return _write(end, "spending.read", Reading, {"spending": target.spending, "why": why}, act)


def of_request(session: Session, fund: str, request: written.Request, why: str, *, act: Act) -> int:
    """Record that somebody reads what was written about a moratorium, or a case on the table.

    Returns:
        The number of the act.

    Raises:
        UnknownRequest: There is no such request; otherwise as :func:`of_finding`.
    """
    reading.refuse_unknown_reason(why)
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=MAY_READ, on=act.day(known.timezone))
    row = written.row_of(session, known.id, request)
    concerns = _Concerns(
        case_number=row.case_number,
        organisation=row.organisation,
        person=row.asked_by,
        amount_cents=getattr(row, "amount_cents", None) or 0,
        decided_by=row.decided_by,
        is_undecided=row.decision is None,
    )
    _refuse_others(session, known, concerns, act)
    said = {"case_number": row.case_number, "why": why}
    return _write(end, "case.read", CaseReading, said, act)


def _refuse_others(session: Session, known: Known, concerns: _Concerns, act: Act) -> None:
    """Refuse whoever neither decides on it nor had it made, and all while its case is restricted.

    Raises:
        NotYours: They do not.
        Restricted: It is.
    """
    on = act.day(known.timezone)
    mine = people.roles_of(session, known.id, act, on=on)
    its = concerns.decided_by == act.actor
    if not its and not any(_reads(each, concerns, act) for each in mine):
        _refuse_who_decides_nothing(session, known, concerns, act)
    reading.refuse_restricted(session, known.id, concerns.case_number, mine)


def _refuse_who_decides_nothing(
    session: Session, known: Known, concerns: _Concerns, act: Act
) -> None:
    """Refuse whoever holds no mandate to decide on it, or all such once it is decided."""
    refusal = reading.NotYours(
        "this is of somebody else; professionals read of what they spent or asked, finance of "
        "what its own organisation did, and others of what they hold a mandate to decide on, "
        "until it is decided"
    )
    if not concerns.is_undecided:
        raise refusal
    on = act.day(known.timezone)
    try:
        mandates.of_mandate(session, known, act, on=on, amount_cents=concerns.amount_cents)
    except mandates.MandateNeeded:
        raise refusal from None


def _reads(role: Held, concerns: _Concerns, act: Act) -> bool:
    return (
        role.role in ALL
        or (role.role == "professional" and concerns.person == act.actor)
        or (role.role == "finance" and role.organisation == concerns.organisation)
    )


def _write(end: Trail, kind: str, model: type[SQLModel], said: dict[str, Any], act: Act) -> int:
    event = end.append(act, kind, said)
    end.write([event])
    place = {"fund_id": end.fund_id, "sequence": event["sequence"]}
    store.insert(end.session, model, [place | said])
    number: int = event["sequence"]
    return number
