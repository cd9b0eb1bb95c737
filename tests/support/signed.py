"""A later version of a fund's agreement, filed and signed by the boards of all who take part."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger import funds, signing, store
from ledger.agreement import canonical

if TYPE_CHECKING:
    from tests.support.ledgers import Ledger


def version(ledger: Ledger, document: bytes) -> None:
    """File a version and let every participant sign it."""
    with store.writing(ledger.engine) as session:
        filed = funds.file_version(session, ledger.fund, "later.toml", document, act=ledger.act())
    digest = canonical.sha256(filed)
    since = min(date(2026, 1, 1), ledger.now.date())
    for party in filed.party:
        if party.participant:
            who = f"board-{party.code}"
            if who not in ledger.people:
                ledger.grant(who, "board", party.code, valid_from=since)
            with store.writing(ledger.engine) as session:
                signing.sign(
                    session,
                    ledger.fund,
                    filed.agreement.version,
                    party.code,
                    act=ledger.act(who),
                    sha256=digest,
                )
