"""Positions and transfers: where everyone stands, and who pays whom.

Positive amounts are the organisation's: the fund owes them. What is due now and what
stays behind are told apart, and so are what is transferred and what is too small to be.

Source:
    The settlement rules, Positions; Transfers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.agreement.versions import latest
from ledger.errors import Mistake, WrongInput
from ledger.money import as_text
from settlement.results import Adjustment, Position, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledger.agreement.schema import Agreement, Party
    from ledger.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the settlement before left, per party code in cents."""

    closing_cents: Mapping[str, int]
    carried_out_cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What positions are made of, per party code in cents; absent is 0."""

    exact_cost_shares: Mapping[str, Fraction]
    cost_shares_cents: Mapping[str, int]
    adjustments: Sequence[Adjustment]
    contributed_cents: Mapping[str, int]
    advanced_cents: Mapping[str, int]
    opening: Opening | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides about payment.

    Args:
        agreements: The versions of the fund, oldest first.
        in_force: The version in force on the period's last day.
        period: The period that is settled.
        final: Whether the fund is closed by this settlement.
    """

    agreements: Sequence[Agreement]
    in_force: Agreement
    period: Period
    final: bool

    def stays(self, party: str) -> bool:
        """Whether a party is a participant on the day after the period.

        The end of the agreement's own validity does not count; a participant missing
        from the next version leaves on the day that this begins.
        """
        until = self.period.until
        version = latest(self.agreements, until) or self.in_force
        return any(each.code == party and each.takes_part_on(until) for each in version.party)

    def takes_part(self, party: str) -> bool:
        """Whether a party is a participant on any day of the period."""
        return any(
            each.code == party and each.participant and self._overlaps(version, each)
            for version in self.agreements
            for each in version.party
        )

    def _overlaps(self, version: Agreement, party: Party) -> bool:
        starts = (self.period.start, version.agreement.valid_from, party.start)
        ends = (self.period.until, version.agreement.valid_until, party.until)
        return max(day for day in starts if day) < min(day for day in ends if day)


@dataclass(slots=True, kw_only=True)
class _Payment:
    """What one party is paid now; ``asked`` is its due and what was carried to it."""

    asked: int
    transferred: int
    carried_out: int = 0


def positions_and_transfers(
    figures: Figures, *, parties: Sequence[Party], terms: Terms
) -> tuple[tuple[Position, ...], tuple[Transfer, ...]]:
    """Net all figures to a position per party, and make the transfers.

    Args:
        figures: What positions are made of.
        parties: In their order.
        terms: What decides about payment.

    Raises:
        WrongInput: Transfers are direct, and the dues do not sum to zero.
    """
    codes = [party.code for party in parties]
    adjusted = dict.fromkeys(codes, 0)
    for line in figures.adjustments:
        adjusted[line.party] += line.amount_cents
    opening = figures.opening or Opening(closing_cents={}, carried_out_cents={})
    balances = {
        code: opening.closing_cents.get(code, 0)
        + figures.contributed_cents.get(code, 0)
        + figures.advanced_cents.get(code, 0)
        - figures.cost_shares_cents.get(code, 0)
        - adjusted[code]
        for code in codes
    }
    dues = {
        code: _due(balances[code], figures.advanced_cents.get(code, 0), party=code, terms=terms)
        for code in codes
    }
    carried_in = {code: opening.carried_out_cents.get(code, 0) for code in codes}
    payments = {
        code: _Payment(asked=carried_in[code] + dues[code], transferred=0) for code in codes
    }
    transfers = _pay(payments, dues, terms)
    positions = (
        Position(
            party=code,
            exact_cost_share=figures.exact_cost_shares.get(code, Fraction(0)),
            cost_share_cents=figures.cost_shares_cents.get(code, 0),
            adjustments_cents=adjusted[code],
            contributed_cents=figures.contributed_cents.get(code, 0),
            advanced_cents=figures.advanced_cents.get(code, 0),
            balance_cents=balances[code],
            opening_cents=opening.closing_cents.get(code, 0),
            due_cents=dues[code],
            carried_in_cents=carried_in[code],
            transferred_cents=payments[code].transferred,
            carried_out_cents=payments[code].carried_out,
            closing_cents=balances[code] - dues[code],
        )
        for code in codes
    )
    shown = tuple(position for position in positions if _is_shown(position, terms))
    return shown, tuple(transfers)


def assert_conserved(positions: Sequence[Position], *, pool_spent_cents: int) -> None:
    """Check that no cent appeared or went: a failure is a mistake of ours."""
    balances = sum(each.balance_cents for each in positions)
    openings = sum(each.opening_cents for each in positions)
    contributed = sum(each.contributed_cents for each in positions)
    assert balances == openings + contributed - pool_spent_cents
    for each in positions:
        assert each.balance_cents == each.due_cents + each.closing_cents
        asked = each.carried_in_cents + each.due_cents
        assert asked == each.transferred_cents + each.carried_out_cents


def _due(balance: int, advanced: int, *, party: str, terms: Terms) -> int:
    """Return what is paid now: all of it, or what the standing pool does not carry."""
    settlement = terms.in_force.settlement
    returned = terms.final and settlement.surplus == "return"
    if settlement.funding == "bridge" or returned or not terms.stays(party):
        return balance
    return min(balance, advanced)


def _pay(payments: Mapping[str, _Payment], dues: Mapping[str, int], terms: Terms) -> list[Transfer]:
    """Decide what is transferred and what is carried, and by which transfers."""
    holder = terms.in_force.agreement.account_holder
    for code, payment in payments.items():
        if code != holder and _is_carried(payment.asked, code, terms):
            payment.carried_out = payment.asked
        else:
            payment.transferred = payment.asked
    if terms.in_force.settlement.transfers == "direct":
        _refuse_uneven(payments, dues)
        carried = sum(payment.carried_out for payment in payments.values())
        payments[holder].transferred += carried
        payments[holder].carried_out = -carried
        return list(_direct({code: each.transferred for code, each in payments.items()}))
    return [
        _transfer(payment.transferred, party=code, other=holder)
        for code, payment in payments.items()
        if code != holder and payment.transferred
    ]


def _is_carried(asked: int, party: str, terms: Terms) -> bool:
    too_small = abs(asked) < terms.in_force.settlement.minimum_transfer
    return too_small and not terms.final and terms.stays(party)


def _refuse_uneven(payments: Mapping[str, _Payment], dues: Mapping[str, int]) -> None:
    for what, total in (
        ("what is due", sum(dues.values())),
        ("what is due and was carried", sum(payment.asked for payment in payments.values())),
    ):
        if total:
            raise WrongInput(
                [
                    Mistake(
                        "settlement.transfers",
                        f"'direct' needs dues that sum to 0.00; {what} sums to {as_text(total)}; "
                        "settle with transfers = 'hub'",
                    )
                ]
            )


def _direct(amounts: dict[str, int]) -> Iterator[Transfer]:
    """Let the largest debtor pay the largest creditor, again and again."""
    while any(amounts.values()):
        payer, payee = min(amounts, key=amounts.__getitem__), max(amounts, key=amounts.__getitem__)
        cents = min(-amounts[payer], amounts[payee])
        amounts[payer] += cents
        amounts[payee] -= cents
        yield Transfer(payer=payer, payee=payee, amount_cents=cents)


def _transfer(cents: int, *, party: str, other: str) -> Transfer:
    payer, payee = (other, party) if cents > 0 else (party, other)
    return Transfer(payer=payer, payee=payee, amount_cents=abs(cents))


def _is_shown(position: Position, terms: Terms) -> bool:
    figures = (
        position.exact_cost_share,
        position.cost_share_cents,
        position.adjustments_cents,
        position.contributed_cents,
        position.advanced_cents,
        position.opening_cents,
        position.carried_in_cents,
        position.transferred_cents,
        position.carried_out_cents,
    )
    is_holder = position.party == terms.in_force.agreement.account_holder
    return is_holder or any(figures) or terms.takes_part(position.party)
