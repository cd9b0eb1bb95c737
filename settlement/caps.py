"""Capped savings keys: nobody pays more than it saves.

Source:
    The settlement rules, Weights, ``capped``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from settlement.eras import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from settlement.eras import Weights


def fill(
    saved_cents: Weights,
    amounts_cents: Sequence[int | Fraction],
    *,
    first: Sequence[Weights],
    then: Callable[[int, Weights], Weights | None],
    last: Callable[[int], Weights],
) -> list[Weights]:
    """Weigh the lines that share a cap: one spending, or all lines of a case.

    First every line is borne by savings, all lines for the same proportion: as much as
    leaves nobody paying more than it saves. What is left goes by the line's own fallback
    over those with room left or without a saving, again for the same proportion and
    never above a saving, and if there are none by the plain fallback.

    Args:
        saved_cents: What each party saves, over all lines together.
        amounts_cents: What is to be borne, absolute, more than 0, per line.
        first: Per line the savings of the parties that may weigh in.
        then: The fallback of a line, restricted to the parties with a 1.
        last: The plain fallback of a line.

    Returns:
        Per line weights that sum to a positive number.
    """
    left = [Fraction(amount) for amount in amounts_cents]
    room = [Fraction(saving) for saving in saved_cents]
    paid = [[Fraction(0)] * len(saved_cents) for _ in left]

    def bear(borne_by: Sequence[Weights | None], *, bounded: bool = True) -> bool:
        """Let all lines be borne for the same proportion; say whether anyone was asked."""
        asked = [[_part(amount, ratios, party) for party in range(len(room))]
                 for amount, ratios in zip(left, borne_by, strict=True)]  # fmt: skip
        together = [sum(column) for column in zip(*asked, strict=True)]
        bounds = [
            room[party] / ask
            for party, ask in enumerate(together)
            if ask and saved_cents[party] and bounded
        ]
        proportion = min([Fraction(1), *bounds])
        for line, parts in enumerate(asked):
            for party, part in enumerate(parts):
                paid[line][party] += part * proportion
                room[party] -= part * proportion
            left[line] -= sum(parts) * proportion
        return any(together)

    bear(first)
    while any(left):
        open_ = tuple(
            int(not saved or free > 0) for saved, free in zip(saved_cents, room, strict=True)
        )
        if not bear([then(line, open_) if amount else None for line, amount in enumerate(left)]):
            bear([last(line) if left[line] else None for line in range(len(left))], bounded=False)
    return [whole(parts) for parts in paid]


def _part(amount: Fraction, ratios: Weights | None, party: int) -> Fraction:
    return (
        amount * Fraction(ratios[party], sum(ratios)) if ratios and ratios[party] else Fraction(0)
    )
