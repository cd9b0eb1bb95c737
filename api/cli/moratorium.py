"""``overbrug moratorium``: ask to pause a rule for a case, decide on it, and see how they stand."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, BOARD, As, FundCode
from api.cli.options import AsJson, Language, Why  # noqa: TC001 - the command line reads them

app = typer.Typer(
    help="Pause a rule for a case, for a while (bureaucratisch moratorium).",
    no_args_is_help=True,
    rich_markup_mode=None,
)
NewId = Annotated[
    str | None,
    typer.Option("--id", help="The same id once more changes nothing [default: a new one]."),
]


@app.command()
def ask(
    fund: FundCode,
    *,
    case: Annotated[str, typer.Option(help="Pseudonym of the case.")],
    organisation: Annotated[str, typer.Option(help="Code of the party that asks.")],
    until: Annotated[str, typer.Option(metavar="DATE", help="Day on which it lapses.")],
    rule: Annotated[str, typer.Option(help="Which rule is in the way.")],
    reason: Annotated[str, typer.Option(help="What will be solved in that time.")],
    rule_code: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE",
            help="A rule of the lawfulness test that it pauses, once for each "
            "[default: departs-from-rule and prior-provision].",
        ),
    ] = None,
    id_: NewId = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Ask for a moratorium."""
    from api.cli import decisions_report as report
    from ledger import ids
    from ledger.decisions import moratoria, words

    request = moratoria.Request(
        id=id_ or str(ids.new_id()),
        case=case,
        organisation=organisation,
        until=days.day_of("--until", until),
        rule=rule,
        reason=reason,
        rules=tuple(rule_code or ()),
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = moratoria.ask(session, fund, request, act=act)
    left = words.left_out(rule, reason)
    report.show_answer("moratorium", answer, left_out=left, language=language, as_json=as_json)


@app.command()
def decide(
    fund: FundCode,
    moratorium: Annotated[str, typer.Argument(metavar="ID", help="Of the moratorium.")],
    *,
    granted: Annotated[bool, typer.Option("--grant/--decline", help="What is decided.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day [default: the day it was asked]."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Day on which it lapses [default: as asked]."),
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Grant or decline a moratorium: the board, or a colleague with a mandate."""
    from api.cli import decisions_report as report
    from ledger.decisions import moratoria, words

    decision = moratoria.Decision(
        granted=granted,
        reason=reason,
        since=days.day("--from", since),
        until=days.day("--until", until),
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = moratoria.decide(session, fund, moratorium, decision, act=act)
    left = words.left_out(reason)
    report.show_answer("moratorium", answer, left_out=left, language=language, as_json=as_json)


@app.command(name="list")
def list_(
    fund: FundCode,
    *,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="How they stand on which day.")
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show every moratorium: asked, granted, declined or lapsed, and decided in time or not."""
    from api.cli import decisions_report as report
    from ledger import store
    from ledger.decisions import moratoria

    given = days.day("--on", on)
    with store.reading(ledgers.open_engine()) as session:
        day = given or ledgers.today(session, fund)
        found = moratoria.listed(session, fund, on=day)
    report.show_moratoria(found, language=language, as_json=as_json)


@app.command()
def show(
    fund: FundCode,
    moratorium: Annotated[str, typer.Argument(metavar="ID", help="Of the moratorium.")],
    *,
    why: Why,
    who: As = BOARD,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show a moratorium: which rule, why, and the answer. Reading it is on record before that."""
    from api.cli import written_report as report
    from ledger.decisions.written import Request

    found, number = report.read_request(fund, Request("moratorium", moratorium), why, who)
    report.show_request("moratorium", found, number, language=language, as_json=as_json)
