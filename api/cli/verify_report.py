"""What ``overbrug verify`` shows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.cli import screen
from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.verify.misfits import Misfit
    from ledger.verify.run import Report

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show(
    reports: Sequence[Report], others: Sequence[Misfit], *, language: str, as_json: bool
) -> None:
    """Say of every fund that all fits, or name what does not, the first of it first."""
    if as_json:
        told = {"funds": [*map(_told, reports)], "misfits": [*map(misfit_told, others)]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not reports:
        console.print(say("verify.no_fund"))
    for report in reports:
        complain(report.misfits)
        for sentence in _sentences(report, language):
            console.print(sentence)
    complain(others)
    if others:
        console.print(say.plural("verify.others", len(others), first=str(others[0])))


def _sentences(report: Report, language: str) -> list[str]:
    say, head = texts.catalogue(_LOCALE, language), report.head.hex()
    found = []
    if report.first is None:
        found.append(say.plural("verify.sound", report.events, fund=report.fund, head=head))
    else:
        count = len(report.misfits) + report.misfits_left
        found.append(say.plural("verify.misfits", count, fund=report.fund, first=str(report.first)))
    if report.printed_at is not None:
        number = texts.number(language, report.printed_at)
        found.append(say("verify.printed", number=number))
    if report.erased:
        found.append(say.plural("verify.erased", report.erased))
    return found


def _told(report: Report) -> dict[str, Any]:
    return {
        "fund": report.fund,
        "events": report.events,
        "head": report.head.hex(),
        "printed_at": report.printed_at,
        "erased": report.erased,
        "misfits": [*map(misfit_told, report.misfits)],
        "misfits_left": report.misfits_left,
    }


def misfit_told(misfit: Misfit) -> dict[str, str]:
    """Return a misfit as a program reads it."""
    return {"where": misfit.where, "what": misfit.what}


def complain(misfits: Sequence[Misfit]) -> None:
    """Name what does not fit, a line each, on standard error."""
    sys.stderr.write("".join(f"{misfit}\n" for misfit in misfits))
