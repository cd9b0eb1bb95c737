"""``overbrug reserve``, ``release`` and ``room``: what is held, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import days, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.pool import Hold
    from ledger.rooms import Room


def reserve(
    fund: FundCode,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 500.00.")],
    *,
    case: Annotated[str, typer.Option(help="Pseudonym of the case that it is held for.")],
    organisation: Annotated[str, typer.Option(help="Code of the party whose budget it is.")],
    until: Annotated[str, typer.Option(help="Day on which it expires.")],
    id_: Annotated[
        str | None,
        typer.Option("--id", help="The same id once more changes nothing [default: a new one]."),
    ] = None,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Hold room for a case; refused (exit code 1) where fund, organisation or person lacks it."""
    from api.cli import ledger_report
    from ledger import ids, pool

    asked = pool.Hold(
        id=id_ or str(ids.new_id()),
        case=case,
        organisation=organisation,
        amount_cents=ledgers.cents("AMOUNT", amount),
        until=days.day_of("--until", until),
    )
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        answer = pool.reserve(session, fund, asked, act=act)
        left = _left(session, fund, asked, act)
    ledger_report.show_reservation(answer, left, language=language, as_json=as_json)


def release(
    fund: FundCode,
    reservation: Annotated[
        str | None, typer.Argument(metavar="RESERVATION", help="Id of the reservation.")
    ] = None,
    *,
    expired: Annotated[
        bool, typer.Option("--expired", help="All reservations whose time has come, instead.")
    ] = False,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Give back the room that a reservation holds."""
    from api.cli import ledger_report
    from ledger import pool

    if (reservation is None) is not expired:
        raise WrongInput([Mistake("RESERVATION", "name one, or ask for --expired")])
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        if reservation is not None:
            answer = pool.release(session, fund, reservation, act=act)
        else:
            ended = pool.expire(session, fund, act=act)
    if reservation is not None:
        ledger_report.show_reservation(answer, None, language=language, as_json=as_json)
    else:
        ledger_report.show_expired(ended, language=language, as_json=as_json)


def room(
    fund: FundCode,
    *,
    person: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="Show what this person has left too.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Show what this party has left of its budget too.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="On which day [default: today].")] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Show what room is left: of the fund, and of an organisation and a person."""
    from api.cli import ledger_report
    from ledger import people, pool, store

    asked = days.day("--on", on)
    with store.reading(ledgers.open_engine()) as session:
        on_ = asked or ledgers.today(session, fund)
        left = pool.room(
            session,
            fund,
            on=on_,
            person=None if person is None else people.by_handle(session, person),
            organisation=organisation,
        )
    ledger_report.show_room(fund, left, on_, language=language, as_json=as_json)


def _left(session: Session, fund: str, asked: Hold, act: Act) -> Room:
    from ledger import pool

    today = ledgers.today(session, fund)
    return pool.room(session, fund, on=today, person=act.actor, organisation=asked.organisation)
