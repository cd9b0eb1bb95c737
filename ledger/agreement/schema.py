"""The shape of the agreement file: every member, its type and its default.

Models are frozen and forbid unknown members. What holds *between* members is checked in
``ledger.agreement.checks``. Amounts are integer cents, shares and measures exact
fractions, dates half-open (``until`` excludes).

Source:
    The agreement file in the formats that Overbrug promises (README, Formats).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ledger.agreement.values import Amount, Cell, Code, Codes, Day, Exact, Text, Texts

LATER: Final = {"later": True}
"""Marks a member that agreements of before did not have: where it is left out, the canonical
form leaves it out too, so that what was signed keeps its fingerprint."""


class Part(BaseModel):
    """What all parts of the agreement have in common."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True
    )


class Fund(Part):
    """What the fund is."""

    code: Code
    name: Text
    currency: Literal["EUR"]
    timezone: Text
    legal_form: Literal["own-body", "host", "agreement"] = "agreement"


class Terms(Part):
    """The ``[agreement]`` table: version, validity and how organisations agree."""

    version: Annotated[int, Field(ge=1)]
    valid_from: Day
    valid_until: Day | None = None
    approval: Literal["all", "majority", "account-holder"]
    account_holder: Code
    approval_days: Annotated[int, Field(ge=0, le=366)] = 21
    on_silence: Literal["agrees", "blocks"] = "agrees"


class SettlementTerms(Part):
    """The ``[settlement]`` table: how a settlement is rounded, funded and paid."""

    funding: Literal["pool", "bridge"] = "pool"
    transfers: Literal["hub", "direct"] = "hub"
    minimum_transfer: Amount = 0
    rounding: Literal["date", "category"] = "date"
    surplus: Literal["carry", "return"] = "carry"
    adjusting_days: Annotated[int, Field(ge=0, le=366)] = 14
    payment_days: Annotated[int, Field(ge=0, le=366)] = 30


class Address(Part):
    """Where post for a party goes."""

    street: Text
    number: Text
    postcode: Text
    town: Text
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "NL"


PartyKind = Literal[
    "municipality",
    "social-service",
    "water-board",
    "housing-association",
    "health-insurer",
    "care-office",
    "welfare-foundation",
    "police",
    "justice",
    "state",
    "school",
    "other",
]


class Party(Part):
    """An organisation: a participant, or an outsider that can only benefit.

    ``start`` is ``from`` in the file, a word that Python keeps to itself.
    """

    code: Code
    name: Text
    kind: PartyKind
    participant: bool
    start: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    iban: Text | None = None
    reference: Text | None = None
    contact_role: Text | None = None
    oin: Annotated[str, Field(pattern="^[0-9]{20}$")] | None = None
    kvk: Annotated[str, Field(pattern="^[0-9]{8}$")] | None = None
    address: Address | None = None
    measures: dict[Code, Exact] = Field(default_factory=dict)

    def takes_part_on(self, day: date) -> bool:
        """Whether the party is a participant on that day."""
        return (
            self.participant
            and (self.start is None or self.start <= day)
            and (self.until is None or day < self.until)
        )


class Contribution(Part):
    """What a party pays in (*inleg*), and when."""

    party: Code
    due_on: Day
    amount: Amount


class MeasureKey(Part):
    """Pro rata to one measure of the participants."""

    code: Code
    kind: Literal["measure"]
    measure: Code


class FixedKey(Part):
    """Agreed exact shares that sum to 1."""

    code: Code
    kind: Literal["fixed"]
    shares: dict[Code, Exact]


class EqualKey(Part):
    """The same for every participant, or for those named."""

    code: Code
    kind: Literal["equal"]
    parties: Codes | None = None


class SavingsKey(Part):
    """Pro rata to the expected savings of the participants."""

    code: Code
    kind: Literal["savings"]
    level: Literal["spending", "case"]
    capped: bool = False
    fallback: Code


class LargestSavingKey(Part):
    """All to the participant where the largest expected saving fell."""

    code: Code
    kind: Literal["largest-saving"]
    level: Literal["spending", "case"]
    ties: Code | None = None
    fallback: Code


class HomeKey(Part):
    """All to the organisation that spent, or to where the resident lives."""

    code: Code
    kind: Literal["home"]
    by: Literal["organisation", "home"] = "organisation"
    fallback: Code


class UsageKey(Part):
    """Pro rata to each participant's own spending over the trailing periods."""

    code: Code
    kind: Literal["usage"]
    periods: Annotated[int, Field(ge=1, le=120)]
    by: Literal["organisation", "home"] = "organisation"
    fallback: Code


class BlendPart(Part):
    """One key of a blend and its share."""

    key: Code
    share: Exact


class BlendKey(Part):
    """Several keys at once, each for an exact share."""

    code: Code
    kind: Literal["blend"]
    parts: Annotated[tuple[BlendPart, ...], Field(min_length=1)]


class Tier(Part):
    """A slice of a spending's amount up to a bound, and the key that weighs it."""

    key: Code
    up_to: Amount | None = None


class TieredKey(Part):
    """The amount cut in slices, each weighed by its own key."""

    code: Code
    kind: Literal["tiered"]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]


Key = Annotated[
    MeasureKey
    | FixedKey
    | EqualKey
    | SavingsKey
    | LargestSavingKey
    | HomeKey
    | UsageKey
    | BlendKey
    | TieredKey,
    Field(discriminator="kind"),
]


class Assignment(Part):
    """Which key applies to which spendings; the first that matches wins."""

    key: Code
    category: Texts | None = None
    domain: Texts | None = None
    party: Codes | None = None
    spent_from: Day | None = None
    spent_until: Day | None = None

    @property
    def matches_everything(self) -> bool:
        """Whether no spending can escape this assignment."""
        narrowing = (self.category, self.domain, self.party, self.spent_from, self.spent_until)
        return not any(narrowing)


class Limit(Part):
    """A cap or a floor on what one party pays."""

    kind: Literal["cap", "floor"]
    party: Code
    amount: Amount
    per: Literal["year", "settlement"] = "year"
    over: Code


class RiskPool(Part):
    """A slice of the year's total cost that is borne by another key."""

    kind: Literal["risk-pool"]
    threshold: Amount
    amount: Amount
    over: Code
    per: Literal["year"] = "year"


Step = Annotated[Limit | RiskPool, Field(discriminator="kind")]


class Budget(Part):
    """What a party's council authorised for a year."""

    party: Code
    year: Annotated[int, Field(ge=1900, le=2999)]
    amount: Amount
    decision: Cell | None = None


class LawfulnessLimit(Part):
    """A council's own limits for its lawfulness statement."""

    party: Code
    year: Annotated[int, Field(ge=1900, le=2999)]
    share: Exact
    base_amount: Amount
    reporting_limit: Amount | None = None
    decision: Cell | None = None


class LawfulnessMeasure(Part):
    """What the fund does about what fails a rule (*maatregel*): for the lawfulness papers.

    ``rule`` is the code of a rule of the test, or ``budget`` for what exceeds a budget.
    """

    rule: Code
    text: Text


class Lawfulness(Part):
    """Parameters of the lawfulness test; an agreement without this table has no test.

    ``without`` names rules that the fund does not test. Purchases at one supplier are near the
    procurement threshold from ``procurement_near`` of it on (default 0.80). Spendings of one
    person, case and category within ``split_within_days`` (7) count as split. An amount is
    unusual above ``unusual_times`` (3) what nine in ten of at least ``unusual_at_least`` (20)
    spendings of its category stay at or below.

    A moratorium is decided on within ``moratorium_within_days`` working days (2), the
    escalation table decides within ``table_within_days`` days (10).
    """

    receipt_within_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    record_within_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    fund_tolerance: Exact | None = None
    regime: Text | None = None
    procurement_threshold: Amount | None = None
    area: Codes | None = None
    limit: tuple[LawfulnessLimit, ...] = ()
    procurement_near: Annotated[Exact | None, Field(json_schema_extra=LATER)] = None
    split_within_days: Annotated[int | None, Field(ge=1, le=366, json_schema_extra=LATER)] = None
    unusual_times: Annotated[int | None, Field(ge=2, le=100, json_schema_extra=LATER)] = None
    unusual_at_least: Annotated[int | None, Field(ge=1, le=100_000, json_schema_extra=LATER)] = None
    without: Annotated[Codes | None, Field(json_schema_extra=LATER)] = None
    measure: Annotated[tuple[LawfulnessMeasure, ...], Field(json_schema_extra=LATER)] = ()
    moratorium_within_days: Annotated[int | None, Field(ge=0, le=366, json_schema_extra=LATER)] = (
        None
    )
    table_within_days: Annotated[int | None, Field(ge=0, le=366, json_schema_extra=LATER)] = None


class Mandate(Part):
    """How much room which role has."""

    code: Code
    per_spending: Amount | None = None
    per_year: Amount | None = None
    grantor: Text | None = None
    instrument: Text | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    employers: Codes | None = None


class Category(Part):
    """What money is spent on, its Iv3 task field and the provision that comes first."""

    code: Text
    name: dict[Literal["nl", "en"], Text] = Field(default_factory=dict)
    group: Cell | None = None
    task_field: Text | None = None
    prior_provision: Text | None = None


class Agreement(Part):
    """One version of a fund's agreement."""

    schema_: Literal[1] = Field(alias="schema")
    fund: Fund
    agreement: Terms
    settlement: SettlementTerms = SettlementTerms()
    party: Annotated[tuple[Party, ...], Field(min_length=1)]
    contribution: tuple[Contribution, ...] = ()
    key: Annotated[tuple[Key, ...], Field(min_length=1, max_length=500)]
    assignment: Annotated[tuple[Assignment, ...], Field(min_length=1)]
    ladder: tuple[Step, ...] = ()
    budget: tuple[Budget, ...] = ()
    lawfulness: Lawfulness | None = None
    mandate: tuple[Mandate, ...] = ()
    category: tuple[Category, ...] = ()
