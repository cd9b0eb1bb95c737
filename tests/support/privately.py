"""A fund in which some may read and others may not, and what they do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import store
from ledger.privacy import log, on_case, reading, restricting
from tests.support import deciding

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.privacy.log import Entry
    from ledger.privacy.reading import Content
    from ledger.privacy.restricting import Answer
    from tests.support.ledgers import Ledger


def opened(engine: Engine) -> Ledger:
    """Open a fund with a spending of a worker for a case, and somebody of every kind."""
    ledger = deciding.opened(engine)
    ledger.grant("officer", "privacy-officer")
    ledger.grant("clerk-b", "finance", "b")
    ledger.record(
        10_00, id="rent", case="K1", professional="worker", payee="landlord", purpose="a roof",
        effect="no eviction", considered="asked", departs_from="rule 7", receipt="r-1.jpg",
    )  # fmt: skip
    ledger.record(5_00, id="other", case="K2", organisation="b", payee="shop")
    return ledger


def read(ledger: Ledger, spending: str, who: str, why: str = "question") -> Content:
    """Read what was written about a spending, as the command does."""
    with store.writing(ledger.engine) as session:
        reading.read(session, ledger.fund, spending, why, act=ledger.act(who))
    with store.reading(ledger.engine) as session:
        return reading.content(session, ledger.fund, spending)


def exported(ledger: Ledger, case: str, who: str = "officer") -> dict[str, Any]:
    """Read all that is on record of a case, as the command does."""
    with store.writing(ledger.engine) as session:
        reading.read_case(session, ledger.fund, case, act=ledger.act(who))
    with store.reading(ledger.engine) as session:
        return on_case.of(session, ledger.fund, case)


def restricted(ledger: Ledger, case: str, who: str = "officer", ground: str = "accuracy") -> Answer:
    """Restrict the use of a case."""
    with store.writing(ledger.engine) as session:
        return restricting.restrict(session, ledger.fund, case, ground, act=ledger.act(who))


def lifted(ledger: Ledger, case: str, who: str = "officer") -> Answer:
    """Lift the restriction of a case."""
    with store.writing(ledger.engine) as session:
        return restricting.lift(session, ledger.fund, case, act=ledger.act(who))


def logged(ledger: Ledger, **asked: Any) -> list[Entry]:
    """Return who read what."""
    with store.reading(ledger.engine) as session:
        return log.of_fund(session, ledger.fund, **asked)
