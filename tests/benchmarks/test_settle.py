"""How long ``overbrug settle`` takes on a million rows, from files to files."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OVERBRUG = str(Path(sys.executable).parent / "overbrug")
ROWS = 1_000_000
PARTIES = [f"p{number:02d}" for number in range(12)]
AGREEMENT = """\
schema = 1
[fund]
code = "large"
name = "A million spendings"
currency = "EUR"
timezone = "Europe/Amsterdam"
[agreement]
version = 1
valid_from = 2026-01-01
approval = "all"
account_holder = "p00"
[[key]]
code = "inhabitants"
kind = "measure"
measure = "inhabitants"
[[key]]
code = "savings"
kind = "savings"
level = "case"
fallback = "inhabitants"
[[key]]
code = "largest"
kind = "largest-saving"
level = "case"
ties = "inhabitants"
fallback = "inhabitants"
[[key]]
code = "own"
kind = "home"
fallback = "inhabitants"
[[key]]
code = "blend"
kind = "blend"
parts = [{ key = "largest", share = "0.7" }, { key = "inhabitants", share = "0.3" }]
[[assignment]]
category = ["c0", "c1", "c2"]
key = "largest"
[[assignment]]
category = ["c3", "c4"]
key = "savings"
[[assignment]]
category = ["c5"]
key = "own"
[[assignment]]
category = ["c6"]
key = "blend"
[[assignment]]
key = "inhabitants"
"""


def parties(draw: random.Random) -> Iterator[str]:
    for code in PARTIES:
        yield (
            f'[[party]]\ncode = "{code}"\nname = "{code}"\nkind = "municipality"\n'
            f"participant = true\nmeasures = {{ inhabitants = {draw.randint(10_000, 120_000)} }}\n"
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    draw, folder = random.Random(1), tmp_path_factory.mktemp("large")  # noqa: S311 - no secret
    (folder / "agreement.toml").write_text(AGREEMENT + "".join(parties(draw)), encoding="utf-8")
    with (
        (folder / "spendings.csv").open("w", encoding="utf-8") as spendings,
        (folder / "savings.csv").open("w", encoding="utf-8") as savings,
    ):
        spendings.write("id,spent_on,amount,category,case,organisation\n")
        savings.write("spending,party,amount\n")
        for row in range(ROWS):
            day = f"2026-0{draw.randint(1, 3)}-{draw.randint(1, 28):02d}"
            spendings.write(
                f"s{row:08d},{day},{draw.randint(100, 200_000) / 100:.2f},c{draw.randint(0, 9)},"
                f"k{draw.randint(0, ROWS // 3)},{draw.choice(PARTIES)}\n"
            )
            if draw.random() < 0.6:
                amount = draw.randint(100, 500_000) / 100
                savings.write(f"s{row:08d},{draw.choice(PARTIES)},{amount:.2f}\n")
    return folder


MEASURED = """
import resource, subprocess, sys, time
begin = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
# A small process of its own between: a child begins with the peak of who started it.


def test_a_million_rows_take_under_15_seconds_and_2_gb(folder: Path, capsys: Any) -> None:
    command = [
        OVERBRUG, "settle", str(folder / "agreement.toml"),
        "--spendings", str(folder / "spendings.csv"), "--savings", str(folder / "savings.csv"),
        "--from", "2026-01-01", "--until", "2026-04-01", "--out", str(folder / "out"), "--no-pdf",
    ]  # fmt: skip
    seconds, megabytes = [], 0.0
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *command], check=True, capture_output=True, text=True
        )
        took, kilobytes = done.stdout.split()[-2:]
        seconds.append(float(took))
        megabytes = max(megabytes, int(kilobytes) / 1024)

    with capsys.disabled():
        times = ", ".join(f"{each:.1f}" for each in seconds)
        print(f"\n{ROWS} rows from files to files: {times} s, {megabytes:.0f} MB")
    assert min(seconds) < 15
    assert megabytes < 2048


def test_help_takes_under_half_a_second(capsys: Any) -> None:
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([OVERBRUG, "--help"], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)

    with capsys.disabled():
        print(f"\noverbrug --help: {min(seconds):.2f} to {max(seconds):.2f} s")
    assert min(seconds) < 0.5
