"""One avoided event counts once: within a case and a horizon only one pick carries it.

An eviction that was averted in March is not averted again in April. The first pick of an
effect in a case carries its saving; picks within the horizon of that one are recorded with
saving 0 and refer to it; after the horizon the next one carries.

A pick that came in late may be about a day before the pick that carries. It refers to that
one all the same where that lies within its own horizon: what was recorded stays, and no two
picks that carry are nearer to each other than a horizon.

Source:
    The settlement rules, Weights.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """An effect that somebody picked on a spending.

    Args:
        case: The case; ``None`` for a spending without one.
        effect: Code.
        picked_on: The day that it is about.
        sequence: Its number in the fund.
        refers_to: Number of the pick that carries the saving; ``None`` if this one does.
        is_reversed: Whether its spending was taken back, so that it carries nothing.
    """

    case: str | None
    effect: str
    picked_on: date
    sequence: int
    refers_to: int | None = None
    is_reversed: bool = False

    @property
    def carries(self) -> bool:
        """Whether this pick stands for its effect."""
        return self.refers_to is None and not self.is_reversed


def carrier(new: Pick, earlier: Iterable[Pick], *, horizon_months: int) -> Pick | None:
    """Return the pick that a new one refers to.

    Args:
        new: The pick that is made now.
        earlier: Picks that were recorded before it, in any order, of any case and effect.
        horizon_months: How long one avoided event counts, in whole months.

    Returns:
        The pick that carries the effect, so that the new one saves nothing more; ``None``
        where the new one carries it, as it always does without a case.
    """
    if new.case is None:
        return None
    near = [
        pick
        for pick in earlier
        if pick.carries
        and (pick.case, pick.effect) == (new.case, new.effect)
        and _counts_once(pick, new, horizon_months)
    ]
    # Of two that are near enough, the one in whose horizon the new one lies.
    return min(near, key=lambda pick: (pick.picked_on > new.picked_on, pick.sequence), default=None)


def end(picked_on: date, horizon_months: int) -> date:
    """Return the first day after a horizon.

    That is the same day so many months later. Where that month is too short it is its last
    day: a month from 31 January ends on 28 or 29 February, a year from 29 February on 28
    February, and that day itself is no longer part of it.

    Source:
        Regulation (EEC, Euratom) 1182/71, article 3, for months that are too short.
    """
    months = picked_on.year * 12 + picked_on.month - 1 + horizon_months
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(picked_on.day, monthrange(year, month)[1]))


def _counts_once(one: Pick, other: Pick, horizon_months: int) -> bool:
    first, second = sorted((one.picked_on, other.picked_on))
    return second < end(first, horizon_months)
