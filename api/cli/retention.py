"""``overbrug retention``: destroy what was kept long enough, once two approved it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli import files, ledgers
from api.cli.ledgers import As, FundCode  # noqa: TC001 - the command line reads them
from api.cli.options import AsJson, Language  # noqa: TC001 - the same
from api.cli.privacy import OFFICER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.erasing.retention import Destroyed, Due
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"

app = typer.Typer(
    help="Destroy what was kept long enough, once two people approved it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Month = Annotated[str, typer.Argument(metavar="MONTH", help="In which its term ended: 2028-03.")]


@app.command()
def approve(
    fund: FundCode,
    month: Month,
    *,
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Approve a destruction: two people must, one of them the fund's privacy officer."""
    from api.cli import screen
    from ledger import texts
    from ledger.erasing import retention

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        number = retention.approve(session, fund, month, act=act)
    if as_json:
        typer.echo(json.dumps({"number": number, "month": month}))
        return
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say("retention.approved", month=month, number=number))


@app.command()
def run(
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="In which its term ended: 2028-03.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is due and who approved; change nothing.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="File for the report of destruction, Markdown.")
    ] = None,
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Destroy what was kept until a month that is over, here and in every backup."""
    from ledger.errors import Mistake, WrongInput

    if out is not None:
        files.check_replaceable(out)
    if dry_run:
        _show_due(month, language=language, as_json=as_json)
        return
    if month is None:
        raise WrongInput([Mistake("MONTH", "name the month, or ask for --dry-run to see them")])
    _destroy(month, who, out, language=language, as_json=as_json)


def _show_due(month: str | None, *, language: str, as_json: bool) -> None:
    from api import clock
    from api.cli import screen
    from ledger import store, texts
    from ledger.acts import day_in
    from ledger.erasing import retention

    if month is not None:
        retention.refuse_no_month(month)
    with store.reading(ledgers.open_engine()) as session:
        found = retention.due(session, today=day_in("Europe/Amsterdam", clock.now()))
    found = [each for each in found if month in {None, each.month}]
    if as_json:
        typer.echo(json.dumps([_told(each) for each in found]))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say("retention.nothing"))
    for each in found:
        for line in _lines(each, say):
            console.print(line)


def _destroy(month: str, who: str, out: Path | None, *, language: str, as_json: bool) -> None:
    from api import clock
    from api.cli import screen
    from ledger import texts
    from ledger.erasing import retention
    from ledger.sealing import ring

    engine = ledgers.open_engine()
    with ledgers.acting(engine, who) as (session, act):
        done = retention.run(session, month, act=act)
    retention.destroy(ring.of(engine.dialect), done, at=clock.now())
    say = texts.catalogue(_LOCALE, language)
    report = "\n".join(_report(done, who, say)) + "\n"
    if out is not None:
        with files.replaced(out) as file:
            file.write(report.encode())
    if as_json:
        typer.echo(json.dumps(_told(done.due) | {"events": dict(done.events)}))
    else:
        screen.console().print(report, markup=False, end="")


def _report(done: Destroyed, who: str, say: Catalogue) -> Iterator[str]:
    """Yield the report of destruction: what went, of whom, and on whose word."""
    from api import clock
    from ledger import texts
    from ledger.acts import day_in

    yield f"# {say('retention.report', month=done.due.month)}"
    day = day_in("Europe/Amsterdam", clock.now())
    yield ""
    yield say("retention.done", day=texts.day(say.language, day), who=who)
    yield from _lines(done.due, say)
    for fund, number in done.events.items():
        yield ""
        yield say("retention.event", fund=fund, number=number)
    yield ""
    yield say("retention.backups")


def _lines(found: Due, say: Catalogue) -> Iterator[str]:
    from ledger import texts

    for fund, values in found.values.items():
        handles, enough = found.approved[fund]
        yield ""
        yield f"## {say('retention.due', fund=fund, month=found.month)}"
        yield ""
        yield f"| {say('retention.what')} | {say('retention.count')} |"
        yield "|---|---:|"
        for name, count in sorted(values.items()):
            yield f"| {name} | {texts.number(say.language, count)} |"
        yield ""
        approvers = ", ".join(handles) or say("retention.nobody")
        word = "retention.enough" if enough else "retention.not_enough"
        yield say(word, approvers=approvers)


def _told(found: Due) -> dict[str, Any]:
    return {
        "month": found.month,
        "values": {fund: dict(values) for fund, values in found.values.items()},
        "approved": {fund: [*handles] for fund, (handles, _) in found.approved.items()},
        "is_approved": found.is_approved,
    }
