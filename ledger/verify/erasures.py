"""Erasures: what an event says was erased is gone, and nothing else is.

What lies in a bucket whose key was destroyed is gone too, without an event perhaps: the
ledger was restored from a backup of before the erasure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar


def erased(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what an event says was erased and is still there."""
    for table, numbers in event.told["values"].items():
        for number in numbers:
            if (table, number) in so_far.emptied:
                so_far.emptied.discard((table, number))
            elif number not in so_far.lost:
                yield Misfit(
                    f"{table} {number}",
                    f"holds something still; event {event.number} erased it",
                    event.number,
                )


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield what is empty though no event says that it was erased."""
    for table, number in sorted(so_far.emptied):
        yield Misfit(f"{table} {number}", "is empty; no event says that it was erased", number)
