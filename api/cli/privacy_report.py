"""What ``overbrug read`` and ``overbrug privacy`` show: words, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.table import Table

from api.cli import screen
from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.privacy.log import Entry
    from ledger.privacy.reading import Content
    from ledger.privacy.restricting import Answer

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_content(found: Content, number: int, *, language: str, as_json: bool) -> None:
    """Show what was written about a spending, and that reading it is on record."""
    if as_json:
        said = {"reading": number, **found.texts, "receipts": [*found.receipts]}
        typer.echo(json.dumps(said | {"erased": found.erased}, ensure_ascii=False))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    console.print(say("read.on_record", number=number))
    if found.erased:
        console.print(say("read.erased"))
    for name, text in found.texts.items():
        if text is not None:
            console.print(f"{say(f'read.{name}')}: {text}")
    for reference in found.receipts:
        console.print(f"{say('read.receipt')}: {reference}")
    if not found.erased and not found.receipts and not any(found.texts.values()):
        console.print(say("read.nothing"))


def show_log(found: Sequence[Entry], timezone: str, *, language: str, as_json: bool) -> None:
    """Show who read what."""
    if as_json:
        told = [each._asdict() | {"at": each.at.isoformat()} for each in found]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say("privacy.nobody"))
        return
    shown = Table(box=box.SIMPLE_HEAD)
    for column in ("number", "at", "who", "spending", "case", "why"):
        shown.add_column(say(f"privacy.{column}"))
    for each in found:
        at = each.at.astimezone(ZoneInfo(timezone))
        shown.add_row(
            str(each.number),
            f"{texts.short_day(language, at.date())} {at:%H:%M}",
            each.handle,
            each.spending or say("privacy.all"),
            each.case or "",
            say(f"privacy.why.{each.why}"),
        )
    console.print(shown)


def show_answer(answer: Answer, case: str, *, language: str, as_json: bool) -> None:
    """Say what became of a restriction."""
    if as_json:
        typer.echo(json.dumps({"case": case, "status": answer.status, "number": answer.number}))
        return
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say(f"privacy.{answer.status}", case=case))
