"""Letting booked lines be divided anew: taken back, and recorded again exactly as they were.

Nothing about the spendings was wrong, but what their division rested on was. Each is reversed
and replaced by the same, on the day of the first; a refund that stands is reversed with it
and recorded again as one of what takes its place. What a spending was expected to save goes
over to what takes its place as it was worked out then, pick by pick, but for what was
withdrawn. All of it is booked on the first day that is open.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import correcting, corrections, funds, ids, spendings, store
from ledger.lawfulness import receipts
from ledger.savings import keeping
from ledger.tables import Spending

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlmodel import Session

    from ledger.acts import Act

_SPENDING: Final = store.table(Spending)
_REVERSAL: Final = _SPENDING.alias("reversal")
_CHUNK: Final = 5_000  # spendings that are asked for at a time
_REFUNDS: Final = (
    select(_SPENDING.c.id, _SPENDING.c.refunds, _SPENDING.c.amount_cents)
    .outerjoin(
        _REVERSAL,
        (_REVERSAL.c.fund_id == _SPENDING.c.fund_id)
        & (_REVERSAL.c.reverses == _SPENDING.c.sequence),
    )
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.refunds.in_(bindparam("numbers", expanding=True)),
        _REVERSAL.c.sequence.is_(None),
    )
    .order_by(_SPENDING.c.sequence)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A spending that was not taken back, with its refunds that were not either.

    Args:
        number: Its own.
        refunds_cents: Amounts below zero, by the ids of the refunds.
    """

    number: int
    refunds_cents: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """The ids of what took a spending back, and of what stands in its place."""

    spending: str
    reversal: str
    replacement: str


def standing(session: Session, fund_id: int, asked: Sequence[str]) -> dict[str, Standing]:
    """Return those of these spendings that were not taken back, by id."""
    found = {
        spending: Standing(number=original.sequence, refunds_cents={})
        for spending, original in corrections.originals(session, fund_id, asked).items()
        if not original.reversed
    }
    by_number = {each.number: each for each in found.values()}
    numbers = sorted(by_number)
    for first in range(0, len(numbers), _CHUNK):
        values = {"fund_id": fund_id, "numbers": numbers[first : first + _CHUNK]}
        for row in session.connection().execute(_REFUNDS, values):
            by_number[row.refunds].refunds_cents[row.id] = row.amount_cents
    return found


def record(
    session: Session,
    fund: str,
    asked: Sequence[str],
    *,
    reason: str,
    may: Collection[str],
    act: Act,
) -> list[Anew]:
    """Take spendings back and record them again; those that were taken back already stay so.

    Args:
        session: Of the act.
        fund: Code of the fund.
        asked: Ids, in the order in which they are recorded again.
        reason: Why.
        may: Roles that may decide it.
        act: Who does so, and when.
    """
    fund_id = funds.known(session, fund).id
    there = standing(session, fund_id, asked)
    again = [spending for spending in asked if spending in there]
    refunds = [refund for spending in again for refund in there[spending].refunds_cents]
    order_of = correcting.as_orders(session, fund_id, [*again, *refunds])
    new_id = {spending: str(ids.made_at(act.at, act.random)) for spending in order_of}
    back_id = {spending: str(ids.made_at(act.at, act.random)) for spending in order_of}
    kept = keeping.kept(session, fund_id, {each: there[each].number for each in again})
    orders = [
        *(correcting.back(order_of[each], back_id[each], reason) for each in (*refunds, *again)),
        *(replace(order_of[each], id=new_id[each], replaces=each, reason=reason) for each in again),
        *(
            replace(order_of[refund], id=new_id[refund], refunds=new_id[spending], reason=reason)
            for spending in again
            for refund in there[spending].refunds_cents
        ),
    ]
    redone = {new_id[refund]: refund for refund in refunds}
    spendings.record(session, fund, orders, act=act, picks=False, again=redone, may=may)
    keeping.give(session, fund, kept, new_id, may=may, act=act)
    receipts.carry(session, fund, {there[each].number: new_id[each] for each in again}, act=act)
    return [Anew(spending=each, reversal=back_id[each], replacement=new_id[each]) for each in again]
