"""``overbrug settlement``: the engine on the ledger, with the states of a settlement."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import days, folders, ledgers, settle_files
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import (  # noqa: TC001 - the command line reads them
    Apart,
    AsJson,
    Language,
    Year,
)

if TYPE_CHECKING:
    from settlement.drafts import Choices
    from settlement.states import Standing

app = typer.Typer(
    help="Settle a fund's periods: propose, agree, book, pay.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
From = Annotated[str, typer.Option("--from", help="First day of the period, such as 2026-01-01.")]
Until = Annotated[str, typer.Option(help="Day after the period, such as 2026-04-01.")]
Party = Annotated[str, typer.Option(help="Code of the organisation that speaks.")]
Final = Annotated[bool, typer.Option("--final", help="The fund's final settlement.")]
Dated = Annotated[str | None, typer.Option("--date", help="Date on the papers.")]


@app.command()
def preview(
    fund: FundCode,
    *,
    from_: From,
    until: Until,
    final: Final = False,
    dated: Dated = None,
    set_apart: Apart = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Work a settlement out and show it; nothing is written."""
    from api.cli import settlement_report as report
    from ledger import store
    from reports.exports import settlement_files
    from settlement import proposals

    choices = _choices(from_, until, final, dated, set_apart)
    with settle_files.at_work(fund), store.reading(ledgers.open_engine()) as session:
        draft = proposals.prepare(session, fund, choices)
    if as_json:
        typer.echo(settlement_files.record(draft.settled).decode(), nl=False)
    else:
        report.show_settled(draft.settled, language=language)


@app.command()
def propose(
    fund: FundCode,
    *,
    from_: From,
    until: Until,
    final: Final = False,
    dated: Dated = None,
    set_apart: Apart = None,
    unreconciled: Annotated[
        str | None, typer.Option(help="Why it is proposed though the bank does not agree.")
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Propose a settlement: the period is closed, and every organisation is asked to agree."""
    from api.cli import settlement_report as report
    from ledger import store
    from reports.exports import settlement_files
    from settlement import proposals

    choices = _choices(from_, until, final, dated, set_apart)
    engine = ledgers.open_engine()
    with settle_files.at_work(fund):
        with store.reading(engine) as session:
            draft = proposals.prepare(session, fund, choices)
        with ledgers.acting(engine, who) as (session, act):
            proposed = proposals.propose(
                session,
                draft,
                act=act,
                record=settlement_files.record,
                unreconciled=unreconciled,
            )
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "proposal": proposed.sequence,
                    "number": proposed.number,
                    "root": proposed.root.hex(),
                }
            )
        )
        return
    report.show_settled(draft.settled, language=language)
    report.show_proposed(proposed, language=language)


@app.command()
def agree(
    fund: FundCode,
    *,
    party: Party,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Agree with the proposal, on behalf of an organisation."""
    from settlement import agreeing

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        standing = agreeing.agree(session, fund, party, act=act)
        _show(session, fund, standing, language=language, as_json=as_json)


@app.command(name="object")
def object_(
    fund: FundCode,
    *,
    party: Party,
    lines: Annotated[
        list[str], typer.Option("--line", metavar="SPENDING", help="Line objected to; one or more.")
    ],
    reason: Annotated[str, typer.Option(help="Why.")],
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Object to lines of the proposal, on behalf of an organisation."""
    from settlement import agreeing

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        standing = agreeing.object_to(session, fund, party, lines, reason, act=act)
        _show(session, fund, standing, language=language, as_json=as_json)


@app.command(name="draft")
def take_back(
    fund: FundCode, *, who: As = ADMINISTRATOR, language: Language = "nl", as_json: AsJson = False
) -> None:
    """Take the proposal back to draft, as the account holder: it is proposed anew later."""
    from settlement import agreeing, states

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        standing = agreeing.take_back(session, fund, act=act)
        standing = states.again(session, standing)
        _show(session, fund, standing, language=language, as_json=as_json)


@app.command()
def book(
    fund: FundCode, *, who: As = ADMINISTRATOR, language: Language = "nl", as_json: AsJson = False
) -> None:
    """Book the proposal that is agreed: it enters the journal, and never moves again."""
    from settlement import booking, states

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        standing = states.again(session, booking.book(session, fund, act=act))
        _show(session, fund, standing, language=language, as_json=as_json)


@app.command()
def pay(
    fund: FundCode, *, who: As = ADMINISTRATOR, language: Language = "nl", as_json: AsJson = False
) -> None:
    """Record that the transfers of the booked settlement were paid."""
    from settlement import booking, states

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        standing = states.again(session, booking.pay(session, fund, act=act))
        _show(session, fund, standing, language=language, as_json=as_json)


@app.command()
def status(fund: FundCode, *, language: Language = "nl", as_json: AsJson = False) -> None:
    """Show every settlement of the fund, how far it is, and whose answer is waited for."""
    from api.cli import settlement_report as report
    from ledger import funds, store
    from settlement import states

    with store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
        told = [report.told(session, fund, each) for each in states.all_of(session, known.id)]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        report.show_status(told, language=language)


@app.command()
def export(
    fund: FundCode,
    *,
    from_: Annotated[
        str | None, typer.Option("--from", help="First day of the settlement [default: the last].")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write: new, empty, or written before.")],
    compare: Annotated[
        bool, typer.Option("--compare", help="Show what the other keys would have cost.")
    ] = False,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write no statements.")] = False,
    language: Language = "nl",
) -> None:
    """Write the files and statements of a settlement, as ``overbrug settle`` does."""
    from api.cli import settlement_report as report
    from ledger import store
    from settlement import exporting, whatif

    folders.check_writable(out, written=settle_files.WRITTEN)
    with settle_files.at_work(str(out)):
        with store.reading(ledgers.open_engine()) as session:
            settled, working = exporting.again(session, fund, days.day("--from", from_))
        comparison = whatif.compare(working) if compare else None
        settle_files.refuse_other(out, settled)
        with folders.replaced(out) as folder:
            settle_files.write(
                folder, settled, comparison=comparison, papers_in=None if no_pdf else language
            )
    report.show_settled(settled, language=language, out=out)


def _choices(
    start: str,
    until: str,
    final: bool,  # noqa: FBT001 - an option of the command
    dated: str | None,
    set_apart: list[str] | None,
) -> Choices:
    from settlement.drafts import Choices

    found = days.period(start, until)
    assert found is not None, "both options are required"
    return Choices(
        period=found,
        final=final,
        dated=days.day("--date", dated),
        set_apart=frozenset(set_apart or ()),
    )


def _show(session: object, fund: str, standing: Standing, *, language: str, as_json: bool) -> None:
    from api.cli import settlement_report as report

    told = report.told(session, fund, standing)  # type: ignore[arg-type]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        report.show_status([told], language=language)


@app.command()
def year(
    fund: FundCode,
    year: Year,
    *,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show what a year costs each organisation, booked or not: the accrual for its accounts."""
    from api.cli import year_report as report
    from ledger import store
    from settlement import years

    with settle_files.at_work(fund), store.reading(ledgers.open_engine()) as session:
        found = years.of_year(session, fund, year, on=ledgers.today(session, fund))
    if as_json:
        typer.echo(json.dumps(report.told(found), ensure_ascii=False, indent=1))
    else:
        report.show(found, language=language)
