"""What a year costs each organisation, for its accounts: by the day spent, booked or not.

A settlement counts by the day booked; a year's accounts count what was spent in the year.
So a year is made of what settlements booked of it, whichever they were, and of what none
has booked yet, by the keys as they stand. Open reservations are named apart: they are room
that is held, no cost.

Pure. For every year it holds, and is checked, that

- per organisation the task fields add up to the cost share, booked and accrued;
- over all organisations the accrued shares are the amounts of the year's lines that are
  not booked, and the booked ones those of the booked lines, to the cent;
- per organisation ``accrued + other years = cost share`` of the settlement as it stands;
- over all organisations the adjustments of the ladder sum to zero;
- per organisation ``unspent + open = balance + carried in + unpaid``: what stays in the fund
  and what is asked now are all that there is between an organisation and the fund.

Source:
    The settlement rules, Year-end and budgets; Positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ledger.coded import Coded, coded
from settlement import exact, task_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement
    from settlement.results import Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Lines with their cents: those of booked settlements, of any year."""

    spent_on: NDArray[np.int64]  # proleptic ordinal
    category: Coded
    cells_cents: NDArray[np.int64]  # line x party, in the order of the settlement's parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is on record besides the settlement as it stands; per party code in cents.

    Args:
        booked: The lines that settlements booked, at least those spent in the year.
        adjusted_cents: What the ladders of the year's booked settlements added.
        reserved_cents: Open reservations.
        unpaid_cents: What booked settlements transfer and nobody paid yet; positive: to
            the organisation.
    """

    booked: Costs
    adjusted_cents: Mapping[str, int] = field(default_factory=dict)
    reserved_cents: Mapping[str, int] = field(default_factory=dict)
    unpaid_cents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShare:
    """An organisation's cost share in one task field."""

    task_field: str
    booked_cents: int
    accrued_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearShare:
    """One organisation's year.

    ``unspent_cents`` is what of its contribution stays in the fund once all is settled;
    ``open_cents`` what the fund then still pays it, or below zero what it pays the fund.
    ``other_years_cents`` is what the settlement as it stands asks for other years.
    """

    party: str
    fields: tuple[FieldShare, ...]  # by task field, those that are not zero
    adjustments_cents: int  # of the year's ladder, booked and as it stands
    other_years_cents: int
    reserved_cents: int
    unspent_cents: int
    open_cents: int

    @property
    def booked_cents(self) -> int:
        """The cost share of what was spent in the year and is booked."""
        return sum(each.booked_cents for each in self.fields)

    @property
    def accrued_cents(self) -> int:
        """The cost share of what was spent in the year and is not booked yet."""
        return sum(each.accrued_cents for each in self.fields)

    @property
    def cost_share_cents(self) -> int:
        """The cost share of what was spent in the year, before the ladder."""
        return self.booked_cents + self.accrued_cents

    @property
    def borne_cents(self) -> int:
        """What the organisation bears of the year, the ladder included."""
        return self.cost_share_cents + self.adjustments_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A calendar year of a fund, in the order of parties."""

    year: int
    shares: tuple[YearShare, ...]


def of_year(year: int, settled: Settlement, books: Books) -> Year:
    """Return what a year costs each organisation.

    Args:
        year: The calendar year.
        settled: Everything that no settlement has booked yet, settled as it stands, with
            the booked settlements before it: at least what was spent in the year. What
            it says about positions holds for its own period, so that for a balance at the
            year's end it must hold nothing that was spent, or came in, later.
        books: What is on record besides.
    """
    accrued = Costs(
        spent_on=settled.lines.spent_on,
        category=coded(settled.lines.category),
        cells_cents=settled.lines.cells_cents,
    )
    fields = tuple(_by_field(costs, settled.agreements, year) for costs in (books.booked, accrued))
    other = exact.columns(accrued.cells_cents[~_in_year(accrued.spent_on, year)])
    shares = [
        _share(party.code, settled, books, year=year, fields=_at(fields, at), other_years=other[at])
        for at, party in enumerate(settled.parties)
    ]
    _assert_adds_up(shares, settled, books, year=year)
    return Year(year=year, shares=tuple(each for each in shares if _is_shown(each, settled)))


def _share(
    party: str,
    settled: Settlement,
    books: Books,
    *,
    year: int,
    fields: tuple[FieldShare, ...],
    other_years: int,
) -> YearShare:
    position = next((each for each in settled.positions if each.party == party), None)
    adjusted = books.adjusted_cents.get(party, 0)
    if settled.period.last_day.year == year:
        adjusted += sum(each.amount_cents for each in settled.adjustments if each.party == party)
    asked = 0 if position is None else position.carried_in_cents + position.due_cents
    return YearShare(
        party=party,
        fields=fields,
        adjustments_cents=adjusted,
        other_years_cents=other_years,
        reserved_cents=books.reserved_cents.get(party, 0),
        unspent_cents=0 if position is None else position.closing_cents,
        open_cents=asked + books.unpaid_cents.get(party, 0),
    )


def _in_year(days: NDArray[np.int64], year: int) -> NDArray[np.bool_]:
    return (days >= date(year, 1, 1).toordinal()) & (days <= date(year, 12, 31).toordinal())


def _by_field(costs: Costs, agreements: Sequence[Agreement], year: int) -> dict[str, list[int]]:
    """Add up the year's cells per task field: per party, in their order."""
    inside = _in_year(costs.spent_on, year)
    category = Coded(codes=costs.category.codes[inside], values=costs.category.values)
    fields = task_fields.of_lines(agreements, spent_on=costs.spent_on[inside], category=category)
    cells = costs.cells_cents[inside]
    return {name: exact.columns(cells[fields.codes == at]) for at, name in enumerate(fields.values)}


def _at(fields: Sequence[Mapping[str, Sequence[int]]], party: int) -> tuple[FieldShare, ...]:
    """Return one party's shares, booked and accrued, by task field."""
    booked, accrued = fields
    shares = (
        FieldShare(
            task_field=name,
            booked_cents=booked[name][party] if name in booked else 0,
            accrued_cents=accrued[name][party] if name in accrued else 0,
        )
        for name in sorted({*booked, *accrued})
    )
    return tuple(each for each in shares if each.booked_cents or each.accrued_cents)


def _assert_adds_up(
    shares: Sequence[YearShare], settled: Settlement, books: Books, *, year: int
) -> None:
    """Check that no cent appeared or went: a failure is a mistake of ours."""
    codes = {each.party for each in shares}
    for given in (books.adjusted_cents, books.reserved_cents, books.unpaid_cents):
        assert given.keys() <= codes, "what is on record is of parties of the agreements"
    lines = settled.lines
    amounts = lines.amount_cents[_in_year(lines.spent_on, year)]
    assert sum(each.accrued_cents for each in shares) == sum(amounts.tolist())
    cells = books.booked.cells_cents[_in_year(books.booked.spent_on, year)]
    assert sum(each.booked_cents for each in shares) == sum(exact.columns(cells))
    assert sum(each.adjustments_cents for each in shares) == 0, "a ladder's steps sum to zero"
    share_of = {each.party: each for each in shares}
    for position in settled.positions:
        share = share_of[position.party]
        assert share.accrued_cents + share.other_years_cents == position.cost_share_cents
        between = position.balance_cents + position.carried_in_cents
        between += books.unpaid_cents.get(position.party, 0)
        assert share.unspent_cents + share.open_cents == between


def _is_shown(share: YearShare, settled: Settlement) -> bool:
    """Whether an organisation has anything to do with the year: those of the positions do."""
    figures = (share.adjustments_cents, share.reserved_cents, share.open_cents)
    has_position = any(each.party == share.party for each in settled.positions)
    return has_position or bool(share.fields) or any(figures)
