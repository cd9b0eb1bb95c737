"""Cases: opened by the act that first named one, and committed to by all that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import store
from ledger.sealing import ring
from ledger.tables import CaseFile
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Table

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

CASE: Final = Shape(
    model=CaseFile,
    told={"holder": "organisation", "home": "home"},
    beside=tuple(store.table(CaseFile).c[name] for name in ("reference_hash", "reference")),
)


class Named(NamedTuple):
    """The case that a row names: its number, and what the case file of that number holds.

    Args:
        number: Of the case.
        file: Of its case file; ``None`` where there is none.
        reference: The pseudonym, if it is there.
    """

    number: int | None
    file: int | None = None
    reference: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether the pseudonym was erased."""
        return self.file is not None and self.reference is None


def named_by(table: Table) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of :class:`Named` beside the rows of a table.

    The case file is looked up row by row: a join is planned by what the database believes
    of the size of tables, which is far off just after many rows were written.
    """
    case = CASE.table
    file = [
        select(column)
        .where(case.c.fund_id == table.c.fund_id, case.c.sequence == table.c.case_number)
        .scalar_subquery()
        for column in (case.c.sequence, case.c.reference)
    ]
    return (table.c.case_number, *file)


def misfits(event: Event, so_far: SoFar, where: str, named: Named) -> Iterator[Misfit]:
    """Yield what does not fit about the case that a row names, and opened if it is the first.

    Args:
        event: The act that wrote the row.
        so_far: The fund up to this act.
        where: What the row is called in messages.
        named: The case that it names.
    """
    if named.number is None:
        return
    if named.number == event.number:
        found = so_far.rows(CASE, event.number)
        yield from CASE.misfits(event.number, [event.told], found)
        if named.is_erased and event.number not in so_far.lost:
            so_far.emptied.add((CASE.table.name, event.number))
        for *_, hash_, reference in found:
            yield from _misfits_of_hash(event, so_far, hash_, reference)
    if named.file is None or named.number > event.number:
        yield Misfit(
            f"{where}, case_number",
            f"is {named.number}; by event {event.number} no such case was opened",
            event.number,
        )


def _misfits_of_hash(
    event: Event, so_far: SoFar, hash_: bytes | None, reference: str | None
) -> Iterator[Misfit]:
    """Yield what does not fit the hash by which a case is looked up."""
    keys = ring.at_hand(so_far.session.connection())
    if event.number in so_far.lost or keys is None:
        return
    if hash_ is None and reference is not None:
        so_far.lapsed.add((CASE.table.name, event.number))
    elif hash_ != (reference and keys.of_case(so_far.fund.code, reference)):
        yield Misfit(
            f"case_file {event.number}, reference_hash",
            "is not that of the pseudonym, so that the case would not be found",
            event.number,
        )


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield the pseudonyms that no salt is left to prove: they were to be erased too."""
    for number in sorted(so_far.unproved):
        yield Misfit(
            f"case_file {number}, reference",
            "nothing proves it any more: all that named the case was erased; erase it too",
            number,
        )
