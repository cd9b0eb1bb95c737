"""Contributions: once per id, on the day they came in, into the pool."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import calendar, contributions, funds, ids, receipts, store
from ledger.contributions import Receipt
from ledger.errors import WrongInput
from ledger.tables import Contribution, Event, Head, Transfer
from tests.support import ledgers
from tests.support.funds import agreement

if TYPE_CHECKING:
    from tests.support.databases import Database

PARTIES = ("a", "b")


def all_of(database: Database, model: Any) -> list[Any]:
    with store.reading(database.engine) as session:
        return [*session.connection().execute(select(store.table(model)))]


def test_a_contribution_is_a_row_a_transfer_and_an_event(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    answer = ledger.receive(100_00, id="c", party="b", received_on=date(2026, 2, 1))

    (row,), (transfer,), (head,) = (all_of(database, m) for m in (Contribution, Transfer, Head))
    event = max(all_of(database, Event), key=lambda each: each.sequence)
    assert answer.status == "received"
    assert answer.number == row.sequence == transfer.sequence == event.sequence
    assert (transfer.debit, transfer.credit, transfer.amount_cents, transfer.booked_on) == (
        "bank", "contribution:b", 100_00, date(2026, 2, 1),
    )  # fmt: skip
    assert event.kind == "contribution.received"
    assert json.loads(event.body) == {
        "amount": row.amount_cents,
        "id": row.id,
        "party": row.party,
        "received_on": row.received_on.isoformat(),
    }
    assert head.pool_cents == 100_00


def test_what_went_back_turns_round(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(100_00)

    ledger.receive(-30_00)

    last = max(all_of(database, Transfer), key=lambda each: each.sequence)
    assert (last.debit, last.credit, last.amount_cents) == ("contribution:a", "bank", 30_00)
    assert all_of(database, Head)[0].pool_cents == 70_00


def test_the_same_again_is_known_and_changes_nothing(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    first = ledger.receive(100_00, id="c")
    before = ledgers.rows(database.engine)
    receipt = Receipt(
        id="c", party="a", received_on=ledger.act().day("Europe/Amsterdam"), amount_cents=100_00
    )

    with store.writing(database.engine) as session:
        again = contributions.receive(session, ledger.fund, [receipt, receipt], act=ledger.act())

    assert [(each.status, each.number) for each in again] == [("known", first.number)] * 2
    for changed in ({"amount_cents": 1}, {"party": "b"}, {"received_on": date(2026, 2, 9)}):
        with pytest.raises(ids.SameIdOtherContent, match=r"as 100\.00 of a on 2026-02-10"):
            ledger.receive(**({"id": "c", "amount_cents": 100_00} | changed))  # type: ignore[arg-type]
    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 2, 11)])
def test_nothing_came_in_before_the_fund_began_or_tomorrow(database: Database, day: date) -> None:
    ledger = ledgers.opened(database.engine)
    before = ledgers.rows(database.engine)

    with pytest.raises(calendar.OutsideTheFund, match=f"received_on {day} is not between"):
        ledger.receive(1_00, received_on=day)

    assert ledgers.rows(database.engine) == before


def test_what_came_in_in_a_closed_period_says_from_when_it_can_be_booked(
    database: Database,
) -> None:
    ledger = ledgers.opened(database.engine, now=datetime(2026, 5, 1, 12, tzinfo=UTC))
    ledger.receive(5_00, id="early", received_on=date(2026, 3, 31))
    ledger.close_until(date(2026, 4, 1))
    before = ledgers.rows(database.engine)

    with pytest.raises(calendar.PeriodClosed, match="book it from 2026-04-01 on"):
        ledger.receive(1_00, received_on=date(2026, 3, 31))
    # What is on record already is known, whatever was closed since.
    assert ledger.receive(5_00, id="early", received_on=date(2026, 3, 31)).status == "known"
    assert ledgers.rows(database.engine) == before

    ledger.receive(1_00, received_on=date(2026, 4, 1))
    ledger.close_until(date(2026, 4, 1), adjusting_from=date(2026, 1, 1))
    ledger.receive(1_00, received_on=date(2026, 3, 31))


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"amount_cents": 0}, r"amount: is 0\.00"),
        ({"amount_cents": -(10**12) - 1}, "amount: is more than"),
        ({"party": "nobody"}, "party: 'nobody' is not the code of a party"),
        ({"id": "=1"}, "id: .* formula"),
        ({"received_on": date(1899, 12, 31)}, "received_on: 1899-12-31 is not a date"),
    ],
)
def test_a_receipt_that_is_wrong_by_itself_says_what_would_be_right(
    database: Database, members: dict[str, Any], what: str
) -> None:
    ledger = ledgers.opened(database.engine)
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongInput, match=what):
        ledger.receive(**({"amount_cents": 1} | members))

    assert ledgers.rows(database.engine) == before


def test_what_was_due_can_be_taken_as_received(database: Database) -> None:
    rules = agreement(
        contributions="a 2026-01-15 5.00, a 2026-01-15 5.00, b 2026-04-01 7.00, a 2025-12-01 9.00"
    )
    ledger = ledgers.opened(database.engine, rules)
    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)

    asked = contributions.due(known, until=date(2026, 4, 1))
    with store.writing(database.engine) as session:
        contributions.receive(session, ledger.fund, asked, act=ledger.act())

    # Not what falls due later, nor what its version was not yet there for.
    assert [(each.party, each.received_on, each.amount_cents) for each in asked] == [
        ("a", date(2026, 1, 15), 5_00),
        ("a", date(2026, 1, 15), 5_00),
    ]
    assert len({each.id for each in asked}) == 2
    assert [*contributions.due(known, until=date(2026, 4, 2))][:2] == asked


def test_a_file_once_more_has_the_same_ids() -> None:
    header, rows = b"party,received_on,amount\n", [b"a,2026-01-15,5.00\n"] * 2
    other = b"b,2026-01-15,5.00\n"

    first = receipts.read("c.csv", header + b"".join(rows) + other, parties=PARTIES)
    again = receipts.read("d.csv", header + other + b"".join(rows), parties=PARTIES)

    assert {each.id for each in first.receipts} == {each.id for each in again.receipts}
    assert len({each.id for each in first.receipts}) == 3
    assert [first.places[each.id] for each in first.receipts] == ["c.csv:2", "c.csv:3", "c.csv:4"]


def test_a_file_may_bring_its_own_ids_and_other_columns() -> None:
    content = (
        b"amount;remark;id;party;received_on\r\n"
        b"-12.5;x;bank-1;a;2026-01-15\r\n"
        b"7;y;;b;2026-02-01\r\n"
    )

    read = receipts.read("c.csv", content, parties=PARTIES)

    assert read.receipts == [
        Receipt(id="bank-1", party="a", received_on=date(2026, 1, 15), amount_cents=-12_50),
        Receipt(
            id="received:b:2026-02-01:7.00:1",
            party="b",
            received_on=date(2026, 2, 1),
            amount_cents=7_00,
        ),
    ]
    assert read.ignored == ("remark",)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("nobody,2026-01-15,1.00,", "c.csv:3: party 'nobody' is not the code of a party"),
        ("a,2026-02-30,1.00,", "c.csv:3: received_on '2026-02-30' is a day that does not exist"),
        ("a,2026-01-15,1e3,", "c.csv:3: amount '1e3' is not an amount"),
        ("a,2026-01-15,0.00,", r"c.csv:3: amount is 0\.00"),
        ("a,,1.00,", "c.csv:3: received_on is empty"),
        ("a,2026-01-15,2.00,x", "c.csv:3: id stands on an earlier line too"),
        ("a,2026-01-15,2.00,=x", "c.csv:3: id .* formula"),
    ],
)
def test_a_file_with_a_mistake_names_its_line(row: str, what: str) -> None:
    content = f"party,received_on,amount,id\na,2026-01-15,1.00,x\n{row}\n".encode()

    with pytest.raises(WrongInput, match=what):
        receipts.read("c.csv", content, parties=PARTIES)
