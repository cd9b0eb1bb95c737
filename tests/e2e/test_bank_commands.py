"""The bank from the command line: files in, what lines are, the account beside the journal."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from api import keyfile
from ledger.sealing import keys
from tests.support import banking, commands, ledgers
from tests.support.bank_files import OTHER, POOL, entry, file, statement
from tests.support.banking import IBANS, SHOP, row, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

LINES = (
    row("01-06 -10.00", "R1", payee=SHOP, text="huur"),
    row("01-20 100.00", "R2", payer=IBANS["b"]),
    row("01-25 -3.00", "R3"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a statement, where the key file is made too."""
    monkeypatch.setenv("OVERBRUG_KEY_FILE", str(tmp_path / "key" / "overbrug.key"))
    monkeypatch.setenv("OVERBRUG_ACTOR", "finance-a")
    (tmp_path / "s1.xml").write_bytes(file(sheet(*LINES, days="01-01 01-31")))
    return tmp_path


def opened(database: Database) -> Ledger:
    """A fund that paid 10.00 on 5 January; commands read the clock themselves."""
    made = banking.opened(database.engine)
    made.record(10_00, id="s1", spent_on=date(2026, 1, 5))
    return made


def run(database: Database, *arguments: str, code: int = 0) -> str:
    return commands.run(database, *arguments, code=code).stdout


def told(database: Database, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(database, *arguments, "--json", code=code))


def test_the_way_of_a_statement(database: Database, folder: Path) -> None:
    opened(database)
    path = str(folder / "s1.xml")

    assert told(database, "import", "bank", "fund", path) == {
        "statements": 1, "new": 3, "known": 0, "passed_over": 0, "matched": 2, "received": 1,
        "open": 1,
    }  # fmt: skip
    before = ledgers.rows(database.engine)
    assert run(database, "import", "bank", "fund", path, "--language", "en") == (
        "0 new lines.\n3 lines were known already.\n"
        "1 line is still open: overbrug bank reconcile shows which.\n"
    )
    assert ledgers.rows(database.engine) == before

    there = told(database, "bank", "reconcile", "fund", "--on", "2026-01-31", code=1)
    (difference,) = there["differences"]
    assert (there["bank"], there["journal"], there["reconciles"]) == ("87.00", "90.00", False)
    assert (difference["amount"], difference["age_days"], difference["overdue"]) == (
        "-3.00", 6, False,
    )  # fmt: skip
    run(database, "bank", "explain", "fund", difference["line"], "--reason", "kosten")
    there = told(database, "bank", "reconcile", "fund", "--on", "2026-01-31")
    assert there["differences"][0]["reason"] == "kosten"
    commands.run(database, "verify", "fund")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("nl", ["De rekening van de pot op 9 februari 2026, in euro", "stand volgens de bank",
                "87,00", "besteding late", "TE LANG OPEN", "15 dagen",
                "Van NL91ABNA0417164300 is er geen afschrift van na 31-01-2026.",
                "De rekening sluit niet aan"]),
        ("en", ["The pool's account on 9 February 2026, in euro", "balance at the bank", "87.00",
                "spending late", "OVERDUE", "15 days",
                "There is no statement of NL91ABNA0417164300 from after 2026-01-31.",
                "The account does not agree"]),
    ],
)  # fmt: skip
def test_the_account_beside_the_journal_in_words(
    sqlite_database: Database, folder: Path, language: str, says: list[str]
) -> None:
    ledger = opened(sqlite_database)
    ledger.record(5_00, id="late", spent_on=date(2026, 1, 31))
    run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"))

    shown = run(
        sqlite_database, "bank", "reconcile", "fund", "--on", "2026-02-09",
        "--language", language, code=1,
    )  # fmt: skip

    assert [each for each in says if each not in shown] == []
    line = str(banking.place_of(ledger, "R3"))
    assert line in shown
    run(sqlite_database, "bank", "explain", "fund", line, "--reason", "costs")
    few = run(sqlite_database, "bank", "reconcile", "fund", "--on", "2026-01-31")
    every = run(sqlite_database, "bank", "reconcile", "fund", "--on", "2026-01-31", "--all")
    assert ("costs" in few, "costs" in every) == (False, True)


def test_what_somebody_says_of_lines(sqlite_database: Database, folder: Path) -> None:
    ledger = opened(sqlite_database)
    ledger.record(3_00, id="costs", spent_on=date(2026, 2, 9))
    run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"))
    line = str(banking.place_of(ledger, "R3"))

    said = run(
        sqlite_database, "bank", "match", "fund", line, "--spending", "costs", "--language", "en"
    )
    assert said == f"Line {line} is spending costs.\n"
    assert banking.matched(ledger)["R3"] == "spending costs"
    assert told(sqlite_database, "bank", "match", "fund", line, "--nothing") == {
        "line": line, "is": [],
    }  # fmt: skip
    run(sqlite_database, "bank", "match", "fund", line, "--receive", "c")
    assert banking.matched(ledger)["R3"] == "received c 01-25"
    commands.run(sqlite_database, "verify", "fund")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("match", "fund", "3", "--nothing"), 2, "LINE: '3' is not a line; write it as 17/3"),
        (("match", "fund", "1/1"), 2, "LINE: say what it is: --spending"),
        (("match", "fund", "1/1", "--nothing", "--receive", "b"), 2, "LINE: say what it is"),
        (("match", "fund", "9/9", "--nothing"), 2, "unknown-line: there is no line 9/9"),
        (("explain", "fund", "9/9", "--reason", "x"), 2, "unknown-line: there is no line 9/9"),
        (("explain", "fund", "9/9", "--reason", ""), 2, "--reason: is empty"),
        (("reconcile", "none"), 2, "unknown-fund"),
        (("reconcile", "fund", "--on", "31-01-2026"), 2, "--on: '31-01-2026' is not a date"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    sqlite_database: Database, folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    opened(sqlite_database)

    done = commands.run(sqlite_database, "bank", *arguments, code=code)

    assert says in done.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", ": is empty; a statement of account was expected"),
        (b"id,amount\n", ":1: is no XML, or not all of it"),
        (b"<html/>", ":1: is <html>; a statement of account is camt.053"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ":1: declares a document type"),
        (file(sheet(LINES[0], account=OTHER)), f": holds no statement of {POOL}, only of {OTHER}"),
        (file(sheet(*LINES))[:-40], "is no XML, or not all of it"),
        (file(statement(entry("2026-01-06 -10.00", "R1", currency="USD"))),
         "entry 1: is in USD; only EUR is kept"),
        (file(statement(entry("2026-01-06 -10.00", "R1"),
                        balances="OPBD 5.00 2026-01-01, CLBD 5.00 2026-01-31")),
         "its entries differ from that by 10.00"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named_and_nothing_of_any_file_is_kept(
    sqlite_database: Database, folder: Path, content: bytes, says: str
) -> None:
    opened(sqlite_database)
    path = folder / "wrong.xml"
    path.write_bytes(content)
    before = ledgers.rows(sqlite_database.engine)

    done = commands.run(
        sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"), str(path), code=2
    )

    assert done.stderr.startswith(str(path))
    assert says in done.stderr
    assert ledgers.rows(sqlite_database.engine) == before


def test_several_files_are_one_import(sqlite_database: Database, folder: Path) -> None:
    opened(sqlite_database)
    (folder / "s2.xml").write_bytes(
        file(sheet(row("02-03 -2.00", "R4"), opening="87.00", days="02-01 02-28", name="S2"))
    )
    paths = [str(folder / name) for name in ("s2.xml", "s1.xml")]

    found = told(sqlite_database, "import", "bank", "fund", *paths)

    assert (found["statements"], found["new"], found["open"]) == (2, 4, 2)


def test_a_settlement_waits_for_the_account(sqlite_database: Database, folder: Path) -> None:
    opened(sqlite_database)
    run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"))
    propose = ["settlement", "propose", "fund", "--from", "2026-01-01", "--until", "2026-04-01"]

    done = commands.run(sqlite_database, *propose, code=1)
    assert done.stderr.startswith("does-not-reconcile: on 2026-03-31 the pool's account does not")
    run(sqlite_database, *propose, "--unreconciled", "the bank is asked")


# --- the key file --------------------------------------------------------------------------


def test_the_key_is_made_once_and_for_its_owner_only(
    sqlite_database: Database, folder: Path
) -> None:
    opened(sqlite_database)
    key = folder / "key" / "overbrug.key"
    run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"))
    made = key.read_bytes()

    run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"))

    assert key.read_bytes() == made
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {each.name for each in key.parent.iterdir()} == {key.name, f".{key.name}.lock"}
    assert keys.read(made.decode()).secret.hex().encode() not in b"".join(
        each.read_bytes() for each in (folder.parent).rglob("*.db*") if each.is_file()
    )


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        ("00" * 32, 0o640, "may be read by others than its owner; run chmod 600 on it"),
        ("not a key", 0o600, "cannot be used: it is no key file; put the right one back"),
        ("é" * 64, 0o600, "cannot be used: it is no key file; put the right one back"),
    ],
)
def test_a_key_file_that_is_none_is_refused(
    sqlite_database: Database, folder: Path, content: str, mode: int, says: str
) -> None:
    opened(sqlite_database)
    key = folder / "key" / "overbrug.key"
    key.parent.mkdir(exist_ok=True)
    key.write_text(content, encoding="utf-8")
    key.chmod(mode)
    before = ledgers.rows(sqlite_database.engine)

    done = commands.run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"), code=2)

    assert done.stderr == f"OVERBRUG_KEY_FILE ({key}): {says}\n"
    assert ledgers.rows(sqlite_database.engine) == before


def test_a_folder_where_no_key_can_be_made_is_named(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    banking.opened(sqlite_database.engine)
    monkeypatch.setenv("OVERBRUG_KEY_FILE", str(folder / "s1.xml" / "key"))

    done = commands.run(sqlite_database, "import", "bank", "fund", str(folder / "s1.xml"), code=2)

    assert "cannot be used: " in done.stderr


def test_another_key_is_refused_where_lines_would_come_twice(
    sqlite_database: Database, folder: Path
) -> None:
    opened(sqlite_database)
    path = folder / "unnamed.xml"
    path.write_bytes(file(sheet(row("01-06 -10.00", text="huur"))))
    run(sqlite_database, "import", "bank", "fund", str(path))
    key = keyfile.KeyFile(folder / "key" / "overbrug.key")
    key.change(lambda there: replace(there, secret=bytes(32)))

    done = commands.run(sqlite_database, "import", "bank", "fund", str(path), code=1)

    assert done.stderr.startswith("other-key: the key is not the one of earlier imports")
