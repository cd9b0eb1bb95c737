"""A spending that was recorded: its row, its particulars, its case and its transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import orders, spendings, store
from ledger.orders import LINKS, PARTICULARS, advancer
from ledger.tables import Particulars, Spending
from ledger.verify import cases, findings, journal, reservations, sealed
from ledger.verify.cases import Named
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape
from ledger.verify.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.journal import Move
    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)

SPENDING: Final = Shape(
    model=Spending,
    told={
        "id": "id",
        "content": "content",
        "spent_on": "spent_on",
        "recorded_on": "recorded_on",
        "booked_on": "booked_on",
        "amount_cents": "amount",
        "category": "category",
        "organisation": "organisation",
        "home": "home",
        "advanced_by": "advanced_by",
        "person_id": "person",
        **{link: link for link in LINKS},
        "vat_cents": "vat",
        "vat_use": "vat_use",
    },
    beside=cases.named_by(_SPENDING),
)
PARTICULARS_OF: Final = Shape(
    model=Particulars,
    told={},
    beside=[_PARTICULARS.c[name] for name in ("salt", *PARTICULARS)],
)
_WIDTH: Final = len(SPENDING.columns)


def recorded(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a spending that was recorded."""
    number, told = event.number, event.told
    found = so_far.rows(SPENDING, number)
    yield from SPENDING.misfits(number, [told], found)
    case = Named(*found[0][_WIDTH:]) if found else Named(None)
    yield from cases.misfits(event, so_far, f"spending {number}", case)
    yield from _particulars(event, so_far, case)
    _add_up(so_far, told)
    if "person" in told:
        so_far.people.add(str(told["person"]))
    if told.get("reservation") is not None:  # else it was unknown, or had ended before
        yield from reservations.ended(event, so_far, [told["reservation"]], how="spent")
    yield from journal.misfits(event, so_far, told["booked_on"], _moves(told))


def _particulars(event: Event, so_far: SoFar, case: Named) -> Iterator[Misfit]:
    where = f"particulars {event.number}"
    found = so_far.rows(PARTICULARS_OF, event.number)
    if not found:
        yield Misfit(where, f"is missing; event {event.number} wrote it", event.number)
    for _, salt, *texts in found:
        of_field = dict(zip(PARTICULARS, texts, strict=True))
        there = Sealed(where, salt, case, orders.committed(of_field))
        yield from sealed.misfits(event, so_far, there)
        yield from findings.of_spending(event, so_far, of_field["receipt"])


def _add_up(so_far: SoFar, told: dict[str, Any]) -> None:
    """Add a spending to what its organisation and whoever spent it spent in the year."""
    for whose in (told["organisation"], told.get("person")):
        if whose is not None:
            so_far.spent_cents[int(told["spent_on"][:4]), whose] += told["amount"]


def _moves(told: dict[str, Any]) -> list[Move]:
    return spendings.moves(told["amount"], advancer(told["advanced_by"], told["organisation"]))
