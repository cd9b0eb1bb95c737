"""Small funds in a real database whose parties have kinds, with a catalogue on file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger import store
from ledger.savings import catalogues, observations, picks
from tests.support import ledgers
from tests.support.catalogues import ABOUT, agreement_text, effect, kinded

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.savings.catalogues import Filed
    from ledger.savings.choosing import Picked
    from ledger.savings.observations import Observed
    from tests.support.ledgers import Ledger

KINDS: Final = "a municipality, h housing-association, z health-insurer"
EFFECTS: Final = (
    effect("eviction", "housing-association 900.00, municipality 100.00"),
    effect("debt", "municipality 50.00", horizon_months=1),
)


def opened(
    engine: Engine, *effects: str, kinds: str = KINDS, valid_from: str = "2026-01-01"
) -> Ledger:
    """Open a fund of parties with these kinds, and file a catalogue of these effects."""
    pairs = [text.split() for text in kinds.split(",")]
    ledger = ledgers.opened(engine, kinded(agreement_text(pairs), dict(pairs)))
    file(ledger, *effects, valid_from=valid_from)
    return ledger


def text(*effects: str, version: int = 1, valid_from: str = "2026-01-01") -> bytes:
    """Return the text of a catalogue."""
    about = ABOUT.replace("valid_from = 2026-01-01", f"valid_from = {valid_from}")
    return f"{about}version = {version}\n{''.join(effects or EFFECTS)}".encode()


def file(ledger: Ledger, *effects: str, version: int = 1, valid_from: str = "2026-01-01") -> Filed:
    """File a version of the catalogue."""
    content = text(*effects, version=version, valid_from=valid_from)
    with store.writing(ledger.engine) as session:
        return catalogues.file(session, ledger.fund, "effects.toml", content, act=ledger.act())


def pick(ledger: Ledger, spending: str, code: str = "eviction") -> Picked:
    """Pick an effect on a spending."""
    with store.writing(ledger.engine) as session:
        return picks.pick(session, ledger.fund, spending, code, act=ledger.act())


def observe(ledger: Ledger, spending: str, outcome: str) -> Observed:
    """Say what came of it."""
    with store.writing(ledger.engine) as session:
        return observations.observe(session, ledger.fund, spending, outcome, act=ledger.act())
