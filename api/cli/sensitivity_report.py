"""What ``overbrug effects sensitivity`` prints: would another grade have changed who pays?"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table

from api.cli import screen
from ledger import texts
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settlement.sensitivity import Trial

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show(trials: Sequence[Trial], *, language: str) -> None:
    """Show the grades that would have changed who pays, per effect."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    changing = [each for each in trials if each.other_payers or each.differences_cents]
    if changing:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in ("effect", "grade", "other_payers", "differences"):
            table.add_column(say(f"effect.column.{name}"))
        for each in changing:
            table.add_row(
                each.effect,
                f"{each.grade}",
                texts.number(language, len(each.other_payers)),
                ", ".join(
                    f"{party} {texts.amount(language, cents, signed=True)}"
                    for party, cents in each.differences_cents.items()
                ),
            )
        console.print(table)
    settled = {each.effect for each in changing}
    for effect, _ in groupby(trials, key=lambda each: each.effect):
        if effect not in settled:
            console.print(say("effect.no_other_payer", effect=effect))
    console.print(say("effect.sensitivity_note" if trials else "effect.none_picked"))


def as_json(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Return every trial for programs."""
    return [
        {
            "effect": each.effect,
            "grade": each.grade,
            "as_picked": each.as_picked,
            "other_payers": [
                {
                    "spending": other.spending,
                    "paid_by": list(other.paid_by),
                    "would_be_paid_by": list(other.would_be_paid_by),
                }
                for other in each.other_payers
            ],
            "differences": {
                party: as_text(cents) for party, cents in each.differences_cents.items()
            },
        }
        for each in trials
    ]
