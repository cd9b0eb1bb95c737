"""Review: an auditor's verdict on a finding, given by nobody who had a hand in it.

A reviewer judges the record, not the help. Several reviews may follow each other; the last
verdict counts, and once a finding was accepted only what was said after that is a review of it.
A comment without a verdict may come from whoever records too, to answer what
a reviewer asked.

Source:
    The desk, Bevindingen (verdicts have no default; four eyes).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from ledger import funds, people, screening, store
from ledger.decisions import asked, granting, hands, mandates, targets, words
from ledger.errors import Conflict, shortened
from ledger.tables import Event, FindingEnd, MoratoriumDecision, Review
from ledger.tables.decisions import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.decisions.places import Place
    from ledger.decisions.targets import Target
    from ledger.funds import Known

MAY_COMMENT: Final = ("auditor", "board", *people.MAY_RECORD)
"""Which roles may say something of a finding without a verdict."""

_MUST_SAY_WHY: Final = ("disagreed", "more-information", "corrected")
_REVIEW: Final = store.table(Review)
_EVENT: Final = store.table(Event)
_DECISION: Final = store.table(MoratoriumDecision)


class StandsNoMore(Conflict):
    """The finding ended before, so there is no verdict to give."""

    slug = "stands-no-more"


class Reviewed(NamedTuple):
    """A review on record: of which finding, by whom, and the verdict if there was one."""

    number: int
    finding: Place
    verdict: str | None
    by: UUID


class Answer(NamedTuple):
    """What became of a review: ``reviewed`` now, or ``known`` before."""

    status: str
    number: int


def review(
    session: Session,
    fund: str,
    finding: Place,
    *,
    act: Act,
    verdict: str | None = None,
    comment: str | None = None,
) -> Answer:
    """Record what a reviewer says of a finding; ``corrected`` ends it.

    Args:
        session: Of the act.
        fund: Code of the fund.
        finding: Where it stands.
        act: Who reviews, and when; the same once more changes nothing.
        verdict: One of ``VERDICTS``; ``None`` for a mere comment.
        comment: Needed where the verdict must say why, and where there is none.

    Raises:
        WrongInput: There is no such verdict, or it says too little.
        RoleNeeded: Whoever acts is no auditor.
        UnknownFinding: There is no such finding.
        FourEyes: Whoever acts recorded, spent, accepted or decided it, or what it replaces.
        StandsNoMore: The finding ended before.
    """
    end, known = funds.lock(session, fund)
    roles = MAY_COMMENT if verdict is None else ("auditor",)
    people.require(session, known.id, act, roles_=roles, on=act.day(known.timezone))
    comment = words.said(comment)
    comment = None if comment is None else screening.without(comment)[0]
    asked.refuse("", _mistakes(verdict, comment))
    target = targets.of_places(session, known, [finding])[finding]
    if (number := _same_again(session, known.id, target, (verdict, comment), act)) is not None:
        return Answer("known", number)
    if verdict is not None:
        _refuse_hands(session, known, target, act)
    if verdict is not None and target.ended is not None:
        raise StandsNoMore(
            f"finding {target.name} stands no more: it was {target.ended}; a comment may still "
            "be given",
            finding=target.name,
        )
    columns = {"finding": finding[0], "finding_line": finding[1], "verdict": verdict}
    sealed, commitment = words.sealed(act, {"comment": comment})
    event = end.append(act, "finding.reviewed", words.told(columns) | {"commitment": commitment})
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, Review, [place | columns | sealed])
    if verdict == "corrected":
        ended = {"finding": finding[0], "finding_line": finding[1], "how": "corrected"}
        store.insert(session, FindingEnd, [place | ended])
    return Answer("reviewed", event["sequence"])


def of_fund(session: Session, fund_id: int) -> dict[Place, list[Reviewed]]:
    """Return the reviews of a fund by finding, each in the order in which they were given."""
    question = (
        select(_REVIEW, _EVENT.c.actor_id)
        .join(
            _EVENT,
            (_EVENT.c.fund_id == _REVIEW.c.fund_id) & (_EVENT.c.sequence == _REVIEW.c.sequence),
        )
        .where(_REVIEW.c.fund_id == fund_id)
        .order_by(_REVIEW.c.sequence)
    )
    found: defaultdict[Place, list[Reviewed]] = defaultdict(list)
    for row in session.connection().execute(question):
        place = (row.finding, row.finding_line)
        found[place].append(Reviewed(row.sequence, place, row.verdict, row.actor_id))
    return found


def _mistakes(verdict: str | None, comment: str | None) -> Iterator[tuple[str, str]]:
    if verdict is not None and verdict not in VERDICTS:
        yield "verdict", f"{shortened(verdict)!r} is not one of {', '.join(VERDICTS)}"
    needed = ("comment",) if verdict is None or verdict in _MUST_SAY_WHY else ()
    yield from words.wrong({"comment": comment}, needed=needed)


def _same_again(
    session: Session,
    fund_id: int,
    target: Target,
    said: tuple[str | None, str | None],
    act: Act,
) -> int | None:
    """Return the number of the last review of a finding, if it is this one.

    What was said before the finding was accepted is none of the acceptance.
    """
    question = (
        select(_REVIEW, _EVENT.c.actor_id)
        .join(
            _EVENT,
            (_EVENT.c.fund_id == _REVIEW.c.fund_id) & (_EVENT.c.sequence == _REVIEW.c.sequence),
        )
        .where(
            _REVIEW.c.fund_id == fund_id,
            _REVIEW.c.finding == target.place[0],
            _REVIEW.c.finding_line == target.place[1],
        )
        .order_by(_REVIEW.c.sequence.desc())
        .limit(1)
    )
    row = session.connection().execute(question).one_or_none()
    if row is None or (row.actor_id, row.verdict) != (act.actor, said[0]):
        return None
    if target.accepted is not None and row.sequence < target.accepted:
        return None
    return row.sequence if words.same(row, {"comment": said[1]}) else None


def _refuse_hands(session: Session, known: Known, target: Target, act: Act) -> None:
    """Refuse a verdict of somebody who had a hand in what the finding is about."""
    made = hands.in_spendings(session, known.id, [target.spending])[target.spending]
    did = {
        "recorded": made.recorded,
        "spent": made.spent,
        "accepted": {target.accepted_by},
        "granted the moratorium of": {_who_granted(session, known.id, target.moratorium)},
        "granted the room of": {
            each.by for each in granting.of_spendings(session, known.id, [target.spending]).values()
        },
    }
    mine = [what for what, who in did.items() if act.actor in who]
    if mine:
        raise mandates.FourEyes(
            f"finding {target.name}: whoever reviews {' and '.join(mine)} this; somebody else must",
            finding=target.name,
            did=mine,
        )


def _who_granted(session: Session, fund_id: int, moratorium: int | None) -> UUID | None:
    if moratorium is None:
        return None
    question = (
        select(_EVENT.c.actor_id)
        .join(
            _DECISION,
            (_DECISION.c.fund_id == _EVENT.c.fund_id) & (_DECISION.c.sequence == _EVENT.c.sequence),
        )
        .where(_DECISION.c.fund_id == fund_id, _DECISION.c.moratorium == moratorium)
    )
    return session.connection().execute(question).scalar_one_or_none()
