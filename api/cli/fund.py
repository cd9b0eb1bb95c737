"""``overbrug fund`` and ``overbrug person``: open a fund, and say who may act in it."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import folders, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.funds import Known

app = typer.Typer(help="Open a fund in the ledger.", no_args_is_help=True, rich_markup_mode=None)
person = typer.Typer(help="Say who may act in a fund.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def create(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Signed agreement file(s): versions of one fund.", metavar="AGREEMENT…"
        ),
    ],
    *,
    who: As = ADMINISTRATOR,
) -> None:
    """Open a fund from its signed agreement; whoever opens it becomes its administrator."""
    from api import clock
    from ledger import funds, people, store
    from ledger.acts import Act

    contents = [(str(path), folders.read(path)) for path in files]
    with store.writing(ledgers.open_engine()) as session:
        act = Act(actor=people.ensure(session, who), at=clock.now())
        code = funds.create(session, contents, act=act)
        holder = funds.known(session, code).agreements[-1].agreement.account_holder
        people.grant(session, code, who, role="administrator", organisation=holder, act=act)
    typer.echo(json.dumps({"fund": code}))


@person.command()
def grant(
    fund: FundCode,
    handle: Annotated[str, typer.Argument(help="Names a role or a pseudonym, never a person.")],
    *,
    role: Annotated[str, typer.Option(help="professional, finance, auditor, board, …")],
    organisation: Annotated[str, typer.Option(help="Code of the party that employs them.")],
    mandate: Annotated[
        str | None, typer.Option(help="Code of the mandate of the agreement that they hold.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day [default: today].")] = None,
    until: Annotated[str | None, typer.Option(help="Day after the last.")] = None,
    who: As = ADMINISTRATOR,
) -> None:
    """Give somebody a role; a later grant of the same role takes its place."""
    from api.cli.days import day
    from ledger import funds, people

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        _refuse_mandate(funds.known(session, fund), mandate)
        found = people.grant(
            session,
            fund,
            handle,
            role=role,
            organisation=organisation,
            mandate=mandate,
            act=act,
            valid_from=day("--from", from_),
            valid_until=day("--until", until),
        )
    typer.echo(json.dumps({"handle": handle, "person": str(found), "role": role}))


def _refuse_mandate(known: Known, mandate: str | None) -> None:
    there = sorted({each.code for version in known.agreements for each in version.mandate})
    if mandate is not None and mandate not in there:
        what = f"{mandate!r} is no mandate of the agreement; there is {', '.join(there) or 'none'}"
        raise WrongInput([Mistake("--mandate", what)])
