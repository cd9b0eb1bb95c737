"""The engine on the ledger is the engine on files: the same facts give the same cents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ledger import contributions as paid_in
from ledger import facts_files, filed_orders, funds, spendings, store
from ledger.savings import amounts
from reports.exports import settlement_files
from settlement import booking, exporting, proposals
from settlement.drafts import Choices
from settlement.eras import in_order
from tests.support import cases, ledgers
from tests.support import funds as files

if TYPE_CHECKING:
    from tests.support.databases import Sqlite
    from tests.support.ledgers import Ledger

QUARTERS = ("2016-01-01 2016-04-01", "2016-04-01 2016-07-01")
TABLES = ("lines", "vectors", "allocations", "adjustments", "positions", "transfers", "outsiders")


def test_real_payments_cost_the_same_from_the_ledger(sqlite_server: Sqlite) -> None:
    folder = cases.folder("real-2016")
    agreement, spent, saved = (
        (folder / name).read_bytes() for name in ("agreement.toml", "spendings.csv", "savings.csv")
    )
    with sqlite_server.new() as database:
        ledger = ledgers.opened(database.engine, agreement, now=datetime(2017, 2, 1, tzinfo=UTC))
        ledger.finance()
        _take_in(ledger, spent, saved)
        before: list[files.Outcome] = []
        for days in QUARTERS:
            before.append(
                files.settle(
                    agreement, spendings=spent, savings=saved, period=days, previous=before
                )
            )
            settled = _settled(ledger, days)
            for name in TABLES:
                assert settled[f"{name}.csv"] == before[-1].files[f"{name}.csv"], (days, name)


def _take_in(ledger: Ledger, spent: bytes, saved: bytes) -> None:
    with store.writing(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        parties = tuple(party.code for party in in_order(known.agreements))
        rows = facts_files.spendings("spendings.csv", spent, parties=parties)
        asked = filed_orders.of(rows)
        in_turn = [asked[position] for position in filed_orders.in_turn(asked)]
        spendings.record(session, ledger.fund, in_turn, act=ledger.act(), backdated=True)
        savings = facts_files.savings("savings.csv", saved, of=rows, parties=parties, booked=())
        of_file = amounts.of_file(savings, of=rows, parties=parties)
        amounts.record(session, ledger.fund, of_file, act=ledger.act())
        due = paid_in.due(known, until=date(2017, 1, 1))
        paid_in.receive(session, ledger.fund, due, act=ledger.act())


def _settled(ledger: Ledger, days: str) -> dict[str, bytes]:
    with store.reading(ledger.engine) as session:
        choices = Choices(period=ledgers.period(days))
        draft = proposals.prepare(session, ledger.fund, choices)
        participants = [party.code for party in draft.settled.agreement.party if party.participant]
    with store.writing(ledger.engine) as session:
        proposals.propose(session, draft, act=ledger.act(), record=settlement_files.record)
    holder = draft.settled.agreement.agreement.account_holder
    ledger.agree(*participants)
    with store.writing(ledger.engine) as session:
        booking.book(session, ledger.fund, act=ledger.act(f"finance-{holder}"))
    with store.reading(ledger.engine) as session:
        settled, _ = exporting.again(session, ledger.fund, None)
    return files.written(settled)
