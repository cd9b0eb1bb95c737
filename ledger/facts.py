"""The facts that a settlement rests on: spendings and expected savings, as columns.

Pure values, in canonical order, whatever they were read from (``ledger.facts_files``).
Texts are coded: a position in a tuple of distinct values, -1 for none. Days are proleptic
ordinals (``date.toordinal()``), amounts integer cents.

Source:
    The formats, Spendings and savings as CSV; the settlement rules, Dates, order, versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import money

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.coded import Coded

DAYS: Final = ("spent_on", "recorded_on", "booked_on")
COLUMNS: Final = (
    "id",
    "spent_on",
    "amount",
    "category",
    "case",
    "organisation",
    "recorded_on",
    "booked_on",
    "home",
    "domain",
    "professional",
    "payee",
    "advanced_by",
    "reverses",
    "refunds",
    "replaces",
    "receipt",
    "vat",
    "vat_use",
)
"""Every column that is read, in the order in which facts are hashed."""

TEXTS: Final = tuple(name for name in COLUMNS if name not in {*DAYS, "amount", "vat"})
LINKS: Final = ("reverses", "refunds", "replaces")
"""Columns that point to the spending that a row corrects."""

TEXT_MAX: Final = 200
"""The longest text that decides anything, in characters."""

VAT_USES: Final = ("none", "individual", "compensable", "unknown")
ADVANCERS: Final = ("pool", "professional")
"""Who may have paid besides a party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spendings:
    """Spendings in canonical order: by the day recorded, then by id.

    ``days`` holds the three dates as the file has them, 0 where it has none; the
    properties fill in what an absent date stands for.
    """

    name: str
    texts: dict[str, Coded]
    days: dict[str, NDArray[np.int64]]
    amount_cents: NDArray[np.int64]
    vat_cents: NDArray[np.int64]
    has_vat: NDArray[np.bool_]
    lines: Callable[[NDArray[np.int64]], list[int]]
    ignored: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.amount_cents)

    @property
    def spent_on(self) -> NDArray[np.int64]:
        """When the money was spent: decides participants, keys and agreement version."""
        return self.days["spent_on"]

    @property
    def booked_on(self) -> NDArray[np.int64]:
        """When it counts: decides the period. Where absent the day spent."""
        return np.where(self.days["booked_on"] > 0, self.days["booked_on"], self.spent_on)

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of those of these ids that the file has."""
        rows = self.positions(ids).tolist()
        return {spending: row for spending, row in zip(ids, rows, strict=True) if row >= 0}

    def positions(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each of these ids; -1 for those that the file does not have."""
        coded = self.texts["id"]
        known = pa.array(coded.values, pa.string())
        found = pc.fill_null(pc.index_in(pa.array(ids, pa.string()), known), -1)
        rows = np.append(np.argsort(coded.codes), -1)
        return np.asarray(rows[found.to_numpy(zero_copy_only=False)], dtype=np.int64)

    def text(self, column: str, row: int) -> str | None:
        """Return one cell, ``None`` where it is empty."""
        coded = self.texts[column]
        code = int(coded.codes[row])
        return None if code < 0 else coded.values[code]

    def day(self, column: str, row: int) -> date:
        """Return one of the dates of a row that has it."""
        return date.fromordinal(int(self.days[column][row]))

    def where(self, row: int) -> str:
        """Return the file and line of a row, for messages."""
        return f"{self.name}:{self.lines(np.array([row]))[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Expected savings: one total per spending and party, in the order of both.

    ``spending`` is a position in the spendings, ``party`` in the parties given.
    """

    spending: NDArray[np.int64]
    party: NDArray[np.int64]
    total_cents: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.total_cents)


def no_savings() -> Savings:
    """Return the savings of a run without a file of them."""
    nothing = np.zeros(0, dtype=np.int64)
    return Savings(spending=nothing, party=nothing, total_cents=nothing)


def added_up(
    rows: NDArray[np.int64], party: NDArray[np.int64], cents: NDArray[np.int64], parties: int
) -> Savings:
    """Return savings of which those for the same spending and party add up.

    Args:
        rows: Per saving the position of its spending.
        party: Per saving the position of its party.
        cents: Per saving its amount.
        parties: How many parties there are.
    """
    # 10**12 cents at most per row: the sum of a file of nine million rows still fits 64 bits.
    assert len(cents) < np.iinfo(np.int64).max // money.AMOUNT_MAX
    pairs, position = np.unique(rows * parties + party, return_inverse=True)
    totals = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(totals, position, cents)
    return Savings(spending=pairs // parties, party=pairs % parties, total_cents=totals)


def canonical_order(ids: Coded, days: Mapping[str, NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the rows in canonical order: by the day recorded, then by id.

    Args:
        ids: Of the rows, by code point.
        days: ``recorded_on``, 0 where absent: then ``spent_on`` counts.
    """
    recorded_on = np.where(days["recorded_on"] > 0, days["recorded_on"], days["spent_on"])
    by_code_point = sorted(range(len(ids.values)), key=ids.values.__getitem__)
    rank = np.empty(len(ids.values), dtype=np.int64)
    rank[by_code_point] = np.arange(len(ids.values))
    return np.lexsort((rank[ids.codes], recorded_on))
