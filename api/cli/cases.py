"""``overbrug case``: pseudonyms for cases, with a character that checks the others."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Language  # noqa: TC001 - the command line reads it

app = typer.Typer(
    help="Make and check pseudonyms of cases.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def new(
    count: Annotated[int, typer.Option("--count", min=1, max=100_000, help="How many.")] = 1,
) -> None:
    """Print a new pseudonym; write down elsewhere whose it is."""
    from ledger import cases

    typer.echo("".join(f"{cases.new_reference()}\n" for _ in range(count)), nl=False)


@app.command()
def check(
    reference: Annotated[str, typer.Argument(help="Such as 7KQ2-M9XA.", metavar="REFERENCE")],
    *,
    language: Language = "nl",
) -> None:
    """Say whether a pseudonym can be right (exit code 1 if it has a mistake)."""
    from api.cli import ledger_report
    from ledger import cases

    sound = cases.is_sound(reference)
    ledger_report.show_case(reference, sound=sound, language=language)
    raise typer.Exit(0 if sound else 1)
