"""Proofs of a spending, or of rows, in a trail of which nobody sees more than hashes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger import commitments, merkle, trail, ways
from ledger.proofs import Proof, Shown
from ledger.row_proofs import Row, RowProof
from ledger.ways import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def proved(
    others: Sequence[bytes],
    values: Mapping[str, str | None],
    *,
    place: int = 0,
    cents: int = 12_50,
    salt: bytes = bytes(16),
    show: Collection[str] = (),
) -> Proof:
    """Return the proof of a spending.

    Args:
        others: The digests of the other events of the trail.
        values: What the spending was about, by name.
        place: How many of the others came before it, at most.
        cents: Its amount.
        salt: Its secret.
        show: What the proof shows.
    """
    before, after = others[:place], others[place:]
    number = len(before) + 1
    content = _content(number, cents, commitments.of_fields(salt, values))
    contents = [*before, ways.content_digest(content), *after]
    hashes = _hashes(contents)
    shown = {
        name: Shown(value, commitments.field_salt(salt, name)) for name, value in values.items()
    }
    return Proof(
        head=hashes[-1],
        content=content,
        way=_way(hashes, contents, number),
        sealed={
            name: bytes.fromhex(commitments.of_value(each.salt, each.value))
            for name, each in shown.items()
        },
        shown={name: shown[name] for name in sorted(show)},
    )


def proved_rows(
    others: Sequence[bytes], leaves: Sequence[str], wanted: Sequence[int], *, place: int = 0
) -> RowProof:
    """Return the proof of some rows of a settlement, of which nobody sees the others.

    Args:
        others: The digests of the other events of the trail.
        leaves: All rows, as they stand under the root.
        wanted: Which of them are proved.
        place: How many of the other events came before it, at most.
    """
    before, after = others[:place], others[place:]
    number, rows = len(before) + 1, [leaf.encode() for leaf in leaves]
    body = {
        "number": 1, "period_from": "2026-01-01", "period_until": "2026-04-01",
        "root": merkle.root(rows).hex(),
    }  # fmt: skip
    content = _event(number, "settlement.proposed", body)
    contents = [*before, ways.content_digest(content), *after]
    hashes = _hashes(contents)
    return RowProof(
        head=hashes[-1],
        content=content,
        way=_way(hashes, contents, number),
        rows=tuple(Row(leaf=leaves[each], path=merkle.sided_path(rows, each)) for each in wanted),
    )


def _way(hashes: Sequence[bytes], contents: Sequence[bytes], number: int) -> list[Step]:
    return [
        Step(previous=hashes[at - 1], skip=hashes[at & (at - 1)], content=contents[at - 1])
        for at in [*trail.way(len(contents), number)][::-1]
    ]


def _content(number: int, cents: int, commitment: str) -> dict[str, Any]:
    body = {"amount": cents, "commitment": commitment, "id": "s1", "spent_on": "2026-02-10"}
    return _event(number, "spending.recorded", body)


def _event(number: int, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "actor": str(UUID(int=7)),
        "at": trail.instant(datetime(2026, 2, 10, 12, tzinfo=UTC)),
        "body": body,
        "fund": "fund",
        "kind": kind,
        "sequence": number,
    }


def _hashes(contents: Sequence[bytes]) -> list[bytes]:
    """Return the hashes of a trail, from that before its first event on."""
    hashes = [trail.START]
    for number, content in enumerate(contents, 1):
        hashes.append(trail.link(hashes[-1], hashes[number & (number - 1)], content))
    return hashes
