"""The shape of the effect catalogue: every member, its type and its default.

An *effect* is an event that did not happen, such as an eviction: what it would have cost
whom, and how sure that is. Amounts are integer cents in the prices and the currency of
their source, which an *index* makes those of today; shares and factors are exact fractions.
What holds *between* members is checked in ``ledger.effects.checks``.

Source:
    Domain facts, Societal savings: unit costs per agency, deadweight, optimism bias.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from ledger.agreement.schema import Part, PartyKind
from ledger.agreement.values import Amount, Code, Day, Exact, Text  # noqa: TC001 - read by pydantic
from ledger.effects.values import PriceYear  # noqa: TC001 - read by pydantic

DISCOUNT_RATE: Final = Fraction("0.0225")
"""The standard rate for costs and benefits to society since 1 January 2021.

Source:
    Steunpunt Economische Expertise, Discontovoet, https://www.rwseconomie.nl/discontovoet
"""


class Words(Part):
    """A text in both languages."""

    nl: Text
    en: Text


class About(Part):
    """The ``[catalogue]`` table: which catalogue this is and what it rests on.

    ``price_year`` is that of effects which name none.
    """

    code: Code
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: Day
    source: Text
    licence: Text
    price_year: PriceYear | None = None
    discount_rate: Exact = DISCOUNT_RATE


class OptimismBias(Part):
    """By how much of itself a saving is lowered, per grade of evidence."""

    source: Text
    grade_1: Exact
    grade_2: Exact
    grade_3: Exact
    grade_4: Exact
    grade_5: Exact
    grade_6: Exact

    def of(self, grade: int) -> Fraction:
        """Return the part that is taken off a saving with evidence of this grade."""
        part: Fraction = getattr(self, f"grade_{grade}")
        return part


OPTIMISM_BIAS: Final = OptimismBias.model_validate(
    {
        "source": "HM Treasury and New Economy, Supporting public service transformation (2014)",
        "grade_1": "0",
        "grade_2": "0.05",
        "grade_3": "0.10",
        "grade_4": "0.15",
        "grade_5": "0.25",
        "grade_6": "0.40",
    }
)
"""What a catalogue without an ``[optimism_bias]`` table goes by."""


class Index(Part):
    """What makes amounts of a year of prices into amounts of today, in the fund's currency."""

    code: Code
    price_year: PriceYear
    to_year: PriceYear
    uprating: Exact
    exchange: Exact = Fraction(1)
    source: Text


class Share(Part):
    """What the event would have cost parties of one kind, in the prices of the source."""

    party_kind: PartyKind
    amount: Amount


class Effect(Part):
    """An event that was avoided.

    ``so_that`` goes on where a page says *zodat* ("they can stay"), ``so_that_past`` where
    it looks back ("they could stay"). ``grade`` is that of the evidence, from 1 (strong) to 6
    (weak); ``deadweight`` the part that would have come about anyway. ``horizon_months`` is
    how long one avoided event counts in a case, ``years`` how many years its saving recurs.
    """

    code: Code
    name: Words
    event: Words
    so_that: Words
    so_that_past: Words
    unit: Words
    price_year: PriceYear | None = None
    index: Code | None = None
    source: Text
    grade: Annotated[int, Field(ge=1, le=6)]
    deadweight: Exact
    horizon_months: Annotated[int, Field(ge=1, le=600)]
    years: Annotated[int, Field(ge=1, le=100)] = 1
    share: Annotated[tuple[Share, ...], Field(min_length=1)]


class Catalogue(Part):
    """One version of a catalogue of effects."""

    schema_: Literal[1] = Field(alias="schema")
    catalogue: About
    optimism_bias: OptimismBias = OPTIMISM_BIAS
    index: tuple[Index, ...] = ()
    effect: Annotated[tuple[Effect, ...], Field(min_length=1, max_length=1000)]

    def find(self, code: str) -> Effect | None:
        """Return the effect of that code, if there is one."""
        return next((each for each in self.effect if each.code == code), None)

    def effect_of(self, code: str) -> Effect:
        """Return the effect of that code.

        Raises:
            KeyError: There is none.
        """
        found = self.find(code)
        if found is None:
            raise KeyError(code)
        return found

    def index_of(self, effect: Effect) -> Index | None:
        """Return the index of an effect; ``None`` if its amounts are those of today."""
        return next((each for each in self.index if each.code == effect.index), None)

    def price_year_of(self, effect: Effect) -> str:
        """Return of which year the prices of an effect are."""
        year = effect.price_year or self.catalogue.price_year
        assert year is not None, "checked when the catalogue was read"
        return year
