"""Reservations: room that was held, and how each ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import store
from ledger.tables import Reservation, ReservationEnd
from ledger.verify import cases, sealed
from ledger.verify.cases import Named
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape
from ledger.verify.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

_RESERVATION: Final = store.table(Reservation)

RESERVATION: Final = Shape(
    model=Reservation,
    told={
        "id": "id",
        "organisation": "organisation",
        "person_id": "person",
        "amount_cents": "amount",
        "reserved_on": "reserved_on",
        "until": "until",
    },
    beside=(*cases.named_by(_RESERVATION), _RESERVATION.c.salt),
)
END: Final = Shape(model=ReservationEnd, told={"reservation": "reservation", "how": "how"})


def made(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a reservation that was made."""
    number, told = event.number, event.told
    found = so_far.rows(RESERVATION, number)
    yield from RESERVATION.misfits(number, [told], found)
    for *_, case_number, file, reference, salt in found:
        case, where = Named(case_number, file, reference), f"reservation {number}"
        yield from cases.misfits(event, so_far, where, case)
        yield from sealed.misfits(event, so_far, Sealed(where, salt, case, {}))
    so_far.people.add(str(told["person"]))
    so_far.reserved_cents[number] = int(told["amount"])


def released(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit reservations that were released."""
    yield from ended(event, so_far, event.told["reservations"], how="released")


def expired(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit reservations whose time had come."""
    yield from ended(event, so_far, event.told["reservations"], how="expired")


def ended(
    event: Event, so_far: SoFar, reservations: Sequence[Any], *, how: str
) -> Iterator[Misfit]:
    """Yield what does not fit how an act ended reservations.

    Args:
        event: The act.
        so_far: The fund up to this act.
        reservations: Their numbers, as the event says.
        how: ``spent``, ``released`` or ``expired``.
    """
    said = [{"reservation": each, "how": how} for each in sorted(reservations)]
    yield from END.misfits(event.number, said, so_far.rows(END, event.number))
    for each in reservations:
        if so_far.reserved_cents.pop(each, None) is None:
            yield Misfit(
                f"event {event.number}",
                f"ends reservation {each}, which is not open",
                event.number,
            )
