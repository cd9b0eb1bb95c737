"""The ``overbrug`` command as a process of its own, on a database of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.support.databases import Database

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")


def environment(database: Database) -> dict[str, str]:
    """Return an environment in which commands use a database."""
    return {**os.environ, "OVERBRUG_DATABASE_URL": database.url}


def run(
    database: Database, *arguments: str, given: str | bytes = b"", code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, and check its exit code.

    Args:
        database: What it works on.
        arguments: What stands behind ``overbrug``.
        given: What comes in on standard input.
        code: The exit code that it must have.
    """
    done = subprocess.run(
        [OVERBRUG, *arguments],
        env=environment(database),
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
        timeout=300,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, out + err
    assert "Traceback" not in err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return what a command answered, a JSON object a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]
