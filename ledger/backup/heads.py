"""Where the trails of a database's funds end, and whether one history goes on from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, column, select, table

from ledger.backup.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, TableClause


def _table(name: str, **columns: str) -> TableClause:
    return table(name, *(column(each, KINDS[kind].type) for each, kind in columns.items()))


# As they were from the first revision on: the database may be of any.
_FUND: Final = _table("fund", id="integer", code="text")
_HEAD: Final = _table("head", fund_id="integer", sequence="integer", hash="bytes")
_EVENT: Final = _table("event", fund_id="integer", sequence="integer", hash="bytes")
_HEADS: Final = select(_FUND.c.code, _HEAD.c.sequence, _HEAD.c.hash).join_from(
    _FUND, _HEAD, _HEAD.c.fund_id == _FUND.c.id
)
_HASH: Final[Any] = (
    select(_EVENT.c.hash)
    .join_from(_FUND, _EVENT, _EVENT.c.fund_id == _FUND.c.id)
    .where(_FUND.c.code == bindparam("fund"), _EVENT.c.sequence == bindparam("sequence"))
)


class Head(NamedTuple):
    """The end of a fund's trail: its last event, and the hash of that."""

    fund: str
    sequence: int
    hash: bytes


def found(connection: Connection) -> tuple[Head, ...]:
    """Return the heads of all funds, by code."""
    return tuple(sorted(Head(*row) for row in connection.execute(_HEADS)))


def behind(these: Sequence[Head], those: Sequence[Head]) -> Iterator[str]:
    """Yield what these heads lack that those have, one sentence without a stop a fund."""
    ends = {head.fund: head.sequence for head in these}
    for head in those:
        if head.fund not in ends:
            yield f"fund {head.fund} is not in it, and has {head.sequence} events"
        elif ends[head.fund] < head.sequence:
            yield (
                f"of fund {head.fund} it ends at event {ends[head.fund]}, "
                f"where {head.sequence} are on record"
            )


def elsewhere(connection: Connection, those: Sequence[Head]) -> Iterator[str]:
    """Yield the heads that the trails of a database do not come by: another history."""
    for head in those:
        asked = {"fund": head.fund, "sequence": head.sequence}
        there = connection.execute(_HASH, asked).scalar_one_or_none()
        if head.sequence and there != head.hash:
            yield f"event {head.sequence} of fund {head.fund} is another one"
