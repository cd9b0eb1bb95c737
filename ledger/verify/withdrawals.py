"""Withdrawals: entries of a catalogue with their picks, and measures of the agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import commitments, store
from ledger.tables import EffectWithdrawal, MeasureWithdrawal, WithdrawnPick
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

EFFECT: Final = Shape(
    model=EffectWithdrawal,
    told={name: name for name in ("catalogue", "effect")},
    beside=tuple(store.table(EffectWithdrawal).c[name] for name in ("salt", "reason")),
)
PICK: Final = Shape(model=WithdrawnPick, told={"pick": "pick"})
MEASURE: Final = Shape(
    model=MeasureWithdrawal,
    told={name: name for name in ("version", "party", "measure", "number")},
    beside=tuple(store.table(MeasureWithdrawal).c[name] for name in ("salt", "reason")),
)


def effect(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit an entry that was withdrawn, and the picks of it."""
    yield from _row(event, so_far, EFFECT)
    picks = [{"pick": number} for number in event.told["picks"]]
    yield from PICK.misfits(event.number, picks, so_far.rows(PICK, event.number))


def measure(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a measure that was withdrawn."""
    yield from _row(event, so_far, MEASURE)


def _row(event: Event, so_far: SoFar, shape: Shape) -> Iterator[Misfit]:
    found = so_far.rows(shape, event.number)
    yield from shape.misfits(event.number, [event.told], found)
    for *_, salt, reason in found:
        where = f"{shape.table.name} {event.number}"
        if salt is None:
            so_far.erased += 1
            if reason is not None:
                yield Misfit(where, "its salt is gone but not its reason; erase both", event.number)
        elif commitments.of_fields(salt, {"reason": reason}) != event.told.get("commitment"):
            yield Misfit(where, f"event {event.number} commits to another reason", event.number)
