"""An event of a trail and its way to a head: what the file of every proof holds.

Whoever has the head from another source knows from them that the event stood in the trail,
with just this content, when the head was given out. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger import canonical_json, trail
from ledger.errors import Mistake, WrongInput
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Protocol

    class Chained(Protocol):
        """What has a head, an event's content, and the way from it to the head."""

        @property
        def head(self) -> bytes:
            """The hash of the trail's end."""

        @property
        def content(self) -> Mapping[str, Any]:
            """Of the event, as the trail has it."""

        @property
        def way(self) -> Sequence[Step]:
            """From the event itself to the head, both included."""


BEGINNING: Final = b'{\n "proof":'
"""How the file of a proof begins."""

BYTES_MAX: Final = 5_000_000

_CONTENT: Final = {"actor": str, "at": str, "body": dict, "fund": str, "kind": str, "sequence": int}
_HASH: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event on the way to the head: the two that it follows, and its content's digest."""

    previous: bytes
    skip: bytes
    content: bytes

    @property
    def hash(self) -> bytes:
        """The hash of the event."""
        return trail.link(self.previous, self.skip, self.content)


def content_digest(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of an event's content."""
    return hashlib.sha256(canonical_json.text(content).encode()).digest()


def misfits(proof: Chained, head: bytes | None) -> Iterator[Misfit]:
    """Yield why an event does not lead to the head, or to the one that the reader has."""
    yield from _off_the_way(proof)
    if head is not None and head != proof.head:
        yield Misfit(
            "head",
            f"is {proof.head.hex()}; the one to check against is {head.hex()}: ask for a proof "
            "that ends there",
        )


def _off_the_way(proof: Chained) -> Iterator[Misfit]:
    first, *others = proof.way
    if first.content != content_digest(proof.content):
        yield Misfit("way[0].content", "is not the digest of the content")
    made = first.hash
    for place, step in enumerate(others, 1):
        if made not in {step.previous, step.skip}:
            yield Misfit(f"way[{place}]", "does not follow from the step before it")
        made = step.hash
    if made != proof.head:
        yield Misfit("head", "is not where the way leads to")


def written(proof: Chained) -> dict[str, Any]:
    """Return the members that the file of every proof has."""
    return {
        "head": proof.head.hex(),
        "content": proof.content,
        "way": [{name: getattr(step, name).hex() for name in Step.__slots__} for step in proof.way],
    }


class Wrong(Exception):
    """A member of the file is not what it must be."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(what)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say of which file it is that a member is wrong.

    Raises:
        WrongInput: One is.
    """
    try:
        yield
    except Wrong as wrong:
        where = f"{name}: {wrong.where}" if wrong.where else name
        raise WrongInput([Mistake(where, wrong.what)]) from None


def loaded(content: bytes) -> Any:
    """Return what the file of a proof holds.

    Raises:
        Wrong: It is no JSON, or too large.
    """
    if len(content) > BYTES_MAX:
        raise Wrong("", f"is larger than {BYTES_MAX} bytes; is this a proof?")
    try:
        told = json.loads(content.decode(), object_pairs_hook=_without_repeats)
        canonical_json.text(told).encode()  # no number that is none, no half characters
    except (ValueError, RecursionError):
        raise Wrong("", "is no JSON; take the file that overbrug prove wrote") from None
    return told


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is repeated")
    return found


def members(where: str, told: Any, names: Sequence[str]) -> None:
    """Refuse what is no object with just these members."""
    if not isinstance(told, dict) or set(told) != set(names):
        raise Wrong(where, f"must be an object with the members {', '.join(names)}")


def content(told: Any, body: Mapping[str, type], *, of: str) -> dict[str, Any]:
    """Read the content of an event.

    Args:
        told: As it stands in the file.
        body: What its body must hold, by name.
        of: Which kind of event it is, for messages.
    """
    members("content", told, tuple(_CONTENT))
    _kinds("content", told, _CONTENT, of)
    _kinds("content.body", told["body"], body, of)
    found: dict[str, Any] = told
    return found


def _kinds(where: str, told: dict[str, Any], kinds: Mapping[str, type], of: str) -> None:
    for name, kind in kinds.items():
        if type(told.get(name)) is not kind:
            raise Wrong(f"{where}.{name}", f"is not what the event of {of} holds there")


def day(where: str, told: str) -> None:
    """Refuse what is no day."""
    try:
        date.fromisoformat(told)
    except ValueError:
        raise Wrong(where, "is no date") from None


def way(told: Any) -> tuple[Step, ...]:
    """Read the steps from an event to the head."""
    if not isinstance(told, list) or not told:
        raise Wrong("way", "must be a list of the steps from the event to the head")
    for place, step in enumerate(told):
        members(f"way[{place}]", step, Step.__slots__)
    return tuple(
        Step(**{name: digest(f"way[{place}].{name}", each) for name, each in step.items()})
        for place, step in enumerate(told)
    )


def digest(where: str, told: Any) -> bytes:
    """Read a hash."""
    if not isinstance(told, str) or not _HASH.fullmatch(told):
        raise Wrong(where, "must be 64 hexadecimal digits in lower case")
    return bytes.fromhex(told)
