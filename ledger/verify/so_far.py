"""What the events up to now have said, as far as later ones or the end are held to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.verify.rows import Row, Shape, Stream


Place = int | tuple[int, int]
"""Where a row stands that may be erased: the number of its act, with its line if it has one."""


def number_of(place: Place) -> int:
    """Return the number of the act."""
    return place if isinstance(place, int) else place[0]


@dataclass(slots=True, kw_only=True)
class SoFar:
    """A fund as its trail tells it up to an event.

    Args:
        session: Sees one moment of the database.
        fund: Its row.
        streams: The rows of its tables, read beside the events.
        parties: Codes that a version of the agreement names.
        handles: What was told of the handle of a person, by id.
        people: Ids of everybody who did anything.
        reserved_cents: What open reservations hold, by number.
        balances_cents: What accounts hold, debit less credit.
        bound_cents: What booked settlements are still to pay out.
        closed_until: Where the periods end that were proposed, an ISO day.
        adjusting_from: Where a period begins that went back to draft.
        spent_cents: What an organisation or a person spent, by year and whose.
        erased: Spendings and reservations whose salt was erased, so that nothing proves what
            they were about.
        emptied: Rows whose salt or pseudonym is gone, by table and number of their act, as long as
            no event said that they were erased.
        lapsed: Rows whose hash is gone but not what it found, as long as no event said so.
        lost: Acts of which something can be opened no more: the key of its bucket was destroyed.
        unproved: Cases that an erased one opened and that nothing else has proved since.
    """

    session: Session
    fund: Any
    streams: dict[Shape, Stream] = field(default_factory=dict)
    parties: set[str] = field(default_factory=set)
    handles: dict[str, str] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    reserved_cents: dict[int, int] = field(default_factory=dict)
    balances_cents: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    bound_cents: int = 0
    closed_until: str | None = None
    adjusting_from: str | None = None
    spent_cents: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    erased: int = 0
    emptied: set[tuple[str, Place]] = field(default_factory=set)
    lapsed: set[tuple[str, int]] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    unproved: set[int] = field(default_factory=set)

    def gone(self, table: str, place: Place) -> None:
        """Note that nothing proves any more what a row was about, of which its act told."""
        self.erased += 1
        if number_of(place) not in self.lost:
            self.emptied.add((table, place))

    def rows(self, shape: Shape, number: int) -> list[Row]:
        """Return the rows of a table that bear the number of an event."""
        return self.streams[shape].take(number)
