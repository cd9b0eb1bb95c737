"""``overbrug board``: what a steering board reads, without anybody in it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import FundCode  # noqa: TC001 - the command line reads it
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them

app = typer.Typer(
    help="Read what a fund bought, in tables of a fixed list.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def board() -> None:
    """Read what a fund bought, in tables of a fixed list."""


@app.command()
def tables(
    fund: FundCode,
    *,
    quarter: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="A day of the settlement [default: the last booked]."),
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show the tables of a booked settlement; rows on fewer than five cases are merged."""
    from api.cli import board_report
    from api.cli.settle_files import at_work
    from ledger import funds, store
    from reports.board import reading
    from reports.board import tables as board_tables

    day = days.day("--quarter", quarter)
    with at_work(fund), store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
        standing = reading.booked(session, fund, known.id, day)
        found = board_tables.of(reading.quarter(session, fund, standing))
    board_report.show(found, language=language, as_json=as_json)
