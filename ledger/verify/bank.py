"""The bank: statements and lines of an import, what lines are, and what was explained.

The rows of an import, and of what was matched, are held to the root in their event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import commitments, merkle, store
from ledger.bank_account import rows as rows_of_bank
from ledger.tables import BankLine, BankMatch, BankReason, BankStatement
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

STATEMENT: Final = Shape(model=BankStatement, told={name: name for name in rows_of_bank.STATEMENT})
LINE: Final = Shape(model=BankLine, told={name: name for name in rows_of_bank.LINE})
MATCH: Final = Shape(model=BankMatch, told={name: name for name in rows_of_bank.MATCH})
REASON: Final = Shape(
    model=BankReason,
    told={name: name for name in ("of_sequence", "of_line", "account")},
    beside=tuple(store.table(BankReason).c[name] for name in ("salt", "reason")),
)


def imported(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the statements and lines of an import."""
    yield from _under_root(event, so_far, {STATEMENT: "statements", LINE: "lines"})


def matched(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit what lines were found to be."""
    yield from _under_root(event, so_far, {MATCH: "matches"})


def explained(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the reason of a difference."""
    found = so_far.rows(REASON, event.number)
    yield from REASON.misfits(event.number, [event.told], found)
    for *_, salt, reason in found:
        where = f"bank_reason {event.number}"
        if salt is None or event.number in so_far.lost:
            so_far.gone("bank_reason", event.number)
            if salt is None and reason is not None:
                yield Misfit(where, "its salt is gone but not its reason; erase both", event.number)
        elif commitments.of_fields(salt, {"reason": reason}) != event.told.get("commitment"):
            yield Misfit(where, f"event {event.number} commits to another reason", event.number)


def _under_root(event: Event, so_far: SoFar, counts: Mapping[Shape, str]) -> Iterator[Misfit]:
    """Yield what does not fit rows whose number and Merkle root an event tells."""
    number, leaves = event.number, []
    for shape, name in counts.items():
        found: list[tuple[Any, ...]] = so_far.rows(shape, number)
        leaves += [rows_of_bank.leaf(shape.table.name, row[1:]) for row in found]
        if len(found) != event.told.get(name):
            yield Misfit(
                f"{shape.table.name} {number}",
                f"has {len(found)} rows; event {number} wrote {event.told.get(name)}",
                number,
            )
    if merkle.root(leaves).hex() != event.told.get("root"):
        tables = " or ".join(shape.table.name for shape in counts)
        yield Misfit(
            f"{tables} {number}", f"its rows are not those that event {number} wrote", number
        )
