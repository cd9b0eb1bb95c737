"""Lists of findings as people work through them: to decide on, accepted, to review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import not_, or_

from ledger import funds
from ledger.decisions import grounds, judging, reviewing, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.decisions.grounds import Offered
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target
    from ledger.funds import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A finding in a list.

    Args:
        target: The finding and what became of it.
        kind: As what it counts now.
        verdict: The last one, of an acceptance once there is one; ``None`` where nobody gave one.
        earlier: The last one on the finding before it was accepted.
        age_days: Since it was found; 0 on a day before that.
        offered: The grounds that apply, where somebody is still to decide.
    """

    target: Target
    kind: str
    verdict: str | None
    earlier: str | None
    age_days: int
    offered: tuple[Offered, ...]


_WHICH: Final[Mapping[str, Callable[[Target, list[reviewing.Reviewed]], bool]]] = {
    "open": lambda target, _: judging.is_open(target),
    "accepted": lambda target, _: target.is_accepted and target.ended is None,
    "to-review": judging.is_to_review,
    "all": lambda _, __: True,
}
_NARROWED: Final[Mapping[str, tuple[ColumnElement[bool], ...]]] = {
    "open": (targets.STANDS, targets.COUNTS, not_(targets.ACCEPTED)),
    "accepted": (targets.STANDS, targets.ACCEPTED),
    "to-review": (targets.STANDS, targets.COUNTS, or_(targets.ACCEPTED, targets.MISUSE)),
    "all": (),
}
"""What the database leaves out at once, so that a list costs what is in it."""

CHOICES: Final = tuple(_WHICH)
"""Which lists there are."""


def listed(
    session: Session, fund: str, which: str, *, on: date, until: date | None = None
) -> list[Listed]:
    """Return the findings of a list, the oldest first.

    Args:
        session: Sees one moment.
        fund: Code of the fund.
        which: One of ``CHOICES``.
        on: The day from which their age is told.
        until: The last day on which they were found; ``None`` for all, whatever clocks said.

    Raises:
        UnknownFund: There is no such fund.
    """
    known = funds.known(session, fund)
    reviews = reviewing.of_fund(session, known.id)
    chosen = [
        target
        for target in targets.of_fund(session, known, *_NARROWED[which])
        if _WHICH[which](target, reviews.get(target.place, []))
        and (until is None or target.found_on <= until)
    ]
    undecided = [target for target in chosen if judging.is_open(target)]
    offered = grounds.of_targets(session, known.id, undecided)
    return [
        _listed(target, reviews.get(target.place, []), offered.get(target.place, ()), on)
        for target in chosen
    ]


def of_finding(session: Session, known: Known, finding: Place, *, on: date) -> Listed:
    """Return one finding as a list has it.

    Raises:
        UnknownFinding: There is no such finding.
    """
    target = targets.of_places(session, known, [finding])[finding]
    reviews = reviewing.of_fund(session, known.id).get(finding, [])
    offered = grounds.of_targets(session, known.id, [target]) if judging.is_open(target) else {}
    return _listed(target, reviews, offered.get(finding, ()), on)


def _listed(
    target: Target, reviews: list[reviewing.Reviewed], offered: tuple[Offered, ...], on: date
) -> Listed:
    of_acceptance = judging.of_acceptance(target, reviews)
    return Listed(
        target=target,
        kind=judging.kind_now(target, reviews),
        verdict=judging.verdict(of_acceptance),
        earlier=judging.verdict(reviews[: len(reviews) - len(of_acceptance)]),
        age_days=max((on - target.found_on).days, 0),
        offered=offered,
    )
