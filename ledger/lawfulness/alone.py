"""Spendings that were like another one, which was taken back since: alone now, or like a third."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import store
from ledger.lawfulness import asked, payees, rules, standing
from ledger.lawfulness.reversals import OF_SPENDING, REVERSAL, SPENDING, STANDS
from ledger.tables import Particulars, Receipt

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlmodel import Session

    from ledger.lawfulness.found import Outcome
    from ledger.lawfulness.standing import Kept

_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)
_CHUNK: Final = 5_000
_TAKEN_BACK: Final = (
    select(SPENDING.c.id)
    .join(REVERSAL, OF_SPENDING)
    .where(
        SPENDING.c.fund_id == bindparam("fund_id"),
        SPENDING.c.id.in_(bindparam("ids", expanding=True)),
    )
)
_MARKS: Final = select(_RECEIPT.c.fingerprint).where(
    _RECEIPT.c.fund_id == bindparam("fund_id"), _RECEIPT.c.spending == bindparam("number")
)
_OTHER: Final = SPENDING.alias("other")
_SAME_PAYMENT: Final = (
    select(SPENDING.c.sequence, SPENDING.c.id, _PARTICULARS.c.payee)
    .join(
        _OTHER,
        (_OTHER.c.fund_id == SPENDING.c.fund_id)
        & (_OTHER.c.case_number == SPENDING.c.case_number)
        & (_OTHER.c.amount_cents == SPENDING.c.amount_cents),
    )
    .join(
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == SPENDING.c.sequence),
    )
    .where(
        _OTHER.c.fund_id == bindparam("fund_id"),
        _OTHER.c.sequence == bindparam("number"),
        SPENDING.c.sequence <= _OTHER.c.sequence,
        STANDS,
    )
    .order_by(SPENDING.c.sequence)
)


def add(session: Session, fund_id: int, outcome: Outcome) -> None:
    """Add to an outcome what is no longer like what it was found to be like.

    Where a third is like it, that is found in its place.
    """
    kept = standing.of_rules(session, fund_id, rules.LIKE_ANOTHER)
    like = [each for each in kept if each.how is None]
    taken_back = _taken_back(session, fund_id, {each.found.figures["other"] for each in like})
    for each in like:
        if each.found.figures["other"] not in taken_back:
            continue
        outcome.ended.append(each.place)
        other = _third(session, fund_id, each)
        if other is not None:
            rule = rules.OF_CODE[each.found.rule]
            found = rule.finding(each.found.amount_cents, {"other": other})
            outcome.found.append((each.spending, found))


def _taken_back(session: Session, fund_id: int, ids: Collection[Any]) -> set[str]:
    wanted = sorted(ids)
    found: set[str] = set()
    for first in range(0, len(wanted), _CHUNK):
        values = {"fund_id": fund_id, "ids": wanted[first : first + _CHUNK]}
        found.update(session.connection().execute(_TAKEN_BACK, values).scalars())
    return found


def _third(session: Session, fund_id: int, kept: Kept) -> str | None:
    """Return the id of the first other spending, recorded before it, that one is like."""
    values = {"fund_id": fund_id, "number": kept.spending}
    if kept.found.rule == rules.DUPLICATE_RECEIPT.code:
        brought = session.connection().execute(_MARKS, values).scalars().all()
        there = [each for mark in brought for each in asked.with_receipt(session, fund_id, mark)]
        return next((id_ for number, id_ in sorted(there) if number < kept.spending), None)
    rows = session.connection().execute(_SAME_PAYMENT, values).all()
    its = payees.known_as(rows[-1].payee) if rows else None
    if its is None:
        return None
    return next((row.id for row in rows[:-1] if payees.known_as(row.payee) == its), None)
