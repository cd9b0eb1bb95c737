"""Withdrawing on the command line: tried, done, refused, and settled from files."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger import store
from reports.exports import facts_files
from settlement import exporting
from tests.support import commands, ledgers, picked, withdrawing
from tests.support.withdrawing import FIGURES, Q1, Q2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

EFFECT = ("effects", "withdraw", "fund", "eviction", "--reason", "the source was wrong")
MEASURE = (
    *("agreement", "withdraw", "fund", "inhabitants", "--version", "1", "--party", "a"),
    *("--number", "3/2", "--reason", "a wrong count"),
)


@pytest.fixture
def ledger(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A fund of which a quarter is booked; the board acts."""
    monkeypatch.setenv("OVERBRUG_ACTOR", "board")
    made = withdrawing.opened(sqlite_database.engine)
    made.record(90_00, id="s1", case="K1")
    picked.pick(made, "s1")
    made.record(90_00, id="s2")
    made.at("2026-04-01").settle(Q1)
    return made


def said(database: Database, *arguments: str, code: int = 0) -> str:
    return " ".join(commands.run(database, *arguments, code=code).stdout.split())


def told(database: Database, *arguments: str) -> Any:
    return json.loads(commands.run(database, *arguments, "--json").stdout)


def test_a_withdrawal_is_tried_and_then_done(sqlite_database: Database, ledger: Ledger) -> None:
    before = ledgers.rows(ledger.engine)
    tried = said(sqlite_database, *EFFECT, "--dry-run")
    in_english = said(sqlite_database, *EFFECT, "--dry-run", "--language", "en")
    (line,) = told(sqlite_database, *EFFECT, "--dry-run")["lines"]
    assert ledgers.rows(ledger.engine) == before

    done = said(sqlite_database, *EFFECT)

    moves = "a +7,50 b \N{MINUS SIGN}37,50 c +30,00"
    assert tried.startswith("Zou worden ingetrokken: effect eviction van catalogus, versie 1.")
    assert "1 afgerekende regel rustte erop. Het verschil komt in de volgende" in tried
    assert tried.endswith(moves)
    assert in_english.startswith("Would be withdrawn: effect eviction of the catalogue, version 1.")
    assert "1 pick counts no more. 1 settled line rested on it." in in_english
    assert (line["spending"], line["settlement"]) == ("s1", "2026-01-01/2026-03-31")
    assert (line["amount"], line["replacement"]) == ("90.00", None)
    assert done.startswith("Ingetrokken: effect eviction van catalogus, versie 1. 1 keuze telt")
    assert done.endswith(moves)
    commands.run(sqlite_database, "verify", "fund")


def test_what_is_done_is_told_to_programs(sqlite_database: Database, ledger: Ledger) -> None:
    answer = told(sqlite_database, *EFFECT)
    (line,) = answer.pop("lines")

    assert answer == {
        "status": "withdrawn", "act": answer["act"], "effect": "eviction", "version": 1, "picks": 1,
        "moves": {"a": "7.50", "b": "-37.50", "c": "30.00"},
    }  # fmt: skip
    explained = said(sqlite_database, "effects", "explain", "fund", "s1")
    assert "Het bestuur heeft dit effect ingetrokken" in explained
    assert told(sqlite_database, "effects", "explain", "fund", "s1")["pick"]["withdrawn"] is True
    there = told(sqlite_database, "effects", "explain", "fund", line["replacement"])
    assert there["savings"] == {}
    shown = told(sqlite_database, "effects", "show", "fund")["effects"]
    assert {each["effect"]: each["withdrawn"] for each in shown} == {
        "eviction": True, "debt": False, "illness": False,
    }  # fmt: skip
    assert "ingetrokken" in said(sqlite_database, "effects", "show", "fund")
    del ledger


def test_a_measure_is_withdrawn_too(sqlite_database: Database, ledger: Ledger) -> None:
    tried = said(sqlite_database, *MEASURE, "--dry-run")
    answer = told(sqlite_database, *MEASURE)

    assert "inhabitants van a in het convenant, versie 1. Het zou 3/2 worden." in tried
    # 90.00 by 3/2, 1 and 1: 38.57, 25.72 and 25.71.
    assert answer["moves"] == {"a": "8.57", "b": "-4.28", "c": "-4.29"}
    assert (answer["measure"], answer["party"], answer["number"]) == ("inhabitants", "a", "3/2")
    commands.run(sqlite_database, "verify", "fund")
    del ledger


def test_what_moves_nothing_says_so(sqlite_database: Database, ledger: Ledger) -> None:
    nobody = ("effects", "withdraw", "fund", "illness", "--reason", "wrong")

    assert "0 keuzes tellen niet meer mee. Geen afgerekende regel rustte erop" in said(
        sqlite_database, *nobody, "--dry-run"
    )
    del ledger


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("effects", "withdraw", "nofund", "eviction", "--reason", "x"), 2, "unknown-fund: "),
        (("effects", "withdraw", "fund", "evict", "--reason", "x"), 2, "unknown-entry: version 1"),
        ((*EFFECT, "--version", "7"), 2, "unknown-entry: version 7 of the catalogue is not on"),
        ((*EFFECT[:-1], " "), 2, "reason: is empty; say why it is withdrawn"),
        ((*EFFECT, "--as", "finance-a"), 1, "role-needed: this needs the role board"),
        ((*EFFECT, "--as", "nobody"), 2, "unknown-person: "),
        ((*MEASURE, "--number", "x"), 2, "--number: 'x' is not an exact number of 0 or more"),
        ((*MEASURE, "--number", "-1"), 2, "--number: '-1' is not an exact number of 0 or more"),
        ((*MEASURE, "--number", "1"), 1, "measure-stands: inhabitants of a is 1 in version 1"),
        ((*MEASURE, "--party", "x"), 2, "unknown-measure: version 1 has no inhabitants of x"),
        ((*MEASURE, "--version", "3"), 2, "unknown-measure: version 3 is not in force"),
        ((*MEASURE, "--as", "finance-a"), 1, "role-needed: this needs the role board"),
    ],
)
def test_what_is_wrong_is_one_line_and_changes_nothing(
    sqlite_database: Database, ledger: Ledger, arguments: tuple[str, ...], code: int, what: str
) -> None:
    before = ledgers.rows(ledger.engine)

    (line,) = commands.run(sqlite_database, *arguments, code=code).stderr.splitlines()

    assert line.startswith(what)
    assert ledgers.rows(ledger.engine) == before


def test_nothing_is_withdrawn_twice(sqlite_database: Database, ledger: Ledger) -> None:
    commands.run(sqlite_database, *EFFECT)

    done = commands.run(sqlite_database, *EFFECT, "--dry-run", code=1)

    assert done.stderr.startswith("withdrawn-already: effect eviction of catalogue version 1")
    del ledger


def test_overbrug_settle_gives_the_same_tables_from_the_facts(
    sqlite_database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    withdrawing.withdraw(ledger.at("2026-05-01"))
    ledger.at("2026-07-01").settle(Q2)
    (tmp_path / "agreement.toml").write_bytes(withdrawing.agreement())
    before: list[str] = []

    for start, days in (("2026-01-01", Q1), ("2026-04-01", Q2)):
        facts, out, told_ = (tmp_path / f"{name}-{start}" for name in ("facts", "files", "ledger"))
        written(ledger, facts, start)
        commands.run(
            sqlite_database,
            *("settle", str(tmp_path / "agreement.toml"), "--no-pdf", "--out", str(out)),
            *("--spendings", str(facts / "spendings.csv"), "--savings", str(facts / "savings.csv")),
            *("--from", days.split()[0], "--until", days.split()[1], *before),
        )
        commands.run(
            sqlite_database,
            *("settlement", "export", "fund", "--from", start, "--no-pdf", "--out", str(told_)),
        )
        for name in FIGURES:
            assert (out / name).read_bytes() == (told_ / name).read_bytes(), (start, name)
        before += ["--previous", str(out)]
    assert b"b,-37.500000,-37.50" in (out / "positions.csv").read_bytes()


def written(ledger: Ledger, folder: Path, start: str) -> None:
    """Write the facts of a settlement."""
    with store.reading(ledger.engine) as session:
        _, working = exporting.again(session, ledger.fund, date.fromisoformat(start))
    of, parties = working.facts.spendings, working.facts.eras[0].parties
    folder.mkdir()
    (folder / "spendings.csv").write_bytes(b"".join(facts_files.spendings(of)))
    saved = facts_files.savings(working.facts.savings, of=of, parties=parties)
    (folder / "savings.csv").write_bytes(b"".join(saved))
