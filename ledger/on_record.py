"""What is on record of the ids and cases that are asked: the same again is known.

A device that did not hear the answer asks once more under the same id. The same content
answers the same and changes nothing; other content is refused. In the same question is
asked whether whoever records may do so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import Date, LargeBinary, bindparam, cast, literal, null, select, union_all

from ledger import cases, ids, orders, people, store
from ledger.tables import CaseFile, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.orders import Order

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_HELD: Final = people.HELD.subquery("held")
_CHUNK: Final = 5_000  # ids that are asked for at a time
_ON_RECORD: Final = union_all(
    select(
        literal(0).label("kind"),
        *(_SPENDING.c[name] for name in ("id", "sequence", "booked_on", "content")),
        _PARTICULARS.c.salt,
    )
    .join_from(
        _SPENDING,
        _PARTICULARS,
        (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
        & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
    )
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.id.in_(bindparam("ids", expanding=True)),
    ),
    select(
        literal(1),
        _CASE.c.reference,
        _CASE.c.sequence,
        cast(null(), Date),
        cast(null(), LargeBinary),
        cast(null(), LargeBinary),
    ).where(
        _CASE.c.fund_id == bindparam("fund_id"),
        _CASE.c.reference.in_(bindparam("references", expanding=True)),
    ),
    select(
        literal(2),
        _HELD.c.role,
        _HELD.c.sequence,
        cast(null(), Date),
        cast(null(), LargeBinary),
        cast(null(), LargeBinary),
    ),
)
"""Which of these spendings and cases are on record, and which roles somebody has, in one
question."""
_A_CASE, _A_ROLE = 1, 2


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


def find(
    session: Session, fund_id: int, asked: Sequence[Order], *, act: Act, on: date
) -> tuple[dict[str, Answer], cases.Numbers]:
    """Return what was recorded of these ids, and the numbers of these cases.

    Raises:
        RoleNeeded: Whoever acts may not record on that day.
    """
    answers: dict[str, Answer] = {}
    numbers: dict[str, int] = {}
    for first in range(0, len(asked), _CHUNK):
        chunk = asked[first : first + _CHUNK]
        values = {
            "fund_id": fund_id,
            "actor": act.actor,
            "on": on,
            "ids": [order.id for order in chunk],
            "references": [*{order.case for order in chunk if order.case is not None}],
        }
        held = []
        for row in session.connection().execute(_ON_RECORD, values):
            if row.kind == _A_ROLE:
                held.append(row.id)
            elif row.kind == _A_CASE:
                numbers[row.id] = row.sequence
            else:
                told = Recorded(row.id, "known", row.sequence, row.booked_on)
                answers[row.id] = Answer(told, row.salt, row.content)
        people.refuse_without(held, people.MAY_RECORD, on=on)
    return answers, cases.Numbers(fund_id=fund_id, known=numbers)


def day_of(session: Session, fund_id: int, spending: str) -> date | None:
    """Return the day spent of an id that is on record; ``None`` where it is not."""
    asked = select(_SPENDING.c.spent_on).where(
        _SPENDING.c.fund_id == fund_id, _SPENDING.c.id == spending
    )
    return session.connection().execute(asked).scalar_one_or_none()


def the_same(order: Order, answer: Answer) -> Answer:
    """Return the answer to an id that is on record; once erased, any content is the same."""
    if answer.salt is not None and orders.digest(order, answer.salt) != answer.content:
        raise ids.SameIdOtherContent(
            f"spending {order.id!r} is on record with other content; what is recorded never "
            "changes: reverse it, or give the new one an id of its own",
            id=order.id,
        )
    return replace(answer, told=replace(answer.told, status="known"))
