"""``overbrug demo`` as a real process: what it writes, that it is the same again, what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import etree
from sqlalchemy import select

from api.cli import settle_files
from api.example import account, quarters, telling
from ledger import accounts, balances, funds, money, store
from ledger.bank import camt
from ledger.bank_account import reconciling
from ledger.tables.base import METADATA
from reports import statements
from reports.exports import settlement_files
from settlement import engine, exporting
from tests.support import databases
from tests.support import statements as papers
from tests.support.bank_files import LOCAL, schema
from tests.support.commands import OVERBRUG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from settlement.results import Settlement

ROOT: Final = {"agreement.toml", "effects.toml", "spendings.csv", "savings.csv", "ledger.db"}
QUARTERS: Final = ("q1", "q2", "q3", "q4")
FIGURES: Final = (
    "lines.csv", "vectors.csv", "allocations.csv", "adjustments.csv", "positions.csv",
    "transfers.csv", "outsiders.csv",
)  # fmt: skip
KNOWS_LATER: Final = ("rows_outside", "head")
"""What a file of the whole year says otherwise than a ledger that did not know the rest yet."""


def demo(out: Path, *options: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [OVERBRUG, "demo", "--out", str(out), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration, with its statements."""
    out = tmp_path_factory.mktemp("written") / "demo"
    demo(out)
    return out


@pytest.fixture
def session(written: Path) -> Iterator[Session]:
    """The ledger of that demonstration, to look at."""
    engine_ = databases.opened(f"sqlite:///{written / 'ledger.db'}")
    with store.reading(engine_) as session:
        yield session
    engine_.dispose()


def exported(session: Session, number: int) -> Settlement:
    start = quarters.QUARTERS[number].start
    return exporting.again(session, telling.fund(), start)[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[str]:
    """Return a database as statements that make it."""
    with sqlite3.connect(path) as connection:
        dump = [*connection.iterdump()]
    connection.close()
    return dump


def opened(path: Path) -> dict[str, list[Any]]:
    """Return all rows of a database, what is sealed in them opened."""
    engine = databases.opened(f"sqlite:///{path}")
    with store.reading(engine) as session:
        found = {
            table.name: sorted(map(tuple, session.connection().execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return found


def test_it_writes_a_ledger_its_facts_and_four_quarters(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == ROOT | {
        *(*QUARTERS, "bank", "sample", "lawfulness"),
    }
    for number, quarter in enumerate(QUARTERS):
        names = {path.name for path in (written / quarter).iterdir()}
        assert names == {*FIGURES, "settlement.json", "statements"}
        parties = {party.code for party in telling.agreement().party if party.takes_part_on(
            quarters.QUARTERS[number].last_day
        )}  # fmt: skip
        files = {path.stem for path in (written / quarter / "statements").iterdir()}
        assert files == parties | {"summary"}


def test_it_is_the_same_every_time(written: Path, tmp_path: Path) -> None:
    demo(tmp_path / "again", "--no-pdf", "--language", "en")
    demo(tmp_path / "again", "--no-pdf", "--language", "en")  # as it was: written once more

    again, before = contents(tmp_path / "again"), contents(written)
    one, other = opened(tmp_path / "again" / "ledger.db"), opened(written / "ledger.db")
    assert one == other
    assert sum(map(len, one.values())) > 5_000
    assert again.keys() == {name for name in before if not name.endswith(".pdf")}
    assert [name for name in again if again[name] != before[name]] in ([], ["ledger.db"])


def test_its_statements_are_those_of_its_ledger(written: Path, session: Session) -> None:
    name, content = next(iter(statements.papers(exported(session, 1), language="nl")))

    assert (written / "q2" / "statements" / name).read_bytes() == content


@pytest.mark.parametrize("number", range(4))
def test_the_statements_add_up_to_what_was_spent(written: Path, number: int) -> None:
    folder = written / QUARTERS[number]
    about = json.loads((folder / "settlement.json").read_text(encoding="utf-8"))
    borne = adjusted = 0
    for path in (folder / "statements").glob("*.pdf"):
        if path.stem == "summary":
            continue
        attached = papers.attached(path.read_bytes())[f"position-{path.stem}.csv"]
        value = {row["figure"]: row["value"] for row in papers.rows(attached)}
        borne += money.parse(value["cost_share"])
        adjusted += money.parse(value["adjustments"])

    assert borne == money.parse(about["totals"]["amount"])
    assert adjusted == 0
    assert about["head"]["sha256"] in papers.text((folder / "statements/summary.pdf").read_bytes())


@pytest.mark.parametrize("number", range(4))
def test_settled_from_its_files_a_quarter_gives_the_same_cents(
    written: Path, session: Session, number: int
) -> None:
    on_record = exported(session, number)
    files = settle_files.Files(
        agreements=[written / "agreement.toml"],
        spendings=written / "spendings.csv",
        savings=written / "savings.csv",
        previous=[written / quarter for quarter in QUARTERS[:number]],
    )
    asked = settle_files.order(files, quarters.QUARTERS[number], final=False, dated=on_record.dated)
    settled, _ = engine.settle(replace(asked, set_apart=frozenset(on_record.set_apart)))

    told = {name: b"".join(pieces) for name, pieces in settlement_files.files(settled)}
    there = contents(written / QUARTERS[number])
    assert {name for name in FIGURES if told[name] != there[name]} == set()
    assert _about(told["settlement.json"]) == _about(there["settlement.json"])


def _about(content: bytes) -> dict[str, Any]:
    return {name: each for name, each in json.loads(content).items() if name not in KNOWS_LATER}


def test_the_second_quarter_leaves_disputed_lines_to_the_third(session: Session) -> None:
    second, third = exported(session, 1), exported(session, 2)

    assert len(second.set_apart) == 2
    assert {*second.set_apart} < {*third.lines.spending}
    assert not {*second.set_apart} & {*second.lines.spending}


def test_the_cap_is_hit_once(session: Session) -> None:
    hit = [
        (number, each.amount_cents < 0)
        for number in range(4)
        for each in exported(session, number).adjustments
        if each.party == "merwebocht"
    ]

    assert hit == [(1, True)]


def test_the_bank_has_what_the_journal_has(written: Path, session: Session) -> None:
    fund = funds.known(session, telling.fund()).id
    stood = 0
    for number, quarter in enumerate(QUARTERS, 1):
        content = (written / "bank" / f"{quarter}.xml").read_bytes()
        (read,) = camt.read(f"{quarter}.xml", content, timezone=LOCAL)
        if (valid := schema("08")) is not None:
            valid.assertValid(etree.fromstring(content))
        assert (read.number, read.balances.opening_cents) == (number, stood)
        stood = read.balances.closing_cents or 0
        assert stood > 0
        references = [entry.reference for entry in read.entries]
        assert len({*references}) == len(references) > 100

    # What was recorded late or wrong is put right by the year's end; what the bank took is not.
    until = quarters.QUARTERS[-1].until
    fees = len(QUARTERS) * account.FEE_CENTS
    assert balances.balance(session, fund, accounts.BANK, until=until) == stood + fees
    there = reconciling.reconciliation(session, telling.fund(), quarters.QUARTERS[-1].last_day)
    assert there.reconciles
    assert [each.amount_cents for each in there.differences] == [-account.FEE_CENTS] * len(QUARTERS)
    assert there.under_way == ()


def test_its_statements_of_account_are_on_record(written: Path) -> None:
    environment = {
        **os.environ,
        "OVERBRUG_DATABASE_URL": f"sqlite:///{written / 'ledger.db'}",
    }
    before = rows(written / "ledger.db")
    files = sorted(map(str, written.glob("bank/q[12].xml")))  # the others may be still to come
    done = subprocess.run(
        [OVERBRUG, "import", "bank", telling.fund(), *files, "--json"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip

    told = json.loads(done.stdout)
    assert (told["statements"], told["new"], told["matched"]) == (0, 0, 0)
    assert told["known"] > 200
    assert rows(written / "ledger.db") == before


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_it_says_works_when_it_is_pasted(tmp_path: Path, language: str) -> None:
    said = demo(tmp_path / "my demo", "--no-pdf", "--no-serve", "--language", language).stdout
    commands = [line for line in said.splitlines() if line.startswith(("  overbrug ", "  export "))]
    path = f"{Path(OVERBRUG).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["/bin/sh", "-e"],
        input=re.sub(
            r"--out ('my demo-(?:q1|lawfulness)')", r"--out \1 --no-pdf", "\n".join(commands)
        ),
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(commands) == 18
    for name in FIGURES:
        assert (tmp_path / "my demo-q1" / name).read_bytes() == (
            tmp_path / "my demo" / "q1" / name
        ).read_bytes()


def test_it_says_the_year_in_short(tmp_path: Path) -> None:
    said = demo(tmp_path / "demo", "--no-pdf").stdout

    assert "228 casussen" in said
    table = [line.split() for line in said.splitlines() if line.lstrip()[:2] == "01"]
    assert [row[3] for row in table] == ["betaald", "betaald", "betaald", "voorgesteld"]
    assert table[0][4:6] == ["144", "60.648,96"]
    assert "summary.pdf" not in said


def test_the_ledger_of_the_user_is_not_touched(tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    subprocess.run(
        [OVERBRUG, "demo", "--no-pdf", "--out", str(tmp_path / "demo")],
        env={**os.environ, "OVERBRUG_DATABASE_URL": f"sqlite:///{own}", "HOME": str(tmp_path)},
        check=True,
        capture_output=True,
    )

    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


@pytest.mark.parametrize("name", ["agreement.toml", "effects.toml", "spendings.csv", "savings.csv"])
def test_what_its_reader_changed_stays(written: Path, tmp_path: Path, name: str) -> None:
    out = shutil.copytree(written, tmp_path / "demo")
    changed = out / name
    mine = changed.read_bytes() + b"\n"
    changed.write_bytes(mine)
    before = contents(out)

    said = demo(out, "--no-pdf", code=2).stderr

    assert said == f"{changed}: was changed since; keep it, and name another folder with --out\n"
    assert contents(out) == before


def test_a_ledger_in_which_its_reader_acted_stays(written: Path, tmp_path: Path) -> None:
    out = shutil.copytree(written, tmp_path / "demo")
    environment = {**os.environ, "OVERBRUG_DATABASE_URL": f"sqlite:///{out / 'ledger.db'}"}
    subprocess.run(
        [OVERBRUG, "person", "grant", "drechtsteden", "nieuw", "--role", "auditor",
         "--organisation", "dordrecht"],
        env=environment, check=True, capture_output=True,
    )  # fmt: skip

    said = demo(out, "--no-pdf", code=2).stderr

    assert said.startswith(f"{out / 'ledger.db'}: was changed since")
    subprocess.run(
        [OVERBRUG, "verify", "drechtsteden"], env=environment, check=True, capture_output=True
    )


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    said = demo(tmp_path, "--no-pdf", code=2).stderr

    assert "is not empty; name a folder that is empty or new" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
