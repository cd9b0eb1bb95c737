"""The ``overbrug`` command: exit code 0 for done, 1 for a check that says no, 2 for wrong input."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from typing import Annotated, Final

import typer

from api.cli import (
    accepting,
    agreement,
    bank,
    board,
    cases,
    corrections,
    demo,
    effects,
    exports,
    findings,
    fund,
    imports,
    lawfulness,
    lawfulness_papers,
    moratorium,
    officer,
    operations,
    pool,
    privacy,
    record,
    retention,
    reviews,
    sample,
    settle,
    settlement,
    table,
    verify,
)
from ledger.errors import Missing, NotProved, Refusal, WrongInput

_ALLOCATED: Final = 100_000
"""How many new objects there are before the memory is searched for garbage.

A command mostly loads what stays; at the seven hundred of the language the search is a
fourteenth of its time.
"""

app = typer.Typer(
    help="Overbrug: a shared-budget ledger for a bridging fund (overbruggingskrediet).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(settle.settle)
for operation in (operations.migrate, operations.backup, operations.restore, operations.doctor):
    app.command()(operation)
app.add_typer(agreement.app, name="agreement")
app.add_typer(effects.app, name="effects")
app.add_typer(fund.app, name="fund")
app.add_typer(fund.person, name="person")
app.add_typer(settlement.app, name="settlement")
app.add_typer(lawfulness_papers.app, name="lawfulness")
app.command()(record.record)
app.command()(corrections.reverse)
app.command()(corrections.correct)
app.command()(pool.reserve)
app.command()(pool.release)
app.command()(pool.room)
app.add_typer(findings.app, name="findings")
app.command()(accepting.accept)
app.command()(accepting.authorise)
app.add_typer(moratorium.app, name="moratorium")
app.add_typer(table.app, name="table")
app.command()(reviews.review)
app.command()(reviews.reminders)
app.add_typer(imports.app, name="import")
app.add_typer(bank.app, name="bank")
app.add_typer(board.app, name="board")
app.command()(officer.read)
app.add_typer(exports.app, name="export")
app.add_typer(cases.app, name="case")
app.command()(lawfulness.receipt)
app.command("test")(lawfulness.look_again)
app.command()(lawfulness.covered)
app.command()(lawfulness.rules)
app.add_typer(sample.app, name="sample")
app.add_typer(privacy.app, name="privacy")
app.add_typer(retention.app, name="retention")
app.command()(verify.verify)
app.command()(verify.prove)
app.command()(verify.verify_proof)


def _version(asked: bool) -> None:  # noqa: FBT001 - the command line calls it
    if asked:
        from importlib.metadata import version

        typer.echo(f"overbrug {version('overbrug')}")
        raise typer.Exit


@app.callback()
def overbrug(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Overbrug: a shared-budget ledger for a bridging fund (overbruggingskrediet)."""


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
        app(prog_name="overbrug")
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
