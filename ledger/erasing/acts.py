"""Erasing, in an order that no crash can turn against what is to stay or what is to go.

1. The key file gets a new bucket for each that is touched, and says of the old that it ends.
2. In one transaction what is erased is emptied, all else in those buckets is moved to the new
   ones, and the event is written.
3. Once that is committed the old keys are destroyed (:func:`destroy`).

Whatever stops in between, the next erasure or ``overbrug privacy finish`` goes on from: it
moves what is left in buckets that end, and destroys their keys. Whoever erases holds the
heads of all funds, so that nobody seals anything in a bucket while it ends.

Source:
    The design, Privacy by design (erasure is real).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text

from ledger import funds, people, store, trail
from ledger.erasing import buckets, targets
from ledger.errors import Conflict, Mistake, WrongInput, shortened
from ledger.sealing import ring
from ledger.tables import Head

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.erasing.targets import Targets, What
    from ledger.sealing.ring import Ring

GROUNDS: Final = ("request", "retention", "mistake")
"""On what ground something is erased: who it is about asked, its term ended, or it should
never have been recorded."""

_HEAD: Final = store.table(Head)


class Elsewhere(Conflict):
    """The values were sealed by a database in another place, of which this may be a copy."""

    slug = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased, or would be.

    Args:
        number: Of the event; ``None`` where it would be.
        values: By table how many rows are emptied.
        months: In which the term of what lies in the touched buckets ends.
        moved: How many other values lie in them.
        buckets: Their numbers, for :func:`destroy`.
    """

    number: int | None
    values: Mapping[str, int]
    months: tuple[str, ...]
    moved: int
    buckets: frozenset[int]


def erase(session: Session, fund: str, what: What, *, ground: str, act: Act) -> Erased:
    """Erase; once it is committed, :func:`destroy` the keys.

    Args:
        session: Of the act.
        fund: Code of the fund.
        what: What is erased.
        ground: One of ``GROUNDS``.
        act: Who erases, and when.

    Raises:
        WrongInput: There is no such ground.
        RoleNeeded: Whoever acts is no privacy officer.
        NothingToErase: There is nothing of it, or nothing any more.
        Elsewhere: The database is a copy of another, or was moved.
    """
    _refuse_unknown(ground)
    _lock_all(session)
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=people.MAY_ERASE, on=act.day(end.timezone))
    connection, keys = session.connection(), ring.of(session.connection())
    keys.refresh()
    found = targets.of(session, end.fund_id, what, fund=fund)
    touched = _touched(keys, buckets.of(connection, end.fund_id, found))
    keys.change(lambda there: there.to_end(touched))
    ending = keys.keys.ending(keys.place)
    buckets.empty(connection, end.fund_id, found)
    moved = buckets.move(connection, keys, ending)
    event = end.append(act, "erased", {"ground": ground, "values": found})
    end.write([event])
    return _erased(keys, event["sequence"], found, ending, moved)


def preview(session: Session, fund: str, what: What, *, ground: str) -> Erased:
    """Return what would be erased; nothing is changed.

    Raises:
        WrongInput: There is no such ground.
        NothingToErase: There is nothing of it, or nothing any more.
        Elsewhere: The database is a copy of another, or was moved.
    """
    _refuse_unknown(ground)
    fund_id = funds.known(session, fund).id
    connection, keys = session.connection(), ring.of(session.connection())
    found = targets.of(session, fund_id, what, fund=fund)
    own = buckets.of(connection, fund_id, found)
    touched = _touched(keys, own)
    moved = buckets.count(connection, touched) - sum(own[each] for each in touched)
    return _erased(keys, None, found, frozenset(touched), moved)


def finish(session: Session, *, moved: bool = False) -> frozenset[int]:
    """Move what an erasure that was interrupted left in buckets that end.

    Args:
        session: Of an act.
        moved: Whether the ledger itself was moved here, with the keys of its buckets.

    Returns:
        The numbers of these buckets; once it is committed, :func:`destroy` them.
    """
    _lock_all(session)
    connection, keys = session.connection(), ring.of(session.connection())
    keys.refresh()
    if moved:
        there = buckets.all_of(connection)
        keys.change(lambda found: found.moved(there, keys.place))
    ending = keys.keys.ending(keys.place)
    buckets.move(connection, keys, ending)
    return ending


def destroy(keys: Ring, numbers: frozenset[int], *, at: datetime) -> None:
    """Destroy the keys of buckets in which nothing lies any more; that is committed.

    Args:
        keys: The ring.
        numbers: Of the buckets.
        at: This instant.
    """
    keys.change(lambda there: there.without(numbers, trail.instant(at)))


def _refuse_unknown(ground: str) -> None:
    if ground not in GROUNDS:
        what = f"{shortened(ground)!r} is not one of {', '.join(GROUNDS)}"
        raise WrongInput([Mistake("ground", what)])


def _lock_all(session: Session) -> None:
    """Lock the heads of all funds, in one order; SQLite locks all of it anyway.

    What is committed must have reached the disk before a key is destroyed, however the
    server is set.
    """
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("SET LOCAL synchronous_commit TO on"))
    asked = select(_HEAD.c.fund_id).order_by(_HEAD.c.fund_id)
    session.connection().execute(asked.with_for_update(key_share=True)).all()


def _touched(keys: Ring, numbers: Collection[int]) -> set[int]:
    """Return those of these buckets that are there still; refuse those of another database."""
    there = [each for each in map(keys.bucket, sorted(numbers)) if each is not None]
    others = {each.place for each in there} - {keys.place}
    if others:
        raise Elsewhere(
            f"what is to be erased was sealed by the database {', '.join(sorted(others))}, and "
            f"this is {keys.place}: a copy must not destroy keys of the ledger itself; if the "
            "ledger was moved here, run overbrug privacy finish --moved first"
        )
    return {each.number for each in there}


def _erased(
    keys: Ring, number: int | None, found: Targets, touched: frozenset[int], moved: int
) -> Erased:
    months = {each.month for each in map(keys.bucket, touched) if each is not None}
    return Erased(
        number=number,
        values={name: len(numbers) for name, numbers in found.items()},
        months=tuple(sorted(months)),
        moved=moved,
        buckets=touched,
    )
