"""What ``overbrug verify``, ``prove`` and ``verify-proof`` show."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.cli import screen
from ledger import texts
from ledger.letters import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.proofs import Proof
    from ledger.verify.misfits import Misfit
    from ledger.verify.run import Report

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show(
    reports: Sequence[Report], others: Sequence[Misfit], *, language: str, as_json: bool
) -> None:
    """Say of every fund that all fits, or name what does not, the first of it first."""
    if as_json:
        told = {"funds": [*map(_told, reports)], "misfits": [*map(_misfit, others)]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if not reports:
        console.print(say("verify.no_fund"))
    for report in reports:
        _complain(report.misfits)
        for sentence in _sentences(report, language):
            console.print(sentence)
    _complain(others)
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


def show_written(proof: Proof, out: Path, *, language: str) -> None:
    """Say where a proof was written, and which head it leads to."""
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say("proof.written", file=str(out), head=proof.head.hex()))


def show_proof(
    proof: Proof, found: Sequence[Misfit], *, given: bool, language: str, as_json: bool
) -> None:
    """Say what a proof proves, or why it does not hold.

    Args:
        proof: As it was read.
        found: What does not fit.
        given: Whether the head came from another source too.
        language: Of the sentences.
        as_json: Whether a program reads it.
    """
    if as_json:
        told = {
            "holds": not found,
            "head": proof.head.hex(),
            "content": proof.content,
            "shown": {name: each.value for name, each in proof.shown.items()},
            "misfits": [*map(_misfit, found)],
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    _complain(found)
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if found:
        console.print(say("proof.fails"))
        return
    body, number = proof.content["body"], texts.number(language, proof.content["sequence"])
    console.print(
        say(
            "proof.holds",
            id=body["id"],
            amount=texts.euro(language, body["amount"]),
            day=texts.day(language, date.fromisoformat(body["spent_on"])),
            number=number,
            fund=proof.content["fund"],
            head=proof.head.hex(),
        )
    )
    for name, each in proof.shown.items():
        value = say("proof.nothing") if each.value is None else each.value
        console.print(escaped(f"{name}: {value}"))
    console.print(say("proof.given" if given else "proof.not_given"))


def _told(report: Report) -> dict[str, Any]:
    return {
        "fund": report.fund,
        "events": report.events,
        "head": report.head.hex(),
        "printed_at": report.printed_at,
        "erased": report.erased,
        "misfits": [*map(_misfit, report.misfits)],
        "misfits_left": report.misfits_left,
    }


def _misfit(misfit: Misfit) -> dict[str, str]:
    return {"where": misfit.where, "what": misfit.what}


def _complain(misfits: Sequence[Misfit]) -> None:
    sys.stderr.write("".join(f"{misfit}\n" for misfit in misfits))
