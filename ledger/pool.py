"""The pool: what room is left, and what is held for later.

The room of a fund is what its pool holds less what is reserved; that of an organisation
what its council authorised for the year, that of a person what the mandate gives a year,
less what was spent and is reserved. A reservation is the one act that lack of money refuses;
recording never is. Both lock the fund's trail, so that two who reserve at once are told
apart, and so are a reservation and a spending.

Source:
    The design, The model: Reservation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledger import store
from ledger.tables import Reservation, ReservationEnd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from ledger.trail import Trail

_RESERVATION: Final = store.table(Reservation)
_END: Final = store.table(ReservationEnd)


@dataclass(slots=True, kw_only=True)
class Held:
    """Reservations that an act may spend from, by id."""

    end: Trail
    open: dict[str, Any]
    ended: list[dict[str, Any]] = field(default_factory=list)

    def spend(self, reservation: str, sequence: int) -> int | None:
        """End a reservation by spending from it; its room is free again.

        Returns:
            Its number; ``None`` where it is unknown or ended before: money that was spent
            is recorded all the same.
        """
        row = self.open.pop(reservation, None)
        if row is None:
            return None
        self.end.reserved_cents -= row.amount_cents
        self.ended.append(
            {
                "fund_id": self.end.fund_id,
                "reservation": row.sequence,
                "sequence": sequence,
                "how": "spent",
            }
        )
        return int(row.sequence)

    def write(self, session: Session) -> None:
        """Write how reservations ended."""
        store.insert(session, ReservationEnd, self.ended)


def held(session: Session, end: Trail, ids: Iterable[str | None]) -> Held:
    """Return those of these reservations that are open."""
    wanted = sorted({each for each in ids if each is not None})
    if not wanted:
        return Held(end=end, open={})
    asked = open_reservations(end.fund_id).where(_RESERVATION.c.id.in_(wanted))
    return Held(end=end, open={row.id: row for row in session.connection().execute(asked)})


def open_reservations(fund_id: int) -> Any:
    """Return the question for all reservations that have not ended."""
    return (
        select(_RESERVATION)
        .outerjoin(
            _END,
            (_END.c.fund_id == _RESERVATION.c.fund_id)
            & (_END.c.reservation == _RESERVATION.c.sequence),
        )
        .where(_RESERVATION.c.fund_id == fund_id, _END.c.reservation.is_(None))
    )


__all__ = ["Held", "func", "held", "open_reservations"]
