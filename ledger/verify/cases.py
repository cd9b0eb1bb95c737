"""Cases: opened by the act that first named one, and committed to by all that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_

from ledger import store
from ledger.tables import CaseFile
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Table

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

CASE: Final = Shape(model=CaseFile, told={"holder": "organisation", "home": "home"})


class Named(NamedTuple):
    """The case that a row names: its number there, and the case file that bears it."""

    number: int | None
    file: int | None
    reference: str | None

    @property
    def is_erased(self) -> bool:
        """Whether the pseudonym was erased."""
        return self.file is not None and self.reference is None


def named_by(table: Table) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of :class:`Named` beside the rows of a table."""
    return (table.c.case_number, CASE.table.c.sequence, CASE.table.c.reference)


def join(table: Table) -> tuple[Table, ColumnElement[bool]]:
    """Return how case files are joined to the rows of a table that name them."""
    case = store.table(CaseFile)
    return case, and_(case.c.fund_id == table.c.fund_id, case.c.sequence == table.c.case_number)


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
        yield from CASE.misfits(event.number, [event.told], so_far.rows(CASE, event.number))
    if named.file is None or named.number > event.number:
        yield Misfit(
            f"{where}, case_number",
            f"is {named.number}; by event {event.number} no such case was opened",
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
