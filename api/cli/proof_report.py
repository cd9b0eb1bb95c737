"""What ``overbrug prove`` and ``verify-proof`` show."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.cli import screen, verify_report
from ledger import texts
from ledger.letters import escaped
from ledger.proofs import Proof
from settlement import proved
from settlement.proved import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.row_proofs import RowProof
    from ledger.verify.misfits import Misfit

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def show_written(head: bytes, out: Path, *, language: str) -> None:
    """Say where a proof was written, and which head it leads to."""
    say = texts.catalogue(_LOCALE, language)
    screen.console().print(say("proof.written", file=str(out), head=head.hex()))


def show(
    proof: Proof | RowProof,
    found: Sequence[Misfit],
    *,
    given: bool,
    language: str,
    as_json: bool,
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
        sys.stdout.write(json.dumps(_told(proof, found), ensure_ascii=False, indent=1) + "\n")
        return
    verify_report.complain(found)
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    if found:
        console.print(say("proof.fails"))
        return
    lines = _spending(proof, language) if isinstance(proof, Proof) else _row(proof, language)
    for line in lines:
        console.print(line)
    console.print(say("proof.given" if given else "proof.not_given"))


def _told(proof: Proof | RowProof, found: Sequence[Misfit]) -> dict[str, Any]:
    if isinstance(proof, Proof):
        of_kind: dict[str, Any] = {
            "shown": {name: each.value for name, each in proof.shown.items()}
        }
    else:
        of_kind = {"rows": [row.leaf for row in proof.rows]}
    return {
        "holds": not found,
        "head": proof.head.hex(),
        "content": proof.content,
        **of_kind,
        "misfits": [*map(verify_report.misfit_told, found)],
    }


def _spending(proof: Proof, language: str) -> Iterator[str]:
    say, body = texts.catalogue(_LOCALE, language), proof.content["body"]
    yield say(
        "proof.holds",
        id=body["id"],
        amount=texts.euro(language, body["amount"]),
        day=texts.day(language, date.fromisoformat(body["spent_on"])),
        number=texts.number(language, proof.content["sequence"]),
        fund=proof.content["fund"],
        head=proof.head.hex(),
    )
    for name, each in proof.shown.items():
        value = say("proof.nothing") if each.value is None else each.value
        yield escaped(f"{name}: {value}")


def _row(proof: RowProof, language: str) -> Iterator[str]:
    say, body, row = texts.catalogue(_LOCALE, language), proof.content["body"], proved.told(proof)
    last_day = date.fromisoformat(body["period_until"]) - timedelta(days=1)
    of = {
        "start": texts.day(language, date.fromisoformat(body["period_from"])),
        "last": texts.day(language, last_day),
        "proposal": texts.number(language, body["number"]),
        "number": texts.number(language, proof.content["sequence"]),
        "fund": proof.content["fund"],
        "head": proof.head.hex(),
    }
    if isinstance(row, Position):
        yield escaped(say("proof.position", party=row.party, **of))
        yield escaped(f"exact_cost_share: {row.exact_cost_share}")
        yield from (f"{name}: {texts.euro(language, cents)}" for name, cents in row.cents.items())
        return
    yield escaped(say("proof.line", spending=texts.number(language, row.spending), **of))
    yield escaped(f"key: {row.key}")
    for party, share in row.shares.items():
        amount = texts.euro(language, row.cents.get(party, 0))
        yield escaped(f"{party}: {amount} ({share})")
