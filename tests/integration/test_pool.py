"""The pool: what room is left, and what may be held of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from ledger import anew, commitments, correcting, ids, people, pool, spendings, store
from ledger.errors import WrongInput
from ledger.pool import ReservationExceedsRoom
from ledger.reservations import NotHeldForThis
from ledger.tables import CaseFile, Event, Head, Reservation, ReservationEnd, Spending
from ledger.verify import run
from tests.support import ledgers
from tests.support.funds import agreement

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

BUDGET = '[[budget]]\nparty = "a"\nyear = 2026\namount = "100.00"\n'
MANDATE = (
    '[[mandate]]\ncode = "worker"\nper_spending = "40.00"\nper_year = "60.00"\n'
    'valid_from = 2026-01-01\nvalid_until = 2026-07-01\nemployers = ["a", "b"]\n'
)


def limited(database: Database) -> Ledger:
    """A fund with a budget of 100.00 for ``a`` and a mandate of 60.00 a year."""
    return ledgers.opened(database.engine, agreement(ladder=BUDGET + MANDATE))


def one(database: Database, model: Any, **where: Any) -> Any:
    table = store.table(model)
    with store.reading(database.engine) as session:
        return session.connection().execute(select(table).filter_by(**where)).one()


def events(database: Database) -> list[str]:
    table = store.table(Event)
    with store.reading(database.engine) as session:
        asked = select(table.c.kind).order_by(table.c.sequence)
        return [*session.connection().execute(asked).scalars()]


def test_the_room_of_a_fund_is_what_its_pool_holds_less_what_is_reserved(
    database: Database,
) -> None:
    ledger = ledgers.opened(database.engine)

    ledger.receive(100_00)
    ledger.record(30_00)
    ledger.record(5_00, advanced_by="b")  # owed to b, whoever's account it left
    ledger.reserve(20_00)

    assert ledger.room().fund_cents == 45_00


def test_a_fund_that_is_bridged_has_no_pool_to_empty(database: Database) -> None:
    ledger = ledgers.opened(database.engine, agreement(settlement='funding = "bridge"'))

    ledger.reserve(1_000_000_00)

    assert ledger.room().fund_cents is None


def test_an_organisation_has_what_its_council_authorised_for_the_year(database: Database) -> None:
    ledger = limited(database)
    ledger.receive(500_00)

    ledger.record(30_00)
    ledger.record(7_00, organisation="b")
    ledger.reserve(20_00)

    assert ledger.room(organisation="a").organisation_cents == 50_00
    assert ledger.room(organisation="b").organisation_cents is None
    # Another year has no budget here, and no mandate either.
    assert ledger.room(organisation="a", on=date(2027, 1, 1)).organisation_cents is None


def test_what_counts_for_a_year_is_what_was_spent_in_it(database: Database) -> None:
    budgets = BUDGET + BUDGET.replace("2026", "2025")
    rules = agreement(ladder=budgets, valid="from 2025-12-01")
    ledger = ledgers.opened(database.engine, rules)

    ledger.record(30_00, spent_on=date(2025, 12, 31))
    ledger.record(1_00, spent_on=date(2026, 1, 1))

    assert ledger.room(organisation="a").organisation_cents == 99_00
    last_year = ledger.room(organisation="a", on=date(2025, 12, 31))
    assert last_year.organisation_cents == 70_00


def test_a_person_has_what_the_mandate_gives_a_year(database: Database) -> None:
    ledger = limited(database)
    ledger.receive(500_00)
    ledger.grant("worker", "professional", mandate="worker")
    ledger.grant("other", "professional")

    ledger.record(11_00, professional="worker")
    ledger.record(2_00, professional="other")
    ledger.reserve(9_00, who="worker")
    room = ledger.room(who="worker")

    assert (room.person_cents, room.per_spending_cents) == (40_00, 40_00)
    assert ledger.room(who="other").person_cents is None


def spent_by_worker(database: Database) -> Ledger:
    """A fund in which a worker spent 50.00 of a room of 60.00; what follows finance does."""
    ledger = limited(database)
    ledger.receive(500_00)
    administrator, ledger.actor = (
        ledger.actor,
        ledger.grant("worker", "professional", mandate="worker"),
    )
    ledger.record(50_00, id="s1", case="K1")
    ledger.actor = administrator
    ledger.actor = ledger.grant("finance", "finance")
    return ledger


def rooms(ledger: Ledger) -> tuple[int | None, int | None]:
    """Return the room of the worker, and what finance spent."""
    spent = store.table(Spending)
    asked = select(spent.c.amount_cents).where(spent.c.person_id == ledger.actor)
    with store.reading(ledger.engine) as session:
        by_finance = sum(session.connection().execute(asked).scalars())
    return ledger.room(who="worker").person_cents, by_finance


def test_lines_that_reverse_and_replace_are_of_whoever_spent(database: Database) -> None:
    ledger = spent_by_worker(database)

    ledger.record(-50_00, id="back", reverses="s1", case="K1")
    assert rooms(ledger) == (60_00, 0)
    ledger.record(5_00, id="n1", replaces="s1", case="K1")

    assert rooms(ledger) == (55_00, 0)
    event = one(database, Event, sequence=one(database, Spending, id="n1").sequence)
    assert event.actor_id == ledger.people["finance"]


def test_a_batch_of_lines_is_of_whoever_spent_too(database: Database) -> None:
    ledger = spent_by_worker(database)

    ledger.record_all([
        ledger.order(-50_00, id="back", reverses="s1", case="K1"),
        ledger.order(5_00, id="n1", replaces="s1", case="K1"),
        ledger.order(-5_00, id="n1-back", reverses="n1", case="K1"),
        ledger.order(7_00, id="n2", replaces="n1", case="K1"),
    ])  # fmt: skip

    assert rooms(ledger) == (53_00, 0)


def test_what_finance_corrects_is_of_whoever_spent(database: Database) -> None:
    ledger = spent_by_worker(database)

    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, "s1", changed={"amount_cents": 5_00},
            new_ids=("back", "n1"), reason="wrong", act=ledger.act(),
        )  # fmt: skip
    assert rooms(ledger) == (55_00, 0)
    ledger.reverse("n1", "n1-back")

    assert rooms(ledger) == (60_00, 0)
    with store.reading(database.engine) as session:
        assert run.verify(session, ledger.fund).misfits == ()


def test_a_replacement_may_name_somebody_else_who_spent(database: Database) -> None:
    ledger = spent_by_worker(database)
    ledger.reverse("s1", "back")

    ledger.record(5_00, id="n1", replaces="s1", case="K1", professional="finance")

    assert rooms(ledger) == (60_00, 5_00)


def test_whom_a_spending_named_keeps_it_whoever_bears_the_name_by_now(
    database: Database,
) -> None:
    ledger = limited(database)
    ledger.record(50_00, id="s1", professional="worker")
    ledger.grant("worker", "professional", mandate="worker")

    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, "s1", changed={"amount_cents": 5_00},
            new_ids=("back", "n1"), reason="wrong", act=ledger.act(),
        )  # fmt: skip

    assert rooms(ledger) == (60_00, 5_00)  # of whoever recorded it, as nobody bore the name


def test_what_is_recorded_once_more_is_of_whoever_spent_with_what_came_back(
    database: Database,
) -> None:
    ledger = spent_by_worker(database)
    ledger.actor, finance = ledger.people["worker"], ledger.actor
    ledger.record(-20_00, id="part", refunds="s1", case="K1")
    ledger.actor = finance

    with store.writing(ledger.engine) as session:
        anew.record(
            session, ledger.fund, ["s1"], reason="why", may=people.MAY_KEEP, act=ledger.act()
        )
        asked = select(store.table(Spending).c.person_id)
        spent_by = [*session.connection().execute(asked).scalars()]

    assert spent_by == [ledger.people["worker"]] * 6


@pytest.mark.parametrize(
    ("role", "on"),
    [
        ({"organisation": "c"}, date(2026, 2, 10)),  # no employer that the mandate names
        ({}, date(2026, 7, 1)),  # the mandate has ended
        ({"valid_from": date(2025, 1, 1)}, date(2025, 12, 31)),  # it has not begun
        ({"valid_until": date(2026, 2, 1)}, date(2026, 2, 10)),  # a leaver
        ({"mandate": "nothing"}, date(2026, 2, 10)),  # the agreement does not know it
    ],
)
def test_a_mandate_that_is_not_in_force_gives_no_room(
    database: Database, role: dict[str, Any], on: date
) -> None:
    ledger = limited(database)
    ledger.grant("worker", "professional", **({"mandate": "worker"} | role))

    room = ledger.room(who="worker", on=on)

    assert (room.person_cents, room.per_spending_cents) == (0, 0)


@pytest.mark.parametrize(
    ("contributed", "reserved", "lacking"),
    [
        (50_00, 50_01, {"fund": 50_00}),
        (500_00, 60_01, {"person": 60_00}),
        (500_00, 100_01, {"organisation": 100_00, "person": 60_00}),
        (10_00, 100_01, {"fund": 10_00, "organisation": 100_00, "person": 60_00}),
    ],
)
def test_a_reservation_is_refused_where_any_lacks_the_room_and_says_whose(
    database: Database, contributed: int, reserved: int, lacking: dict[str, int]
) -> None:
    ledger = limited(database)
    ledger.grant("worker", "professional", mandate="worker")
    ledger.receive(contributed)
    before = ledgers.rows(database.engine)

    with pytest.raises(ReservationExceedsRoom) as caught:
        ledger.reserve(reserved, who="worker")

    assert caught.value.facts["left_cents"] == lacking
    assert all(f"the {whose} has" in str(caught.value) for whose in lacking)
    assert ledgers.rows(database.engine) == before


def test_the_last_cent_can_be_reserved_and_not_one_more(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)

    ledger.reserve(500_00)

    assert ledger.room().fund_cents == 0
    with pytest.raises(ReservationExceedsRoom, match=r"0\.01 is more .* the fund has 0\.00"):
        ledger.reserve(1)


def test_recording_is_never_refused_and_may_leave_less_than_nothing(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.reserve(500_00)

    ledger.record(1_00)

    assert ledger.room().fund_cents == -1_00


def test_a_reservation_is_known_by_its_id(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    first = ledger.reserve(400_00, id="r", until=date(2026, 3, 1))
    before = ledgers.rows(database.engine)

    again = ledger.reserve(400_00, id="r", until=date(2026, 3, 1))

    assert (first.status, again.status, again.number) == ("reserved", "known", first.number)
    same: dict[str, Any] = {"id": "r", "until": date(2026, 3, 1)}
    for changed in ({"case": "K2"}, {"organisation": "b"}, {"until": date(2026, 3, 2)}):
        with pytest.raises(ids.SameIdOtherContent):
            ledger.reserve(400_00, **(same | changed))
    with pytest.raises(ids.SameIdOtherContent):
        ledger.reserve(399_00, id="r", until=date(2026, 3, 1))
    assert ledgers.rows(database.engine) == before


def test_the_reservation_of_one_is_not_that_of_another(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.grant("worker", "professional")
    ledger.reserve(1_00, id="r")

    with pytest.raises(ids.SameIdOtherContent):
        ledger.reserve(1_00, id="r", who="worker")


def test_what_was_asked_before_is_known_also_after_it_ended(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    until = ledger.now.date() + timedelta(days=1)
    ledger.reserve(400_00, id="r", until=until)
    ledger.now += timedelta(days=2)

    assert ledger.reserve(400_00, id="r", until=until).status == "known"
    assert ledger.room().fund_cents == 500_00


def test_what_expired_is_ended_first_in_an_event_of_its_own(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    made = [ledger.reserve(cents, until=date(2026, 3, 1)) for cents in (200_00, 300_00)]
    ledger.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert ledger.room().fund_cents == 500_00  # also before anybody ended them
    last = ledger.reserve(500_00)

    assert events(database)[-2:] == ["reservation.expired", "reservation.made"]
    expired = one(database, Event, sequence=last.number - 1)
    assert json.loads(expired.body) == {"reservations": [each.number for each in made]}
    assert one(database, Head).reserved_cents == 500_00


def test_what_expired_stays_where_what_is_asked_next_is_refused(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.reserve(200_00, until=date(2026, 3, 1))
    ledger.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    before = ledgers.rows(database.engine)

    with pytest.raises(ReservationExceedsRoom):
        ledger.reserve(500_01)
    assert ledgers.rows(database.engine) == before

    with store.writing(database.engine) as session:
        assert pool.expire(session, ledger.fund, act=ledger.act()) == 1
    with store.writing(database.engine) as session:
        assert pool.expire(session, ledger.fund, act=ledger.act()) == 0
    assert events(database)[-1] == "reservation.expired"


def test_a_reservation_lasts_until_its_day_begins_where_the_fund_is(database: Database) -> None:
    ledger = limited(database)
    ledger.grant("worker", "professional", mandate="worker")
    ledger.receive(500_00)
    ledger.reserve(50_00, who="worker", until=date(2026, 3, 1))

    def left() -> tuple[int | None, ...]:
        room = ledger.room(who="worker", organisation="a")
        return room.fund_cents, room.organisation_cents, room.person_cents

    ledger.now = datetime(2026, 2, 28, 22, 59, tzinfo=UTC)
    assert left() == (450_00, 50_00, 10_00)
    ledger.now = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)  # 1 March in Amsterdam
    assert left() == (500_00, 100_00, 60_00)


def test_releasing_gives_the_room_back_once(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.reserve(500_00, id="r")

    assert ledger.release("r").status == "released"
    before = ledgers.rows(database.engine)
    assert ledger.release("r").status == "known"

    assert ledgers.rows(database.engine) == before
    assert ledger.room().fund_cents == 500_00
    assert events(database)[-1] == "reservation.released"


def test_what_holds_nothing_any_more_is_not_released(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.reserve(500_00, id="r")
    ledger.record(1_00, case="K1", reservation="r")

    with pytest.raises(pool.ReservationEnded, match="it was spent"):
        ledger.release("r")
    with pytest.raises(pool.UnknownReservation):
        ledger.release("gone")


def test_spending_less_than_was_held_frees_the_rest(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    made = ledger.reserve(400_00, id="r")

    spent = ledger.record(150_00, case="K1", reservation="r")
    ledger.record(1_00, reservation="r")  # nothing is held any more; it is recorded

    end = one(database, ReservationEnd)
    assert (end.reservation, end.sequence, end.how) == (made.number, spent.number, "spent")
    assert ledger.room().fund_cents == 349_00
    assert one(database, Head).reserved_cents == 0


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"organisation": "b", "case": "K1"}, "is held by a, not by b"),
        ({"case": "K2"}, "is held for another case; name the case"),
        ({"case": None}, "is held for another case; name the case"),
    ],
)
def test_what_is_held_for_others_is_not_spent(
    database: Database, members: dict[str, Any], what: str
) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.record(case="K2")
    ledger.reserve(400_00, id="r", case="K1")
    before = ledgers.rows(database.engine)

    with pytest.raises(NotHeldForThis, match=f"spending 's': reservation 'r' {what}"):
        ledger.record(id="s", reservation="r", **members)

    assert ledgers.rows(database.engine) == before


def test_a_colleague_may_spend_what_is_held_for_the_case(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    for handle in ("ann", "bob"):
        ledger.grant(handle, "professional")
    ledger.reserve(400_00, id="r", case="K1", who="ann")

    with store.writing(database.engine) as session:
        order = ledger.order(150_00, case="K1", reservation="r")
        spendings.record(session, ledger.fund, [order], act=ledger.act("bob"))

    assert one(database, ReservationEnd).how == "spent"


def test_the_trail_binds_every_column_and_shows_no_case(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    made = ledger.reserve(400_00, id="r", case="K7", until=date(2026, 3, 1))

    event = one(database, Event, sequence=made.number)
    row = one(database, Reservation)
    case = one(database, CaseFile)

    assert json.loads(event.body) == {
        "amount": row.amount_cents,
        "commitment": commitments.of_fields(row.salt, {"case": case.reference}),
        "id": row.id,
        "organisation": row.organisation,
        "person": str(row.person_id),
        "reserved_on": row.reserved_on.isoformat(),
        "until": row.until.isoformat(),
    }
    assert row.case_number == case.sequence == made.number
    assert (case.reference, case.holder, case.home) == ("K7", "a", None)
    assert "K7" not in event.body


def test_reservations_and_spendings_share_their_cases(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)

    spent = ledger.record(1_00, case="K1")
    ledger.reserve(1_00, case="K1")

    assert one(database, Reservation).case_number == spent.number
    assert one(database, CaseFile).sequence == spent.number


def test_a_case_can_be_erased_and_its_reservation_stays(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    ledger.reserve(1_00, id="r", case="K1")

    with store.writing(database.engine) as session:
        session.connection().execute(update(store.table(Reservation)).values(salt=None))
        session.connection().execute(
            update(store.table(CaseFile)).values(reference=None, reference_hash=None)
        )

    assert ledger.reserve(1_00, id="r", case="K1").status == "known"
    assert ledger.room().fund_cents == 499_00


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"amount_cents": 0}, "amount: 0.00 is not more than 0.00"),
        ({"amount_cents": -1}, "amount: -0.01 is not more than 0.00"),
        ({"amount_cents": 10**12 + 1}, "at most 10000000000.00"),
        ({"organisation": "nobody"}, "organisation: 'nobody' is not the code of a party"),
        ({"id": ""}, "id: is empty"),
        ({"id": "-1"}, "formula"),
        ({"case": " K"}, "case: ' K' begins|case: is empty, or begins"),
        ({"until": date(2026, 2, 10)}, "until: 2026-02-10 is not after today, 2026-02-10"),
        ({"until": date(3000, 1, 1)}, "until: 3000-01-01 is not a date between 1900 and 2999"),
    ],
)
def test_a_reservation_that_is_wrong_by_itself_says_what_would_be_right(
    database: Database, members: dict[str, Any], what: str
) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongInput, match=what):
        ledger.reserve(**({"amount_cents": 1} | members))

    assert ledgers.rows(database.engine) == before


def test_the_room_of_nobody_is_not_asked(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    with pytest.raises(pool.UnknownOrganisation, match="'nobody' is not the code of a party"):
        ledger.room(organisation="nobody")
