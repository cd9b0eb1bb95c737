"""What the trail commits to without showing it, unless it was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ledger import commitments
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.verify.cases import Named
    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar


class Sealed(NamedTuple):
    """What an event commits to: the case that it named, and texts.

    ``where`` is what the row with the salt is called in messages; ``salt`` is ``None``
    where it was erased.
    """

    where: str
    salt: bytes | None
    case: Named
    texts: Mapping[str, str | None]


def misfits(event: Event, so_far: SoFar, there: Sealed) -> Iterator[Misfit]:
    """Yield what does not fit the commitment of an event; count what was erased."""
    where, salt, case, texts = there
    if event.number in so_far.lost or salt is None:
        so_far.gone(where.split()[0], event.number)
        yield from _left(event, so_far, there)
    elif case.is_erased:
        yield Misfit(
            where,
            f"nothing proves it any more: the pseudonym of case {case.number} was erased, but not "
            "the salt here; erase both or neither",
            event.number,
        )
    elif event.told.get("commitment") != _commitment(salt, case, texts):
        names = ", ".join(["the case", *texts])
        yield Misfit(
            where,
            f"event {event.number} commits to another value of {names} or the salt",
            event.number,
        )
    elif case.number in so_far.unproved:
        so_far.unproved.discard(case.number)


def _left(event: Event, so_far: SoFar, there: Sealed) -> Iterator[Misfit]:
    """Yield what is left of what was erased; not where only the key of its bucket is gone."""
    where, _, case, texts = there
    if event.number in so_far.lost:
        return
    if case.reference is not None and case.number == event.number:
        so_far.unproved.add(event.number)
    if any(text is not None for text in texts.values()):
        yield Misfit(where, "its salt is gone but not its texts; erase all of it", event.number)


def _commitment(salt: bytes, case: Named, texts: Mapping[str, str | None]) -> str:
    return commitments.of_fields(salt, {"case": case.reference, **texts})
