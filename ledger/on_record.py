"""What is on record of the ids and cases that are asked: the same again is known.

A device that did not hear the answer asks once more under the same id. The same content
answers the same and changes nothing; other content is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Date,
    LargeBinary,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from ledger import ids, orders, store
from ledger.cases import Numbers
from ledger.tables import CaseFile, Catalogue, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, CompoundSelect
    from sqlmodel import Session

    from ledger.orders import Order

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_CATALOGUE: Final = store.table(Catalogue)
_CHUNK: Final = 5_000  # ids that are asked for at a time
_NOTHING: Final = cast(null(), LargeBinary)


def _on_record(
    is_one: Callable[[ColumnElement[str | None], str], ColumnElement[bool]],
) -> CompoundSelect[Any]:
    """Return what asks which spendings and cases are on record, and the last catalogue."""
    return union_all(
        select(
            literal("spending").label("kind"),
            *(_SPENDING.c[name] for name in ("id", "sequence", "booked_on", "content")),
            _PARTICULARS.c.salt,
        )
        .join_from(
            _SPENDING,
            _PARTICULARS,
            (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
            & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
        )
        .where(_SPENDING.c.fund_id == bindparam("fund_id"), is_one(_SPENDING.c.id, "ids")),
        select(
            literal("case"),
            _CASE.c.reference,
            _CASE.c.sequence,
            cast(null(), Date),
            _NOTHING,
            _NOTHING,
        ).where(
            _CASE.c.fund_id == bindparam("fund_id"), is_one(_CASE.c.reference, "references")
        ),
        select(
            literal("catalogue"),
            cast(null(), String),
            func.max(_CATALOGUE.c.sequence),
            cast(null(), Date),
            _NOTHING,
            _NOTHING,
        ).where(_CATALOGUE.c.fund_id == bindparam("fund_id")),
    )


_OF_ONE: Final = _on_record(lambda column, name: column == bindparam(name))
_OF_MANY: Final = _on_record(lambda column, name: column.in_(bindparam(name, expanding=True)))
"""In one question; of a single order in one that is the same every time."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to an order. ``status`` is ``recorded`` or, the same again, ``known``."""

    id: str
    status: str
    number: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recorded of an id, and what tells whether it is asked the same again."""

    told: Recorded
    salt: bytes | None
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is on record of orders: by id what was recorded, their cases, and a catalogue."""

    answers: dict[str, Answer]
    cases: Numbers
    has_catalogue: bool


def find(session: Session, fund_id: int, asked: Sequence[Order]) -> Found:
    """Return what was recorded of these ids, the numbers of these cases, and whether effects are known."""
    answers: dict[str, Answer] = {}
    number_of: dict[str, int] = {}
    has_catalogue = False
    for row in _rows(session, fund_id, asked):
        if row.kind == "spending":
            told = Recorded(row.id, "known", row.sequence, row.booked_on)
            answers[row.id] = Answer(told, row.salt, row.content)
        elif row.kind == "case":
            number_of[row.id] = row.sequence
        else:
            has_catalogue |= row.sequence is not None
    return Found(
        answers=answers,
        cases=Numbers(fund_id=fund_id, known=number_of),
        has_catalogue=has_catalogue,
    )


def _rows(session: Session, fund_id: int, asked: Sequence[Order]) -> Iterator[Any]:
    if len(asked) == 1:
        (order,) = asked
        values = {"fund_id": fund_id, "ids": order.id, "references": order.case}
        yield from store.ask(session, _OF_ONE, values)
        return
    for first in range(0, len(asked), _CHUNK):
        chunk = asked[first : first + _CHUNK]
        yield from session.connection().execute(
            _OF_MANY,
            {
                "fund_id": fund_id,
                "ids": [order.id for order in chunk],
                "references": [*{order.case for order in chunk if order.case is not None}],
            },
        )


def the_same(order: Order, answer: Answer) -> Answer:
    """Return the answer to an id that is on record; once erased, any content is the same."""
    if answer.salt is not None and orders.digest(order, answer.salt) != answer.content:
        raise ids.SameIdOtherContent(
            f"spending {order.id!r} is on record with other content; what is recorded never "
            "changes: reverse it, or give the new one an id of its own",
            id=order.id,
        )
    return replace(answer, told=replace(answer.told, status="known"))
