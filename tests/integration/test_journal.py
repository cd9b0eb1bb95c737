"""The books of a year: balances, and what another bookkeeping program makes of them."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from sqlalchemy import select

from ledger import balances, correcting, funds, money, store
from ledger.tables import Spending, Transfer
from reports.exports import beancount, journal
from tests.support import banking, ledgers
from tests.support.settled_ledger import CAP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

QUARTERS = [date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1)]


def a_year(database: Database, *, seed: int) -> Ledger:
    """A year of random acts: spendings of pool and parties, all corrections, contributions."""
    chance = random.Random(seed)  # noqa: S311 - for books, not for secrets
    ledger = ledgers.opened(database.engine, now=datetime(2026, 1, 1, 9, tzinfo=UTC))
    open_ids: list[str] = []
    for _ in range(150):
        ledger.now += timedelta(days=chance.choice([0, 1, 3, 4]))
        act = chance.random()
        if act < 0.15:
            ledger.receive(chance.choice([500_00, 999_99, -20_00]), party=chance.choice("abc"))
        elif act < 0.3 and open_ids:
            reverse(ledger, open_ids.pop(chance.randrange(len(open_ids))))
        elif act < 0.4 and open_ids:
            ledger.record(-1, refunds=open_ids.pop(0))
        else:
            cents = chance.choice([0, 1, -7, 12_50, 33_33, 10**12])
            by = chance.choice(["pool", "pool", "professional", "b", "c"])
            organisation = chance.choice("abc")
            ledger.record(cents, advanced_by=by, organisation=organisation)
            if cents > 0:
                open_ids.append(f"s{ledger.made}")
    return ledger


def reverse(ledger: Ledger, spending: str) -> None:
    with store.writing(ledger.engine) as session:
        correcting.reverse(
            session, ledger.fund, spending, new_id=f"{spending}r", reason="x",
            act=ledger.act(),
        )  # fmt: skip


def exported(ledger: Ledger) -> str:
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        return b"".join(beancount.pieces(session, known)).decode()


def settled_year(database: Database) -> Ledger:
    """A year by the bank: contributions and payments come in, four quarters are settled and paid.

    With late rows, a refund and a true-up of what was booked, a cap, a line set apart, and what
    nobody can place but finance explained.
    """
    ledger = banking.opened(
        database.engine, banking.agreement(parties="a 1, b 2, c 1", ladder=CAP + CARE)
    )
    ledger.grant("administrator", "administrator")
    for quarter, day in enumerate(QUARTERS, 1):
        first = date(2026, 3 * quarter - 2, 1)
        ledger.at(f"2026-{first.month:02d}-20")
        ledger.record(100_01, id=f"pool{quarter}", case="K1")
        ledger.record(40_02 * quarter, id=f"b{quarter}", advanced_by="b", category="care")
        ledger.record(7_77, id=f"own{quarter}", organisation="c", advanced_by="professional")
        ledger.record(5_00, id=f"back{quarter}")
        reverse(ledger, f"back{quarter}")
        if quarter > 1:
            _correct_the_quarter_before(ledger, quarter)
        _bank(ledger, quarter, first)
        ledger.at(day.isoformat())
        apart = [f"own{quarter}"] if quarter == 2 else []
        days = f"{first} {day}"
        ledger.settle(days, set_apart=apart, unreconciled="some of it is under way")
        if quarter < 4:
            ledger.pay()
    return ledger


def _correct_the_quarter_before(ledger: Ledger, quarter: int) -> None:
    ledger.record(-9_99, id=f"refund{quarter}", case="K1", refunds=f"pool{quarter - 1}")
    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, f"b{quarter - 1}", changed={"amount_cents": 12_34},
            new_ids=(f"taken{quarter}", f"new{quarter}"), reason="wrong", act=ledger.act(),
        )  # fmt: skip
    late = ledger.now.date().replace(day=1) - timedelta(days=1)
    assert ledger.record(3_33, spent_on=late).booked_on > late


def _bank(ledger: Ledger, quarter: int, first: date) -> None:
    """Import a statement of the quarter, match what is known, and explain what is not."""
    month, debit = f"{first.month:02d}", f"D{quarter}"
    ledger.at(f"2026-{month}-28")
    banking.load(
        ledger,
        banking.sheet(
            banking.row(f"{month}-20 -100.01", debit),
            banking.row(f"{month}-21 250.00", f"B{quarter}", payer=banking.IBANS["b"]),
            banking.row(f"{month}-22 80.00", f"C{quarter}", payer=banking.IBANS["c"]),
            banking.row(f"{month}-23 -1.50", f"X{quarter}"),
            days=f"{month}-01 {month}-28",
            opening=money.as_text((quarter - 1) * 228_49),
            name=f"S{quarter}",
        ),
    )
    assert banking.matched(ledger)[debit] == f"spending pool{quarter}"
    assert banking.matched(ledger)[f"B{quarter}"].startswith("received b")
    banking.explained(ledger, f"X{quarter}")


CARE = '[[category]]\ncode = "care"\ntask_field = "6.71"\n'


def test_beancount_agrees_with_a_year_that_was_settled_quarter_by_quarter(
    database: Database, tmp_path: Path
) -> None:
    ledger = settled_year(database)

    theirs = agreed(ledger, tmp_path / "journal.beancount")

    positions = [ledger.exported(f"2026-{month:02d}-01").settlement.positions
                 for month in (1, 4, 7, 10)]  # fmt: skip
    assert any(each.adjustments_cents for year in positions for each in year)
    for party in "abc":
        mine = [each for year in positions for each in year if each.party == party]
        borne = sum(each.cost_share_cents + each.adjustments_cents for each in mine)
        # What a year cost each is what its settlements say, and is recharged to it.
        assert theirs[f"Expenses:Cost:{party.upper()}"] == borne
        assert theirs[f"Income:Recharged:{party.upper()}"] == -borne
        # All that was paid is gone from its position; the last quarter waits to be paid.
        owed = mine[-1].balance_cents + mine[-1].carried_in_cents
        assert theirs.get(f"Liabilities:Position:{party.upper()}", 0) == -owed
        assert f"Liabilities:Advance:{party.upper()}" not in theirs
    # Costs that were spent and not settled: none.
    assert "Assets:Bridged" not in theirs
    kinds = {"contribution.received", "settlement.booked", "settlement.paid", "spending.recorded"}
    text = (tmp_path / "journal.beancount").read_text(encoding="utf-8")
    assert {kind for kind in kinds if f'* "{kind}"' in text} == kinds


@pytest.mark.parametrize("seed", [1, 2])
def test_beancount_agrees_with_the_books_of_a_whole_year(
    database: Database, tmp_path: Path, seed: int
) -> None:
    ledger = a_year(database, seed=seed)

    agreed(ledger, tmp_path / "journal.beancount")


def agreed(ledger: Ledger, path: Path) -> dict[str, int]:
    """Let beancount load the journal and keep the same books; return its last balances."""
    path.write_text(exported(ledger), encoding="utf-8")

    entries, errors, _ = loader.load_file(str(path))
    theirs: dict[date, dict[str, int]] = {day: defaultdict(int) for day in (*QUARTERS, date.max)}
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    for entry in transactions:
        for posting in entry.postings:
            assert posting.units is not None
            assert posting.units.number is not None
            cents = posting.units.number * 100
            for day, balance in theirs.items():
                if entry.date < day:
                    balance[posting.account] += int(cents)

    assert errors == []
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        for day, balance in theirs.items():
            ours = balances.trial_balance(session, known.id, until=day)
            assert {beancount.account(code): cents for code, cents in ours.items()} == {
                account: cents for account, cents in balance.items() if cents
            }
        rows = [*session.connection().execute(select(store.table(Transfer)))]
    assert len(rows) == len(transactions)
    assert {(row.sequence, row.line) for row in rows} == {
        (int(entry.meta["sequence"]), int(entry.meta["line"])) for entry in transactions
    }
    assert "balance Assets:Bank" in path.read_text(encoding="utf-8")
    return {account: cents for account, cents in theirs[date.max].items() if cents}


def test_beancount_finds_a_cent_that_is_not_as_it_was(database: Database, tmp_path: Path) -> None:
    text = exported(a_year(database, seed=3))
    path = tmp_path / "journal.beancount"
    # In both postings of one transaction, which still adds up.
    path.write_text(text.replace("12.50 EUR", "12.51 EUR", 2), encoding="utf-8")

    _, errors, _ = loader.load_file(str(path))

    assert {type(error).__name__ for error in errors} == {"BalanceError"}


def test_balances_are_whole_cents_per_account_up_to_a_day(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(100_00, received_on=date(2026, 1, 10))
    ledger.record(30_00, spent_on=date(2026, 1, 31))
    ledger.record(-5_00, spent_on=date(2026, 2, 1))
    ledger.record(7_00, spent_on=date(2026, 2, 2), advanced_by="b")

    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)
        bank = [
            balances.balance(session, known.id, "bank", until=day)
            for day in (date(2026, 1, 10), date(2026, 2, 1), date(2026, 2, 2), None)
        ]
        whole = balances.trial_balance(session, known.id)
        january = {
            each.account: (each.debit_cents, each.credit_cents)
            for each in balances.turnovers(
                session, known.id, start=date(2026, 1, 31), until=date(2026, 2, 2)
            )
            if each.debit_cents or each.credit_cents
        }

    assert bank == [0, 70_00, 75_00, 75_00]
    assert all(type(cents) is int for cents in [*bank, *whole.values()])
    assert whole == {
        "advance:b": -7_00,
        "bank": 75_00,
        "bridged": 32_00,
        "contribution:a": -100_00,
    }
    assert january == {"bank": (5_00, 30_00), "bridged": (30_00, 5_00)}


def test_sums_beyond_what_one_amount_may_be_stay_exact(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record_all([ledger.order(10**12 - 1) for _ in range(1_001)])

    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)
        assert balances.balance(session, known.id, "bridged") == 1_001 * (10**12 - 1)


def test_every_account_of_the_chart_has_a_place_in_beancount(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)
        codes = [each.account for each in balances.turnovers(session, known.id)]
    names = [beancount.account(code) for code in codes]
    entries, errors, _ = loader.load_string("".join(f"2026-01-01 open {n} EUR\n" for n in names))

    assert errors == []
    assert len(set(names)) == len(codes) == len([e for e in entries if isinstance(e, Open)])


def test_the_journal_as_a_table_has_a_row_per_transfer(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(100_00)
    ledger.record(-12_34, advanced_by="b")

    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)
        text = b"".join(journal.pieces(session, known.id)).decode()
        last = session.connection().execute(select(store.table(Spending))).one().sequence

    assert list(csv.DictReader(io.StringIO(text)))[1] == {
        "sequence": str(last),
        "line": "1",
        "booked_on": "2026-02-10",
        "kind": "spending.recorded",
        "debit": "advance:b",
        "credit": "bridged",
        "amount": "12.34",
        "key": "",
        "task_field": "",
    }
