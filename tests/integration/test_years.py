"""A year for the accounts: booked and not yet booked, per organisation and task field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger import correcting, store
from settlement import years
from tests.support import funds, ledgers

if TYPE_CHECKING:
    from settlement.accrual import YearShare
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

HOME = '[[key]]\ncode = "own"\nkind = "home"\nfallback = "heads"\n'
FIELDS = '[[category]]\ncode = "care"\ntask_field = "6.714"\n'


def shares(ledger: Ledger, year: int) -> dict[str, YearShare]:
    with store.reading(ledger.engine) as session:
        found = years.of_year(session, ledger.fund, year, on=ledger.now.date())
    return {each.party: each for each in found.shares}


def test_a_year_is_what_was_booked_of_it_and_what_was_not_yet(database: Database) -> None:
    ledger = ledgers.opened(database.engine, funds.agreement(HOME, ladder=FIELDS))
    ledger.at("2026-01-10").finance()
    ledger.record(10_00)
    ledger.record(2_00, category="care")
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")
    ledger.at("2026-12-30").record(5_00)
    ledger.at("2027-01-05").record(7_00, spent_on=date(2026, 12, 31))
    ledger.record(100_00, spent_on=date(2027, 1, 1))
    late = ledger.at("2027-02-20").record(1_00, spent_on=date(2026, 12, 31))
    assert late.booked_on == date(2027, 1, 1)

    a = shares(ledger, 2026)["a"]

    assert (a.booked_cents, a.accrued_cents) == (12_00, 13_00)
    assert [(each.task_field, each.booked_cents, each.accrued_cents) for each in a.fields] == [
        ("6.23", 10_00, 13_00),
        ("6.714", 2_00, 0),
    ]
    # Booked and not paid yet, and what the rest of the year asks.
    assert a.open_cents == -25_00


def test_a_year_that_is_booked_as_a_whole_has_nothing_to_accrue(database: Database) -> None:
    ledger = ledgers.opened(database.engine, funds.agreement(HOME))
    ledger.at("2026-01-10").finance()
    ledger.record(10_00)
    ledger.at("2027-01-01").settle("2026-01-01 2027-01-01")
    ledger.pay()

    a = shares(ledger, 2026)["a"]

    assert (a.booked_cents, a.accrued_cents, a.open_cents) == (10_00, 0, 0)


def test_a_correction_in_the_next_year_leaves_a_year_what_was_right(database: Database) -> None:
    ledger = ledgers.opened(database.engine, funds.agreement(HOME)).at("2026-01-10")
    ledger.finance()
    ledger.record(10_00, id="s1", spent_on=date(2026, 1, 5))
    ledger.at("2027-01-02").settle("2026-01-01 2027-01-01")
    with store.writing(ledger.at("2027-03-01").engine) as session:
        correcting.correct(
            session, ledger.fund, "s1", changed={"amount_cents": 6_00},
            new_ids=("back", "n1"), reason="wrong", act=ledger.act(),
        )  # fmt: skip

    assert shares(ledger, 2026)["a"].cost_share_cents == 6_00
    assert shares(ledger, 2027)["a"].cost_share_cents == 0


def test_what_a_reservation_held_until_it_expired_is_free(database: Database) -> None:
    ledger = ledgers.opened(database.engine, funds.agreement(HOME)).at("2026-01-10")
    ledger.receive(100_00)
    ledger.reserve(30_00, until=date(2026, 2, 1))

    held = [
        shares(ledger.at(day), 2026)["a"].reserved_cents for day in ("2026-01-31", "2026-02-01")
    ]

    assert held == [30_00, 0]
