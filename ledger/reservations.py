"""Reservations on record: which are open, what they hold, and how they end.

A reservation is open until it is spent, released or expires; each of these is a row of its
own. Whoever spends for the organisation that holds it may use it, for the case that it is
held for. What open ones hold together stands on the head of the fund's trail too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledger import store
from ledger.errors import Conflict
from ledger.tables import Reservation, ReservationEnd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.trail import Trail

RESERVATION: Final = store.table(Reservation)
END: Final = store.table(ReservationEnd)
ENDED: Final = (END.c.fund_id == RESERVATION.c.fund_id) & (
    END.c.reservation == RESERVATION.c.sequence
)
"""Joins a reservation to how it ended, if it did."""

_CHUNK: Final = 5_000  # ids that are asked for at a time


class NotHeldForThis(Conflict):
    """The reservation is held for another case, or by another organisation."""

    slug = "not-held-for-this"


@dataclass(slots=True, kw_only=True)
class Held:
    """Reservations that an act may spend from, by id."""

    end: Trail
    open: dict[str, Any]
    ended: list[dict[str, Any]] = field(default_factory=list)

    def spend(self, reservation: str, spending: Mapping[str, Any]) -> int | None:
        """End a reservation by spending from it; its room is free again.

        Args:
            reservation: Its id.
            spending: The row of what is spent.

        Returns:
            Its number; ``None`` where it is unknown or ended before: money that was spent
            is recorded all the same.

        Raises:
            NotHeldForThis: It is held for another case, or by another organisation.
        """
        row = self.open.pop(reservation, None)
        if row is None:
            return None
        _refuse_other(row, spending)
        sequence = spending["sequence"]
        self.ended += endings(self.end, [row], sequence=sequence, how="spent")
        return int(row.sequence)

    def write(self, session: Session) -> None:
        """Write how reservations ended."""
        store.insert(session, ReservationEnd, self.ended)


def _refuse_other(row: Any, spending: Mapping[str, Any]) -> None:
    """Refuse to spend what is held for others; whose case it is for is not told."""
    where = f"spending {spending['id']!r}: reservation {row.id!r} is held"
    if row.organisation != spending["organisation"]:
        raise NotHeldForThis(
            f"{where} by {row.organisation}, not by {spending['organisation']}; leave it out",
            id=spending["id"],
            reservation=row.id,
        )
    if row.case_number != spending["case_number"]:
        raise NotHeldForThis(
            f"{where} for another case; name the case that it is held for, or leave it out",
            id=spending["id"],
            reservation=row.id,
        )


def held(session: Session, end: Trail, ids: Iterable[str | None]) -> Held:
    """Return those of these reservations that are open."""
    wanted = sorted({each for each in ids if each is not None})
    found: dict[str, Any] = {}
    for first in range(0, len(wanted), _CHUNK):
        chunk = RESERVATION.c.id.in_(wanted[first : first + _CHUNK])
        found |= {row.id: row for row in still_open(session, end.fund_id, chunk)}
    return Held(end=end, open=found)


def of_number(session: Session, fund_id: int, number: int) -> Any:
    """Return the row of a reservation, ended or not."""
    asked = select(RESERVATION).where(
        RESERVATION.c.fund_id == fund_id, RESERVATION.c.sequence == number
    )
    return session.connection().execute(asked).one()


def still_open(session: Session, fund_id: int, *which: ColumnElement[bool]) -> list[Any]:
    """Return the rows of reservations that have not ended, in the order in which they were made.

    Args:
        session: Of the act.
        fund_id: The fund.
        which: Conditions on their columns.
    """
    asked = (
        select(RESERVATION)
        .outerjoin(END, ENDED)
        .where(RESERVATION.c.fund_id == fund_id, END.c.reservation.is_(None), *which)
        .order_by(RESERVATION.c.sequence)
    )
    return [*session.connection().execute(asked)]


def held_cents(session: Session, fund_id: int, *which: ColumnElement[bool]) -> int:
    """Return what reservations that have not ended hold together."""
    asked = (
        select(func.coalesce(func.sum(RESERVATION.c.amount_cents), 0))
        .outerjoin(END, ENDED)
        .where(RESERVATION.c.fund_id == fund_id, END.c.reservation.is_(None), *which)
    )
    return int(session.connection().execute(asked).scalar_one())


def endings(end: Trail, rows: Iterable[Any], *, sequence: int, how: str) -> list[dict[str, Any]]:
    """Return the rows that end reservations; what they held is free again.

    Args:
        end: Of the fund's trail, locked.
        rows: Reservations that are open.
        sequence: Number of the act's event.
        how: ``spent``, ``released`` or ``expired``.
    """
    ended = []
    for row in rows:
        end.reserved_cents -= row.amount_cents
        ended.append(
            {
                "fund_id": end.fund_id,
                "reservation": row.sequence,
                "sequence": sequence,
                "how": how,
            }
        )
    return ended
