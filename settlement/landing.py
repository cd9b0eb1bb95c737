"""Where findings land: what of a year's findings counts, and on which organisation.

Pure. A finding is about a spending, and falls on organisations as that spending did: its
amount over the spending's own cells, by largest remainder, ties in the order of parties of
the settlement that booked them. So a spending that fails as a whole falls exactly as it was
allocated; the ladder, netting and rounding carry nothing. It holds for every year that

- per criterion and kind, what landed on all organisations and what is not allocated yet
  add up to what counts for the fund, to the cent;
- what a reversal takes back in a later year is the exact opposite of what had landed.

The year is that of the day booked. Of one spending and criterion one finding counts: an
error before an uncertainty, then the highest. Control findings never enter.

Source:
    The settlement rules, Lawfulness in the settlement.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from ledger import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

CRITERIA: Final = ("budget", "conditions", "misuse")
"""In the order of the statement: 1, 2, 3."""

KINDS: Final = ("error", "uncertainty")
NOTHING: Final = {(criterion, kind): 0 for criterion in CRITERIA for kind in KINDS}
PUT_RIGHT: Final = frozenset({"resolved", "corrected"})
"""Ends of a finding after which it counts in no year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A spending with findings.

    Args:
        sequence: Its number in the fund's trail.
        id: As others may see it.
        booked_on: Decides the year.
        category: What it was spent on.
        amount_cents: What was spent.
        taken_back_on: The day on which its reversal is booked, if there is one.
        cells: What it cost whom, in cents, in the order of parties of the settlement that
            booked it; ``None`` where none has.
    """

    sequence: int
    id: str
    booked_on: date
    category: str
    amount_cents: int
    taken_back_on: date | None = None
    cells: Mapping[str, int] | None = None

    def is_of(self, year: int) -> bool:
        """Whether its findings are those of a year."""
        return self.booked_on.year == year

    @property
    def taken_back_in(self) -> int | None:
        """The year in which it was taken back, its own at the earliest."""
        if self.taken_back_on is None:
            return None
        return max(self.taken_back_on.year, self.booked_on.year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """That a finding was accepted: it counts as before, and is explained with this.

    Args:
        by: Who accepts by its nature: the ``board``, or somebody with a ``mandate``.
        ground: The kind of ground that was stated.
        decided_on: The day of the decision.
        decision: What the decision is called in the minutes, if it has a name.
    """

    by: str
    ground: str
    decided_on: date
    decision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding that rests on law or agreement: an error or an uncertainty.

    Args:
        sequence: Number of the act that found it.
        line: Within that act.
        rule: Code of the rule.
        kind: ``error`` or ``uncertainty``: as it was found, or as a reviewer judged.
        criterion: One of :data:`CRITERIA`.
        amount_cents: Above zero, at most that of its spending.
        spent: Its spending.
        ended: How it ended, if it did: ``resolved``, ``corrected`` or ``reversed``.
        ended_on: The day of that.
        accepted: Who accepted it, if somebody did.
    """

    sequence: int
    line: int
    rule: str
    kind: str
    criterion: str
    amount_cents: int
    spent: Spent
    ended: str | None = None
    ended_on: date | None = None
    accepted: Accepted | None = None

    @property
    def is_put_right(self) -> bool:
        """Whether it counts in no year any more."""
        return self.ended in PUT_RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """A finding that counts in a year, with the cents that fell on each organisation.

    ``cents`` is below zero where the spending of an earlier year was taken back in this one.
    ``cells`` is ``None`` where no settlement has booked the spending yet.
    """

    found: Found
    cents: int
    cells: Mapping[str, int] | None

    def on(self, party: str) -> int:
        """Return what fell on an organisation."""
        return 0 if self.cells is None else self.cells.get(party, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overspent:
    """What an organisation's share of a year exceeds of what its council authorised.

    Args:
        party: The organisation.
        budget_cents: What was authorised beforehand.
        cost_cents: Its cost share of the year, as far as it is booked.
        authorised: What its council authorised afterwards, by the name of the decision; it
            is named apart and takes nothing away.
    """

    party: str
    budget_cents: int
    cost_cents: int
    authorised: Mapping[str, int] = field(default_factory=dict)

    @property
    def over_cents(self) -> int:
        """The excess; zero within the budget."""
        return max(0, self.cost_cents - self.budget_cents)


class PutRight(StrEnum):
    """When a finding was put right: in its own financial year, or after it."""

    IN_YEAR = "in_year"
    LATER = "later"


Sums: TypeAlias = "Mapping[tuple[str, str], int]"
"""Cents per criterion and kind: every pair of them, zeros included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What counts in a year.

    Args:
        landed: Every finding that counts, in the order in which they were found.
        fund: What they come to.
        not_allocated: What those come to that no organisation bears yet: their spendings
            are not settled.
        on: What landed on each organisation that bears something.
        covered: How many more stand, of a spending and criterion of which another counts.
        put_right: How many were put right, by when.
    """

    landed: tuple[Landed, ...]
    fund: Sums
    not_allocated: Sums
    on: Mapping[str, Sums]
    covered: int
    put_right: Mapping[PutRight, int]

    def sums(self, party: str) -> Sums:
        """Return what landed on an organisation."""
        return self.on.get(party, NOTHING)

    @property
    def waiting(self) -> tuple[Landed, ...]:
        """The findings that no organisation bears yet."""
        return tuple(each for each in self.landed if each.cells is None)


def land(cents: int, cells: Mapping[str, int]) -> dict[str, int]:
    """Divide a finding over organisations as its spending was.

    Args:
        cents: Of the finding.
        cells: What the spending cost whom, above zero together, in the order of parties.

    Returns:
        The parties that bear something, with their cents; they sum to ``cents``.
    """
    parts = money.split(money.Cents(cents), list(cells.values()))
    return {party: part for party, part in zip(cells, parts, strict=True) if part}


def of_year(findings: Iterable[Found], year: int) -> Findings:
    """Return what counts in a year.

    Args:
        findings: All errors and uncertainties of spendings that were booked in the year, or
            taken back in it.
        year: The financial year.
    """
    ordered = sorted(findings, key=lambda each: (each.sequence, each.line))
    standing = [each for each in ordered if not each.is_put_right]
    chosen = _chosen(standing)
    landed = [each for found in chosen if (each := _landed(found, year))]
    return Findings(
        landed=tuple(landed),
        fund=_added((each, each.cents) for each in landed),
        not_allocated=_added((each, each.cents) for each in landed if each.cells is None),
        on=_per_party(landed),
        covered=sum(1 for each in standing if _sign(each, year)) - len(landed),
        put_right=Counter(when for each in ordered if (when := _put_right(each, year))),
    )


def _chosen(standing: Sequence[Found]) -> list[Found]:
    """Return the findings that count: one of each spending and criterion."""
    in_turn = sorted(standing, key=lambda each: (_pair(each), _rank(each)))
    return sorted(
        (next(those) for _, those in groupby(in_turn, key=_pair)),
        key=lambda each: (each.sequence, each.line),
    )


def _pair(found: Found) -> tuple[int, str]:
    return found.spent.sequence, found.criterion


def _rank(found: Found) -> tuple[int, int, int, int]:
    return (KINDS.index(found.kind), -found.amount_cents, found.sequence, found.line)


def _sign(found: Found, year: int) -> int:
    """Return whether a finding adds to a year (1), takes off from it (-1), or neither (0)."""
    taken_back = found.spent.taken_back_in
    if found.spent.is_of(year):
        return 0 if taken_back == year else 1
    return -1 if taken_back == year else 0


def _landed(found: Found, year: int) -> Landed | None:
    sign, cells = _sign(found, year), found.spent.cells
    if not sign:
        return None
    parts = None if cells is None else land(found.amount_cents, cells)
    return Landed(
        found=found,
        cents=sign * found.amount_cents,
        cells=None if parts is None else {name: sign * part for name, part in parts.items()},
    )


def _put_right(found: Found, year: int) -> PutRight | None:
    if not found.spent.is_of(year):
        return None
    if found.spent.taken_back_in == year:
        return PutRight.IN_YEAR
    if not found.is_put_right:
        return None
    is_later = found.ended_on is not None and found.ended_on.year > year
    return PutRight.LATER if is_later else PutRight.IN_YEAR


def _added(amounts: Iterable[tuple[Landed, int]]) -> Sums:
    sums = dict(NOTHING)
    for each, cents in amounts:
        sums[each.found.criterion, each.found.kind] += cents
    return sums


def _per_party(landed: Iterable[Landed]) -> Mapping[str, Sums]:
    sums: dict[str, dict[tuple[str, str], int]] = {}
    for each in landed:
        for party, cents in (each.cells or {}).items():
            of_party = sums.setdefault(party, dict(NOTHING))
            of_party[each.found.criterion, each.found.kind] += cents
    return sums
