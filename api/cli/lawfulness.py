"""``overbrug test``, ``receipt`` and ``rules``: what spendings fail, and what they are held to."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them


def look_again(
    fund: FundCode,
    *,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Test what is on record again, as of today: terms that passed, purchases that add up."""
    from api.cli import lawfulness_report
    from ledger.lawfulness import again

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        tested = again.test(session, fund, act=act)
    lawfulness_report.show_test(tested, language=language, as_json=as_json)


def receipt(
    fund: FundCode,
    spending: Annotated[str, typer.Argument(metavar="SPENDING", help="Its id.")],
    reference: Annotated[
        str, typer.Argument(metavar="REFERENCE", help="Where the receipt is kept.")
    ],
    *,
    amount: Annotated[str | None, typer.Option(help="What it says, such as 12.50.")] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Record that the receipt of a spending came in; again changes nothing."""
    from api.cli import lawfulness_report
    from ledger.lawfulness import receipts

    cents = None if amount is None else ledgers.cents("--amount", amount)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = receipts.receive(session, fund, spending, reference, act=act, amount_cents=cents)
    lawfulness_report.show_receipt(answer, spending, language=language, as_json=as_json)


def covered(
    fund: FundCode,
    spending: Annotated[str, typer.Argument(metavar="SPENDING", help="Its id.")],
    *,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say what stands behind a spending: mandate, tier, and the ground of each departure."""
    from api.cli import cover_report
    from ledger import store
    from ledger.decisions import cover

    with store.reading(ledgers.open_engine()) as session:
        found = cover.of(session, fund, spending)
    cover_report.show(found, language=language, as_json=as_json)


def rules(*, language: Language = "nl") -> None:
    """Show every rule of the lawfulness test with its examples, as Markdown for the manual."""
    from reports import manual

    typer.echo(manual.of_rules(language=language), nl=False)
