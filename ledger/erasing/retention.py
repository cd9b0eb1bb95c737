"""Retention: what was kept until a month that has passed is destroyed, once two approved it.

A value is sealed in the bucket of the month in which its term ends. When that month is over
the key of the bucket is destroyed, and nothing in it can be read any more, here and in every
backup. No row need change but for the hashes by which a case or a receipt was found, which
are emptied: whoever knows a pseudonym finds nothing by it. Two people of each fund whose values
lie there approve first, one of them its privacy officer; the trail of each says what was
destroyed, by table, how much.

Source:
    The design, Privacy by design (retention: dry run, approved by two, destruction report);
    Archiefbesluit 1995, article 8: of what is destroyed a declaration is made [M].
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import LargeBinary, func, select, table
from sqlalchemy import column as of_name

from ledger import people, store, trail
from ledger.acts import day_in
from ledger.erasing import buckets
from ledger.errors import Conflict, Forbidden, Mistake, WrongInput
from ledger.sealing import items, ring, terms
from ledger.tables import Event, Fund, Person, RetentionApproval, Role
from ledger.tables import sealed as sealing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.sealing.keys import Bucket
    from ledger.sealing.ring import Ring
    from ledger.trail import Trail

MAY_APPROVE: Final = ("privacy-officer", "board", "administrator")
"""Which roles approve a destruction; one of the two is a privacy officer."""

_TWO: Final = 2
_APPROVAL: Final = store.table(RetentionApproval)
_PERSON: Final = store.table(Person)
_FUND: Final = store.table(Fund)
_EVENT: Final = store.table(Event)
_ROLE: Final = store.table(Role)
_START: Final = len(items.start(0))


class NotDue(Conflict):
    """The month is not over, or nothing was kept until then."""

    slug = "not-due"


class NotApproved(Forbidden):
    """Two people have not approved it yet, or none of them is a privacy officer."""

    slug = "not-approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What was kept until a month that is over.

    Args:
        month: Such as ``2028-03``.
        values: How many values there are, by fund and column (``particulars.purpose``).
        approved: By fund, the handles of who approved it, and whether that is enough.
        buckets: In which the values lie.
    """

    month: str
    values: Mapping[str, Mapping[str, int]]
    approved: Mapping[str, tuple[tuple[str, ...], bool]]
    buckets: frozenset[int]

    @property
    def is_approved(self) -> bool:
        """Whether every fund approved it."""
        return all(enough for _, enough in self.approved.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What was destroyed: of which month, with the numbers of the events by fund."""

    due: Due
    events: Mapping[str, int]


def due(session: Session, *, today: date) -> list[Due]:
    """Return what is due, the longest over first.

    Args:
        session: Sees one moment.
        today: The day.
    """
    by_month: defaultdict[str, set[int]] = defaultdict(set)
    for each in _over(session, today):
        by_month[each.month].add(each.number)
    return [_due(session, month, numbers) for month, numbers in sorted(by_month.items())]


def approve(session: Session, fund: str, month: str, *, act: Act) -> int:
    """Approve that what a fund kept until a month is destroyed; again changes nothing.

    Args:
        session: Of the act.
        fund: Code of the fund.
        month: Such as ``2028-03``.
        act: Who approves, and when.

    Returns:
        The number of the act.

    Raises:
        RoleNeeded: Whoever acts may not approve it.
        NotDue: The month is not over, or nothing was kept until then.
    """
    end = trail.lock(session, fund)
    today = act.day(end.timezone)
    people.require(session, end.fund_id, act, roles_=MAY_APPROVE, on=today)
    _refuse_not_due(session, month, today)
    asked = select(_APPROVAL.c.sequence).where(
        _APPROVAL.c.fund_id == end.fund_id,
        _APPROVAL.c.month == month,
        _APPROVAL.c.person_id == act.actor,
    )
    before = session.connection().execute(asked).scalar_one_or_none()
    if before is not None:
        return int(before)
    event = end.append(act, "retention.approved", {"month": month})
    end.write([event])
    number: int = event["sequence"]
    row = {"fund_id": end.fund_id, "sequence": number, "month": month, "person_id": act.actor}
    store.insert(session, RetentionApproval, [row])
    return number


def run(session: Session, month: str, *, act: Act) -> Destroyed:
    """Write in the trail of each fund what of it is destroyed; once committed, destroy the keys.

    Args:
        session: Of the act.
        month: Such as ``2028-03``; it must be over wherever a fund of the database is.
        act: Who runs it, and when: a privacy officer of each fund whose values lie there.

    Raises:
        NotDue: The month is not over, or nothing was kept until then.
        NotApproved: Two people of a fund have not approved it yet.
        RoleNeeded: Whoever acts is no privacy officer.
    """
    zones = dict(session.connection().execute(select(_FUND.c.code, _FUND.c.timezone)).all())
    ring.of(session.connection()).refresh()
    ends = {fund: trail.lock(session, fund) for fund in sorted(zones)}
    today = min((act.day(zone) for zone in zones.values()), default=act.day("UTC"))
    found = _refuse_not_due(session, month, today)
    events = {fund: _say(end, found, act) for fund, end in ends.items() if fund in found.values}
    return Destroyed(due=found, events=events)


def _say(end: Trail, found: Due, act: Act) -> int:
    """Write in the trail of a fund what of it is destroyed, and empty the hashes that found it.

    Returns:
        The number of the event.
    """
    people.require(end.session, end.fund_id, act, roles_=people.MAY_ERASE, on=act.day(end.timezone))
    handles, enough = found.approved[end.fund]
    if not enough:
        raise NotApproved(
            f"what {end.fund} kept until {found.month} was approved by "
            f"{', '.join(handles) or 'nobody'}; two must, one of them its privacy officer",
            fund=end.fund,
        )
    connection = end.session.connection()
    lapsed = buckets.found_by(connection, end.fund_id, found.buckets)
    buckets.lapse(connection, end.fund_id, lapsed)
    body = {"month": found.month, "values": dict(found.values[end.fund])}
    body |= {"lapsed": lapsed} if lapsed else {}
    event = end.append(act, "retention.destroyed", body)
    end.write([event])
    number: int = event["sequence"]
    return number


def destroy(keys: Ring, done: Destroyed, *, at: datetime) -> None:
    """Destroy the keys of what the trails say was destroyed; that is committed.

    Where this does not come about, running it again does it.

    Args:
        keys: The ring.
        done: What was destroyed.
        at: This instant.
    """
    keys.change(lambda there: there.expired(done.due.buckets, trail.instant(at)))


def _over(session: Session, today: date) -> list[Bucket]:
    """Return the buckets of this database whose month is over."""
    keys = ring.of(session.connection())
    this = terms.month(today, 0)
    return [each for each in keys.keys.buckets if each.place == keys.place and each.month < this]


def refuse_no_month(month: str) -> None:
    """Refuse a text that is no month as terms are written.

    Raises:
        WrongInput: It is none.
    """
    if not terms.is_month(month):
        raise WrongInput([Mistake("MONTH", f"{month!r} is no month; write it as 2028-03")])


def _refuse_not_due(session: Session, month: str, today: date) -> Due:
    refuse_no_month(month)
    numbers = {each.number for each in _over(session, today) if each.month == month}
    found = _due(session, month, numbers)
    if not found.values:
        raise NotDue(
            f"nothing that was kept until {month} is due: that month is not over, or there is "
            "nothing of it",
            month=month,
        )
    return found


def _due(session: Session, month: str, numbers: Collection[int]) -> Due:
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    connection = session.connection()
    codes = dict(connection.execute(select(_FUND.c.id, _FUND.c.code)).all())
    starts = [items.start(number) for number in sorted(numbers)]
    for name, columns in sealing.columns().items():
        there = table(
            name, of_name("fund_id"), *(of_name(each.name, LargeBinary()) for each in columns)
        )
        for each in columns:
            begins = func.substr(there.c[each.name], 1, _START, type_=LargeBinary()).in_(starts)
            asked = select(there.c.fund_id, func.count()).where(begins).group_by(there.c.fund_id)
            for fund_id, count in connection.execute(asked) if starts else ():
                counted[codes[fund_id]][f"{name}.{each.name}"] = int(count)
    return Due(
        month=month,
        values=dict(counted),
        approved={fund: _approved(session, fund, month) for fund in counted},
        buckets=frozenset(numbers),
    )


def _approved(session: Session, fund: str, month: str) -> tuple[tuple[str, ...], bool]:
    """Return who approved it for a fund, and whether that is enough."""
    asked = (
        select(
            *(_APPROVAL.c[name] for name in ("fund_id", "sequence", "person_id")),
            *(_PERSON.c.handle, _EVENT.c.at, _FUND.c.timezone),
        )
        .join_from(_APPROVAL, _PERSON, _PERSON.c.id == _APPROVAL.c.person_id)
        .join(_FUND, _FUND.c.id == _APPROVAL.c.fund_id)
        .join(
            _EVENT,
            (_EVENT.c.fund_id == _APPROVAL.c.fund_id) & (_EVENT.c.sequence == _APPROVAL.c.sequence),
        )
        .where(_FUND.c.code == fund, _APPROVAL.c.month == month)
        .order_by(_APPROVAL.c.sequence)
    )
    rows = session.connection().execute(asked).all()
    officers = [row for row in rows if _was_officer(session, row)]
    return tuple(row.handle for row in rows), len(rows) >= _TWO and bool(officers)


def _was_officer(session: Session, approval: Any) -> bool:
    """Whether whoever approved was privacy officer then, by what had been granted until then."""
    asked = (
        select(_ROLE.c.valid_from, _ROLE.c.valid_until)
        .where(
            _ROLE.c.fund_id == approval.fund_id,
            _ROLE.c.person_id == approval.person_id,
            _ROLE.c.role.in_(people.MAY_ERASE),
            _ROLE.c.sequence < approval.sequence,
        )
        .order_by(_ROLE.c.sequence.desc())
        .limit(1)
    )
    last = session.connection().execute(asked).one_or_none()
    return last is not None and people.holds(*last, on=day_in(approval.timezone, approval.at))
