"""``overbrug privacy`` as real processes, with backups of before and with other key files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api import keyfile
from ledger.privacy import reading
from tests.support import commands, erasing, ledgers, privately, traces

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database, Postgresql, Sqlite
    from tests.support.ledgers import Ledger

GONE = ("landlord-of-the-one", "roof-of-the-one", "K1-to-be-erased")
WHY = ("--why", "request", "--as", erasing.OFFICER)
STAYS = ("landlord-of-the-other", "roof-of-the-other", "K2-that-stays")


def opened(database: Database) -> Ledger:
    """Return a fund with two spendings of two cases, and a privacy officer."""
    ledger = ledgers.opened(database.engine)
    ledger.grant(erasing.OFFICER, erasing.OFFICER)
    for id_, payee, purpose, case in (("one", *GONE), ("other", *STAYS)):
        ledger.record(id=id_, payee=payee, purpose=purpose, case=case)
    return ledger


def erase(database: Database, *what: str, code: int = 0) -> Any:
    return commands.run(database, "privacy", "erase", "fund", *what, "--language", "en", code=code)


def prove(database: Database, spending: str, *more: str, code: int = 0) -> Any:
    """Prove a spending, and show whom it was paid to."""
    asked = ("prove", "fund", spending, "--show", "payee", "--why", "request", *more)
    return commands.run(database, *asked, code=code)


def as_owner(database: Database) -> Database:
    """Return a database for commands as whoever owns its tables."""
    return replace(database, url=database.owner_url)


def test_a_case_is_erased_after_it_was_tried(database: Database) -> None:
    opened(database)
    before = ledgers.rows(database.engine)

    tried = erase(database, "--case", "K1-to-be-erased", "--ground", "request", "--dry-run")
    assert ledgers.rows(database.engine) == before
    done = erase(database, "--case", "K1-to-be-erased", "--ground", "request")

    for told in (tried, done):
        assert told.stdout.startswith("1 case: its pseudonym.\n1 spending: to whom, by whom, why.")
    assert "nothing was changed" in tried.stdout
    assert "4 other values would get another key" in tried.stdout
    assert "Erased for good, as event 6." in done.stdout
    assert "also not of what was not erased. Make a new backup now" in done.stdout
    assert traces.found(database, [*GONE, *STAYS]) == set()
    commands.run(database, "verify", "fund")
    again = erase(database, "--case", "K1-to-be-erased", "--ground", "request", code=2)
    assert again.stderr == (
        "nothing-to-erase: there is nothing of it on record: it was erased before, or never there; "
        "see that it is written right\n"
    )


def test_a_backup_of_before_shows_nothing_of_it_and_verifies(
    database: Database, server: Sqlite | Postgresql, tmp_path: Path
) -> None:
    opened(database).receipt("one", "one.jpg")
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    commands.run(database, "backup", str(before))
    erase(database, "--case", "K1-to-be-erased", "--ground", "request")
    commands.run(database, "backup", str(after))

    with server.new() as old, server.new() as new:
        for place, file in ((old, before), (new, after)):
            owner = as_owner(place)
            commands.run(owner, "restore", str(file))
            commands.run(owner, "verify", "fund")
            refused = prove(owner, "one", code=1).stderr
            assert refused.startswith("erased: what spending 'one' was about is erased")
            said = commands.run(owner, "read", "fund", "one", *WHY, "--json")
            assert json.loads(said.stdout) == {
                **dict.fromkeys(reading.CONTENT), "receipts": [], "erased": True,
                "reading": json.loads(said.stdout)["reading"],
            }  # fmt: skip
        lost = prove(as_owner(old), "other", code=1)
        assert lost.stderr.startswith("erased: ")
        kept = prove(as_owner(new), "other")
        assert STAYS[0] in kept.stdout
        copy = erase(as_owner(new), "--case", "K2-that-stays", "--ground", "request",
                     code=1)  # fmt: skip
        assert copy.stderr.startswith("elsewhere: what is to be erased was sealed by the database")
        commands.run(as_owner(new), "privacy", "finish", "--moved")
        erase(as_owner(new), "--case", "K2-that-stays", "--ground", "request")


def test_what_is_no_month_is_not_nothing_to_destroy(sqlite_database: Database) -> None:
    opened(sqlite_database)
    for month in ("gisteren", "2026-13", ""):
        asked = ("retention", "run", month, "--dry-run")
        refused = commands.run(sqlite_database, *asked, code=2).stderr
        assert refused == f"MONTH: {month!r} is no month; write it as 2028-03\n"
    assert "niets" in commands.run(sqlite_database, "retention", "run", "--dry-run").stdout


def test_what_a_proof_shows_is_read_and_that_is_on_record_first(sqlite_database: Database) -> None:
    ledger = privately.opened(sqlite_database.engine)
    prove(sqlite_database, "rent", "--as", "lead", code=1)  # who did not spend it
    prove(sqlite_database, "rent", "--as", "board", code=1)
    assert privately.logged(ledger) == []

    proof = prove(sqlite_database, "rent", "--as", "auditor")
    commands.run(sqlite_database, "prove", "fund", "rent")  # shows nothing

    assert '"landlord"' in proof.stdout
    (entry,) = privately.logged(ledger)
    assert entry[2:] == ("auditor", "rent", "K1", "request")
    commands.run(sqlite_database, "verify", "fund")


def test_of_a_restricted_case_only_the_privacy_officer_proves_what_was_written(
    sqlite_database: Database,
) -> None:
    ledger = privately.opened(sqlite_database.engine)
    privately.restricted(ledger, "K1")

    refused = prove(sqlite_database, "rent", "--as", "auditor", code=1)

    assert refused.stderr.startswith("restricted: ")
    assert refused.stdout == ""
    assert privately.logged(ledger) == []
    assert '"landlord"' in prove(sqlite_database, "rent", "--as", "officer").stdout
    assert [each.handle for each in privately.logged(ledger)] == ["officer"]


def test_with_another_key_file_or_none_everything_is_refused_kindly(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(database)
    other, none = tmp_path / "other.key", tmp_path / "none.key"
    keyfile.KeyFile(other).read()

    for file, code, says in (
        (other, 1, "other-keys: the key file has no key of bucket "),
        (none, 2, f"OVERBRUG_KEY_FILE ({none}): is not there, and without it what the database "),
    ):
        monkeypatch.setenv(keyfile.VARIABLE, str(file))
        for command in (
            ("verify", "fund"),
            ("room", "fund"),
            ("prove", "fund", "one"),
            ("privacy", "erase", "fund", "--case", "K1-to-be-erased", "--ground", "request"),
            ("privacy", "finish"),
        ):
            assert commands.run(database, *command, code=code).stderr.startswith(says)
        told = commands.run(database, "doctor", "--language", "en", code=1).stdout
        assert f"not ok  keys: {file} is " in told
    assert not none.exists()
    commands.run(database, "backup", str(tmp_path / "backup.zip"))  # needs no key
    assert keyfile.KeyFile(other).read().buckets == ()


@pytest.mark.parametrize(
    "what", [(), ("--case", "K", "--spending", "s"), ("--case", "K", "--act", "1")]
)
def test_one_thing_is_erased_at_a_time(sqlite_database: Database, what: tuple[str, ...]) -> None:
    opened(sqlite_database)

    done = erase(sqlite_database, *what, "--ground", "request", code=2)

    assert "say what is erased: one of --spending, --case and --act" in done.stderr


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "0"])
def test_a_number_that_no_event_bears_is_wrong_input(
    sqlite_database: Database, number: str
) -> None:
    opened(sqlite_database)

    done = erase(sqlite_database, "--act", number, "--ground", "request", "--dry-run", code=2)

    assert "--act" in done.stderr


def test_a_ground_that_there_is_not_is_refused_before_anything_is_told(
    sqlite_database: Database,
) -> None:
    opened(sqlite_database)

    done = erase(sqlite_database, "--spending", "one", "--ground", "x", "--dry-run", code=2)

    assert done.stderr == "ground: 'x' is not one of request, retention, mistake\n"
    assert done.stdout == ""


def test_an_erasure_that_was_interrupted_is_finished(sqlite_database: Database) -> None:
    ledger = opened(sqlite_database)
    erasing.erase(ledger, case="K1-to-be-erased", finished=False)

    done = commands.run(sqlite_database, "privacy", "finish", "--language", "en")

    assert done.stdout == "2 keys destroyed.\n"
    again = commands.run(sqlite_database, "privacy", "finish", "--language", "en")
    assert again.stdout == "0 keys destroyed.\n"
    commands.run(sqlite_database, "verify", "fund")


def test_programs_are_told_too(sqlite_database: Database) -> None:
    opened(sqlite_database)

    done = erase(sqlite_database, "--spending", "one", "--ground", "mistake", "--json")

    told = json.loads(done.stdout)
    assert {name: told[name] for name in ("status", "act", "rows")} == {
        "status": "erased",
        "act": 6,
        "rows": {"particulars": 1, "case_file": 1},
    }
