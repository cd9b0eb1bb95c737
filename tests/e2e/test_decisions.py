"""Deciding on the command line: lists, requests from cases, review, reminders."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api import clock
from ledger import store
from ledger.verify import run
from tests.support import commands, deciding
from tests.support.deciding import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

REASON = ("--reason", "waiting would have cost more")


@pytest.fixture
def ledger(sqlite_database: Database) -> Ledger:
    """A fund with findings in what a worker spent, in 2026."""
    return spent(deciding.opened(sqlite_database.engine))


def spent(ledger: Ledger) -> Ledger:
    """Let a worker spend, with a receipt but for the first time."""
    for number in (1, 2, 3):
        receipt = None if number == 1 else f"r{number}.jpg"
        ledger.record(
            40_00 + number, id=f"s{number}", case="K1", professional="worker", receipt=receipt
        )
    return ledger.at("2026-03-02")


def said(database: Database, *arguments: str, who: str | None = None, code: int = 0) -> str:
    actor = () if who is None else ("--as", who)
    done = commands.run(database, *arguments, *actor, code=code)
    return " ".join((done.stdout + done.stderr).split())


def told(database: Database, *arguments: str) -> Any:
    return json.loads(commands.run(database, *arguments, "--json").stdout)


def verified(ledger: Ledger) -> None:
    with store.reading(ledger.engine) as session:
        assert [*map(str, run.verify(session, ledger.fund).misfits)] == []


def meeting(number: str = "2026-7") -> tuple[str, ...]:
    return ("--meeting", "2026-03-03", "--number", number, "--present", "3", "--of", "4")


def test_a_list_is_printed_filled_in_and_accepted(
    sqlite_database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    one, other = deciding.names(found(ledger, "s1", "s2"))
    printed = commands.run(sqlite_database, "findings", "list", "fund", "--csv").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [(row["finding"], row["spending"], row["state"]) for row in rows] == [
        (one, "s1", "zonder besluit"), (other, "s2", "zonder besluit"),
    ]  # fmt: skip
    rows[0] |= {"ground": "board-decision", "reason": "as in 2025", "norm": "art. 4"}
    filled = tmp_path / "list.csv"
    with filled.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    accept = ("accept", "fund", str(filled), *meeting())

    answer = said(sqlite_database, *accept, who="board")
    again = said(sqlite_database, *accept, "--language", "en", who="board")

    assert answer.startswith(
        "Geaccepteerd in besluit 2026-7 van 3 maart 2026: 1 bevinding. Aanwezig: 3 van 4. Nummer"
    )
    assert "1 regel zonder grond en reden is overgeslagen." in answer
    assert "neemt een bevinding niet weg" in answer
    assert again.startswith("Decision 2026-7 of 3 March 2026 was on record already, with 1 finding")
    assert "rechtmatig" not in answer.lower()
    assert "lawful" not in again.lower()
    (accepted,) = told(sqlite_database, "findings", "list", "fund", "--accepted")
    (left,) = told(sqlite_database, "findings", "list", "fund")
    assert (accepted["finding"], accepted["state"]) == (one, "geaccepteerd, niet beoordeeld")
    assert (left["finding"], left["kind"], left["amount"]) == (other, "error", "5.00")
    verified(ledger)


def test_mistakes_in_a_list_are_told_by_line_and_nothing_is_accepted(
    sqlite_database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    filled = tmp_path / "list.csv"
    filled.write_text("finding,ground,reason\n1/1,because,x\nno,reverse-test,x\n")
    accept = ("accept", "fund", str(filled), *meeting())

    wrong = said(sqlite_database, *accept, who="board", code=2)
    filled.write_text("finding,ground,reason\n1/1,because,x\n")
    ground = said(sqlite_database, *accept, who="board", code=2)
    filled.write_text("finding,ground,reason\n1/1,reverse-test,x\n")
    missing = said(sqlite_database, *accept, who="board", code=2)

    assert wrong == f"{filled}:3: 'no' is no finding; write it as 17/2"
    assert ground.startswith(f"{filled}:2: ground 'because' is not one of moratorium, board-")
    assert missing == "unknown-finding: there is no finding 1/1"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("17/1",), "--ground: is missing --reason: is missing"),
        (("17/1", *REASON), "--ground: is missing"),
        (("17/1", "--present", "3"), "--present: is of a decision on a list; one finding is"),
        (("list.csv",), "--meeting: is missing --number: is missing --present: is missing --of:"),
        (("list.csv", *REASON, *meeting()), "--reason: is said of each finding in the list"),
        (("nowhere.csv", *meeting()), "nowhere.csv: "),
        (("168.1", *REASON), "LIST: '168.1' is no finding; write it as 17/2; nor is there a file"),
    ],
)
def test_what_is_missing_is_told(
    sqlite_database: Database, ledger: Ledger, arguments: tuple[str, ...], what: str
) -> None:
    assert said(sqlite_database, "accept", "fund", *arguments, code=2).startswith(what)


def test_a_colleague_accepts_and_an_auditor_reviews(
    sqlite_database: Database, ledger: Ledger
) -> None:
    one, _ = deciding.names(found(ledger, "s1", "s2"))
    accept = ("accept", "fund", one, "--ground", "reverse-test", *REASON)
    review = ("review", "fund", one)

    assert said(sqlite_database, *accept, who="worker", code=1).startswith("four-eyes: ")
    assert said(sqlite_database, *accept, who="clerk", code=1).startswith("mandate-needed: ")
    assert said(sqlite_database, *accept, who="lead").startswith("Geaccepteerd op grond van uw")
    assert said(sqlite_database, *accept, who="lead").startswith("U had deze bevinding al gea")
    answered = said(sqlite_database, *review, "--comment", "call 06-12345678", who="worker")
    assert answered.startswith(f"Toelichting bij bevinding {one} vastgelegd.")
    assert "Weggelaten, want dat kan iemand aanwijzen: een telefoonnummer." in answered
    queue = said(sqlite_database, "findings", "list", "fund", "--to-review", "--on", "2026-03-12")
    assert queue.startswith("1 bevinding te beoordelen, de oudste eerst.")
    assert f"{one} Boven het mandaat fout 5,00 s1 · rent · a 10 d geaccepteerd, niet be" in queue
    wrong = said(sqlite_database, *review, "--verdict", "disagreed", who="auditor", code=2)
    assert wrong == "comment: is empty; say it in a few words"
    done = said(sqlite_database, *review, "--verdict", "agreed", who="auditor")
    assert done.startswith(f"Bevinding {one} beoordeeld: eens.")
    assert done.endswith("U oordeelt over de vastlegging, niet over de hulp.")
    assert said(sqlite_database, "findings", "list", "fund", "--to-review") == "Alles beoordeeld."
    english = said(sqlite_database, "findings", "list", "fund", "--accepted", "--language", "en")
    assert "accepted, verdict: agreed" in english
    assert english.endswith("Acceptance by the fund does not take a finding away.")
    right = (*review, "--verdict", "corrected")
    assert said(sqlite_database, *right, who="auditor", code=2) == wrong
    ended = said(sqlite_database, *right, "--comment", "it was raised then", who="auditor")
    assert ended.endswith("De bevinding is hersteld en telt niet meer mee.")
    (all_of_it, _) = told(sqlite_database, "findings", "list", "fund", "--all")
    assert all_of_it["state"] == "hersteld"
    assert said(sqlite_database, *review, "--verdict", "agreed", who="auditor", code=1).startswith(
        "stands-no-more: "
    )
    verified(ledger)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "nl",
            [
                "Telt als: fout, voorwaardencriterium",
                "Stand: geaccepteerd, oordeel: oneens",
                "Geaccepteerd door lead op 2 maart 2026, met mandaat lead.",
                "Grond: omgekeerde toets",
                "Afgeweken van: article 4",
                "Reden: waiting would have cost more",
                "2 maart 2026, auditor, oneens (nummer ",
                "): it is article 5",
            ],
        ),
        (
            "en",
            [
                "Counts as: error, conditions criterion",
                "State: accepted, verdict: disagreed",
                "Accepted by lead on 2 March 2026, by mandate lead.",
                "Ground: reverse test",
                "Departed from: article 4",
            ],
        ),
    ],
)
def test_whoever_decides_reads_what_people_wrote_once_that_is_on_record(
    sqlite_database: Database, ledger: Ledger, language: str, lines: list[str]
) -> None:
    (place,) = found(ledger, "s1")
    (name,) = deciding.names([place])
    deciding.accepted_by(ledger, "lead", deciding.line(place, norm="article 4"))
    deciding.reviewed(ledger, place, "disagreed", "it is article 5")
    show = ("findings", "show", "fund", name, "--why", "review")

    shown = said(sqlite_database, *show, "--language", language, who="board")
    as_json = told(sqlite_database, *show, "--as", "auditor")

    assert [line for line in lines if line not in shown] == []
    assert (as_json["accepted"]["reason"], as_json["accepted"]["mandate"]) == (REASON[1], "lead")
    assert [each["comment"] for each in as_json["reviews"]] == ["it is article 5"]
    assert (as_json["figures"]["over_cents"], as_json["spent"]) == (5_00, "40.01")
    refused = said(sqlite_database, *show, "--as", "administrator", code=1)
    assert refused.startswith("role-needed: ")
    log = told(sqlite_database, "privacy", "log", "fund")
    assert [(each["handle"], each["spending"], each["why"]) for each in log] == [
        ("board", "s1", "review"), ("auditor", "s1", "review"),
    ]  # fmt: skip
    assert [each["number"] for each in log][1] == as_json["reading"]
    wrong = said(sqlite_database, "findings", "show", "fund", "no", "--why", "review", code=2)
    assert wrong == "FINDING: 'no' is no finding; write it as 17/2"
    verified(ledger)


def test_whoever_decides_on_a_request_reads_what_was_asked(
    sqlite_database: Database, ledger: Ledger
) -> None:
    deciding.moratorium(ledger)
    deciding.escalated(ledger)
    pause = ("moratorium", "show", "fund", "m1", "--why", "question")
    stuck = ("table", "show", "fund", "t1", "--why", "question", "--language", "en")

    before = said(sqlite_database, *pause, who="board")
    case = said(sqlite_database, *stuck, who="board")
    deciding.ruled(ledger)
    deciding.settled(ledger, who="board")

    assert "Pauze m1 Casus: K1 Gevraagd op 2 maart 2026 door worker, voor a." in before
    assert "Regel die in de weg staat: the duty to search for work" in before
    assert "Bij de toets gepauzeerd: Boven het mandaat" in before
    assert "Reden: to find a house first Gevraagd tot 1 juni 2026." in before
    assert "Case t1 on the escalation table Case: K1 Asked on 2 March 2026 by worker" in case
    assert "Amount: €200.00 Reason: who takes the lead State: " in case
    after = said(sqlite_database, *pause, who="board")
    assert "Besloten door lead op 2 maart 2026, met mandaat lead." in after
    assert "Geldt van 2 maart 2026 tot 1 juni 2026. Reden van het besluit: it gives room" in after
    granted = said(sqlite_database, *stuck, who="board")
    assert "Decided by the steering board on 2 March 2026; entered by board." in granted
    assert granted.endswith(
        "Room: €200.00, until 1 June 2026. Reason of the decision: it was agreed"
    )
    as_json = told(sqlite_database, *pause, "--as", "auditor")
    assert (as_json["rule"], as_json["decision"]["reason"]) == (
        "the duty to search for work", "it gives room",
    )  # fmt: skip
    verified(ledger)


def test_one_list_and_one_form_at_a_time(sqlite_database: Database, ledger: Ledger) -> None:
    asked = ("findings", "list", "fund")
    two = commands.run(sqlite_database, *asked, "--open", "--all", code=2).stderr
    forms = commands.run(sqlite_database, *asked, "--csv", "--json", code=2).stderr
    none = commands.run(sqlite_database, *asked, "--accepted").stdout

    assert two == "--all: is another list than --open\n"
    assert forms == "--csv: is another form than --json; keep one\n"
    assert none == "Geen geaccepteerde bevindingen.\n"


def test_a_rule_is_paused_for_a_case_and_is_offered_as_ground(
    sqlite_database: Database, ledger: Ledger
) -> None:
    until = (clock.now() + timedelta(days=90)).date().isoformat()
    ask = (
        *("moratorium", "ask", "fund", "--case", "K1", "--organisation", "a", "--until", until),
        *("--rule", "the duty to search", "--reason", "to find a house", "--id", "m1"),
        *("--rule-code", "mandate-per-spending", "--rule-code", "departs-from-rule"),
    )
    decide = ("moratorium", "decide", "fund", "m1", "--reason", "it gives room")
    listed = ("moratorium", "list", "fund")

    assert said(sqlite_database, *listed) == "Er is geen pauze aangevraagd."
    assert said(sqlite_database, *ask, who="worker").startswith("Pauze m1 is aangevraagd.")
    assert said(sqlite_database, *ask, who="worker").startswith("Dat stond al vast voor pauze m1")
    assert said(sqlite_database, *decide, "--grant", who="worker", code=1).startswith("four-eyes")
    assert "Missing option" in said(sqlite_database, *decide, who="board", code=2)
    assert said(sqlite_database, *decide, "--grant", who="board").startswith("Pauze m1 is toegek")
    assert said(sqlite_database, *decide, "--decline", who="board", code=1).startswith(
        "already-decided: "
    )
    (there,) = told(sqlite_database, *listed)
    assert (there["id"], there["case"], there["state"], there["until"], there["is_late"]) == (
        "m1", "K1", "granted", until, False,
    )  # fmt: skip
    assert "m1 K1 a" in said(sqlite_database, *listed)
    assert "toegekend" in said(sqlite_database, *listed)
    assert told(sqlite_database, *listed, "--on", until)[0]["state"] == "lapsed"
    ledger.now = clock.now()
    ledger.record(10_00, id="covered", case="K1", professional="worker")
    (finding,) = found(ledger, "covered")
    offered = {
        each["finding"]: each["offers"]
        for each in told(sqlite_database, "findings", "list", "fund")
    }
    assert offered[deciding.names([finding])[0]] == ["m1"]
    verified(ledger)


def test_a_case_is_put_on_the_table_and_room_is_reserved(
    sqlite_database: Database, ledger: Ledger
) -> None:
    until = (clock.now() + timedelta(days=90)).date().isoformat()
    ask = (
        *("table", "ask", "fund", "--case", "K1", "--organisation", "a", "--why", "stuck"),
        *("--reason", "who takes the lead"),
    )
    large, small = ("--amount", "9000.00", "--id", "t1"), ("--amount", "200.00", "--id", "t2")
    decide = ("table", "decide", "fund")
    grant = ("--grant", "--reason", "agreed", "--until", until)
    listed = ("table", "list", "fund")

    assert said(sqlite_database, *listed) == "De ventieltafel is leeg."
    assert said(sqlite_database, *ask, *large, who="worker").startswith("t1 ligt op de ventiel")
    said(sqlite_database, *ask, *small, who="worker")
    refused = said(sqlite_database, *decide, "t1", *grant, who="board", code=1)
    assert refused.startswith("reservation-exceeds-room: reservation 't1': 9000.00 is more than")
    assert said(sqlite_database, *decide, "t2", *grant, who="lead").startswith("t2 is toegekend.")
    declined = said(sqlite_database, *decide, "t1", "--decline", "--reason", "no room", who="board")
    assert declined.startswith("t1 is afgewezen.")
    shown = told(sqlite_database, *listed)
    assert (shown["in_time"], shown["of"]) == (2, 2)
    assert [(each["id"], each["state"], each["amount"]) for each in shown["cases"]] == [
        ("t1", "declined", "9000.00"), ("t2", "granted", "200.00"),
    ]  # fmt: skip
    in_words = said(sqlite_database, *listed)
    assert in_words.startswith("2 van 2 besloten binnen de beloofde termijn.")
    assert "t2 K1 a vastgelopen 200,00" in in_words
    assert told(sqlite_database, "room", "fund")["fund"] == "679.94"  # 1000.00 - 120.06 - 200.00
    verified(ledger)


def test_receipts_are_asked_for_twice(sqlite_database: Database) -> None:
    term = "[lawfulness]\nreceipt_within_days = 14\n"
    ledger = spent(deciding.opened(sqlite_database.engine, term))
    reminders = ("reminders", "fund")
    none = said(sqlite_database, *reminders, "--on", "2026-02-24")
    due = said(sqlite_database, *reminders, "--on", "2026-02-25")
    late = said(sqlite_database, *reminders, "--sent", "--on", "2026-02-25", code=2)

    assert none == "Er is niemand aan een bon te herinneren."
    assert due.startswith("1 herinnering aan een bon te versturen.")
    assert "s1 worker a 40,01 10-02-2026 eerste" in due
    assert late == "--on: goes without --sent: reminders are sent today"
    assert said(sqlite_database, *reminders, "--sent", who="board", code=1).startswith(
        "role-needed: "
    )
    sent = said(sqlite_database, *reminders, "--sent", who="clerk")
    assert sent.startswith("1 herinnering aan een bon vastgelegd als verstuurd.")
    assert told(sqlite_database, *reminders) == {"sent": False, "reminders": []}
    verified(ledger)


def test_a_council_authorises_what_was_over_its_budget(
    sqlite_database: Database, ledger: Ledger
) -> None:
    authorise = (
        *("authorise", "fund", "a", "2026", "500.00", "--decision", "council 2026-3"),
        *("--on", "2026-03-01"),
    )

    done = said(sqlite_database, *authorise, who="clerk")

    assert done.startswith("Vastgelegd: council 2026-3 autoriseert alsnog € 500,00 van a over 2026")
    assert "stond al vast" in said(sqlite_database, *authorise, who="clerk")
    assert said(sqlite_database, *authorise, who="board", code=1).startswith("role-needed: ")
    verified(ledger)


def test_the_agreement_says_what_is_promised(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "agreement.toml"
    terms = "[lawfulness]\nmoratorium_within_days = 2\ntable_within_days = 7\n"
    file.write_bytes(deciding.agreement(terms))

    dutch = said(sqlite_database, "agreement", "show", str(file))
    english = said(sqlite_database, "agreement", "show", str(file), "--language", "en")

    assert "Over een moratorium wordt besloten binnen 2 werkdagen." in dutch
    assert "De ventieltafel besluit binnen 7 dagen." in dutch
    assert "A moratorium is decided on within 2 working days." in english
    assert "The escalation table decides within 7 days." in english
