"""``overbrug import``: files into the ledger, all of one or nothing; again changes nothing."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import folders, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Conflict, Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlmodel import Session

    from ledger.contributions import Receipt
    from ledger.facts import Spendings
    from ledger.orders import Order

app = typer.Typer(help="Take files into the ledger.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def spendings(
    fund: FundCode,
    file: Annotated[Path, typer.Argument(help="Spendings as CSV.", metavar="FILE")],
    *,
    savings: Annotated[
        Path | None, typer.Option(help="Expected savings of these spendings, as CSV.")
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Record the spendings of a file as they were recorded elsewhere, all of them or none.

    Days of recording and booking stay as the file has them. What a file without booking
    days spent counts on the day it was spent, unless that lies before what was proposed.
    """
    from api.cli import imports_savings, ledger_report
    from api.cli.settle_files import at_work
    from ledger import facts_files, filed_orders, funds
    from ledger import spendings as ledger_spendings

    content = folders.read(file)
    engine = ledgers.open_engine()
    with at_work(str(file)), ledgers.acting(engine, who) as (session, act):
        parties = funds.known(session, fund).parties
        in_order = tuple(sorted(parties))
        rows = facts_files.spendings(str(file), content, parties=in_order)
        saved = imports_savings.read(savings, of=rows, parties=in_order) if savings else []
        asked = filed_orders.of(rows)
        with _named_by_line(lambda id_: rows.where(rows.rows_of([id_])[id_])):
            _refuse_mistakes(asked, rows, parties)
            answers = ledger_spendings.record(
                session,
                fund,
                [asked[position] for position in filed_orders.in_turn(asked)],
                act=act,
                backdated=True,
            )
    imports_savings.record(engine, fund, saved, who=who)
    ledger_report.show_imported(
        "spendings",
        [answer.status for answer in answers],
        rows.ignored,
        savings=None if savings is None else len(saved),
        language=language,
        as_json=as_json,
    )


@app.command()
def contributions(
    fund: FundCode,
    file: Annotated[
        Path | None,
        typer.Argument(help="Contributions as CSV: party,received_on,amount[,id].", metavar="FILE"),
    ] = None,
    *,
    due: Annotated[
        bool,
        typer.Option(
            "--due",
            help="Instead of a file: take what the agreement asked for until today as received. "
            "For simulations only; nobody looked whether it came in.",
        ),
    ] = False,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Take contributions into the pool, all of a file or none."""
    from api.cli import ledger_report
    from ledger import contributions as ledger_contributions

    if (file is None) is not due:
        raise WrongInput([Mistake("FILE", "name one, or ask for --due")])
    content = None if file is None else folders.read(file)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        asked, places, ignored = _receipts(session, fund, str(file), content)
        with _named_by_line(lambda id_: places.get(id_, "--due")):
            answers = ledger_contributions.receive(session, fund, asked, act=act)
    statuses = [answer.status for answer in answers]
    ledger_report.show_imported(
        "contributions", statuses, ignored, language=language, as_json=as_json
    )


@app.command()
def bank(
    fund: FundCode,
    files: Annotated[
        list[Path],
        typer.Argument(help="Statements of the pool's account: camt.053.", metavar="FILE…"),
    ],
    *,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Take statements of the pool's account in, all files or none, and match their lines."""
    from api import keyfile
    from api.cli import bank_report
    from api.cli.settle_files import at_work
    from ledger import funds
    from ledger.bank_account import statements

    contents = [(str(path), folders.read(path)) for path in files]
    engine = ledgers.open_engine()
    with at_work(fund), ledgers.acting(engine, who) as (session, act):
        funds.known(session, fund)  # before a key is made for it
        key = keyfile.of_fund(fund)
        imported = [
            statements.import_statement(session, fund, name, content, key=key, act=act)
            for name, content in contents
        ]
    bank_report.show_imported(imported, language=language, as_json=as_json)


def _receipts(
    session: Session, fund: str, name: str, content: bytes | None
) -> tuple[Sequence[Receipt], dict[str, str], Sequence[str]]:
    """Return receipts of a file or as they were due, where each stands, and columns not read."""
    from ledger import contributions as ledger_contributions
    from ledger import funds, receipts

    known = funds.known(session, fund)
    if content is None:
        today = ledgers.today(session, fund)
        return ledger_contributions.due(known, until=today + timedelta(days=1)), {}, ()
    read = receipts.read(name, content, parties=sorted(known.parties))
    return read.receipts, read.places, read.ignored


def _refuse_mistakes(asked: Sequence[Order], rows: Spendings, parties: frozenset[str]) -> None:
    """Refuse what a file may hold and the ledger may not, by its line."""
    from ledger import orders

    found = [
        mistake
        for row, order in enumerate(asked)
        if any(orders.mistakes(order, parties, where=""))
        for mistake in orders.mistakes(order, parties, where=rows.where(row))
    ]
    if found:
        raise WrongInput(found)


@contextmanager
def _named_by_line(place: Callable[[str], str]) -> Iterator[None]:
    """Say on which line of the file stands what does not fit the record."""
    try:
        yield
    except Conflict as refusal:
        raise WrongInput([Mistake(place(str(refusal.facts["id"])), str(refusal))]) from None
