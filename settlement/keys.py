"""Keys: what the agreement says about who bears a spending, as exact weights.

A key looks at one spending (its *situation*) and at the parties that it may weigh
(``allowed``: the participants of the day the money was spent, or fewer where a tie or a
cap narrows the choice). It answers with whole numbers, one per party, of which only the
ratios count, or with nothing where it gives nobody a weight. Nothing is rounded.

Source:
    The settlement rules, Weights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from operator import mul
from typing import TYPE_CHECKING, TypeAlias

from ledger.agreement.schema import (
    BlendKey,
    EqualKey,
    FixedKey,
    HomeKey,
    LargestSavingKey,
    MeasureKey,
    SavingsKey,
    TieredKey,
    UsageKey,
)
from settlement.caps import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from settlement.eras import Era, Weights

    Exact: TypeAlias = int | Fraction


class NobodyWeighs(Exception):
    """A key gives nobody a weight and has no fallback that does."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key} gives no participant of that day a weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What keys can see of one spending; positions are in the order of parties.

    ``saved_by_spending`` and ``saved_by_case`` are expected savings in cents per party,
    0 or more; ``amount_cents`` is absolute. ``line`` and ``case`` tell lines apart that
    share a cap.
    """

    organisation: int
    home: int | None = None
    saved_by_spending: Weights = ()
    saved_by_case: Weights = ()
    amount_cents: int = 0
    line: int = -1
    case: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way from the assigned key to the weights, for the explanation."""

    key: str
    event: str  # fallback, largest, tie, evenly, part, tier or cap
    parties: Weights = ()
    share: Fraction | None = None
    amount_cents: Exact = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Part of a line that a capped key weighs together with the other lines of its case."""

    key: str
    situation: Situation
    allowed: Weights
    amount_cents: Exact


@dataclass(slots=True, kw_only=True)
class Weighing:
    """What weighing needs besides the spending, and what it leaves behind.

    Args:
        era: The rules of the day the money was spent.
        usage: Per usage key the weights of the trailing window.
        claims: Where set, what capped keys at case level would weigh is gathered here.
        granted: What the caps of the case made of a claim.
        steps: Where set, the way to the weights is written down here.
    """

    era: Era
    usage: Mapping[str, Weights] = field(default_factory=dict)
    claims: list[Claim] | None = None
    granted: Mapping[Claim, Weights] = field(default_factory=dict)
    steps: list[Step] | None = None

    def note(self, step: Step) -> None:
        """Write a step down, where someone wants to know."""
        if self.steps is not None:
            self.steps.append(step)


def assigned_weights(weighing: Weighing, key: str, situation: Situation) -> Weights:
    """Weigh one spending by its assigned key, in lowest terms.

    Raises:
        NobodyWeighs: The key, or a part or tier of it, gives nobody a weight.
    """
    allowed = weighing.era.participants
    return lowest(_surely(weighing, key, situation, allowed, situation.amount_cents))


def weights(
    weighing: Weighing, key: str, situation: Situation, allowed: Weights, amount_cents: Exact
) -> Weights | None:
    """Weigh one spending, or the part of it that this key is about.

    Args:
        weighing: The rules.
        key: Code of the key.
        situation: What the key can see.
        allowed: 1 for every party that may get a weight, else 0.
        amount_cents: How much of the spending the key is about, absolute.

    Returns:
        One whole number per party, or ``None`` where nobody gets a weight.

    Raises:
        NobodyWeighs: A part of a blend or a tier gives nobody a weight.
    """
    match rule := weighing.era.keys[key]:
        case MeasureKey() | FixedKey() | EqualKey():
            return _restricted(weighing.era.constant[key], allowed)
        case SavingsKey() | LargestSavingKey():
            found = _by_savings(weighing, rule, situation, allowed, amount_cents)
        case HomeKey():
            position = situation.organisation if rule.by == "organisation" else situation.home
            found = None if position is None else _restricted(_only(position, allowed), allowed)
        case UsageKey():
            found = _restricted(weighing.usage[key], allowed)
        case BlendKey():
            parts = [
                (Step(key=part.key, event="part", share=part.share,
                      amount_cents=part.share * amount_cents), part.share)
                for part in rule.parts
            ]  # fmt: skip
            return _together(weighing, parts, situation, allowed)
        case TieredKey():
            # The spending is cut, also where the key weighs only a part of it.
            part = Fraction(amount_cents, situation.amount_cents or 1)
            slices = [
                (Step(key=tier, event="tier", amount_cents=part * cents), share)
                for tier, cents, share in _slices(rule, situation.amount_cents)
            ]
            return _together(weighing, slices, situation, allowed)
    if found is not None:
        return found
    weighing.note(Step(key=key, event="fallback"))
    return weights(weighing, rule.fallback, situation, allowed, amount_cents)


def lowest(ratios: Weights) -> Weights:
    """Return the same ratios in lowest terms."""
    divisor = gcd(*ratios)
    return ratios if divisor == 1 else tuple(ratio // divisor for ratio in ratios)


def grant(claims: Sequence[tuple[Weighing, Claim]]) -> dict[Claim, Weights]:
    """Weigh all claims on one capped key within one case together.

    Args:
        claims: With the same key and case, each with the rules of its own day.

    Returns:
        Weights per claim, in lowest terms.
    """

    def fallback(number: int, allowed: Weights) -> Weights | None:
        weighing, claim = claims[number]
        narrowed = tuple(map(mul, claim.allowed, allowed))
        return _perhaps(
            weighing,
            _capped(weighing, claim).fallback,
            claim.situation,
            narrowed,
            claim.amount_cents,
        )

    def plain(number: int) -> Weights:
        weighing, claim = claims[number]
        return _surely(
            weighing,
            _capped(weighing, claim).fallback,
            claim.situation,
            claim.allowed,
            claim.amount_cents,
        )

    saved = [_saved(_capped(weighing, claim), claim.situation) for weighing, claim in claims]
    filled = fill(
        saved[0],
        [claim.amount_cents for _, claim in claims],
        first=[
            tuple(map(mul, savings, claim.allowed))
            for savings, (_, claim) in zip(saved, claims, strict=True)
        ],
        then=fallback,
        last=plain,
    )
    return {claim: lowest(found) for (_, claim), found in zip(claims, filled, strict=True)}


def _capped(weighing: Weighing, claim: Claim) -> SavingsKey:
    rule = weighing.era.keys[claim.key]
    assert isinstance(rule, SavingsKey)
    return rule


def _saved(rule: SavingsKey | LargestSavingKey, situation: Situation) -> Weights:
    return situation.saved_by_case if rule.level == "case" else situation.saved_by_spending


def _surely(
    weighing: Weighing, key: str, situation: Situation, allowed: Weights, amount_cents: Exact
) -> Weights:
    found = weights(weighing, key, situation, allowed, amount_cents)
    if found is None:
        raise NobodyWeighs(key)
    return found


def _perhaps(
    weighing: Weighing, key: str, situation: Situation, allowed: Weights, amount_cents: Exact
) -> Weights | None:
    """Weigh over a narrower choice: there a blend with an empty part is just empty."""
    try:
        return weights(weighing, key, situation, allowed, amount_cents)
    except NobodyWeighs:
        return None


def _restricted(ratios: Sequence[int], allowed: Weights) -> Weights | None:
    restricted = tuple(map(mul, ratios, allowed))
    return restricted if any(restricted) else None


def _only(position: int, parties: Weights) -> Weights:
    return tuple(int(party == position) for party in range(len(parties)))


def _by_savings(
    weighing: Weighing,
    rule: SavingsKey | LargestSavingKey,
    situation: Situation,
    allowed: Weights,
    amount_cents: Exact,
) -> Weights | None:
    saved = _restricted(_saved(rule, situation), allowed)
    if saved is None:
        return None
    if isinstance(rule, LargestSavingKey):
        return _largest(weighing, rule, situation, saved, amount_cents)
    if not rule.capped or not amount_cents:
        return saved
    claim = Claim(rule.code, situation, allowed, amount_cents)
    if rule.level == "case" and weighing.claims is not None:
        weighing.claims.append(claim)
        return saved
    weighing.note(Step(key=rule.code, event="cap", parties=saved, amount_cents=amount_cents))
    return weighing.granted.get(claim) or grant([(weighing, claim)])[claim]


def _largest(
    weighing: Weighing,
    rule: LargestSavingKey,
    situation: Situation,
    saved: Weights,
    amount_cents: Exact,
) -> Weights:
    most = max(saved)
    tied = tuple(int(saving == most) for saving in saved)
    weighing.note(Step(key=rule.code, event="largest", parties=tied, amount_cents=most))
    if sum(tied) == 1:
        return tied
    if rule.ties is not None:
        weighing.note(Step(key=rule.ties, event="tie", parties=tied))
        shared = _perhaps(weighing, rule.ties, situation, tied, amount_cents)
        if shared is not None:
            return shared
    weighing.note(Step(key=rule.code, event="evenly", parties=tied))
    return tied


def _slices(rule: TieredKey, amount_cents: int) -> Iterator[tuple[str, int, int]]:
    """Cut an amount at the tiers' bounds; nothing at all belongs to the first tier."""
    if not amount_cents:
        yield rule.tiers[0].key, 0, 1
        return
    below = 0
    for tier in rule.tiers:
        above = amount_cents if tier.up_to is None else min(tier.up_to, amount_cents)
        if above > below:
            yield tier.key, above - below, above - below
        below = max(below, above)


def _together(
    weighing: Weighing,
    parts: Sequence[tuple[Step, Exact]],
    situation: Situation,
    allowed: Weights,
) -> Weights:
    """Add up the weights of several keys, each for its own share of the amount."""
    weighed = []
    for step, share in parts:
        weighing.note(step)
        part = _surely(weighing, step.key, situation, allowed, step.amount_cents)
        weighed.append((share, lowest(part)))
    return _added(tuple(weighed))


@lru_cache(maxsize=1 << 16)
def _added(parts: tuple[tuple[Exact, Weights], ...]) -> Weights:
    """Add up weights, each vector for its own share."""
    scales = [share.denominator * sum(weights) for share, weights in parts]
    scale = lcm(*scales)
    factors = [
        share.numerator * (scale // of_part)
        for (share, _), of_part in zip(parts, scales, strict=True)
    ]
    columns = zip(*(weights for _, weights in parts), strict=True)
    return tuple(sum(map(mul, factors, column)) for column in columns)
