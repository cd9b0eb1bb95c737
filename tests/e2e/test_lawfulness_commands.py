"""Recording with the lawfulness test, receipts, testing again and the manual, as processes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api import clock
from ledger.lawfulness import examples, rules, words
from tests.support import commands, ledgers
from tests.support.funds import agreement

if TYPE_CHECKING:
    from tests.support.databases import Database

TERMS = """
[lawfulness]
receipt_within_days = 14
record_within_days = 7
[[mandate]]
code = "worker"
per_spending = "40.00"
grantor = "college of A"
instrument = "mandate decision 7"
"""


@pytest.fixture
def ledger(sqlite_database: Database) -> ledgers.Ledger:
    made = ledgers.opened(
        sqlite_database.engine,
        agreement(contributions="a 2026-01-15 100.00", more=TERMS),
        now=clock.now(),
    )
    made.receive(100_00, id="paid-in")
    made.grant("worker", "professional", mandate="worker")
    return made


def recorded(database: Database, **members: Any) -> dict[str, Any]:
    today = clock.now().date()
    usual = {
        "id": "s", "spent_on": today.isoformat(), "amount": "45.00", "category": "food",
        "organisation": "a", "purpose": "dinner",
    }  # fmt: skip
    done = commands.run(
        database, "record", "fund", "--as", "worker", given=json.dumps(usual | members)
    )
    (answer,) = commands.answers(done)
    return answer


def test_the_answer_to_a_spending_says_what_it_fails_and_what_was_left_out(
    sqlite_database: Database, ledger: ledgers.Ledger
) -> None:
    answer = recorded(sqlite_database, purpose="dinner for 111222333")

    assert answer["status"] == "recorded"
    assert answer["findings"] == [
        {
            "rule": "mandate-per-spending",
            "kind": "error",
            "criterion": "conditions",
            "amount": "5.00",
        }
    ]
    assert answer["left_out"] == [{"member": "purpose", "kind": "bsn"}]
    assert recorded(sqlite_database, purpose="dinner for 111222333")["status"] == "known"

    covered = commands.run(sqlite_database, "covered", "fund", "s", "--language", "en").stdout
    assert "Over the mandate: we are looking at this." in covered
    assert "Receipt by" in covered


def test_an_author_may_say_that_a_number_is_none(
    sqlite_database: Database, ledger: ledgers.Ledger
) -> None:
    answer = recorded(sqlite_database, purpose="zaak 111222333", no_bsn=["111222333"])

    assert answer["left_out"] == []


def test_a_receipt_comes_in_and_what_is_found_of_it_is_said(
    sqlite_database: Database, ledger: ledgers.Ledger
) -> None:
    day = clock.now().date() - timedelta(days=20)
    ledger.record(
        30_00, id="s", purpose="dinner", spent_on=day, recorded_on=day, professional="worker"
    )

    tested = commands.run(sqlite_database, "test", "fund", "--json")
    assert json.loads(tested.stdout)["found"] >= 1
    assert json.loads(commands.run(sqlite_database, "test", "fund", "--json").stdout) == {
        "number": None,
        "found": 0,
        "resolved": 0,
    }
    brought = commands.run(
        sqlite_database, "receipt", "fund", "s", "r-1", "--amount", "29.00", "--language", "en"
    ).stdout
    assert "Receipt of s recorded" in brought
    assert "resolved" in brought
    assert "Receipt differs: Spent €30.00; the receipts say €29.00." in brought
    again = commands.run(sqlite_database, "receipt", "fund", "s", "r-1", "--amount", "29.00")
    assert "was al vastgelegd" in again.stdout
    commands.run(sqlite_database, "receipt", "fund", "s", "r-1", "--amount", "1.00", code=1)
    commands.run(sqlite_database, "receipt", "fund", "none", "r-1", code=2)
    commands.run(sqlite_database, "receipt", "fund", "s", "r-2", "--amount", "1e3", code=2)
    commands.run(sqlite_database, "verify", "fund")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_manual_has_every_rule_with_what_its_examples_find(
    sqlite_database: Database, language: str
) -> None:
    manual = commands.run(sqlite_database, "rules", "--language", language).stdout

    for code in rules.CODES:
        assert f"## {words.name(code, language=language)}\n" in manual
        assert f"`{code}`" in manual
    for example in examples.read():
        if example.says:
            assert example.says[language] in manual
