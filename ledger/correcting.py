"""Correcting a spending: it is reversed, and what is right is recorded in its place.

What a settlement booked of it is taken back exactly, and what comes in its place is
divided by the rules and savings of then: the difference is a line of the next settlement.
The receipts that came in are brought for what comes in its place, and tested anew.
Whoever corrects, it was spent by the same person, whose room is less by what was right.
Both bear the day of what was wrong, so that its year has what was right and no more. What it
was expected to save goes over, an effect worked out anew where other parties save by it.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import corrections, funds, on_record, screening, spendings, store
from ledger.lawfulness import receipts
from ledger.orders import NOTES, PARTICULARS, Order
from ledger.savings import choosing, keeping
from ledger.tables import CaseFile, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.on_record import Recorded
    from ledger.savings.keeping import Kept

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_FINAL: Final = (
    *("id", "spent_on", "amount_cents", "category", "organisation", "home", "advanced_by"),
    *("vat_cents", "vat_use"),
)
_EMPTY: Final[dict[str, Any]] = dict.fromkeys(each for each in NOTES if each != "reason")
"""What was written of a spending, of which nothing goes over to what takes it back."""

_PLACE: Final = frozenset({"organisation", "home", "case"})
"""What decides on whom the saving of an effect falls, and whether another carries it."""

_CHUNK: Final = 5_000  # ids that are asked for at a time
_WHOLE: Final = (
    select(
        *(_SPENDING.c[name] for name in _FINAL),
        *(_PARTICULARS.c[name] for name in PARTICULARS),
        _CASE.c.reference.label("case"),
    )
    .outerjoin(
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    )
    .outerjoin(
        _CASE,
        (_CASE.c.fund_id == _SPENDING.c.fund_id) & (_CASE.c.sequence == _SPENDING.c.case_number),
    )
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.id.in_(bindparam("ids", expanding=True)),
    )
)


def correct(  # noqa: PLR0913 - what is corrected, and how it is written
    session: Session,
    fund: str,
    spending: str,
    *,
    changed: Mapping[str, Any],
    new_ids: tuple[str, str],
    reason: str,
    act: Act,
) -> list[Recorded]:
    """Correct a spending: reverse it, and record what is right in its place.

    Args:
        session: Of the act.
        fund: Code of the fund.
        spending: Id of what is wrong.
        changed: Members of the order that differ, such as ``amount_cents``.
        new_ids: Ids of the reversal and of what comes in its place.
        reason: What was wrong.
        act: Who corrects, and when.

    Returns:
        The answers to the reversal and to the replacement.

    Raises:
        UnknownSpending: There is no such spending.
        WrongCorrection: It cannot be reversed.
        WrongInput: What is changed is wrong by itself.
    """
    _, known = funds.lock(session, fund)
    was = as_order(session, fund, spending)
    number = corrections.originals(session, known.id, [spending])[spending].sequence
    kept = keeping.kept(session, known.id, {spending: number})
    numbers = screening.kept_numbers(was, changed)
    right = replace(
        was, id=new_ids[1], replaces=spending, reason=reason, **{"no_bsn": numbers, **changed}
    )
    if right.receipt in receipts.brought(session, known.id, number):
        right = replace(right, receipt=None)  # it goes over as it was brought, with what it says
    answers = spendings.record(
        session,
        fund,
        [back(was, new_ids[0], reason), right],
        act=act,
        picks="effect" in changed,
    )
    if answers[1].status == "recorded":
        receipts.carry(session, fund, {number: right.id}, act=act)
        if "effect" not in changed:
            _give(session, fund, kept, right, anew=not _PLACE.isdisjoint(changed), act=act)
    return answers


def reverse(
    session: Session, fund: str, spending: str, *, new_id: str, reason: str, act: Act
) -> Recorded:
    """Take a spending back as a whole: what was paid came back, today.

    Args:
        session: Of the act.
        fund: Code of the fund.
        spending: Id of what is taken back.
        new_id: Id of the reversal.
        reason: Why.
        act: Who reverses, and when: today, unless that id is on record. The same asked
            again on another day is the same.

    Raises:
        UnknownSpending: There is no such spending.
        WrongCorrection: It is a reversal, is reversed, or was refunded.
    """
    _, known = funds.lock(session, fund)
    taken = back(as_order(session, fund, spending), new_id, reason)
    day = on_record.day_of(session, known.id, new_id) or act.day(known.timezone)
    return spendings.record(session, fund, [replace(taken, spent_on=day)], act=act)[0]


def _give(
    session: Session, fund: str, kept: Sequence[Kept], right: Order, *, anew: bool, act: Act
) -> None:
    """Give what a spending was expected to save to what stands in its place.

    Args:
        session: Of the act.
        fund: Code of the fund.
        kept: What counted.
        right: What stands in its place.
        anew: Whether the effect must be worked out anew: by what was corrected, other
            parties save.
        act: Who corrects, and when.
    """
    picked = [each.pick for each in kept if each.pick is not None] if anew else []
    keeping.give(
        session,
        fund,
        [each for each in kept if each.pick not in picked],
        {each.spending: right.id for each in kept},
        act=act,
    )
    end, known = funds.lock(session, fund)
    named = [replace(right, effect=each.effect) for each in picked]
    choosing.of_orders(end, known.agreements, named, act=act)


def back(order: Order, id_: str, reason: str) -> Order:
    """Return what takes a spending back, on its own day: what it has in common with it.

    Of what somebody wrote about it nothing goes over; who spent it follows from what it is of.
    """
    return replace(
        order,
        id=id_,
        amount_cents=-order.amount_cents,
        vat_cents=None if order.vat_cents is None else -order.vat_cents,
        refunds=None,
        replaces=None,
        reverses=order.id,
        reason=reason,
        **_EMPTY,
    )


def as_order(session: Session, fund: str, spending: str) -> Order:
    """Return a spending on record as an order; of what was erased nothing comes back.

    Raises:
        UnknownSpending: There is no such spending.
    """
    found = as_orders(session, funds.known(session, fund).id, [spending])
    if not found:
        raise spendings.UnknownSpending(
            f"there is no spending {spending!r}", fund=fund, id=spending
        )
    return found[spending]


def as_orders(session: Session, fund_id: int, ids: Sequence[str]) -> dict[str, Order]:
    """Return spendings on record as orders, by id; unknown ids are left out.

    What their authors said of numbers in them, that they are no BSN, they say again.
    """
    found = {}
    for first in range(0, len(ids), _CHUNK):
        asked = {"fund_id": fund_id, "ids": ids[first : first + _CHUNK]}
        for row in session.connection().execute(_WHOLE, asked):
            order = Order(**row._asdict())
            found[row.id] = replace(order, no_bsn=screening.kept_numbers(order))
    return found
