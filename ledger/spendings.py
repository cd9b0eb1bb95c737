"""Spendings: recorded at once, never refused for lack of room, corrected by reversal.

The way of an order: it is checked by itself (``ledger.orders``), the fund's trail is locked,
ids that are on record answer with what was recorded, corrections are checked against what
they correct, and then everything about it is written: the spending, its particulars, its
transfer in the journal and its event in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import (
    accounts,
    calendar,
    commitments,
    corrections,
    journal,
    on_record,
    orders,
    people,
    reservations,
    screening,
    store,
)
from ledger.agreement.versions import latest
from ledger.errors import Missing, WrongInput
from ledger.lawfulness import beside, marks, recording
from ledger.lawfulness.beside import Beside
from ledger.on_record import Answer, Recorded
from ledger.orders import COMMITTED, PARTICULARS, Order
from ledger.savings import choosing
from ledger.sums import Sums
from ledger.tables import Particulars, Person, Spending, Transfer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.cases import Numbers
    from ledger.corrections import Original
    from ledger.funds import Known
    from ledger.lawfulness.recording import Test
    from ledger.trail import Trail

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_PERSON: Final = store.table(Person)
_CHUNK: Final = 5_000  # ids that are asked for at a time
_PEOPLE: Final = store.with_lists(
    lambda among: select(_PERSON.c.handle, _PERSON.c.id).where(among(_PERSON.c.handle, "handles"))
)


class UnknownSpending(Missing):
    """There is no such spending."""

    slug = "unknown-spending"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What is written of a number of orders."""

    events: list[dict[str, Any]]
    spendings: list[dict[str, Any]]
    particulars: list[dict[str, Any]]
    transfers: list[dict[str, Any]]


def record(  # noqa: PLR0913 - what is recorded, and on what it rests
    session: Session,
    fund: str,
    asked: Sequence[Order],
    *,
    act: Act,
    backdated: bool = False,
    picks: bool = True,
    again: Mapping[str, str] | None = None,
    may: Collection[str] = people.MAY_RECORD,
) -> list[Recorded]:
    """Record spendings, in the order in which they are asked.

    Args:
        session: Of the act; all of them are recorded or none.
        fund: Code of the fund.
        asked: What to record. An id that is on record with the same content changes nothing.
            What is suspicious in their texts is left out (``ledger.screening``).
        act: Who records, and when.
        backdated: Whether this was recorded elsewhere before, as in a file: then only what
            was proposed is closed, whatever the date, and who records did not spend it.
        picks: Whether the effects that orders name are picked; not where what they stand in
            the place of brings its own.
        again: Ids of what is recorded once more, of what no order says that it replaces: of
            refunds, by the id under which they are asked now.
        may: Roles that may; others where recording follows from what those decide.

    Returns:
        One answer per order, in the same order.

    Raises:
        WrongInput: An order is wrong by itself; every mistake is named.
        RoleNeeded: Whoever acts may not record.
        Refusal: An order does not fit what is on record.
    """
    asked = [screening.screened(order)[0] for order in asked]
    end, known, found = on_record.lock(session, fund, asked, act=act)
    _refuse_mistakes(asked, known)
    today = act.day(known.timezone)
    found = found or on_record.find(end, asked, act=act, on=today)
    people.refuse_without(found.roles, may, on=today)
    there = found.answers
    batch = _Batch(
        known, end, act, asked, numbers=found.numbers, backdated=backdated, again=again or {}
    )
    answers = []
    for order in asked:
        answer = there.get(order.id)
        if answer is None:
            answer = there[order.id] = batch.add(order)
        else:
            answer = on_record.the_same(order, answer)
        answers.append(answer.told)
    batch.write()
    recorded = [
        order for order, answer in zip(asked, answers, strict=True) if answer.status == "recorded"
    ]
    if picks and found.knows_effects:
        choosing.of_orders(end, known.agreements, recorded, act=act)
    return answers


def _refuse_mistakes(asked: Iterable[Order], known: Known) -> None:
    parties = known.parties
    found = [
        mistake
        for order in asked
        for mistake in orders.mistakes(order, parties, where=f"spending {order.id}")
    ]
    if found:
        raise WrongInput(found)


class _Batch:
    """Orders that are recorded in one act, and what they have in common."""

    def __init__(  # noqa: PLR0913 - what is recorded, and on what it rests
        self,
        known: Known,
        end: Trail,
        act: Act,
        asked: Sequence[Order],
        *,
        numbers: Numbers,
        backdated: bool,
        again: Mapping[str, str],
    ) -> None:
        self.known, self.end, self.act, self.backdated = known, end, act, backdated
        self.again = again
        session = end.session
        self.today = act.day(known.timezone)
        self.rows = _Rows(events=[], spendings=[], particulars=[], transfers=[])
        self.cases = numbers
        linked = {order.link[1] for order in asked if order.link is not None} | {*again.values()}
        self.originals: dict[str, Original] = (
            corrections.originals(session, end.fund_id, linked) if linked else {}
        )
        self.linked = linked
        self.people = _people(session, (order.professional for order in asked))
        self.held = reservations.held(session, end, [order.reservation for order in asked])
        self.sums = Sums(fund_id=end.fund_id)
        self.beside = self._beside(asked)

    def add(self, order: Order) -> Answer:
        """Add the rows of an order that is not on record."""
        if order.link is not None:
            corrections.check(order, self.originals)
        number, salt = self.end.sequence + 1, self.act.random(commitments.SALT_BYTES)
        row = self._spending(order, number, salt)
        body = _body(order, row)
        body["commitment"] = commitments.of_fields(
            salt, orders.committed({name: getattr(order, name) for name in COMMITTED})
        )
        if order.reservation is not None:
            self.beside.spent_from(self.held.open.get(order.reservation))
            body["reservation"] = self.held.spend(order.reservation, row)
        self.beside.add(order, row, body)
        self.rows.events.append(self.end.append(self.act, "spending.recorded", body))
        self.rows.spendings.append(row)
        self.rows.particulars.append(_particulars(order, row, salt))
        self.rows.transfers.extend(_transfers(order, row))
        self.end.pool_cents -= order.amount_cents
        self.sums.add(row)
        if order.id in self.linked:
            self.originals[order.id] = corrections.of_order(
                order, number, self.originals, person_id=row["person_id"]
            )
        told = Recorded(order.id, "recorded", number, row["booked_on"])
        return Answer(told, salt, row["content"])

    def write(self) -> None:
        """Write everything; the events come first, because all other rows refer to them."""
        session, rows = self.end.session, self.rows
        if not rows.events:
            return
        with store.together(session):
            self.end.write(rows.events)
            self.cases.write(session)
            store.insert(session, Spending, rows.spendings)
            store.insert(session, Particulars, rows.particulars)
            store.insert(session, Transfer, rows.transfers)
            self.held.write(session)
            self.sums.write(session)
            self.beside.write(session)

    def _beside(self, asked: Sequence[Order]) -> Beside:
        taken_back = {
            self.originals[each.reverses].sequence
            for each in asked
            if each.reverses is not None and each.reverses in self.originals
        }
        return Beside(
            test=self._test(asked) if recording.is_tested(self.known, asked) else None,
            mark=marks.of_fund(self.end.session, self.end.fund),
            failed=beside.failed(self.end.session, self.end.fund_id, taken_back),
        )

    def _test(self, asked: Sequence[Order]) -> Test:
        of_originals = (each.person_id for each in self.originals.values())
        spenders = {*self.people.values(), *(each for each in of_originals if each is not None)}
        return recording.begin(
            self.end,
            self.known,
            asked,
            today=self.today,
            received_on=None if self.backdated else self.today,
            adding=self.sums,
            numbers=self.cases,
            persons=spenders if self.backdated else spenders | {self.act.actor},
        )

    def _spending(self, order: Order, number: int, salt: bytes) -> dict[str, Any]:
        return {
            "fund_id": self.end.fund_id,
            "sequence": number,
            "id": order.id,
            "content": orders.digest(order, salt),
            "spent_on": order.spent_on,
            "recorded_on": order.recorded_on or self.today,
            "booked_on": self._booked_on(order),
            "amount_cents": order.amount_cents,
            "category": order.category,
            "case_number": self.cases.number(order, number),
            "organisation": order.organisation,
            "home": order.home,
            "advanced_by": order.advanced_by,
            "person_id": self._person(order),
            "vat_cents": order.vat_cents,
            "vat_use": order.vat_use,
            **{kind: self._sequence(getattr(order, kind)) for kind in orders.LINKS},
        }

    def _person(self, order: Order) -> UUID | None:
        """Return who spent it: of what is corrected whoever did, whoever corrects it.

        Only what stands in the place of a spending may name somebody else. Where nobody is
        named who acts in the fund, whoever records answers for it.
        """
        was = self._was(order)
        if was is not None and (order.reverses or order.professional in {None, was.professional}):
            return was.person_id
        named = self.people.get(order.professional) if order.professional is not None else None
        return named if named is not None or self.backdated else self.act.actor

    def _was(self, order: Order) -> Original | None:
        """Return what an order takes back or stands in the place of; nothing if it is new."""
        kind, to = order.link or ("", "")
        of = to if kind in {"reverses", "replaces"} else self.again.get(order.id)
        return None if of is None else self.originals[of]

    def _sequence(self, spending: str | None) -> int | None:
        return None if spending is None else self.originals[spending].sequence

    def _booked_on(self, order: Order) -> date:
        agreements, end = self.known.agreements, self.end
        was = self._was(order)
        if was is None or order.spent_on != was.spent_on:  # what is on record happened
            calendar.check_happened(
                order.spent_on,
                first=agreements[0].agreement.valid_from,
                today=self.today,
                what=f"spending {order.id!r}: spent_on",
                about=order.id,
            )
        for member in ("recorded_on", "booked_on"):
            what = f"spending {order.id!r}: {member}"
            calendar.check_come(getattr(order, member), today=self.today, what=what, about=order.id)
        if order.booked_on is not None:
            calendar.check_open(
                order.booked_on,
                open_from=calendar.open_from(
                    closed_until=end.closed_until, adjusting_from=end.adjusting_from
                ),
                what=f"spending {order.id!r}: booked_on",
                about=order.id,
            )
            return order.booked_on
        in_force = latest(agreements, self.today) or agreements[0]
        adjusting_days = None if self.backdated else in_force.settlement.adjusting_days
        return max(
            order.spent_on,
            calendar.first_open(
                closed_until=end.closed_until,
                adjusting_from=end.adjusting_from,
                today=self.today,
                adjusting_days=adjusting_days,
            ),
        )


def _people(session: Session, handles: Iterable[str | None]) -> dict[str, UUID]:
    """Return the people among those who spent, by handle; other names are only remarks."""
    wanted = sorted({handle for handle in handles if handle is not None})
    found: dict[str, UUID] = {}
    for first in range(0, len(wanted), _CHUNK):
        asked = {"handles": wanted[first : first + _CHUNK]}
        found.update((row.handle, row.id) for row in store.ask(session, _PEOPLE, asked))
    return found


def _body(order: Order, row: dict[str, Any]) -> dict[str, Any]:
    """Return what the trail shows of a spending: nothing that may have to be erased."""
    shown = {
        "advanced_by": order.advanced_by,
        "amount": order.amount_cents,
        "booked_on": row["booked_on"].isoformat(),
        "category": order.category,
        "content": row["content"].hex(),
        "home": order.home,
        "id": order.id,
        "organisation": order.organisation,
        "person": row["person_id"] and str(row["person_id"]),
        "recorded_on": row["recorded_on"].isoformat(),
        "spent_on": order.spent_on.isoformat(),
        "vat": order.vat_cents,
        "vat_use": order.vat_use,
        "no_bsn": None if order.no_bsn is None else len(order.no_bsn),
        **{kind: row[kind] for kind in orders.LINKS},
    }
    return {name: value for name, value in shown.items() if value is not None}


def _particulars(order: Order, row: dict[str, Any], salt: bytes) -> dict[str, Any]:
    return {
        "fund_id": row["fund_id"],
        "sequence": row["sequence"],
        "salt": salt,
        **{name: getattr(order, name) for name in PARTICULARS},
    }


def moves(amount_cents: int, advancer: str | None) -> list[journal.Move]:
    """Return what a spending moves: a cost to be bridged, paid by the pool or by a party.

    Args:
        amount_cents: Below zero for what came back.
        advancer: Code of the party that paid; ``None`` for the pool.
    """
    paid_from = accounts.BANK if advancer is None else accounts.advance(advancer)
    return [journal.Move(accounts.BRIDGED, paid_from, amount_cents)]


def _transfers(order: Order, row: dict[str, Any]) -> list[dict[str, Any]]:
    return journal.lines(
        row["fund_id"],
        row["sequence"],
        row["booked_on"],
        moves(order.amount_cents, order.advancer),
    )
