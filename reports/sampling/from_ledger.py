"""The population of a fund, from its ledger: what was booked in a period.

Payee and case stay where they are; an item is found by its id.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledger import store
from ledger.tables import Spending
from reports.sampling.population import Population, Row, of_rows
from settlement.from_ledger import day_as_text

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.periods import Period

_SPENDING: Final = store.table(Spending)


def population(session: Session, fund_id: int, period: Period) -> Population:
    """Return what was booked in a period.

    Args:
        session: That sees one moment.
        fund_id: The fund.
        period: By the day booked.
    """
    asked = select(
        _SPENDING.c.id,
        day_as_text(session, _SPENDING.c.spent_on),
        day_as_text(session, _SPENDING.c.booked_on),
        _SPENDING.c.amount_cents,
        _SPENDING.c.category,
        _SPENDING.c.organisation,
    ).where(
        _SPENDING.c.fund_id == fund_id,
        _SPENDING.c.booked_on >= period.start,
        _SPENDING.c.booked_on < period.until,
    )
    return of_rows(
        Row(
            id=id_,
            spent_on=date.fromisoformat(spent),
            booked_on=date.fromisoformat(booked),
            amount_cents=cents,
            category=category,
            organisation=organisation,
        )
        for id_, spent, booked, cents, category, organisation in session.connection().execute(asked)
    )
