"""What the test of an act asks of the record, in one question: a round trip, not six.

Every row says which part of the answer it is in ``part``; the other columns mean what that
part says. Where a receipt was brought before, which is rare, another question says for what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Date,
    LargeBinary,
    String,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from ledger import store
from ledger.lawfulness.reversals import SPENDING, STANDS
from ledger.reservations import END, ENDED, RESERVATION
from ledger.tables import Person, Receipt, Role, SpentInYear

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, CompoundSelect, Select
    from sqlmodel import Session

    from ledger.postgresql import Among

_ROLE: Final = store.table(Role)
_PERSON: Final = store.table(Person)
_SUM: Final = store.table(SpentInYear)
_RECEIPT: Final = store.table(Receipt)
_CHUNK: Final = 5_000
_NEVER: Final = date.max

_COLUMNS: Final[dict[str, Any]] = {
    "number": BigInteger,
    "name": String,
    "kind": String,
    "organisation": String,
    "person": Uuid,
    "day": Date,
    "until": Date,
    "cents": BigInteger,
    "of": BigInteger,
    "fingerprint": LargeBinary,
}


class Grant(NamedTuple):
    """A role that somebody was granted, and the mandate that it carries."""

    number: int
    role: str
    organisation: str
    mandate: str | None
    valid_from: date
    valid_until: date | None


class Earlier(NamedTuple):
    """A spending of a case: money that was spent and not taken back."""

    number: int
    id: str
    spent_on: date
    amount_cents: int
    category: str
    person: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked.

    Args:
        today: The day of the act.
        persons: Who may have spent.
        payees: Who was paid.
        sums: Years, and whose sums.
        cases: Numbers of cases.
        fingerprints: Of receipts.
    """

    today: date
    persons: Sequence[UUID]
    payees: Sequence[str]
    sums: tuple[Collection[int], Collection[str]]
    cases: Sequence[int]
    fingerprints: Sequence[bytes]


@dataclass(slots=True, kw_only=True)
class Answer:
    """What is on record of it.

    Args:
        grants: By person, in order.
        known_payees: Those who act here themselves.
        spent: In cents, by year and whose.
        held: What open reservations hold, in cents, by organisation and by id of the person.
        held_cents: The same together.
        of_case: Spendings by the number of their case, in order.
        receipts: Numbers of spendings by the fingerprint of their receipt, in order.
        ids: By number, of those of them that were not taken back.
    """

    grants: dict[UUID, list[Grant]] = field(default_factory=dict)
    known_payees: set[str] = field(default_factory=set)
    spent: dict[tuple[int, str], int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    held_cents: int = 0
    of_case: dict[int, list[Earlier]] = field(default_factory=dict)
    receipts: dict[bytes, list[int]] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)


def _part(part: str, /, **columns: ColumnElement[Any]) -> Select[Any]:
    """Return a part of the question, with all columns of it."""
    told = [columns.get(each, cast(null(), kind())).label(each) for each, kind in _COLUMNS.items()]
    return select(literal(part).label("part"), *told)


def _question(among: Among) -> CompoundSelect[Any]:
    fund = bindparam("fund_id", type_=BigInteger)
    grants = _part(
        "grant",
        number=_ROLE.c.sequence,
        kind=_ROLE.c.role,
        name=_ROLE.c.mandate,
        organisation=_ROLE.c.organisation,
        person=_ROLE.c.person_id,
        day=_ROLE.c.valid_from,
        until=_ROLE.c.valid_until,
    ).where(_ROLE.c.fund_id == fund, among(_ROLE.c.person_id, "persons"))
    spent = _part("sum", of=_SUM.c.year, name=_SUM.c.whose, cents=_SUM.c.amount_cents).where(
        _SUM.c.fund_id == fund, among(_SUM.c.year, "years"), among(_SUM.c.whose, "whose")
    )
    held = (
        _part(
            "held",
            organisation=RESERVATION.c.organisation,
            person=RESERVATION.c.person_id,
            cents=cast(func.sum(RESERVATION.c.amount_cents), BigInteger),
        )
        .outerjoin_from(RESERVATION, END, ENDED)
        .where(
            RESERVATION.c.fund_id == fund,
            RESERVATION.c.until > bindparam("today", type_=Date),
            END.c.reservation.is_(None),
        )
        .group_by(RESERVATION.c.organisation, RESERVATION.c.person_id)
    )
    of_cases = _part(
        "case",
        number=SPENDING.c.sequence,
        name=SPENDING.c.id,
        kind=SPENDING.c.category,
        person=SPENDING.c.person_id,
        day=SPENDING.c.spent_on,
        cents=SPENDING.c.amount_cents,
        of=SPENDING.c.case_number,
    ).where(
        SPENDING.c.fund_id == fund,
        among(SPENDING.c.case_number, "cases"),
        SPENDING.c.amount_cents > 0,
        STANDS,
    )
    payees = _part("payee", name=_PERSON.c.handle).where(among(_PERSON.c.handle, "payees"))
    receipts = _part(
        "receipt", number=_RECEIPT.c.spending, fingerprint=_RECEIPT.c.fingerprint
    ).where(_RECEIPT.c.fund_id == fund, among(_RECEIPT.c.fingerprint, "fingerprints"))
    return union_all(grants, payees, spent, held, of_cases, receipts)


def _that_stand(among: Among) -> Select[Any]:
    return select(SPENDING.c.sequence, SPENDING.c.id).where(
        SPENDING.c.fund_id == bindparam("fund_id", type_=BigInteger),
        among(SPENDING.c.sequence, "numbers"),
        SPENDING.c.amount_cents > 0,
        STANDS,
    )


_QUESTION: Final = store.with_lists(_question)
_THAT_STAND: Final = store.with_lists(_that_stand)


def ask(session: Session, fund_id: int, wanted: Wanted) -> Answer:
    """Return what is on record.

    Args:
        session: Of the act, which has locked the fund's trail.
        fund_id: The fund.
        wanted: What is asked.
    """
    answer = Answer()
    more = max(len(wanted.cases), len(wanted.fingerprints), len(wanted.payees), 1)
    for first in range(0, more, _CHUNK):
        years, whose = wanted.sums if first == 0 else ((), ())
        values = {
            "fund_id": fund_id,
            "today": wanted.today if first == 0 else _NEVER,
            "persons": [*(wanted.persons if first == 0 else ())],
            "payees": [*wanted.payees[first : first + _CHUNK]],
            "years": [*years],
            "whose": [*whose],
            "cases": [*wanted.cases[first : first + _CHUNK]],
            "fingerprints": [*wanted.fingerprints[first : first + _CHUNK]],
        }
        for row in store.ask(session, _QUESTION, values):
            _READ[row.part](answer, row)
    numbers = [number for each in answer.receipts.values() for number in each]
    for first in range(0, len(numbers), _CHUNK):
        values = {"fund_id": fund_id, "numbers": numbers[first : first + _CHUNK]}
        answer.ids.update((row.sequence, row.id) for row in store.ask(session, _THAT_STAND, values))
    for found in (answer.grants, answer.of_case, answer.receipts):
        for each in found.values():
            each.sort()
    return answer


def with_receipt(session: Session, fund_id: int, fingerprint: bytes) -> list[tuple[int, str]]:
    """Return the numbers and ids of the spendings with a receipt, the first first."""
    nobody: tuple[Collection[int], Collection[str]] = ((), ())
    wanted = Wanted(
        today=_NEVER, persons=(), payees=(), sums=nobody, cases=(), fingerprints=[fingerprint]
    )
    found = ask(session, fund_id, wanted)
    return [
        (each, found.ids[each]) for each in found.receipts.get(fingerprint, ()) if each in found.ids
    ]


def _grant(answer: Answer, row: Any) -> None:
    grant = Grant(row.number, row.kind, row.organisation, row.name, row.day, row.until)
    answer.grants.setdefault(row.person, []).append(grant)


def _payee(answer: Answer, row: Any) -> None:
    answer.known_payees.add(row.name)


def _sum(answer: Answer, row: Any) -> None:
    answer.spent[row.of, row.name] = row.cents


def _held(answer: Answer, row: Any) -> None:
    answer.held_cents += row.cents
    for whose in (row.organisation, str(row.person)):
        answer.held[whose] = answer.held.get(whose, 0) + row.cents


def _of_case(answer: Answer, row: Any) -> None:
    earlier = Earlier(row.number, row.name, row.day, row.cents, row.kind, row.person)
    answer.of_case.setdefault(row.of, []).append(earlier)


def _receipt(answer: Answer, row: Any) -> None:
    answer.receipts.setdefault(row.fingerprint, []).append(row.number)


_READ: Final = {
    "grant": _grant,
    "payee": _payee,
    "sum": _sum,
    "held": _held,
    "case": _of_case,
    "receipt": _receipt,
}
