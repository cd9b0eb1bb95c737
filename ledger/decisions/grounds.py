"""Grounds for accepting a finding: those of every finding, and moratoria where they applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from ledger.decisions import moratoria, targets
from ledger.decisions.moratoria import MORATORIUM
from ledger.tables.decisions import GROUNDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from sqlmodel import Session

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
    """

    ground: str
    moratorium: int | None = None
    moratorium_id: str | None = None
    until: date | None = None


def offered(session: Session, known: Known, finding: Place) -> tuple[Offered, ...]:
    """Return the grounds that apply to a finding, moratoria first.

    Raises:
        UnknownFinding: There is no such finding.
    """
    found = targets.of_places(session, known, [finding])
    return of_targets(session, known.id, found.values())[finding]


def of_targets(
    session: Session, fund_id: int, wanted: Collection[Target]
) -> dict[Place, tuple[Offered, ...]]:
    """Return the same of several findings, by their place.

    A moratorium applies that was granted for the case and covers the day spent.
    """
    cases = {each.case_number for each in wanted if each.case_number is not None}
    granted = moratoria.granted(session, fund_id, cases)
    always = tuple(Offered(ground) for ground in _OF_EVERY_FINDING)
    return {
        target.place: tuple(
            Offered("moratorium", each.number, each.id, each.until)
            for each in granted
            if each.covers(target.case_number, target.spent_on)
        )
        + always
        for target in wanted
    }


def names(session: Session, fund_id: int, numbers: Iterable[int | None]) -> dict[int, str]:
    """Return the ids of moratoria by their numbers."""
    wanted = sorted({each for each in numbers if each is not None})
    asked = select(MORATORIUM.c.sequence, MORATORIUM.c.id).where(
        MORATORIUM.c.fund_id == fund_id, MORATORIUM.c.sequence.in_(wanted)
    )
    return {row.sequence: row.id for row in session.connection().execute(asked)}
