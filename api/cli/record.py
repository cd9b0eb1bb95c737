"""``overbrug record``: spendings in, one JSON object a line, and an answer out for each."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import folders, ledgers
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from ledger.errors import Mistake, Refusal, WrongInput

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Engine
    from sqlmodel import Session

    from ledger.orders import Order


def record(
    fund: FundCode,
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON Lines; standard input if absent.", metavar="FILE"),
    ] = None,
    *,
    who: As = ADMINISTRATOR,
) -> None:
    """Record spendings: an object a line in, an answer a line out, each written at once.

    Every line is a transaction of its own, and is answered once it is on disk. The exit
    code is 1 if any was refused, 2 if any line was no order; the others were recorded.
    """
    from ledger import funds, people, store

    engine = ledgers.open_engine()
    with store.reading(engine) as session:
        funds.known(session, fund)
        people.by_handle(session, who)
    code, lines = 0, 0
    for where, line in folders.lines(file):
        lines += 1
        answer, outcome = _answer(engine, fund, where, line, who)
        _say(answer)
        code = max(code, outcome)
    if not lines:
        raise WrongInput(
            [Mistake(folders.called(file), "is empty; write one order a line, as a JSON object")]
        )
    raise typer.Exit(code)


def _answer(
    engine: Engine, fund: str, where: str, line: bytes, who: str
) -> tuple[dict[str, Any], int]:
    """Record one line; return what to say about it, and the exit code that it asks for."""
    from api import wire

    id_: object = None
    try:
        found = wire.members(where, line)
        id_ = found.get("id")
        asked = wire.order(where, found)
        id_ = asked.id
        return _recorded(engine, fund, asked, who), 0
    except WrongInput as wrong:
        mistakes = [
            each if each.where.startswith(where) else Mistake(f"{where}: {each.where}", each.what)
            for each in wrong.mistakes
        ]
        sys.stderr.write("".join(f"{mistake}\n" for mistake in mistakes))
        detail = "; ".join(map(str, mistakes))
        return _refused(id_, "wrong-input", detail), 2
    except Refusal as refusal:
        return _refused(id_, refusal.slug, f"{where}: {refusal}"), 1


def _recorded(engine: Engine, fund: str, asked: Order, who: str) -> dict[str, Any]:
    from ledger import pool, screening, spendings

    _, left_out = screening.screened(asked)
    with ledgers.acting(engine, who) as (session, act):
        (recorded,) = spendings.record(session, fund, [asked], act=act)
        person = _spender(session, fund, recorded.number)
        left = pool.room(session, fund, on=ledgers.today(session, fund), person=person)
        picked = _picked(session, fund, asked, recorded.number)
        failed = _failed(session, fund, recorded.number)
    return {
        "id": recorded.id,
        "status": recorded.status,
        "number": recorded.number,
        "findings": failed,
        "left_out": [{"member": each.member, "kind": each.kind} for each in left_out],
        "room": {
            "person": ledgers.as_text(left.person_cents),
            "fund": ledgers.as_text(left.fund_cents),
        },
        **picked,
    }


def _failed(session: Session, fund: str, number: int) -> list[dict[str, Any]]:
    """Return what the spending fails and still stands."""
    from api.cli import lawfulness_report
    from ledger import funds
    from ledger.lawfulness import standing

    kept = standing.of_spendings(session, funds.known(session, fund).id, [number])
    return lawfulness_report.told(each.found for each in kept if each.how is None)


def _picked(session: Session, fund: str, asked: Order, number: int) -> dict[str, str | None]:
    """Return the effect that was picked, and the spending that it counts with already."""
    from ledger import funds
    from ledger.savings import on_record

    last = None
    if asked.effect is not None:
        last = on_record.last_pick(session, funds.known(session, fund).id, number)
    if last is None:
        return {"pick": None, "carried_by": None}
    return {"pick": last.effect, "carried_by": last.carried_by}


def _spender(session: Session, fund: str, number: int) -> UUID | None:
    """Return who spent the money, if they are known: of a correction, whoever did then."""
    from ledger import funds
    from ledger.tables import Spending

    return session.get_one(Spending, (funds.known(session, fund).id, number)).person_id


def _refused(id_: object, slug: str, detail: str) -> dict[str, Any]:
    return {
        "id": id_,
        "status": "refused",
        "number": None,
        "findings": [],
        "left_out": [],
        "room": None,
        "pick": None,
        "carried_by": None,
        "slug": slug,
        "detail": detail,
    }


def _say(answer: dict[str, Any]) -> None:
    """Write an answer; whoever stopped reading has seen enough, and the work goes on."""
    try:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
