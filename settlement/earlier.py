"""What earlier settlements left: what they settled, how, and where everyone stood.

What was booked is never recomputed: its cells, keys and weights are taken as they were
booked, from wherever they are kept (``settlement.earlier_files`` reads them from folders).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from settlement.ladder import Booked
from settlement.netting import Opening

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from ledger.periods import Period
    from settlement.eras import Weights
    from settlement.results import Adjustment, Previous


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLine:
    """A line as an earlier settlement booked it."""

    amount_cents: int
    key: str
    weights: Weights
    cells_cents: tuple[int, ...]
    until: date  # end of the settlement that booked it


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLines:
    """Lines of an earlier settlement: all that it booked, or those that somebody asks for.

    Asked for are those that corrections point to which are not settled yet, and what these
    replace in their turn. Where an order does not say itself which of its rows are settled,
    all lines must be there.

    ``position_of`` tells, by the id of a spending, where it stands in the arrays; ``key``
    and ``vector`` are positions in ``keys`` and ``vectors``.
    """

    position_of: Mapping[str, int]
    booked_on: NDArray[np.int64]  # proleptic ordinal
    amount_cents: NDArray[np.int64]
    key: NDArray[np.int64]
    keys: Sequence[str]
    vector: NDArray[np.int64]
    vectors: Sequence[Weights]
    cells_cents: NDArray[np.int64]  # line x party, in the order of the parties that settle now


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLink:
    """A correction that an earlier settlement settled, and the spending that it points to."""

    spending: str
    kind: str  # reverses, refunds or replaces
    to: str
    booked_on: int  # proleptic ordinal
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """One earlier settlement.

    ``links`` are its corrections: all of them, or at least those that are not among the
    rows of an order and point to one, or to what such a row corrects.
    """

    name: str
    sha256: str  # of all that is known of it here
    period: Period
    final: bool
    agreements: Mapping[int, str]  # version -> its SHA-256 but for its end
    account_holder: str
    has_period: bool
    previous: tuple[Previous, ...]
    lines: BookedLines
    links: tuple[BookedLink, ...]
    set_apart: frozenset[str]  # ids of spendings that it left to the next
    adjustments: tuple[Adjustment, ...]
    unplaced_cents: int
    untaken_cents: int
    since_start: Mapping[str, Fraction]  # per party: cents from exact since the fund began
    figures_cents: Mapping[str, Mapping[str, int]]  # column of positions.csv -> party -> amount

    def line(self, spending: str) -> BookedLine | None:
        """Return a line that this run booked."""
        lines = self.lines
        if (at := lines.position_of.get(spending)) is None:
            return None
        return BookedLine(
            amount_cents=int(lines.amount_cents[at]),
            key=lines.keys[lines.key[at]],
            weights=lines.vectors[lines.vector[at]],
            cells_cents=tuple(lines.cells_cents[at].tolist()),
            until=self.period.until,
        )

    @property
    def held_cents(self) -> int:
        """What the pool held after this run's transfers."""
        columns = (self.figures_cents["closing"], self.figures_cents["carried_out"])
        return sum(sum(column.values()) for column in columns)

    def opening(self) -> Opening:
        """Return what this run left for the next."""
        return Opening(
            closing_cents=self.figures_cents["closing"],
            carried_out_cents=self.figures_cents["carried_out"],
        )

    def booked(self) -> Booked:
        """Return what this run booked, for the ladder of the year."""
        return Booked(
            cost_shares_cents=self.figures_cents["cost_share"],
            adjustments=self.adjustments,
            unplaced_cents=self.unplaced_cents,
            untaken_cents=self.untaken_cents,
        )


def booked(runs: Sequence[EarlierRun], spending: str) -> BookedLine | None:
    """Return the line as one of the runs booked it."""
    return next((line for run in runs if (line := run.line(spending)) is not None), None)
