"""One organisation's account: its figures out of a settlement, and how it stands.

Nothing is computed but sums and the forecast; what a figure means for the reader - to pay,
to receive, to carry over - is decided here, once, for heading, text and attachment.

Source:
    The settlement rules, Positions; Transfers; A statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ledger import references
from reports import figures
from settlement import budgets as budgets_

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement, Budget, Limit, Party
    from settlement.budgets import Outlook
    from settlement.results import Adjustment, Deviation, Position, Settlement, Transfer

TOTALS_ONLY: Final = frozenset({"health-insurer", "care-office", "police", "justice", "school"})
"""Kinds of party that get totals, never a line (the settlement rules, What others may see)."""


class Outcome(StrEnum):
    """What a statement says in its heading."""

    PAYS = "pays"
    RECEIVES = "receives"
    HOLDER_PAYS = "holder_pays"
    HOLDER_RECEIVES = "holder_receives"
    CARRIES_CLAIM = "carries_claim"
    CARRIES_DEBT = "carries_debt"
    STAYS = "stays"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An organisation in a settlement, with the figures of its statement."""

    settled: Settlement
    position: Position

    @property
    def agreement(self) -> Agreement:
        """The version whose rules the papers follow."""
        return self.settled.agreement

    @property
    def currency(self) -> str:
        """Of every amount."""
        return self.agreement.fund.currency

    @property
    def party(self) -> Party:
        """The organisation as the version in force has it, else as the others do."""
        return party(self.settled, self.position.party)

    @property
    def holder(self) -> Party:
        """The account holder."""
        return party(self.settled, self.agreement.agreement.account_holder)

    @property
    def holder_country(self) -> str:
        """The country whose name an address may leave out."""
        return self.holder.address.country if self.holder.address else "NL"

    @property
    def is_holder(self) -> bool:
        """Whether the organisation is the account holder itself."""
        return self.position.party == self.agreement.agreement.account_holder

    @property
    def totals_only(self) -> bool:
        """Whether the organisation gets no lines."""
        return self.party.kind in TOTALS_ONLY

    @property
    def number(self) -> str:
        """Gapless per fund and year, and the reference of a payment."""
        return references.of_payment(number(self.settled), self.position.party)

    @property
    def pay_by(self) -> date:
        """The day on which the money should be there."""
        return self.settled.dated + timedelta(days=self.agreement.settlement.payment_days)

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """The ladder's lines of this organisation."""
        lines = self.settled.adjustments
        return tuple(each for each in lines if each.party == self.position.party)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Its own floors and caps in the agreement."""
        return tuple(
            step
            for step in self.agreement.ladder
            if step.kind != "risk-pool" and step.party == self.position.party
        )

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """What this organisation pays and receives.

        With the account holder between all, its own papers name none: that list is the
        summary's.
        """
        if self.is_holder and self.agreement.settlement.transfers == "hub":
            return ()
        code = self.position.party
        return tuple(each for each in self.settled.transfers if code in {each.payer, each.payee})

    @property
    def deviation(self) -> Deviation:
        """How far its cents are from exact."""
        return next(each for each in self.settled.deviations if each.party == self.position.party)

    @property
    def guarantee(self) -> str:
        """Which running totals the rounding keeps within a cent: the name of a text.

        By date those over all lines in their order; by category those of every category, of
        which an attachment, that names groups only, lets nobody recompute more than the end.
        """
        by_category = self.agreement.settlement.rounding == "category"
        return "rounding_category" if by_category else "rounding"

    @property
    def year(self) -> int:
        """The calendar year of the period's last day."""
        return self.settled.period.last_day.year

    @property
    def year_cost_cents(self) -> int:
        """The year's cost share so far, before the ladder."""
        return self.settled.year_cost_cents.get(self.position.party, 0)

    @property
    def vat_cents(self) -> int:
        """The VAT in its cost share, as far as the spendings say; for information."""
        return figures.vat_cents(self.settled).get(self.position.party, 0)

    @property
    def _outlook(self) -> Outlook:
        return budgets_.outlook(self.settled, self.position.party)

    @property
    def forecast_cents(self) -> int | None:
        """What the year will cost if it goes on like this; for who left, what it cost."""
        return self._outlook.forecast_cents

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """What its council authorised for the year."""
        return self._outlook.budgets

    @property
    def over_budget_cents(self) -> int | None:
        """How far the forecast exceeds the budget; ``None`` where that is no warning yet."""
        return self._outlook.over_cents

    @property
    def outcome(self) -> Outcome:
        """What its heading says."""
        position = self.position
        journal = self.is_holder and self.agreement.settlement.transfers == "hub"
        if position.transferred_cents > 0:
            return Outcome.HOLDER_RECEIVES if journal else Outcome.RECEIVES
        if position.transferred_cents < 0:
            return Outcome.HOLDER_PAYS if journal else Outcome.PAYS
        if position.carried_out_cents and not self.is_holder:
            return Outcome.CARRIES_CLAIM if position.carried_out_cents > 0 else Outcome.CARRIES_DEBT
        return Outcome.STAYS if position.closing_cents else Outcome.NOTHING

    @property
    def reason(self) -> str:
        """Why that much is due: the name of a text."""
        position, terms = self.position, self.agreement.settlement
        if not position.due_cents:
            return self._reason_of_nothing
        if terms.funding == "bridge":
            return "bridge"
        if position.due_cents > position.advanced_cents:
            return "last" if self.takes_part else "outsider"
        if position.due_cents < 0:
            return "shortage" if position.due_cents == position.balance_cents else "refunded"
        return "advance" if position.due_cents == position.advanced_cents else "rest"

    @property
    def _reason_of_nothing(self) -> str:
        if self.position.transferred_cents and self.position.carried_in_cents:
            return "carried"
        return "nothing" if self.position.balance_cents else "zero"

    @property
    def stays(self) -> bool:
        """Whether the organisation is a participant on the day after the period."""
        return budgets_.stays(self.settled, self.position.party)

    @property
    def takes_part(self) -> bool:
        """Whether the organisation is a participant in any version of the agreement."""
        code = self.position.party
        return any(
            each.participant and each.code == code
            for version in self.settled.agreements
            for each in version.party
        )


def accounts(settled: Settlement) -> tuple[Account, ...]:
    """Return every organisation that has a position, in the order of parties."""
    return tuple(Account(settled=settled, position=each) for each in settled.positions)


def party(settled: Settlement, code: str) -> Party:
    """Return a party as the version in force has it, else as the others do."""
    everyone = (*settled.agreement.party, *settled.parties)
    return next(each for each in everyone if each.code == code)


def number(settled: Settlement) -> str:
    """Return a settlement's number, gapless per fund and year."""
    year = settled.period.last_day.year
    return references.of_settlement(settled.agreement.fund.code, year, settled.number)
