"""A process that settles one week after another, and says each act once it is committed.

``python -m tests.support.settler URL FUND`` goes on where the fund stands: it imports what
the bank shows, proposes, lets everybody agree, books and pays, and prints a line an act
until it is killed.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Final

from ledger import funds, people, store
from ledger.periods import Period
from settlement import agreeing, states
from tests.support import banking, databases
from tests.support.banking import row, sheet
from tests.support.ledgers import Ledger

FIRST: Final = date(2026, 1, 1)
WEEK: Final = timedelta(days=7)
PEOPLE: Final = ("finance-a", "finance-b", "finance-c")


def settle_until_killed(url: str, fund: str) -> None:
    ledger = _ledger(url, fund)
    while True:
        sys.stdout.write(f"{_act(ledger)}\n")
        sys.stdout.flush()


def _ledger(url: str, fund: str) -> Ledger:
    engine = databases.opened(url)
    with store.writing(engine) as session:
        known = {handle: people.by_handle(session, handle) for handle in PEOPLE}
        actor = people.by_handle(session, "administrator")
    return Ledger(engine=engine, fund=fund, actor=actor, people=known)


def _act(ledger: Ledger) -> str:
    """Do what comes next, and return what it was."""
    with store.reading(ledger.engine) as session:
        standing = states.all_of(session, funds.known(session, ledger.fund).id)
        last = standing[-1] if standing else None
        waiting = agreeing.waiting_for(session, ledger.fund, last) if last else ()
    if last is None or last.state == "paid":
        return _proposed(ledger, last.period.until if last else FIRST)
    start = last.period.start
    ledger.at(last.period.until.isoformat())
    if last.state == "proposed":
        ledger.agree(waiting[0])
        return f"agrees {start} {waiting[0]}"
    if last.state == "agreed":
        ledger.book()
        return f"booked {start}"
    ledger.pay()
    return f"paid {start}"


def _proposed(ledger: Ledger, start: date) -> str:
    """Import the statement of a week, if it is not on record, and then propose its settlement."""
    period = Period(start, start + WEEK)
    ledger.at(period.until.isoformat())
    name = f"W{start:%m%d}"
    days = f"{start:%m-%d} {period.last_day:%m-%d}"
    paid_in = row(f"{start:%m-%d} 7.00", name, payer=banking.IBANS["b"])
    opening = f"{(start - FIRST).days}.00"
    if banking.load(ledger, sheet(paid_in, days=days, opening=opening, name=name)).new:
        return f"imported {name}"
    ledger.propose(f"{start} {period.until}", unreconciled="nothing of it is matched")
    return f"proposed {start}"


if __name__ == "__main__":
    settle_until_killed(*sys.argv[1:])
