"""Which commands there are, and where each is told.

A command line is about one of them: only that one is loaded, a tenth of a second sooner than
all. These are loaded for a list of them, or for a name that there is not.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Final

import typer

TOLD_BY: Final = {
    "demo": "demo.demo",
    "settle": "settle.settle",
    "migrate": "operations.migrate",
    "backup": "operations.backup",
    "restore": "operations.restore",
    "doctor": "operations.doctor",
    "agreement": "agreement.app",
    "effects": "effects.app",
    "fund": "fund.app",
    "person": "fund.person",
    "settlement": "settlement.app",
    "lawfulness": "lawfulness_papers.app",
    "record": "record.record",
    "reverse": "corrections.reverse",
    "correct": "corrections.correct",
    "reserve": "pool.reserve",
    "release": "pool.release",
    "room": "pool.room",
    "findings": "findings.app",
    "accept": "accepting.accept",
    "authorise": "accepting.authorise",
    "moratorium": "moratorium.app",
    "table": "table.app",
    "review": "reviews.review",
    "reminders": "reviews.reminders",
    "import": "imports.app",
    "bank": "bank.app",
    "board": "board.app",
    "read": "officer.read",
    "export": "exports.app",
    "case": "cases.app",
    "receipt": "lawfulness.receipt",
    "test": "lawfulness.look_again",
    "covered": "lawfulness.covered",
    "rules": "lawfulness.rules",
    "sample": "sample.app",
    "privacy": "officer.app",  # which adds to those of the page privacy
    "retention": "retention.app",
    "verify": "verify.verify",
    "prove": "verify.prove",
    "verify-proof": "verify.verify_proof",
}
"""By the name of each command, or group of them: its page of this room, and its name there."""


def app(asked: str | None = None) -> typer.Typer:
    """Return the command line.

    Args:
        asked: The command that it is for; all of them, if there is no such command.
    """
    made = typer.Typer(
        help="Overbrug: a shared-budget ledger for a bridging fund (overbruggingskrediet).",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(overbrug)
    for name in [asked] if asked in TOLD_BY else TOLD_BY:
        page, _, attribute = TOLD_BY[name].partition(".")
        told = getattr(import_module(f"api.cli.{page}"), attribute)
        if isinstance(told, typer.Typer):
            made.add_typer(told, name=name)
        else:
            made.command(name)(told)
    return made


def _version(asked: bool) -> None:  # noqa: FBT001 - the command line calls it
    if asked:
        from importlib.metadata import version

        typer.echo(f"overbrug {version('overbrug')}")
        raise typer.Exit


def overbrug(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Overbrug: a shared-budget ledger for a bridging fund (overbruggingskrediet)."""
