"""``overbrug findings``: lists of findings to decide on, that were accepted, or to review."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import BOARD, As, FundCode
from api.cli.options import AsJson, Language, Why  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

app = typer.Typer(
    help="List what spendings were found to fail, and what was decided about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(name="list")
def list_(
    fund: FundCode,
    *,
    open_: Annotated[
        bool, typer.Option("--open", help="Those that nobody decided on; this is the default.")
    ] = False,
    accepted: Annotated[bool, typer.Option("--accepted", help="Those that were accepted.")] = False,
    to_review: Annotated[
        bool, typer.Option("--to-review", help="Those that wait for a reviewer, oldest first.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="All, those that ended too.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the list that overbrug accept takes, to fill in.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="What was found by which day, and how old it was then."),
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """List findings, the oldest first."""
    from api.cli import findings_report as report
    from ledger import store
    from ledger.decisions import listing

    asked = {"open": open_, "accepted": accepted, "to-review": to_review, "all": every}
    chosen = [name for name, is_asked in asked.items() if is_asked] or ["open"]
    if len(chosen) > 1:
        raise WrongInput([Mistake(f"--{chosen[1]}", f"is another list than --{chosen[0]}")])
    if as_csv and as_json:
        raise WrongInput([Mistake("--csv", "is another form than --json; keep one")])
    (which,) = chosen
    day = days.day("--on", on)
    with store.reading(ledgers.open_engine()) as session:
        today = day or ledgers.today(session, fund)
        found = listing.listed(session, fund, which, on=today, until=day)
    if as_csv:
        report.show_csv(found, language=language)
    elif as_json:
        report.show_json(found, language=language)
    else:
        report.show(which, found, language=language)


@app.command()
def show(
    fund: FundCode,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Such as 17/2.")],
    *,
    why: Why,
    who: As = BOARD,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show a finding, what was decided and why; that it is read is on record before it is shown."""
    from api.cli import written_report as report
    from ledger import store
    from ledger.decisions import consulting, written

    place = ledgers.place(finding)
    engine = ledgers.open_engine()
    with ledgers.acting(engine, who) as (session, act):
        number = consulting.of_finding(session, fund, place, why, act=act)
    with store.reading(engine) as session:
        found = written.of_finding(session, fund, place, on=ledgers.today(session, fund))
    report.show_finding(found, number, language=language, as_json=as_json)
