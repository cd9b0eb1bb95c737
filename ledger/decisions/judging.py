"""What findings are once people decided about them: open, to be reviewed, an error. Pure.

Source:
    The settlement rules, Lawfulness in the settlement (uncertainty until reviewed); the desk,
    Bevindingen (accepted is not lawful).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kinded(Protocol):
    """A finding as far as its kind goes: ``error``, ``uncertainty`` or ``control``."""

    @property
    def kind(self) -> str:
        """As it was found."""


class Said(Protocol):
    """What somebody said of a finding; a mere comment has no verdict."""

    @property
    def verdict(self) -> str | None:
        """As ``ledger.tables.decisions.VERDICTS``."""


class Numbered(Said, Protocol):
    """The same with the number of its act."""

    @property
    def number(self) -> int:
        """Of the act in which it was said."""


class Judged(Kinded, Protocol):
    """A finding and what became of it."""

    @property
    def criterion(self) -> str | None:
        """Of a lawfulness statement."""

    @property
    def ended(self) -> str | None:
        """How it ended; ``None`` while it stands."""

    @property
    def accepted(self) -> int | None:
        """Number of the decision that accepted it; ``None`` where none did."""


_N = TypeVar("_N", bound=Numbered)


def verdict(reviews: Sequence[Said]) -> str | None:
    """Return the verdict that counts, the last; ``None`` where nobody gave one.

    Args:
        reviews: Of one finding, in the order in which they were given.
    """
    return next((each.verdict for each in reversed(reviews) if each.verdict is not None), None)


def of_acceptance(finding: Judged, reviews: Sequence[_N]) -> Sequence[_N]:
    """Return the reviews of what there is to review: of the acceptance, once there is one.

    What somebody said of the finding before that was about something else. It stays on record,
    and decides still as what the finding counts.
    """
    if finding.accepted is None:
        return reviews
    return [each for each in reviews if each.number > finding.accepted]


def kind_now(finding: Kinded, reviews: Sequence[Said]) -> str:
    """Return as what a finding counts: an uncertainty that a reviewer disputes is an error.

    Args:
        finding: As it was found.
        reviews: Of it, in order; of several verdicts the last counts.
    """
    if finding.kind == "uncertainty" and verdict(reviews) == "disagreed":
        return "error"
    return finding.kind


def is_open(finding: Judged) -> bool:
    """Whether somebody is still to decide on a finding: it stands, and was not accepted.

    Findings of internal control enter no statement, so there is nothing to accept.
    """
    return finding.ended is None and finding.kind != "control" and finding.accepted is None


def is_to_review(finding: Judged, reviews: Sequence[Numbered]) -> bool:
    """Whether a finding waits for a reviewer.

    That is each that was accepted, until there is a verdict of after that, and each of misuse,
    which is uncertain until somebody looked. Where more information was asked it waits again
    once somebody said more.
    """
    concerns = finding.accepted is not None or finding.criterion == "misuse"
    if finding.ended is not None or finding.kind == "control" or not concerns:
        return False
    said = of_acceptance(finding, reviews)
    last = verdict(said)
    asked_more = last == "more-information"
    return last is None or (asked_more and said[-1].verdict is None)
