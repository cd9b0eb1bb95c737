"""A settlement with disputed lines set apart can be made again from files alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.support import commands, ledgers
from tests.support import statements as papers
from tests.support.funds import agreement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database

Q1: Final = ("--from", "2026-01-01", "--until", "2026-04-01")
Q2: Final = ("--from", "2026-04-01", "--until", "2026-07-01")
APART: Final = ("--set-apart", "s2", "--set-apart", "s3")
SPENDINGS: Final = """id,spent_on,recorded_on,booked_on,amount,category,case,organisation,advanced_by,refunds,vat_use
s1,2026-01-15,2026-01-15,2026-01-15,10.00,rent,K1,a,pool,,unknown
s2,2026-01-16,2026-01-16,2026-01-16,20.00,rent,K1,a,b,,unknown
s3,2026-02-15,2026-02-15,2026-02-15,7.01,food,,b,pool,,unknown
s4,2026-02-20,2026-02-20,2026-02-20,-1.01,food,,b,pool,s3,unknown
s5,2026-05-15,2026-05-15,2026-05-15,30.00,rent,K2,c,pool,,unknown
"""  # noqa: E501 - a row a line
SAID: Final = {
    "nl": "3 regels van samen € 26,00 zijn betwist en apart gezet",
    "en": "3 lines of €26.00 together are disputed and were set apart",
}


def contents(folder: Path) -> dict[str, Any]:
    """Return the files of a settlement; what only a ledger knows is left out."""
    found: dict[str, Any] = {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()
    }
    about = json.loads(found["settlement.json"])
    about.pop("head", None)
    about.pop("facts_sha256")  # a ledger knows cases by number
    return found | {"settlement.json": about}


def test_ledger_and_files_agree_where_lines_are_set_apart(
    database: Database, tmp_path: Path
) -> None:
    language = {"sqlite": "nl", "postgresql": "en"}[database.dialect]
    rules, spent = tmp_path / "agreement.toml", tmp_path / "spendings.csv"
    rules.write_bytes(agreement())
    spent.write_text(SPENDINGS, encoding="utf-8")
    say = ("--language", language)
    ledger = ledgers.opened(database.engine, agreement())
    ledger.finance()
    commands.run(database, "import", "spendings", "fund", str(spent))

    proposed = commands.run(database, "settlement", "propose", "fund", *Q1, *APART, *say).stdout
    ledger.agree("a", "b", "c")
    ledger.book()
    of_ledger, of_files = tmp_path / "ledger", tmp_path / "files"
    commands.run(database, "settlement", "export", "fund", "--out", str(of_ledger), *say)
    files = ("settle", str(rules), "--spendings", str(spent), *say)
    settled = commands.run(database, *files, *Q1, *APART, "--out", str(of_files)).stdout

    assert contents(of_files) == contents(of_ledger)
    assert contents(of_files)["settlement.json"]["set_apart"] == ["s2", "s3", "s4"]
    for shown in (proposed, settled):
        assert SAID[language] in " ".join(shown.split())
    for folder in (of_ledger, of_files):
        summary = papers.text((folder / "statements" / "summary.pdf").read_bytes())
        assert papers.squeezed(SAID[language]) in summary

    commands.run(database, "settlement", "propose", "fund", *Q2)
    commands.run(database, "settlement", "export", "fund", "--no-pdf", "--out", str(tmp_path / "2"))
    next_ = ("--previous", str(of_files), "--no-pdf", "--out", str(tmp_path / "3"))
    assert SAID[language] not in commands.run(database, *files, *Q2, *next_).stdout
    assert contents(tmp_path / "3") == contents(tmp_path / "2")
    assert contents(tmp_path / "3")["settlement.json"]["disputed"] == ["s2", "s3", "s4"]


def test_what_is_no_line_is_not_set_apart(sqlite_database: Database, tmp_path: Path) -> None:
    rules, spent = tmp_path / "agreement.toml", tmp_path / "spendings.csv"
    rules.write_bytes(agreement())
    spent.write_text(SPENDINGS, encoding="utf-8")
    out = tmp_path / "out"
    files = ("settle", str(rules), "--spendings", str(spent), *Q1, "--out", str(out))

    for id_ in ("gone", "s5"):
        done = commands.run(sqlite_database, *files, "--set-apart", id_, code=2)
        assert f"set apart: spending '{id_}' is no line of this settlement" in done.stderr
    assert not out.exists()
