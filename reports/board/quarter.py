"""What the board's tables are made from: the lines of one booked settlement, as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ledger.periods import Period
    from reports.board.isolating import Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A column: per line a position in its distinct values; an absent value is ``""``."""

    codes: NDArray[np.int64]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingOf:
    """A finding that stood when the settlement was booked, and whether it was accepted by then."""

    line: int
    rule: str
    amount_cents: int
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingOf:
    """What a line is expected to save a party, and whether that takes no part in the fund."""

    line: int
    party: str
    cents: int
    outsider: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What each organisation bears under a key: weights of lines, and cents.

    ``vector`` is per line a position in ``vectors``. ``left_out`` says why there are none.
    """

    key: str | None  # nothing for the keys that were agreed
    vector: NDArray[np.int64] | None = None
    vectors: Sequence[tuple[int, ...]] = ()
    cents: Mapping[str, int] = field(default_factory=dict)
    left_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The lines of a booked settlement, and all that is told of them.

    Args:
        splits: By name of a table, what tells its rows apart.
        parties: Codes, in the order of the weights.
        erased: Whether something that rows are told apart by was erased since, so that one
            table would not be what it was.
    """

    period: Period
    lines: Lines
    amount_cents: NDArray[np.int64]
    splits: Mapping[str, Labels]
    findings: Sequence[FindingOf]
    savings: Sequence[SavingOf]
    parties: Sequence[str]
    shares: Sequence[Shares]
    erased: bool = False
