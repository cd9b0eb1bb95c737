"""``overbrug bank``: say what lines of the pool's account are, and set it beside the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.bank_account.by_hand import Target
    from ledger.bank_account.rows import Place

app = typer.Typer(
    help="Match, explain and reconcile the pool's bank account.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Line = Annotated[str, typer.Argument(metavar="LINE", help="As reconcile shows it, such as 17/3.")]
Ids = list[str] | None


@app.command()
def match(
    fund: FundCode,
    line: Line,
    *,
    spending: Annotated[
        Ids, typer.Option(metavar="ID", help="A spending, refund or reversal; one or more.")
    ] = None,
    contribution: Annotated[
        Ids, typer.Option(metavar="ID", help="A contribution on record; one or more.")
    ] = None,
    payment: Annotated[
        Ids, typer.Option(metavar="REFERENCE", help="A payment of a settlement; one or more.")
    ] = None,
    receive: Annotated[
        str | None, typer.Option(metavar="PARTY", help="Take it as a new contribution of a party.")
    ] = None,
    nothing: Annotated[
        bool, typer.Option("--nothing", help="It is none of what is on record.")
    ] = False,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say what a line is; several acts must add up to it."""
    from api.cli import bank_report as report
    from ledger.bank_account import by_hand

    targets = _targets(
        spending=spending,
        contribution=contribution,
        payment=payment,
        receive=None if receive is None else [receive],
    )
    if bool(targets) is nothing:
        raise WrongInput(
            [
                Mistake(
                    "LINE",
                    "say what it is: --spending, --contribution, --payment, --receive or --nothing",
                )
            ]
        )
    place = _place(line)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        by_hand.match_by_hand(session, fund, place, targets, act=act)
    report.show_matched(line, targets, language=language, as_json=as_json)


@app.command()
def explain(
    fund: FundCode,
    line: Annotated[
        str,
        typer.Argument(
            metavar="LINE", help="Such as 17/3; or an account, of what it held at first."
        ),
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why the journal does not have it.")],
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say why a difference is one; it stays visible, and holds up no settlement any more."""
    from api.cli import bank_report as report
    from ledger.bank.values import squeezed
    from ledger.bank_account import by_hand, rows

    of: Place | str = rows.place(line) or squeezed(line)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        by_hand.explain(session, fund, of, reason, act=act)
    report.show_explained(line, language=language, as_json=as_json)


@app.command()
def reconcile(
    fund: FundCode,
    *,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="At the end of which day [default: today].")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show each explained difference too.")
    ] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Set the account beside the journal; exit code 1 where something is unexplained or missing."""
    from api.cli import bank_report as report
    from ledger import store
    from ledger.bank_account import reconciling

    given = days.day("--on", on)
    with store.reading(ledgers.open_engine()) as session:
        day = given or ledgers.today(session, fund)
        found = reconciling.reconciled(session, fund, day)
    if as_json:
        report.show_json(found)
    else:
        report.show(found, every=every, language=language)
    if not found.found.reconciles:
        raise typer.Exit(1)


def _targets(**named: list[str] | None) -> list[Target]:
    from ledger.bank_account.by_hand import Target

    return [
        Target(kind, name)  # type: ignore[arg-type]
        for kind, names in named.items()
        for name in names or ()
    ]


def _place(line: str) -> Place:
    from ledger.bank_account import rows
    from ledger.errors import shortened

    found = rows.place(line)
    if found is None:
        raise WrongInput([Mistake("LINE", f"{shortened(line)!r} is not a line; write it as 17/3")])
    return found
