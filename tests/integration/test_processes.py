"""Work in processes beside each other: what goes wrong in one is said by the one that asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.cli import folders, processes
from ledger.errors import WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable


def do_in_processes(work: Callable[..., object], *tasks: object) -> None:
    with processes.beside(work, prepare=os.getpid) as give:
        for task in tasks:
            give(task)


def test_all_that_is_given_is_done(tmp_path: Path) -> None:
    do_in_processes(os.mkdir, *(tmp_path / str(number) for number in range(9)))

    assert len([*tmp_path.iterdir()]) == 9


def test_wrong_input_that_a_process_finds_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"")

    with pytest.raises(WrongInput, match="gone: cannot be read") as told:
        do_in_processes(folders.read, *(tmp_path / name for name in ("there", "gone", "there")))

    assert [mistake.where for mistake in told.value.mistakes] == [str(tmp_path / "gone")]


def test_what_the_system_refuses_a_process_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        do_in_processes(os.listdir, tmp_path, tmp_path / "nowhere")


def test_what_is_given_up_is_given_up_by_all() -> None:
    began = time.monotonic()
    with suppress(ZeroDivisionError), processes.beside(time.sleep, prepare=os.getpid) as give:
        give(600)
        raise ZeroDivisionError

    assert time.monotonic() - began < 60


SLEEPERS = """
import os, pathlib, time
from api.cli import processes

def sleep(folder):
    pathlib.Path(folder, f"{os.getpid()}.pid").touch()
    time.sleep(600)

if __name__ == "__main__":
    with processes.beside(sleep, prepare=os.getpid) as give:
        give(%r)
        give(%r)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_end_with_the_one_that_started_them(
    tmp_path: Path, number: signal.Signals
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SLEEPERS % (str(tmp_path), str(tmp_path)), encoding="utf-8")
    command = subprocess.Popen([sys.executable, str(script)])
    wait_for(lambda: len([*tmp_path.glob("*.pid")]) == min(2, os.cpu_count() or 1))

    command.send_signal(number)
    command.wait(timeout=30)

    pids = [int(path.stem) for path in tmp_path.glob("*.pid")]
    wait_for(lambda: not any(map(is_alive, pids)))


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked after does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
