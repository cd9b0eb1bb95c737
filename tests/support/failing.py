"""Findings put straight on record, for tests of what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store, trail
from ledger.tables import Finding, FindingEnd, Spending

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
