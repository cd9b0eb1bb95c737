"""Checks of keys that refer to keys: circles, fallbacks, tiers in tiers, measures.

Source:
    The settlement rules, Weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ledger.agreement.keygraph import reachable, references
from ledger.agreement.schema import (
    Agreement,
    BlendKey,
    EqualKey,
    FixedKey,
    HomeKey,
    Key,
    LargestSavingKey,
    MeasureKey,
    Party,
    SavingsKey,
    TieredKey,
    UsageKey,
)
from ledger.agreement.versions import changes_of_participation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ledger.agreement.keygraph import Path

DEPTH_MAX: Final = 16
"""How many keys may stand in a row; a blend of blends is weighed once per way through it."""

Found: TypeAlias = "Iterator[tuple[Path, str]]"


def circles(agreement: Agreement) -> Found:
    """No key refers to itself, directly or through others."""
    of_code = _of_code(agreement)
    told: set[str] = set()
    for at, key in enumerate(agreement.key):
        way = _way_back(of_code, key.code)
        if way and not told.intersection(way):
            told.update(way)
            yield (
                ("key", at),
                f"refers to itself: {' -> '.join([*way, key.code])}; let one of them end "
                "in a measure, fixed or equal key",
            )


def fallbacks(agreement: Agreement) -> Found:
    """A chain of fallbacks ends in a key that always gives somebody a weight."""
    of_code = _of_code(agreement)
    for at, key in enumerate(agreement.key):
        match key:
            case SavingsKey() | LargestSavingKey() | HomeKey() | UsageKey():
                end = of_code.get(key.fallback)
            case _:
                continue
        if isinstance(end, BlendKey | TieredKey):
            yield (
                ("key", at, "fallback"),
                f"{end.code!r} is a {end.kind} key and may fail too; "
                "name a measure, fixed or equal key",
            )
        elif isinstance(end, MeasureKey | FixedKey | EqualKey):
            empty = _fails_on(agreement, end)
            if empty is not None:
                yield (
                    ("key", at, "fallback"),
                    f"{end.code!r} may fail too: on {empty} it gives no participant a weight",
                )


def nested_tiers(agreement: Agreement) -> Found:
    """No tiered key stands inside a tiered key, directly or through others."""
    of_code = _of_code(agreement)
    for at, key in enumerate(agreement.key):
        if not isinstance(key, TieredKey):
            continue
        for number, tier in enumerate(key.tiers):
            inside = {tier.key, *reachable(of_code, tier.key)} - {key.code}
            tiered = sorted(c for c in inside if isinstance(of_code.get(c), TieredKey))
            if tiered:
                yield (
                    ("key", at, "tiers", number, "key"),
                    f"leads to the tiered key {tiered[0]!r}; no tiered key inside a tiered key",
                )


def depth(agreement: Agreement) -> Found:
    """No key leads to its end through more keys than people can follow."""
    of_code = _of_code(agreement)
    if any(True for _ in circles(agreement)):
        return
    steps: dict[str, int] = {}
    for key in agreement.key:
        _count_steps(of_code, key.code, steps)
    for at, key in enumerate(agreement.key):
        if steps[key.code] == DEPTH_MAX + 1:
            yield (
                ("key", at),
                f"leads to its end through more than {DEPTH_MAX} keys; use fewer in a row",
            )


def _count_steps(of_code: dict[str, Key], code: str, steps: dict[str, int]) -> None:
    """Write down how many keys stand in a row from each key on, without recursion."""
    ahead = [code]
    while ahead:
        next_ = (
            [referred for _, referred in references(of_code[ahead[-1]]) if referred in of_code]
            if ahead[-1] in of_code
            else []
        )
        unknown = [referred for referred in next_ if referred not in steps]
        if unknown:
            ahead += unknown
        else:
            steps[ahead.pop()] = 1 + max((steps[referred] for referred in next_), default=0)


def measures(agreement: Agreement) -> Found:
    """Every participant has the measures of the keys in use."""
    of_code = _of_code(agreement)
    roots = [each.key for each in agreement.assignment] + [each.over for each in agreement.ladder]
    used = {code for root in roots for code in (root, *reachable(of_code, root))}
    needed = {
        key.measure: key.code
        for key in agreement.key
        if isinstance(key, MeasureKey) and key.code in used
    }
    for measure, code in needed.items():
        for at, party in enumerate(agreement.party):
            if party.participant and measure not in party.measures:
                yield (
                    ("party", at, "measures"),
                    f"{measure!r} is missing, which key {code!r} uses; write 0 to mean nothing",
                )


def _of_code(agreement: Agreement) -> dict[str, Key]:
    return {key.code: key for key in agreement.key}


def _way_back(of_code: dict[str, Key], code: str) -> list[str]:
    """Return the shortest way from a key back to itself, or nothing."""
    ahead = [[code]]
    seen: set[str] = set()
    for way in ahead:
        key = of_code.get(way[-1])
        for _, referred in references(key) if key is not None else ():
            if referred == code:
                return way
            if referred not in seen:
                seen.add(referred)
                ahead.append([*way, referred])
    return []


def _fails_on(agreement: Agreement, key: MeasureKey | FixedKey | EqualKey) -> date | None:
    """Return the first day on which a key gives no participant a weight."""
    for day in sorted(changes_of_participation(agreement)):
        present = [party for party in agreement.party if party.takes_part_on(day)]
        if present and not any(_weighs(key, party) for party in present):
            return day
    return None


def _weighs(key: MeasureKey | FixedKey | EqualKey, party: Party) -> bool:
    match key:
        case MeasureKey():
            return bool(party.measures.get(key.measure))
        case FixedKey():
            return bool(key.shares.get(party.code))
        case EqualKey():
            return key.parties is None or party.code in key.parties
