"""Booking and paying a settlement: what was agreed enters the journal, and moves no more.

Booking charges each organisation the costs that fell on it, per key and task field, and
brings together on its position what it paid in, what it advanced and what it bears. After
it, a position (credit) is what the fund owes the organisation: its balance and what was
carried to it. Paying moves what is transferred.

Booking gives nobody room: what was advanced, or more where more is to be paid out, stays
bound until it is paid, and what others are to pay in is no room until it is there.

Source:
    The settlement rules, Positions; Transfers; Year-end and budgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from ledger import accounts, balances, calendar, funds, journal, people, store, trail
from ledger.agreement.versions import latest
from ledger.journal import Move
from ledger.tables import (
    SettlementAdjustment,
    SettlementPosition,
    SettlementTransfer,
    Transfer,
)
from settlement import agreeing, booked, exact, states, task_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from settlement.states import Standing

_POSITION: Final = store.table(SettlementPosition)
_ADJUSTMENT: Final = store.table(SettlementAdjustment)
_TRANSFER: Final = store.table(SettlementTransfer)


def book(session: Session, fund: str, *, act: Act) -> Standing:
    """Book the proposal that is agreed.

    Where organisations did not answer in time and silence counts as agreed, it is counted
    now.

    Raises:
        NoSettlement: No proposal is open.
        NotAgreed: It is not agreed.
        RoleNeeded: Whoever acts is not of finance.
    """
    standing = agreeing.lapse(session, fund, act=act)
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=people.MAY_KEEP, on=act.day(end.timezone))
    if standing.state != "agreed":
        waiting = agreeing.waiting_for(session, fund, standing)
        objecting = [
            party
            for party, answer in states.answers(session, standing).items()
            if answer.verdict == "objects"
        ]
        raise agreeing.NotAgreed(
            f"settlement {standing.name} is not agreed"
            + (f"; {', '.join(objecting)} object" if objecting else "")
            + (f"; {', '.join(waiting)} did not answer yet" if waiting else ""),
            waiting=list(waiting),
            objecting=objecting,
        )
    agreements = funds.known(session, fund).agreements
    moved = list(moves(session, standing, agreements))
    # What was advanced stands on positions from now on, and is bound until it is paid.
    end.pool_cents += sum(
        move.amount_cents for move in moved if move.debit.startswith(accounts.advance(""))
    )
    end.pool_cents -= bound(session, standing).by_booking
    sequence = agreeing.step(end, standing, "booked", act)
    store.insert(
        session,
        Transfer,
        journal.lines(end.fund_id, sequence, standing.period.last_day, moved),
    )
    return standing


def pay(session: Session, fund: str, *, act: Act) -> Standing:
    """Record that what a booked settlement transfers was paid.

    It is booked today; where the clock was set back into a period that is closed, on the
    first day that is not.

    Raises:
        NoSettlement: None is booked and waits to be paid.
        RoleNeeded: Whoever acts is not of finance.
    """
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=people.MAY_KEEP, on=act.day(end.timezone))
    standing = states.unpaid(session, end.fund_id)
    version = version_of(funds.known(session, fund).agreements, standing)
    moved = list(payments(session, standing, version))
    holder = balances.balance(session, end.fund_id, accounts.HOLDER)
    end.pool_cents += moved_on(moved, accounts.BANK) - bound(session, standing).by_paying
    end.pool_cents += min(0, holder + moved_on(moved, accounts.HOLDER)) - min(0, holder)
    paid_on = max(
        act.day(end.timezone),
        calendar.open_from(closed_until=end.closed_until, adjusting_from=end.adjusting_from),
    )
    sequence = agreeing.step(end, standing, "paid", act, paid_on=paid_on.isoformat())
    store.insert(session, Transfer, journal.lines(end.fund_id, sequence, paid_on, moved))
    return standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """By how much booking a settlement, and then paying it, change what is bound, in cents."""

    by_booking: int
    by_paying: int


def bound(session: Session, standing: Standing) -> Bound:
    """Return how a settlement binds money of the pool that is about to leave it.

    Until it is paid, that is per organisation what it advanced and what was carried to it,
    or what is due to it with what was carried, whichever is more. After that it is what is
    carried to it further.
    """
    rows = _of(session, standing, _POSITION)
    before = sum(max(0, row.carried_in_cents) for row in rows)
    until_paid = sum(
        max(
            0,
            row.advanced_cents + max(0, row.carried_in_cents),
            row.due_cents + row.carried_in_cents,
        )
        for row in rows
    )
    after = sum(max(0, row.carried_out_cents) for row in rows)
    return Bound(by_booking=until_paid - before, by_paying=after - until_paid)


def moved_on(moved: Sequence[Move], account: str) -> int:
    """Return what transfers add to an account, in cents: debit less credit."""
    return sum(
        move.amount_cents * ((move.debit == account) - (move.credit == account)) for move in moved
    )


def moves(session: Session, standing: Standing, agreements: Sequence[Agreement]) -> Iterator[Move]:
    """Yield what booking moves: costs, the ladder, and what comes together on positions."""
    for (party, key, field), cents in costs(session, standing, agreements).items():
        yield Move(accounts.cost(party), accounts.BRIDGED, cents, key, field)
    for row in _of(session, standing, _ADJUSTMENT):
        # The lines of a step sum to zero, so what passes through here leaves nothing.
        yield Move(accounts.cost(row.party), accounts.BRIDGED, row.amount_cents, f"step {row.step}")
    for row in _of(session, standing, _POSITION):
        position = accounts.position(row.party)
        yield Move(accounts.contribution(row.party), position, row.contributed_cents)
        yield Move(accounts.advance(row.party), position, row.advanced_cents)
        borne = row.cost_share_cents + row.adjustments_cents
        yield Move(position, accounts.recharged(row.party), borne)


def version_of(agreements: Sequence[Agreement], standing: Standing) -> Agreement:
    """Return the version under which a period was settled."""
    version = latest(agreements, standing.period.last_day)
    assert version is not None, "a period was settled under a version"
    return version


def costs(
    session: Session, standing: Standing, agreements: Sequence[Agreement]
) -> dict[tuple[str, str, str], int]:
    """Return what fell on each organisation, in cents, per key and task field, in order."""
    lines = booked.costs(session, standing)
    fields = task_fields.of_lines(
        agreements, spent_on=lines.costs.spent_on, category=lines.costs.category
    )
    width = len(fields.values)
    groups, group = np.unique(lines.key * width + fields.codes, return_inverse=True)
    found = {}
    for at, pair in enumerate(groups.tolist()):
        sums = exact.columns(lines.costs.cells_cents[group == at])
        for party, cents in zip(standing.parties, sums, strict=True):
            if cents:
                found[party, standing.keys[pair // width], fields.values[pair % width]] = cents
    return found


def payments(session: Session, standing: Standing, version: Agreement) -> Iterator[Move]:
    """Yield what paying moves; the account holder's own amount passes through its account."""
    holder = version.agreement.account_holder
    for row in _of(session, standing, _TRANSFER):
        if holder not in {row.payer, row.payee} or version.settlement.transfers == "direct":
            yield Move(accounts.position(row.payee), accounts.position(row.payer), row.amount_cents)
        elif row.payer == holder:
            yield Move(accounts.position(row.payee), accounts.BANK, row.amount_cents)
        else:
            yield Move(accounts.BANK, accounts.position(row.payer), row.amount_cents)
    if version.settlement.transfers == "hub":
        for row in _of(session, standing, _POSITION):
            if row.party == holder:
                yield Move(accounts.position(holder), accounts.HOLDER, row.transferred_cents)


def _of(session: Session, standing: Standing, table: Any) -> Sequence[Any]:
    proposal = standing.proposal
    asked = (
        select(table)
        .where(table.c.fund_id == proposal.fund_id, table.c.proposal == proposal.sequence)
        .order_by(*table.primary_key.columns)
    )
    return session.connection().execute(asked).all()
