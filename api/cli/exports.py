"""``overbrug export``: what other programs read."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import Annotated, Literal

import typer

from api.cli import folders, ledgers
from api.cli.ledgers import FundCode  # noqa: TC001 - the command line reads it
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them

app = typer.Typer(
    help="Write files for other programs.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def export() -> None:
    """Write files for other programs."""


@app.command()
def journal(
    fund: FundCode,
    *,
    out: Annotated[Path, typer.Option(help="File to write: new, or written by this before.")],
    format_: Annotated[
        Literal["beancount", "csv"],
        typer.Option("--format", help="For beancount, which checks it, or a row per transfer."),
    ] = "beancount",
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Write every transfer of the journal, in the order in which it was written."""
    from api.cli import ledger_report
    from api.cli.settle_files import at_work
    from ledger import funds, store
    from reports.exports import beancount
    from reports.exports import journal as table

    with at_work(str(out)), store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
        if format_ == "csv":
            folders.write_file(out, table.pieces(session, known.id), mark=table.MARK)
        else:
            folders.write_file(out, beancount.pieces(session, known), mark=beancount.MARK)
    ledger_report.show_written(out, language=language, as_json=as_json)
