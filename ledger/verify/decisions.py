"""Decisions about findings: acceptance, authorisation, requests from cases, reviews, reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import commitments, store
from ledger.tables import (
    Acceptance,
    AcceptanceDecision,
    Authorisation,
    Escalation,
    EscalationDecision,
    Moratorium,
    MoratoriumDecision,
    Review,
)
from ledger.verify import cases, sealed
from ledger.verify.cases import Named
from ledger.verify.findings import END, REMINDER
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape
from ledger.verify.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlmodel import SQLModel

    from ledger.verify.chain import Event
    from ledger.verify.rows import Row
    from ledger.verify.so_far import SoFar

_OF_ACCEPTANCE: Final = ("norm", "reason")
_OF_MORATORIUM: Final = ("rule", "reason")
_OF_ANSWER: Final = ("reason",)
_OF_REVIEW: Final = ("comment",)
"""What the trail commits to without showing it, besides cases."""


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _shape(
    model: type[SQLModel], told: Mapping[str, str], texts: Sequence[str], *, of_case: bool = False
) -> Shape:
    """Return the shape of a table with texts that may be erased, and their salt before them."""
    table = store.table(model)
    named = cases.named_by(table) if of_case else ()
    return Shape(model=model, told=told, beside=(*named, *(table.c[x] for x in ("salt", *texts))))


DECISION: Final = Shape(
    model=AcceptanceDecision,
    told=_same("how", "decided_on", "meeting_on", "number", "present", "members", "mandate"),
)
ACCEPTANCE: Final = _shape(
    Acceptance,
    _same("line", "finding", "finding_line", "ground", "moratorium"),
    _OF_ACCEPTANCE,
)
AUTHORISATION: Final = Shape(
    model=Authorisation, told=_same("party", "year", "amount_cents", "decided_on", "decision")
)
MORATORIUM: Final = _shape(
    Moratorium,
    _same("id", "organisation", "asked_on", "until", "decide_by", "rules"),
    _OF_MORATORIUM,
    of_case=True,
)
MORATORIUM_DECISION: Final = _shape(
    MoratoriumDecision,
    _same("moratorium", "granted", "since", "until", "decided_on", "mandate"),
    _OF_ANSWER,
)
ESCALATION: Final = _shape(
    Escalation,
    _same("id", "organisation", "asked_on", "decide_by", "why", "amount_cents"),
    _OF_ANSWER,
    of_case=True,
)
ESCALATION_DECISION: Final = _shape(
    EscalationDecision,
    _same("escalation", "outcome", "reservation", "decided_on", "mandate"),
    _OF_ANSWER,
)
REVIEW: Final = _shape(Review, _same("finding", "finding_line", "verdict"), _OF_REVIEW)

SHAPES: Final = (
    DECISION,
    ACCEPTANCE,
    AUTHORISATION,
    MORATORIUM,
    MORATORIUM_DECISION,
    ESCALATION,
    ESCALATION_DECISION,
    REVIEW,
)


def accepted(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a decision that accepted findings, and each of these."""
    number = event.number
    yield from DECISION.misfits(number, [event.told], so_far.rows(DECISION, number))
    said = [each | {"line": line} for line, each in enumerate(event.told["accepted"], 1)]
    found = so_far.rows(ACCEPTANCE, number)
    yield from ACCEPTANCE.misfits(number, said, found)
    for row, told in zip(found, said, strict=False):  # how many there are was told above
        where = ACCEPTANCE.where(row)
        yield from _texts(event, so_far, (where, _beside(ACCEPTANCE, row)), _OF_ACCEPTANCE, told)


def authorised(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit what a council authorised afterwards."""
    found = so_far.rows(AUTHORISATION, event.number)
    yield from AUTHORISATION.misfits(event.number, [event.told], found)


def moratorium_asked(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a moratorium that was asked."""
    yield from _asked(event, so_far, MORATORIUM, _OF_MORATORIUM)


def moratorium_decided(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the decision on a moratorium."""
    yield from _row(event, so_far, MORATORIUM_DECISION, _OF_ANSWER)


def escalation_asked(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a case that was put on the escalation table."""
    yield from _asked(event, so_far, ESCALATION, _OF_ANSWER)


def escalation_decided(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the decision on such a case."""
    yield from _row(event, so_far, ESCALATION_DECISION, _OF_ANSWER)


def reviewed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a review, and the end of a finding that was put right."""
    told = event.told
    yield from _row(event, so_far, REVIEW, _OF_REVIEW)
    said = [told | {"how": "corrected"}] if told.get("verdict") == "corrected" else []
    yield from END.misfits(event.number, said, so_far.rows(END, event.number))


def reminded(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit reminders that were sent."""
    on = event.told["reminded_on"]
    said = [each | {"reminded_on": on} for each in event.told["reminders"]]
    yield from REMINDER.misfits(event.number, said, so_far.rows(REMINDER, event.number))


def _asked(event: Event, so_far: SoFar, shape: Shape, texts: tuple[str, ...]) -> Iterator[Misfit]:
    """Yield what does not fit a request from a case."""
    found = so_far.rows(shape, event.number)
    yield from shape.misfits(event.number, [event.told], found)
    for row in found:
        case_number, file, reference, salt, *values = _beside(shape, row)
        case, where = Named(case_number, file, reference), f"{shape.table.name} {event.number}"
        yield from cases.misfits(event, so_far, where, case)
        written = dict(zip(texts, values, strict=True))
        yield from sealed.misfits(event, so_far, Sealed(where, salt, case, written))


def _row(event: Event, so_far: SoFar, shape: Shape, texts: tuple[str, ...]) -> Iterator[Misfit]:
    """Yield what does not fit the one row of an act, and the texts that it commits to."""
    found = so_far.rows(shape, event.number)
    yield from shape.misfits(event.number, [event.told], found)
    for row in found:
        where = shape.where(row)
        yield from _texts(event, so_far, (where, _beside(shape, row)), texts, event.told)


def _texts(
    event: Event,
    so_far: SoFar,
    there: tuple[str, Row],
    names: tuple[str, ...],
    told: Mapping[str, Any],
) -> Iterator[Misfit]:
    """Yield what does not fit a commitment to texts of a row; count what was erased."""
    where, (salt, *texts) = there
    said = " or ".join(names)
    if salt is None or event.number in so_far.lost:
        table, key = where.split()
        so_far.gone(table, place(table, event.number, key))
        if salt is None and any(text is not None for text in texts):
            what = f"its salt is gone but not its {said}; erase all of it"
            yield Misfit(where, what, event.number)
    elif commitments.of_fields(salt, dict(zip(names, texts, strict=True))) != (
        told.get("commitment")
    ):
        yield Misfit(where, f"event {event.number} commits to another {said} or salt", event.number)


def place(table: str, number: int, key: str) -> int | tuple[int, int]:
    """Return where a row stands that may be erased by itself: with its line, if it has one."""
    return (number, int(key.split("/")[1])) if table == "acceptance" else number


def _beside(shape: Shape, row: Row) -> Row:
    return row[len(shape.columns) :]
