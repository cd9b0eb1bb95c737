"""Findings that somebody decides on: with their spending, who did what, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store
from ledger.acts import day_in
from ledger.decisions import places
from ledger.errors import Missing
from ledger.tables import Acceptance, AcceptanceDecision, Event, Finding, FindingEnd, Spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlmodel import Session

    from ledger.decisions.places import Place
    from ledger.funds import Known

FINDING: Final = store.table(Finding)
ACCEPTANCE: Final = store.table(Acceptance)
_END: Final = store.table(FindingEnd)
_DECISION: Final = store.table(AcceptanceDecision)
_SPENDING: Final = store.table(Spending)
_EVENT: Final = store.table(Event)
_FOUND: Final = _EVENT.alias("found")
_RECORDED: Final = _EVENT.alias("recorded")
_ACCEPTED: Final = _EVENT.alias("accepted")
_CHUNK: Final = 2_000
STANDS: Final = _END.c.how.is_(None)
ACCEPTED: Final = ACCEPTANCE.c.sequence.is_not(None)
COUNTS: Final = FINDING.c.kind != "control"
MISUSE: Final = FINDING.c.criterion == "misuse"
"""Conditions on findings: that they stand, were accepted, enter a statement, are of misuse."""


class UnknownFinding(Missing):
    """There is no such finding."""

    slug = "unknown-finding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A finding, its spending, and what became of it.

    Args:
        place: Where it stands.
        kind: As it was found; ``ledger.decisions.judging`` says as what it counts now.
        figures: Canonical JSON, for its sentence.
        found_on: Day of the act that found it, where the fund is.
        spending: Number of the spending; ``spending_id`` is its id.
        spent_by: Who spent it, if a person did; ``recorded_by`` who recorded that.
        ended: How the finding ended; ``None`` while it stands.
        accepted: Number of the decision that accepted it.
        accepted_by: Who decided, or entered what the board decided.
        how: ``board`` or ``mandate``; ``mandate`` is the code of the latter.
        accepted_on: Day of the decision.
        ground: On what it was accepted, with the number of the ``moratorium``, if it was one.
    """

    place: Place
    rule: str
    version: int
    kind: str
    criterion: str | None
    amount_cents: int
    figures: str
    found_on: date
    spending: int
    spending_id: str
    spent_on: date
    spent_cents: int
    category: str
    organisation: str
    case_number: int | None
    spent_by: UUID | None
    recorded_by: UUID
    ended: str | None
    accepted: int | None
    accepted_by: UUID | None
    how: str | None
    mandate: str | None
    accepted_on: date | None
    ground: str | None
    moratorium: int | None

    @property
    def is_accepted(self) -> bool:
        """Whether it was accepted."""
        return self.accepted is not None

    @property
    def name(self) -> str:
        """The finding as people write it."""
        return places.told(self.place)


def of_places(session: Session, known: Known, wanted: Iterable[Place]) -> dict[Place, Target]:
    """Return findings by their place.

    Raises:
        UnknownFinding: One of them is not there.
    """
    asked = list(dict.fromkeys(wanted))
    numbers = sorted({sequence for sequence, _ in asked})
    found: dict[Place, Target] = {}
    for first in range(0, len(numbers), _CHUNK):
        chunk = FINDING.c.sequence.in_(numbers[first : first + _CHUNK])
        found |= {each.place: each for each in _read(session, known, chunk)}
    for place in asked:
        if place not in found:
            raise UnknownFinding(
                f"there is no finding {places.told(place)}", finding=places.told(place)
            )
    return {place: found[place] for place in asked}


def of_spending(session: Session, known: Known, number: int) -> list[Target]:
    """Return the findings on a spending, in the order in which they were found."""
    return [*_read(session, known, FINDING.c.spending == number)]


def of_fund(session: Session, known: Known, *which: ColumnElement[bool]) -> Iterator[Target]:
    """Yield the findings of a fund, in the order in which they were found.

    Args:
        session: Any.
        known: The fund.
        which: Conditions that narrow them, such as :data:`STANDS`.
    """
    yield from _read(session, known, *which)


def _read(session: Session, known: Known, *which: Any) -> Iterator[Target]:
    for row in session.connection().execute(_asked(known.id).where(*which)):
        yield Target(
            place=(row.sequence, row.line),
            found_on=day_in(known.timezone, row.found_at),
            **{name: getattr(row, name) for name in _PLAIN},
        )


def _asked(fund_id: int) -> Select[Any]:
    own, of_finding = FINDING.c, (ACCEPTANCE.c.finding == FINDING.c.sequence)
    return (
        select(
            *(own[name] for name in ("sequence", "line", "rule", "version", "kind", "criterion")),
            *(own.amount_cents, own.figures, own.spending),
            _FOUND.c.at.label("found_at"),
            _SPENDING.c.id.label("spending_id"),
            _SPENDING.c.amount_cents.label("spent_cents"),
            *(_SPENDING.c[name] for name in ("spent_on", "category", "organisation")),
            _SPENDING.c.case_number,
            _SPENDING.c.person_id.label("spent_by"),
            _RECORDED.c.actor_id.label("recorded_by"),
            _END.c.how.label("ended"),
            ACCEPTANCE.c.sequence.label("accepted"),
            *(ACCEPTANCE.c.ground, ACCEPTANCE.c.moratorium),
            *(_DECISION.c.how, _DECISION.c.mandate),
            _DECISION.c.decided_on.label("accepted_on"),
            _ACCEPTED.c.actor_id.label("accepted_by"),
        )
        .join(_FOUND, _of(own, _FOUND) & (_FOUND.c.sequence == own.sequence))
        .join(_SPENDING, _of(own, _SPENDING) & (_SPENDING.c.sequence == own.spending))
        .join(_RECORDED, _of(own, _RECORDED) & (_RECORDED.c.sequence == own.spending))
        .outerjoin(
            _END,
            _of(own, _END) & (_END.c.finding == own.sequence) & (_END.c.finding_line == own.line),
        )
        .outerjoin(
            ACCEPTANCE,
            _of(own, ACCEPTANCE) & of_finding & (ACCEPTANCE.c.finding_line == own.line),
        )
        .outerjoin(_DECISION, _of(own, _DECISION) & (_DECISION.c.sequence == ACCEPTANCE.c.sequence))
        .outerjoin(_ACCEPTED, _of(own, _ACCEPTED) & (_ACCEPTED.c.sequence == ACCEPTANCE.c.sequence))
        .where(own.fund_id == fund_id)
        .order_by(own.sequence, own.line)
    )


def _of(own: Any, other: Any) -> Any:
    return other.c.fund_id == own.fund_id


_PLAIN: Final = tuple(name for name in Target.__slots__ if name not in {"place", "found_on"})
"""The members that bear the name of a column of the question."""
