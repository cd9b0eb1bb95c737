"""What picking an effect on a spending is expected to save each party, with its working.

    saving = amount x index x (1 - deadweight) x (1 - optimism bias) x years, discounted

All of it is exact. It is rounded once, at the end: the total to whole cents, half to even.
That total is split by largest remainder over the kinds of parties, in the order in which
``PartyKind`` names them, and what falls on a kind over the parties of that kind, in the
order of the agreement. So where the resident lives moves the municipal part and no other cent.

What a kind would save that the agreement does not have, or of which nobody knows which
party it is, stays in the total and is called *unplaced*.

Source:
    Domain facts, Societal savings, Method; the settlement rules, Weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from ledger import money
from ledger.agreement.schema import PartyKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.agreement.schema import Agreement
    from ledger.effects.schema import Catalogue, Effect, Share

Rule: TypeAlias = Literal[
    "home",  # the municipality where the resident lives
    "organisation",  # the organisation that spent
    "case-holder",  # the organisation that holds the case
    "only",  # the one party of this kind
    "evenly",  # all parties of this kind alike
    "home-unknown",  # unplaced: several municipalities, and nobody said which
    "nobody",  # unplaced: the agreement has no party of this kind
]
"""Why the part of a kind fell on the parties that it fell on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a spending stands; codes of parties.

    Args:
        organisation: Who spent.
        home: Where the resident lives, where that is known.
        case_holder: Who holds the case, where there is one.
    """

    organisation: str
    home: str | None = None
    case_holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPart:
    """What parties of one kind are expected to save.

    Args:
        kind: Their kind.
        amount_cents: Of the catalogue, in the prices and the currency of its source.
        exact_cents: The saving before it is rounded.
        cents: The saving in whole cents.
        rule: Why it fell on these parties.
        by_party: On whom it fell, in the order of the agreement; empty where unplaced.
    """

    kind: PartyKind
    amount_cents: int
    exact_cents: Fraction
    cents: int
    rule: Rule
    by_party: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """Every factor of a saving, exact, as the catalogue has it.

    Args:
        catalogue: Its code and version.
        effect: Code.
        source: Of the amounts, in the prices of ``price_year``.
        price_year: Such as ``2010/11``.
        amount_cents: All shares together.
        uprating: From the prices of ``price_year`` to those of ``to_year``; 1 without index.
        exchange: From the currency of the source to that of the fund; 1 without index.
        index_source: What both rest on; ``None`` without index.
        deadweight: What would have come about anyway.
        grade: Of the evidence, from 1 to 6.
        optimism_bias: What is taken off for that grade.
        bias_source: Where that comes from.
        years: How many years the saving recurs, the first undiscounted.
        discount_rate: Per year.
        discounted_years: The years together, each discounted.
    """

    catalogue: tuple[str, int]
    effect: str
    source: str
    price_year: str
    amount_cents: int
    to_year: str | None
    uprating: Fraction
    exchange: Fraction
    index_source: str | None
    deadweight: Fraction
    grade: int
    optimism_bias: Fraction
    bias_source: str
    years: int
    discount_rate: Fraction
    discounted_years: Fraction

    @property
    def factor(self) -> Fraction:
        """What every amount of the catalogue is multiplied by."""
        index = self.uprating * self.exchange
        sure = (1 - self.deadweight) * (1 - self.optimism_bias)
        return index * sure * self.discounted_years

    @property
    def exact_cents(self) -> Fraction:
        """The saving before it is rounded."""
        return self.amount_cents * self.factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an avoided event is expected to save, in cents; an expectation, never a fact."""

    total_cents: int
    parts: tuple[KindPart, ...]
    working: Working

    @property
    def by_party(self) -> Mapping[str, int]:
        """What each party saves, without those that save nothing."""
        return {
            party: cents for part in self.parts for party, cents in part.by_party.items() if cents
        }

    @property
    def unplaced(self) -> tuple[KindPart, ...]:
        """What fell on no party of the agreement."""
        return tuple(part for part in self.parts if not part.by_party)


def saving(effect: Effect, *, catalogue: Catalogue, agreement: Agreement, place: Place) -> Expected:
    """Return what picking an effect on a spending is expected to save whom.

    Args:
        effect: One of the catalogue.
        catalogue: For index, discount rate and optimism bias.
        agreement: The version of the day the money was spent, for its parties.
        place: Where the spending stands.
    """
    how = working(effect, catalogue=catalogue)
    parts = []
    for share, part in by_kind(effect, how):
        rule, parties = _falls_on(share.party_kind, agreement=agreement, place=place)
        parts.append(
            KindPart(
                kind=share.party_kind,
                amount_cents=share.amount,
                exact_cents=share.amount * how.factor,
                cents=part,
                rule=rule,
                by_party=_evenly(part, parties),
            )
        )
    total = sum(part.cents for part in parts)
    return Expected(total_cents=total, parts=tuple(parts), working=how)


def by_kind(effect: Effect, how: Working) -> list[tuple[Share, money.Cents]]:
    """Return what an effect saves each kind of parties, in the order of kinds, in whole cents."""
    total = money.Cents(round(how.exact_cents))  # half to even, and nowhere else
    kinds = get_args(PartyKind)
    shares = sorted(effect.share, key=lambda share: kinds.index(share.party_kind))
    cents = money.split(total, [share.amount for share in shares])
    return list(zip(shares, cents, strict=True))


def working(effect: Effect, *, catalogue: Catalogue) -> Working:
    """Return the factors of an effect's saving, whomever it falls on."""
    index = catalogue.index_of(effect)
    about, bias = catalogue.catalogue, catalogue.optimism_bias
    return Working(
        catalogue=(about.code, about.version),
        effect=effect.code,
        source=effect.source,
        price_year=catalogue.price_year_of(effect),
        amount_cents=sum(share.amount for share in effect.share),
        to_year=index.to_year if index else None,
        uprating=index.uprating if index else Fraction(1),
        exchange=index.exchange if index else Fraction(1),
        index_source=index.source if index else None,
        deadweight=effect.deadweight,
        grade=effect.grade,
        optimism_bias=bias.of(effect.grade),
        bias_source=bias.source,
        years=effect.years,
        discount_rate=about.discount_rate,
        discounted_years=discounted(effect.years, about.discount_rate),
    )


def discounted(years: int, rate: Fraction) -> Fraction:
    """Return what an amount that recurs so many years is worth today, in times that amount.

    The first year is not discounted, the second by one year, and so on.
    """
    return sum((1 / (1 + rate) ** year for year in range(years)), Fraction(0))


def _falls_on(
    kind: PartyKind, *, agreement: Agreement, place: Place
) -> tuple[Rule, tuple[str, ...]]:
    """Return on which parties of a kind a saving falls, and why on those."""
    parties = tuple(party.code for party in agreement.party if party.kind == kind)
    for rule, party in _named(kind, place):
        if party in parties:
            return ("only" if len(parties) == 1 else rule), (party,)
    if len(parties) == 1:
        return "only", parties
    if not parties:
        return "nobody", ()
    # A municipality saves on its own residents: over all of them would be made up.
    return ("home-unknown", ()) if kind == "municipality" else ("evenly", parties)


def _named(kind: PartyKind, place: Place) -> tuple[tuple[Rule, str | None], ...]:
    """Return who may be the one of several parties of a kind, first things first."""
    if kind != "municipality":
        return (("organisation", place.organisation),)
    return (
        ("home", place.home),
        ("organisation", place.organisation),
        ("case-holder", place.case_holder),
    )


def _evenly(cents: money.Cents, parties: Sequence[str]) -> dict[str, int]:
    if not parties:
        return {}
    return dict(zip(parties, money.split(cents, [1] * len(parties)), strict=True))
