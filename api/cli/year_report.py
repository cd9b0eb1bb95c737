"""What ``overbrug settlement year`` shows: each organisation's year, for its accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table

from api.cli import screen
from ledger import texts
from ledger.money import as_text

if TYPE_CHECKING:
    from settlement.accrual import Year, YearShare

_LOCALE: Final = Path(__file__).parent.parent / "locale"
_COLUMNS: Final = (
    *("booked", "accrued", "cost_share", "adjustments", "borne", "reserved", "unspent", "open"),
)


def told(year: Year) -> dict[str, Any]:
    """Return a year for programs."""
    return {
        "year": year.year,
        "organisations": [
            {
                "organisation": share.party,
                **{column: as_text(_cents(share, column)) for column in _COLUMNS},
                "task_fields": [
                    {
                        "task_field": each.task_field,
                        "booked": as_text(each.booked_cents),
                        "accrued": as_text(each.accrued_cents),
                    }
                    for each in share.fields
                ],
            }
            for share in year.shares
        ],
    }


def show(year: Year, *, language: str) -> None:
    """Show a year: a table of organisations, and one of their task fields."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    table = _table(say, say("year.title", year=str(year.year)), _COLUMNS)
    for share in year.shares:
        table.add_row(
            share.party, *(texts.amount(language, _cents(share, column)) for column in _COLUMNS)
        )
    table.add_section()
    table.add_row(
        say("settle.together"),
        *(
            texts.amount(language, sum(_cents(share, column) for share in year.shares))
            for column in _COLUMNS
        ),
    )
    console.print(table)
    fields = _table(say, say("year.fields"), ("task_field", "booked", "accrued"))
    for share in year.shares:
        for each in share.fields:
            fields.add_row(
                share.party,
                each.task_field,
                texts.amount(language, each.booked_cents),
                texts.amount(language, each.accrued_cents),
            )
    console.print(fields)


def _cents(share: YearShare, column: str) -> int:
    cents: int = getattr(share, f"{column}_cents")
    return cents


def _table(say: texts.Catalogue, title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(say("settle.organisation"))
    for column in columns:
        table.add_column(say(f"year.{column}"), justify="right")
    return table
