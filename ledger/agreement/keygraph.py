"""Which keys a key leads to: parts, tiers, ties and fallbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ledger.agreement.schema import (
    BlendKey,
    HomeKey,
    LargestSavingKey,
    SavingsKey,
    TieredKey,
    UsageKey,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.agreement.schema import Key

Path: TypeAlias = "tuple[str | int, ...]"


def references(key: Key) -> Iterator[tuple[Path, str]]:
    """Yield the keys that a key refers to, each with the path of the member."""
    match key:
        case BlendKey():
            yield from ((("parts", at, "key"), part.key) for at, part in enumerate(key.parts))
        case TieredKey():
            yield from ((("tiers", at, "key"), tier.key) for at, tier in enumerate(key.tiers))
        case SavingsKey() | LargestSavingKey() | HomeKey() | UsageKey():
            if isinstance(key, LargestSavingKey) and key.ties is not None:
                yield ("ties",), key.ties
            yield ("fallback",), key.fallback


def reachable(of_code: Mapping[str, Key], code: str) -> set[str]:
    """Return the keys that a key leads to; itself only where it leads in a circle."""
    found: set[str] = set()
    ahead = [code]
    while ahead:
        key = of_code.get(ahead.pop())
        for _, referred in references(key) if key is not None else ():
            if referred not in found:
                found.add(referred)
                ahead.append(referred)
    return found
