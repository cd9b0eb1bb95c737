"""Findings put straight on record, for tests of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store, trail
from ledger.tables import (
    Acceptance,
    AcceptanceDecision,
    Authorisation,
    Finding,
    FindingEnd,
    Review,
    Spending,
)

if TYPE_CHECKING:
    from tests.support.ledgers import Ledger

_SPENDING: Final = store.table(Spending)


def found(
    ledger: Ledger,
    spending: str,
    amount_cents: int,
    *,
    rule: str = "departs-from-rule",
    kind: str = "error",
    criterion: str | None = "conditions",
) -> tuple[int, int]:
    """Record that a spending fails a rule; returns number and line of the finding."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        number = session.connection().execute(
            select(_SPENDING.c.sequence).where(
                _SPENDING.c.fund_id == end.fund_id, _SPENDING.c.id == spending
            )
        )
        row: dict[str, Any] = {
            "spending": number.scalar_one(),
            "rule": rule,
            "version": 1,
            "kind": kind,
            "criterion": criterion,
            "amount_cents": amount_cents,
            "figures": "{}",
        }
        event = end.append(ledger.act(), "findings.tested", {"findings": [row]})
        end.write([event])
        store.insert(
            session, Finding, [{"fund_id": end.fund_id, "sequence": end.sequence, "line": 1} | row]
        )
        return end.sequence, 1


def ended(ledger: Ledger, finding: tuple[int, int], how: str) -> None:
    """Record that a finding stands no more."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        end.write([end.append(ledger.act(), "findings.tested", {"ended": [list(finding)]})])
        sequence, line = finding
        row = {"finding": sequence, "finding_line": line, "sequence": end.sequence, "how": how}
        store.insert(session, FindingEnd, [{"fund_id": end.fund_id} | row])


def accepted(
    ledger: Ledger, *findings: tuple[int, int], ground: str = "reverse-test", by: str = "board"
) -> None:
    """Record that findings were accepted, by the board or by somebody with a mandate."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        end.write([end.append(ledger.act(), "findings.accepted", {"by": by})])
        said: dict[str, Any] = {"mandate": "social-worker"}
        if by == "board":
            said = {
                "meeting_on": ledger.now.date(), "number": f"B-{end.sequence}",
                "present": 5, "members": 7,
            }  # fmt: skip
        row = {"fund_id": end.fund_id, "sequence": end.sequence}
        decided = {"how": by, "decided_on": ledger.now.date()}
        store.insert(session, AcceptanceDecision, [row | decided | said])
        store.insert(
            session,
            Acceptance,
            [
                row | {"line": at, "finding": number, "finding_line": line, "ground": ground}
                for at, (number, line) in enumerate(findings, 1)
            ],
        )


def reviewed(ledger: Ledger, finding: tuple[int, int], verdict: str) -> None:
    """Record what a reviewer says of a finding."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        end.write([end.append(ledger.act(), "finding.reviewed", {"verdict": verdict})])
        number, line = finding
        row = {"finding": number, "finding_line": line, "verdict": verdict}
        store.insert(session, Review, [{"fund_id": end.fund_id, "sequence": end.sequence} | row])


def authorised(ledger: Ledger, party: str, year: int, amount_cents: int, decision: str) -> None:
    """Record what a council authorised afterwards."""
    with store.writing(ledger.engine) as session:
        end = trail.lock(session, ledger.fund)
        end.write([end.append(ledger.act(), "budget.authorised", {"party": party})])
        row = {
            "party": party, "year": year, "amount_cents": amount_cents, "decision": decision,
            "decided_on": ledger.now.date(),
        }  # fmt: skip
        store.insert(
            session, Authorisation, [{"fund_id": end.fund_id, "sequence": end.sequence} | row]
        )
