"""Correcting a spending: it is reversed, and what is right is recorded in its place.

What a settlement booked of it is taken back exactly, and what comes in its place is
divided by the rules and savings of then: the difference is a line of the next settlement.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import funds, spendings, store
from ledger.orders import PARTICULARS, Order
from ledger.tables import CaseFile, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.on_record import Recorded

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_FINAL: Final = (
    *("id", "spent_on", "amount_cents", "category", "organisation", "home", "advanced_by"),
    *("vat_cents", "vat_use"),
)
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
    order = replace(
        as_order(session, fund, spending),
        id=new_ids[1],
        replaces=spending,
        reason=reason,
        **changed,
    )
    reversal = spendings.reverse(session, fund, spending, new_id=new_ids[0], reason=reason, act=act)
    return [reversal, *spendings.record(session, fund, [order], act=act)]


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
    """Return spendings on record as orders, by id; unknown ids are left out."""
    found = {}
    for first in range(0, len(ids), _CHUNK):
        asked = {"fund_id": fund_id, "ids": ids[first : first + _CHUNK]}
        for row in session.connection().execute(_WHOLE, asked):
            found[row.id] = Order(**row._asdict())
    return found
