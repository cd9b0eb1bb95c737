"""People: what they may do, and that the handle they are known by was not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select

from ledger import people, store
from ledger.tables import Person, Role
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

ROLE: Final = Shape(
    model=Role,
    told={
        "person_id": "person",
        **{name: name for name in ("role", "organisation", "mandate", "valid_from", "valid_until")},
    },
)
_PERSON: Final = store.table(Person)


def granted(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a role that was granted."""
    found = so_far.rows(ROLE, event.number)
    yield from ROLE.misfits(event.number, [event.told], found)
    yield from told(event, so_far, event.told.get("person"))


def told(event: Event, so_far: SoFar, person: str | None) -> Iterator[Misfit]:
    """Yield what does not fit what an event says of a person's handle, and keep it."""
    handle = event.told.get("handle")
    if person is None or handle is None:
        yield Misfit(f"event {event.number}", "names nobody and no handle", event.number)
        return
    so_far.people.add(str(person))
    if so_far.handles.setdefault(person, handle) != handle:
        yield Misfit(
            f"event {event.number}, handle",
            f"is not what was said of person {person} before",
            event.number,
        )


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield people who acted and are not known, or whose handle is not the one that was told."""
    found = {
        str(row.id): row.handle for row in so_far.session.connection().execute(select(_PERSON))
    }
    for person in sorted(so_far.people):
        if person not in found:
            yield Misfit(f"person {person}", "is missing; the trail names it")
            continue
        said = so_far.handles.get(person)
        if said is not None and people.told(UUID(person), found[person]) != said:
            yield Misfit(
                f"person {person}, handle",
                f"is {found[person]!r}; the trail commits to another",
            )
