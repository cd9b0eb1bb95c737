"""The example year: all that happens in an invented fund in 2026, act by act.

Pure, and the same on every machine. About 220 cases and 600 spendings of 25 professionals,
with the amounts of funds that exist: half below some 275 euro, one in ten above some
1,000. Most goes well; some is recorded late or twice, comes back, or is corrected.

Source:
    Domain facts, Maatwerkbudget numbers and Proposed light justification.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.example import (
    account,
    accounting_for,
    casework,
    departing,
    holding,
    hoping,
    hours,
    mishaps,
    quarters,
    staff,
)
from api.example.deeds import Catalogued, Done, Granted, Opened, Received
from api.example.staff import Colleague
from ledger import contributions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from api.example.casework import Case, Spent
    from api.example.mishaps import Mishaps
    from ledger.agreement.schema import Agreement, Contribution

LATE: Final = "hardinxveld-giessendam"
"""Pays its first contribution five weeks late."""

IN_PARTS: Final = "sliedrecht"
"""Pays its first contribution in two parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year: cases, what was spent in them, what went wrong, and all that was done, in order."""

    cases: tuple[Case, ...]
    spent: tuple[Spent, ...]
    mishaps: Mishaps
    done: tuple[Done, ...]


def year(agreement: Agreement) -> Year:
    """Return the year.

    Args:
        agreement: Of the fund, for the contributions that it asks, and account numbers.
    """
    cases = tuple(casework.cases())
    planned = casework.spendings(cases)
    met = mishaps.of_year(planned)
    held = holding.of_year(planned, met=met.met)
    done = [
        *_begin(),
        *_contributions(agreement),
        *(each.done for each in held.spent),
        *met.deeds,
        *held.deeds,
        *hoping.of_year(held.spent, met=met.met),
        *quarters.of_year(held.spent, met=met.met),
        *accounting_for.of_year(held.spent, met=met.met),
        *departing.of_year(held.spent),
    ]
    done += account.of_year(done, met, agreement)
    return Year(
        cases=cases,
        spent=tuple(held.spent),
        mishaps=met,
        done=tuple(sorted(done, key=lambda each: each.at)),
    )


def _begin() -> Iterator[Done]:
    """Yield how the fund is opened and peopled; who joins later is known two weeks before."""
    at = hours.on(hours.OPENED_ON, "10:00")
    yield _by_administrator(at, Opened())
    yield _by_administrator(at + timedelta(minutes=4), Catalogued())
    colleagues = [
        Colleague(handle=staff.ADMINISTRATOR, role="administrator", organisation=staff.HOLDER),
        *staff.everybody(),
    ]
    for minute, each in enumerate(colleagues, 10):
        early = each.since - timedelta(days=14)
        moment = max(at, hours.on(early, "10:00")) + timedelta(minutes=minute)
        deed = Granted(
            handle=each.handle,
            role=each.role,
            organisation=each.organisation,
            valid_from=each.since,
            mandate=each.mandate,
        )
        yield _by_administrator(moment, deed)


def _by_administrator(at: datetime, deed: Opened | Catalogued | Granted) -> Done:
    return Done(at=at, who=staff.ADMINISTRATOR, deed=deed)


def _contributions(agreement: Agreement) -> Iterator[Done]:
    """Yield what came in, entered on the next day that offices are open."""
    rows = [row for each in agreement.contribution for row in _received(each)]
    for number, receipt in enumerate(contributions.identified(rows, prefix="received")):
        day = hours.worked_from(receipt.received_on + timedelta(days=1))
        at = hours.on(day, "09:05") + timedelta(minutes=number)
        yield Done(at=at, who=staff.finance(staff.HOLDER), deed=Received(receipt=receipt))


def _received(due: Contribution) -> Iterator[tuple[str, date, int]]:
    """Yield when a contribution came in: on the day it is due, but for two of them."""
    first = due.due_on.month == 1
    if first and due.party == LATE:
        yield due.party, due.due_on + timedelta(days=36), due.amount
    elif first and due.party == IN_PARTS:
        part = due.amount // 200 * 100
        yield due.party, due.due_on, part
        yield due.party, due.due_on + timedelta(days=21), due.amount - part
    else:
        yield due.party, due.due_on, due.amount
