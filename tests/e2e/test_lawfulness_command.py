"""``overbrug lawfulness statement`` as a real process: what it writes, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.support import failing, funds, ledgers
from tests.support.commands import run
from tests.support.statements import attached, squeezed, text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

FORM: Final = b'legal_form = "own-body"\ntimezone'


def settled(database: Database, *, form: bytes = b"timezone") -> Ledger:
    """Make a fund with a finding that landed and one that waits."""
    agreement = funds.agreement(parties="a 1, b 1, c 1").replace(b"timezone", form)
    ledger = ledgers.opened(database.engine, agreement).at("2026-01-10")
    ledger.finance()
    ledger.record(9_00, id="s1")
    failing.accepted(ledger, failing.found(ledger, "s1", 9_00))
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")
    ledger.at("2026-05-01").record(6_00, id="s2")
    failing.found(ledger, "s2", 6_00, kind="uncertainty", rule="evidence-missing")
    return ledger


def test_a_paper_and_a_workbook_for_each_and_the_overview(
    database: Database, tmp_path: Path
) -> None:
    settled(database)
    out = tmp_path / "papers"

    shown = run(database, "lawfulness", "statement", "fund", "2026", "--out", str(out)).stdout

    assert {each.name for each in out.iterdir()} == {
        "lawfulness.json",
        *(f"{name}.{end}" for name in ("a", "b", "c", "summary") for end in ("pdf", "xlsx")),
    }
    told = json.loads((out / "lawfulness.json").read_text())
    landed = [each["together"] for each in told["organisations"]]
    assert landed == ["3.00", "3.00", "3.00"]
    assert told["not_allocated"]["conditions_uncertainty"] == "6.00"
    assert told["fund_total"]["conditions_error"] == "9.00"
    assert told["not_settled"] == {"spendings": 1, "amount": "6.00"}
    assert "15,00" in shown
    paper = (out / "a.pdf").read_bytes()
    assert squeezed("Op uw organisatie viel € 3,00 aan afwijkingen") in text(paper)
    assert "findings-a.csv" in attached(paper)


def test_the_same_ledger_gives_the_same_bytes(sqlite_database: Database, tmp_path: Path) -> None:
    settled(sqlite_database)
    made = []
    for name in ("one", "other", "other"):  # the last in the place of the one before
        out = tmp_path / name
        asked = ("lawfulness", "statement", "fund", "2026", "--party", "a", "--out", str(out))
        run(sqlite_database, *asked)
        made.append({each.name: each.read_bytes() for each in out.iterdir()})

    assert made[0] == made[1] == made[2]
    refused = run(sqlite_database, *asked[:3], "2027", *asked[4:], code=2).stderr
    assert "holds the papers of another fund or year" in refused


def test_one_organisation_in_english_without_pdf_for_a_program(
    sqlite_database: Database, tmp_path: Path
) -> None:
    settled(sqlite_database)
    out = tmp_path / "papers"
    asked = ("lawfulness", "statement", "fund", "2026", "--out", str(out), "--party", "b")

    told = json.loads(run(sqlite_database, *asked, "--no-pdf", "--language", "en", "--json").stdout)

    assert {each.name for each in out.iterdir()} == {"lawfulness.json", "b.xlsx"}
    assert told == json.loads((out / "lawfulness.json").read_text())


def test_a_body_of_its_own_has_one_statement(sqlite_database: Database, tmp_path: Path) -> None:
    settled(sqlite_database, form=FORM)
    out = tmp_path / "papers"
    asked = ("lawfulness", "statement", "fund", "2026", "--out", str(out), "--no-pdf")

    assert "leave --party out" in run(sqlite_database, *asked, "--party", "a", code=2).stderr
    assert not out.exists()
    run(sqlite_database, *asked)

    assert {each.name for each in out.iterdir()} == {
        "lawfulness.json", "summary.xlsx"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fund", "year", "more", "why"),
    [
        ("none", "2026", (), "there is no fund 'none'"),
        ("fund", "2022", (), "YEAR: 2022 is before 2023"),
        ("fund", "2025", (), "YEAR: the fund had no agreement yet in 2025"),
        ("fund", "2026", ("--party", "z"), "--party: 'z' has nothing to account for in 2026"),
    ],
)
def test_what_cannot_be_accounted_for_is_refused_and_nothing_is_written(
    sqlite_database: Database, tmp_path: Path, fund: str, year: str, more: tuple[str, ...],
    why: str,
) -> None:  # fmt: skip
    settled(sqlite_database)
    out = tmp_path / "papers"
    asked = ("lawfulness", "statement", fund, year, "--out", str(out), *more)

    assert why in run(sqlite_database, *asked, code=2).stderr
    assert not out.exists()


def test_a_folder_with_anything_else_stays_as_it_is(
    sqlite_database: Database, tmp_path: Path
) -> None:
    settled(sqlite_database)
    out = tmp_path / "papers"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    asked = ("lawfulness", "statement", "fund", "2026", "--out", str(out), "--no-pdf")

    assert "is not empty" in run(sqlite_database, *asked, code=2).stderr

    (out / "mine.txt").unlink()
    run(sqlite_database, *asked)
    held = (out / "lawfulness.json").read_text()
    (out / "lawfulness.json").write_text(held.replace('"year": 2026', '"year": 2024'))
    assert "papers of another fund or year" in run(sqlite_database, *asked, code=2).stderr
