"""What ``overbrug sample`` shows, in the words of the dossier."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import typer
from rich import box
from rich.table import Table

from api.cli import screen
from ledger.money import as_text
from reports.sampling import sentences
from reports.sampling.files import DOSSIER, LIST
from reports.sampling.plan import HYPERGEOMETRIC
from reports.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reports.sampling.asked import Source
    from reports.sampling.draw import Draw, Strata
    from reports.sampling.evaluation import Evaluation
    from reports.sampling.plan import Aim, Plan
    from reports.sampling.population import Population
    from reports.sampling.sentences import Fact


def show_plan(plan: Plan, *, language: str, as_json: bool) -> None:
    """Show how large a sample of so many euros or items must be."""
    items = plan.table == HYPERGEOMETRIC
    if as_json:
        typer.echo(json.dumps(_plan(plan), indent=1))
        return
    words = Words(language)
    write = words.count if items else words.amount
    names = ("items_population", "tolerance_items", "units_items") if items else (
        "population", "tolerance", "units")  # fmt: skip
    _facts(
        [
            (words(f"sample.{names[0]}"), write(plan.population)),
            (words("sample.confidence"), sentences.percent(plan.aim.confidence, words)),
            (words(f"sample.{names[1]}"), write(plan.tolerance)),
            (words("sample.errors"), words.count(plan.errors)),
            (words(f"sample.{names[2]}"), words.count(plan.units)),
        ]
    )
    screen.console().print(sentences.by_table(plan, words))


def show_strata(
    population: Population, strata: Strata, aim: Aim, *, language: str, as_json: bool
) -> None:
    """Show how large a sample of a population must be, after what is tested whole."""
    if as_json:
        told: dict[str, Any] = {
            "population": as_text(population.line_cents),
            "apart": len(population.apart),
            "whole": len(strata.whole),
            "line": as_text(strata.line_cents),
            "interval": as_text(strata.interval_cents) if strata.interval_cents else None,
            "plan": _plan(strata.plan) if strata.plan else None,
        }
        typer.echo(json.dumps(told, indent=1))
        return
    words = Words(language)
    facts, text = sentences.planned(population, strata, aim, words)
    if strata.interval_cents:
        facts = (*facts, sentences.interval(strata.interval_cents, words))
    _facts(facts)
    screen.console().print(text)


def show_draw(draw: Draw, source: Source, out: Path, *, language: str) -> None:
    """Show what was drawn, and where the list to test is."""
    words, console = Words(language), screen.console()
    days = sentences.of_days(draw.population, source, words)
    console.print(words(sentences.of(draw, "sample.paper"), period=days))
    facts, text = sentences.planned(draw.population, draw.strata, draw.aim, words)
    _facts([*facts, *sentences.drawn(draw, words)])
    console.print(text)
    console.print(words("sample.same"))
    console.print(words("sample.to_fill_in", file=str(out / LIST), folder=str(out)))


def show_evaluation(found: Evaluation, source: Source, folder: Path, *, language: str) -> None:
    """Show what a sample says, and where its dossier is."""
    words, console = Words(language), screen.console()
    console.print(sentences.heading(found, words))
    for text in sentences.lede(found, source, words):
        console.print(text)
    console.print(sentences.consequence(found, words))
    for each in found.outcomes:
        if each.understated_cents:
            console.print(words("sample.understated", amount=words.euro(each.understated_cents)))
    if (size := found.worst.extend_to) is not None:
        own, new = (shlex.quote(str(each)) for each in (folder, f"{folder}-{size}"))
        console.print(f"  overbrug sample extend {own} --to {size} --out {new}")
    if (folder / DOSSIER).exists():
        console.print(str(folder / DOSSIER))


def _facts(rows: Sequence[Fact]) -> None:
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in rows:
        table.add_row(name, figure)
    screen.console().print(table)


def _plan(plan: Plan) -> dict[str, Any]:
    write = str if plan.table == HYPERGEOMETRIC else as_text
    return {
        "table": plan.table,
        "population": write(plan.population),
        "tolerance": write(plan.tolerance),
        "errors": plan.errors,
        "units": plan.units,
        "units_without_errors": plan.units_without_errors,
    }
