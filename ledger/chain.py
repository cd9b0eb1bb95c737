"""Does the chain of every fund hold? The least that a restored or running ledger must show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import store, trail
from ledger.tables import Event, Fund, Head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

_FUND: Final = store.table(Fund)
_HEAD: Final = store.table(Head)
_EVENT: Final = store.table(Event)
_ENDS: Final = (
    select(_FUND.c.code, _HEAD)
    .join_from(_FUND, _HEAD, _HEAD.c.fund_id == _FUND.c.id, isouter=True)
    .order_by(_FUND.c.code)
)
_EVENTS: Final = (
    select(_EVENT).where(_EVENT.c.fund_id == bindparam("fund_id")).order_by(_EVENT.c.sequence)
)
_ROWS: Final = 2_000  # that are in memory at a time
_HASHES_KEPT: Final = 1 << 12  # before those that nothing later links to are dropped


def chain_fits(session: Session) -> str | None:
    """Return the first event of any fund that does not fit the chain; ``None`` if all do."""
    for end in session.connection().execute(_ENDS).all():
        if end.fund_id is None:
            return f"fund {end.code} has no head"
        if (found := _first_misfit(session, end)) is not None:
            return found
    return None


def _first_misfit(session: Session, end: Any) -> str | None:
    hashes, at = {0: trail.START}, 0
    try:
        for row in _events(session, end.fund_id):
            at += 1
            if row.sequence != at:
                return f"event {at} of fund {end.code} is not there"
            if row.hash != trail.link(hashes[at - 1], hashes[at & (at - 1)], _content(end, row)):
                return f"event {at} of fund {end.code} does not fit its hash"
            hashes[at] = row.hash
            if len(hashes) > _HASHES_KEPT:
                hashes = {number: hashes[number] for number in trail.way(at, 0)}
    except ValueError as error:
        return f"event {at + 1} of fund {end.code} cannot be read: {error}"
    if (end.sequence, end.hash) != (at, hashes[at]):
        return f"the head of fund {end.code} is not event {at}, its last"
    return None


def _events(session: Session, fund_id: int) -> Iterable[Any]:
    return session.connection().execute(
        _EVENTS, {"fund_id": fund_id}, execution_options={"yield_per": _ROWS}
    )


def _content(end: Any, row: Any) -> bytes:
    return trail.content_digest(
        end.code,
        sequence=row.sequence,
        at=row.at,
        kind=row.kind,
        actor_id=row.actor_id,
        body=row.body,
    )
