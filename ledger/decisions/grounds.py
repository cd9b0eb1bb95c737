"""Grounds for accepting a finding: those of every finding, and decisions where they applied.

These are moratoria of the case, and what the escalation table granted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from ledger.decisions import granting, moratoria, targets
from ledger.decisions.moratoria import MORATORIUM
from ledger.tables.decisions import GROUNDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from sqlmodel import Session

    from ledger.decisions.moratoria import Granted
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target
    from ledger.funds import Known

_OF_EVERY_FINDING: Final = tuple(each for each in GROUNDS if each != "moratorium")


class Offered(NamedTuple):
    """A ground that a finding may be accepted on.

    Args:
        ground: One of ``GROUNDS``.
        moratorium: Number of the moratorium, if that is the ground.
        moratorium_id: Its id.
        until: The day on which it lapsed, or will.
        table_id: Id of the case on the escalation table, if its decision is the ground.
        decided_on: The day of that decision.
    """

    ground: str
    moratorium: int | None = None
    moratorium_id: str | None = None
    until: date | None = None
    table_id: str | None = None
    decided_on: date | None = None

    @property
    def is_decided(self) -> bool:
        """Whether somebody decided about this case beforehand; other grounds are always there."""
        return self.moratorium is not None or self.table_id is not None


def offered(session: Session, known: Known, finding: Place) -> tuple[Offered, ...]:
    """Return the grounds that apply to a finding, what was decided for its case first.

    Raises:
        UnknownFinding: There is no such finding.
    """
    found = targets.of_places(session, known, [finding])
    return of_targets(session, known.id, found.values())[finding]


def of_targets(
    session: Session, fund_id: int, wanted: Collection[Target]
) -> dict[Place, tuple[Offered, ...]]:
    """Return the same of several findings, by their place.

    A moratorium applies that was granted for the case, pauses the rule and covers the day spent;
    the decision of the escalation table to what was spent from the room that it granted, over
    one's own.
    """
    cases = {each.case_number for each in wanted if each.case_number is not None}
    granted = moratoria.granted(session, fund_id, cases)
    over = {each.spending for each in wanted if each.rule in granting.RULES}
    room = granting.of_spendings(session, fund_id, over)
    always = tuple(Offered(ground) for ground in _OF_EVERY_FINDING)
    return {
        target.place: (*_paused(target, granted), *_granted(target, room), *always)
        for target in wanted
    }


def _paused(target: Target, granted: Iterable[Granted]) -> Iterator[Offered]:
    for each in granted:
        if each.covers(target.case_number, target.spent_on, target.rule):
            yield Offered("moratorium", each.number, each.id, each.until)


def _granted(target: Target, room: Mapping[int, granting.Granted]) -> Iterator[Offered]:
    each = room.get(target.spending)
    if each is not None and target.rule in granting.RULES:
        yield Offered(each.ground, table_id=each.id, decided_on=each.decided_on)


def names(session: Session, fund_id: int, numbers: Iterable[int | None]) -> dict[int, str]:
    """Return the ids of moratoria by their numbers."""
    wanted = sorted({each for each in numbers if each is not None})
    asked = select(MORATORIUM.c.sequence, MORATORIUM.c.id).where(
        MORATORIUM.c.fund_id == fund_id, MORATORIUM.c.sequence.in_(wanted)
    )
    return {row.sequence: row.id for row in session.connection().execute(asked)}
