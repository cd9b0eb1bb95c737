"""Erasing in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import store
from ledger.erasing import acts
from ledger.erasing.targets import What
from ledger.sealing import ring

if TYPE_CHECKING:
    from ledger.erasing.acts import Erased
    from tests.support.ledgers import Ledger

OFFICER = "privacy-officer"
UNTOLD = "is empty; no event says that it was erased"
"""What verification says of what was emptied without an act."""


def erase(ledger: Ledger, *, ground: str = "request", finished: bool = True, **what: Any) -> Erased:
    """Erase something as the privacy officer, who is named if there is none.

    Args:
        ledger: The fund.
        ground: On which.
        finished: Whether the keys are destroyed too.
        what: The members of ``What``.
    """
    if OFFICER not in ledger.people:
        ledger.grant(OFFICER, OFFICER)
    with store.writing(ledger.engine) as session:
        done = acts.erase(
            session, ledger.fund, What(**what), ground=ground, act=ledger.act(OFFICER)
        )
    if finished:
        acts.destroy(ring.of(ledger.engine.dialect), done.buckets, at=ledger.now)
    return done
