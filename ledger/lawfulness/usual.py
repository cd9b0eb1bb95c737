"""What a fund usually pays for a category: what nine in ten of a year's spendings stay at or below.

The year ends on the first of the month in which a spending is recorded, and counts what was
on record then and not taken back: everybody who records in that month is held to the same
amounts, whichever process they ask.

Source:
    The settlement rules, Lawfulness in the settlement (unusual amount).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, func, select

from ledger import store
from ledger.acts import midnight_in
from ledger.lawfulness.reversals import OF_SPENDING, REVERSAL, SPENDING
from ledger.tables import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

DAYS: Final = 365

_EVENT: Final = store.table(Event)
_LAST: Final = (
    select(_EVENT.c.sequence)
    .where(_EVENT.c.fund_id == bindparam("fund_id"), _EVENT.c.at < bindparam("until"))
    .order_by(_EVENT.c.sequence.desc())
    .limit(1)
)
_TAKEN_BACK: Final = (
    select(REVERSAL.c.sequence)
    .where(OF_SPENDING, REVERSAL.c.sequence <= bindparam("last"))
    .exists()
)
_RANKED: Final = (
    select(
        SPENDING.c.category,
        SPENDING.c.amount_cents,
        func.count().over(partition_by=SPENDING.c.category).label("there"),
        func.row_number()
        .over(partition_by=SPENDING.c.category, order_by=SPENDING.c.amount_cents)
        .label("rank"),
    )
    .where(
        SPENDING.c.fund_id == bindparam("fund_id"),
        SPENDING.c.recorded_on >= bindparam("since"),
        SPENDING.c.sequence <= bindparam("last"),
        SPENDING.c.amount_cents > 0,
        ~_TAKEN_BACK,
    )
    .subquery()
)
_NINTH_TENTH: Final = select(_RANKED.c.category, _RANKED.c.amount_cents, _RANKED.c.there).where(
    _RANKED.c.rank == (9 * _RANKED.c.there + 9) // 10
)

Usual = tuple[int, int]
"""An amount in cents, and of how many spendings it is."""

_KEPT: Final[WeakKeyDictionary[Any, dict[tuple[int, date], Mapping[str, Usual]]]] = (
    WeakKeyDictionary()
)
"""By engine, fund and first of a month: what is usual, by category. It takes a while to find."""


def amounts(session: Session, fund_id: int, *, today: date, timezone: str) -> Mapping[str, Usual]:
    """Return what a fund usually pays, by category.

    Args:
        session: Of the act.
        fund_id: The fund.
        today: The day of the act.
        timezone: Of the fund, in which the month begins.
    """
    kept = _KEPT.setdefault(session.connection().engine, {})
    first = today.replace(day=1)
    if (fund_id, first) not in kept:
        kept[fund_id, first] = _found(session, fund_id, first, midnight_in(timezone, first))
    return kept[fund_id, first]


def _found(session: Session, fund_id: int, first: date, until: datetime) -> Mapping[str, Usual]:
    connection = session.connection()
    last = connection.execute(_LAST, {"fund_id": fund_id, "until": until}).scalar()
    if last is None:
        return {}
    asked = {"fund_id": fund_id, "since": first - timedelta(days=DAYS), "last": last}
    rows = connection.execute(_NINTH_TENTH, asked)
    return {row.category: (row.amount_cents, row.there) for row in rows}
