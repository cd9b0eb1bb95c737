"""Proofs that a spending stands in a trail, which anybody can check without the ledger.

A proof holds the event of the spending, the hashes that lead from it to the head of the
trail, and of what the event only commits to the values that were asked, each with a salt
of its own. Whoever has the head from another source (a statement, a mail) knows from it
that the spending was on record, with just this content, when that head was given out.

Pure: making one from a ledger is ``ledger.proving``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger import canonical_json, commitments, trail
from ledger.errors import Mistake, WrongInput
from ledger.orders import COMMITTED
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MARK: Final = "overbrug-proof-1"
BEGINNING: Final = b'{\n "proof":'
"""How the file of a proof begins."""

BYTES_MAX: Final = 5_000_000

_CONTENT: Final = {"actor": str, "at": str, "body": dict, "fund": str, "kind": str, "sequence": int}
_BODY: Final = {"id": str, "amount": int, "spent_on": str, "commitment": str}
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that is shown, with the salt of its commitment."""

    value: str | None
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an event stands in the trail that ends at a head.

    Args:
        head: The hash of the trail's end.
        content: Of the event, as the trail has it.
        way: From the event itself to the head, both included.
        sealed: The commitments to its values; ``None`` where these were erased.
        shown: The values that are shown, by name.
    """

    head: bytes
    content: Mapping[str, Any]
    way: Sequence[Step]
    sealed: Mapping[str, bytes] | None
    shown: Mapping[str, Shown]


def content_digest(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of an event's content."""
    return hashlib.sha256(canonical_json.text(content).encode()).digest()


def misfits(proof: Proof, head: bytes | None = None) -> Iterator[Misfit]:
    """Yield what a proof claims and does not prove; nothing where it holds.

    Args:
        proof: As it was read.
        head: The head that the reader has from another source; ``None`` to take the proof's.
    """
    if proof.content["kind"] != "spending.recorded":
        yield Misfit("content.kind", f"is {proof.content['kind']!r}; this proves spendings only")
    yield from _unsealed(proof)
    yield from _off_the_way(proof)
    if head is not None and head != proof.head:
        yield Misfit(
            "head",
            f"is {proof.head.hex()}; the one to check against is {head.hex()}: ask for a proof "
            "that ends there",
        )


def _unsealed(proof: Proof) -> Iterator[Misfit]:
    sealed = proof.sealed
    if sealed is not None:
        together = commitments.together({name: each.hex() for name, each in sealed.items()})
        if together != proof.content["body"]["commitment"]:
            yield Misfit("sealed", "is not what the event commits to")
    for name, shown in proof.shown.items():
        made = commitments.of_value(shown.salt, shown.value)
        if sealed is None or name not in sealed or made != sealed[name].hex():
            yield Misfit(f"shown.{name}", "is not the value that the event commits to")


def _off_the_way(proof: Proof) -> Iterator[Misfit]:
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


def written(proof: Proof) -> str:
    """Return a proof as the text of its file."""
    sealed = proof.sealed
    told = {
        "proof": MARK,
        "head": proof.head.hex(),
        "content": proof.content,
        "sealed": None if sealed is None else {name: each.hex() for name, each in sealed.items()},
        "shown": {
            name: {"value": each.value, "salt": each.salt.hex()}
            for name, each in proof.shown.items()
        },
        "way": [{name: getattr(step, name).hex() for name in Step.__slots__} for step in proof.way],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


class _Wrong(Exception):
    """A member of the file is not what it must be."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(what)


def read(name: str, content: bytes) -> Proof:
    """Read the file of a proof.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: It is no such file.
    """
    try:
        return _proof(_json(content))
    except _Wrong as wrong:
        where = f"{name}: {wrong.where}" if wrong.where else name
        raise WrongInput([Mistake(where, wrong.what)]) from None


def _json(content: bytes) -> Any:
    if len(content) > BYTES_MAX:
        raise _Wrong("", f"is larger than {BYTES_MAX} bytes; is this a proof?")
    try:
        told = json.loads(content.decode(), object_pairs_hook=_without_repeats)
        canonical_json.text(told).encode()  # no number that is none, no half characters
    except (ValueError, RecursionError):
        raise _Wrong("", "is no JSON; take the file that overbrug prove wrote") from None
    return told


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is repeated")
    return found


def _proof(told: Any) -> Proof:
    _members("", told, ("proof", "head", "content", "sealed", "shown", "way"))
    if told["proof"] != MARK:
        raise _Wrong("proof", f"is not {MARK!r}; this version of overbrug reads no other proofs")
    return Proof(
        head=_hash("head", told["head"]),
        content=_content(told["content"]),
        way=_way(told["way"]),
        sealed=None if told["sealed"] is None else _each("sealed", told["sealed"], _hash),
        shown=_each("shown", told["shown"], _shown),
    )


def _members(where: str, told: Any, names: Sequence[str]) -> None:
    if not isinstance(told, dict) or set(told) != set(names):
        raise _Wrong(where, f"must be an object with the members {', '.join(names)}")


def _content(told: Any) -> dict[str, Any]:
    _members("content", told, tuple(_CONTENT))
    _kinds("content", told, _CONTENT)
    _kinds("content.body", told["body"], _BODY)
    try:
        date.fromisoformat(told["body"]["spent_on"])
    except ValueError:
        raise _Wrong("content.body.spent_on", "is no date") from None
    found: dict[str, Any] = told
    return found


def _kinds(where: str, told: dict[str, Any], kinds: Mapping[str, type]) -> None:
    for name, kind in kinds.items():
        if type(told.get(name)) is not kind:
            raise _Wrong(f"{where}.{name}", "is not what the event of a spending holds there")


def _each(where: str, told: Any, of: Callable[[str, Any], Any]) -> dict[str, Any]:
    if not isinstance(told, dict) or not set(told) <= set(COMMITTED):
        raise _Wrong(where, f"must be an object whose members are among {', '.join(COMMITTED)}")
    return {name: of(f"{where}.{name}", each) for name, each in told.items()}


def _shown(where: str, told: Any) -> Shown:
    _members(where, told, ("value", "salt"))
    if told["value"] is not None and not isinstance(told["value"], str):
        raise _Wrong(f"{where}.value", "must be a text or null")
    return Shown(told["value"], _hash(f"{where}.salt", told["salt"]))


def _way(told: Any) -> tuple[Step, ...]:
    if not isinstance(told, list) or not told:
        raise _Wrong("way", "must be a list of the steps from the event to the head")
    for place, step in enumerate(told):
        _members(f"way[{place}]", step, Step.__slots__)
    return tuple(
        Step(**{name: _hash(f"way[{place}].{name}", each) for name, each in step.items()})
        for place, step in enumerate(told)
    )


def _hash(where: str, told: Any) -> bytes:
    if not isinstance(told, str) or not _HASH.fullmatch(told):
        raise _Wrong(where, "must be 64 hexadecimal digits in lower case")
    return bytes.fromhex(told)
