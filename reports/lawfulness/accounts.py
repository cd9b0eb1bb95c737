"""One organisation's account of a year, or the fund's: what it is called, and what it says.

Nothing is computed but sums. What a paper is called follows from the legal form of the fund
and the kind of the organisation; none is called the organisation's own statement, because
Overbrug sees only the fund.

Source:
    The settlement rules, Lawfulness in the settlement; What others may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ledger.lawfulness import regimes
from reports.accounts import TOTALS_ONLY
from settlement.landing import CRITERIA, KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.agreement.schema import Party
    from ledger.lawfulness.regimes import LimitTest
    from settlement.accountability import Accountability
    from settlement.landing import Landed, Overspent, Sums

ACCOUNTING: Final = frozenset({"municipality", "social-service", "water-board"})
"""Kinds of party whose executive accounts for lawfulness in its annual accounts."""

ROWS: Final = (("1A", "budget"), ("1B", None), ("1C", None), ("2", "conditions"), ("3", "misuse"))
"""The rows of the model, each with its criterion; a bridging fund has no 1B and 1C."""

PAIRS: Final = tuple((criterion, kind) for criterion in CRITERIA for kind in KINDS)
"""Criterion and kind, in the order of columns."""


class Paper(StrEnum):
    """What a paper is called."""

    INPUT = "input"
    DEVIATIONS = "deviations"
    FUND = "fund"
    OWN_BODY = "own_body"


class Outcome(StrEnum):
    """What a paper says in its heading."""

    NOTHING = "nothing"
    WAITING = "waiting"
    FOUND = "found"
    WITHIN = "within"
    ABOVE = "above"
    WITHIN_APART = "within_apart"
    ABOVE_APART = "above_apart"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an organisation has to account for; the whole fund where ``party`` is ``None``.

    Args:
        of: The year.
        party: The organisation.
        sums: Per criterion and kind, in cents.
        landed: The findings of which something fell on it; of the fund all that count.
    """

    of: Accountability
    party: Party | None
    sums: Sums
    landed: tuple[Landed, ...]

    @property
    def paper(self) -> Paper:
        """What its paper is called."""
        if self.party is None:
            own = self.of.agreement.fund.legal_form == "own-body"
            return Paper.OWN_BODY if own else Paper.FUND
        return Paper.INPUT if self.party.kind in ACCOUNTING else Paper.DEVIATIONS

    @property
    def name(self) -> str:
        """Whose account it is."""
        return self.of.agreement.fund.name if self.party is None else self.party.name

    @property
    def file(self) -> str:
        """The name of its files, without an end."""
        return "summary" if self.party is None else self.party.code

    @property
    def totals_only(self) -> bool:
        """Whether it gets no findings, and no figures of others."""
        return self.party is not None and self.party.kind in TOTALS_ONLY

    @property
    def errors_cents(self) -> int:
        """All errors."""
        return sum(self.sums[criterion, "error"] for criterion in CRITERIA)

    @property
    def uncertainties_cents(self) -> int:
        """All uncertainties."""
        return sum(self.sums[criterion, "uncertainty"] for criterion in CRITERIA)

    @property
    def total_cents(self) -> int:
        """Errors and uncertainties together."""
        return self.errors_cents + self.uncertainties_cents

    @property
    def cost_cents(self) -> int:
        """What the year's spendings cost it, as far as they are settled."""
        if self.party is None:
            return self.of.spent_cents
        return self.of.cost_cents.get(self.party.code, 0)

    def share(self, landed: Landed) -> int:
        """Return what of a finding fell on it, in cents."""
        return landed.cents if self.party is None else landed.on(self.party.code)

    @property
    def largest_cents(self) -> int:
        """The highest that fell on it of one finding."""
        return max((self.share(each) for each in self.landed), default=0)

    @property
    def overspent(self) -> tuple[Overspent, ...]:
        """Its budget beside its cost; of the fund those that it accounts for."""
        if self.party is None:
            return self.of.fund_overspent
        found = self.of.overspent.get(self.party.code)
        return () if found is None else (found,)

    @property
    def over_cents(self) -> int:
        """What exceeds a budget."""
        return sum(each.over_cents for each in self.overspent)

    @property
    def test(self) -> LimitTest | None:
        """Its figures beside its council's limit; ``None`` without one.

        The limit of a fund that is a public body of its own is that of the account holder,
        which it is.
        """
        if self.party is not None:
            return self.of.test(self.party.code)
        if self.paper is not Paper.OWN_BODY:
            return None
        holder = self.of.agreement.agreement.account_holder
        limit = regimes.limit_of(self.of.agreements, holder, self.of.year)
        if limit is None:
            return None
        return regimes.tested(
            self.of.regime,
            limit,
            errors_cents=self.errors_cents,
            uncertainties_cents=self.uncertainties_cents,
        )

    @property
    def reporting_limit(self) -> int | None:
        """From which amount its council wants a finding by itself, in cents."""
        return self.test.limit.reporting_limit if self.test else None

    @property
    def outcome(self) -> Outcome:
        """What its heading says."""
        test = self.test
        apart = test is not None and not test.regime.adds_up
        if not any(self.sums.values()):
            return Outcome.WAITING if self.of.findings.waiting else Outcome.NOTHING
        if test and test.exceeding:
            return Outcome.ABOVE_APART if apart else Outcome.ABOVE
        tested = [self.errors_cents, self.uncertainties_cents]
        parts = [self.total_cents] if self.of.regime.adds_up else tested
        if min(parts) < 0 and max(parts) <= 0:
            return Outcome.TAKEN_BACK
        if test is None:
            return Outcome.FOUND
        return Outcome.WITHIN_APART if apart else Outcome.WITHIN


def account(of: Accountability, party: Party | None) -> Account:
    """Return the account of an organisation, or of the whole fund."""
    landed = of.findings.landed
    if party is None:
        return Account(of=of, party=None, sums=of.fund_sums, landed=landed)
    return Account(
        of=of,
        party=party,
        sums=of.sums(party.code),
        landed=tuple(each for each in landed if each.on(party.code)),
    )


def parties(of: Accountability) -> tuple[Account, ...]:
    """Return the accounts of all organisations, over which the fund's total is divided."""
    return tuple(account(of, party) for party in of.parties)


def accounts(of: Accountability, *, only: str | None = None) -> Sequence[Account]:
    """Return every account of which there are papers: the organisations', then the fund's.

    A fund that is a public body of its own has one, of that body; participants get it for
    information.

    Args:
        of: The year.
        only: Code of the one organisation whose papers are asked for; ``None`` for all.
    """
    whole = account(of, None)
    if whole.paper is Paper.OWN_BODY:
        return [whole]
    each = parties(of)
    if only is not None:
        return [one for one in each if one.party is not None and one.party.code == only]
    return [*each, whole]
