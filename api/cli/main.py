"""The ``overbrug`` command: exit code 0 for done, 1 for a check that says no, 2 for wrong input."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from typing import Final

from api.cli import commands
from ledger.errors import Missing, NotProved, Refusal, WrongInput

_ALLOCATED: Final = 100_000
"""How many new objects there are before the memory is searched for garbage.

A command mostly loads what stays; at the seven hundred of the language the search is a
fourteenth of its time.
"""


def run() -> None:
    """Run the command; what is wrong with input is one line a mistake on standard error."""
    gc.set_threshold(_ALLOCATED)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without € still gets its answer
    sys.exit(_exit_code())


def _exit_code() -> int:
    output = sys.stdout
    try:
        commands.app(next(iter(sys.argv[1:]), None))(prog_name="overbrug")
    except SystemExit as end:
        if sys.stdout is not output:
            # Whoever read our output has seen enough: the work was done all the same.
            _to_nowhere(1)
            return 0
        return end.code if isinstance(end.code, int) else 0
    except (WrongInput, Refusal, NotProved) as answer:
        return _answered(answer)
    except OSError as error:
        _complain(f"standard output: cannot be written: {error.strerror}\n")
        _to_nowhere(1)
        return 1
    return 0


def _answered(answer: WrongInput | Refusal | NotProved) -> int:
    """Say why nothing was done, and return the exit code for it."""
    match answer:
        case WrongInput():
            _complain("".join(f"{mistake}\n" for mistake in answer.mistakes))
            return 2
        case Refusal():
            _complain(f"{answer.slug}: {answer}\n")
            return 2 if isinstance(answer, Missing) else 1
        case _:
            _complain(f"{answer}; nothing was written\n")
            return 1


def _complain(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        # Nobody can read it. Python would try once more at its end, and change the exit code.
        _to_nowhere(2)


def _to_nowhere(descriptor: int) -> None:
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
