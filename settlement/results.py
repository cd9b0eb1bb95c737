"""What a settlement is: every figure with its working, ready to be written or shown.

Arrays run over the settled lines in canonical order; columns over the parties in the
order of the agreement. Amounts are integer cents. Nothing here computes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from ledger.agreement.versions import latest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement, Party
    from ledger.periods import Period


class Standing(IntEnum):
    """How a line came to its cents."""

    CHAIN = 0
    """Divided under the allocation contract."""
    REVERSED = 1
    """Reversed in this same run: divided by largest remainder, outside the chain."""
    REVERSAL = 2
    """The exact opposite of a line of this run."""
    BOOKED_REVERSAL = 3
    """The exact opposite of what an earlier settlement booked."""
    REPLACEMENT = 4
    """A corrected line: divided by largest remainder, with the key version of then."""


class Reason(IntEnum):
    """Why a line that is booked before the period is settled in it."""

    NONE = 0
    """It is booked in the period."""
    LATE = 1
    """It came in late: no earlier settlement knew it."""
    DISPUTED = 2
    """It was set apart from an earlier settlement, with what depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The settled rows, one element each, in canonical order."""

    spending: Sequence[str]
    spent_on: NDArray[np.int64]  # proleptic ordinal, as date.toordinal()
    booked_on: NDArray[np.int64]  # proleptic ordinal
    amount_cents: NDArray[np.int64]
    vat_cents: NDArray[np.int64]  # of the amount; 0 where has_vat is False
    has_vat: NDArray[np.bool_]
    category: Sequence[str]
    key: NDArray[np.int64]  # position in Settlement.keys
    vector: NDArray[np.int64]  # position in Settlement.vectors
    reason: NDArray[np.int8]  # a Reason
    standing: NDArray[np.int8]  # a Standing
    corrects_booked: NDArray[np.bool_]  # reverses or replaces what an earlier settlement booked
    cells_cents: NDArray[np.int64]  # line x party

    def __len__(self) -> int:
        return len(self.amount_cents)

    @property
    def late(self) -> NDArray[np.bool_]:
        """Which lines are booked before the period, for whatever reason."""
        late: NDArray[np.bool_] = self.reason != Reason.NONE
        return late


_INCOMPLETE: Final = frozenset(
    {"window-before-facts", "original-not-in-file", "version-by-own-day", "agreement-changed"}
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader must know; the words for it are in the catalogues.

    ``code`` is ``columns-not-read`` (columns), ``contributions-before`` or
    ``contributions-after`` (count, amount: due outside all settlements), or one of facts
    that are ``incomplete``: ``window-before-facts`` (key), ``original-not-in-file`` or
    ``version-by-own-day`` (spending, original), ``agreement-changed`` (version, settlement).
    """

    code: str
    about: Mapping[str, str]

    @property
    def incomplete(self) -> bool:
        """Whether facts are missing that figures rest on."""
        return self.code in _INCOMPLETE


@dataclass(frozen=True, slots=True)
class Previous:
    """An earlier settlement that this one rests on; ``sha256`` of what was read back of it."""

    period: Period
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the fund's trail ended: whoever keeps it can find a rewritten history later."""

    sequence: int  # of the last event
    sha256: str  # in hexadecimal, over that event and through it over all before


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What the pool held when another organisation became account holder.

    Positive: the old one hands it to the new one; negative: the new one pays the old.
    """

    old: str
    new: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a step of the ladder adds to (or, negative, takes off) a cost share.

    ``step`` counts the steps that applied, from 1; ``kind`` is floor, cap or risk-pool, and
    ``pool`` counts the risk pools of the agreement, from 1.
    """

    step: int
    kind: str
    pool: int | None
    party: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where one organisation stands. Positive: the fund owes the organisation."""

    party: str
    exact_cost_share: Fraction  # cents, before the ladder, reversals included
    cost_share_cents: int
    adjustments_cents: int
    contributed_cents: int
    advanced_cents: int
    balance_cents: int
    opening_cents: int
    due_cents: int
    carried_in_cents: int
    transferred_cents: int
    carried_out_cents: int
    closing_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A positive amount that one organisation pays another."""

    payer: str
    payee: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsiderSaving:
    """What spendings are expected to save a party that does not take part."""

    party: str
    saving_cents: int
    spendings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far a party's cents are from its exact entitlement, in cents.

    ``at_end`` and ``on_the_way`` (the largest of the running total) are about the chain,
    the lines that this run divides; ``net`` is the whole cost share against the exact one,
    ``since_start`` that of all settlements of the fund up to and including this one.
    """

    party: str
    at_end: Fraction
    on_the_way: Fraction
    net: Fraction
    since_start: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A settled period with its working."""

    agreements: tuple[Agreement, ...]  # all versions given, oldest first
    period: Period
    has_period: bool  # whether it was asked for; else all contributions count
    previous: tuple[Previous, ...]  # oldest first
    final: bool
    dated: date  # the date that its papers carry
    number: int  # gapless per fund and year: 1 for a year's first settlement
    parties: tuple[Party, ...]
    keys: tuple[str, ...]
    vectors: Sequence[tuple[int, ...]]  # lowest terms; the share of party j is v[j] / sum(v)
    lines: Lines
    adjustments: tuple[Adjustment, ...]
    positions: tuple[Position, ...]
    transfers: tuple[Transfer, ...]
    handover: Handover | None
    outsiders: tuple[OutsiderSaving, ...]
    deviations: tuple[Deviation, ...]
    # What this run moved to the account holder; below zero where an earlier run of the
    # year moved more than the year so far asks for.
    unplaced_cents: int  # of caps: nobody could take it
    untaken_cents: int  # of floors: nobody could give it
    pool_spent_cents: int  # what the pool itself paid for the lines
    links: tuple[tuple[str, str, str], ...]  # spending, reverses | refunds | replaces, spending
    set_apart: tuple[str, ...]  # disputed spendings and what corrects them, left to the next
    set_apart_cents: int  # what they come to
    reversals_of_earlier: int  # how many lines reverse an earlier settlement
    facts_sha256: str
    rows_before: int  # rows of the files before the period that are not settled here
    rows_after: int  # and from its end on
    notes: tuple[Note, ...]  # what the reader must know about the facts
    year_cost_cents: Mapping[str, int]  # per party: this calendar year's cost share so far
    head: Head | None = None  # of the trail; the engine knows none, who keeps one adds it
    unbooked: bool = (
        False  # whether it is a proposal that is not booked; the engine knows no states
    )

    @property
    def agreement(self) -> Agreement:
        """The version in force on the period's last day: it rules ladder, funding, papers."""
        version = latest(self.agreements, self.period.last_day)
        assert version is not None, "a period was settled under a version"
        return version
