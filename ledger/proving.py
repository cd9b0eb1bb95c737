"""Proofs made from the ledger: the event of a spending, and its way to a head."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import LargeBinary, bindparam, select, type_coerce

from ledger import commitments, funds, orders, proofs, store, trail
from ledger.errors import Conflict, Missing, NotProved
from ledger.orders import COMMITTED, PARTICULARS
from ledger.proofs import Proof, Shown
from ledger.spendings import UnknownSpending
from ledger.tables import CaseFile, Event, Head, Particulars, Spending
from ledger.tables import sealed as sealing
from ledger.ways import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlmodel import Session

    from ledger.funds import Known

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_EVENT: Final = store.table(Event)
_HEAD: Final = store.table(Head)
_COMMITTED: Final = {
    "salt": _PARTICULARS.c.salt,
    "case": _CASE.c.reference,
    **{name: _PARTICULARS.c[name] for name in PARTICULARS},
}
_RECORDED: Final = (
    select(
        _SPENDING.c.sequence,
        *(type_coerce(each, LargeBinary).label(name) for name, each in _COMMITTED.items()),
    )
    .join_from(
        _SPENDING,
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    )
    .outerjoin(
        _CASE,
        (_CASE.c.fund_id == _SPENDING.c.fund_id) & (_CASE.c.sequence == _SPENDING.c.case_number),
    )
    .where(_SPENDING.c.fund_id == bindparam("fund_id"), _SPENDING.c.id == bindparam("id"))
)


class UnknownHead(Missing):
    """The hash is not that of an event at or after the one that is to be proved."""

    slug = "unknown-head"


class Erased(Conflict):
    """What is asked to be shown was erased."""

    slug = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """An event's content, and its way to a head."""

    head: bytes
    content: dict[str, Any]
    way: tuple[Step, ...]


def prove(
    session: Session,
    fund: str,
    spending: str,
    *,
    show: Collection[str] = (),
    head: bytes | None = None,
) -> Proof:
    """Return the proof that a spending stands in the trail of its fund.

    Args:
        session: Sees one moment of the database (``store.reading``).
        fund: Code of the fund.
        spending: Its id.
        show: Which of ``orders.COMMITTED`` the proof shows: somebody reads it, which is put on
            record first (``ledger.privacy.reading``).
        head: The head that it leads to, as it was given out; ``None`` for the last event.

    Raises:
        UnknownFund: There is no such fund.
        UnknownSpending: There is no such spending.
        UnknownHead: The head is that of no event, or the spending came after it.
        Erased: What is asked to be shown was erased.
        NotProved: The record does not fit its trail.
    """
    known = funds.known(session, fund)
    found = session.connection().execute(_RECORDED, {"fund_id": known.id, "id": spending})
    row = found.one_or_none()
    if row is None:
        raise UnknownSpending(f"there is no spending {spending!r}", fund=fund, id=spending)
    there = _opened(session, row)
    event = chained(session, known, row.sequence, head, of=f"spending {spending!r}")
    proof = Proof(
        head=event.head,
        content=event.content,
        way=event.way,
        sealed=_sealed(there),
        shown=_shown(there, show, spending),
    )
    for misfit in proofs.misfits(proof, head):
        raise NotProved(f"spending {spending!r} does not fit its trail ({misfit}): see verify")
    return proof


def chained(
    session: Session, known: Known, sequence: int, head: bytes | None, *, of: str
) -> Chained:
    """Return an event with its way to a head.

    Args:
        session: Sees one moment of the database.
        known: The fund.
        sequence: Of the event.
        head: The head that it leads to, as it was given out; ``None`` for the last event.
        of: What the event is about, for messages.

    Raises:
        UnknownHead: The head is that of no event, or the event came after it.
    """
    end = _end(session, known.id, head)
    if end is None or end < sequence:
        raise UnknownHead(
            f"no event at or after {of} has that hash; ask with a head that was given out after "
            "it was recorded",
            of=of,
        )
    return Chained(
        head=_hashes(session, known.id, [end])[end],
        content=_content(session, known, sequence),
        way=_way(session, known, end, sequence),
    )


def _end(session: Session, fund_id: int, head: bytes | None) -> int | None:
    """Return the number of the event that a proof leads to; ``None`` where there is none."""
    if head is None:
        asked = select(_HEAD.c.sequence).where(_HEAD.c.fund_id == fund_id)
    else:
        asked = select(_EVENT.c.sequence).where(_EVENT.c.fund_id == fund_id, _EVENT.c.hash == head)
    return session.connection().execute(asked).scalar_one_or_none()


def _content(session: Session, known: Known, sequence: int) -> dict[str, Any]:
    (event,) = _events(session, known.id, [sequence])
    return {
        "actor": str(event.actor_id),
        "at": trail.instant(event.at),
        "body": json.loads(event.body),
        "fund": known.code,
        "kind": event.kind,
        "sequence": event.sequence,
    }


def _way(session: Session, known: Known, end: int, sequence: int) -> tuple[Step, ...]:
    """Return the steps from an event to the head."""
    numbers = [*trail.way(end, sequence)][::-1]
    before = {back for number in numbers for back in (number - 1, number & (number - 1))}
    hashes = {0: trail.START, **_hashes(session, known.id, before - {0})}
    return tuple(
        Step(
            previous=hashes[event.sequence - 1],
            skip=hashes[event.sequence & (event.sequence - 1)],
            content=trail.content_digest(
                known.code,
                sequence=event.sequence,
                at=event.at,
                kind=event.kind,
                actor_id=event.actor_id,
                body=event.body,
            ),
        )
        for event in _events(session, known.id, numbers)
    )


def _events(session: Session, fund_id: int, numbers: Iterable[int]) -> list[Any]:
    """Return these events in their order."""
    asked = (
        select(_EVENT)
        .where(_EVENT.c.fund_id == fund_id, _EVENT.c.sequence.in_([*numbers]))
        .order_by(_EVENT.c.sequence)
    )
    return [*session.connection().execute(asked)]


def _hashes(session: Session, fund_id: int, numbers: Iterable[int]) -> dict[int, bytes]:
    return {event.sequence: event.hash for event in _events(session, fund_id, numbers)}


def _opened(session: Session, row: Any) -> dict[str, Any]:
    """Return the salt and the values of a spending; nothing of what is gone in part."""
    dialect, found = session.connection().dialect, {}
    for name, column in _COMMITTED.items():
        cell, opened = getattr(row, name), sealing.opener(column, dialect)
        found[name] = opened(cell)
        if cell is not None and found[name] is None:  # the key of its bucket was destroyed
            return dict.fromkeys(_COMMITTED)
    return found


def _sealed(there: Mapping[str, Any]) -> dict[str, bytes] | None:
    if there["salt"] is None:
        return None
    return {
        name: bytes.fromhex(
            commitments.of_value(commitments.field_salt(there["salt"], name), there[name])
        )
        for name in _committed(there)
    }


def _committed(there: Mapping[str, Any]) -> Collection[str]:
    """Return the names of what the event of a spending commits to."""
    return orders.committed({name: there[name] for name in COMMITTED})


def _shown(there: Mapping[str, Any], show: Collection[str], spending: str) -> dict[str, Shown]:
    if show and there["salt"] is None:
        raise Erased(
            f"what spending {spending!r} was about is erased; prove it without showing anything",
            id=spending,
        )
    return {
        name: Shown(there[name], commitments.field_salt(there["salt"], name))
        for name in (_committed(there) if show else ())
        if name in show
    }
