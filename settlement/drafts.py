"""A settlement worked out from the ledger: one moment of it, frozen, through the engine.

Nothing is written here, so anyone may look: a preview, a proposal, an export of what was
proposed, and the year as it stands are all worked out in the same way.

Source:
    The settlement rules, Agreement between the organisations (frozen facts).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ledger import funds
from ledger.errors import Mistake, WrongInput
from ledger.tables import Head
from settlement import booked, engine, from_ledger, states
from settlement.eras import in_order

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray
    from sqlmodel import Session

    from ledger.facts import Spendings
    from ledger.periods import Period
    from settlement.engine import Working
    from settlement.from_ledger import LedgerFacts, Reads
    from settlement.results import Settlement
    from settlement.states import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a settlement leaves to choose.

    Args:
        period: What to settle.
        final: Whether it is the fund's last settlement.
        dated: The date on the papers; ``None`` for the period's last day.
        set_apart: Ids of disputed spendings that are left for the next settlement.
        accrued: Whether what was spent in the period counts though it is booked later: not
            for a settlement, but for the accounts of a year.
    """

    period: Period
    final: bool = False
    dated: date | None = None
    set_apart: frozenset[str] = field(default=frozenset())
    accrued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A settlement that was worked out from the facts up to a sequence of the trail."""

    fund: str
    fund_id: int
    frozen: int
    facts: LedgerFacts
    earlier: tuple[Standing, ...]  # the booked settlements before it, oldest first
    choices: Choices
    settled: Settlement
    working: Working


def work_out(
    session: Session,
    fund: str,
    choices: Choices,
    *,
    frozen: int | None = None,
    facts: LedgerFacts | None = None,
    of: Reads | None = None,
) -> Draft:
    """Work a settlement out from the ledger; nothing is written.

    Args:
        session: That sees one moment (``store.reading``).
        fund: Code of the fund.
        choices: What to settle, and how.
        frozen: Sequence up to which facts count; ``None`` for all there are.
        facts: All facts of the fund, at least up to there, where somebody has them already;
            ``None`` to read them.
        of: What is read of that which may be erased; ``None`` for what the agreement asks.

    Raises:
        WrongInput: The facts cannot be settled; every mistake that is known is named.
        NotCertified: The division could not be proved.
    """
    known = funds.known(session, fund, frozen=frozen)
    if frozen is None:
        frozen = session.get_one(Head, known.id).sequence
    earlier = tuple(
        each
        for each in states.booked(session, known.id, frozen=frozen)
        if each.period.until <= choices.period.start
    )
    parties = tuple(party.code for party in in_order(known.agreements))
    of = of or from_ledger.reads(known.agreements)
    if facts is None:
        facts = from_ledger.read(session, known.id, frozen=frozen, parties=parties, of=of)
    else:
        facts = from_ledger.up_to(session, known.id, facts, frozen=frozen, parties=parties, of=of)
    _refuse_unknown(choices.set_apart, facts)
    done = booked.settled(session, facts, earlier)
    if choices.accrued:
        facts = replace(facts, spendings=_accrued(facts.spendings, done, choices.period))
    settled, working = engine.settle(
        engine.Order(
            agreements=known.agreements,
            spendings=facts.spendings,
            savings=facts.savings,
            period=choices.period,
            runs=booked.runs(session, facts, earlier, settled_rows=done, parties=parties),
            settled=done,
            final=choices.final,
            dated=choices.dated,
            received=from_ledger.received(session, known.id, choices.period, frozen=frozen),
            set_apart=choices.set_apart,
        )
    )
    return Draft(
        fund=fund,
        fund_id=known.id,
        frozen=frozen,
        facts=facts,
        earlier=earlier,
        choices=choices,
        settled=settled,
        working=working,
    )


def _accrued(spendings: Spendings, done: NDArray[np.bool_], period: Period) -> Spendings:
    """Count what was spent before the period's end in it, on its last day at the latest."""
    until = period.until.toordinal()
    late = ~done & (spendings.spent_on < until) & (spendings.booked_on >= until)
    booked_on = np.where(late, until - 1, spendings.booked_on)
    return replace(spendings, days={**spendings.days, "booked_on": booked_on})


def _refuse_unknown(spendings: Collection[str], facts: LedgerFacts) -> None:
    there = facts.spendings.rows_of(sorted(spendings))
    lost = [each for each in sorted(spendings) if each not in there]
    if lost:
        raise WrongInput(Mistake("--set-apart", f"{each!r} is not a spending") for each in lost)
