"""What ``overbrug settlement`` shows on the terminal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.table import Table

from api.cli import screen, settle_report
from ledger import texts
from settlement import agreeing, states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from settlement.proposals import Proposed
    from settlement.results import Settlement
    from settlement.states import Standing

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_settled(settled: Settlement, *, language: str, out: Path | None = None) -> None:
    """Show the positions and transfers of a settlement, and where it was written."""
    settle_report.show(settled, out, language=language)


def show_proposed(proposed: Proposed, *, language: str) -> None:
    """Say that a settlement was proposed."""
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(
        say("settlement.proposed", number=str(proposed.number), root=proposed.root.hex())
    )


def told(session: Session, fund: str, standing: Standing) -> dict[str, Any]:
    """Return how far a settlement is, for programs."""
    given = states.answers(session, standing)
    waiting = agreeing.waiting_for(session, fund, standing) if standing.state == "proposed" else ()
    return {
        "from": standing.period.start.isoformat(),
        "until": standing.period.until.isoformat(),
        "state": standing.state,
        "proposal": standing.proposal.number,
        "final": standing.proposal.final,
        "answers": {party: answer.verdict for party, answer in given.items()},
        "objected": sorted({line for each in given.values() for line in each.spendings}),
        "waiting": list(waiting),
    }


def show_status(told_: Sequence[dict[str, Any]], *, language: str) -> None:
    """Show how far settlements are."""
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not told_:
        console.print(say("settlement.none"))
        return
    columns = ("period", "number", "state", "agreed", "objected", "waiting")
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(say(f"settlement.{column}"))
    for each in told_:
        table.add_row(
            _period(each, language),
            str(each["proposal"]),
            say(f"settlement.state.{each['state']}"),
            _those(each, {"agrees", "silent"}),
            _those(each, {"objects"}),
            ", ".join(each["waiting"]),
        )
    console.print(table)


def _period(each: dict[str, Any], language: str) -> str:
    start, until = (date.fromisoformat(each[name]) for name in ("from", "until"))
    last = date.fromordinal(until.toordinal() - 1)
    return f"{texts.short_day(language, start)} - {texts.short_day(language, last)}"


def _those(each: dict[str, Any], verdicts: set[str]) -> str:
    return ", ".join(party for party, verdict in each["answers"].items() if verdict in verdicts)
