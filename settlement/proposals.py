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

from ledger import funds, merkle, money, store, trail
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.tables import (
    Head,
    Proposal,
    SetApart,
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementState,
    SettlementTransfer,
    SettlementVector,
)
from settlement import booked, engine, from_ledger, packing, states
from settlement.eras import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.periods import Period
    from settlement.engine import Working
    from settlement.from_ledger import LedgerFacts
    from settlement.results import Settlement
    from settlement.states import Standing


class OutOfOrder(Conflict):
    """Settlements follow each other: this period is not the next one."""

    slug = "settlement-out-of-order"


class PeriodNotOver(Conflict):
    """The period has days to come."""

    slug = "period-not-over"


class FactsMoved(Conflict):
    """Another act changed how the settlement stands while this one was worked out."""

    slug = "facts-moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A settlement that was worked out from the ledger, and that nobody has seen yet."""

    fund: str
    fund_id: int
    frozen: int
    facts: LedgerFacts
    settled: Settlement
    working: Working
    set_apart: frozenset[str]
    number: int  # that its proposal will have


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal on record."""

    sequence: int
    number: int
    root: bytes


def prepare(  # noqa: PLR0913 - these are the choices that a settlement leaves
    session: Session,
    fund: str,
    period: Period,
    *,
    final: bool = False,
    dated: date | None = None,
    set_apart: Collection[str] = (),
    frozen: int | None = None,
) -> Draft:
    """Work a settlement out from the ledger; nothing is written.

    Args:
        session: That sees one moment (``store.reading``).
        fund: Code of the fund.
        period: What to settle.
        final: Whether this is the fund's last settlement.
        dated: The date on the papers; ``None`` for the period's last day.
        set_apart: Ids of disputed spendings that are left for the next settlement.
        frozen: Sequence up to which facts count; ``None`` for all there are.

    Raises:
        OutOfOrder: The period does not follow what was settled before.
        WrongInput: The facts cannot be settled; every mistake that is known is named.
        NotCertified: The division could not be proved.
    """
    known = funds.known(session, fund, frozen=frozen)
    if frozen is None:
        frozen = session.get_one(Head, known.id).sequence
    before = states.all_of(session, known.id, frozen=frozen)
    number = _refuse_out_of_order(before, period)
    earlier = [each for each in before if each.is_booked and each.period.until <= period.start]
    parties = tuple(party.code for party in in_order(known.agreements))
    facts = from_ledger.read(session, known.id, frozen=frozen, parties=parties)
    done = booked.settled(session, facts, earlier)
    _refuse_unknown(set_apart, facts)
    settled, working = engine.settle(
        engine.Order(
            agreements=known.agreements,
            spendings=facts.spendings,
            savings=facts.savings,
            period=period,
            runs=booked.runs(session, facts, earlier, settled_rows=done, parties=parties),
            settled=done,
            final=final,
            dated=dated,
            received=from_ledger.received(session, known.id, period, frozen=frozen),
            set_apart=frozenset(set_apart),
        )
    )
    return Draft(
        fund=fund,
        fund_id=known.id,
        frozen=frozen,
        facts=facts,
        settled=settled,
        working=working,
        set_apart=frozenset(set_apart),
        number=number,
    )


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
        unreconciled: Why it is proposed though the books do not agree with the bank.

    Raises:
        PeriodNotOver: The period has days to come.
        FactsMoved: How the fund's settlements stand changed since the draft.
    """
    end = trail.lock(session, draft.fund)
    period = draft.settled.period
    if act.day(end.timezone) < period.until:
        raise PeriodNotOver(
            f"the period ends on {period.last_day}; it can be proposed from {period.until} on",
            until=period.until.isoformat(),
        )
    number = _refuse_out_of_order(states.all_of(session, end.fund_id), period)
    if number != draft.number:
        raise FactsMoved("another proposal was made meanwhile; work it out again")
    proposal = _proposal(draft, record(draft.settled).decode(), unreconciled)
    rows = _rows(draft, end.sequence + 1)
    proposal["root"] = merkle.root(leaves(rows))
    event = end.append(act, "settlement.proposed", told(proposal))
    end.closed_until, end.adjusting_from = max(end.closed_until, period.until), None
    end.write([event])
    _write(session, {**proposal, "sequence": event["sequence"]}, rows)
    return Proposed(sequence=event["sequence"], number=draft.number, root=proposal["root"])


def told(proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the trail says of a proposal: every column of its row, and the root."""
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
        "unreconciled": proposal["unreconciled"],
    }


def _proposal(draft: Draft, about: str, unreconciled: str | None) -> dict[str, Any]:
    settled = draft.settled
    return {
        "fund_id": draft.fund_id,
        "period_from": settled.period.start,
        "period_until": settled.period.until,
        "number": draft.number,
        "final": settled.final,
        "dated": settled.dated,
        "frozen": draft.frozen,
        "facts_sha256": bytes.fromhex(settled.facts_sha256),
        "unreconciled": unreconciled,
        "parties": json.dumps([party.code for party in settled.parties]),
        "keys": json.dumps(list(settled.keys)),
        "about": about,
    }


def _refuse_out_of_order(before: Sequence[Standing], period: Period) -> int:
    """Return the number of the next proposal for a period, if it is the next to settle."""
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


def _refuse_unknown(spendings: Collection[str], facts: LedgerFacts) -> None:
    there = facts.spendings.rows_of(sorted(spendings))
    lost = [each for each in sorted(spendings) if each not in there]
    if lost:
        raise WrongInput(Mistake("--set-apart", f"{each!r} is not a spending") for each in lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a proposal, in the order in which its Merkle root counts them."""

    parties: Sequence[str]
    keys: Sequence[str]
    vectors: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    transfers: list[dict[str, Any]]
    set_apart: list[dict[str, Any]]


def leaves(rows: Rows) -> Iterator[bytes]:
    """Yield the leaves of a proposal's Merkle tree.

    The first names the order of parties and keys; then come, each in the order of its
    numbers, vectors, lines, adjustments, positions, transfers and spendings set apart. A
    leaf is ASCII words with a blank between, and what is packed in hexadecimal.
    """
    yield json.dumps([list(rows.parties), list(rows.keys)], ensure_ascii=True).encode()
    for row in rows.vectors:
        yield b"vector %d %s" % (row["vector"], row["weights"].hex().encode())
    for row in rows.lines:
        yield line_leaf(row)
    for name in ("adjustments", "positions", "transfers", "set_apart"):
        for row in getattr(rows, name):
            told = [f"{value}" for column, value in row.items() if column not in _OF_ALL]
            yield f"{name} {' '.join(told)}".encode()


def line_leaf(row: dict[str, Any]) -> bytes:
    """Return the leaf of one line."""
    return b"line %d %d %d %d %d %s" % (
        row["spending"],
        row["key"],
        row["vector"],
        row["reason"],
        row["standing"],
        row["cells"].hex().encode(),
    )


_OF_ALL = frozenset({"fund_id", "proposal"})


def _rows(draft: Draft, sequence: int) -> Rows:
    settled = draft.settled
    of_all = {"fund_id": draft.fund_id, "proposal": sequence}
    return Rows(
        parties=[party.code for party in settled.parties],
        keys=settled.keys,
        vectors=[
            {**of_all, "vector": number, "weights": packing.pack_vector(vector)}
            for number, vector in enumerate(settled.vectors, 1)
        ],
        lines=_lines(draft, of_all),
        adjustments=[
            {
                **of_all,
                "step": each.step,
                "party": each.party,
                "amount_cents": each.amount_cents,
            }
            for each in settled.adjustments
        ],
        positions=_positions(settled, of_all),
        transfers=[
            {
                **of_all,
                "payer": each.payer,
                "payee": each.payee,
                "amount_cents": each.amount_cents,
            }
            for each in settled.transfers
        ],
        set_apart=[
            {**of_all, "spending": int(draft.facts.sequence[row])}
            for row in sorted(draft.facts.spendings.rows_of(sorted(draft.set_apart)).values())
        ],
    )


def _lines(draft: Draft, of_all: dict[str, int]) -> list[dict[str, Any]]:
    lines = draft.settled.lines
    columns = zip(
        draft.facts.sequence[draft.working.selection.rows].tolist(),
        lines.key.tolist(),
        (lines.vector + 1).tolist(),
        lines.reason.tolist(),
        lines.standing.tolist(),
        packing.pack_cells(lines.cells_cents),
        strict=True,
    )
    return [
        {
            **of_all,
            "spending": spending,
            "key": key,
            "vector": vector,
            "reason": reason,
            "standing": standing,
            "cells": cells,
        }
        for spending, key, vector, reason, standing, cells in columns
    ]


def _positions(settled: Settlement, of_all: dict[str, int]) -> list[dict[str, Any]]:
    columns = [
        name
        for name in SettlementPosition.model_fields
        if name not in {"fund_id", "proposal", "party", "exact_cost_share"}
    ]
    return [
        {
            **of_all,
            "party": each.party,
            "exact_cost_share": money.exact_text(each.exact_cost_share),
            **{name: getattr(each, name) for name in columns},
        }
        for each in settled.positions
    ]


def _write(session: Session, proposal: dict[str, Any], rows: Rows) -> None:
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
