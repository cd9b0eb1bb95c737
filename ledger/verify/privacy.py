"""Privacy: what was read, and cases whose use was restricted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.tables import CaseReading, Reading, Restriction
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.misfits import Misfit
    from ledger.verify.so_far import SoFar

READING: Final = Shape(model=Reading, told={"spending": "spending", "why": "why"})
CASE_READING: Final = Shape(model=CaseReading, told={"case_number": "case_number", "why": "why"})
RESTRICTION: Final = Shape(
    model=Restriction, told={name: name for name in ("case_number", "ground")}
)


def read(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a reading."""
    yield from READING.misfits(event.number, [event.told], so_far.rows(READING, event.number))


def case_read(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the reading of a case."""
    found = so_far.rows(CASE_READING, event.number)
    yield from CASE_READING.misfits(event.number, [event.told], found)


def restricted(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a case whose use was restricted, or no longer is."""
    found = so_far.rows(RESTRICTION, event.number)
    yield from RESTRICTION.misfits(event.number, [event.told], found)
