"""The rules of the lawfulness test: plain functions from facts to what a spending fails. Pure.

Each returns the amount that fails, in cents, with the figures of its sentence; or nothing.
What a rule is called, the norm that it rests on and what it says stand in the catalogues of
texts, under its code. A rule that comes to another outcome on the same facts gets a higher
version. Nothing here blocks anything.

Source:
    The settlement rules, Lawfulness in the settlement (criteria, kinds and amounts); the
    domain facts, 1.4 (errors and uncertainties) and 1.6 (what a test can see).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from ledger.lawfulness import payees
from ledger.lawfulness.facts import Evidence, Facts, Purchase
from ledger.lawfulness.found import Criterion, Figures, Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

Fails = tuple[int, Figures] | None
"""The amount that fails, in cents, and the figures of its sentence."""


NEAR: Final = Fraction(4, 5)
SPLIT_WITHIN_DAYS: Final = 7
UNUSUAL_TIMES: Final = 3
UNUSUAL_AT_LEAST: Final = 20
"""What counts where the agreement does not say otherwise."""

T = TypeVar("T")
"""What a rule looks at."""


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[T]):
    """A rule of the test.

    Args:
        code: By which people and agreements name it.
        version: Higher once it comes to another outcome on the same facts.
        kind: How what fails it counts.
        criterion: ``None`` for internal control.
        fails: What it looks for.
    """

    code: str
    version: int = 1
    kind: Kind
    criterion: Criterion | None = None
    fails: Callable[[T], Fails]

    def finding(self, amount_cents: int, figures: Figures) -> Finding:
        """Return what is found where a spending fails it."""
        return Finding(
            rule=self.code,
            version=self.version,
            kind=self.kind,
            criterion=self.criterion,
            amount_cents=amount_cents,
            figures=figures,
        )


def mandate_per_spending(facts: Facts) -> Fails:
    """More than the mandate gives at a time; what is above it fails."""
    most = facts.rooms.per_spending
    if most is None or facts.amount <= most:
        return None
    return facts.amount - most, {"spent_cents": facts.amount, "most_cents": most}


def person_room(facts: Facts) -> Fails:
    """More than was left of the year's mandate; what is above it fails."""
    return _beyond(facts, facts.rooms.person)


def organisation_room(facts: Facts) -> Fails:
    """More than was left of what the organisation may spend in the year."""
    return _beyond(facts, facts.rooms.organisation)


def fund_room(facts: Facts) -> Fails:
    """More than was left in the pool."""
    return _beyond(facts, facts.rooms.fund)


def _beyond(facts: Facts, room: int | None) -> Fails:
    if room is None or facts.amount <= room:
        return None
    above = min(facts.amount, facts.amount - room)
    return above, {"spent_cents": facts.amount, "left_cents": room}


def category_outside(facts: Facts) -> Fails:
    """A category that the agreement, which lists them, does not have."""
    listed = facts.agreement.category
    if not listed or any(each.code == facts.order.category for each in listed):
        return None
    return facts.amount, {"category": facts.order.category}


def area_outside(facts: Facts) -> Fails:
    """For a resident of an area that the fund does not serve."""
    area, home = facts.terms.area, facts.order.home
    if area is None or home is None or home in area:
        return None
    return facts.amount, {"home": home}


def dates_outside(facts: Facts) -> Fails:
    """Spent when the agreement had ended, or by who took no part that day."""
    order, end = facts.order, facts.agreement.agreement.valid_until
    if (end is None or order.spent_on < end) and any(
        each.code == order.organisation and each.takes_part_on(order.spent_on)
        for each in facts.agreement.party
    ):
        return None
    return facts.amount, {
        "organisation": order.organisation,
        "spent_on": order.spent_on.isoformat(),
    }


def prior_provision(facts: Facts) -> Fails:
    """Of a category with a provision that comes first, which nobody says was considered."""
    if facts.order.considered:
        return None
    for each in facts.agreement.category:
        if each.code == facts.order.category and each.prior_provision is not None:
            return facts.amount, {"provision": each.prior_provision}
    return None


def departs_from_rule(facts: Facts) -> Fails:
    """Says itself that it departs from a rule; a ground is what it is accepted on."""
    return (facts.amount, {}) if facts.order.departs_from else None


def payee_colleague(facts: Facts) -> Fails:
    """Paid to whoever spent it, or to somebody else who acts in the fund."""
    order = facts.order
    payee = payees.known_as(order.payee)
    itself = payee is not None and payee == payees.known_as(order.professional)
    return (facts.amount, {}) if itself or facts.payee_is_known else None


def duplicate_receipt(facts: Facts) -> Fails:
    """The receipt of another spending."""
    other = facts.like.same_receipt
    return None if other is None else (facts.amount, {"other": other})


def duplicate_payment(facts: Facts) -> Fails:
    """The same payee, amount and case as another spending."""
    other = facts.like.same_payment
    return None if other is None else (facts.amount, {"other": other})


def splitting(facts: Facts) -> Fails:
    """Within the limit at a time, but above it with what the same person just spent on it."""
    most, (others, before) = facts.rooms.per_spending, facts.like.close
    if most is None or not others or facts.amount > most or before + facts.amount <= most:
        return None
    return facts.amount, {
        "times": others + 1,
        "together_cents": before + facts.amount,
        "most_cents": most,
        "days": facts.terms.split_within_days or SPLIT_WITHIN_DAYS,
    }


def late_recording(facts: Facts) -> Fails:
    """Recorded later than agreed after it was spent."""
    term, days = facts.terms.record_within_days, (facts.recorded_on - facts.order.spent_on).days
    if term is None or facts.again or days <= term:
        return None
    return facts.amount, {"days": days, "term_days": term}


def no_purpose(facts: Facts) -> Fails:
    """Says neither what it serves nor what it is to bring about."""
    return None if facts.order.purpose or facts.order.effect else (facts.amount, {})


def unusual_amount(facts: Facts) -> Fails:
    """Far above what this fund usually pays for the category."""
    usual, times = facts.usual_cents, facts.terms.unusual_times or UNUSUAL_TIMES
    if usual is None or facts.amount <= times * usual:
        return None
    return facts.amount, {"spent_cents": facts.amount, "usual_cents": usual, "times": times}


def refund_without_origin(facts: Facts) -> Fails:
    """Money that came back, of which nobody says what it was spent on."""
    return None if facts.order.link is not None else (-facts.amount, {})


def procurement(facts: Purchase) -> Fails:
    """Purchases at one supplier in a year above the threshold; what is above it fails."""
    threshold, bought = facts.terms.procurement_threshold, facts.before_cents + facts.amount_cents
    if threshold is None or bought <= threshold:
        return None
    return min(facts.amount_cents, bought - threshold), {
        "bought_cents": bought,
        "threshold_cents": threshold,
    }


def procurement_near(facts: Purchase) -> Fails:
    """The purchase with which those at one supplier in a year come near the threshold."""
    threshold, bought = facts.terms.procurement_threshold, facts.before_cents + facts.amount_cents
    if threshold is None:
        return None
    near = (facts.terms.procurement_near or NEAR) * threshold
    if not facts.before_cents < near <= bought <= threshold:
        return None
    return facts.amount_cents, {"bought_cents": bought, "threshold_cents": threshold}


def receipt_missing(facts: Evidence) -> Fails:
    """No receipt within the term."""
    term, days = facts.terms.receipt_within_days, (facts.on - facts.recorded_on).days
    if term is None or facts.receipts or days <= term:
        return None
    return facts.amount_cents, {"term_days": term}


def evidence_missing(facts: Evidence) -> Fails:
    """No receipt when the financial year ended."""
    if facts.terms.receipt_within_days is None or facts.receipts:
        return None
    year = facts.booked_on.year
    return (facts.amount_cents, {"year": year}) if facts.on.year > year else None


def receipt_differs(facts: Evidence) -> Fails:
    """Receipts that say another amount; the difference fails, at most the spending."""
    said = [each for each in facts.receipts if each is not None]
    difference = abs(sum(said) - facts.amount_cents)
    if not said or len(said) < len(facts.receipts) or not difference:
        return None
    return min(difference, facts.amount_cents), {
        "spent_cents": facts.amount_cents,
        "receipts_cents": sum(said),
    }


DUPLICATE_RECEIPT: Final = Rule[Facts](
    code="duplicate-receipt", kind="uncertainty", criterion="misuse", fails=duplicate_receipt
)

SPENT: Final[tuple[Rule[Facts], ...]] = (
    Rule(
        code="mandate-per-spending", kind="error", criterion="conditions",
        fails=mandate_per_spending,
    ),
    Rule(code="person-room", kind="error", criterion="conditions", fails=person_room),
    Rule(code="category-outside", kind="error", criterion="conditions", fails=category_outside),
    Rule(code="area-outside", kind="error", criterion="conditions", fails=area_outside),
    Rule(code="dates-outside", kind="error", criterion="conditions", fails=dates_outside),
    Rule(code="prior-provision", kind="error", criterion="conditions", fails=prior_provision),
    Rule(code="departs-from-rule", kind="error", criterion="conditions", fails=departs_from_rule),
    Rule(code="payee-colleague", kind="uncertainty", criterion="misuse", fails=payee_colleague),
    DUPLICATE_RECEIPT,
    Rule(code="duplicate-payment", kind="uncertainty", criterion="misuse", fails=duplicate_payment),
    Rule(code="splitting", kind="uncertainty", criterion="misuse", fails=splitting),
    Rule(code="organisation-room", kind="control", fails=organisation_room),
    Rule(code="fund-room", kind="control", fails=fund_room),
    Rule(code="late-recording", kind="control", fails=late_recording),
    Rule(code="no-purpose", kind="control", fails=no_purpose),
    Rule(code="unusual-amount", kind="control", fails=unusual_amount),
)  # fmt: skip
"""What money that is spent is held to, in the order in which it is told."""

LIKE_ANOTHER: Final = ("duplicate-receipt", "duplicate-payment")
"""Codes of those that fail because another spending, ``other`` in their figures, is still there."""

CAME_BACK: Final[tuple[Rule[Facts], ...]] = (
    Rule(code="refund-without-origin", kind="control", fails=refund_without_origin),
)
"""What money that came back is held to."""

EVIDENCE: Final[tuple[Rule[Evidence], ...]] = (
    Rule(
        code="evidence-missing", kind="uncertainty", criterion="conditions", fails=evidence_missing
    ),
    Rule(code="receipt-differs", kind="error", criterion="conditions", fails=receipt_differs),
    Rule(code="receipt-missing", kind="control", fails=receipt_missing),
)  # fmt: skip
"""What the evidence of money that was spent is held to."""

PURCHASES: Final[tuple[Rule[Purchase], ...]] = (
    Rule(code="procurement", kind="error", criterion="conditions", fails=procurement),
    Rule(code="procurement-near", kind="control", fails=procurement_near),
)
"""What purchases at one supplier are held to."""

OF_CODE: Final[Mapping[str, Rule[Any]]] = {
    each.code: each for group in (SPENT, CAME_BACK, EVIDENCE, PURCHASES) for each in group
}
CODES: Final = tuple(OF_CODE)
"""Every rule, as agreements name it."""


def test(facts: Facts) -> tuple[Finding, ...]:
    """Return what a spending fails as it is recorded; a reversal fails nothing itself."""
    if facts.order.reverses is not None or not facts.amount:
        return ()
    rules = SPENT if facts.amount > 0 else CAME_BACK
    return tuple(_failed(rules, facts, facts.terms.without or (), facts.amount))


def test_evidence(facts: Evidence) -> tuple[Finding, ...]:
    """Return what the evidence of a spending fails on a day."""
    return tuple(_failed(EVIDENCE, facts, facts.terms.without or (), facts.amount_cents))


def test_purchase(facts: Purchase) -> tuple[Finding, ...]:
    """Return what a purchase at a supplier fails."""
    return tuple(_failed(PURCHASES, facts, facts.terms.without or (), facts.amount_cents))


def _failed(
    rules: Sequence[Rule[T]], facts: T, without: Collection[str], cents: int
) -> Iterator[Finding]:
    for rule in rules:
        if rule.code not in without and (failed := rule.fails(facts)) is not None:
            amount, figures = failed
            assert 0 < amount <= abs(cents), f"{rule.code} finds {amount} of {cents}"
            yield rule.finding(amount, figures)
