"""What ``overbrug lawfulness`` shows: what fell on whom in a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table

from api.cli import screen
from ledger import texts
from reports.lawfulness import attachments
from reports.lawfulness.accounts import account, parties

if TYPE_CHECKING:
    from reports.lawfulness.accounts import Account
    from settlement.accountability import Accountability

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def record(found: Accountability) -> bytes:
    """Return a year for programs."""
    return attachments.as_json(attachments.record(parties(found), account(found, None)))


def show(found: Accountability, *, language: str, out: Path) -> None:
    """Show a year: a row per organisation, what is not allocated yet, and the fund."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    title = say("lawfulness.title", year=str(found.year))
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("settle.organisation"))
    for column in ("errors", "uncertainties", "together", "limit"):
        table.add_column(say(f"lawfulness.{column}"), justify="right")
    for each in parties(found):
        limit = "" if each.test is None else texts.amount(language, each.test.limit_cents)
        table.add_row(each.file, *_amounts(each, language), limit)
    waiting = found.findings.not_allocated
    if any(waiting.values()):
        sums = [
            sum(cents for (_, of), cents in waiting.items() if of in kinds)
            for kinds in (("error",), ("uncertainty",), ("error", "uncertainty"))
        ]
        table.add_row(
            say("lawfulness.waiting"), *(texts.amount(language, each) for each in sums), ""
        )
    table.add_section()
    table.add_row(say("lawfulness.fund"), *_amounts(account(found, None), language), "")
    console.print(table)
    if found.unsettled:
        amount = texts.euro(language, found.unsettled_cents)
        console.print(say.plural("lawfulness.unsettled", found.unsettled, amount=amount))
    console.print(say("lawfulness.written", folder=str(out)))


def _amounts(of: Account, language: str) -> tuple[str, ...]:
    sums = (of.errors_cents, of.uncertainties_cents, of.total_cents)
    return tuple(texts.amount(language, each) for each in sums)
