"""Findings as rows: how they are written, and read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ledger import canonical_json, store, tables
from ledger.lawfulness.found import Finding

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.lawfulness.found import Outcome, Place


def write(session: Session, outcome: Outcome, fund_id: int, sequence: int) -> None:
    """Write the rows of an act that looked again."""
    numbered = enumerate(outcome.found, 1)
    store.insert(
        session,
        tables.Finding,
        [row(fund_id, (sequence, line), *found) for line, found in numbered],
    )
    store.insert(
        session,
        tables.FindingEnd,
        [end(fund_id, place, sequence, "resolved") for place in outcome.ended],
    )


def row(fund_id: int, place: Place, spending: int, found: Finding) -> dict[str, Any]:
    """Return the row of a finding."""
    sequence, line = place
    return {
        "fund_id": fund_id,
        "sequence": sequence,
        "line": line,
        "spending": spending,
        "rule": found.rule,
        "version": found.version,
        "kind": found.kind,
        "criterion": found.criterion,
        "amount_cents": found.amount_cents,
        "figures": canonical_json.text(found.figures),
    }


def end(fund_id: int, place: Place, sequence: int, how: str) -> dict[str, Any]:
    """Return the row that ends a finding."""
    finding, line = place
    return {
        "fund_id": fund_id,
        "finding": finding,
        "finding_line": line,
        "sequence": sequence,
        "how": how,
    }


def of_row(row: Any) -> Finding:
    """Return a finding from its row."""
    return Finding(
        rule=row.rule,
        version=row.version,
        kind=row.kind,
        criterion=row.criterion,
        amount_cents=row.amount_cents,
        figures=json.loads(row.figures),
    )
