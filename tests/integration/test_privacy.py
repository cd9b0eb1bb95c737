"""Privacy: reading is on record before it is shown, a case may be restricted and asked for."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger import funds, store
from ledger.errors import WrongInput
from ledger.people import RoleNeeded
from ledger.privacy import reading
from ledger.privacy.restricting import Restricted, UnknownCase
from ledger.spendings import UnknownSpending
from ledger.tables.base import METADATA
from ledger.verify import run
from migrations import running
from reports import register
from tests.support import commands, deciding, ledgers, privately, soundness

if TYPE_CHECKING:
    from tests.support.databases import Database

CONTENT = {
    "payee": "landlord", "purpose": "a roof", "effect": "no eviction", "considered": "asked",
    "departs_from": "rule 7", "receipt": "r-1.jpg", "reason": None,
}  # fmt: skip


@pytest.mark.parametrize("who", ["worker", "clerk", "auditor", "officer"])
def test_whoever_may_see_it_reads_it_and_that_is_on_record(database: Database, who: str) -> None:
    ledger = privately.opened(database.engine)

    found = privately.read(ledger, "rent", who, "review")

    assert found.texts == CONTENT
    (entry,) = privately.logged(ledger)
    assert entry[2:] == (who, "rent", "K1", "review")
    assert entry.at == ledger.now
    soundness.assert_sound(database.engine)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("lead", reading.NotYours),
        ("clerk-b", reading.NotYours),
        ("board", RoleNeeded),
        ("administrator", RoleNeeded),
    ],
)
def test_whoever_may_not_see_it_reads_nothing_and_leaves_no_trace(
    database: Database, who: str, refusal: type[Exception]
) -> None:
    ledger = privately.opened(database.engine)
    ledger.people["administrator"] = ledger.actor
    before = ledgers.rows(database.engine)

    with pytest.raises(refusal) as caught:
        privately.read(ledger, "rent", who)

    assert ledgers.rows(database.engine) == before
    assert not any(text in str(caught.value) for text in CONTENT.values() if text)


def test_a_role_that_ended_reads_nothing(database: Database) -> None:
    ledger = privately.opened(database.engine)
    ledger.grant("auditor", "auditor", valid_until=date(2026, 2, 10))

    with pytest.raises(RoleNeeded):
        privately.read(ledger, "rent", "auditor")


def test_a_receipt_that_came_later_is_read_too(database: Database) -> None:
    ledger = privately.opened(database.engine)
    ledger.receipt("rent", "r-2.jpg")

    assert [*privately.read(ledger, "rent", "auditor").receipts] == ["r-2.jpg"]


def test_there_must_be_such_a_spending_and_such_a_reason(database: Database) -> None:
    ledger = privately.opened(database.engine)

    with pytest.raises(UnknownSpending):
        privately.read(ledger, "none", "auditor")
    with pytest.raises(WrongInput, match="--why"):
        privately.read(ledger, "rent", "auditor", "curious")


def test_while_a_case_is_restricted_only_the_privacy_officer_reads_of_it(
    database: Database,
) -> None:
    ledger = privately.opened(database.engine)

    assert privately.restricted(ledger, "K1").status == "restricted"
    assert privately.restricted(ledger, "K1").status == "known"
    for who in ("worker", "clerk", "auditor"):
        with pytest.raises(Restricted, match="restricted"):
            privately.read(ledger, "rent", who)
    assert privately.read(ledger, "other", "auditor").texts["payee"] == "shop"
    assert privately.read(ledger, "rent", "officer").texts == CONTENT
    assert ledger.record(7_00, case="K1").status == "recorded"

    assert privately.lifted(ledger, "K1").status == "lifted"
    assert privately.lifted(ledger, "K1").status == "known"
    assert privately.read(ledger, "rent", "auditor").texts == CONTENT
    soundness.assert_sound(database.engine)


def test_a_restricted_case_is_settled_all_the_same(database: Database) -> None:
    ledger = privately.opened(database.engine)
    ledger.finance()
    privately.restricted(ledger, "K1")

    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01", unreconciled="no bank yet")

    soundness.assert_sound(database.engine)


@pytest.mark.parametrize("act", [privately.exported, privately.restricted, privately.lifted])
def test_only_a_privacy_officer_exports_and_restricts(database: Database, act: Any) -> None:
    ledger = privately.opened(database.engine)

    with pytest.raises(RoleNeeded):
        act(ledger, "K1", "auditor")
    with pytest.raises(UnknownCase):
        act(ledger, "K9")


def test_a_case_is_exported_whole_and_no_other_with_it(database: Database) -> None:
    ledger = privately.opened(database.engine)
    ledger.reserve(5_00, id="hold", case="K1", who="worker")
    (place,) = deciding.found(ledger, "rent")
    deciding.reviewed(ledger, place, "disagreed", comment="why so much")
    deciding.moratorium(ledger, case="K1")
    ledger.at("2026-03-04")
    deciding.accepted(ledger, deciding.line(place))
    privately.read(ledger, "rent", "auditor")

    found = privately.exported(ledger, "K1")

    told = found["tables"]
    assert {"case_file", "spending", "particulars", "finding", "review"} <= told.keys()
    assert {"reservation", "moratorium", "reading", "case_reading"} <= told.keys()
    assert {"acceptance", "acceptance_decision"} <= told.keys()
    (spent,) = told["spending"]
    assert (spent["id"], spent["amount_cents"]) == ("rent", 10_00)
    assert told["particulars"][0].items() >= {k: v for k, v in CONTENT.items() if v}.items()
    assert [each["kind"] for each in found["acts"]][-1] == "case.read"
    assert found["acts"][-1]["who"] == "officer"
    assert "shop" not in json.dumps(found)
    (*_, entry) = privately.logged(ledger, case="K1")
    assert (entry.handle, entry.spending, entry.why) == ("officer", None, "request")
    soundness.assert_sound(database.engine)


def test_what_was_corrected_to_another_case_is_not_exported_with_the_first(
    database: Database,
) -> None:
    ledger = privately.opened(database.engine)
    ledger.reverse("rent", "taken-back")
    ledger.record(10_00, id="right", case="K2", replaces="rent", payee="somebody else")

    first, second = (privately.exported(ledger, case) for case in ("K1", "K2"))

    assert [each["id"] for each in first["tables"]["spending"]] == ["rent", "taken-back"]
    assert [each["id"] for each in second["tables"]["spending"]] == ["other", "right"]
    assert "somebody else" not in json.dumps(first)


def test_the_log_tells_readings_of_a_spending_of_a_case_and_since_a_day(
    database: Database,
) -> None:
    ledger = privately.opened(database.engine)
    privately.read(ledger, "rent", "auditor")
    ledger.at("2026-02-12")
    privately.read(ledger, "other", "auditor")
    privately.exported(ledger, "K2")

    def spendings(**asked: Any) -> list[str | None]:
        return [each.spending for each in privately.logged(ledger, **asked)]

    assert spendings() == ["rent", "other", None]
    assert spendings(spending="rent") == ["rent"]
    assert spendings(case="K2") == ["other", None]
    assert spendings(since=date(2026, 2, 11)) == ["other", None]


def test_the_command_records_before_it_shows_and_a_refusal_shows_nothing(
    database: Database,
) -> None:
    ledger = privately.opened(database.engine)
    asked = ("read", ledger.fund, "rent", "--why", "question")

    shown = commands.run(database, *asked, "--as", "auditor", "--language", "en")
    refused = commands.run(database, *asked, "--as", "lead", code=1)
    log = commands.run(database, "privacy", "log", ledger.fund, "--json")

    assert "Purpose: a roof" in shown.stdout
    assert "Reading is on record" in shown.stdout
    assert refused.stdout == ""
    assert refused.stderr.startswith("not-yours: ")
    assert [each["handle"] for each in json.loads(log.stdout)] == ["auditor"]


def test_the_commands_of_the_privacy_officer(database: Database) -> None:
    ledger = privately.opened(database.engine)
    officer = ("--case", "K1", "--as", "officer")

    done = commands.run(
        database, "privacy", "restrict", ledger.fund, *officer, "--ground", "accuracy", "--json"
    )
    commands.run(
        database, "read", ledger.fund, "rent", "--why", "review", "--as", "auditor", code=1
    )
    export = commands.run(database, "privacy", "export", ledger.fund, *officer)
    commands.run(database, "privacy", "lift", ledger.fund, *officer)
    paper = commands.run(database, "privacy", "register", ledger.fund, "--language", "en")

    assert json.loads(done.stdout)["status"] == "restricted"
    assert json.loads(export.stdout)["tables"]["restriction"][0]["ground"] == "accuracy"
    assert paper.stdout.startswith("# Register of processing")
    with store.reading(database.engine) as session:
        assert run.verify(session, ledger.fund).misfits == ()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_column_that_can_be_erased_stands_in_the_register(
    sqlite_database: Database, language: str
) -> None:
    ledger = privately.opened(sqlite_database.engine)
    with store.reading(sqlite_database.engine) as session:
        known = funds.known(session, ledger.fund)

    told = register.of(known, running.ERASABLE, language=language)

    for table, columns in running.ERASABLE.items():
        for column in columns:
            assert f"| `{table}.{column}` |" in told
    named = {line.split("`")[1] for line in told.splitlines() if line.startswith("| `")}
    there = {
        f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.c
    }
    assert named <= there
