"""Cases: opened by the act that first named one, and committed to by all that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, literal, select

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
    """The case that a row names: its number, and what the case file of that number holds.

    ``file`` is ``None`` where there is none, empty where the pseudonym was erased, and else
    the pseudonym after a colon.
    """

    number: int | None
    file: str | None

    @property
    def reference(self) -> str | None:
        """The pseudonym, if it is there."""
        return self.file[1:] if self.file else None

    @property
    def is_erased(self) -> bool:
        """Whether the pseudonym was erased."""
        return self.file == ""  # nothing at all is another thing


def named_by(table: Table) -> tuple[ColumnElement[Any], ...]:
    """Return the columns of :class:`Named` beside the rows of a table.

    The case file is looked up row by row: a join is planned by what the database believes
    of the size of tables, which is far off just after many rows were written.
    """
    case = CASE.table
    file = (
        select(func.coalesce(literal(":").concat(case.c.reference), ""))
        .where(case.c.fund_id == table.c.fund_id, case.c.sequence == table.c.case_number)
        .scalar_subquery()
    )
    return (table.c.case_number, file)


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
