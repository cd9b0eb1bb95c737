"""Who had a hand in what a finding is about, and so decides nothing about it: four eyes.

A hand in a spending have those who spent it and who recorded it, also where that is the
spending that it replaces: what was corrected is not new. Whoever gave a verdict on a finding
judged it, and accepts it no more.

Source:
    The design, The model: Finding (four eyes).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from ledger import store
from ledger.decisions import mandates
from ledger.tables import Event, Review, Spending

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target

_SPENDING: Final = store.table(Spending)
_EVENT: Final = store.table(Event)
_REVIEW: Final = store.table(Review)
_CHUNK: Final = 5_000


class Made(NamedTuple):
    """Who spent and who recorded: of a spending, and of each that it replaces."""

    spent: frozenset[UUID]
    recorded: frozenset[UUID]


class _Row(NamedTuple):
    spent_by: UUID | None
    recorded_by: UUID
    replaces: int | None


def in_spendings(session: Session, fund_id: int, numbers: Iterable[int]) -> dict[int, Made]:
    """Return who had a hand in spendings, by their numbers."""
    wanted = {*numbers}
    rows: dict[int, _Row] = {}
    while missing := wanted - rows.keys():
        rows |= _rows(session, fund_id, missing)
        wanted |= {rows[each].replaces for each in missing} - {None}  # type: ignore[arg-type]
    return {each: _made(rows, each) for each in wanted}


def refuse_own(
    session: Session, fund_id: int, lines: Iterable[tuple[str, Target]], act: Act
) -> None:
    """Refuse to accept findings of what whoever accepts spent, recorded, or gave a verdict on.

    Args:
        session: Of the act.
        fund_id: The fund.
        lines: Findings, and what each is called in messages.
        act: Who accepts, or enters what the board accepted.

    Raises:
        FourEyes: They did; names each finding.
    """
    asked = [*lines]
    made = in_spendings(session, fund_id, [target.spending for _, target in asked])
    judged = _who_judged(session, fund_id, [target.place for _, target in asked])
    mine = {
        called: did
        for called, target in asked
        if (did := [*_did(act.actor, made[target.spending], judged[target.place])])
    }
    if mine:
        told = "; ".join(
            f"{called}: whoever accepts {' and '.join(did)} this" for called, did in mine.items()
        )
        raise mandates.FourEyes(f"{told}; somebody else must", findings=mine)


def _did(who: UUID, made: Made, judged: Collection[UUID]) -> Iterator[str]:
    if who in made.spent:
        yield "spent"
    if who in made.recorded:
        yield "recorded"
    if who in judged:
        yield "gave a verdict on"


def _made(rows: Mapping[int, _Row], number: int) -> Made:
    spent, recorded = set(), set()
    each: int | None = number
    while each is not None:
        row = rows[each]
        recorded.add(row.recorded_by)
        if row.spent_by is not None:
            spent.add(row.spent_by)
        each = row.replaces
    return Made(frozenset(spent), frozenset(recorded))


def _rows(session: Session, fund_id: int, numbers: Iterable[int]) -> dict[int, _Row]:
    wanted = sorted(numbers)
    found: dict[int, _Row] = {}
    for first in range(0, len(wanted), _CHUNK):
        asked = (
            select(
                *(_SPENDING.c[name] for name in ("sequence", "person_id")),
                *(_EVENT.c.actor_id, _SPENDING.c.replaces),
            )
            .join(
                _EVENT,
                (_EVENT.c.fund_id == _SPENDING.c.fund_id)
                & (_EVENT.c.sequence == _SPENDING.c.sequence),
            )
            .where(
                _SPENDING.c.fund_id == fund_id,
                _SPENDING.c.sequence.in_(wanted[first : first + _CHUNK]),
            )
        )
        found |= {number: _Row(*row) for number, *row in session.connection().execute(asked)}
    return found


def _who_judged(
    session: Session, fund_id: int, places: Iterable[Place]
) -> Mapping[Place, set[UUID]]:
    """Return who gave verdicts on findings; a mere comment is none."""
    wanted = sorted({number for number, _ in places})
    found: defaultdict[Place, set[UUID]] = defaultdict(set)
    for first in range(0, len(wanted), _CHUNK):
        asked = (
            select(_REVIEW.c.finding, _REVIEW.c.finding_line, _EVENT.c.actor_id)
            .join(
                _EVENT,
                (_EVENT.c.fund_id == _REVIEW.c.fund_id) & (_EVENT.c.sequence == _REVIEW.c.sequence),
            )
            .where(
                _REVIEW.c.fund_id == fund_id,
                _REVIEW.c.finding.in_(wanted[first : first + _CHUNK]),
                _REVIEW.c.verdict.is_not(None),
            )
        )
        for finding, line, who in session.connection().execute(asked):
            found[finding, line].add(who)
    return found
