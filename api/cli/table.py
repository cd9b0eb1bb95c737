"""``overbrug table``: put a stuck case on the escalation table, and decide on it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, BOARD, As, FundCode
from api.cli.moratorium import NewId  # noqa: TC001 - the command line reads it
from api.cli.options import AsJson, Language, Why  # noqa: TC001 - the command line reads them

app = typer.Typer(
    help="The escalation table (ventieltafel): a case that is stuck, decided with a mandate.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def ask(
    fund: FundCode,
    *,
    case: Annotated[str, typer.Option(help="Pseudonym of the case.")],
    organisation: Annotated[str, typer.Option(help="Code of the party that asks.")],
    why: Annotated[
        str, typer.Option(help="domains, expertise, complex, stuck, laws or direction.")
    ],
    reason: Annotated[str, typer.Option(help="Who must be there, and which decision is needed.")],
    amount: Annotated[str | None, typer.Option(help="The room that is asked, if any.")] = None,
    id_: NewId = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Put a case on the table."""
    from api.cli import decisions_report as report
    from ledger import ids
    from ledger.decisions import table, words

    request = table.Request(
        id=id_ or str(ids.new_id()),
        case=case,
        organisation=organisation,
        why=why,
        reason=reason,
        amount_cents=None if amount is None else ledgers.cents("--amount", amount),
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = table.ask(session, fund, request, act=act)
    left = words.left_out(reason)
    report.show_answer("table", answer, left_out=left, language=language, as_json=as_json)


@app.command()
def decide(
    fund: FundCode,
    escalation: Annotated[str, typer.Argument(metavar="ID", help="Of what was put there.")],
    *,
    granted: Annotated[bool, typer.Option("--grant/--decline", help="What is decided.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    amount: Annotated[
        str | None, typer.Option(help="The room that is granted [default: what was asked].")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Day on which that room expires.")
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Decide on a case; room that is granted is reserved, or all of it is refused (exit code 1)."""
    from api.cli import decisions_report as report
    from ledger.decisions import table, words

    decision = table.Decision(
        granted=granted,
        reason=reason,
        amount_cents=None if amount is None else ledgers.cents("--amount", amount),
        until=days.day("--until", until),
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = table.decide(session, fund, escalation, decision, act=act)
    left = words.left_out(reason)
    report.show_answer("table", answer, left_out=left, language=language, as_json=as_json)


@app.command(name="list")
def list_(
    fund: FundCode,
    *,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="How it stands on which day.")
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show what was put on the table, and how often it was decided within the promised term."""
    from api.cli import decisions_report as report
    from ledger import store
    from ledger.decisions import table

    given = days.day("--on", on)
    with store.reading(ledgers.open_engine()) as session:
        day = given or ledgers.today(session, fund)
        found = table.listed(session, fund, on=day)
    report.show_table(found, table.kept(found, on=day), language=language, as_json=as_json)


@app.command()
def show(
    fund: FundCode,
    escalation: Annotated[str, typer.Argument(metavar="ID", help="Of what was put there.")],
    *,
    why: Why,
    who: As = BOARD,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show a case on the table: why, and the answer. Reading it is on record before that."""
    from api.cli import written_report as report
    from ledger.decisions.written import Request

    found, number = report.read_request(fund, Request("table", escalation), why, who)
    report.show_request("table", found, number, language=language, as_json=as_json)
