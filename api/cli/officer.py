"""``overbrug read`` and ``privacy``: reading on record, and what a privacy officer does."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import As, FundCode  # noqa: TC001 - the command line reads them
from api.cli.options import AsJson, Language, Why  # noqa: TC001 - the command line reads them
from api.cli.privacy import OFFICER, app

Case = Annotated[str, typer.Option(metavar="REF", help="Pseudonym of the case.")]


def read(
    fund: FundCode,
    spending: Annotated[str, typer.Argument(metavar="SPENDING", help="Its id.")],
    *,
    why: Why,
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Read what was written about a spending; that it is read is on record before it is shown."""
    from api.cli import privacy_report as report
    from ledger import store
    from ledger.privacy import reading

    engine = ledgers.open_engine()
    with ledgers.acting(engine, who) as (session, act):
        number = reading.read(session, fund, spending, why, act=act)
    with store.reading(engine) as session:
        found = reading.content(session, fund, spending)
    report.show_content(found, number, language=language, as_json=as_json)


@app.command()
def log(
    fund: FundCode,
    *,
    spending: Annotated[str | None, typer.Option(metavar="ID", help="Only of this one.")] = None,
    case: Annotated[str | None, typer.Option(metavar="REF", help="Only of this case.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="The first day.")] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show who read what, when and for what."""
    from api.cli import privacy_report as report
    from ledger import funds, store
    from ledger.privacy import log as access

    day = days.day("--since", since)
    with store.reading(ledgers.open_engine()) as session:
        timezone = funds.known(session, fund).timezone
        found = access.of_fund(session, fund, spending=spending, case=case, since=day)
    report.show_log(found, timezone, language=language, as_json=as_json)


@app.command()
def register(fund: FundCode, *, language: Language = "nl") -> None:
    """Write the register of processing (AVG article 30), as Markdown."""
    from ledger import funds, store
    from migrations import running
    from reports import register as paper

    with store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
    typer.echo(paper.of(known, running.ERASABLE, language=language), nl=False)


@app.command()
def export(fund: FundCode, *, case: Case, who: As = OFFICER) -> None:
    """Write everything that is on record about a case, as JSON; that is on record too."""
    import json

    from ledger import store
    from ledger.privacy import on_case, reading

    engine = ledgers.open_engine()
    with ledgers.acting(engine, who) as (session, act):
        reading.read_case(session, fund, case, act=act)
    with store.reading(engine) as session:
        found = on_case.of(session, fund, case)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


@app.command()
def restrict(
    fund: FundCode,
    *,
    case: Case,
    ground: Annotated[
        str, typer.Option(help="accuracy, unlawful, claim or objection (AVG article 18).")
    ],
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Restrict the use of a case: only a privacy officer reads of it. Recording goes on."""
    from api.cli import privacy_report as report
    from ledger.privacy import restricting

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = restricting.restrict(session, fund, case, ground, act=act)
    report.show_answer(answer, case, language=language, as_json=as_json)


@app.command()
def lift(
    fund: FundCode,
    *,
    case: Case,
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Lift the restriction of a case."""
    from api.cli import privacy_report as report
    from ledger.privacy import restricting

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = restricting.lift(session, fund, case, act=act)
    report.show_answer(answer, case, language=language, as_json=as_json)
