"""Recording: once per id, in the right period, with its transfer and its event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ledger import calendar, correcting, ids, spendings, store
from ledger.corrections import WrongCorrection
from ledger.errors import WrongInput
from ledger.tables import Event, Head, Spending, Transfer
from tests.support import ledgers

if TYPE_CHECKING:
    from ledger.on_record import Recorded
    from tests.support.databases import Database

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)


def test_a_spending_is_a_row_a_transfer_and_an_event(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    answer = ledger.record(12_50, case="K1", payee="landlord", home="b")

    with store.reading(database.engine) as session:
        connection = session.connection()
        event = connection.execute(select(store.table(Event)).order_by("sequence")).all()[-1]
        transfer = connection.execute(select(store.table(Transfer))).one()
        head = connection.execute(select(store.table(Head))).one()
    assert answer.status == "recorded"
    assert answer.number == event.sequence == head.sequence == transfer.sequence
    assert (transfer.debit, transfer.credit, transfer.amount_cents) == ("bridged", "bank", 12_50)
    assert head.hash == event.hash
    assert head.pool_cents == -12_50
    assert "landlord" not in event.body
    assert "K1" not in event.body


def test_the_same_again_is_known_and_changes_nothing(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    order = ledger.order(payee="shop")
    first = ledger.record_all([order])[0]
    before = ledgers.rows(database.engine)

    again = ledger.record_all([order, order])

    assert [each.status for each in again] == ["known", "known"]
    assert again[0].number == first.number
    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize("changed", [{"payee": "other"}, {"amount_cents": 2}, {"case": "K9"}])
def test_other_content_under_the_same_id_is_refused(
    database: Database, changed: dict[str, object]
) -> None:
    ledger = ledgers.opened(database.engine)
    members = {"id": "x", "payee": "shop", "amount_cents": 1} | changed
    ledger.record(1, id="x", payee="shop")
    before = ledgers.rows(database.engine)

    with pytest.raises(ids.SameIdOtherContent):
        ledger.record(**members)  # type: ignore[arg-type]

    assert ledgers.rows(database.engine) == before


def test_what_an_organisation_advanced_is_owed_to_it(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    ledger.record(500, advanced_by="b")
    ledger.record(300, advanced_by="professional")
    ledger.record(-100, advanced_by="b")

    with store.reading(database.engine) as session:
        moved = session.connection().execute(select(store.table(Transfer)).order_by("sequence"))
        found = [(row.debit, row.credit, row.amount_cents) for row in moved]
    assert found == [
        ("bridged", "advance:b", 500),
        ("bridged", "advance:a", 300),
        ("advance:b", "bridged", 100),
    ]


@pytest.mark.parametrize(
    ("now", "spent_on", "booked_on"),
    [
        # Within the quarter: the day itself.
        (datetime(2026, 2, 10, 12, tzinfo=UTC), date(2026, 1, 3), date(2026, 1, 3)),
        # The last quarter can be adjusted for fourteen days.
        (datetime(2026, 4, 14, 12, tzinfo=UTC), date(2026, 3, 31), date(2026, 3, 31)),
        (datetime(2026, 4, 15, 12, tzinfo=UTC), date(2026, 3, 31), date(2026, 4, 1)),
        # 31 December 23:30 UTC is the new year in Amsterdam.
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1), date(2027, 1, 1)),
        # A leap day.
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2028, 2, 29), date(2028, 2, 29)),
    ],
)
def test_a_spending_is_booked_in_the_oldest_period_that_is_not_closed(
    database: Database, now: datetime, spent_on: date, booked_on: date
) -> None:
    ledger = ledgers.opened(database.engine, now=now)

    answer = ledger.record(spent_on=spent_on)

    assert answer.booked_on == booked_on


def test_the_day_of_recording_is_that_of_the_fund(database: Database) -> None:
    ledger = ledgers.opened(database.engine, now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    ledger.record(spent_on=date(2026, 12, 31))

    with store.reading(database.engine) as session:
        row = session.connection().execute(select(store.table(Spending))).one()
    assert row.recorded_on == date(2027, 1, 1)


def test_a_final_row_is_neither_changed_nor_replaced(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(id="s")
    replace = " OR REPLACE" if database.dialect == "sqlite" else ""
    for statement in (
        "UPDATE spending SET amount_cents = 1",
        "DELETE FROM spending",
        f"INSERT{replace} INTO spending SELECT * FROM spending",  # noqa: S608 - a word of ours
    ):
        before = ledgers.rows(database.engine)
        with pytest.raises(DBAPIError), database.owner.begin() as connection:
            connection.execute(text(statement))
        assert ledgers.rows(database.engine) == before


def test_lack_of_room_never_refuses_what_was_spent(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    answer = ledger.record(10_000_000_00)

    assert answer.status == "recorded"


def test_a_reversal_takes_all_of_it_back_once(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(700, id="s", case="K1", domain="housing", home="b", advanced_by="c")

    def reverse(new_id: str) -> Recorded:
        with store.writing(database.engine) as session:
            return correcting.reverse(
                session, ledger.fund, "s", new_id=new_id, reason="twice", act=ledger.act()
            )

    assert reverse("r").status == "recorded"
    before = ledgers.rows(database.engine)
    with pytest.raises(WrongCorrection, match="reversed already"):
        reverse("r2")
    assert ledgers.rows(database.engine) == before


def test_a_reversal_asked_again_after_midnight_is_the_same(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(700, id="s")
    ledger.record(700, id="other")
    first = ledger.reverse("s", "r")
    before = ledgers.rows(database.engine)
    ledger.now += timedelta(days=1)

    again = ledger.reverse("s", "r")

    assert (again.status, again.number) == ("known", first.number)
    with pytest.raises(ids.SameIdOtherContent):
        ledger.reverse("other", "r")
    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"reverses": "s", "amount_cents": -600}, "the amount must be -7.00"),
        ({"reverses": "s", "amount_cents": -700, "organisation": "b"}, "with organisation 'b'"),
        ({"reverses": "s", "amount_cents": -700, "domain": "work"}, "with domain 'work'"),
        ({"reverses": "gone", "amount_cents": -700}, "not on record"),
        ({"refunds": "s", "amount_cents": 100}, "a negative amount"),
        ({"refunds": "s", "amount_cents": -701}, "no more than 7.00"),
        ({"replaces": "s", "amount_cents": 700}, "nothing reverses"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(
    database: Database, members: dict[str, object], what: str
) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(700, id="s")
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongCorrection, match=what):
        ledger.record(**members)  # type: ignore[arg-type]

    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"organisation": "nobody"}, "organisation: 'nobody' is not the code of a party"),
        ({"home": "nobody"}, "home: 'nobody'"),
        ({"advanced_by": "nobody"}, "advanced_by: 'nobody'"),
        ({"amount_cents": 10**12 + 1}, "amount: is more than"),
        ({"vat_cents": 2_000}, "vat: must lie between"),
        ({"id": "=1+1"}, "formula"),
        ({"category": " rent"}, "begins or ends with a blank"),
        ({"payee": "half \ud800"}, "half of one"),
        ({"purpose": "x" * 2_001}, "at most 2000 are kept"),
    ],
)
def test_an_order_that_is_wrong_by_itself_says_what_would_be_right(
    database: Database, members: dict[str, object], what: str
) -> None:
    ledger = ledgers.opened(database.engine)
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongInput, match=what.replace("+", r"\+")):
        ledger.record(**members)  # type: ignore[arg-type]

    assert ledgers.rows(database.engine) == before


def test_what_was_not_yet_spent_is_not_recorded(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    with pytest.raises(calendar.OutsideTheFund, match="2026-02-11 is not between"):
        ledger.record(spent_on=date(2026, 2, 11))
    with pytest.raises(calendar.OutsideTheFund, match="when the fund began"):
        ledger.record(spent_on=date(2025, 12, 31))


@pytest.mark.parametrize("member", ["recorded_on", "booked_on"])
@pytest.mark.parametrize("backdated", [True, False], ids=["imported", "recorded"])
def test_a_day_that_is_still_to_come_is_none_of_a_spending(
    database: Database, member: str, backdated: bool
) -> None:
    # It is 11 February already where the fund is, and may be the 12th where the device is.
    ledger = ledgers.opened(database.engine, now=datetime(2026, 2, 10, 23, 30, tzinfo=UTC))
    before = ledgers.rows(database.engine)

    def record(day: date, id_: str) -> Recorded:
        members: dict[str, Any] = {member: day}
        order = ledger.order(id=id_, spent_on=date(2026, 2, 10), **members)
        with store.writing(database.engine) as session:
            (answer,) = spendings.record(
                session, ledger.fund, [order], act=ledger.act(), backdated=backdated
            )
        return answer

    for day in (date(2026, 2, 13), date(2062, 1, 1)):
        with pytest.raises(calendar.OutsideTheFund, match=f"{member} {day}.* tomorrow, 2026-02-12"):
            record(day, "far")
    assert ledgers.rows(database.engine) == before
    assert record(date(2026, 2, 12), "near").status == "recorded"


def test_a_refund_that_is_reversed_no_longer_counts(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(7_00, id="s")
    ledger.record(-5_00, id="r", refunds="s")
    with pytest.raises(WrongCorrection, match=r"no more than 2\.00"):
        ledger.record(-6_00, refunds="s")
    with pytest.raises(WrongCorrection, match="reverse the refunds first"):
        ledger.record(-7_00, reverses="s")

    ledger.record(5_00, reverses="r")

    ledger.record(-6_00, id="again", refunds="s")
    ledger.record(6_00, reverses="again")
    assert ledger.record(-7_00, reverses="s").status == "recorded"


@pytest.mark.parametrize(
    ("adjusting_from", "booked_on", "open_from"),
    [
        (None, date(2026, 3, 31), "2026-04-01"),
        # A proposal went back to draft: its own period is open, those before it are not.
        (date(2026, 2, 1), date(2026, 1, 31), "2026-02-01"),
    ],
)
def test_nothing_is_booked_in_a_closed_period(
    database: Database, adjusting_from: date | None, booked_on: date, open_from: str
) -> None:
    ledger = ledgers.opened(database.engine, now=datetime(2026, 5, 1, 12, tzinfo=UTC))
    ledger.close_until(date(2026, 4, 1), adjusting_from=adjusting_from)

    with pytest.raises(calendar.PeriodClosed, match=f"book it from {open_from} on"):
        ledger.record(spent_on=date(2026, 1, 5), booked_on=booked_on)
    answer = ledger.record(spent_on=date(2026, 1, 5), booked_on=date.fromisoformat(open_from))
    assert answer.booked_on == date.fromisoformat(open_from)


@pytest.mark.parametrize(
    ("closed_until", "booked_on"),
    [(date(2026, 1, 1), date(2026, 1, 5)), (date(2026, 4, 1), date(2026, 4, 1))],
)
def test_what_was_recorded_elsewhere_is_booked_when_it_was_spent_unless_that_was_proposed(
    database: Database, closed_until: date, booked_on: date
) -> None:
    ledger = ledgers.opened(database.engine, now=datetime(2026, 9, 1, 12, tzinfo=UTC))
    ledger.close_until(closed_until)
    order = ledger.order(spent_on=date(2026, 1, 5))

    with store.writing(database.engine) as session:
        (answer,) = spendings.record(
            session, ledger.fund, [order], act=ledger.act(), backdated=True
        )
    with store.reading(database.engine) as session:
        row = session.connection().execute(select(store.table(Spending))).one()

    assert answer.booked_on == booked_on
    assert row.person_id is None
