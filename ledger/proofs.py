"""Proofs that a spending stands in a trail, which anybody can check without the ledger.

A proof holds the event of the spending, the hashes that lead from it to the head of the
trail, and of what the event only commits to the values that were asked, each with a salt
of its own. Whoever has the head from another source (a statement, a mail) knows from it
that the spending was on record, with just this content, when that head was given out.

Pure: making one from a ledger is ``ledger.proving``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger import commitments, ways
from ledger.orders import COMMITTED
from ledger.verify.misfits import Misfit
from ledger.ways import Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.ways import Step

MARK: Final = "overbrug-proof-1"
_BODY: Final = {"id": str, "amount": int, "spent_on": str, "commitment": str}


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


def misfits(proof: Proof, head: bytes | None = None) -> Iterator[Misfit]:
    """Yield what a proof claims and does not prove; nothing where it holds.

    Args:
        proof: As it was read.
        head: The head that the reader has from another source; ``None`` to take the proof's.
    """
    if proof.content["kind"] != "spending.recorded":
        yield Misfit("content.kind", f"is {proof.content['kind']!r}; this proves spendings only")
    yield from _unsealed(proof)
    yield from ways.misfits(proof, head)


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


def written(proof: Proof) -> str:
    """Return a proof as the text of its file."""
    sealed, of_all = proof.sealed, ways.written(proof)
    told = {
        "proof": MARK,
        "head": of_all["head"],
        "content": of_all["content"],
        "sealed": None if sealed is None else {name: each.hex() for name, each in sealed.items()},
        "shown": {
            name: {"value": each.value, "salt": each.salt.hex()}
            for name, each in proof.shown.items()
        },
        "way": of_all["way"],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def read(name: str, content: bytes) -> Proof:
    """Read the file of a proof.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: It is no such file.
    """
    with ways.reading(name):
        return of_file(ways.loaded(content))


def of_file(told: Any) -> Proof:
    """Read what the file of a proof holds.

    Raises:
        Wrong: It is no such file.
    """
    ways.members("", told, ("proof", "head", "content", "sealed", "shown", "way"))
    if told["proof"] != MARK:
        raise Wrong("proof", f"is not {MARK!r}; this version of overbrug reads no other proofs")
    content = ways.content(told["content"], _BODY, of="a spending")
    ways.day("content.body.spent_on", content["body"]["spent_on"])
    return Proof(
        head=ways.digest("head", told["head"]),
        content=content,
        way=ways.way(told["way"]),
        sealed=None if told["sealed"] is None else _each("sealed", told["sealed"], ways.digest),
        shown=_each("shown", told["shown"], _shown),
    )


def _each(where: str, told: Any, of: Callable[[str, Any], Any]) -> dict[str, Any]:
    if not isinstance(told, dict) or not set(told) <= set(COMMITTED):
        raise Wrong(where, f"must be an object whose members are among {', '.join(COMMITTED)}")
    return {name: of(f"{where}.{name}", each) for name, each in told.items()}


def _shown(where: str, told: Any) -> Shown:
    ways.members(where, told, ("value", "salt"))
    if told["value"] is not None and not isinstance(told["value"], str):
        raise Wrong(f"{where}.value", "must be a text or null")
    return Shown(told["value"], ways.digest(f"{where}.salt", told["salt"]))
