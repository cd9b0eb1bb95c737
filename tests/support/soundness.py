"""Whether a ledger is whole: chain, journal and heads, worked out anew from the rows."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import balances, reservations, store, trail
from ledger.tables import (
    Contribution,
    Event,
    Fund,
    Head,
    Particulars,
    Reservation,
    ReservationEnd,
    SettlementPosition,
    SettlementState,
    Spending,
    Transfer,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

_WRITTEN: Final = {
    "spending.recorded": Spending,
    "contribution.received": Contribution,
    "reservation.made": Reservation,
}
"""Which row an event of a kind has."""


def assert_sound(engine: Engine) -> None:
    """Check every fund of a database: nothing is missing, half-written or out of step."""
    with store.reading(engine) as session:
        for fund in _rows(session, Fund):
            head = next(row for row in _rows(session, Head) if row.fund_id == fund.id)
            events = _rows(session, Event, fund.id)
            _assert_chained(fund.code, events, head)
            _assert_complete(session, fund.id, events)
            _assert_counted(session, fund.id, head)
            _assert_room(events)


def _rows(session: Session, model: Any, fund_id: int | None = None) -> list[Any]:
    table = store.table(model)
    asked = select(table)
    if fund_id is not None:
        asked = asked.where(table.c.fund_id == fund_id).order_by(table.c.sequence)
    return [*session.connection().execute(asked)]


def _assert_chained(fund: str, events: list[Any], head: Any) -> None:
    hashes = [trail.START]
    for number, event in enumerate(events, 1):
        assert event.sequence == number
        content = trail.content_digest(
            fund,
            sequence=number,
            at=event.at,
            kind=event.kind,
            actor_id=event.actor_id,
            body=event.body,
        )
        hashes.append(trail.link(hashes[-1], hashes[number & (number - 1)], content))
        assert event.hash == hashes[-1]
    assert (head.sequence, head.hash) == (len(events), hashes[-1])


def _assert_complete(session: Session, fund_id: int, events: list[Any]) -> None:
    """Every event has its rows, and every row its event."""
    kinds = {event.sequence: event.kind for event in events}
    moved = Counter(row.sequence for row in _rows(session, Transfer, fund_id))
    for kind, model in _WRITTEN.items():
        rows = {row.sequence: row for row in _rows(session, model, fund_id)}
        assert set(rows) == {sequence for sequence, each in kinds.items() if each == kind}
        if model is not Reservation:
            assert all(moved[at] == bool(row.amount_cents) for at, row in rows.items())
    particulars = {row.sequence for row in _rows(session, Particulars, fund_id)}
    assert particulars == {at for at, kind in kinds.items() if kind == "spending.recorded"}


def _assert_counted(session: Session, fund_id: int, head: Any) -> None:
    """The head says what the rows add up to."""
    books = balances.trial_balance(session, fund_id)
    advanced = sum(cents for code, cents in books.items() if code.startswith("advance:"))
    owed = _owed_by_settlements(session, fund_id) - min(0, books.get("holder", 0))
    assert head.pool_cents == books.get("bank", 0) + advanced - owed
    assert head.reserved_cents == reservations.held_cents(session, fund_id)


def _owed_by_settlements(session: Session, fund_id: int) -> int:
    """What settlements are still to pay out, and what the last one that is paid carries."""
    steps = [(row.proposal, row.state) for row in _rows(session, SettlementState, fund_id)]
    booked = [proposal for proposal, state in steps if state == "booked"]
    paid = {proposal for proposal, state in steps if state == "paid"}
    table, owed, carried = store.table(SettlementPosition), 0, dict[str, int]()
    asked = select(table).where(table.c.fund_id == fund_id)
    positions = [*session.connection().execute(asked)]
    for proposal in booked:
        for row in positions:
            if row.proposal == proposal:
                owed -= max(0, carried.get(row.party, 0))
                carried[row.party] = row.carried_out_cents
                advanced = row.advanced_cents + max(0, row.carried_in_cents)
                to_pay = row.transferred_cents + row.carried_out_cents
                owed += max(0, carried[row.party] if proposal in paid else max(advanced, to_pay))
    return owed


def _assert_room(events: list[Any]) -> None:
    """No reservation was made for which there was no room at that moment."""
    pool = 0
    held: dict[int, int] = {}
    for event in events:
        body = json.loads(event.body)
        match event.kind:
            case "contribution.received":
                pool += body["amount"]
            case "spending.recorded":
                pool -= body["amount"]
                held.pop(body.get("reservation"), None)
            case "reservation.made":
                held[event.sequence] = body["amount"]
                assert pool - sum(held.values()) >= 0
            case "reservation.released" | "reservation.expired":
                for number in body["reservations"]:
                    del held[number]


def ends(engine: Engine) -> dict[int, str]:
    """Return how reservations ended, by number."""
    with store.reading(engine) as session:
        return {row.reservation: row.how for row in _rows(session, ReservationEnd)}
