"""The ``overbrug`` command: exit code 0 for done, 1 for a check that says no, 2 for wrong input."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli import agreement, demo, settle
from ledger.errors import NotProved, WrongInput

app = typer.Typer(
    help="Overbrug: a shared-budget ledger for a bridging fund (overbruggingskrediet).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(settle.settle)
app.add_typer(agreement.app, name="agreement")


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
    try:
        app(prog_name="overbrug")
    except WrongInput as wrong:
        for mistake in wrong.mistakes:
            sys.stderr.write(f"{mistake}\n")
        sys.exit(2)
    except NotProved as refusal:
        sys.stderr.write(f"{refusal}; nothing was written\n")
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain at its own exit.
        sys.stderr.close()
        sys.exit(1)
