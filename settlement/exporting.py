"""A settlement on record, worked out once more from the facts that it froze.

The same facts give the same figures, so what comes out is what was proposed; that is
checked, not assumed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger import funds
from ledger.errors import NotProved
from ledger.tables import Event
from settlement import drafts, from_ledger, states
from settlement.drafts import Choices
from settlement.results import Head
from settlement.states import NoSettlement

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from settlement.drafts import Draft
    from settlement.engine import Working
    from settlement.from_ledger import LedgerFacts
    from settlement.results import Settlement
    from settlement.states import Standing


def again(session: Session, fund: str, start: date | None) -> tuple[Settlement, Working]:
    """Work a settlement on record out once more, with the head of the trail that proposed it.

    It says whether it is booked by now.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        start: First day of the settlement; ``None`` for the last one there is.

    Raises:
        NoSettlement: There is none, or none that begins on that day.
        NotProved: The facts that it froze give something else now.
    """
    found = [
        each
        for each in states.all_of(session, funds.known(session, fund).id)
        if start in {None, each.period.start}
    ]
    if not found:
        when = "" if start is None else f" that begins on {start}"
        raise NoSettlement(f"fund {fund} has no settlement{when}", fund=fund)
    draft = redone(session, fund, found[-1])
    head, unbooked = _head(session, found[-1]), not found[-1].is_booked
    return replace(draft.settled, head=head, unbooked=unbooked), draft.working


def _head(session: Session, standing: Standing) -> Head:
    """Return where the trail ended when the settlement was proposed: what papers print."""
    proposal = standing.proposal
    event = session.get_one(Event, (proposal.fund_id, proposal.sequence))
    return Head(sequence=event.sequence, sha256=event.hash.hex())


def redone(session: Session, fund: str, standing: Standing) -> Draft:
    """Return the draft of a settlement on record, from the facts that it froze.

    Raises:
        NotProved: It gives other facts than were settled.
    """
    draft = work_out_again(session, fund, standing)
    if not is_redone(draft, standing):
        raise NotProved(
            f"settlement {standing.name}: the facts on record are not those that were settled; "
            "run overbrug verify"
        )
    return draft


def work_out_again(
    session: Session, fund: str, standing: Standing, *, facts: LedgerFacts | None = None
) -> Draft:
    """Return what follows from the facts that a settlement froze, whatever is on record of it.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        standing: The settlement.
        facts: All facts of the fund, at least up to where they were frozen, where somebody
            has them already; ``None`` to read them.
    """
    proposal = standing.proposal
    choices = Choices(
        period=standing.period,
        final=proposal.final,
        dated=proposal.dated,
        set_apart=states.set_apart(session, standing),
    )
    draft = drafts.work_out(session, fund, choices, frozen=proposal.frozen, facts=facts)
    if is_redone(draft, standing):
        return draft
    # What was proposed before pseudonyms and domains were sealed rests on these.
    of_then = drafts.work_out(
        session, fund, choices, frozen=proposal.frozen, of=from_ledger.Reads.ALL
    )
    return of_then if is_redone(of_then, standing) else draft


def is_redone(draft: Draft, standing: Standing) -> bool:
    """Whether a draft rests on the facts that a settlement on record froze."""
    return bytes.fromhex(draft.settled.facts_sha256) == standing.proposal.facts_sha256
