"""What ``overbrug board tables`` shows: a table after the other, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich import box
from rich.table import Table

from api.cli import ledgers, screen
from ledger import texts
from ledger.lawfulness import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.texts import Catalogue
    from reports.board.tables import Board, Row, WhatIf
    from reports.board.tables import Table as Told

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show(board: Board, *, language: str, as_json: bool) -> None:
    """Show the tables of a settlement."""
    if as_json:
        typer.echo(json.dumps(_told(board), ensure_ascii=False, indent=1))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    since, last = (texts.day(language, day) for day in (board.period.start, board.period.last_day))
    console.print(say("board.of", since=since, last=last))
    if board.total is None:
        console.print(say("board.nothing"))
        return
    console.print(say("board.merged"))
    for table in _tables(board):
        if table.left_out is not None:
            title = say(f"board.{table.name}")
            console.print(say("board.left_out", table=title, why=say(f"board.{table.left_out}")))
        elif table.rows:
            console.print(_shown(table, say))
    if board.findings is not None and board.findings.rows:
        console.print(_accepted(board.accepted, say))
    for line in _what_ifs(board.what_ifs, say):
        console.print(line)


def _tables(board: Board) -> list[Told]:
    more = (board.findings, board.participants, board.outsiders)
    return [*board.partitions, *(each for each in more if each is not None)]


def _shown(table: Told, say: Catalogue) -> Table:
    count = "board.findings_count" if table.name == "findings" else "board.spendings"
    shown = Table(title=say(f"board.{table.name}"), title_justify="left", box=box.SIMPLE_HEAD)
    shown.add_column("")
    for column in ("board.cases", count, "board.amount"):
        shown.add_column(say(column), justify="right")
    for row in table.rows:
        shown.add_row(_name(table.name, row, say), *_figures(row, say))
    shown.add_section()
    total = texts.amount(say.language, table.amount_cents)
    shown.add_row(say("settle.together"), "", texts.number(say.language, table.count), total)
    return shown


def _figures(row: Row, say: Catalogue) -> tuple[str, str, str]:
    cases, count = (texts.number(say.language, number) for number in (row.cases, row.count))
    return cases, count, texts.amount(say.language, row.amount_cents)


def _name(table: str, row: Row, say: Catalogue) -> str:
    if row.name is None:
        return say("board.other", count=row.merged)
    if not row.name:
        return say("board.unknown")
    return words.name(row.name, language=say.language) if table == "findings" else row.name


def _accepted(row: Row | None, say: Catalogue) -> str:
    if row is None:
        return say("board.accepted_left_out")
    amount = texts.euro(say.language, row.amount_cents)
    return say.plural("board.accepted", row.count, amount=amount)


def _what_ifs(found: Sequence[WhatIf], say: Catalogue) -> list[Table | str]:
    """Return cost shares by organisation, a column for each key, and which are left out."""
    kept = [each for each in found if each.left_out is None]
    names = dict.fromkeys(name for each in kept for name in each.cents if name is not None)
    lines: list[Table | str] = []
    if kept:
        shown = Table(title=say("board.what_if"), title_justify="left", box=box.SIMPLE_HEAD)
        shown.add_column("")
        for each in kept:
            shown.add_column(_key(each, say), justify="right")
        for name in (*names, None):
            cells = [each.cents.get(name) for each in kept]
            shown.add_row(
                name or say("board.others"),
                *("" if cell is None else texts.amount(say.language, cell) for cell in cells),
            )
        lines.append(shown)
    for each in found:
        if each.left_out is not None:
            why = say(f"board.{each.left_out}")
            lines.append(say("board.left_out", table=_key(each, say), why=why))
    return lines


def _key(each: WhatIf, say: Catalogue) -> str:
    return say("board.agreed") if each.key is None else each.key


def _told(board: Board) -> dict[str, Any]:
    """Return the tables for programs; ``null`` names rows that were merged."""
    total = board.total
    return {
        "from": board.period.start.isoformat(),
        "until": board.period.until.isoformat(),
        "total": None if total is None else _row(total),
        "tables": {
            table.name: {"left_out": table.left_out, "rows": [_row(row) for row in table.rows]}
            for table in _tables(board)
        },
        "accepted": None if board.accepted is None else _row(board.accepted),
        "what_if": [
            {
                "key": each.key,
                "left_out": each.left_out,
                "merged": each.merged,
                "organisations": [
                    {"organisation": name, "cost_share": ledgers.as_text(cents)}
                    for name, cents in each.cents.items()
                ],
            }
            for each in board.what_ifs
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "merged": row.merged,
        "cases": row.cases,
        "count": row.count,
        "amount": ledgers.as_text(row.amount_cents),
    }
