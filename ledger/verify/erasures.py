"""Erasures: what an event says was erased is gone, and nothing else is.

What lies in a bucket whose key was destroyed is gone too, without an event perhaps: the
ledger was restored from a backup of before the erasure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.tables import RetentionApproval
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape
from ledger.verify.so_far import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar


APPROVAL: Final = Shape(model=RetentionApproval, told={"month": "month", "person_id": "person"})


def approved(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the approval of a destruction."""
    said = [{**event.told, "person": event.actor}]
    yield from APPROVAL.misfits(event.number, said, so_far.rows(APPROVAL, event.number))


def destroyed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Take note of the hashes that went; what was destroyed cannot be read, nobody can tell more.

    They lapse in the act, and the key is destroyed after it: meanwhile what they found is there.
    """
    assert {"month", "values"} <= event.told.keys(), "a destruction says what went"
    for table, numbers in event.told.get("lapsed", {}).items():
        for number in numbers:
            so_far.lapsed.discard((table, number))
            so_far.emptied.discard((table, number))
    yield from ()


def erased(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what an event says was erased and is still there."""
    for table, told in event.told["values"].items():
        for each in told:
            place = (each[0], each[1]) if isinstance(each, list) else each
            if (table, place) in so_far.emptied:
                so_far.emptied.discard((table, place))
            elif number_of(place) not in so_far.lost:
                yield Misfit(
                    f"{table} {place}",
                    f"holds something still; event {event.number} erased it",
                    event.number,
                )


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield what is empty, or has no hash, though no event says that it was erased or lapsed."""
    for table, place in sorted(so_far.emptied, key=str):
        what = "is empty; no event says that it was erased"
        yield Misfit(f"{table} {place}", what, number_of(place))
    for table, number in sorted(so_far.lapsed):
        what = "has no hash, so that it would not be found; no event says that it lapsed"
        yield Misfit(f"{table} {number}", what, number)
