"""What is on record of the ids and cases that are asked: the same again is known.

A device that did not hear the answer asks once more under the same id. The same content
answers the same and changes nothing; other content is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import LargeBinary, bindparam, func, select, type_coerce

from ledger import cases, funds, ids, orders, people, store
from ledger.cases import Numbers
from ledger.sealing import ring
from ledger.tables import CaseFile, Catalogue, Head, Particulars, Spending

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.orders import Order
    from ledger.people import Held
    from ledger.trail import Trail

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_CATALOGUE: Final = store.table(Catalogue)
_CHUNK: Final = 5_000  # ids that are asked for at a time
_PARTICULARS_OF: Final = (
    _PARTICULARS,
    (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id)
    & (_PARTICULARS.c.sequence == _SPENDING.c.sequence),
)
_MANY: Final = (
    select(
        *(_SPENDING.c[name] for name in ("id", "sequence", "booked_on", "content")),
        _PARTICULARS.c.salt,
    )
    .join_from(_SPENDING, *_PARTICULARS_OF)
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.id.in_(bindparam("ids", expanding=True)),
    )
)

_LOCKED: Final = funds.LOCKED.cte("locked")
_SEEN: Final = store.table(Head).alias("seen")
_ONE: Final = (
    select(
        _LOCKED,
        _SEEN.c.sequence.label("seen"),
        _SPENDING.c.sequence.label("spending"),
        _SPENDING.c.booked_on,
        _SPENDING.c.content,
        type_coerce(_PARTICULARS.c.salt, LargeBinary).label("salt"),  # opened where it is needed
        _CASE.c.sequence.label("case_number"),
        select(func.count())
        .where(_CATALOGUE.c.fund_id == _LOCKED.c.fund_id)
        .scalar_subquery()
        .label("catalogues"),
        *people.granted(_LOCKED.c.fund_id),
    )
    .join_from(_LOCKED, _SEEN, _SEEN.c.fund_id == _LOCKED.c.fund_id)
    .outerjoin(
        _SPENDING,
        (_SPENDING.c.fund_id == _LOCKED.c.fund_id) & (_SPENDING.c.id == bindparam("id")),
    )
    .outerjoin(*_PARTICULARS_OF)
    .outerjoin(
        _CASE,
        (_CASE.c.fund_id == _LOCKED.c.fund_id) & (_CASE.c.reference_hash == bindparam("hash")),
    )
    .order_by(_LOCKED.c.valid_from)
)
"""The fund, locked, and whether one spending and its case are on record, in one question.

The question sees the database as it was when it was asked, but the head as it is once it is
locked. Every act moves the head: where what is seen of it is what was locked, nothing was
recorded between, and all that was seen is still so.
"""


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


class Found(NamedTuple):
    """What acts that record must know.

    Args:
        answers: What was recorded, by id.
        numbers: Of cases.
        roles: Of whoever acts.
        knows_effects: Whether the fund may have a catalogue of them.
    """

    answers: dict[str, Answer]
    numbers: Numbers
    roles: Sequence[Held]
    knows_effects: bool = True


def lock(
    session: Session, fund: str, asked: Sequence[Order], *, act: Act
) -> tuple[Trail, Known, Found | None]:
    """Lock the end of a fund's trail, and return the fund as it stands then.

    Returns:
        Beside these what is on record of the orders, if one question tells it: of a single
        order, of which nothing was recorded while this act waited for another.

    Raises:
        UnknownFund: There is no such fund.
    """
    # Texts that no database takes are refused once the fund is known.
    if len(asked) != 1 or not f"{asked[0].id}{asked[0].case}".isprintable():
        return *funds.lock(session, fund), None
    (order,) = asked
    keys = ring.of(session.connection())
    hash_ = None if order.case is None else keys.of_case(fund, order.case)
    values = {"fund": fund, "id": order.id, "hash": hash_, "actor": act.actor}
    rows = store.ask(session, _ONE, values)
    end, known = funds.of_locked(session, fund, rows)
    row, answers, opened = rows[0], {}, {}
    if row.seen != row.sequence:
        return end, known, None
    if row.spending is not None:
        told = Recorded(order.id, "known", row.spending, row.booked_on)
        salt = None if row.salt is None else keys.open(row.salt)
        answers[order.id] = Answer(told, salt, row.content)
    if order.case is not None and row.case_number is not None:
        opened[order.case] = row.case_number
    numbers = Numbers(fund_id=end.fund_id, fund=end.fund, known=opened)
    roles = people.held(row, act, on=act.day(known.timezone))
    return end, known, Found(answers, numbers, roles, bool(row.catalogues))


def find(end: Trail, asked: Sequence[Order], *, act: Act, on: date) -> Found:
    """Return what was recorded of these ids, the numbers of these cases, and roles on a day."""
    answers: dict[str, Answer] = {}
    connection = end.session.connection()
    for first in range(0, len(asked), _CHUNK):
        chunk = asked[first : first + _CHUNK]
        values = {"fund_id": end.fund_id, "ids": [order.id for order in chunk]}
        for row in connection.execute(_MANY, values):
            told = Recorded(row.id, "known", row.sequence, row.booked_on)
            answers[row.id] = Answer(told, row.salt, row.content)
    roles = people.roles_of(end.session, end.fund_id, act, on=on)
    references = (order.case for order in asked)
    numbers = cases.numbers(end.session, end.fund_id, references, fund=end.fund)
    return Found(answers, numbers, roles)


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
