"""The chain: every event follows from those before it, and the last one is the head."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import canonical_json, store, trail
from ledger.tables import Event as EventRow
from ledger.verify import rows
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

_EVENT: Final = store.table(EventRow)


class Event(NamedTuple):
    """An event as it stands in the trail; ``told`` is its body, if that is an object."""

    number: int
    at: str
    kind: str
    actor: str
    body: str
    hash: bytes
    told: dict[str, Any]


def events(session: Session, fund_id: int) -> Iterator[Event]:
    """Yield the events of a fund, first to last."""
    dialect = rows.dialect_of(session)
    columns = [_EVENT.c[name] for name in ("sequence", "at", "kind", "actor_id", "body")]
    asked = (
        select(*(rows.as_told(each, dialect) for each in columns), _EVENT.c.hash)
        .where(_EVENT.c.fund_id == fund_id)
        .order_by(_EVENT.c.sequence)
    )
    for number, at, kind, actor, body, made in rows.read(session, asked):
        yield Event(number, at, kind, actor, body, made, _told(body))


def _told(body: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


@dataclass(slots=True)
class Chain:
    """The chain up to an event.

    Args:
        fund: Code of the fund.
        printed: A hash that was given out as the head of this trail; looked for.
    """

    fund: str
    printed: bytes | None = None
    printed_at: int | None = None
    number: int = 0
    hash: bytes | None = trail.START
    _behind: list[tuple[int, bytes]] = field(default_factory=lambda: [(0, trail.START)])

    def misfits(self, event: Event) -> Iterator[Misfit]:
        """Yield why an event does not follow, and go on from it."""
        number = event.number
        if number < 1:
            yield Misfit(f"event {number}", "events are numbered from 1", number)
            return
        if number > self.number + 1:
            yield self._gap(number)
        if canonical(event.told) != event.body:
            yield Misfit(f"event {number}", "its body is no canonical JSON object", number)
        # Without what it follows an event cannot be recomputed; that this is missing is told.
        skip = self._skip(number)
        if self.hash is not None and skip is not None:
            made = trail.link(self.hash, skip, _digest(self.fund, event))
            if made != event.hash:
                yield Misfit(
                    f"event {number}",
                    f"its hash does not follow from its content and from event {number - 1}; "
                    "one of them was changed",
                    number,
                )
        if event.hash == self.printed:
            self.printed_at = number
        self.number, self.hash = number, event.hash
        self._behind.append((number, event.hash))

    def _gap(self, number: int) -> Misfit:
        first, last = self.number + 1, number - 1
        which = f"event {first}" if first == last else f"events {first} to {last}"
        self.hash = None
        return Misfit(which, "missing from the trail", first)

    def _skip(self, number: int) -> bytes | None:
        """Return the hash that the second link of an event leads to, if it is there."""
        to = number & (number - 1)
        # What lies between can be forgotten: no second link of a later event leads there.
        while self._behind[-1][0] > to:
            self._behind.pop()
        there, found = self._behind[-1]
        return found if there == to else None

    def end(self, head: Any) -> Iterator[Misfit]:
        """Yield how the head, where the trail is said to end, differs from the last event."""
        if head.sequence is None:
            yield Misfit("head", "is missing")
        elif head.sequence != self.number:
            yield Misfit(
                "head, sequence",
                f"is {head.sequence}; the last event is {self.number}: "
                "events after it were cut off, or added without their act",
            )
        elif head.hash != self.hash:
            yield Misfit("head, hash", f"is not that of event {self.number}, the last one")
        if self.printed is not None and self.printed_at is None:
            yield Misfit(
                f"head {self.printed.hex()}",
                "stands nowhere in the trail: events were rewritten or cut off after it was given "
                "out, or it is the head of another fund",
            )


def canonical(told: dict[str, Any]) -> str | None:
    """Return a body as canonical JSON; ``None`` if it holds what that cannot write."""
    try:
        return canonical_json.text(told)
    except (ValueError, RecursionError):
        return None


def _digest(fund: str, event: Event) -> bytes:
    content = trail.content(
        fund,
        sequence=event.number,
        at=event.at,
        kind=event.kind,
        actor=event.actor,
        body=event.body,
    )
    return hashlib.sha256(content.encode()).digest()
