"""What a terminal is shown of texts that people wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from api.cli import screen

if TYPE_CHECKING:
    import pytest


def test_a_text_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("wipe \x1b[2J")
    table.add_row("ring \x07, and back \u202eagain")

    screen.console().print("red \x1b[31m\nnext line")
    screen.console().print(table)

    shown = capsys.readouterr().out
    assert shown.startswith("red \\x1b[31m\nnext line\n")
    assert "wipe \\x1b[2J" in shown
    assert "ring \\x07, and back \\u202eagain" in shown


def test_what_people_write_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Café [b]vet[/b] :smile: 👩‍👧 €\u00a05,00"

    screen.console().print(text)

    assert capsys.readouterr().out == f"{text}\n"
