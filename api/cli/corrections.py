"""``overbrug reverse`` and ``correct``: what is on record stays; what is right comes beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.on_record import Recorded

Spending = Annotated[str, typer.Argument(metavar="SPENDING", help="Its id.")]
Reason = Annotated[str, typer.Option(help="What was wrong.")]
NewId = Annotated[
    str | None,
    typer.Option("--id", help="The same id once more changes nothing [default: a new one]."),
]
Text = str | None


def reverse(
    fund: FundCode,
    spending: Spending,
    *,
    reason: Reason,
    id_: NewId = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Take a spending back as a whole: what was paid came back, today."""
    from ledger import correcting, ids

    new_id = id_ or str(ids.new_id())
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = correcting.reverse(session, fund, spending, new_id=new_id, reason=reason, act=act)
    _show([answer], language=language, as_json=as_json)


def correct(
    fund: FundCode,
    spending: Spending,
    *,
    reason: Reason,
    amount: Annotated[Text, typer.Option(help="The right amount, such as 12.50.")] = None,
    spent_on: Annotated[Text, typer.Option(metavar="DATE", help="The right day.")] = None,
    category: Annotated[Text, typer.Option(help="The right category.")] = None,
    organisation: Annotated[Text, typer.Option(help="Code of the right organisation.")] = None,
    home: Annotated[Text, typer.Option(help="Code of where the resident lives.")] = None,
    case: Annotated[Text, typer.Option(help="Pseudonym of the right case.")] = None,
    domain: Annotated[Text, typer.Option(help="The right life domain.")] = None,
    payee: Annotated[Text, typer.Option(help="Who was paid.")] = None,
    advanced_by: Annotated[Text, typer.Option(help="Who paid.")] = None,
    effect: Annotated[Text, typer.Option(help="What it was to bring about.")] = None,
    considered: Annotated[Text, typer.Option(help="What came of what comes first.")] = None,
    id_: NewId = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Reverse a spending and record it as it should have been; the rest of it stays."""
    from ledger import correcting, ids

    given = {
        "amount_cents": None if amount is None else ledgers.cents("--amount", amount),
        "spent_on": days.day("--spent-on", spent_on),
        "category": category,
        "organisation": organisation,
        "home": home,
        "case": case,
        "domain": domain,
        "payee": payee,
        "advanced_by": advanced_by,
        "effect": effect,
        "considered": considered,
    }
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not changed:
        raise WrongInput([Mistake("SPENDING", "say what is right, such as --amount 12.50")])
    new_id = id_ or str(ids.new_id())
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answers = correcting.correct(
            session,
            fund,
            spending,
            changed=changed,
            new_ids=(f"{new_id}:back", new_id),
            reason=reason,
            act=act,
        )
    _show(answers, language=language, as_json=as_json)


def _show(answers: list[Recorded], *, language: str, as_json: bool) -> None:
    from api.cli import ledger_report

    ledger_report.show_correction(answers, language=language, as_json=as_json)
