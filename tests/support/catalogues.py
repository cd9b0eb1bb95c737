"""Small catalogues of effects as text, and agreements whose parties have a kind.

Shares are written as ``housing-association 1900.00, municipality 375.00``. Members that a
test is not about are filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.agreement import reading as agreements
from ledger.effects import reading
from tests.support.funds import PER_HEAD, agreement

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement
    from ledger.effects.schema import Catalogue

ABOUT: Final = """schema = 1
[catalogue]
code = "test"
valid_from = 2026-01-01
source = "made up"
licence = "none"
price_year = 2026
"""
TEXTS: Final = """name = { nl = "Huis behouden", en = "Home kept" }
event = { nl = "Ontruiming", en = "Eviction" }
so_that = { nl = "ze kunnen blijven wonen", en = "they can stay" }
so_that_past = { nl = "ze konden blijven wonen", en = "they could stay" }
unit = { nl = "per keer", en = "each" }
source = "made up"
"""


def effect(
    code: str = "eviction",
    shares: str = "municipality 1000.00",
    *,
    grade: int = 1,
    deadweight: str = "0",
    horizon_months: int = 12,
    more: str = "",
) -> str:
    """Return one effect as TOML; ``more`` holds further members of it."""
    pairs = (text.split() for text in shares.split(","))
    return (
        f'[[effect]]\ncode = "{code}"\n{TEXTS}grade = {grade}\ndeadweight = "{deadweight}"\n'
        f"horizon_months = {horizon_months}\n{more}\n"
        + "".join(
            f'[[effect.share]]\nparty_kind = "{kind}"\namount = "{amount}"\n'
            for kind, amount in pairs
        )
    )


def index(
    uprating: str, exchange: str = "1", *, code: str = "old", price_year: str = "2026"
) -> str:
    """Return one index to the prices of 2026 as TOML."""
    return (
        f'[[index]]\ncode = "{code}"\nprice_year = "{price_year}"\nto_year = 2026\n'
        f'uprating = "{uprating}"\nexchange = "{exchange}"\nsource = "assumed"\n'
    )


def catalogue(*tables: str, rate: str = "0.0225") -> Catalogue:
    """Return a catalogue of these tables."""
    text = f'{ABOUT}discount_rate = "{rate}"\n' + "".join(tables or (effect(),))
    return reading.read("effects.toml", text.encode())


def agreement_of(kinds: str) -> Agreement:
    """Return an agreement with these parties, such as ``m municipality, h school``."""
    pairs = [text.split() for text in kinds.split(",")]
    return agreements.read("agreement.toml", kinded(agreement_text(pairs), dict(pairs)))


def agreement_text(pairs: list[list[str]], *, keys: str = PER_HEAD) -> bytes:
    """Return an agreement in which all of these parties take part."""
    parties = ", ".join(f"{code} 1" for code, _ in pairs)
    return agreement(keys, parties=parties, holder=pairs[0][0])


def kinded(content: bytes, kinds: dict[str, str]) -> bytes:
    """Return the text of an agreement in which these parties have these kinds."""
    text = content.decode()
    for party, kind in kinds.items():
        before = f'code = "{party}"\nname = "{party}"\nkind = "other"'
        assert before in text
        text = text.replace(before, before.replace("other", kind))
    return text.encode()
