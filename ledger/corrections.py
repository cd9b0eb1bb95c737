"""Corrections on record: what may reverse, refund or replace what.

The same rules as for files (``settlement.corrections``), asked of the rows on record one
order at a time, so that a settlement never finds a correction that it cannot follow.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledger import store
from ledger.errors import Conflict
from ledger.money import as_text
from ledger.tables import CaseFile, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

    from ledger.orders import Order

SAME: Final = ("organisation", "home", "case", "category", "domain", "advanced_by")
"""What a reversal has in common with what it reverses."""

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_CHUNK: Final = 5_000  # ids that are asked for at a time


class WrongCorrection(Conflict):
    """The correction does not fit the spending that it corrects."""

    slug = "wrong-correction"


@dataclass(slots=True, kw_only=True)
class Original:
    """What a correction must know of a spending on record, and what was corrected so far."""

    sequence: int
    spent_on: date
    amount_cents: int
    same: dict[str, str | None]
    kind: str | None  # of correction that it is itself
    person_id: UUID | None = None  # who spent it
    professional: str | None = None  # who it was said to be
    reversed: bool = False
    replacing: bool = False  # whether something replaces it
    refunded_cents: int = 0  # by refunds that are not reversed
    refunds: int | None = None  # sequence of what it refunds itself


def originals(session: Session, fund_id: int, ids: Collection[str]) -> dict[str, Original]:
    """Return what corrections must know of spendings, by id; unknown ids are left out."""
    found: dict[str, Original] = {}
    wanted = sorted(ids)
    for first in range(0, len(wanted), _CHUNK):
        asked = (
            select(
                _SPENDING,
                _PARTICULARS.c.domain,
                _PARTICULARS.c.professional,
                _CASE.c.reference,
            )
            .outerjoin(_PARTICULARS, _on(_PARTICULARS, _SPENDING.c.sequence))
            .outerjoin(_CASE, _on(_CASE, _SPENDING.c.case_number))
            .where(
                _SPENDING.c.fund_id == fund_id, _SPENDING.c.id.in_(wanted[first : first + _CHUNK])
            )
        )
        for row in session.connection().execute(asked):
            found[row.id] = _original(row)
    _add_corrected(session, fund_id, found)
    return found


def _on(table: Any, number: Any) -> Any:
    return (table.c.fund_id == _SPENDING.c.fund_id) & (table.c.sequence == number)


def _original(row: Any) -> Original:
    kinds = [kind for kind in ("reverses", "refunds", "replaces") if getattr(row, kind) is not None]
    return Original(
        sequence=row.sequence,
        spent_on=row.spent_on,
        amount_cents=row.amount_cents,
        same={
            "organisation": row.organisation,
            "home": row.home,
            "case": row.reference,
            "category": row.category,
            "domain": row.domain,
            "advanced_by": row.advanced_by,
        },
        kind=kinds[0] if kinds else None,
        person_id=row.person_id,
        professional=row.professional,
        refunds=row.refunds,
    )


def _add_corrected(session: Session, fund_id: int, found: dict[str, Original]) -> None:
    by_sequence = {original.sequence: original for original in found.values()}
    reversals = _SPENDING.alias()
    numbers = sorted(by_sequence)
    connection = session.connection()
    for first in range(0, len(numbers), _CHUNK):
        chunk = numbers[first : first + _CHUNK]
        asked = select(_SPENDING.c.reverses).where(
            _SPENDING.c.fund_id == fund_id, _SPENDING.c.reverses.in_(chunk)
        )
        for row in connection.execute(asked):
            by_sequence[row.reverses].reversed = True
        refunds = (
            select(_SPENDING.c.refunds, func.sum(_SPENDING.c.amount_cents).label("cents"))
            .outerjoin(
                reversals,
                (reversals.c.fund_id == fund_id) & (reversals.c.reverses == _SPENDING.c.sequence),
            )
            .where(
                _SPENDING.c.fund_id == fund_id,
                _SPENDING.c.refunds.in_(chunk),
                reversals.c.sequence.is_(None),
            )
            .group_by(_SPENDING.c.refunds)
        )
        for row in connection.execute(refunds):
            by_sequence[row.refunds].refunded_cents = -int(row.cents)


def check(order: Order, found: dict[str, Original]) -> None:
    """Check that a correction fits what it corrects, and note that it was corrected.

    Args:
        order: A correction.
        found: What is known by id; changed by the correction, for those that follow.

    Raises:
        WrongCorrection: It does not fit; says what would be right.
    """
    assert order.link is not None
    kind, to = order.link
    original = found.get(to)
    if original is None:
        raise WrongCorrection(f"{kind} {to!r}, which is not on record", id=order.id, to=to)
    for what in _WRONG[kind](order, to, original):
        raise WrongCorrection(f"{kind} {to!r}, {what}", id=order.id, to=to)
    if kind == "reverses":
        original.reversed = True
        for other in found.values():
            if other.sequence == original.refunds:
                other.refunded_cents += original.amount_cents
    elif kind == "refunds":
        original.refunded_cents -= order.amount_cents


def of_order(
    order: Order, sequence: int, found: dict[str, Original], *, person_id: UUID | None
) -> Original:
    """Return what later corrections must know of an order that is recorded now."""
    kind, to = order.link or (None, "")
    return Original(
        sequence=sequence,
        spent_on=order.spent_on,
        amount_cents=order.amount_cents,
        same={name: getattr(order, name) for name in SAME},
        kind=kind,
        person_id=person_id,
        professional=order.professional,
        refunds=found[to].sequence if kind == "refunds" else None,
    )


def _wrong_reversal(order: Order, _: str, original: Original) -> Iterator[str]:
    if original.kind == "reverses":
        yield "which is a reversal; record the spending anew instead"
    if original.reversed:
        yield "which is reversed already; once is enough"
    if original.refunded_cents:
        yield (
            f"of which {as_text(original.refunded_cents)} was refunded; reverse the refunds first"
        )
    if order.amount_cents != -original.amount_cents:
        yield (
            f"of {as_text(original.amount_cents)}; the amount must be "
            f"{as_text(-original.amount_cents)}"
        )
    for name in SAME:
        here, there = getattr(order, name), original.same[name]
        if here != there:
            yield f"with {name} {here or '(none)'!r}; it must be {there or '(none)'!r} there too"


def _wrong_refund(order: Order, _: str, original: Original) -> Iterator[str]:
    if order.amount_cents >= 0:
        yield "which needs a negative amount"
    if original.kind in {"reverses", "refunds"}:
        yield "which is a reversal or a refund itself"
    if original.amount_cents < 0:
        yield "which is a negative row; nothing was spent there"
    if original.reversed:
        yield "which is reversed; nothing of it is left to come back"
    left = max(0, original.amount_cents) - original.refunded_cents
    if -order.amount_cents > left:
        yield f"of which no more than {as_text(left)} can still come back"


def _wrong_replacement(order: Order, to: str, original: Original) -> Iterator[str]:
    if order.id == to:
        yield "which is itself; name the spending that it corrects"
    if not original.reversed:
        yield "which nothing reverses; reverse it first"


_WRONG: Final = {
    "reverses": _wrong_reversal,
    "refunds": _wrong_refund,
    "replaces": _wrong_replacement,
}
