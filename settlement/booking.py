"""Booking and paying a settlement: what was agreed enters the journal, and moves no more.

Booking charges each organisation the costs that fell on it, per key and task field, and
brings together on its position what it paid in, what it advanced and what it bears. After
it, a position (credit) is what the fund owes the organisation: its balance and what was
carried to it. Paying moves what is transferred.

Source:
    The settlement rules, Positions; Transfers; Year-end and budgets.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from ledger import accounts, funds, journal, people, store, trail
from ledger.agreement.versions import latest
from ledger.journal import Move
from ledger.tables import (
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementTransfer,
    Spending,
    Transfer,
)
from settlement import agreeing, packing, states

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from settlement.states import Standing

TASK_FIELD: Final = "6.23"
"""Where the agreement gives a category none: access and first-line provisions, integral.

Source: Iv3 2025 and later, task field 6.23.
"""

_SPENDING: Final = store.table(Spending)
_LINE: Final = store.table(SettlementLine)
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
    people.require(session, end.fund_id, act, roles_=_MAY_BOOK, on=act.day(end.timezone))
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
    moves = list(_moves(session, standing, agreements))
    sequence = agreeing.step(end, standing, "booked", act)
    store.insert(
        session,
        Transfer,
        journal.lines(end.fund_id, sequence, standing.period.last_day, moves),
    )
    return standing


_MAY_BOOK: Final = ("finance", "administrator")


def pay(session: Session, fund: str, *, act: Act) -> Standing:
    """Record that what a booked settlement transfers was paid.

    Raises:
        NoSettlement: None is booked and waits to be paid.
        RoleNeeded: Whoever acts is not of finance.
    """
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=_MAY_BOOK, on=act.day(end.timezone))
    standing = states.unpaid(session, end.fund_id)
    agreements = funds.known(session, fund).agreements
    version = latest(agreements, standing.period.last_day)
    assert version is not None, "a period was settled under a version"
    moves = list(payments(session, standing, version))
    end.pool_cents += sum(
        (move.amount_cents if move.debit == accounts.BANK else -move.amount_cents)
        for move in moves
        if accounts.BANK in {move.debit, move.credit}
    )
    sequence = agreeing.step(end, standing, "paid", act)
    store.insert(
        session, Transfer, journal.lines(end.fund_id, sequence, act.day(end.timezone), moves)
    )
    return standing


def _moves(session: Session, standing: Standing, agreements: Sequence[Agreement]) -> Iterator[Move]:
    """Yield what booking moves: costs, the ladder, and what comes together on positions."""
    fields = task_fields(agreements)
    for (party, key, field), cents in costs(session, standing, fields).items():
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


def task_fields(agreements: Sequence[Agreement]) -> Mapping[str, str]:
    """Return the Iv3 task field of each category that has one, newest version first."""
    return {
        category.code: category.task_field
        for version in agreements
        for category in version.category
        if category.task_field is not None
    }


def costs(
    session: Session, standing: Standing, fields: Mapping[str, str]
) -> dict[tuple[str, str, str], int]:
    """Return what fell on each organisation, in cents, per key and task field, in order."""
    proposal, parties, keys = standing.proposal, standing.parties, standing.keys
    sums: dict[tuple[int, str], np.ndarray[Any, np.dtype[np.int64]]] = defaultdict(
        lambda: np.zeros(len(parties), dtype=np.int64)
    )
    asked = (
        select(_LINE.c.key, _SPENDING.c.category, _LINE.c.cells)
        .join(
            _SPENDING,
            (_SPENDING.c.fund_id == _LINE.c.fund_id) & (_SPENDING.c.sequence == _LINE.c.spending),
        )
        .where(_LINE.c.fund_id == proposal.fund_id, _LINE.c.proposal == proposal.sequence)
    )
    for rows in store.stream(session, asked):
        cells = packing.unpack_cells([packed for _, _, packed in rows], parties=len(parties))
        groups: dict[tuple[int, str], list[int]] = defaultdict(list)
        for at, (key, category, _) in enumerate(rows):
            groups[key, fields.get(category, TASK_FIELD)].append(at)
        for group, members in groups.items():
            sums[group] += cells[members].sum(axis=0)
    return {
        (party, keys[key], field): int(total[at])
        for (key, field), total in sorted(sums.items())
        for at, party in enumerate(parties)
        if total[at]
    }


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
