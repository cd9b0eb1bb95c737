"""Requests from a case: moratoria and the escalation table, asked, decided, late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import funds, pool, store
from ledger.decisions import grounds, moratoria, table, words
from ledger.decisions.asked import AlreadyDecided, CaseErased, UnknownRequest
from ledger.decisions.mandates import FourEyes, MandateNeeded
from ledger.errors import WrongInput
from ledger.ids import SameIdOtherContent
from ledger.people import RoleNeeded
from ledger.pool import ReservationExceedsRoom
from ledger.tables import EscalationDecision, MoratoriumDecision, Reservation
from ledger.tables.base import METADATA
from ledger.verify import run
from tests.support import deciding, erasing, ledgers

if TYPE_CHECKING:
    from ledger.decisions.places import Place
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with 1000.00 in its pool, on a Tuesday."""
    return deciding.opened(database.engine)


def verified(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund).misfits)]


def moratorium(ledger: Ledger, on: str | None = None) -> moratoria.Listed:
    """Return how the first moratorium stands on a day."""
    day = ledger.act().day("Europe/Amsterdam") if on is None else date.fromisoformat(on)
    with store.reading(ledger.engine) as session:
        return moratoria.listed(session, ledger.fund, on=day)[0]


def cases(ledger: Ledger, on: str) -> list[table.Listed]:
    with store.reading(ledger.engine) as session:
        return table.listed(session, ledger.fund, on=date.fromisoformat(on))


def refused(ledger: Ledger, error: type[Exception], do: Any, **members: Any) -> str:
    """Return why an act is refused; it changes nothing."""
    before = ledgers.rows(ledger.engine)
    with pytest.raises(error) as caught:
        do(ledger, **members)
    assert ledgers.rows(ledger.engine) == before
    return str(caught.value)


def test_a_moratorium_is_asked_granted_and_lapses(ledger: Ledger) -> None:
    asked = deciding.moratorium(ledger)
    before = moratorium(ledger)
    granted = deciding.ruled(ledger.at("2026-02-11"), until=date(2026, 5, 1))

    assert (asked.status, granted.status) == ("asked", "granted")
    assert (before.state, before.case, before.decide_by, before.until) == (
        "asked", "K1", date(2026, 2, 12), date(2026, 6, 1),
    )  # fmt: skip
    now = moratorium(ledger)
    assert (now.state, now.since, now.until) == ("granted", date(2026, 2, 10), date(2026, 5, 1))
    assert (now.decided_on, now.is_late) == (date(2026, 2, 11), False)
    assert moratorium(ledger, "2026-02-10").state == "asked"  # as it stood then
    assert [moratorium(ledger, on).state for on in ("2026-04-30", "2026-05-01")] == [
        "granted", "lapsed",
    ]  # fmt: skip
    assert verified(ledger) == []


def test_a_promise_that_was_not_kept_shows(ledger: Ledger) -> None:
    deciding.moratorium(ledger)

    assert [moratorium(ledger, on).is_late for on in ("2026-02-12", "2026-02-13")] == [False, True]
    deciding.ruled(ledger.at("2026-02-13"), granted=False)
    assert (moratorium(ledger).state, moratorium(ledger).is_late) == ("declined", True)


def test_the_same_moratorium_once_more_changes_nothing(ledger: Ledger) -> None:
    asked, decided = deciding.moratorium(ledger), deciding.ruled(ledger)
    before = ledgers.rows(ledger.engine)

    assert deciding.moratorium(ledger) == ("m1", "known", asked.number)
    assert deciding.ruled(ledger) == ("m1", "known", decided.number)
    assert deciding.ruled(ledger, until=date(2026, 6, 1)).status == "known"
    assert ledgers.rows(ledger.engine) == before


@pytest.mark.parametrize(
    "members",
    [
        {"case": "K2"},
        {"organisation": "b"},
        {"until": date(2026, 7, 1)},
        {"rule": "another"},
        {"reason": "another"},
        {"who": "lead"},
    ],
)
def test_the_same_id_says_the_same(ledger: Ledger, members: dict[str, Any]) -> None:
    deciding.moratorium(ledger)

    told = refused(ledger, SameIdOtherContent, deciding.moratorium, **members)

    assert told.startswith("moratorium 'm1' is on record with other content")


@pytest.mark.parametrize(
    "members", [{"granted": False}, {"until": date(2026, 5, 1)}, {"reason": "another"}]
)
def test_a_decision_stands(ledger: Ledger, members: dict[str, Any]) -> None:
    deciding.moratorium(ledger)
    deciding.ruled(ledger)

    told = refused(ledger, AlreadyDecided, deciding.ruled, **members)

    assert told == "moratorium 'm1' was decided on before, on 2026-02-10; a decision stands"


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"id": ""}, "id: is empty"),
        ({"case": " K"}, "case: is empty, or begins"),
        ({"organisation": "nobody"}, "organisation: 'nobody' is not the code"),
        ({"until": date(2026, 2, 10)}, "until: 2026-02-10 is not after today, 2026-02-10"),
        ({"until": date(3000, 1, 1)}, "until: 3000-01-01 is not a date between"),
        ({"rule": " "}, "rule: is empty"),
        ({"reason": ""}, "reason: is empty"),
        ({"reason": "x" * 2001}, "reason: is 2001 characters long"),
    ],
)
def test_a_moratorium_that_cannot_be_is_refused(
    ledger: Ledger, members: dict[str, Any], what: str
) -> None:
    assert what in refused(ledger, WrongInput, deciding.moratorium, **members)


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"since": date(2026, 2, 9)}, "since: 2026-02-09 lies before the day on which it was"),
        ({"until": date(2026, 2, 10)}, "until: 2026-02-10 is not after its first day"),
        ({"granted": False, "until": date(2026, 5, 1)}, "until: is a day of what was not granted"),
        ({"reason": ""}, "reason: is empty"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    ledger: Ledger, members: dict[str, Any], what: str
) -> None:
    deciding.moratorium(ledger)

    assert what in refused(ledger, WrongInput, deciding.ruled, **members)


def test_who_decides_on_a_moratorium(ledger: Ledger) -> None:
    deciding.moratorium(ledger)

    refused(ledger, UnknownRequest, deciding.ruled, id_="m9")
    told = refused(ledger, MandateNeeded, deciding.ruled, who="clerk")
    assert told.startswith("this needs the role board or a mandate, which whoever acts does not")
    assert "by whoever decides" in refused(ledger, FourEyes, deciding.ruled, who="worker")
    refused(ledger, RoleNeeded, deciding.moratorium, who="auditor", id="m2")
    assert deciding.ruled(ledger, who="board").status == "granted"
    with ledger.engine.connect() as connection:
        (row,) = connection.execute(store.table(MoratoriumDecision).select())
    assert row.mandate is None


def test_what_was_erased_proves_nothing_and_is_known_whatever_it_said(ledger: Ledger) -> None:
    deciding.moratorium(ledger)
    deciding.ruled(ledger)
    erasing.erase(ledger, case="K1")

    assert deciding.moratorium(ledger, case="K7", rule="x", reason="y").status == "known"
    assert deciding.ruled(ledger, reason="z").status == "known"
    assert moratorium(ledger).case is None
    assert verified(ledger) == []


def test_what_the_table_grants_is_reserved_in_the_same_act(ledger: Ledger) -> None:
    asked = deciding.escalated(ledger)
    decided = deciding.settled(ledger, amount_cents=150_00)

    assert (asked.status, decided.status) == ("asked", "granted")
    assert ledger.room().fund_cents == 850_00
    rows = ledgers.rows(ledger.engine)
    (hold,) = rows["reservation"]
    assert (hold[2], hold[4], hold[6]) == ("t1", "a", 150_00)
    (decision,) = rows["escalation_decision"]
    assert decision[4] == hold[1] == decided.number - 1
    ledger.record(150_00, id="spent", case="K1", reservation="t1")
    assert [row[3] for row in ledgers.rows(ledger.engine)["reservation_end"]] == ["spent"]
    assert verified(ledger) == []


def test_a_moratorium_names_rules_of_the_test_in_any_order(ledger: Ledger) -> None:
    first = deciding.moratorium(ledger, rules=("splitting", "prior-provision"))

    again = deciding.moratorium(ledger, rules=("prior-provision", "splitting"))

    assert again == ("m1", "known", first.number)
    assert moratorium(ledger).rules == ("prior-provision", "splitting")
    told = refused(ledger, SameIdOtherContent, deciding.moratorium, rules=("splitting",))
    assert "'m1' is on record with other content" in told
    told = refused(ledger, WrongInput, deciding.moratorium, id="m2", rules=("bread", "splitting"))
    assert told.startswith(
        "moratorium m2: rules: 'bread' is no rule of the test; there are mandate"
    )
    assert verified(ledger) == []


def test_lack_of_room_refuses_what_the_table_would_grant(ledger: Ledger) -> None:
    deciding.escalated(ledger, amount_cents=1_000_01)

    told = refused(ledger, ReservationExceedsRoom, deciding.settled, who="board")

    assert told == (
        "reservation 't1': 1000.01 is more than the room that is left: the fund has 1000.00"
    )
    assert deciding.settled(ledger, who="board", amount_cents=1_000_00).status == "granted"


def test_the_table_grants_without_money_too_or_declines(ledger: Ledger) -> None:
    deciding.escalated(ledger, amount_cents=None)
    deciding.escalated(ledger, id="t2")

    assert deciding.settled(ledger, until=None).status == "granted"
    assert deciding.settled(ledger, "t2", granted=False, until=None).status == "declined"
    assert ledger.room().fund_cents == 1_000_00
    assert verified(ledger) == []


def test_the_same_on_the_table_once_more_changes_nothing(ledger: Ledger) -> None:
    asked, decided = deciding.escalated(ledger), deciding.settled(ledger)
    deciding.escalated(ledger, id="t2")
    declined = deciding.settled(ledger, "t2", granted=False, until=None)
    before = ledgers.rows(ledger.engine)

    assert deciding.escalated(ledger) == ("t1", "known", asked.number)
    assert deciding.settled(ledger) == ("t1", "known", decided.number)
    assert deciding.settled(ledger, amount_cents=200_00).status == "known"
    assert deciding.settled(ledger, "t2", granted=False, until=None) == (
        "t2", "known", declined.number,
    )  # fmt: skip
    assert ledgers.rows(ledger.engine) == before
    for members in ({"amount_cents": 1_00}, {"until": date(2026, 7, 1)}, {"reason": "another"}):
        refused(ledger, AlreadyDecided, deciding.settled, **members)
    refused(ledger, SameIdOtherContent, deciding.escalated, why="laws")


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"why": "because"}, "why: 'because' is not one of domains, expertise, complex, stuck"),
        ({"amount_cents": 0}, "amount: 0.00 is not more than 0.00"),
        ({"reason": " "}, "reason: is empty"),
        ({"organisation": "x"}, "organisation: 'x' is not the code"),
    ],
)
def test_a_case_that_cannot_be_on_the_table_is_refused(
    ledger: Ledger, members: dict[str, Any], what: str
) -> None:
    assert what in refused(ledger, WrongInput, deciding.escalated, **members)


@pytest.mark.parametrize(
    ("asked", "members", "what"),
    [
        ({}, {"until": None}, "until: is missing; say on which day the room expires"),
        ({}, {"until": date(2026, 2, 10)}, "until: 2026-02-10 is not after today"),
        ({}, {"amount_cents": 0}, "amount: 0.00 is not more than 0.00"),
        ({}, {"granted": False}, "amount: is room in what was not granted"),
        ({}, {"reason": ""}, "reason: is empty"),
        ({"amount_cents": None}, {}, "until: is a day for room that nobody asked"),
    ],
)
def test_what_the_table_cannot_decide_is_refused(
    ledger: Ledger, asked: dict[str, Any], members: dict[str, Any], what: str
) -> None:
    deciding.escalated(ledger, **asked)

    assert what in refused(ledger, WrongInput, deciding.settled, **members)


def test_who_decides_at_the_table(ledger: Ledger) -> None:
    deciding.escalated(ledger)

    refused(ledger, UnknownRequest, deciding.settled, id_="t9")
    told = refused(ledger, MandateNeeded, deciding.settled, who="clerk")
    assert "the role board or a mandate for at least 200.00" in told
    refused(ledger, MandateNeeded, deciding.settled, who="worker")  # it is too small, and theirs
    deciding.escalated(ledger, who="lead", id="t2")
    refused(ledger, FourEyes, deciding.settled, id_="t2")
    deciding.settled(ledger)
    deciding.settled(ledger, "t2", who="board")
    with ledger.engine.connect() as connection:
        rows = connection.execute(store.table(EscalationDecision).select()).all()
    assert [row.mandate for row in rows] == ["lead", None]


def test_room_that_is_granted_is_held_for_who_asked_and_takes_none_of_who_decides(
    ledger: Ledger,
) -> None:
    """Nor does a mandate a year of either limit what the table grants: that is what is asked."""
    ledger.grant("chief", "professional", mandate="worker")
    ledger.receive(1_000_00, id="more")
    for number in range(11):
        deciding.escalated(ledger, id=f"t{number}", amount_cents=95_00)
        deciding.settled(ledger, f"t{number}", who="chief")

    with ledger.engine.connect() as connection:
        rows = connection.execute(select(store.table(Reservation))).all()
    assert {row.person_id for row in rows} == {ledger.people["worker"]}
    assert ledger.room(who="chief").person_cents == 1_000_00
    assert ledger.room(who="worker").person_cents == 1_000_00 - 11 * 95_00
    assert ledger.room().fund_cents == 2_000_00 - 11 * 95_00
    assert verified(ledger) == []


@pytest.mark.parametrize(
    ("who", "ground"), [("board", "board-decision"), ("lead", "agreement-clause")]
)
def test_what_is_spent_from_room_that_was_granted_may_be_accepted_on_that(
    ledger: Ledger, who: str, ground: str
) -> None:
    """Over one's own room only, and only what was spent from it."""
    deciding.escalated(ledger)
    deciding.settled(ledger, who=who)
    ledger.record(200_00, id="s", case="K1", professional="worker", reservation="t1")
    ledger.record(200_00, id="other", case="K1", professional="worker")
    over, room, other = (
        *deciding.found(ledger, "s"), *deciding.found(ledger, "s", rule="person-room"),
        *deciding.found(ledger, "other"),
    )  # fmt: skip
    (evidence,) = deciding.found(ledger, "s", rule="evidence-missing")

    assert offered(ledger, over) == offered(ledger, room) == [(ground, "t1")]
    assert offered(ledger, other) == offered(ledger, evidence) == []
    ledger.grant(who, "auditor")
    ledger.grant("chief", "professional", mandate="lead")
    deciding.accepted_by(ledger, "chief", deciding.line(over, ground))
    with pytest.raises(FourEyes, match="whoever reviews granted the room of this"):
        deciding.reviewed(ledger, over, "agreed", who=who)
    assert deciding.reviewed(ledger, over, "agreed").status == "reviewed"
    assert verified(ledger) == []


def offered(ledger: Ledger, finding: Place) -> list[tuple[str, str | None]]:
    """Return what was decided for a case that a finding may be accepted on."""
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
        found = grounds.offered(session, known, finding)
    return [(each.ground, each.table_id) for each in found if each.is_decided]


def test_no_room_is_held_for_a_case_that_was_erased(ledger: Ledger) -> None:
    deciding.escalated(ledger)
    erasing.erase(ledger, case="K1")

    refused(ledger, CaseErased, deciding.settled)


def test_a_reservation_of_before_is_not_what_the_table_grants(ledger: Ledger) -> None:
    deciding.escalated(ledger)
    ledger.reserve(200_00, id="t1", who="worker", until=date(2026, 6, 1))

    told = refused(ledger, SameIdOtherContent, deciding.settled)

    assert "there is a reservation 't1' already that this decision did not make" in told


def test_the_board_sees_how_often_the_promise_was_kept(ledger: Ledger) -> None:
    for number in (1, 2, 3, 4):
        deciding.escalated(ledger, id=f"t{number}", amount_cents=10_00)
    deciding.settled(ledger.at("2026-02-20"), "t1")
    deciding.settled(ledger.at("2026-02-21"), "t2")  # a day late
    deciding.escalated(ledger, id="t5", amount_cents=10_00)

    then, now = cases(ledger, "2026-02-20"), cases(ledger, "2026-02-21")

    assert table.kept(then, on=date(2026, 2, 20)) == (1, 1)
    assert table.kept(now, on=date(2026, 2, 21)) == (1, 4)  # t3 and t4 should have been
    assert [(each.id, each.state, each.is_late) for each in now] == [
        ("t1", "granted", False), ("t2", "granted", True), ("t3", "asked", True),
        ("t4", "asked", True), ("t5", "asked", False),
    ]  # fmt: skip


def test_whoever_reserves_needs_the_role_still(ledger: Ledger) -> None:
    """The table may hold room by a mandate; nobody else may without the role."""
    hold = pool.Hold(id="r", case="K1", organisation="a", amount_cents=1_00, until=date(2026, 6, 1))
    with pytest.raises(RoleNeeded), store.writing(ledger.engine) as session:
        pool.reserve(session, ledger.fund, hold, act=ledger.act("board"))


def test_what_may_point_to_somebody_is_left_out_of_what_people_write(ledger: Ledger) -> None:
    text = "call 06-12345678 about it"
    deciding.moratorium(ledger, rule=text, reason=text)
    deciding.ruled(ledger, reason=text)
    deciding.escalated(ledger, reason=text)
    deciding.settled(ledger, reason=text)
    ledger.record(10_00, id="s1", case="K1", professional="worker")
    places = deciding.found(ledger, "s1", "s1")
    meeting = replace(deciding.MEETING, on=date(2026, 2, 10))
    deciding.accepted(ledger, deciding.line(places[0], reason=text, norm=text), meeting=meeting)
    deciding.accepted_by(ledger, "lead", deciding.line(places[1], reason=text))
    deciding.reviewed(ledger, places[0], "disagreed", text)
    before = ledgers.rows(ledger.engine)
    with store.reading(ledger.engine) as session:
        opened = [
            session.connection().execute(select(each)).all() for each in METADATA.sorted_tables
        ]

    assert deciding.moratorium(ledger, rule=text, reason=text).status == "known"
    assert deciding.settled(ledger, reason=text).status == "known"
    assert deciding.reviewed(ledger, places[0], "disagreed", text).status == "known"
    assert ledgers.rows(ledger.engine) == before
    assert "12345678" not in repr(opened)
    assert repr(opened).count("call […] about it") == 9
    assert words.left_out(text, None, text) == ("phone",)
    assert verified(ledger) == []
