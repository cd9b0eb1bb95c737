"""Room that the escalation table granted, and which spendings used it up.

Whoever spends from it is within what was decided, though over their mandate: that is found all
the same, and the decision is offered as the ground on which it may be accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import store
from ledger.decisions.table import DECISION, ESCALATION
from ledger.tables import Event, ReservationEnd

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

RULES: Final = ("mandate-per-spending", "person-room")
"""Rules of the lawfulness test about the room of a person: what the table grants more of."""

_SPENT: Final = store.table(ReservationEnd)
_EVENT: Final = store.table(Event)
_CHUNK: Final = 5_000


class Granted(NamedTuple):
    """A decision that granted room: its number, the id of the case, when, and by whom.

    ``mandate`` is the code of that by which it was decided; ``None`` for the board.
    """

    number: int
    id: str
    decided_on: date
    mandate: str | None
    by: UUID

    @property
    def ground(self) -> str:
        """On what it rests: the board decided, or somebody whom the agreement gave a mandate."""
        return "board-decision" if self.mandate is None else "agreement-clause"


def of_spendings(session: Session, fund_id: int, spendings: Collection[int]) -> dict[int, Granted]:
    """Return by which decision the table granted the room that spendings used up.

    Args:
        session: Any.
        fund_id: The fund.
        spendings: Their numbers; what was not spent from such room is left out.
    """
    found: dict[int, Granted] = {}
    wanted = sorted(spendings)
    for first in range(0, len(wanted), _CHUNK):
        question = (
            select(
                _SPENT.c.sequence.label("spending"),
                *(DECISION.c.sequence, ESCALATION.c.id, DECISION.c.decided_on, DECISION.c.mandate),
                _EVENT.c.actor_id,
            )
            .join(ESCALATION, _same(ESCALATION) & (ESCALATION.c.sequence == DECISION.c.escalation))
            .join(_SPENT, _same(_SPENT) & (_SPENT.c.reservation == DECISION.c.reservation))
            .join(_EVENT, _same(_EVENT) & (_EVENT.c.sequence == DECISION.c.sequence))
            .where(
                DECISION.c.fund_id == fund_id,
                _SPENT.c.how == "spent",
                _SPENT.c.sequence.in_(wanted[first : first + _CHUNK]),
            )
        )
        rows = session.connection().execute(question)
        found.update({spending: Granted(*row) for spending, *row in rows})
    return found


def _same(table: Any) -> Any:
    return table.c.fund_id == DECISION.c.fund_id
