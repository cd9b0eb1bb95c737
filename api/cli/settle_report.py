"""What ``overbrug settle`` shows on the terminal: tables and sentences, in Dutch or English."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table

from api.cli import screen
from ledger import money, texts
from ledger.money import as_text
from settlement.results import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from settlement.engine import Working
    from settlement.explain import Explanation
    from settlement.keys import Step
    from settlement.results import Note, Settlement
    from settlement.whatif import Comparison

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def refuse_incomplete(working: Working, *, language: str) -> None:
    """Say which facts are missing for a strict settlement."""
    say = texts.catalogue(_LOCALE, language)
    for note in working.incomplete:
        sys.stderr.write(f"{_note(say, note, language)}\n")


def _note(say: texts.Catalogue, note: Note, language: str) -> str:
    about = dict(note.about)
    if "amount" in about:
        about["amount"] = texts.euro(language, money.parse(about["amount"]))
    return say(f"note.{note.code}", **about)


def show(settled: Settlement, out: Path | None, *, language: str) -> None:
    """Show the positions, the transfers and what the reader must know."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    lines = settled.lines
    console.print(
        say.plural(
            "settle.headline",
            len(lines),
            fund=settled.agreement.fund.name,
            what=say("settle.final" if settled.final else "settle.ordinary"),
            start=texts.day(language, settled.period.start),
            end=texts.day(language, settled.period.last_day),
            amount=texts.euro(language, sum(lines.amount_cents.tolist())),
        )
    )
    columns = ("opening", "contributed", "advanced", "cost_share", "adjustments", "balance", "due",
               "closing")  # fmt: skip
    table = _table(
        say("settle.positions"), say("settle.organisation"), [say(f"settle.{c}") for c in columns]
    )
    totals = dict.fromkeys(columns, 0)
    for position in settled.positions:
        cents = {column: getattr(position, f"{column}_cents") for column in columns}
        totals = {column: totals[column] + cents[column] for column in columns}
        table.add_row(position.party, *(texts.amount(language, cents[c]) for c in columns))
    table.add_section()
    table.add_row(say("settle.together"), *(texts.amount(language, totals[c]) for c in columns))
    console.print(table)
    console.print(
        say(
            "settle.invariant",
            balances=texts.amount(language, totals["balance"]),
            openings=texts.amount(language, totals["opening"]),
            contributed=texts.amount(language, totals["contributed"]),
            spent=texts.amount(language, settled.pool_spent_cents),
        )
    )
    _show_transfers(settled, console, language=language)
    _show_deviation(settled, console, language=language)
    for sentence in _sentences(settled, language):
        console.print(sentence)
    if out is not None:
        console.print(say("settle.written", folder=str(out)))


def _sentences(settled: Settlement, language: str) -> Iterator[str]:
    """Yield what the reader must know besides the figures."""
    say = texts.catalogue(_LOCALE, language)
    for outsider in settled.outsiders:
        yield say.plural(
            "settle.outsider",
            outsider.spendings,
            party=outsider.party,
            saving=texts.euro(language, outsider.saving_cents),
        )
    if settled.rows_before or settled.rows_after:
        rows = {"before": settled.rows_before, "after": settled.rows_after}
        yield say(
            "settle.outside",
            **{name: texts.number(language, count) for name, count in rows.items()},
        )
    if settled.set_apart:
        amount = texts.euro(language, settled.set_apart_cents)
        yield say.plural("settle.set_apart", len(settled.set_apart), amount=amount)
    left_over = {"unplaced": settled.unplaced_cents, "untaken": settled.untaken_cents}
    for text, left in left_over.items():
        if left:
            back = "_back" if left < 0 else ""
            yield say(f"settle.{text}{back}", amount=texts.euro(language, abs(left)))
    if handed := settled.handover:
        amount = texts.euro(language, abs(handed.amount_cents))
        text = "settle.handover_short" if handed.amount_cents < 0 else "settle.handover"
        yield say(text, old=handed.old, new=handed.new, amount=amount)
    for note in settled.notes:
        yield _note(say, note, language)


def as_json(
    about: str, comparison: Sequence[Comparison] | None, explanation: Explanation | None
) -> str:
    """Return ``settlement.json`` with what was asked besides."""
    if comparison is None and explanation is None:
        return about
    more: dict[str, Any] = json.loads(about)
    if comparison is not None:
        more["comparison"] = [
            {
                "key": each.key,
                "cost_shares": {
                    party: as_text(cents) for party, cents in each.cost_shares_cents.items()
                },
                "left_out": each.left_out and {"reason": each.left_out.code, **each.left_out.about},
            }
            for each in comparison
        ]
    if explanation is not None:
        more["explanation"] = _explanation(explanation)
    return json.dumps(more, ensure_ascii=False, indent=1) + "\n"


def _explanation(explained: Explanation) -> dict[str, Any]:
    return {
        "spending": explained.spending,
        "amount": as_text(explained.amount_cents),
        "version": explained.version,
        "key": explained.key,
        "assignment": explained.assignment,
        "corrects": explained.corrects
        and {"link": explained.corrects[0], "to": explained.corrects[1]},
        "standing": explained.standing.name.lower(),
        "place": explained.place,
        "steps": [{"key": step.key, "event": step.event} for step in explained.steps],
        "saved": {party: as_text(cents) for party, cents in explained.saved_cents.items()},
        "saved_by_case": {
            party: as_text(cents) for party, cents in explained.saved_by_case_cents.items()
        },
        "cells": [
            {
                "organisation": cell.party,
                "share": str(cell.share),
                "exact_cents": str(cell.exact_cents),
                "amount": as_text(cell.cents),
                "odd_cent": cell.odd_cent,
                "running_exact_cents": (
                    None if cell.running_exact is None else str(cell.running_exact)
                ),
                "running": None if cell.running_cents is None else as_text(cell.running_cents),
            }
            for cell in explained.cells
        ],
    }


def show_comparison(
    settled: Settlement, comparison: Sequence[Comparison], *, language: str
) -> None:
    """Show what each organisation would have paid under every key."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    shown = [each for each in comparison if each.left_out is None]
    table = _table(say("compare.title"), say("settle.organisation"), [each.key for each in shown])
    for party in settled.parties:
        cents = [each.cost_shares_cents[party.code] for each in shown]
        if any(cents):
            table.add_row(party.code, *(texts.amount(language, each) for each in cents))
    console.print(table)
    console.print(say("compare.only"))
    for each in comparison:
        if each.left_out is not None:
            why = say(f"compare.{each.left_out.code}", **each.left_out.about)
            console.print(say("compare.left_out", key=each.key, why=why))


def show_explanation(settled: Settlement, explained: Explanation, *, language: str) -> None:
    """Show why one spending fell as it did."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    console.print(
        say(
            "explain.headline",
            spending=explained.spending,
            amount=texts.euro(language, explained.amount_cents),
            place=explained.place,
            count=len(settled.lines),
        )
    )
    if explained.corrects is not None and explained.assignment is None:
        console.print(
            say(
                f"explain.{explained.corrects[0]}",
                original=explained.corrects[1],
                key=explained.key,
            )
        )
    else:
        console.print(
            say(
                "explain.assigned",
                key=explained.key,
                assignment=explained.assignment,
                version=explained.version,
            )
        )
    for step in explained.steps:
        console.print(say(f"explain.step.{step.event}", **_step(settled, step, language)))
    for level in ("spending", "case"):
        saved = explained.saved_cents if level == "spending" else explained.saved_by_case_cents
        if saved:
            listed = ", ".join(
                f"{party} {texts.euro(language, cents)}" for party, cents in saved.items()
            )
            console.print(say(f"explain.saved.{level}", savings=listed))
    columns = ("share", "exact", "floor", "odd", "cents", "running_exact", "running", "deviation")
    table = _table(
        say("explain.title"), say("settle.organisation"), [say(f"explain.{c}") for c in columns]
    )
    for cell in explained.cells:
        running = cell.running_exact, cell.running_cents
        table.add_row(
            cell.party,
            str(cell.share),
            _exact(language, cell.exact_cents),
            texts.amount(language, cell.floor_cents),
            str(cell.odd_cent),
            texts.amount(language, cell.cents),
            "" if running[0] is None else _exact(language, running[0]),
            "" if running[1] is None else texts.amount(language, running[1]),
            ""
            if running[0] is None or running[1] is None
            else _cents(language, running[1] - running[0]),
        )
    console.print(table)
    by_category = explained.by_category and explained.standing == Standing.CHAIN
    standing = "chain_by_category" if by_category else explained.standing.name.lower()
    console.print(say(f"explain.standing.{standing}"))


def _show_deviation(settled: Settlement, console: Console, *, language: str) -> None:
    say = texts.catalogue(_LOCALE, language)
    by_category = settled.agreement.settlement.rounding == "category"
    worst = max((each.on_the_way for each in settled.deviations), default=Fraction(0))
    cents = texts.exact(language, worst, decimals=2)
    console.print(say(f"settle.deviation{'_by_category' * by_category}", cents=cents))
    if outside := int((settled.lines.standing != Standing.CHAIN).sum()):
        net = max((each.net for each in settled.deviations), key=abs)
        cents = texts.rounded(language, net, decimals=2)
        console.print(say.plural("settle.net", outside, cents=cents))
    if settled.previous:
        since = max((each.since_start for each in settled.deviations), key=abs)
        cents = texts.rounded(language, since, decimals=2)
        console.print(say("settle.since_start", count=len(settled.previous) + 1, cents=cents))


def _show_transfers(settled: Settlement, console: Console, *, language: str) -> None:
    say = texts.catalogue(_LOCALE, language)
    if not settled.transfers:
        console.print(say("settle.no_transfers"))
        return
    table = _table(
        say("settle.transfers"), say("settle.from"), [say("settle.to"), say("settle.amount")]
    )
    for transfer in settled.transfers:
        table.add_row(transfer.payer, transfer.payee, texts.amount(language, transfer.amount_cents))
    console.print(table)


def _step(settled: Settlement, step: Step, language: str) -> dict[str, object]:
    codes = [party.code for party in settled.parties]
    chosen = [code for code, weight in zip(codes, step.parties, strict=False) if weight]
    return {
        "key": step.key,
        "parties": ", ".join(chosen),
        "share": "" if step.share is None else str(step.share),
        "amount": texts.euro(language, int(step.amount_cents)),
    }


def _exact(language: str, cents: Fraction) -> str:
    """Show exact cents in currency with six decimals, cut for show only."""
    return texts.exact(language, cents / 100, decimals=6)


def _cents(language: str, cents: Fraction) -> str:
    """Show a deviation in cents, two decimals and a sign."""
    return texts.exact(language, cents, decimals=2, signed=True)


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold", pad_edge=False
    )
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
