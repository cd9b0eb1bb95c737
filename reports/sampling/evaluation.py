"""What a tested sample says about everything that it was drawn from.

What was tested whole is known: its errors count as they are. Of what was drawn each error
counts for the part of the amount that was wrong, and is held to stand for as much of the
line. An amount that was too low lowers no bound and no estimate; it is shown beside them.
Where items were drawn an item is right or wrong, whichever way and however much, and the
bound is a number of them.

The errors are those that the fund's own test had *not* found; what is a finding already
counts as right here, since it is reported by itself.

Source:
    Touw and Hoogduin, Statistiek voor audit en controlling (2011); AICPA Audit Guide, Audit
    Sampling, on what is examined whole; Bado: errors and uncertainties are evaluated both.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final, Literal

from reports.sampling import bounds
from reports.sampling.plan import UNITS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reports.sampling.bounds import Items, Stringer
    from reports.sampling.draw import Draw, Item

Kind = Literal["error", "uncertainty"]
Combine = Literal["together", "separately"]
Decision = Literal["within", "extend", "report"]
KINDS: Final[tuple[Kind, ...]] = ("error", "uncertainty")
_WORST: Final[tuple[Decision, ...]] = ("report", "extend", "within")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found at an item: which amount would have been right, in cents.

    ``kind`` says whether what differs is wrong or cannot be known; ``None`` where nothing
    differs.
    """

    item: Item
    right_cents: int
    kind: Kind | None = None
    note: str = ""

    @property
    def error_cents(self) -> int:
        """What was booked too much; below zero too little."""
        return self.item.row.amount_cents - self.right_cents

    @property
    def taint(self) -> Fraction:
        """Which part of the amount was booked too much."""
        return Fraction(self.error_cents, abs(self.item.row.amount_cents))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An evaluation of errors, of uncertainties, or of both together, in cents or in items.

    ``known`` was found in what was tested whole or apart. The bounds are shares of the line
    that was sampled; ``extend_to`` is the size at which the same errors, and no more, would
    fit the tolerance, ``None`` where only testing everything does. Of items all ``taints`` are
    whole, and ``understated_cents`` is nothing: they count.
    """

    kinds: tuple[Kind, ...]
    units: int
    line: int
    known: int
    understated_cents: int
    taints: tuple[Fraction, ...]
    likely: int
    bound: Stringer | Items | None
    whole_share: Fraction
    decision: Decision
    extend_to: int | None

    @property
    def most(self) -> int:
        """The most that may be wrong: what is known, and the bound on the rest."""
        share = self.bound.share if self.bound else Fraction(0)
        return self.known + ceil(share * self.line)

    @property
    def most_whole(self) -> int:
        """The same, as if each error were whole (Clopper-Pearson)."""
        return self.known + ceil(self.whole_share * self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a sample says: one outcome, or one for errors and one for uncertainties."""

    draw: Draw
    checked: tuple[Checked, ...]
    combine: Combine
    outcomes: tuple[Outcome, ...]

    @property
    def worst(self) -> Outcome:
        """The outcome that decides."""
        return min(self.outcomes, key=lambda each: (_WORST.index(each.decision), -each.most))

    @property
    def decision(self) -> Decision:
        """What is to be done."""
        return self.worst.decision

    @property
    def differing(self) -> tuple[Checked, ...]:
        """Items whose amount is not what it should be, in the order of the population."""
        return tuple(each for each in self.checked if each.error_cents)


def evaluate(draw: Draw, tested: Sequence[Checked], *, combine: Combine) -> Evaluation:
    """Evaluate a sample of which every item was tested.

    Args:
        draw: The draw.
        tested: What was found, an entry per item of the draw, in its order.
        combine: Whether errors and uncertainties count together against the tolerance, or
            each by itself.
    """
    assert [each.item for each in tested] == list(draw.items), "every item was tested"
    parts: Iterable[tuple[Kind, ...]] = (
        [KINDS] if combine == "together" else [(kind,) for kind in KINDS]
    )
    return Evaluation(
        draw=draw,
        checked=tuple(tested),
        combine=combine,
        outcomes=tuple(_outcome(draw, tested, kinds) for kinds in parts),
    )


def _outcome(draw: Draw, tested: Sequence[Checked], kinds: tuple[Kind, ...]) -> Outcome:
    found = [each for each in tested if each.kind in kinds]
    counted = [each for each in found if draw.of_items or each.error_cents > 0]
    known = sum(
        1 if draw.of_items else each.error_cents for each in counted if each.item.stratum != "drawn"
    )
    taints = tuple(
        bounds.WHOLE if draw.of_items else each.taint
        for each in counted
        if each.item.stratum == "drawn"
        for _ in each.item.points
    )
    units, line, confidence = draw.units, draw.line, draw.aim.confidence
    bound, whole, likely = None, Fraction(0), known
    if units:
        bound = _bound(draw, units, taints)
        whole = bounds.clopper_pearson(units, len(taints), confidence=confidence)
        likely = known + round(sum(taints, Fraction(0)) / units * line)
    room = draw.tolerance - known
    decision = _decision(ceil((bound.share if bound else 0) * line), likely - known, room)
    under = [] if draw.of_items else [min(0, each.error_cents) for each in found]
    return Outcome(
        kinds=kinds,
        units=units,
        line=line,
        known=known,
        understated_cents=-sum(under),
        taints=tuple(sorted(taints, reverse=True)),
        likely=likely,
        bound=bound,
        whole_share=whole,
        decision=decision,
        extend_to=extended(draw, taints, room) if decision == "extend" else None,
    )


def _bound(draw: Draw, units: int, taints: Sequence[Fraction]) -> Stringer | Items:
    """Return the bound where so many were drawn, with these errors."""
    confidence = draw.aim.confidence
    if draw.of_items:
        return bounds.of_items(draw.line, drawn=units, errors=len(taints), confidence=confidence)
    return bounds.stringer(units, taints, confidence=confidence)


def _decision(bound: int, likely: int, room: int) -> Decision:
    """Decide on the line alone: ``room`` is the tolerance less what is known."""
    if bound <= room:
        return "within"
    return "extend" if likely <= room else "report"


def extended(draw: Draw, taints: Sequence[Fraction], room: int) -> int | None:
    """Return how large a sample with the same errors, and no more, would have to be.

    Args:
        draw: That was evaluated, and is too small.
        taints: The errors of it.
        room: What may be wrong of the line, in cents or in items.

    Returns:
        The size; ``None`` where that is no less than testing every item.
    """

    def enough(units: int) -> bool:
        return ceil(_bound(draw, units, taints).share * draw.line) <= room

    most = min(UNITS_MAX, len(draw.strata.line) - 1)
    return bounds.smallest(enough, above=draw.units, most=most) if most > draw.units else None
