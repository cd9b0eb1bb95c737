"""What ``overbrug agreement show`` and ``diff`` print: an agreement, and what changes in it."""

from __future__ import annotations

import textwrap
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table
from rich.text import Text

from api.cli import screen
from ledger import texts
from ledger.lawfulness import regimes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from rich.console import Console

    from ledger.agreement.changes import Change
    from ledger.agreement.schema import Agreement, LawfulnessLimit
    from ledger.agreement.words import document

_LOCALE: Final = Path(__file__).parent.parent.parent / "ledger" / "locale"
_READABLE_WIDTH: Final = 100


def show_checked(checked: Sequence[Mapping[str, object]], *, language: str) -> None:
    """Say that every file is sound, and by which fingerprint it is known."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    for each in checked:
        console.print(say("checked.sound", **each))


def show_limits(limits: Sequence[tuple[Agreement, LawfulnessLimit]], *, language: str) -> None:
    """Note which councils go further than the regime of the year does."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    for version, limit in limits:
        rules = version.lawfulness
        regime = regimes.of_year(limit.year, said=rules.regime if rules else None)
        note = say(
            "checked.limit",
            party=next(each.name for each in version.party if each.code == limit.party),
            year=limit.year,
            share=_percentage(limit.share, language),
            regime=regime.code,
            maximum=_percentage(regime.maximum, language),
        )
        console.print(note)


def _percentage(share: Fraction, language: str) -> str:
    whole = (share * 100).denominator == 1
    return texts.percentage(language, share, decimals=0 if whole else 2)


def show(described: document.Document) -> None:
    """Show an agreement in words."""
    console = screen.console()
    console.print(Text(described.title, style="bold"))
    for section in described.sections:
        _heading(console, section.heading)
        for sentence in section.sentences:
            _sentence(console, sentence)
        for place, item in enumerate(section.items, start=1):
            _item(console, f"{place}." if section.numbered else "•", item)
        for table in section.tables:
            console.print()
            console.print(Text(table.caption, style="bold"))
            console.print(_table(table))


def show_changes(changes: Sequence[Change], *, language: str) -> None:
    """Show what changes between two versions, and for whom, by section."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not changes:
        console.print(say("change.none"))
        return
    console.print(Text(say("change.title"), style="bold"))
    for heading, group in groupby(changes, key=lambda change: change.heading):
        _heading(console, heading)
        for change in group:
            _item(console, "•", _line(say, change))


def _line(say: texts.Catalogue, change: Change) -> str:
    """Return a change with whom it touches; one organisation is named by its change itself."""
    if len(change.parties) == 1 and change.section != "mandates":
        return change.what
    return say("change.line", what=change.what, whom=change.whom)


def _heading(console: Console, heading: str) -> None:
    console.print()
    console.print(Text(heading, style="bold"))


def _sentence(console: Console, sentence: str) -> None:
    console.print(_wrapped(console, sentence, first="", rest=""))


def _item(console: Console, mark: str, item: str) -> None:
    console.print(_wrapped(console, item, first=f"{mark:>4} ", rest=" " * 5))


def _wrapped(console: Console, text: str, *, first: str, rest: str) -> str:
    """Break a text into lines; unlike rich, not at a no-break space."""
    return textwrap.fill(
        text,
        width=min(console.width, _READABLE_WIDTH),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(shown: document.Table) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(shown.header):
        table.add_column(heading, justify="right" if place in shown.figures else "left")
    for place, row in enumerate(shown.rows, start=1):
        if shown.total and place == len(shown.rows):
            table.add_section()
        table.add_row(*row)
    return table
