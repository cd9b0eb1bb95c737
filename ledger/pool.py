"""The pool: what room is left in it, and room that is held for a case for a while.

A reservation is the one act that lack of money refuses; recording never is. Both lock the
fund's trail, so that of two who reserve the last money at once exactly one gets it.

Source:
    The design, The model: Reservation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import cases, commitments, funds, ids, orders, people, reservations, rooms, store, trail
from ledger.errors import Conflict, Missing, Mistake, WrongInput
from ledger.money import AMOUNT_MAX, as_text
from ledger.reservations import END, ENDED, RESERVATION
from ledger.rooms import Asking, Room
from ledger.tables import CaseFile, Head, Reservation, ReservationEnd

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.trail import Trail

_HEAD: Final = store.table(Head)
_CASE: Final = store.table(CaseFile)


class ReservationExceedsRoom(Conflict):
    """The reservation asks for more than the room that is left."""

    slug = "reservation-exceeds-room"

    def __init__(self, fund: str, asked: Hold, lacking: dict[str, int]) -> None:
        left = ", ".join(f"the {whose} has {as_text(cents)}" for whose, cents in lacking.items())
        super().__init__(
            f"reservation {asked.id!r}: {as_text(asked.amount_cents)} is more than the room that "
            f"is left: {left}",
            fund=fund,
            id=asked.id,
            asked_cents=asked.amount_cents,
            left_cents=lacking,
        )


class UnknownReservation(Missing):
    """There is no such reservation."""

    slug = "unknown-reservation"


class UnknownOrganisation(Missing):
    """No version of the agreement names the organisation."""

    slug = "unknown-organisation"


class ReservationEnded(Conflict):
    """The reservation was spent, or expired."""

    slug = "reservation-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Room to reserve.

    Args:
        id: Made by the device that reserves.
        case: Pseudonym of the case that it is held for.
        organisation: Code of the party whose budget it counts in.
        until: Day on which it expires, unless it was spent or released before.
    """

    id: str
    case: str
    organisation: str
    amount_cents: int
    until: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a reservation: ``reserved`` or ``released`` now, or ``known`` before."""

    id: str
    status: str
    number: int


def room(
    session: Session,
    fund: str,
    *,
    on: date,
    person: UUID | None = None,
    organisation: str | None = None,
) -> Room:
    """Return the room that is left on a day.

    Args:
        session: Any.
        fund: Code of the fund.
        on: The day; what has expired by then is free, whether or not that was recorded.
        person: Whose mandate is asked, if any.
        organisation: Code of the party whose budget is asked, if any.

    Raises:
        UnknownFund: There is no such fund.
        UnknownOrganisation: No version of the agreement names the organisation.
    """
    known = funds.known(session, fund)
    if organisation is not None and organisation not in known.parties:
        raise UnknownOrganisation(
            orders.no_party(organisation, known.parties),
            organisation=organisation,
        )
    head = session.connection().execute(select(_HEAD).where(_HEAD.c.fund_id == known.id)).one()
    expired = reservations.held_cents(session, known.id, RESERVATION.c.until <= on)
    return rooms.left(
        session,
        known,
        Asking(on=on, organisation=organisation, person=person),
        pool_cents=head.pool_cents - head.reserved_cents + expired,
    )


def reserve(session: Session, fund: str, asked: Hold, *, act: Act) -> Answer:
    """Hold room for a case, if the fund, the organisation and whoever reserves have it.

    Reservations that have expired are ended first. An id that is on record with the same
    content, by the same person, changes nothing.

    Args:
        session: Of the act.
        fund: Code of the fund.
        asked: What to hold.
        act: Who reserves, and when.

    Raises:
        WrongInput: It is wrong by itself; every mistake is named.
        RoleNeeded: Whoever acts may not reserve.
        SameIdOtherContent: The id is on record with other content.
        ReservationExceedsRoom: There is not enough room; says whose.
    """
    known = funds.known(session, fund)
    _refuse(asked, _mistakes(asked, known.parties))
    end = trail.lock(session, fund)
    _require(end, act)
    return hold(end, known, asked, act=act)


def hold(
    end: Trail, known: Known, asked: Hold, *, act: Act, granted_to: UUID | None = None
) -> Answer:
    """Hold room as :func:`reserve` does, for somebody who may by another right.

    Args:
        end: Of the fund's trail, locked.
        known: The fund.
        asked: What to hold.
        act: Who holds it, and when.
        granted_to: For whom it is held, where others granted it beyond their own room, which
            so does not limit it; ``None`` for whoever acts, within theirs.

    Raises:
        WrongInput: It is wrong by itself.
        SameIdOtherContent: The id is on record with other content.
        ReservationExceedsRoom: There is not enough room; says whose.
    """
    _refuse(asked, _mistakes(asked, known.parties))
    session = end.session
    person = act.actor if granted_to is None else granted_to
    row = _on_record(session, end.fund_id, asked.id)
    if row is not None:
        return _the_same(asked, row, person)
    today = act.day(known.timezone)
    if asked.until <= today:
        _refuse(asked, [("until", f"{asked.until} is not after today, {today}")])
    _expire(end, act, today)
    limited = person if granted_to is None else None
    whose = Asking(on=today, organisation=asked.organisation, person=limited)
    there = rooms.left(session, known, whose, pool_cents=end.pool_cents - end.reserved_cents)
    if lacking := there.lacking(asked.amount_cents):
        raise ReservationExceedsRoom(known.code, asked, lacking)
    return _write(end, asked, person, act)


def release(session: Session, fund: str, reservation: str, *, act: Act) -> Answer:
    """Give the room back that a reservation holds.

    Args:
        session: Of the act.
        fund: Code of the fund.
        reservation: Its id; one that was released before changes nothing.
        act: Who releases, and when.

    Raises:
        RoleNeeded: Whoever acts may not release.
        UnknownReservation: There is no such reservation.
        ReservationEnded: It was spent, or expired.
    """
    end = trail.lock(session, fund)
    _require(end, act)
    row = _on_record(session, end.fund_id, reservation)
    if row is None:
        raise UnknownReservation(
            f"there is no reservation {reservation!r}", fund=fund, id=reservation
        )
    if row.how not in {None, "released"}:
        raise ReservationEnded(
            f"reservation {reservation!r} holds nothing any more: it was {row.how}",
            id=reservation,
            how=row.how,
        )
    if row.how is None:
        _end(end, act, [row], how="released")
    return Answer(row.id, "known" if row.how else "released", row.sequence)


def expire(session: Session, fund: str, *, act: Act) -> int:
    """End all reservations whose time has come, in one event.

    Args:
        session: Of the act.
        fund: Code of the fund.
        act: Who sees to it, and when.

    Returns:
        How many.

    Raises:
        RoleNeeded: Whoever acts may not release.
    """
    end = trail.lock(session, fund)
    _require(end, act)
    return _expire(end, act, act.day(end.timezone))


def _require(end: Trail, act: Act) -> None:
    on = act.day(end.timezone)
    people.require(end.session, end.fund_id, act, roles_=people.MAY_RECORD, on=on)


def _expire(end: Trail, act: Act, today: date) -> int:
    due = reservations.still_open(end.session, end.fund_id, RESERVATION.c.until <= today)
    if due:
        _end(end, act, due, how="expired")
    return len(due)


def _end(end: Trail, act: Act, rows: Sequence[Any], *, how: str) -> None:
    """Write that reservations ended, and the event that says so."""
    event = end.append(act, f"reservation.{how}", {"reservations": [row.sequence for row in rows]})
    ended = reservations.endings(end, rows, sequence=event["sequence"], how=how)
    end.write([event])
    store.insert(end.session, ReservationEnd, ended)


def _on_record(session: Session, fund_id: int, reservation: str) -> Any:
    """Return a reservation, the pseudonym of its case, and how it ended; ``None`` for none."""
    asked = (
        select(RESERVATION, _CASE.c.reference, END.c.how)
        .join(
            _CASE,
            (_CASE.c.fund_id == RESERVATION.c.fund_id)
            & (_CASE.c.sequence == RESERVATION.c.case_number),
        )
        .outerjoin(END, ENDED)
        .where(RESERVATION.c.fund_id == fund_id, RESERVATION.c.id == reservation)
    )
    return session.connection().execute(asked).one_or_none()


def _the_same(asked: Hold, row: Any, person: UUID) -> Answer:
    """Answer an id that is on record; a case that was erased may be any."""
    there = Hold(
        id=row.id,
        case=asked.case if row.reference is None else row.reference,
        organisation=row.organisation,
        amount_cents=row.amount_cents,
        until=row.until,
    )
    if (asked, person) != (there, row.person_id):
        raise ids.SameIdOtherContent(
            f"reservation {asked.id!r} is on record with other content; release it, or give the "
            "new one an id of its own",
            id=asked.id,
        )
    return Answer(row.id, "known", row.sequence)


def _write(end: Trail, asked: Hold, person: UUID, act: Act) -> Answer:
    """Write a reservation, its case if it is the first to name it, and its event."""
    today = act.day(end.timezone)
    number, salt = end.sequence + 1, act.random(commitments.SALT_BYTES)
    numbers = cases.numbers(end.session, end.fund_id, [asked.case], fund=end.fund)
    case = numbers.of(asked.case, number, holder=asked.organisation, home=None)
    row = {
        "id": asked.id,
        "organisation": asked.organisation,
        "person_id": person,
        "amount_cents": asked.amount_cents,
        "reserved_on": today,
        "until": asked.until,
    }
    body = {
        "amount": asked.amount_cents,
        "commitment": commitments.of_fields(salt, {"case": asked.case}),
        "id": asked.id,
        "organisation": asked.organisation,
        "person": str(person),
        "reserved_on": today.isoformat(),
        "until": asked.until.isoformat(),
    }
    end.reserved_cents += asked.amount_cents
    end.write([end.append(act, "reservation.made", body)])
    numbers.write(end.session)
    whole = {"fund_id": end.fund_id, "sequence": number, "case_number": case, "salt": salt, **row}
    store.insert(end.session, Reservation, [whole])
    return Answer(asked.id, "reserved", number)


def _refuse(asked: Hold, found: Iterable[tuple[str, str]]) -> None:
    wrong = [Mistake(f"reservation {asked.id}: {member}", what) for member, what in found]
    if wrong:
        raise WrongInput(wrong)


def _mistakes(asked: Hold, parties: Collection[str]) -> Iterator[tuple[str, str]]:
    for member, text in (("id", asked.id), ("case", asked.case)):
        if what := orders.wrong_text(text, named=member == "id"):
            yield member, what
    if not 0 < asked.amount_cents <= AMOUNT_MAX:
        yield (
            "amount",
            f"{as_text(asked.amount_cents)} is not more than 0.00 and at most "
            f"{as_text(AMOUNT_MAX)}",
        )
    if what := orders.wrong_day(asked.until):
        yield "until", what
    if asked.organisation not in parties:
        yield "organisation", orders.no_party(asked.organisation, parties)
