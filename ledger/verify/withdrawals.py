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

_OF_EFFECT: Final = ("effect", "reason")
_OF_MEASURE: Final = ("reason",)
"""What the trail commits to without showing it."""

EFFECT: Final = Shape(
    model=EffectWithdrawal,
    told={"catalogue": "catalogue"},
    beside=tuple(store.table(EffectWithdrawal).c[name] for name in ("salt", *_OF_EFFECT)),
)
PICK: Final = Shape(model=WithdrawnPick, told={"pick": "pick"})
MEASURE: Final = Shape(
    model=MeasureWithdrawal,
    told={name: name for name in ("version", "party", "measure", "number")},
    beside=tuple(store.table(MeasureWithdrawal).c[name] for name in ("salt", *_OF_MEASURE)),
)


def effect(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit an entry that was withdrawn, and the picks of it."""
    yield from _row(event, so_far, EFFECT, _OF_EFFECT)
    picks = [{"pick": number} for number in event.told["picks"]]
    yield from PICK.misfits(event.number, picks, so_far.rows(PICK, event.number))


def measure(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a measure that was withdrawn."""
    yield from _row(event, so_far, MEASURE, _OF_MEASURE)


def _row(event: Event, so_far: SoFar, shape: Shape, sealed: tuple[str, ...]) -> Iterator[Misfit]:
    found = so_far.rows(shape, event.number)
    yield from shape.misfits(event.number, [event.told], found)
    names = " or ".join(sealed)
    for row in found:
        salt, *texts = row[len(shape.columns) :]
        where = f"{shape.table.name} {event.number}"
        if salt is None or event.number in so_far.lost:
            so_far.gone(shape.table.name, event.number)
            if salt is None and any(text is not None for text in texts):
                what = f"its salt is gone but not its {names}; erase all of it"
                yield Misfit(where, what, event.number)
        elif commitments.of_fields(salt, dict(zip(sealed, texts, strict=True))) != (
            event.told.get("commitment")
        ):
            what = f"event {event.number} commits to another {names} or salt"
            yield Misfit(where, what, event.number)
