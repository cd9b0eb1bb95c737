"""What a settlement does to the room of its fund: nothing that is about to go is free."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger import store
from ledger.pool import ReservationExceedsRoom
from ledger.verify import run
from settlement import verifying
from tests.support import funds, ledgers, soundness

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"


def quarter(database: Database, spent: dict[str, int], **rules: Any) -> Ledger:
    """A fund with 100.00 of ``c``, and what each organisation advanced in the first quarter."""
    ledger = ledgers.opened(database.engine, funds.agreement(**rules)).at("2026-01-10")
    ledger.finance()
    ledger.receive(100_00, party="c")
    for party, cents in spent.items():
        ledger.record(cents, id=f"of-{party}", advanced_by=party)
    return ledger.at("2026-04-01")


def rooms(ledger: Ledger, days: str, **choices: Any) -> tuple[int | None, int | None, int | None]:
    """Return the room of the fund before a settlement is booked, after that, and once paid."""
    before = ledger.room().fund_cents
    ledger.settle(days, **choices)
    assert_whole(ledger)
    booked = ledger.room().fund_cents
    ledger.pay()
    assert_whole(ledger)
    return before, booked, ledger.room().fund_cents


def assert_whole(ledger: Ledger) -> None:
    soundness.assert_sound(ledger.engine)
    with store.reading(ledger.engine) as session:
        found = run.verify(session, ledger.fund, more=verifying.MORE).misfits
    assert [*map(str, found)] == []


def test_what_was_advanced_stays_bound_until_it_is_paid(database: Database) -> None:
    ledger = quarter(database, {"pool": 10_00, "b": 20_00})

    # 30.00 by three. b is owed 10.00 of its 20.00; a owes 10.00, which is no room before it
    # is there: as the account holder it pays into its current account with the fund.
    assert rooms(ledger, Q1) == (70_00, 70_00, 80_00)


def test_nobody_reserves_what_a_booked_settlement_is_about_to_pay(database: Database) -> None:
    ledger = quarter(database, {"b": 90_00})
    ledger.settle(Q1)

    with pytest.raises(ReservationExceedsRoom, match=r"the fund has 10\.00"):
        ledger.reserve(10_01)


def test_what_more_than_advances_is_paid_out_is_bound_too(database: Database) -> None:
    ledger = quarter(database, {"pool": 30_00}, settlement='surplus = "return"')

    # c paid in 100.00 and bears 10.00, so 90.00 goes back; b pays its 10.00 in.
    assert rooms(ledger, Q1, final=True) == (70_00, -20_00, -10_00)


def test_what_is_too_small_to_be_paid_now_stays_bound(database: Database) -> None:
    ledger = quarter(database, {"b": 30_00}, settlement='minimum_transfer = "25.00"')

    # b is owed 20.00, which waits for the next settlement; nobody else pays so little either.
    assert rooms(ledger, Q1) == (70_00, 70_00, 80_00)
    ledger.record(15_00, advanced_by="b", spent_on=date(2026, 4, 1))
    assert rooms(ledger.at("2026-07-01"), Q2) == (65_00, 65_00, 70_00)


def test_what_the_account_holder_is_owed_is_no_room(database: Database) -> None:
    ledger = quarter(database, {"a": 30_00})

    # a is owed 20.00, which the journal enters in its current account; b pays its 10.00 in.
    assert rooms(ledger, Q1) == (70_00, 70_00, 90_00)


def test_a_second_settlement_may_be_booked_before_the_first_is_paid(database: Database) -> None:
    ledger = quarter(database, {"b": 30_00}, settlement='minimum_transfer = "25.00"')
    ledger.settle(Q1)
    ledger.at("2026-04-02").record(60_00, advanced_by="b")
    ledger.at("2026-07-01").settle(Q2)
    assert_whole(ledger)
    assert ledger.room().fund_cents == 10_00

    for _ in range(2):
        ledger.pay()
        assert_whole(ledger)
