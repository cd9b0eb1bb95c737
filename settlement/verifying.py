"""What verification knows of settlements: what was proposed, said, and booked of them.

The rows of a proposal are held to the Merkle root in its event, and worked out anew
(``settlement.resettling``); the transfers of booking and paying to what follows from these rows.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledger import commitments, funds, merkle, store
from ledger.tables import (
    Approval,
    ObjectedLine,
    Proposal,
    SetApart,
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementState,
    SettlementTransfer,
    SettlementVector,
)
from ledger.verify import journal
from ledger.verify.misfits import Misfit
from ledger.verify.pages import More
from ledger.verify.rows import Shape
from settlement import booking, proposal_rows, resettling, states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar
    from settlement.states import Standing

_PROPOSAL: Final = store.table(Proposal)
PROPOSAL: Final = Shape(
    model=Proposal,
    told={
        name: name
        for name in (
            *("period_from", "period_until", "number", "final", "dated", "frozen"),
            *("facts_sha256", "root"),
        )
    },
    beside=tuple(
        _PROPOSAL.c[name] for name in ("parties", "keys", "about", "salt", "unreconciled")
    ),
)
APPROVAL: Final = Shape(
    model=Approval,
    told={name: name for name in ("line", "proposal", "party", "verdict", "person_id")},
    beside=tuple(store.table(Approval).c[name] for name in ("salt", "reason")),
)
OBJECTED: Final = Shape(model=ObjectedLine, told={name: name for name in ("line", "spending")})
STATE: Final = Shape(model=SettlementState, told={"proposal": "proposal", "state": "state"})
SHAPES: Final = (PROPOSAL, APPROVAL, OBJECTED, STATE)
_UNDER_A_ROOT: Final = (
    SettlementVector,
    SettlementLine,
    SettlementAdjustment,
    SettlementPosition,
    SettlementTransfer,
    SetApart,
)


def proposed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a proposal, and the rows under its root."""
    number, told = event.number, event.told
    found = so_far.rows(PROPOSAL, number)
    yield from PROPOSAL.misfits(number, [told], found)
    for *_, parties, keys, about, salt, why in found:
        sealed = ("unreconciled", salt, why)
        yield from _misfits_of_text(event, so_far, f"proposal {number}", sealed)
        if hashlib.sha256(about.encode()).hexdigest() != told.get("about_sha256"):
            yield Misfit(
                f"proposal {number}, about", f"is not what event {number} commits to", number
            )
        rows = proposal_rows.on_record(
            so_far.session, so_far.fund.id, number, json.loads(parties), json.loads(keys)
        )
        if merkle.root(proposal_rows.leaves(rows)).hex() != told.get("root"):
            yield Misfit(
                f"proposal {number}",
                f"its lines, weights, adjustments, positions or transfers are not those that "
                f"event {number} proposed",
                number,
            )
            yield from resettling.cell(so_far, _of_number(so_far, number), rows)
    yield from _state(event, so_far, number, "proposed")
    so_far.closed_until = max(str(so_far.closed_until), str(told["period_until"]))
    so_far.adjusting_from = None


def said(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit what organisations said of a proposal."""
    number, told = event.number, event.told
    person = None if told["verdict"] == "silent" else event.actor
    wanted = [
        {
            "line": line,
            "proposal": told["proposal"],
            "party": party,
            "verdict": told["verdict"],
            "person_id": person,
        }
        for line, party in enumerate(told["parties"], 1)
    ]
    found = so_far.rows(APPROVAL, number)
    yield from APPROVAL.misfits(number, wanted, found)
    for *_, salt, reason in found:
        sealed = ("reason", salt, reason)
        yield from _misfits_of_text(event, so_far, f"approval {number}", sealed)
    lines = [{"line": 1, "spending": each} for each in told.get("lines", ())]
    yield from OBJECTED.misfits(number, lines, so_far.rows(OBJECTED, number))


def taken_back(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a proposal that went back to draft."""
    standing = _standing(so_far, event)
    so_far.adjusting_from = standing.period.start.isoformat()
    so_far.closed_until = min(str(so_far.closed_until), so_far.adjusting_from)
    yield from _state(event, so_far, event.told["proposal"], "draft")


def agreed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a proposal that was agreed."""
    yield from _state(event, so_far, event.told["proposal"], "agreed")


def booked(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the booking of a proposal."""
    yield from _state(event, so_far, event.told["proposal"], "booked")
    standing = _standing(so_far, event)
    known = funds.known(so_far.session, so_far.fund.code, frozen=event.number)
    moves = list(booking.moves(so_far.session, standing, known.agreements))
    so_far.bound_cents += booking.bound(so_far.session, standing).by_booking
    yield from journal.misfits(event, so_far, standing.period.last_day.isoformat(), moves)


def paid(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the payments of a settlement."""
    yield from _state(event, so_far, event.told["proposal"], "paid")
    standing = _standing(so_far, event)
    known = funds.known(so_far.session, so_far.fund.code, frozen=event.number)
    version = booking.version_of(known.agreements, standing)
    moves = list(booking.payments(so_far.session, standing, version))
    so_far.bound_cents += booking.bound(so_far.session, standing).by_paying
    yield from journal.misfits(event, so_far, event.told["paid_on"], moves)


KINDS: Final[Mapping[str, Callable[[Event, SoFar], Iterator[Misfit]]]] = {
    "settlement.proposed": proposed,
    "settlement.approved": said,
    "settlement.objected": said,
    "settlement.silence": said,
    "settlement.draft": taken_back,
    "settlement.agreed": agreed,
    "settlement.booked": booked,
    "settlement.paid": paid,
}
"""By kind of act: what does not fit what it wrote."""


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield rows under proposals that are not there."""
    there = select(_PROPOSAL.c.sequence).where(_PROPOSAL.c.fund_id == so_far.fund.id)
    for model in _UNDER_A_ROOT:
        table = store.table(model)
        asked = select(table.c.proposal).where(
            table.c.fund_id == so_far.fund.id, table.c.proposal.not_in(there)
        )
        for (proposal,) in so_far.session.connection().execute(asked.distinct()):
            yield Misfit(
                f"{table.name} of proposal {proposal}",
                "no event of the trail proposed it",
                proposal,
            )


MORE: Final = More(shapes=SHAPES, kinds=KINDS, at_the_end=(at_the_end, resettling.at_the_end))
"""All of this, for ``ledger.verify.run``."""


def _state(event: Event, so_far: SoFar, proposal: int, state: str) -> Iterator[Misfit]:
    told = [{"proposal": proposal, "state": state}]
    yield from STATE.misfits(event.number, told, so_far.rows(STATE, event.number))


def _standing(so_far: SoFar, event: Event) -> Standing:
    return _of_number(so_far, event.told["proposal"])


def _of_number(so_far: SoFar, number: int) -> Standing:
    proposal = so_far.session.get(Proposal, (so_far.fund.id, number))
    if proposal is None:
        raise LookupError(f"proposal {number} is missing")
    return states.Standing(proposal=proposal, state="", steps=())


def _misfits_of_text(
    event: Event, so_far: SoFar, where: str, sealed: tuple[str, bytes | None, str | None]
) -> Iterator[Misfit]:
    """Yield what does not fit a text that an event commits to: its name, salt and value."""
    name, salt, text = sealed
    told = event.told.get(name)
    if event.number in so_far.lost or (salt is None and told is not None):
        so_far.gone(where.split(maxsplit=1)[0], event.number)
    if event.number in so_far.lost:
        return
    if salt is None:
        if text is not None:
            yield Misfit(where, f"its salt is gone but not its {name}; erase both", event.number)
    elif commitments.of_fields(salt, {name: text}) != told:
        yield Misfit(where, f"event {event.number} commits to another {name}", event.number)
