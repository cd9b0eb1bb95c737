"""Verification of a fund: its events and the rows of its tables, read side by side."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError

from ledger import store, trail
from ledger.tables import Fund, Head
from ledger.verify import chain, heads, pages, rows
from ledger.verify.chain import Chain
from ledger.verify.misfits import Misfit
from ledger.verify.pages import More
from ledger.verify.rows import CHUNK, MISFITS_MAX
from ledger.verify.so_far import SoFar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlmodel import Session

_FUND: Final = store.table(Fund)
_HEAD: Final = store.table(Head)
_ENDED: Final = (
    select(_FUND, _HEAD)
    .join_from(_FUND, _HEAD, _HEAD.c.fund_id == _FUND.c.id, isouter=True)
    .where(_FUND.c.code == bindparam("fund"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found.

    Args:
        fund: Its code.
        events: How many there are.
        head: The hash of the last one.
        erased: Spendings whose particulars were erased: their commitments prove nothing.
        misfits: What does not fit, the first of it.
        misfits_left: How many more there are.
        printed_at: The number of the event whose hash was given as a printed head.
    """

    fund: str
    events: int
    head: bytes
    erased: int
    misfits: tuple[Misfit, ...]
    misfits_left: int = 0
    printed_at: int | None = None

    @property
    def first(self) -> Misfit | None:
        """The first thing that does not fit; ``None`` where all fits."""
        return self.misfits[0] if self.misfits else None


def verify(
    session: Session,
    fund: str,
    head: bytes | None = None,
    *,
    more: More | None = None,
    passed: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Recompute a fund's trail and hold every row of the fund to it.

    Args:
        session: Sees one moment of the database (``store.reading``).
        fund: Code of the fund.
        head: A hash that was given out as the head of the trail: the trail must hold it.
        more: What rooms that build on the ledger know of their acts.
        passed: Told now and then how many events were read, and how many there are.

    Raises:
        UnknownFund: There is no such fund.
    """
    found = session.connection().execute(_ENDED, {"fund": fund}).one_or_none()
    if found is None:
        raise trail.UnknownFund(f"there is no fund {fund!r}", fund=fund)
    links = Chain(fund=fund, printed=head)
    so_far = SoFar(session=session, fund=found)
    count = 0

    def counted() -> Iterator[Misfit]:
        nonlocal count
        for misfit in _misfits(links, so_far, found, more or More(), passed):
            count += 1
            yield misfit

    kept = nsmallest(MISFITS_MAX, counted(), key=attrgetter("number"))
    untold = sum(stream.untold for stream in so_far.streams.values())
    return Report(
        fund=fund,
        events=links.number,
        head=links.hash or trail.START,
        erased=so_far.erased,
        misfits=tuple(kept),
        misfits_left=count - len(kept) + untold,
        printed_at=links.printed_at,
    )


def _misfits(
    links: Chain, so_far: SoFar, head: Any, more: More, passed: Callable[[int, int], None]
) -> Iterator[Misfit]:
    try:
        for shape in (*pages.SHAPES, *more.shapes):
            so_far.streams[shape] = rows.stream(so_far.session, so_far.fund.id, shape, so_far.lost)
        for event in chain.events(so_far.session, so_far.fund.id):
            yield from links.misfits(event)
            yield from _of_act(event, so_far, more)
            if event.number % CHUNK == 0:
                passed(event.number, head.sequence)
        for stream in so_far.streams.values():
            yield from stream.left()
        for page in (*pages.AT_THE_END, *more.at_the_end):
            yield from page(so_far)
    except DBAPIError as error:
        yield Misfit("database", f"cannot be read after event {links.number}: {error.orig}")
        return
    yield from links.end(head)
    yield from heads.misfits(so_far, head)


def _of_act(event: chain.Event, so_far: SoFar, more: More) -> Iterator[Misfit]:
    page = pages.KINDS.get(event.kind) or more.kinds.get(event.kind)
    if page is None:
        yield Misfit(f"event {event.number}, kind", f"{event.kind!r} is no act", event.number)
        return
    so_far.people.add(event.actor)
    try:
        yield from page(event, so_far)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # Whoever changes a record may put anything into it, of any kind.
        yield Misfit(
            f"event {event.number}", f"says what no act of its kind says: {error}", event.number
        )
