"""``overbrug review`` and ``reminders``: four eyes on a finding, and receipts to ask for."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput


def review(
    fund: FundCode,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Such as 17/2.")],
    *,
    verdict: Annotated[
        str | None,
        typer.Option(help="agreed, disagreed, more-information or corrected."),
    ] = None,
    comment: Annotated[
        str | None,
        typer.Option(help="Needed without a verdict, and with each but agreed."),
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say what a reviewer finds of a finding; nobody reviews what they had a hand in."""
    from api.cli import decisions_report as report
    from ledger.decisions import reviewing, words

    place = ledgers.place(finding)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = reviewing.review(session, fund, place, verdict=verdict, comment=comment, act=act)
    report.show_reviewed(
        answer,
        (finding, verdict),
        left_out=words.left_out(comment),
        language=language,
        as_json=as_json,
    )


def reminders(
    fund: FundCode,
    *,
    sent: Annotated[
        bool, typer.Option("--sent", help="Record that they were sent, today.")
    ] = False,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="What is due on which day [default: today].")
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """List whom to remind of a receipt: the day after the term, and after twice the term."""
    from api.cli import decisions_report as report
    from ledger import store
    from ledger.decisions import reminding

    given = days.day("--on", on)
    if sent and given is not None:
        raise WrongInput([Mistake("--on", "goes without --sent: reminders are sent today")])
    engine = ledgers.open_engine()
    if sent:
        with ledgers.acting(engine, who) as (session, act):
            answer = reminding.sent(session, fund, act=act)
        found = answer.reminders
    else:
        with store.reading(engine) as session:
            found = reminding.due(session, fund, on=given or ledgers.today(session, fund))
    report.show_reminders(found, sent=sent, language=language, as_json=as_json)
