"""Keys in words: what each says, and what every participant bears where that is constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.agreement.schema import (
    BlendKey,
    EqualKey,
    FixedKey,
    HomeKey,
    LargestSavingKey,
    MeasureKey,
    SavingsKey,
    UsageKey,
)
from ledger.agreement.words.shares import constant, shares, turning_points

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from ledger.agreement.schema import Key, TieredKey
    from ledger.agreement.words.shares import ConstantKey
    from ledger.agreement.words.voice import Voice


def in_words(voice: Voice, key: Key) -> str:
    """Return a key as it is agreed, with the shares of each period where they are constant."""
    said = definition(voice, key)
    only_constant = constant([key]).get(key.code)
    if only_constant is None:
        return said
    rule = [voice.say("key.fixed.absent")] if isinstance(key, FixedKey) else []
    return " ".join([said, *rule, *_shares_by_period(voice, only_constant)])


def definition(voice: Voice, key: Key) -> str:
    """Return what a key says, without figures that follow from the participants."""
    match key:
        case MeasureKey() | FixedKey() | EqualKey():
            return _constant(voice, key)
        case SavingsKey() | LargestSavingKey():
            return _by_savings(voice, key)
        case HomeKey():
            return voice.say(f"key.home.{key.by}", fallback=voice.key(key.fallback))
        case UsageKey():
            fallback = voice.key(key.fallback)
            return voice.say.plural(f"key.usage.{key.by}", key.periods, fallback=fallback)
        case BlendKey():
            return _blend(voice, key)
        case _:
            return _tiered(voice, key)


def _constant(voice: Voice, key: ConstantKey) -> str:
    match key:
        case MeasureKey():
            return voice.say("key.measure", measure=voice.word("measure", key.measure))
        case FixedKey():
            return voice.say("key.fixed", shares=voice.together(_agreed(voice, key)))
        case EqualKey() if key.parties is None:
            return voice.say("key.equal")
        case _:
            return voice.say("key.equal.parties", parties=voice.parties(key.parties or ()))


def _agreed(voice: Voice, key: FixedKey) -> list[str]:
    codes = [party.code for party in voice.agreement.party if party.code in key.shares]
    order = dict.fromkeys((*codes, *sorted(key.shares)))
    return [f"{voice.party(code)} {voice.share(key.shares[code])}" for code in order]


def _by_savings(voice: Voice, key: SavingsKey | LargestSavingKey) -> str:
    level = voice.say(f"key.level.{key.level}")
    said, fallback = [voice.say(f"key.{key.kind}", level=level)], voice.key(key.fallback)
    if isinstance(key, SavingsKey) and key.capped:
        said.append(voice.say("key.capped", fallback=fallback))
    if isinstance(key, LargestSavingKey):
        ties = "key.ties" if key.ties else "key.ties.evenly"
        said.append(voice.say(ties, key=voice.key(key.ties or "")))
    said.append(voice.say("key.fallback.savings", fallback=fallback))
    return " ".join(said)


def _blend(voice: Voice, key: BlendKey) -> str:
    parts = (
        voice.say("key.blend.part", share=voice.share(part.share), key=voice.key(part.key))
        for part in key.parts
    )
    return voice.say("key.blend", parts=voice.together(parts))


def _tiered(voice: Voice, key: TieredKey) -> str:
    slices = []
    for place, tier in enumerate(key.tiers):
        where = "first" if place == 0 else "next"
        bound = "rest" if tier.up_to is None else where
        up_to = "" if tier.up_to is None else voice.money(tier.up_to)
        named = voice.key(tier.key)
        slices.append(voice.say(f"key.tier.{bound}", key=named, up_to=up_to))
    return voice.say("key.tiered", tiers="; ".join(slices))


def _shares_by_period(voice: Voice, key: ConstantKey) -> list[str]:
    periods: list[tuple[date, dict[str, Fraction]]] = []
    for day in turning_points(voice.agreement):
        borne = shares(voice.agreement, key, day)
        if not periods or _bearing(periods[-1][1]) != _bearing(borne):
            periods.append((day, borne))
    if len(periods) == 1:
        only = _shares(voice, periods[0][1])
        return [] if isinstance(key, FixedKey) else [voice.say("key.shares", shares=only)]
    return [
        voice.say("key.shares.from", day=voice.day(day), shares=_shares(voice, borne))
        for day, borne in periods
    ]


def _bearing(borne: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {code: share for code, share in borne.items() if share}


def _shares(voice: Voice, borne: Mapping[str, Fraction]) -> str:
    if not borne:
        return voice.say("key.nobody")
    bearing = list(_bearing(borne))
    exempt = [code for code, share in borne.items() if not share]
    said = voice.together(f"{voice.party(c)} {voice.percentage(borne[c])}" for c in bearing)
    if len(bearing) > 1 and len({borne[c] for c in bearing}) == 1:
        each = voice.share(borne[bearing[0]])
        said = voice.say("key.each", parties=voice.parties(bearing), share=each)
    if not exempt:
        return said
    return voice.say.plural("key.exempt", len(exempt), shares=said, parties=voice.parties(exempt))
