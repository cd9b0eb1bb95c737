"""What the board withdrew since facts were read: what was worked out from them is no more so.

Whatever rests on facts of before would stand for good: no later withdrawal looks for lines
that rest on what is withdrawn already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledger import store
from ledger.tables import Event

if TYPE_CHECKING:
    from sqlmodel import Session

_EVENT: Final = store.table(Event)
_WITHDRAWING: Final = ("effect.withdrawn", "measure.withdrawn")


def is_withdrawn(session: Session, fund_id: int, *, frozen: int) -> bool:
    """Return whether the board withdrew anything since.

    Args:
        session: Of an act that holds the end of the trail.
        fund_id: Of the fund.
        frozen: Sequence up to which facts were read.
    """
    asked = select(_EVENT.c.sequence).where(
        _EVENT.c.fund_id == fund_id,
        _EVENT.c.sequence > frozen,
        _EVENT.c.kind.in_(_WITHDRAWING),
    )
    return session.connection().execute(asked.limit(1)).first() is not None
