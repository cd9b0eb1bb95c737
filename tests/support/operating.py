"""``overbrug`` as a real process on a database: what it answered, and how it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.keyfile import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT: Final = Path(__file__).parents[2]
OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")


def environment(url: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment that names one database, the key file, and nothing else of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OVERBRUG")}
    ours = {"OVERBRUG_DATABASE_URL": url, VARIABLE: os.environ[VARIABLE]}
    return kept | ours | dict(more or {})


def overbrug(
    url: str,
    *arguments: object,
    before: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command on a database, with what stands before it on the line."""
    done = subprocess.run(
        [*before, OVERBRUG, *map(str, arguments)],
        cwd=ROOT,
        env=environment(url, more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def ran(url: str, *arguments: object) -> str:
    """Run a command that succeeds, and return what it printed."""
    done = overbrug(url, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def started(url: str, *command: object) -> subprocess.Popen[bytes]:
    """Start a command and go on."""
    return subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        env=environment(url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
