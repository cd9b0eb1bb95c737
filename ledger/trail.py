"""The trail: every act is one event in the fund's hash chain, in the act's transaction.

The content of an event is canonical JSON (RFC 8785) with the members ``actor``, ``at``,
``body``, ``fund``, ``kind`` and ``sequence``. Its hash is
``SHA-256(hash(n - 1) || hash(n & (n - 1)) || SHA-256(content))``, with 32 zero bytes for
``hash(0)``. The first link makes it a chain; the second skips back over ever longer
stretches, so that the way from any head to any event has few steps (``way``).

The order of events is that of their sequence, never of ``at``. A clock that was set back
gives an event an instant before that of the one it follows: it stands in its place all the
same, the chain holds, and what was closed, ended or settled stays so, because all of that
is read from what happened before in sequence (``overbrug doctor`` says that the clock is
behind).

What may identify somebody, or may have to be erased, enters as a commitment only
(``ledger.commitments``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import canonical_json, store
from ledger.errors import Missing
from ledger.tables import Event, Fund, Head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act

START: Final = bytes(32)
"""The hash before the first event."""

_HASHES_KEPT: Final = 1 << 12  # of one act, before those that nothing links to are dropped

_FUND: Final = store.table(Fund)
_HEAD: Final = store.table(Head)
_EVENT: Final = store.table(Event)
_SKIPPED: Final = _EVENT.alias("skipped")
SKIPPED: Final = (_SKIPPED.c.sequence.label("skipped"), _SKIPPED.c.hash.label("skipped_hash"))
"""The event that the second link of the next one leads to, for a question with the head."""

NEXT_SKIPS: Final = (
    _SKIPPED,
    (_SKIPPED.c.fund_id == _HEAD.c.fund_id)
    & (_SKIPPED.c.sequence == _HEAD.c.sequence.bitwise_and(_HEAD.c.sequence + 1)),
)
"""Joins it to the head; before the second event there is none."""

_LOCK: Final = (
    select(_FUND.c.code, _FUND.c.timezone, _HEAD, *SKIPPED)
    .join(_HEAD, _HEAD.c.fund_id == _FUND.c.id)
    .outerjoin(*NEXT_SKIPS)
    .where(_FUND.c.code == bindparam("fund"))
    # NO KEY UPDATE lets the foreign keys of other acts pass; UPDATE would fight with them.
    .with_for_update(of=_HEAD, key_share=True)
)
_HASH: Final = select(_EVENT.c.hash).where(
    _EVENT.c.fund_id == bindparam("fund_id"), _EVENT.c.sequence == bindparam("sequence")
)


class UnknownFund(Missing):
    """There is no such fund."""

    slug = "unknown-fund"


@dataclass(slots=True, kw_only=True)
class Trail:
    """The end of a fund's trail, locked for one act until its transaction ends."""

    session: Session
    fund_id: int
    fund: str
    timezone: str
    sequence: int
    hash: bytes
    closed_until: date
    adjusting_from: date | None
    pool_cents: int
    reserved_cents: int
    _hashes: dict[int, bytes] = field(default_factory=dict)

    def append(self, act: Act, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Add an event to the chain.

        Returns:
            The row of the event, which the act writes with :func:`write` before the rows
            that bear its sequence.
        """
        number = self.sequence + 1
        row: dict[str, Any] = {
            "fund_id": self.fund_id,
            "sequence": number,
            "at": act.at,
            "kind": kind,
            "actor_id": act.actor,
            "body": canonical_json.text(body),
        }
        skip = self._hash(number & (number - 1))
        row["hash"] = link(self.hash, skip, content_digest(self.fund, **_told(row)))
        self.sequence, self.hash = number, row["hash"]
        self._hashes[number] = row["hash"]
        if len(self._hashes) > _HASHES_KEPT:
            self._hashes = {at: self._hashes[at] for at in _behind(number) if at in self._hashes}
        return row

    def _hash(self, sequence: int) -> bytes:
        if sequence == 0:
            return START
        if sequence not in self._hashes:
            asked = {"fund_id": self.fund_id, "sequence": sequence}
            self._hashes[sequence] = self.session.connection().execute(_HASH, asked).scalar_one()
        return self._hashes[sequence]

    def write(self, events: Sequence[dict[str, Any]]) -> None:
        """Write events, and the head that they lead to."""
        store.insert(self.session, Event, events)
        store.move(
            self.session,
            Head,
            {
                "fund_id": self.fund_id,
                "sequence": self.sequence,
                "hash": self.hash,
                "closed_until": self.closed_until,
                "adjusting_from": self.adjusting_from,
                "pool_cents": self.pool_cents,
                "reserved_cents": self.reserved_cents,
            },
        )


def lock(session: Session, fund: str) -> Trail:
    """Lock the end of a fund's trail; whoever else acts in the fund waits.

    Raises:
        UnknownFund: There is no such fund.
    """
    found = session.connection().execute(_LOCK, {"fund": fund}).one_or_none()
    if found is None:
        raise UnknownFund(f"There is no fund {fund!r}", fund=fund)
    return at_head(session, found)


def at_head(session: Session, row: Any) -> Trail:
    """Return the end of a trail from a row with its fund and its head, which is locked."""
    return Trail(
        session=session,
        fund_id=row.fund_id,
        fund=row.code,
        timezone=row.timezone,
        sequence=row.sequence,
        hash=row.hash,
        closed_until=row.closed_until,
        adjusting_from=row.adjusting_from,
        pool_cents=row.pool_cents,
        reserved_cents=row.reserved_cents,
        _hashes={row.skipped: row.skipped_hash, row.sequence: row.hash},
    )


def content_digest(
    fund: str, *, sequence: int, at: datetime, kind: str, actor_id: UUID, body: str
) -> bytes:
    """Return the SHA-256 of an event's content.

    Args:
        fund: Code of the fund.
        sequence: Number of the event.
        at: When it happened.
        kind: What happened, such as ``spending.recorded``.
        actor_id: Who acted.
        body: Canonical JSON.
    """
    told = content(
        fund, sequence=sequence, at=instant(at), kind=kind, actor=str(actor_id), body=body
    )
    return hashlib.sha256(told.encode()).digest()


def content(fund: str, *, sequence: int, at: str, kind: str, actor: str, body: str) -> str:
    """Return an event's content, of members as the trail writes them: canonical JSON."""
    # Only the body holds characters that JSON escapes, so this is canonical as it stands.
    return (
        f'{{"actor":"{actor}","at":"{at}","body":{body},'
        f'"fund":"{fund}","kind":"{kind}","sequence":{sequence}}}'
    )


def instant(at: datetime) -> str:
    """Return an instant as the trail writes it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


def link(previous: bytes, skip: bytes, content: bytes) -> bytes:
    """Return the hash of an event from those that it follows and the digest of its content."""
    return hashlib.sha256(previous + skip + content).digest()


def way(head: int, sequence: int) -> Iterator[int]:
    """Yield the events that lead from a head back to an event, both included.

    Each step goes as far back as the second link reaches, or else to the event before;
    from a head of b binary digits there are at most b(b + 1)/2.
    """
    at = head
    yield at
    while at > sequence:
        back = at & (at - 1)
        at = back if back >= sequence else at - 1
        yield at


def _behind(sequence: int) -> Iterator[int]:
    """Yield an event and those that its second links lead to: all that later ones may need."""
    while sequence:
        yield sequence
        sequence &= sequence - 1


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("sequence", "at", "kind", "actor_id", "body")}
