"""Payments of settlements, as far as they go over the pool's account.

With the account holder between all, each organisation pays it or is paid by it; where
organisations pay each other, nothing of it is on the account.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import references, store
from ledger.agreement.versions import latest
from ledger.tables import Proposal, SettlementState, SettlementTransfer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlmodel import Session

    from ledger.funds import Known

_PROPOSAL: Final = store.table(Proposal)
_STATE: Final = store.table(SettlementState)
_TRANSFER: Final = store.table(SettlementTransfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What an organisation pays to the pool's account, or is paid from it.

    Args:
        proposal: The sequence of the settlement's proposal.
        party: Code of the organisation.
        reference: What it quotes.
        amount_cents: As the bank shows it: negative where it leaves the account.
        due_on: The day on which it should be there.
        paid: The sequence of the act that recorded the settlement as paid, if any.
    """

    proposal: int
    party: str
    reference: str
    amount_cents: int
    due_on: date
    paid: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settlement:
    """The last proposal of a period, its name on papers, and its steps by state."""

    proposal: Any
    reference: str
    steps: dict[str, int]


def payments(session: Session, known: Known) -> tuple[Payment, ...]:
    """Return the payments of all settlements that are booked, in order."""
    return tuple(
        payment
        for each in _settlements(session, known)
        if "booked" in each.steps
        for payment in _of(session, known, each)
    )


def quoted(session: Session, known: Known) -> list[str]:
    """Return every reference that a payer may quote, also of what is not booked yet."""
    return [
        references.of_payment(each.reference, party)
        for each in _settlements(session, known)
        for party in sorted(known.parties)
    ]


def _settlements(session: Session, known: Known) -> Iterator[_Settlement]:
    asked = (
        select(_PROPOSAL)
        .where(_PROPOSAL.c.fund_id == known.id)
        .order_by(_PROPOSAL.c.period_from, _PROPOSAL.c.sequence)
    )
    last = {row.period_from: row for row in session.connection().execute(asked)}
    steps: dict[int, dict[str, int]] = {}
    for row in session.connection().execute(select(_STATE).where(_STATE.c.fund_id == known.id)):
        steps.setdefault(row.proposal, {})[row.state] = row.sequence
    in_year: Counter[int] = Counter()
    for proposal in last.values():
        year = (proposal.period_until - timedelta(days=1)).year
        in_year[year] += 1
        yield _Settlement(
            proposal=proposal,
            reference=references.of_settlement(known.code, year, in_year[year]),
            steps=steps[proposal.sequence],
        )


def _of(session: Session, known: Known, settled: _Settlement) -> Iterator[Payment]:
    proposal = settled.proposal
    version = latest(known.agreements, proposal.period_until - timedelta(days=1))
    assert version is not None, "a period was settled under a version"
    if version.settlement.transfers != "hub":
        return
    asked = select(_TRANSFER).where(
        _TRANSFER.c.fund_id == known.id, _TRANSFER.c.proposal == proposal.sequence
    )
    holder = version.agreement.account_holder
    for row in session.connection().execute(asked.order_by(*_TRANSFER.primary_key.columns)):
        out = row.payer == holder
        party = row.payee if out else row.payer
        yield Payment(
            proposal=proposal.sequence,
            party=party,
            reference=references.of_payment(settled.reference, party),
            amount_cents=-row.amount_cents if out else row.amount_cents,
            due_on=proposal.dated + timedelta(days=version.settlement.payment_days),
            paid=settled.steps.get("paid"),
        )
