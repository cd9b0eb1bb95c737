"""``overbrug`` among other programs: pipes, full disks, signals, poor terminals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from api.cli import commands

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")
EXAMPLE: Final = Path(__file__).parents[1] / "support" / "rivierenland"
QUARTER: Final = ("--from", "2026-01-01", "--until", "2026-04-01", "--no-pdf")


def settle(out: Path, *options: str) -> list[str]:
    return [
        OVERBRUG, "settle", str(EXAMPLE / "agreement.toml"),
        "--spendings", str(EXAMPLE / "spendings.csv"), "--savings", str(EXAMPLE / "savings.csv"),
        "--out", str(out), *QUARTER, *options,
    ]  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_who_reads_only_the_beginning_gets_exit_code_0(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        settle(tmp_path / "out", *options), stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "out" / "settlement.json").exists()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_full_disk_behind_the_output_is_said_and_is_no_traceback(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            settle(tmp_path / "out", *options), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr == b"standard output: cannot be written: No space left on device\n"


def test_wrong_input_is_exit_code_2_even_where_nobody_can_read_why(tmp_path: Path) -> None:
    command = [OVERBRUG, "agreement", "check", str(tmp_path / "none.toml")]
    with Path("/dev/full").open("wb") as full:
        assert subprocess.run(command, stderr=full, check=False).returncode == 2


def test_a_terminal_without_the_letters_still_gets_its_answer(tmp_path: Path) -> None:
    done = subprocess.run(
        settle(tmp_path / "out"),
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Fonds" in done.stdout or b"regels" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_who_is_asked_to_stop_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    # A shell lets what runs behind it ignore Ctrl-C; here it hears.
    hears = ["/usr/bin/env", "--default-signal"]
    command = subprocess.Popen(
        [*hears, OVERBRUG, "demo", "--out", str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    waited = time.monotonic() + 30
    while not any(tmp_path.glob(".demo-*/new/q1")):
        assert time.monotonic() < waited
        assert command.poll() is None
        time.sleep(0.01)
    command.send_signal(number)
    _, said = command.communicate(timeout=30)
    assert command.returncode == -number
    assert said == b""
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_hears_no_hang_up_goes_on(tmp_path: Path) -> None:
    command = subprocess.Popen(
        ["/usr/bin/nohup", OVERBRUG, "demo", "--out", str(tmp_path / "demo")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not any(tmp_path.glob(".demo-*/new/q1")):
        assert command.poll() is None
        time.sleep(0.01)
    command.send_signal(signal.SIGHUP)
    assert command.wait(timeout=120) == 0
    assert (tmp_path / "demo" / "q4" / "settlement.json").exists()


def test_the_settlement_of_another_period_is_not_written_over(tmp_path: Path) -> None:
    subprocess.run(settle(tmp_path / "q1"), check=True, capture_output=True)
    before = (tmp_path / "q1" / "lines.csv").read_bytes()
    later = settle(tmp_path / "q1", "--until", "2026-03-01")

    done = subprocess.run(later, check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "q1: holds the settlement of another fund or period; name another folder" in done.stderr
    assert (tmp_path / "q1" / "lines.csv").read_bytes() == before


def test_papers_are_not_dated_before_their_period_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        settle(tmp_path / "out", "--date", "2026-03-30"),
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, "--date: 2026-03-30 is before the period's last day, 2026-03-31\n",
    )  # fmt: skip


def test_paths_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, says in {
        "loop/out": "cannot be used",
        "x" * 300: "cannot be used",
        "/dev/full": "is not a folder",
    }.items():
        done = subprocess.run(settle(tmp_path / path), check=False, capture_output=True, text=True)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_a_device_is_no_file_but_a_pipe_is(tmp_path: Path) -> None:
    command = settle(tmp_path / "out")
    place = command.index(str(EXAMPLE / "spendings.csv"))
    done = subprocess.run(
        [*command[:place], "/dev/zero", *command[place + 1 :]],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "/dev/zero: is a device; name a file\n")
    piped = subprocess.run(
        [*command[:place], "/dev/stdin", *command[place + 1 :]],
        input=(EXAMPLE / "spendings.csv").read_bytes(),
        check=False, capture_output=True,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (0, b"")


def test_what_a_file_holds_never_steers_the_terminal(tmp_path: Path) -> None:
    text = (EXAMPLE / "agreement.toml").read_text(encoding="utf-8")
    for name, changed in {
        "key": f'"\\u001b[31m\\nfoo" = 1\n{text}',
        "name": text.replace('name = "Gemeente Dijkhuizen"', 'name = "Dijk\\u202ehuizen"'),
    }.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(changed, encoding="utf-8")
        done = subprocess.run(
            [OVERBRUG, "agreement", "check", str(path)], check=False, capture_output=True, text=True
        )
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "\x1b" not in done.stderr
        assert "\u202e" not in done.stderr


@pytest.mark.parametrize("name", commands.TOLD_BY)
def test_a_command_that_is_loaded_alone_is_as_it_is_among_all(name: str) -> None:
    alone = subprocess.run([OVERBRUG, name, "--help"], check=True, capture_output=True, text=True)
    among_all = CliRunner().invoke(commands.app(), [name, "--help"], prog_name="overbrug")

    assert named(alone.stdout) == named(among_all.stdout) != []


def named(said: str) -> list[str]:
    """Return the options, arguments and commands that a help text lists."""
    _, _, listed = re.split(r"^(Options|Arguments):$", said, maxsplit=1, flags=re.MULTILINE)
    return re.findall(r"^  (\S+)", listed, re.MULTILINE)
