"""``overbrug`` as a real process, as a finance team runs it."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.support.funds import agreement

ROOT: Final = Path(__file__).parents[2]
OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")
EXAMPLE: Final = ROOT / "tests" / "support" / "rivierenland"
SHARED: Final = Path(os.environ.get("OVERBRUG_SHARED", ROOT.parent / "shared"))
REAL: Final = SHARED / "cases" / "real-2016"
QUARTER: Final = ("--from", "2026-01-01", "--until", "2026-04-01")
YEAR: Final = ("--from", "2016-01-01", "--until", "2017-01-01")
WITHOUT_NUMBA: Final = (
    sys.executable,
    "-c",
    "import sys; sys.modules['numba'] = None; from api.cli.main import run; run()",
)


def run(*arguments: object, command: tuple[str, ...] = (OVERBRUG,)) -> str:
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def settle(case: Path, out: Path, *options: object, command: tuple[str, ...] = (OVERBRUG,)) -> str:
    return run(
        "settle", case / "agreement.toml", "--spendings", case / "spendings.csv",
        "--savings", case / "savings.csv", "--out", out, *options, command=command,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def shuffled(case: Path, into: Path) -> Path:
    into.mkdir()
    (into / "agreement.toml").write_bytes((case / "agreement.toml").read_bytes())
    for name in ("spendings.csv", "savings.csv"):
        header, *rows = (case / name).read_bytes().splitlines(keepends=True)
        random.Random(7).shuffle(rows)  # noqa: S311 - no secret
        (into / name).write_bytes(header + b"".join(rows))
    return into


def as_a_spreadsheet_saves_it(case: Path, into: Path) -> Path:
    """With a byte order mark, semicolons and CRLF."""
    into.mkdir()
    for name in ("agreement.toml", "spendings.csv", "savings.csv"):
        text = (case / name).read_text(encoding="utf-8")
        if name.endswith(".csv"):
            text = text.replace(",", ";")
        text = text.replace("\n", "\r\n")
        (into / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    return into


def test_shuffled_rows_give_the_same_bytes_papers_included(tmp_path: Path) -> None:
    settle(EXAMPLE, tmp_path / "one", *QUARTER, "--compare")
    settle(shuffled(EXAMPLE, tmp_path / "shuffled"), tmp_path / "two", *QUARTER, "--compare")

    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one == two
    assert {"allocations.csv", "comparison.csv", "statements/summary.pdf"} <= one.keys()


def test_a_spreadsheets_way_of_saving_changes_no_figure(tmp_path: Path) -> None:
    settle(EXAMPLE, tmp_path / "one", *QUARTER, "--no-pdf")
    saved = as_a_spreadsheet_saves_it(EXAMPLE, tmp_path / "saved")
    settle(saved, tmp_path / "two", *QUARTER, "--no-pdf")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.skipif(not REAL.exists(), reason=f"the real case is not at {REAL}")
def test_machine_code_and_plain_python_write_the_same_bytes(tmp_path: Path) -> None:
    settle(REAL, tmp_path / "compiled", *YEAR, "--no-pdf")
    settle(REAL, tmp_path / "plain", *YEAR, "--no-pdf", command=WITHOUT_NUMBA)

    assert contents(tmp_path / "compiled") == contents(tmp_path / "plain")


def test_json_prints_what_the_file_says(tmp_path: Path) -> None:
    printed = settle(EXAMPLE, tmp_path / "out", *QUARTER, "--no-pdf", "--json")

    assert printed == (tmp_path / "out" / "settlement.json").read_text(encoding="utf-8")
    assert json.loads(printed)["totals"]["lines"] > 0


def test_an_explanation_is_told_in_the_language_of_the_reader(tmp_path: Path) -> None:
    shown = settle(EXAMPLE, tmp_path / "out", *QUARTER, "--no-pdf", "--explain", "b0002",
                   "--language", "en")  # fmt: skip

    assert "Spending b0002 of €" in shown
    assert "is the first that matches" in shown


def test_a_list_without_rows_settles_to_nothing(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "agreement.toml").write_bytes((EXAMPLE / "agreement.toml").read_bytes())
    for name in ("spendings.csv", "savings.csv"):
        header = (EXAMPLE / name).read_bytes().splitlines(keepends=True)[0]
        (case / name).write_bytes(header)

    settle(case, tmp_path / "out", *QUARTER)

    assert (tmp_path / "out" / "transfers.csv").read_text(encoding="utf-8") == "from,to,amount\n"


def test_strict_refuses_to_settle_on_facts_that_do_not_reach_back(tmp_path: Path) -> None:
    case = shuffled(EXAMPLE, tmp_path / "case")
    path = case / "agreement.toml"
    text = path.read_text(encoding="utf-8").replace(
        '[[assignment]]\nkey = "inwoners"', '[[assignment]]\nkey = "gebruik"'
    )
    path.write_text(
        f'{text}\n[[key]]\ncode = "gebruik"\nkind = "usage"\nperiods = 4\nfallback = "inwoners"\n',
        encoding="utf-8",
    )

    done = subprocess.run(
        [
            OVERBRUG, "settle", path, "--spendings", case / "spendings.csv",
            "--out", tmp_path / "out", *QUARTER, "--strict",
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "sleutel gebruik kijkt verder terug dan de eerste besteding" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_killed_run_leaves_the_folder_as_it_was_or_whole(tmp_path: Path) -> None:
    settle(EXAMPLE, tmp_path / "old", *QUARTER, "--no-pdf")
    settle(EXAMPLE, tmp_path / "new", *QUARTER, "--no-pdf", "--date", "2026-04-14")
    old, new = contents(tmp_path / "old"), contents(tmp_path / "new")
    assert old != new
    seen = []
    for killed_after in range(6, 20):
        out = shutil.copytree(tmp_path / "old", tmp_path / f"out{killed_after}")
        process = subprocess.Popen(
            [
                OVERBRUG, "settle", EXAMPLE / "agreement.toml",
                "--spendings", EXAMPLE / "spendings.csv", "--savings", EXAMPLE / "savings.csv",
                "--out", out, *QUARTER, "--no-pdf", "--date", "2026-04-14",
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(killed_after / 20)
        process.send_signal(signal.SIGKILL)
        process.wait()

        seen.append(contents(out))
        assert seen[-1] in (old, new)
    assert old in seen


def test_the_command_says_what_it_is() -> None:
    assert "Settle a period" in run("settle", "--help")
    assert run("--version").startswith("overbrug 0.")


def test_a_wheel_holds_all_that_the_command_needs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())

    needed = {
        str(path.relative_to(ROOT))
        for room in ("api", "ledger", "reports", "settlement")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert needed <= names


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "nl",
            [
                "1 regel van € 30,00.",
                "Buitenstaander z bespaart naar verwachting € 5,00 door 1 besteding",
                "bij de kassier: € 10,00.",
                "0 uit het bestand van vóór de periode, 1 die pas later meetellen",
            ],
        ),
        (
            "en",
            [
                "1 line of €30.00.",
                "Outsider z is expected to save €5.00 through 1 spending,",
                "Of the caps nobody else could take €10.00",
                "0 from before the period, 1 that count only later",
            ],
        ),
    ],
)
def test_the_terminal_counts_in_proper_sentences(
    tmp_path: Path, language: str, sentences: list[str]
) -> None:
    cap = '[[ladder]]\nkind = "cap"\nparty = "{}"\namount = "10.00"\nover = "heads"\n'
    (tmp_path / "agreement.toml").write_bytes(
        agreement(parties="a 1, b 1, z -", ladder=cap.format("a") + cap.format("b"))
    )
    (tmp_path / "spendings.csv").write_text(
        "id,spent_on,amount,category,case,organisation\n"
        "s1,2026-01-15,30.00,rent,,a\ns2,2026-07-15,30.00,rent,,a\n",
        encoding="utf-8",
    )
    (tmp_path / "savings.csv").write_text("spending,party,amount\ns1,z,5.00\n", encoding="utf-8")

    shown = settle(tmp_path, tmp_path / "out", *QUARTER, "--no-pdf", "--language", language)

    for sentence in sentences:
        assert sentence in shown.replace("\u00a0", " "), sentence


def test_json_holds_what_was_asked_besides(tmp_path: Path) -> None:
    plain = settle(EXAMPLE, tmp_path / "out", *QUARTER, "--no-pdf", "--json")
    more = settle(
        EXAMPLE, tmp_path / "more", *QUARTER, "--no-pdf", "--json", "--compare",
        "--explain", "b0002",
    )  # fmt: skip
    assert plain.encode() == (tmp_path / "out" / "settlement.json").read_bytes()
    about = json.loads(more)
    cells = about["explanation"]["cells"]
    together = sum(int(cell["amount"].replace(".", "")) for cell in cells)
    assert together == int(about["explanation"]["amount"].replace(".", ""))
    with (tmp_path / "more" / "comparison.csv").open(encoding="utf-8", newline="") as file:
        written = [tuple(row.values()) for row in csv.DictReader(file)]
    assert written == [
        (each["key"], party, amount)
        for each in about["comparison"]
        for party, amount in each["cost_shares"].items()
    ]
