"""Lists of findings as people and programs read them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich import box
from rich.table import Table

from api.cli import ledgers, screen
from ledger import texts
from ledger.decisions import lists
from ledger.lawfulness import rows, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.decisions.listing import Listed
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent.parent / "locale"
COLUMNS: Final = (
    *("finding", "rule", "kind", "criterion", "amount", "says", "spending", "spent_on"),
    *("category", "organisation", "found_on", "age_days", "state", "offers"),
    *lists.COLUMNS[1:],
)
"""Of the list to fill in: what was found, and then what is decided."""


def show(which: str, found: Sequence[Listed], *, language: str) -> None:
    """Show a list, or say that there is nothing in it."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not found:
        console.print(say(f"findings.none.{which}"))
        return
    console.print(say.plural(f"findings.headline.{which}", len(found)))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("findings.finding"))
    table.add_column(say("findings.rule"))
    table.add_column(say("findings.kind"))
    table.add_column(say("findings.amount"), justify="right")
    table.add_column(say("findings.spending"))
    table.add_column(say("findings.age"), justify="right")
    table.add_column(say("findings.state"))
    for each in found:
        target = each.target
        table.add_row(
            target.name,
            words.name(target.rule, language=language),
            say(f"findings.kind.{each.kind}"),
            texts.amount(language, target.amount_cents),
            f"{target.spending_id} · {target.category} · {target.organisation}",
            say("findings.days", days=texts.number(language, each.age_days)),
            state(each, say),
        )
    console.print(table)
    if any(each.target.is_accepted for each in found):
        console.print(say("findings.accepted_note"))


def state(each: Listed, say: Catalogue) -> str:
    """Return how a finding stands in words: decided or not, and apart from that reviewed or not."""
    target = each.target
    if target.ended is not None:
        return say(f"findings.ended.{target.ended}")
    if target.kind == "control":
        return say("findings.control")
    decided = say("findings.accepted" if target.is_accepted else "findings.open")
    if each.earlier is not None:
        earlier = say(f"review.verdict.{each.earlier}")
        decided = say("findings.judged_before", decided=decided, verdict=earlier)
    if each.verdict is None:
        return say("findings.not_reviewed", decided=decided) if target.is_accepted else decided
    verdict = say(f"review.verdict.{each.verdict}")
    return say("findings.reviewed", decided=decided, verdict=verdict)


def offers(each: Listed) -> Iterator[str]:
    """Yield the ids of what was decided for its case: moratoria, and ``table:`` for that."""
    for one in each.offered:
        if one.moratorium_id is not None:
            yield one.moratorium_id
        elif one.table_id is not None:
            yield f"table:{one.table_id}"


def show_csv(found: Sequence[Listed], *, language: str) -> None:
    """Print the list that a board fills in."""
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for each in told(found, language):
        writer.writerow(each | {"offers": " ".join(each["offers"])})
    typer.echo(sink.getvalue(), nl=False)


def show_json(found: Sequence[Listed], *, language: str) -> None:
    """Print a list for programs."""
    typer.echo(json.dumps(told(found, language), ensure_ascii=False, indent=1))


def told(found: Sequence[Listed], language: str) -> list[dict[str, Any]]:
    """Return a list as programs read it."""
    say = texts.catalogue(_LOCALE, language)
    return [
        {
            "finding": each.target.name,
            "rule": each.target.rule,
            "kind": each.kind,
            "criterion": each.target.criterion,
            "amount": ledgers.as_text(each.target.amount_cents),
            "says": words.says(rows.of_row(each.target), language=language),
            "spending": each.target.spending_id,
            "spent_on": each.target.spent_on.isoformat(),
            "category": each.target.category,
            "organisation": each.target.organisation,
            "found_on": each.target.found_on.isoformat(),
            "age_days": each.age_days,
            "state": state(each, say),
            "offers": [*offers(each)],
        }
        for each in found
    ]
