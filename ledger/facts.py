"""The facts that a settlement rests on: spendings and expected savings, as columns.

Pure values, in canonical order, whatever they were read from (``ledger.facts_files``).
Texts are coded: a position in a tuple of distinct values, -1 for none. Days are proleptic
ordinals (``date.toordinal()``), amounts integer cents.

Source:
    The formats, Spendings and savings as CSV; the settlement rules, Dates, order, versions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import money
from ledger.coded import Coded, coded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spendings:
    """Spendings in canonical order: by the day recorded, then by id.

    ``days`` holds the three dates as they were given, 0 where there is none; the
    properties fill in what an absent date stands for. ``lines`` tells on which lines of a
    file rows stand; ``None`` where they come from no file.
    """

    name: str
    texts: dict[str, Coded]
    days: dict[str, NDArray[np.int64]]
    amount_cents: NDArray[np.int64]
    vat_cents: NDArray[np.int64]
    has_vat: NDArray[np.bool_]
    lines: Callable[[NDArray[np.int64]], list[int]] | None = None
    ignored: tuple[str, ...] = ()

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

    def only(self, kept: NDArray[np.bool_]) -> Spendings:
        """Return those rows alone; they must hold what the links of each point to."""
        if kept.all():
            return self
        return replace(
            self,
            texts={
                name: Coded(codes=each.codes[kept], values=each.values)
                for name, each in self.texts.items()
            },
            days={name: each[kept] for name, each in self.days.items()},
            amount_cents=self.amount_cents[kept],
            vat_cents=self.vat_cents[kept],
            has_vat=self.has_vat[kept],
        )

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of those of these ids that are there."""
        rows = self.positions(ids).tolist()
        return {spending: row for spending, row in zip(ids, rows, strict=True) if row >= 0}

    def positions(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each of these ids; -1 for those that are not there."""
        own = self.texts["id"]
        known = pa.array(own.values, pa.string())
        found = pc.fill_null(pc.index_in(pa.array(ids, pa.string()), known), -1)
        rows = np.full(len(own.values) + 1, -1, dtype=np.int64)
        rows[own.codes] = np.arange(len(own.codes))
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
        """Return the file and line of a row, else its id, for messages."""
        if self.lines is None:
            return f"spending {self.text('id', row)}"
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


def from_columns(
    name: str,
    *,
    texts: Mapping[str, Coded | Sequence[str | None]],
    days: Mapping[str, NDArray[np.int64]],
    amount_cents: NDArray[np.int64],
    vat: tuple[NDArray[np.int64], NDArray[np.bool_]] | None = None,
) -> Spendings:
    """Return spendings of columns that were checked when they were recorded.

    The rows come in canonical order (sorted by a database, by the bytes of the id; or with
    :func:`canonical_order`), so that what else the caller holds per row keeps its place.

    Args:
        name: What all of them are called in messages.
        texts: By names of :data:`TEXTS`, with at least ``id``, ``category`` and
            ``organisation``. An empty text is an absent one.
        days: By names of :data:`DAYS`, with at least ``spent_on``: proleptic ordinals, 0
            where absent.
        amount_cents: Of the rows.
        vat: Of the amounts in cents, and on which rows it is known.
    """
    rows = len(amount_cents)
    of_name = {
        column: each if isinstance(each, Coded) else coded(each) for column, each in texts.items()
    }
    nowhere = np.full(rows, -1, dtype=np.int64)
    no_vat = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
    found = Spendings(
        name=name,
        texts={column: of_name.get(column, Coded(codes=nowhere, values=())) for column in TEXTS},
        days={column: days.get(column, np.zeros(rows, dtype=np.int64)) for column in DAYS},
        amount_cents=amount_cents,
        vat_cents=(vat or no_vat)[0],
        has_vat=(vat or no_vat)[1],
    )
    _assert_sound(found)
    return found


def _assert_sound(found: Spendings) -> None:
    """Check what would give wrong figures and no mistake: a failure is a mistake of ours."""
    ids, rows = found.texts["id"], len(found)
    columns = [each.codes for each in found.texts.values()]
    for column in (*columns, *found.days.values(), found.vat_cents, found.has_vat):
        assert len(column) == rows, "every column has all rows"
    for name in ("id", "category", "organisation"):
        assert (found.texts[name].codes >= 0).all(), f"every row has its {name}"
    assert (found.days["spent_on"] > 0).all(), "every row has the day it was spent"
    assert (np.abs(found.amount_cents) <= money.AMOUNT_MAX).all()
    assert (np.bincount(ids.codes, minlength=1) <= 1).all(), "an id names one spending"
    days = recorded_on(found.days)
    spelled = pa.array(ids.values, pa.string()).take(pa.array(ids.codes))
    rises = pc.less(spelled.slice(0, max(0, rows - 1)), spelled.slice(1))
    steps = np.diff(days)
    assert ((steps > 0) | ((steps == 0) & rises.to_numpy(zero_copy_only=False))).all(), (
        "rows come in canonical order"
    )


def savings_from_columns(
    of: Spendings,
    *,
    spending: Coded | Sequence[str | None],
    party: Coded | Sequence[str | None],
    amount_cents: NDArray[np.int64],
    parties: tuple[str, ...],
) -> Savings:
    """Return savings of columns that were checked when they were recorded.

    Args:
        of: The spendings that they belong to.
        spending: Ids of these.
        party: Codes of parties.
        amount_cents: What each is expected to save; those of a pair add up.
        parties: The codes of all parties, in their order.
    """
    ids, codes = (each if isinstance(each, Coded) else coded(each) for each in (spending, party))
    assert (ids.codes >= 0).all(), "a saving is one of a spending"
    assert (codes.codes >= 0).all(), "a saving is one of a party"
    rows = of.positions(ids.values)[ids.codes]
    assert (rows >= 0).all(), "savings are of spendings that are there"
    position = np.array([parties.index(code) for code in codes.values], dtype=np.int64)
    return added_up(rows, position[codes.codes], amount_cents, len(parties))


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
    by_code_point = sorted(range(len(ids.values)), key=ids.values.__getitem__)
    rank = np.empty(len(ids.values), dtype=np.int64)
    rank[by_code_point] = np.arange(len(ids.values))
    return np.lexsort((rank[ids.codes], recorded_on(days)))


def recorded_on(days: Mapping[str, NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return when rows were received: gives their order. Where absent the day spent."""
    return np.where(days["recorded_on"] > 0, days["recorded_on"], days["spent_on"])
