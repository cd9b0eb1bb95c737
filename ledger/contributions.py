"""Contributions (*inleg*): money that organisations pay in, or that went back to them.

Each is one event of the trail, and goes from the organisation's account to the pool's. It
counts on the day on which it was received, so that day lies in a period that is open.

Source:
    The settlement rules, Positions: ``contributed``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import accounts, calendar, funds, ids, journal, orders, people, store, trail
from ledger.errors import Mistake, WrongInput
from ledger.money import AMOUNT_MAX, as_text
from ledger.tables import Contribution, Transfer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.trail import Trail

_CONTRIBUTION: Final = store.table(Contribution)
_CHUNK: Final = 5_000  # ids that are asked for at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that came in, or went back where the amount is below zero.

    Args:
        id: Made by whoever keeps the books of the bank account.
        party: Code of the organisation.
        received_on: The booking date at the bank.
    """

    id: str
    party: str
    received_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a receipt. ``status`` is ``received`` or, the same again, ``known``."""

    id: str
    status: str
    number: int


def receive(session: Session, fund: str, asked: Sequence[Receipt], *, act: Act) -> list[Received]:
    """Take contributions into the pool, in the order in which they are given.

    Args:
        session: Of the act; all of them are taken or none.
        fund: Code of the fund.
        asked: What came in. An id that is on record with the same content changes nothing.
        act: Who enters it, and when.

    Returns:
        One answer per receipt, in the same order.

    Raises:
        WrongInput: A receipt is wrong by itself; every mistake is named.
        RoleNeeded: Whoever acts is not of finance.
        SameIdOtherContent: An id is on record with other content.
        OutsideTheFund: It came in before the fund began, or is still to come.
        PeriodClosed: The day lies in a closed period.
    """
    known = funds.known(session, fund)
    _refuse_mistakes(asked, known.parties)
    end = trail.lock(session, fund)
    people.require(session, known.id, act, roles_=people.MAY_KEEP, on=act.day(known.timezone))
    there = _on_record(session, end.fund_id, [receipt.id for receipt in asked])
    batch = _Batch(known, end, act)
    answers = []
    for receipt in asked:
        found = there.get(receipt.id)
        if found is None:
            answer = batch.add(receipt)
            there[receipt.id] = (receipt, replace(answer, status="known"))
        else:
            answer = _the_same(receipt, *found)
        answers.append(answer)
    batch.write()
    return answers


def due(known: Known, *, until: date) -> list[Receipt]:
    """Return the contributions that the agreement asked for, as if they came in when due.

    Args:
        known: The fund.
        until: Day before which they were due.

    Source:
        The settlement rules, Dates, order, versions: a contribution counts if its ``due_on``
        lies in its own version's validity.
    """
    found = []
    for version in known.agreements:
        first, end = version.agreement.valid_from, version.agreement.valid_until
        for contribution in version.contribution:
            day = contribution.due_on
            if first <= day < until and (end is None or day < end) and contribution.amount:
                found.append((contribution.party, day, contribution.amount))
    return identified(found, prefix="due")


def identified(rows: Sequence[tuple[str, date, int]], *, prefix: str) -> list[Receipt]:
    """Return receipts under ids that follow from what they say.

    The same party, day and amount for the second time is another receipt; once more the
    same rows, in any order, give the same ids.

    Args:
        rows: Party, day and amount in cents of each.
        prefix: What the ids begin with.
    """
    seen: dict[tuple[str, date, int], int] = {}
    found = []
    for row in rows:
        seen[row] = seen.get(row, 0) + 1
        party, day, cents = row
        found.append(
            Receipt(
                id=f"{prefix}:{party}:{day}:{as_text(cents)}:{seen[row]}",
                party=party,
                received_on=day,
                amount_cents=cents,
            )
        )
    return found


class _Batch:
    """Receipts that are taken in one act."""

    def __init__(self, known: Known, end: Trail, act: Act) -> None:
        self.end, self.act = end, act
        self.first = known.agreements[0].agreement.valid_from
        self.today = act.day(known.timezone)
        self.open_from = calendar.open_from(
            closed_until=end.closed_until, adjusting_from=end.adjusting_from
        )
        self.events: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []
        self.transfers: list[dict[str, Any]] = []

    def add(self, receipt: Receipt) -> Received:
        """Add the rows of a receipt that is not on record."""
        day, what = receipt.received_on, f"contribution {receipt.id!r}: received_on"
        calendar.check_happened(
            day, first=self.first, today=self.today, what=what, about=receipt.id
        )
        calendar.check_open(day, open_from=self.open_from, what=what, about=receipt.id)
        event = self.end.append(self.act, "contribution.received", _body(receipt))
        place = {"fund_id": self.end.fund_id, "sequence": event["sequence"]}
        self.events.append(event)
        self.rows.append({**place, **_columns(receipt)})
        from_ = accounts.contribution(receipt.party)
        self.transfers += journal.lines(
            **place,
            booked_on=day,
            moves=[journal.Move(accounts.BANK, from_, receipt.amount_cents)],
        )
        self.end.pool_cents += receipt.amount_cents
        return Received(receipt.id, "received", event["sequence"])

    def write(self) -> None:
        """Write everything; the events come first, because all other rows refer to them."""
        if self.events:
            self.end.write(self.events)
        store.insert(self.end.session, Contribution, self.rows)
        store.insert(self.end.session, Transfer, self.transfers)


def _columns(receipt: Receipt) -> dict[str, Any]:
    return {name: getattr(receipt, name) for name in Receipt.__slots__}


def _body(receipt: Receipt) -> dict[str, Any]:
    return {
        "amount": receipt.amount_cents,
        "id": receipt.id,
        "party": receipt.party,
        "received_on": receipt.received_on.isoformat(),
    }


def _on_record(
    session: Session, fund_id: int, wanted: Sequence[str]
) -> dict[str, tuple[Receipt, Received]]:
    found = {}
    for first in range(0, len(wanted), _CHUNK):
        asked = select(_CONTRIBUTION).where(
            _CONTRIBUTION.c.fund_id == fund_id,
            _CONTRIBUTION.c.id.in_(wanted[first : first + _CHUNK]),
        )
        for row in session.connection().execute(asked):
            there = Receipt(**{name: getattr(row, name) for name in Receipt.__slots__})
            found[row.id] = (there, Received(row.id, "known", row.sequence))
    return found


def _the_same(asked: Receipt, there: Receipt, answer: Received) -> Received:
    if asked != there:
        raise ids.SameIdOtherContent(
            f"contribution {asked.id!r} is on record as {as_text(there.amount_cents)} of "
            f"{there.party} on {there.received_on}; what is recorded never changes: enter the "
            "difference under an id of its own",
            id=asked.id,
        )
    return answer


def _refuse_mistakes(asked: Sequence[Receipt], parties: Collection[str]) -> None:
    found = [
        Mistake(f"contribution {receipt.id}: {member}", what)
        for receipt in asked
        for member, what in _mistakes(receipt, parties)
    ]
    if found:
        raise WrongInput(found)


def _mistakes(receipt: Receipt, parties: Collection[str]) -> Iterator[tuple[str, str]]:
    if what := orders.wrong_text(receipt.id, named=True):
        yield "id", what
    if receipt.party not in parties:
        yield "party", orders.no_party(receipt.party, parties)
    if not receipt.amount_cents:
        yield "amount", "is 0.00; leave it out"
    if abs(receipt.amount_cents) > AMOUNT_MAX:
        yield "amount", f"is more than {as_text(AMOUNT_MAX)}"
    if what := orders.wrong_day(receipt.received_on):
        yield "received_on", what
