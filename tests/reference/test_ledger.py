"""The engine on the ledger is the engine on files: the same facts give the same cents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ledger import contributions as paid_in
from ledger import facts_files, filed_orders, funds, spendings, store
from ledger.savings import amounts
from ledger.verify import run
from reports.exports import settlement_files
from settlement import booking, exporting, proposals, verifying
from settlement.drafts import Choices
from settlement.eras import in_order
from tests.support import cases, ledgers
from tests.support import funds as files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.support.databases import Database, Sqlite
    from tests.support.ledgers import Ledger

QUARTERS = {
    year: (
        f"{year}-01-01 {year}-04-01",
        f"{year}-04-01 {year}-07-01",
        f"{year}-07-01 {year}-10-01",
        f"{year}-10-01 {year + 1}-01-01",
    )
    for year in (2016, 2026)
}
TABLES = ("lines", "vectors", "allocations", "adjustments", "positions", "transfers", "outsiders")


def test_real_payments_cost_the_same_from_the_ledger(sqlite_server: Sqlite) -> None:
    with sqlite_server.new() as database:
        _compare(database, "real-2016", 2016, QUARTERS[2016][:2])


def test_a_year_with_its_final_settlement_is_the_same_from_the_ledger(database: Database) -> None:
    """Small fund: late rows, corrections across quarters, floors and caps, and who leaves."""
    last = _compare(database, "small-fund", 2026, QUARTERS[2026], final=True)

    assert last.settlement.final
    assert {each.closing_cents for each in last.settlement.positions} == {0}


def _compare(
    database: Database, case: str, year: int, periods: Sequence[str], *, final: bool = False
) -> files.Outcome:
    """Settle the periods of a case beside the ledger that holds it, and return the last one."""
    folder = cases.folder(case)
    agreement, spent, saved = (
        (folder / name).read_bytes() for name in ("agreement.toml", "spendings.csv", "savings.csv")
    )
    now = datetime(year + 1, 2, 1, tzinfo=UTC)
    ledger = ledgers.opened(database.engine, agreement, now=now)
    ledger.finance()
    _take_in(ledger, spent, saved)
    before: list[files.Outcome] = []
    for days in periods:
        is_last = final and days == periods[-1]
        before.append(
            files.settle(
                agreement,
                spendings=spent,
                savings=saved,
                period=days,
                previous=before,
                final=is_last,
            )
        )
        settled = _settled(ledger, days, final=is_last)
        for name in TABLES:
            assert settled[f"{name}.csv"] == before[-1].files[f"{name}.csv"], (days, name)
        assert _about(settled) == _about(before[-1].files), days
    with store.reading(database.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    assert [*map(str, report.misfits)] == []
    return before[-1]


def _about(written: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what ``settlement.json`` says, but what files and ledgers have not in common.

    Files have no trail, and so no head. Their facts hold columns that a ledger leaves out,
    because they may be erased, and lack booking days that a ledger fills in.
    """
    about: dict[str, Any] = json.loads(written["settlement.json"])
    return {name: each for name, each in about.items() if name not in {"head", "facts_sha256"}}


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
        due = paid_in.due(known, until=ledger.now.date().replace(month=1, day=1))
        paid_in.receive(session, ledger.fund, due, act=ledger.act())


def _settled(ledger: Ledger, days: str, *, final: bool) -> dict[str, bytes]:
    with store.reading(ledger.engine) as session:
        choices = Choices(period=ledgers.period(days), final=final)
        draft = proposals.prepare(session, ledger.fund, choices)
        last_day = choices.period.last_day
        voters = [each.code for each in draft.settled.parties if each.takes_part_on(last_day)]
    with store.writing(ledger.engine) as session:
        proposals.propose(session, draft, act=ledger.act(), record=settlement_files.record)
    holder = draft.settled.agreement.agreement.account_holder
    ledger.agree(*voters)
    with store.writing(ledger.engine) as session:
        booking.book(session, ledger.fund, act=ledger.act(f"finance-{holder}"))
    with store.reading(ledger.engine) as session:
        settled, _ = exporting.again(session, ledger.fund, None)
    return files.written(settled)
