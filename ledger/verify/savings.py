"""Savings: catalogues, effects that were picked, what they save whom, and what came of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ledger import commitments, store
from ledger.savings import rows as rows_of_savings
from ledger.tables import Catalogue, EffectPick, Observation, Saving
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

CATALOGUE: Final = Shape(
    model=Catalogue,
    told={name: name for name in ("version", "valid_from", "sha256")},
    beside=(store.table(Catalogue).c.document,),
)
PICK: Final = Shape(
    model=EffectPick,
    told={name: name for name in ("spending", "catalogue", "picked_on", "carried_by")},
    beside=tuple(store.table(EffectPick).c[name] for name in ("salt", "effect")),
)
SAVING: Final = Shape(
    model=Saving, told={name: name for name in ("line", "spending", "party", "amount_cents")}
)
OBSERVATION: Final = Shape(
    model=Observation, told={name: name for name in ("pick", "observed_on", "outcome")}
)


def filed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a catalogue that was filed."""
    found = so_far.rows(CATALOGUE, event.number)
    yield from CATALOGUE.misfits(event.number, [event.told], found)
    for *_, document in found:
        if hashlib.sha256(document.encode()).hexdigest() != event.told.get("file_sha256"):
            yield Misfit(
                f"catalogue {event.told.get('version')}, document",
                f"is not the text that event {event.number} commits to",
                event.number,
            )


def picked(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit an effect that was picked, and its savings."""
    found = so_far.rows(PICK, event.number)
    yield from PICK.misfits(event.number, [event.told], found)
    for *_, salt, effect in found:
        yield from _misfits_of_effect(event, so_far, salt, effect)
    yield from recorded(event, so_far)


def recorded(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the savings of a spending."""
    told = event.told
    said = rows_of_savings.of_event(so_far.fund.id, event.number, told["spending"], told["savings"])
    yield from SAVING.misfits(event.number, said, so_far.rows(SAVING, event.number))


def observed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit what came of an effect."""
    found = so_far.rows(OBSERVATION, event.number)
    yield from OBSERVATION.misfits(event.number, [event.told], found)


def _misfits_of_effect(
    event: Event, so_far: SoFar, salt: bytes | None, effect: str | None
) -> Iterator[Misfit]:
    where = f"effect_pick {event.number}"
    if salt is None or event.number in so_far.lost:
        so_far.gone("effect_pick", event.number)
        if salt is None and effect is not None:
            yield Misfit(where, "its salt is gone but not its effect; erase both", event.number)
    elif commitments.of_fields(salt, {"effect": effect}) != event.told.get("commitment"):
        yield Misfit(where, f"event {event.number} commits to another effect or salt", event.number)
