"""What people wrote to decide: for whoever decides, once it is on record that they read it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger import store
from ledger.decisions import consulting, written
from ledger.decisions.asked import UnknownRequest
from ledger.decisions.targets import UnknownFinding
from ledger.decisions.written import Request
from ledger.errors import WrongInput
from ledger.people import RoleNeeded
from ledger.privacy import reading
from ledger.privacy.restricting import Restricted
from tests.support import deciding, erasing, ledgers, privately, soundness

if TYPE_CHECKING:
    from ledger.decisions.places import Place
    from ledger.decisions.written import OfFinding, OfRequest
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

MORATORIUM = Request("moratorium", "m1")
TABLE = Request("table", "t1")
WHICH = [None, MORATORIUM, TABLE]


def opened(database: Database) -> tuple[Ledger, Place]:
    """A fund in which the worker's spending of 40.00 was accepted, paused, and on the table."""
    ledger = privately.opened(database.engine)
    ledger.grant("small", "professional", mandate="worker")
    ledger.record(140_00, id="big", case="K1", professional="worker")
    deciding.moratorium(ledger)
    deciding.ruled(ledger)
    deciding.escalated(ledger)
    deciding.settled(ledger, who="board")
    (place,) = deciding.found(ledger, "big")
    deciding.reviewed(ledger, place, "more-information", "which norm")
    deciding.reviewed(ledger, place, None, "article 4", who="worker")
    ledger.at("2026-03-05")
    deciding.accepted(ledger, deciding.line(place, "moratorium", norm="article 4"))
    deciding.reviewed(ledger, place, "agreed")
    return ledger, place


def read(ledger: Ledger, what: Place | Request, who: str, why: str = "review") -> Any:
    """Read what was written, as the commands do."""
    day = ledger.act().day("Europe/Amsterdam")
    with store.writing(ledger.engine) as session:
        if isinstance(what, Request):
            consulting.of_request(session, ledger.fund, what, why, act=ledger.act(who))
        else:
            consulting.of_finding(session, ledger.fund, what, why, act=ledger.act(who))
    with store.reading(ledger.engine) as session:
        if isinstance(what, Request):
            return written.of_request(session, ledger.fund, what, on=day)
        return written.of_finding(session, ledger.fund, what, on=day)


def test_a_finding_is_read_with_all_that_people_said_of_it(database: Database) -> None:
    ledger, place = opened(database)

    found: OfFinding = read(ledger, place, "board")

    accepted = found.accepted
    assert accepted is not None
    assert (accepted.by, accepted.how, accepted.decision) == ("board", "board", "2026-7")
    assert (accepted.ground, accepted.moratorium) == ("moratorium", "m1")
    assert (accepted.norm, accepted.reason) == ("article 4", "waiting would have cost more")
    assert [(x.by, x.verdict, x.comment, x.is_of_acceptance) for x in found.reviews] == [
        ("auditor", "more-information", "which norm", False),
        ("worker", None, "article 4", False),
        ("auditor", "agreed", None, True),
    ]
    assert (found.listed.verdict, found.listed.earlier) == ("agreed", "more-information")
    (entry,) = privately.logged(ledger)
    assert entry[2:] == ("board", "big", "K1", "review")
    soundness.assert_sound(database.engine)


def test_an_open_finding_is_read_with_the_grounds_that_apply(database: Database) -> None:
    ledger, _ = opened(database)
    (place,) = deciding.found(ledger, "big")

    found: OfFinding = read(ledger, place, "lead")

    assert found.accepted is None
    assert [each.ground for each in found.listed.offered][:2] == ["moratorium", "board-decision"]


def test_a_request_is_read_with_what_was_asked_and_the_answer(database: Database) -> None:
    ledger, _ = opened(database)

    paused: OfRequest = read(ledger, MORATORIUM, "board")
    stuck: OfRequest = read(ledger, TABLE, "auditor", "question")

    assert paused.texts == {
        "rule": "the duty to search for work", "reason": "to find a house first",
    }  # fmt: skip
    assert (paused.asked_by, paused.decided_by, paused.mandate) == ("worker", "lead", "lead")
    assert (paused.answer, paused.listed.state) == ("it gives room", "granted")
    assert stuck.texts == {"reason": "who takes the lead"}
    assert (stuck.room_cents, stuck.room_until) == (200_00, date(2026, 6, 1))
    assert (paused.room_cents, paused.room_until) == (None, None)
    assert (stuck.decided_by, stuck.mandate, stuck.answer) == ("board", None, "it was agreed")
    assert [entry[2:] for entry in privately.logged(ledger)] == [
        ("board", None, "K1", "review"), ("auditor", None, "K1", "question"),
    ]  # fmt: skip
    soundness.assert_sound(database.engine)


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize(
    "who", ["board", "auditor", "officer", "worker", "clerk"], ids=lambda who: who
)
def test_whoever_decides_or_had_it_made_reads_it(
    database: Database, which: Request | None, who: str
) -> None:
    ledger, place = opened(database)

    read(ledger, which or place, who)

    assert [entry.handle for entry in privately.logged(ledger)] == [who]


@pytest.mark.parametrize(
    ("which", "who", "refusal"),
    [
        *((which, "administrator", RoleNeeded) for which in WHICH),
        *((which, "clerk-b", reading.NotYours) for which in WHICH),  # elsewhere, no mandate
        *((which, "small", reading.NotYours) for which in WHICH),  # too small, or decided
        *((which, "lead", reading.NotYours) for which in (None, TABLE)),  # others decided
    ],
)
def test_whoever_may_not_reads_nothing_and_leaves_no_trace(
    database: Database, which: Request | None, who: str, refusal: type[Exception]
) -> None:
    ledger, place = opened(database)
    ledger.people["administrator"] = ledger.actor
    before = ledgers.rows(database.engine)

    with pytest.raises(refusal) as caught:
        read(ledger, which or place, who)

    assert ledgers.rows(database.engine) == before
    assert "article" not in str(caught.value)


def test_whoever_holds_a_mandate_reads_it_to_decide_and_what_they_decided(
    database: Database,
) -> None:
    ledger = privately.opened(database.engine)
    ledger.grant("other", "professional", mandate="lead")
    ledger.record(140_00, id="big", case="K1", professional="worker")
    (place,) = deciding.found(ledger, "big")
    deciding.moratorium(ledger)

    assert read(ledger, place, "lead").accepted is None
    assert read(ledger, MORATORIUM, "other").answer is None
    deciding.ruled(ledger)
    deciding.accepted_by(ledger, "lead", deciding.line(place))
    assert read(ledger, place, "lead").accepted is not None
    assert read(ledger, MORATORIUM, "lead").answer is not None
    for which in (place, MORATORIUM):
        with pytest.raises(reading.NotYours):
            read(ledger, which, "other")


@pytest.mark.parametrize("which", WHICH)
def test_while_a_case_is_restricted_only_the_privacy_officer_reads_of_it(
    database: Database, which: Request | None
) -> None:
    ledger, place = opened(database)
    privately.restricted(ledger, "K1")

    for who in ("board", "auditor", "worker"):
        with pytest.raises(Restricted):
            read(ledger, which or place, who)

    assert read(ledger, which or place, "officer")


def test_what_was_erased_says_so(database: Database) -> None:
    ledger, place = opened(database)
    erasing.erase(ledger, case="K1")

    found: OfFinding = read(ledger, place, "board")
    paused: OfRequest = read(ledger, MORATORIUM, "board")

    assert found.accepted is not None
    assert (found.accepted.erased, found.accepted.reason) == (True, None)
    assert [each.erased for each in found.reviews] == [True] * 3
    assert (paused.erased, paused.answer_erased, paused.answer) == (True, True, None)
    assert paused.texts == {"rule": None, "reason": None}


def test_there_must_be_such_a_thing_and_such_a_reason(database: Database) -> None:
    ledger, place = opened(database)

    with pytest.raises(UnknownFinding):
        read(ledger, (999, 1), "board")
    with pytest.raises(UnknownRequest, match="there is no moratorium 'm9'"):
        read(ledger, Request("moratorium", "m9"), "board")
    with pytest.raises(UnknownRequest, match="there is no case 't9' on the table"):
        read(ledger, Request("table", "t9"), "board")
    for each in (place, TABLE):
        with pytest.raises(WrongInput, match="--why"):
            read(ledger, each, "board", "curious")
