"""Proposing a settlement: the facts are frozen, divided, and written with their proof.

A settlement is worked out from one moment of the ledger, without locking it: professionals
record meanwhile. What they record counts from the next settlement on, because the facts of
this one end at a sequence of the trail.

Source:
    The settlement rules, Agreement between the organisations; Dates, order, versions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger import commitments, funds, merkle, people, screening, store, trail
from ledger.bank_account import reconciling
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.tables import (
    Proposal,
    SetApart,
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementState,
    SettlementTransfer,
    SettlementVector,
)
from settlement import drafts, proposal_rows, since, states

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.periods import Period
    from settlement.drafts import Choices, Draft
    from settlement.results import Settlement
    from settlement.states import Standing


class OutOfOrder(Conflict):
    """Settlements follow each other: this period is not the next one."""

    slug = "settlement-out-of-order"


class PeriodNotOver(Conflict):
    """The period has days to come."""

    slug = "period-not-over"


class FactsMoved(Conflict):
    """Another act changed what this one rests on while it was worked out."""

    slug = "facts-moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal on record."""

    sequence: int
    number: int
    root: bytes


def prepare(session: Session, fund: str, choices: Choices) -> Draft:
    """Work a settlement out that can be proposed; nothing is written.

    Args:
        session: That sees one moment (``store.reading``).
        fund: Code of the fund.
        choices: What to settle, and how.

    Raises:
        OutOfOrder: The period does not follow what was settled before.
        WrongInput: The facts cannot be settled; every mistake that is known is named.
        NotCertified: The division could not be proved.
    """
    known = funds.known(session, fund)
    number_of_next(states.all_of(session, known.id), choices.period)
    return drafts.work_out(session, fund, choices)


def propose(
    session: Session,
    draft: Draft,
    *,
    act: Act,
    record: Callable[[Settlement], bytes],
    unreconciled: str | None = None,
) -> Proposed:
    """Write a settlement as a proposal, and close its period.

    Args:
        session: Of the act.
        draft: What was worked out.
        act: Who proposes, and when.
        record: Writes a settlement as JSON: its ``settlement.json``.
        unreconciled: Why it is proposed though the pool's account does not reconcile at
            the period's end, as somebody of finance says; it may be erased, and the trail only
            commits to it. As long as the fund imported no statement there is nothing to
            reconcile.

    Raises:
        WrongInput: Why it does not reconcile is empty, or cannot be kept.
        PeriodNotOver: The period has days to come.
        DoesNotReconcile: The pool's account does not reconcile, and nobody says why.
        RoleNeeded: Whoever proposes is not of finance.
        FactsMoved: How the fund's settlements stand changed since the draft.
    """
    _refuse_no_reason(unreconciled)
    end = trail.lock(session, draft.fund)
    people.require(session, end.fund_id, act, roles_=people.MAY_KEEP, on=act.day(end.timezone))
    period = draft.settled.period
    if act.day(end.timezone) < period.until:
        raise PeriodNotOver(
            f"the period ends on {period.last_day}; it can be proposed from {period.until} on",
            until=period.until.isoformat(),
        )
    before = states.all_of(session, end.fund_id)
    number = number_of_next(before, period)
    if tuple(each.proposal.sequence for each in before if each.is_booked) != tuple(
        each.proposal.sequence for each in draft.earlier
    ):
        raise FactsMoved("another settlement was booked meanwhile; work it out again")
    _refuse_withdrawn(session, draft)
    if unreconciled is None:
        reconciling.refuse_unreconciled(session, draft.fund, period.last_day)
    proposal = _proposal(draft, record(draft.settled).decode())
    proposal["number"] = number
    if unreconciled is not None:
        salt = act.random(commitments.SALT_BYTES)
        proposal |= {"salt": salt, "unreconciled": unreconciled}
    rows = proposal_rows.of(draft, end.sequence + 1)
    proposal["root"] = merkle.root(proposal_rows.leaves(rows))
    event = end.append(act, "settlement.proposed", told(proposal))
    end.closed_until, end.adjusting_from = max(end.closed_until, period.until), None
    end.write([event])
    _write(session, {**proposal, "sequence": event["sequence"]}, rows)
    return Proposed(sequence=event["sequence"], number=number, root=proposal["root"])


def _refuse_no_reason(why: str | None) -> None:
    if why is not None:
        what = screening.wrong_note(why) if why.strip() else "is empty; say what is not found yet"
        if what:
            raise WrongInput([Mistake("--unreconciled", what)])


def _refuse_withdrawn(session: Session, draft: Draft) -> None:
    """Refuse facts that rest on what was withdrawn since: nothing would true its lines up."""
    if since.is_withdrawn(session, draft.fund_id, frozen=draft.frozen):
        raise FactsMoved("the board withdrew something meanwhile; work it out again")


def told(proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the trail says of a proposal: every column of its row, and the root."""
    why = proposal["unreconciled"]
    return {
        "period_from": proposal["period_from"].isoformat(),
        "period_until": proposal["period_until"].isoformat(),
        "number": proposal["number"],
        "final": proposal["final"],
        "dated": proposal["dated"].isoformat(),
        "frozen": proposal["frozen"],
        "facts_sha256": proposal["facts_sha256"].hex(),
        "root": proposal["root"].hex(),
        "about_sha256": hashlib.sha256(proposal["about"].encode()).hexdigest(),
        "unreconciled": why and commitments.of_fields(proposal["salt"], {"unreconciled": why}),
    }


def _proposal(draft: Draft, about: str) -> dict[str, Any]:
    settled = draft.settled
    return {
        "fund_id": draft.fund_id,
        "period_from": settled.period.start,
        "period_until": settled.period.until,
        "final": settled.final,
        "dated": settled.dated,
        "frozen": draft.frozen,
        "facts_sha256": bytes.fromhex(settled.facts_sha256),
        "salt": None,
        "unreconciled": None,
        "parties": json.dumps([party.code for party in settled.parties]),
        "keys": json.dumps(list(settled.keys)),
        "about": about,
    }


def number_of_next(before: Sequence[Standing], period: Period) -> int:
    """Return the number of the next proposal for a period, if it is the next to settle.

    Raises:
        OutOfOrder: It does not follow what was settled before.
        WrongState: It was proposed, and is not back in draft.
    """
    here = [each for each in before if each.period.start == period.start]
    others = [each for each in before if each.period.start != period.start]
    for each in others:
        if not each.is_booked:
            raise OutOfOrder(
                f"settlement {each.name} is {each.state}; book it before another period is settled",
                settlement=each.name,
            )
    last = max((each.period.until for each in others), default=None)
    if last is not None and period.start != last:
        raise OutOfOrder(
            f"the settlement before ends on {others[-1].period.last_day}; settle from {last} on",
            settle_from=last.isoformat(),
        )
    if any(each.proposal.final for each in others):
        raise OutOfOrder("the settlement before is final: the fund is closed")
    if not here:
        return 1
    standing = here[0]
    if standing.state != "draft" or standing.period != period:
        raise states.WrongState(
            f"settlement {standing.name} is {standing.state}; a new proposal needs it back in "
            "draft, for the same days",
            settlement=standing.name,
            state=standing.state,
        )
    return standing.proposal.number + 1


def _write(session: Session, proposal: dict[str, Any], rows: proposal_rows.Rows) -> None:
    state = {
        "fund_id": proposal["fund_id"],
        "sequence": proposal["sequence"],
        "proposal": proposal["sequence"],
        "state": "proposed",
    }
    for model, written in (
        (Proposal, [proposal]),
        (SettlementVector, rows.vectors),
        (SettlementLine, rows.lines),
        (SettlementAdjustment, rows.adjustments),
        (SettlementPosition, rows.positions),
        (SettlementTransfer, rows.transfers),
        (SetApart, rows.set_apart),
        (SettlementState, [state]),
    ):
        store.insert(session, model, written)
