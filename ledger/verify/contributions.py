"""Contributions: what an organisation paid in, and the transfer of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import accounts
from ledger.journal import Move
from ledger.tables import Contribution
from ledger.verify import journal
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.misfits import Misfit
    from ledger.verify.so_far import SoFar

CONTRIBUTION: Final = Shape(
    model=Contribution,
    told={
        "id": "id",
        "party": "party",
        "received_on": "received_on",
        "amount_cents": "amount",
    },
)


def received(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a contribution that came in."""
    told: dict[str, Any] = event.told
    found = so_far.rows(CONTRIBUTION, event.number)
    yield from CONTRIBUTION.misfits(event.number, [told], found)
    move = Move(accounts.BANK, accounts.contribution(told["party"]), told["amount"])
    yield from journal.misfits(event, so_far, told["received_on"], [move])
