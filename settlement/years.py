"""The year of a fund from its ledger: what it costs each organisation, booked or not.

What settlements booked of the year, what none has booked yet by the keys as they stand,
open reservations, and where everyone stands.

Source:
    The settlement rules, Year-end and budgets.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import func, select

from ledger import funds, store
from ledger.coded import coded
from ledger.periods import Period
from ledger.tables import (
    Reservation,
    ReservationEnd,
    SettlementAdjustment,
)
from settlement import accrual, booked, drafts, packing, states
from settlement.drafts import Choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from ledger.agreement.schema import Agreement
    from settlement.accrual import Costs, Year
    from settlement.states import Standing

_RESERVATION: Final = store.table(Reservation)
_END: Final = store.table(ReservationEnd)
_ADJUSTMENT: Final = store.table(SettlementAdjustment)


def of_year(session: Session, fund: str, year: int, *, on: date) -> Year:
    """Return what a year costs each organisation, as it stands.

    What was recorded late for the year counts; nothing that was spent after it does.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        year: The calendar year.
        on: Today, where the fund is: reservations that expired by then hold nothing.

    Raises:
        WrongInput: No version of the agreement is in force at the year's end, or the facts
            cannot be settled.
    """
    known = funds.known(session, fund)
    before = states.booked(session, known.id)
    period = _unsettled(before, known.agreements, year)
    draft = drafts.work_out(session, fund, Choices(period=period, accrued=True))
    parties = [party.code for party in draft.settled.parties]
    of_the_year = [each for each in draft.earlier if each.period.last_day.year == year]
    books = accrual.Books(
        booked=_costs(session, draft.earlier, parties),
        adjusted_cents=_sums(session, _ADJUSTMENT, of_the_year),
        reserved_cents=_reserved(session, known.id, year, on),
        unpaid_cents=_unpaid(session, draft.earlier),
    )
    return accrual.of_year(year, draft.settled, books)


def _unsettled(booked_: Sequence[Standing], agreements: Sequence[Agreement], year: int) -> Period:
    """Return the days that no settlement booked, up to the end of the year at least."""
    start = booked_[-1].period.until if booked_ else agreements[0].agreement.valid_from
    return Period(start, max(date(year + 1, 1, 1), start + timedelta(days=1)))


def _costs(session: Session, settlements: Sequence[Standing], parties: Sequence[str]) -> Costs:
    """Return the lines of all booked settlements together, in the order of today's parties."""
    found = [(each.parties, booked.costs(session, each).costs) for each in settlements]
    category = [
        costs.category.values[code] for _, costs in found for code in costs.category.codes.tolist()
    ]
    cells = [
        packing.reordered_cells(costs.cells_cents, stored=then, now=parties)
        for then, costs in found
    ]
    nothing = np.zeros((0, len(parties)), dtype=np.int64)
    no_days = np.zeros(0, dtype=np.int64)
    return accrual.Costs(
        spent_on=np.concatenate([no_days, *(costs.spent_on for _, costs in found)]),
        category=coded(category),
        cells_cents=np.concatenate([nothing, *cells]),
    )


def _sums(session: Session, table: Any, settlements: Sequence[Standing]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in _of(session, table, settlements):
        sums[row.party] += row.amount_cents
    return dict(sums)


def _of(session: Session, table: Any, settlements: Sequence[Standing]) -> Sequence[Any]:
    found: list[Any] = []
    for each in settlements:
        proposal = each.proposal
        asked = select(table).where(
            table.c.fund_id == proposal.fund_id, table.c.proposal == proposal.sequence
        )
        found += session.connection().execute(asked).all()
    return found


def _reserved(session: Session, fund_id: int, year: int, on: date) -> dict[str, int]:
    """Return what reservations that were made in the year or before hold on a day."""
    asked = (
        select(_RESERVATION.c.organisation, func.sum(_RESERVATION.c.amount_cents))
        .outerjoin(
            _END,
            (_END.c.fund_id == _RESERVATION.c.fund_id)
            & (_END.c.reservation == _RESERVATION.c.sequence),
        )
        .where(
            _RESERVATION.c.fund_id == fund_id,
            _RESERVATION.c.reserved_on <= date(year, 12, 31),
            _RESERVATION.c.until > on,
            _END.c.reservation.is_(None),
        )
        .group_by(_RESERVATION.c.organisation)
    )
    return {party: int(cents) for party, cents in session.connection().execute(asked)}


def _unpaid(session: Session, settlements: Sequence[Standing]) -> dict[str, int]:
    """Return what booked settlements transfer and nobody paid; positive: to the organisation."""
    sums: Counter[str] = Counter()
    for each in settlements:
        if each.state == "booked":
            sums.update(booked.transferred(session, each))
    return dict(sums)
