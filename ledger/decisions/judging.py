"""What findings are once people decided about them: open, to be reviewed, an error. Pure.

Source:
    The settlement rules, Lawfulness in the settlement (uncertainty until reviewed); the desk,
    Bevindingen (accepted is not lawful).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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


class Judged(Kinded, Protocol):
    """A finding and what became of it."""

    @property
    def criterion(self) -> str | None:
        """Of a lawfulness statement."""

    @property
    def ended(self) -> str | None:
        """How it ended; ``None`` while it stands."""

    @property
    def is_accepted(self) -> bool:
        """Whether it was accepted."""


def verdict(reviews: Sequence[Said]) -> str | None:
    """Return the verdict that counts, the last; ``None`` where nobody gave one.

    Args:
        reviews: Of one finding, in the order in which they were given.
    """
    return next((each.verdict for each in reversed(reviews) if each.verdict is not None), None)


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
    return finding.ended is None and finding.kind != "control" and not finding.is_accepted


def is_to_review(finding: Judged, reviews: Sequence[Said]) -> bool:
    """Whether a finding waits for a reviewer.

    That is each that was accepted, and each of misuse, which is uncertain until somebody
    looked, unless there is a verdict. Where more information was asked it waits again once
    somebody said more.
    """
    concerns = finding.is_accepted or finding.criterion == "misuse"
    if finding.ended is not None or finding.kind == "control" or not concerns:
        return False
    last = verdict(reviews)
    asked_more = last == "more-information"
    return last is None or (asked_more and reviews[-1].verdict is None)
