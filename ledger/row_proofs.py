"""Proofs that a row stands under the Merkle root that an event tells, checked without the ledger.

A settlement writes its rows in one act; the event holds the root over all of them. A proof
holds that event with its way to a head, as the proof of a spending does, and of each row
the leaf that stands for it and the way from there to the root. What a leaf says is read by
who knows its kind (``settlement.proved``). Pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger import merkle, ways
from ledger.merkle import Beside
from ledger.verify.misfits import Misfit
from ledger.ways import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.ways import Step

MARK: Final = "overbrug-row-proof-1"
KIND: Final = "settlement.proposed"
_BODY: Final = {"period_from": str, "period_until": str, "number": int, "root": str}
_SIDES: Final = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A leaf, and its way to the root."""

    leaf: str
    path: tuple[Beside, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProof:
    """That rows stand under the root in an event of the trail that ends at a head.

    Args:
        head: The hash of the trail's end.
        content: Of the event, as the trail has it.
        way: From the event itself to the head, both included.
        rows: What is proved, and what it takes to read that.
    """

    head: bytes
    content: Mapping[str, Any]
    way: Sequence[Step]
    rows: tuple[Row, ...]


def misfits(proof: RowProof, head: bytes | None = None) -> Iterator[Misfit]:
    """Yield what a proof claims and does not prove; nothing where it holds.

    Args:
        proof: As it was read.
        head: The head that the reader has from another source; ``None`` to take the proof's.
    """
    if proof.content["kind"] != KIND:
        yield Misfit("content.kind", f"is {proof.content['kind']!r}; this proves {KIND} only")
    for place, row in enumerate(proof.rows):
        if merkle.climbed(row.leaf.encode(), row.path).hex() != proof.content["body"]["root"]:
            yield Misfit(f"rows[{place}]", "does not stand under the root that the event tells")
    yield from ways.misfits(proof, head)


def written(proof: RowProof) -> str:
    """Return a proof as the text of its file."""
    of_all = ways.written(proof)
    told = {
        "proof": MARK,
        "head": of_all["head"],
        "content": of_all["content"],
        "rows": [
            {
                "leaf": row.leaf,
                "path": [{_SIDES[not each.left]: each.hash.hex()} for each in row.path],
            }
            for row in proof.rows
        ],
        "way": of_all["way"],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def read(name: str, content: bytes) -> RowProof:
    """Read the file of a proof.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: It is no such file.
    """
    with ways.reading(name):
        return of_file(ways.loaded(content))


def of_file(told: Any) -> RowProof:
    """Read what the file of a proof holds.

    Raises:
        Wrong: It is no such file.
    """
    ways.members("", told, ("proof", "head", "content", "rows", "way"))
    if told["proof"] != MARK:
        raise Wrong("proof", f"is not {MARK!r}; this version of overbrug reads no other proofs")
    content = ways.content(told["content"], _BODY, of="a settlement")
    for name in ("period_from", "period_until"):
        ways.day(f"content.body.{name}", content["body"][name])
    return RowProof(
        head=ways.digest("head", told["head"]),
        content=content,
        way=ways.way(told["way"]),
        rows=_rows(told["rows"]),
    )


def _rows(told: Any) -> tuple[Row, ...]:
    if not isinstance(told, list) or not told:
        raise Wrong("rows", "must be a list of the rows that are proved")
    return tuple(_row(f"rows[{place}]", each) for place, each in enumerate(told))


def _row(where: str, told: Any) -> Row:
    ways.members(where, told, ("leaf", "path"))
    if not isinstance(told["leaf"], str):
        raise Wrong(f"{where}.leaf", "must be a text")
    if not isinstance(told["path"], list):
        raise Wrong(f"{where}.path", "must be a list of what stands beside, level by level")
    path = [_beside(f"{where}.path[{at}]", each) for at, each in enumerate(told["path"])]
    return Row(leaf=told["leaf"], path=tuple(path))


def _beside(where: str, told: Any) -> Beside:
    if not isinstance(told, dict) or len(told) != 1 or not set(told) <= {*_SIDES}:
        raise Wrong(where, "must be an object with the one member left or right")
    ((side, each),) = told.items()
    return Beside(left=side == "left", hash=ways.digest(f"{where}.{side}", each))
