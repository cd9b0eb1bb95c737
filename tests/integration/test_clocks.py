"""What a ledger makes of the turn of a year, a leap day, and a clock that was set back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from ledger import pool, store
from ledger.calendar import OutsideTheFund, PeriodClosed
from ledger.tables import Transfer
from ledger.verify import run
from settlement import agreeing, proposals, verifying, years
from tests.support import full_ledger, ledgers, soundness
from tests.support import funds as files

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"
RULES = (
    '[[budget]]\nparty = "a"\nyear = 2026\namount = "100.00"\n'
    '[[budget]]\nparty = "a"\nyear = 2027\namount = "50.00"\n'
    '[[mandate]]\ncode = "worker"\nper_year = "80.00"\n'
)


def new_year(hour: int) -> datetime:
    """Half past an hour UTC on 31 December 2026; in Amsterdam it is an hour later."""
    return datetime(2026, 12, 31, hour, 30, tzinfo=UTC)


def assert_whole(ledger: Ledger) -> None:
    soundness.assert_sound(ledger.engine)
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    assert [*map(str, report.misfits)] == []


def test_half_past_eleven_utc_on_31_december_is_the_new_year(database: Database) -> None:
    """In day, period, year, budget and mandate; and the old year can be settled from then on."""
    ledger = ledgers.opened(database.engine, files.agreement(ladder=RULES)).at("2026-10-05")
    ledger.finance()
    ledger.grant("worker", "professional", mandate="worker")
    ledger.receive(500_00)
    ledger.record(60_00, id="old", professional="worker")
    for days in (Q1, Q2, "2026-07-01 2026-10-01"):
        ledger.settle(days)

    ledger.now = new_year(22)
    old = ledger.room(who="worker", organisation="a")
    with pytest.raises(proposals.PeriodNotOver, match="from 2027-01-01 on"):
        ledger.propose("2026-10-01 2027-01-01")
    ledger.now = new_year(23)
    new = ledger.room(who="worker", organisation="a")
    spent = ledger.record(10_00, id="new")
    ledger.settle("2026-10-01 2027-01-01")
    ledger.at("2027-04-01").settle("2027-01-01 2027-04-01")

    assert (old.organisation_cents, old.person_cents) == (40_00, 20_00)
    assert (new.organisation_cents, new.person_cents) == (50_00, 80_00)
    assert spent.booked_on == date(2027, 1, 1)
    last, first = ledger.exported("2026-10-01"), ledger.exported("2027-01-01")
    assert [each["spending"] for each in last.rows("lines.csv")] == ["old"]
    assert [each["spending"] for each in first.rows("lines.csv")] == ["new"]
    # Papers are numbered within a year: four of the old one, and the first of the new.
    assert (last.settlement.number, first.settlement.number) == (4, 1)
    assert_whole(ledger)


def test_the_time_to_answer_is_counted_in_days_of_the_fund(database: Database) -> None:
    ledger = ledgers.opened(database.engine, now=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    ledger.finance()
    ledger.propose(Q1)  # on 1 April at half past midnight

    ledger.now = datetime(2026, 4, 21, 21, 30, tzinfo=UTC)
    with pytest.raises(agreeing.NotAgreed):
        ledger.book()
    ledger.now += timedelta(hours=1)
    ledger.book()

    assert ledger.state() == "booked"


def test_a_leap_day_is_a_day_like_any_other(database: Database) -> None:
    """It is spent and booked on, a period of its own, and the end of a reservation."""
    ledger = ledgers.opened(database.engine).at("2028-02-28")
    ledger.finance()
    ledger.receive(100_00)
    ledger.reserve(30_00, id="held", until=date(2028, 2, 29))
    assert ledger.room().fund_cents == 70_00
    ledger.at("2028-02-29")
    assert ledger.room().fund_cents == 100_00
    leap = ledger.record(9_00, id="leap")
    ledger.at("2028-03-01").record(6_00, id="after")
    ledger.settle("2026-01-01 2028-02-29")
    ledger.settle("2028-02-29 2028-03-01")
    ledger.at("2028-04-01").settle("2028-03-01 2028-04-01")

    assert leap.booked_on == date(2028, 2, 29)
    assert [each["spending"] for each in ledger.exported("2026-01-01").rows("lines.csv")] == []
    assert ledger.exported("2028-02-29").cells("leap") == "a 3.00, b 3.00, c 3.00"
    assert ledger.exported("2028-03-01").cells("after") == "a 2.00, b 2.00, c 2.00"
    with store.reading(database.engine) as session:
        of_2028 = years.of_year(session, ledger.fund, 2028, on=ledger.now.date())
    assert [(each.party, each.booked_cents) for each in of_2028.shares] == [
        ("a", 5_00), ("b", 5_00), ("c", 5_00),
    ]  # fmt: skip
    assert_whole(ledger)


@pytest.fixture
def behind(database: Database) -> Ledger:
    """A fund whose first quarter was booked on 1 April, after which the clock went back."""
    ledger = ledgers.opened(database.engine).at("2026-01-10")
    ledger.finance()
    ledger.receive(100_00, id="paid")
    ledger.record(30_00, id="s1", case="K1")
    ledger.reserve(10_00, id="held", until=date(2026, 3, 1))
    ledger.at("2026-04-01")
    with store.writing(database.engine) as session:
        assert pool.expire(session, ledger.fund, act=ledger.act()) == 1
    ledger.settle(Q1)
    return ledger.at("2026-02-01")


def test_events_keep_their_order_though_the_clock_went_back(behind: Ledger) -> None:
    behind.record(5_00, id="s2")

    events = full_ledger.events(behind.engine)
    assert [each.sequence for each in events] == [*range(1, len(events) + 1)]
    assert events[-1].at < events[-2].at
    assert_whole(behind)


def test_nothing_is_booked_in_a_closed_period_though_the_clock_stands_in_it(
    behind: Ledger,
) -> None:
    spent = behind.record(6_00, id="s2", spent_on=date(2026, 2, 1))
    taken_back = behind.reverse("s1", "r1")
    with pytest.raises(PeriodClosed, match="from 2026-04-01 on"):
        behind.receive(5_00)
    with pytest.raises(OutsideTheFund, match="and today, 2026-02-01"):
        behind.record(1_00, spent_on=date(2026, 2, 2))
    behind.pay()

    assert (spent.booked_on, taken_back.booked_on) == (date(2026, 4, 1), date(2026, 4, 1))
    transfer = store.table(Transfer)
    with behind.engine.connect() as connection:
        asked = select(transfer.c.booked_on).order_by(transfer.c.sequence.desc()).limit(1)
        assert connection.execute(asked).scalar_one() == date(2026, 4, 1)
    assert_whole(behind)
    behind.at("2026-07-01").settle(Q2)
    late = behind.exported()
    assert late.cells("s2") == "a 2.00, b 2.00, c 2.00"
    assert late.cells("r1") == "a -10.00, b -10.00, c -10.00"


def test_a_reservation_that_expired_is_not_open_again_nor_expires_twice(behind: Ledger) -> None:
    left = behind.room().fund_cents or 0
    with store.writing(behind.engine) as session:
        assert pool.expire(session, behind.fund, act=behind.act()) == 0
    with pytest.raises(pool.ReservationEnded):
        behind.release("held")
    behind.record(10_00, id="s2", case="K1", reservation="held")  # spent all the same

    assert behind.room().fund_cents == left - 10_00
    assert [*soundness.ends(behind.engine).values()] == ["expired"]
    assert_whole(behind)


def test_settlements_keep_their_order_though_the_clock_went_back(behind: Ledger) -> None:
    with pytest.raises(proposals.OutOfOrder, match="settle from 2026-04-01 on"):
        behind.propose("2026-02-01 2026-05-01")
    with pytest.raises(proposals.PeriodNotOver):
        behind.propose(Q2)
    behind.at("2026-07-01").propose(Q2)

    # Nobody's silence is counted before its time, and who speaks is heard.
    behind.at("2026-06-01")
    with pytest.raises(agreeing.NotAgreed, match="did not answer"):
        behind.book()
    assert behind.agree("a", "b", "c") == "agreed"
    behind.book()
    assert_whole(behind)
