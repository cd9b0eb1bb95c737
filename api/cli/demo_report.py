"""What ``overbrug demo`` shows: what is there, the year in short, and how to go on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table

from api.cli import demo_files, ledgers, screen
from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.cli.demo_files import Told

_LOCALE: Final = Path(__file__).parent.parent / "locale"
_ACTING: Final = (
    *("financien-sliedrecht", "bestuur-dordrecht", "accountant", "privacyfunctionaris"),
    "administrator",
)
_READING: Final = "accountant"
_PERSON: Final = "wijkteam-zwijndrecht-1"
_COLUMNS: Final = ("lines", "amount", "contributed", "advanced", "unspent")


def show(told: Told, out: Path, *, language: str, with_papers: bool) -> None:
    """Say what the demonstration wrote, and how to go on with it."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    counts = {
        name: texts.number(language, getattr(told, name))
        for name in ("cases", "spendings", "professionals")
    }
    console.print(
        say("demo.told", folder=out, median=texts.euro(language, told.median_cents), **counts)
    )
    console.print(_table(told, language))
    console.print(say("demo.head", hash=told.head))
    if with_papers:
        console.print(say("demo.papers", paper=out / "q3" / "statements" / "summary.pdf"))
    console.print(say("demo.files", folder=out))
    console.print(say("demo.roles", people=", ".join(_ACTING)))
    for heading, commands in _ways_on(told, out, language):
        console.print()
        console.print(say(f"demo.{heading}"))
        for command in commands:
            console.print(f"  {command}")


def _table(told: Told, language: str) -> Table:
    say = texts.catalogue(_LOCALE, language)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("settlement.period"), no_wrap=True)
    table.add_column(say("settlement.state"), no_wrap=True)
    for column in _COLUMNS:
        table.add_column(say(f"demo.{column}"), justify="right", no_wrap=True)
    for each in told.quarters:
        table.add_row(
            f"{texts.short_day(language, each.start)} - {texts.short_day(language, each.last_day)}",
            say(f"settlement.state.{each.state}"),
            texts.number(language, each.lines),
            *(texts.amount(language, getattr(each, f"{name}_cents")) for name in _COLUMNS[1:]),
        )
    return table


def _ways_on(told: Told, out: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield headings, and commands that work when they are pasted one after the other."""
    fund, year = told.fund, told.quarters[0].start.year
    ledger = shlex.quote(f"sqlite:///{out / demo_files.LEDGER}")
    agreement, spendings, savings, own, proof = (
        shlex.quote(str(path))
        for path in (
            *(out / name for name in (demo_files.EXAMPLE[0], *demo_files.FACTS)),
            f"{out.name}-q1",
            f"{out.name}-proof.json",
        )
    )
    sample = shlex.quote(str(out / demo_files.SAMPLE))
    own_papers = shlex.quote(f"{out.name}-lawfulness")
    commands = {
        "look": [
            f"settlement status {fund}",
            f"settlement year {fund} {year}",
            f"room {fund} --person {_PERSON} --on {year}-12-31",
            f"bank reconcile {fund} --on {year}-12-31 --all",
            f"effects outcomes {fund}",
            f"findings list {fund} --open",
            f"covered {fund} {told.accepted}",
            f"table list {fund}",
            f"board tables {fund} --quarter {told.quarters[2].start}",
            f"sample evaluate {sample}",
            f"lawfulness statement {fund} {year} --out {own_papers}",
            f"privacy register {fund}",
            f"prove {fund} {told.spending} --show purpose,effect --why review --as {_READING} "
            f"--out {proof}",
            f"verify-proof {proof}",
            f"verify {fund}",
        ],
        "words": [f"agreement show {agreement}"],
        "again": [
            f"settle {agreement} --spendings {spendings} --savings {savings} "
            f"--from {year}-01-01 --until {year}-04-01 --out {own}"
        ],
    }
    said = "" if language == "nl" else f" --language {language}"
    for heading, lines in commands.items():
        first = [f"export {ledgers.URL}={ledger}"] if heading == "look" else []
        yield heading, [*first, *(f"overbrug {line}{said}" for line in lines)]
