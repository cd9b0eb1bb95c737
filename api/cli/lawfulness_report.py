"""What the lawfulness test says on the command line: sentences, or JSON where that is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.cli import ledgers, screen
from ledger import texts
from ledger.lawfulness import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.lawfulness.again import Tested
    from ledger.lawfulness.found import Finding
    from ledger.lawfulness.receipts import Received

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def told(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as programs read them."""
    return [
        {
            "rule": each.rule,
            "kind": each.kind,
            "criterion": each.criterion,
            "amount": ledgers.as_text(each.amount_cents),
        }
        for each in found
    ]


def show_test(tested: Tested, *, language: str, as_json: bool) -> None:
    """Say what a test of the record came to."""
    if as_json:
        answer = {"number": tested.number, "found": tested.found, "resolved": tested.resolved}
        typer.echo(json.dumps(answer))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if tested.number is None:
        console.print(say("tested.nothing"))
        return
    console.print(say.plural("tested.found", tested.found))
    console.print(say.plural("tested.resolved", tested.resolved))


def show_receipt(answer: Received, spending: str, *, language: str, as_json: bool) -> None:
    """Say what became of a receipt."""
    found = [each for _, each in answer.outcome.found]
    if as_json:
        said = {
            "status": answer.status,
            "number": answer.number,
            "findings": told(found),
            "resolved": len(answer.outcome.ended),
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    console.print(say(f"receipt.{answer.status}", spending=spending, number=answer.number))
    if answer.outcome.ended:
        console.print(say.plural("tested.resolved", len(answer.outcome.ended)))
    for each in found:
        name = words.name(each.rule, language=language)
        console.print(f"{name}: {words.says(each, language=language)}")
