"""Withdrawing on the command line: tried first or done, and what it moves shown either way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli import ledgers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from ledger.measures import Corrected
    from ledger.savings.withdrawals import Entry
    from settlement.withdrawing import Prepared, Withdrawn

Reason = Annotated[str, typer.Option(help="Why it is withdrawn.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what it would move, and change nothing.")
]

_LOCALE: Final = Path(__file__).parent.parent / "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks to withdraw."""

    fund: str
    what: Entry | Corrected
    reason: str
    who: str
    dry_run: bool


def done(engine: Engine, asked: Asked, *, language: str, as_json: bool) -> None:
    """Withdraw, or with ``--dry-run`` only look, and show what it moves."""
    from api.cli import settle_files
    from ledger import store
    from settlement import withdrawing

    with settle_files.at_work(asked.fund):
        with store.reading(engine) as session:
            prepared = withdrawing.prepare(session, asked.fund, asked.what)
        answer = None
        if not asked.dry_run:
            with ledgers.acting(engine, asked.who) as (session, act):
                answer = withdrawing.withdraw(session, prepared, reason=asked.reason, act=act)
    if as_json:
        typer.echo(json.dumps(told(prepared, answer), indent=1))
    else:
        show(prepared, answer, language=language)


def told(prepared: Prepared, answer: Withdrawn | None) -> dict[str, Any]:
    """Return a withdrawal for programs; ``answer`` is ``None`` where it was only tried."""
    anew = {each.spending: each for each in (answer.anew if answer else ())}
    return {
        "status": "tried" if answer is None else "withdrawn",
        "act": answer and answer.number,
        **_named(prepared.what),
        "picks": len(prepared.picks),
        "lines": [
            {
                "spending": line.spending,
                "settlement": line.settlement,
                "amount": ledgers.as_text(line.amount_cents),
                "moves": _amounts(line.moves_cents),
                "reversal": anew[line.spending].reversal if line.spending in anew else None,
                "replacement": anew[line.spending].replacement if line.spending in anew else None,
            }
            for line in prepared.lines
        ],
        "moves": _amounts(prepared.moves_cents),
    }


def show(prepared: Prepared, answer: Withdrawn | None, *, language: str) -> None:
    """Show a withdrawal: what it is, how many lines rested on it, and what moves for whom."""
    from rich import box
    from rich.table import Table

    from api.cli import screen
    from ledger import texts
    from ledger.savings.withdrawals import Entry

    say, console = texts.catalogue(_LOCALE, language), screen.console()
    is_effect = isinstance(prepared.what, Entry)
    word = f"withdrawal.{'effect' if is_effect else 'measure'}{'' if answer else '_dry'}"
    console.print(say(word, **_in_words(prepared.what, language)))
    if is_effect:
        console.print(say.plural("withdrawal.picks", len(prepared.picks)))
    if not prepared.lines:
        console.print(say("withdrawal.no_lines"))
        return
    console.print(say.plural("withdrawal.lines", len(prepared.lines)))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("settle.organisation"))
    table.add_column(say("withdrawal.moves"), justify="right")
    for party, cents in prepared.moves_cents.items():
        table.add_row(party, texts.amount(language, cents, signed=True))
    console.print(table)


def _named(what: Entry | Corrected) -> dict[str, Any]:
    from ledger.savings.withdrawals import Entry

    if isinstance(what, Entry):
        return {"effect": what.effect, "version": what.catalogue}
    return {
        "measure": what.measure,
        "party": what.party,
        "version": what.version,
        "number": str(what.number),
    }


def _in_words(what: Entry | Corrected, language: str) -> dict[str, Any]:
    from ledger import texts

    told = _named(what)
    if told.get("number", "").isdigit():
        told["number"] = texts.number(language, int(told["number"]))
    return told


def _amounts(cents: Mapping[str, int]) -> dict[str, str | None]:
    return {party: ledgers.as_text(each) for party, each in cents.items()}
