"""What a fund accounts for of a year: its findings, and where they landed, from its ledger.

Cells are read as they were booked, never worked out: a finding of a spending that no
settlement has booked is named apart, and guessed of nobody.

Source:
    The settlement rules, Lawfulness in the settlement; Year-end and budgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ledger import funds, store
from ledger.acts import day_in
from ledger.agreement.versions import latest
from ledger.errors import Mistake, WrongInput
from ledger.lawfulness import regimes
from ledger.tables import Authorisation, Event, Head, SettlementLine, Spending
from settlement import booked, budgets, failings, landing, states
from settlement.eras import in_order
from settlement.landing import Overspent
from settlement.results import Head as End

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from ledger.agreement.schema import Agreement, Party
    from ledger.funds import Known
    from ledger.lawfulness.regimes import LimitTest, Regime
    from settlement.landing import Findings, Sums
    from settlement.states import Standing

_SPENDING: Final = store.table(Spending)
_AUTHORISATION: Final = store.table(Authorisation)
_LINE: Final = store.table(SettlementLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accountability:
    """A fund's financial year, as far as its findings and budgets go.

    Args:
        year: The financial year, by the day booked.
        agreement: The version in force at its end.
        agreements: All versions, oldest first.
        regime: How the year judges.
        findings: What counts, and where it landed.
        cost_cents: What the year's spendings cost whom, as far as they are booked.
        unsettled: How many spendings of the year no settlement has booked yet.
        unsettled_cents: What these come to.
        overspent: Per party with a budget of the year what it exceeds.
        end: Where the fund's trail ended.
        dated: The day of that.
    """

    year: int
    agreement: Agreement
    agreements: tuple[Agreement, ...]
    regime: Regime
    findings: Findings
    cost_cents: Mapping[str, int]
    unsettled: int
    unsettled_cents: int
    overspent: Mapping[str, Overspent]
    end: End
    dated: date

    @property
    def spent_cents(self) -> int:
        """What the fund spent in the year, as far as settlements have booked it."""
        return sum(self.cost_cents.values())

    @property
    def parties(self) -> tuple[Party, ...]:
        """Who gets a paper: who took part in the year, or has a figure in it."""
        return tuple(each for each in in_order(self.agreements) if self._is_concerned(each.code))

    def sums(self, party: str) -> Sums:
        """Return what an organisation has to account for, per criterion and kind in cents."""
        landed = dict(self.findings.sums(party))
        own = (each.over_cents for each in self.fund_overspent if each.party == party)
        landed["budget", "error"] += sum(own)
        return landed

    @property
    def fund_sums(self) -> Sums:
        """What the whole fund has, per criterion and kind; the parts of all add up to it.

        A fund that is a public body of its own accounts for its own budget only.
        """
        found = dict(self.findings.fund)
        found["budget", "error"] += sum(each.over_cents for each in self.fund_overspent)
        return found

    @property
    def fund_overspent(self) -> tuple[Overspent, ...]:
        """The budgets that the account of the whole fund is about, each beside its cost."""
        if self.agreement.fund.legal_form != "own-body":
            return tuple(self.overspent.values())
        own = self.overspent.get(self.agreement.agreement.account_holder)
        return () if own is None else (own,)

    def test(self, party: str) -> LimitTest | None:
        """Hold an organisation's figures to its council's limit; ``None`` without a limit."""
        limit = regimes.limit_of(self.agreements, party, self.year)
        if limit is None:
            return None
        errors, uncertainties = _by_kind(self.sums(party))
        return regimes.tested(
            self.regime, limit, errors_cents=errors, uncertainties_cents=uncertainties
        )

    def _is_concerned(self, code: str) -> bool:
        return (
            any(_takes_part(version, code, self.year) for version in self.agreements)
            or bool(self.cost_cents.get(code))
            or any(self.sums(code).values())
        )


def _by_kind(sums: Sums) -> tuple[int, int]:
    errors, uncertainties = (
        sum(cents for (_, of), cents in sums.items() if of == kind) for kind in landing.KINDS
    )
    return errors, uncertainties


def _takes_part(version: Agreement, code: str, year: int) -> bool:
    """Whether a party is a participant on any day of a year in a version's validity."""
    terms, first, next_ = version.agreement, date(year, 1, 1), date(year + 1, 1, 1)
    return any(
        party.participant
        and max(each for each in (first, terms.valid_from, party.start) if each)
        < min(each for each in (next_, terms.valid_until, party.until) if each)
        for party in version.party
        if party.code == code
    )


def of_year(session: Session, fund: str, year: int) -> Accountability:
    """Return what a fund accounts for of a year, as it stands.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        year: The financial year.

    Raises:
        UnknownFund: There is no such fund.
        WrongInput: No executive accounted for lawfulness in that year, or the fund had no
            agreement yet.
    """
    known = funds.known(session, fund)
    agreement = latest(known.agreements, date(year, 12, 31))
    _refuse_year(year, agreement)
    assert agreement is not None, "a year without an agreement was refused"
    settled = states.booked(session, known.id)
    rules = agreement.lawfulness
    found = failings.of_year(session, known, year, booked_=settled)
    cost = booked.costs_of_year(session, settled, year)
    unsettled, unsettled_cents = _unsettled(session, known.id, year, settled)
    end, dated = _end(session, known.id, known.timezone)
    return Accountability(
        year=year,
        agreement=agreement,
        agreements=known.agreements,
        regime=regimes.of_year(year, said=rules.regime if rules else None),
        findings=landing.of_year(found, year),
        cost_cents=cost,
        unsettled=unsettled,
        unsettled_cents=unsettled_cents,
        overspent=_overspent(session, known, year, cost),
        end=end,
        dated=dated,
    )


def _refuse_year(year: int, agreement: Agreement | None) -> None:
    if year < regimes.FIRST:
        raise WrongInput(
            [
                Mistake(
                    "YEAR",
                    f"{year} is before {regimes.FIRST}, the first year of which executives account "
                    "for lawfulness",
                )
            ]
        )
    if agreement is None:
        raise WrongInput([Mistake("YEAR", f"the fund had no agreement yet in {year}")])


def _overspent(
    session: Session, known: Known, year: int, cost: Mapping[str, int]
) -> dict[str, Overspent]:
    """Return the parties with a budget of the year, each beside what the year cost it."""
    asked = (
        select(_AUTHORISATION)
        .where(_AUTHORISATION.c.fund_id == known.id, _AUTHORISATION.c.year == year)
        .order_by(_AUTHORISATION.c.sequence)
    )
    authorised: dict[str, dict[str, int]] = {}
    for row in session.connection().execute(asked):
        authorised.setdefault(row.party, {})[row.decision] = row.amount_cents
    return {
        party.code: Overspent(
            party=party.code,
            budget_cents=sum(each.amount for each in found),
            cost_cents=cost.get(party.code, 0),
            authorised=authorised.get(party.code, {}),
        )
        for party in in_order(known.agreements)
        if (found := budgets.of_party(known.agreements, party.code, year))
    }


def _unsettled(
    session: Session, fund_id: int, year: int, booked_: Sequence[Standing]
) -> tuple[int, int]:
    """Return how many spendings of a year no settlement has booked, and what they come to."""
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    proposals = [each.proposal.sequence for each in booked_]
    asked = select(func.count(), func.coalesce(func.sum(_SPENDING.c.amount_cents), 0)).where(
        _SPENDING.c.fund_id == fund_id,
        _SPENDING.c.booked_on >= first,
        _SPENDING.c.booked_on < until,
        ~select(_LINE.c.spending)
        .where(
            _LINE.c.fund_id == _SPENDING.c.fund_id,
            _LINE.c.spending == _SPENDING.c.sequence,
            _LINE.c.proposal.in_(proposals),
        )
        .exists(),
    )
    count, cents = session.connection().execute(asked).one()
    return int(count), int(cents)


def _end(session: Session, fund_id: int, timezone: str) -> tuple[End, date]:
    """Return where the trail ends, and on which day it came there."""
    head = session.get_one(Head, fund_id)
    event = session.get_one(Event, (fund_id, head.sequence))
    return End(sequence=event.sequence, sha256=event.hash.hex()), day_in(timezone, event.at)
