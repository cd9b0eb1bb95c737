"""Funds whose bill follows what was picked, withdrawals by the board, and the files of both."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ledger import store
from ledger.measures import Corrected
from reports.exports import facts_files
from settlement import exporting, withdrawing
from tests.support import funds, ledgers, picked
from tests.support.catalogues import effect, kinded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from ledger.savings.withdrawals import Entry
    from settlement.withdrawing import Prepared, Withdrawn
    from tests.support.funds import Outcome
    from tests.support.ledgers import Ledger

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"
KINDS: Final = {"a": "municipality", "b": "housing-association", "c": "health-insurer"}
SAVED: Final = (
    '[[key]]\ncode = "saved"\nkind = "savings"\nlevel = "{level}"\ncapped = {capped}\n'
    'fallback = "heads"\n'
)
EFFECTS: Final = (
    effect("eviction", "municipality 100.00, housing-association 300.00"),
    effect("debt", "municipality 200.00", horizon_months=1),
    effect("illness", "health-insurer 400.00"),
)
FIGURES: Final = tuple(
    f"{name}.csv"
    for name in (
        *("lines", "vectors", "allocations", "adjustments", "positions", "transfers"),
        "outsiders",
    )
)
"""The tables of a settlement, which files and ledger must write alike."""


def agreement(level: str = "case", *, capped: bool = False, **members: Any) -> bytes:
    """Return an agreement in which who saves pays."""
    keys = SAVED.format(level=level, capped=str(capped).lower())
    return kinded_agreement(keys, **members)


def kinded_agreement(keys: str, **members: Any) -> bytes:
    """Return an agreement with these keys, whose parties have kinds."""
    return kinded(funds.agreement(keys, **({"parties": "a 1, b 1, c 1"} | members)), KINDS)


def opened(engine: Engine, *agreements: bytes) -> Ledger:
    """Open a fund with a catalogue, and a board; in January."""
    ledger = ledgers.opened(engine, *(agreements or (agreement(),))).at("2026-01-10")
    ledger.finance()
    ledger.grant("board", "board")
    picked.file(ledger, *EFFECTS)
    return ledger


def entry(ledger: Ledger, code: str = "eviction", version: int | None = 1) -> Entry:
    """Return an entry of the catalogue."""
    with store.reading(ledger.engine) as session:
        day = ledger.act().day("Europe/Amsterdam")
        return withdrawing.entry(session, ledger.fund, code, version=version, on=day)


def measure(party: str, number: int | str, *, version: int = 1) -> Corrected:
    """Return the right number of inhabitants of a party."""
    return Corrected(version=version, party=party, measure="inhabitants", number=Fraction(number))


def prepare(ledger: Ledger, what: Entry | Corrected) -> Prepared:
    """Find what a withdrawal would move."""
    with store.reading(ledger.engine) as session:
        return withdrawing.prepare(session, ledger.fund, what)


def done(ledger: Ledger, prepared: Prepared, *, who: str = "board") -> Withdrawn:
    """Do what was prepared."""
    with store.writing(ledger.engine) as session:
        return withdrawing.withdraw(
            session, prepared, reason="the source was withdrawn", act=ledger.act(who)
        )


def withdraw(ledger: Ledger, code: str = "eviction", version: int | None = 1) -> Withdrawn:
    """Withdraw an entry of the catalogue, as the board."""
    return done(ledger, prepare(ledger, entry(ledger, code, version)))


def from_files(ledger: Ledger, start: str, *agreements: bytes, previous: list[Outcome]) -> Outcome:
    """Settle the facts of a settlement on record once more, from the files that hold them."""
    with store.reading(ledger.engine) as session:
        settled, working = exporting.again(session, ledger.fund, date.fromisoformat(start))
    of, parties = working.facts.spendings, working.facts.eras[0].parties
    saved = b"".join(facts_files.savings(working.facts.savings, of=of, parties=parties))
    return funds.settle(
        *agreements,
        spendings=b"".join(facts_files.spendings(of)),
        savings=saved,
        period=f"{settled.period.start} {settled.period.until}",
        previous=previous,
        received=dict(working.order.received or {}),
        set_apart=working.order.set_apart,
    )


def same_from_files(ledger: Ledger, agreements: Mapping[str, tuple[bytes, ...]]) -> None:
    """Check that files give every byte of every table of settlements, one after another.

    Args:
        ledger: In which they were settled.
        agreements: By the first day of each settlement, the versions it is settled from.
    """
    before: list[Outcome] = []
    for start, versions in agreements.items():
        told = ledger.exported(start)
        before.append(from_files(ledger, start, *versions, previous=before))
        for name in FIGURES:
            assert before[-1].files[name] == told.files[name], (start, name)
        assert before[-1].settlement.facts_sha256 == told.settlement.facts_sha256, start
