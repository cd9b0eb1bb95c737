"""People: who acts, and what they may do. A handle names a role, never a person.

Whoever opened a fund is its administrator, until a grant to them of that role has begun.

Source:
    The design, Who uses it: professionals record and reserve, and say what came of it;
    finance loads what came in and settles; the administrator does what they cannot do
    themselves, such as taking over the files of a system before this one. The privacy officer
    erases. An auditor reads.
"""

from __future__ import annotations

import hashlib
import re
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from sqlalchemy import String, bindparam, cast, func, literal_column
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from ledger import citizen_numbers, ids, store, trail
from ledger.errors import Conflict, Forbidden, Missing
from ledger.tables import Event, Party, Person, Role
from ledger.tables.funds import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.trail import Trail

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


MAY_RECORD: Final = ("professional", "finance", "administrator")
"""Which roles record spendings and their effects, and reserve."""

MAY_KEEP: Final = ("finance", "administrator")
"""Which roles keep the fund's books: contributions, the bank, settlements."""

MAY_ERASE: Final = ("privacy-officer",)
"""Which roles erase what may be erased."""

_ROLE: Final = store.table(Role)
_EVENT: Final = store.table(Event)


# Neither a role, a code nor a day has one of these.
_BETWEEN: Final = " "
_AFTER: Final[Any] = literal_column("','")  # a text would be a parameter of another kind


class Granted(Protocol):
    """A role as it was granted."""

    @property
    def role(self) -> str:
        """Which one."""

    @property
    def organisation(self) -> str:
        """For which party."""

    @property
    def mandate(self) -> str | None:
        """The mandate that it carries."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_until(self) -> date | None:
        """The day after the last."""


class Held(NamedTuple):
    """A role that somebody has on a day, and for which organisation; ``None`` for the fund."""

    role: str
    organisation: str | None


def granted(fund_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return columns ``granted`` and ``opened_by`` of a question, for :func:`held` to read.

    What whoever acts (``actor``) was ever granted in a fund, in one text, and who opened it.
    An act so knows with its first question what it may do: which day counts depends on the
    fund's time zone, which the same question tells.

    Args:
        fund_id: The column that says which fund.
    """
    values = (
        *(cast(_ROLE.c.sequence, String), _ROLE.c.role, _ROLE.c.organisation),
        *(cast(_ROLE.c.valid_from, String), func.coalesce(cast(_ROLE.c.valid_until, String), "")),
    )
    grant: ColumnElement[Any] = reduce(lambda told, value: told + _BETWEEN + value, values)
    grants = select_columns(func.aggregate_strings(grant, _AFTER)).where(
        _ROLE.c.fund_id == fund_id, _ROLE.c.person_id == bindparam("actor")
    )
    opened_by = select_columns(_EVENT.c.actor_id).where(
        _EVENT.c.fund_id == fund_id, _EVENT.c.sequence == 1
    )
    return (
        grants.scalar_subquery().label("granted"),
        opened_by.scalar_subquery().label("opened_by"),
    )


_GRANTED: Final = select_columns(*granted(bindparam("fund_id")))


def held(row: Any, act: Act, *, on: date) -> list[Held]:
    """Return the roles of whoever acts on a day.

    Args:
        row: With the columns of :func:`granted`.
        act: Who acts.
        on: The day.
    """
    lines = row.granted.split(",") if row.granted else ()
    grants = sorted(
        (int(number), role, organisation, since, until)
        for number, role, organisation, since, until in (each.split(_BETWEEN) for each in lines)
    )
    day = on.isoformat()
    last = {role: (organisation, since, until) for _, role, organisation, since, until in grants}
    found = [
        Held(role, organisation)
        for role, (organisation, since, until) in last.items()
        if since <= day and (not until or day < until)
    ]
    begun = any(role == "administrator" and since <= day for _, role, _, since, _ in grants)
    if row.opened_by == act.actor and not begun:
        found.append(Held("administrator", None))
    return found


def roles_of(session: Session, fund_id: int, act: Act, *, on: date) -> list[Held]:
    """Return the same for acts that asked something else first."""
    asked = {"fund_id": fund_id, "actor": act.actor}
    return held(store.ask(session, _GRANTED, asked)[0], act, on=on)


class UnknownPerson(Missing):
    """Nobody bears this handle."""

    slug = "unknown-person"


class NotAHandle(Conflict):
    """The text cannot be a handle, or the role or organisation is none."""

    slug = "not-a-handle"


class LastAdministrator(Conflict):
    """Without this person nobody could grant roles any more."""

    slug = "last-administrator"


class RoleNeeded(Forbidden):
    """The act needs a role that whoever acts does not have."""

    slug = "role-needed"


def by_handle(session: Session, handle: str) -> UUID:
    """Return the id of a person.

    Raises:
        UnknownPerson: Nobody bears the handle.
    """
    found = find(session, handle)
    if found is None:
        raise UnknownPerson(f"nobody bears the handle {handle!r}", handle=handle)
    return found


def find(session: Session, handle: str) -> UUID | None:
    """Return the id of a person, or ``None`` where nobody bears the handle."""
    return session.exec(select(Person.id).where(Person.handle == handle)).first()


def ensure(session: Session, handle: str, *, new_id: UUID | None = None) -> UUID:
    """Return the id of a person, who is made known if needed.

    Args:
        session: Of the act.
        handle: Of the person.
        new_id: The id of somebody who is made known now; ``None`` for a fresh one.

    Raises:
        NotAHandle: The text cannot be a handle.
    """
    if not _HANDLE.fullmatch(handle):
        raise NotAHandle(
            f"{handle!r} is not a handle; write lower-case letters, digits and . _ - for a role",
            handle=handle,
        )
    found = find(session, handle)
    if found is not None:
        return found
    if citizen_numbers.is_one(handle):
        raise NotAHandle(
            "the handle looks like a citizen service number (BSN), which must not be on record; "
            "name a role"
        )
    person = new_id or ids.new_id()
    if store.claim(session, Person, {"id": person, "handle": handle}):
        return person
    return by_handle(session, handle)  # somebody else made the same person known meanwhile


def handle_of(session: Session, person: UUID) -> str:
    """Return the handle of a person who is known."""
    return session.exec(select(Person.handle).where(Person.id == person)).one()


def told(person: UUID, handle: str) -> str:
    """Return what the trail says of a handle: SHA-256 with the person's id as salt."""
    return hashlib.sha256(person.bytes + handle.encode()).hexdigest()


def grant(  # noqa: PLR0913 - these are the members of a role
    session: Session,
    fund: str,
    handle: str,
    *,
    role: str,
    organisation: str,
    act: Act,
    mandate: str | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    new_id: UUID | None = None,
) -> UUID:
    """Give somebody a role in a fund; a later grant of the same role takes its place.

    Args:
        session: Of the act.
        fund: Code of the fund.
        handle: Of the person, who is made known if needed.
        role: One of ``ROLES``.
        organisation: Code of the party that employs the person.
        act: Who grants, and when.
        mandate: Code of the mandate of the agreement that the person holds.
        valid_from: First day; ``None`` for today.
        valid_until: Day after the last; ``None`` for as long as it lasts.
        new_id: Of somebody who is made known now; ``None`` for a fresh one.

    Raises:
        NotAHandle: The handle, role or organisation is none.
        RoleNeeded: Whoever acts is no administrator.
        LastAdministrator: Nobody would be administrator any more.
    """
    person = ensure(session, handle, new_id=new_id)
    end = trail.lock(session, fund)
    require(session, end.fund_id, act, roles_=("administrator",), on=act.day(end.timezone))
    known = session.exec(
        select(Party.code).where(Party.fund_id == end.fund_id, Party.code == organisation)
    ).first()
    if role not in ROLES or known is None:
        raise NotAHandle(
            f"there is no role {role!r} or no party {organisation!r}; roles are {', '.join(ROLES)}",
            role=role,
            organisation=organisation,
        )
    row = {
        "person_id": person,
        "role": role,
        "organisation": organisation,
        "mandate": mandate,
        "valid_from": valid_from or act.day(end.timezone),
        "valid_until": valid_until,
    }
    _refuse_without_administrator(end, act, row)
    event = end.append(act, "role.granted", _body(row) | {"handle": told(person, handle)})
    end.write([event])
    store.insert(session, Role, [{"fund_id": end.fund_id, "sequence": event["sequence"], **row}])
    return person


def _refuse_without_administrator(end: Trail, act: Act, row: Mapping[str, Any]) -> None:
    """Refuse what would leave a fund without anybody who may grant roles today.

    Whoever acts is administrator. So somebody is left, unless they take it from themselves
    and nobody else has it.
    """
    if row["role"] != "administrator" or row["person_id"] != act.actor:
        return
    today = act.day(end.timezone)
    asked = select_columns(_ROLE).where(
        _ROLE.c.fund_id == end.fund_id, _ROLE.c.role == "administrator"
    )
    grants = end.session.connection().execute(asked.order_by(_ROLE.c.sequence)).all()
    last = {each.person_id: (each.valid_from, each.valid_until) for each in grants}
    begun = act.actor in last or row["valid_from"] <= today  # else they have it as the opener
    last[act.actor] = (row["valid_from"], row["valid_until"])
    if begun and not any(holds(*days, on=today) for days in last.values()):
        raise LastAdministrator(
            "nobody else is administrator; grant that to somebody else before you give it up"
        )


def _body(row: dict[str, object]) -> dict[str, object]:
    return {
        name.removesuffix("_id"): str(value) for name, value in row.items() if value is not None
    }


def last_roles(session: Session, fund_id: int, person: UUID) -> tuple[Role, ...]:
    """Return of each role that a person ever had in a fund what was granted last."""
    rows = session.exec(
        select(Role)
        .where(Role.fund_id == fund_id, Role.person_id == person)
        .order_by(col(Role.sequence))
    ).all()
    return tuple({row.role: row for row in rows}.values())


def is_in_force(role: Granted, on: date) -> bool:
    """Whether a role holds on a day."""
    return holds(role.valid_from, role.valid_until, on=on)


def holds(since: date, until: date | None, *, on: date) -> bool:
    """Whether a role that was granted for these days, the last exclusive, holds on a day."""
    return since <= on and (until is None or on < until)


def require(
    session: Session,
    fund_id: int,
    act: Act,
    *,
    roles_: Collection[str],
    on: date,
    organisation: str | None = None,
) -> None:
    """Refuse what somebody does without a role for it.

    Args:
        session: Of the act.
        fund_id: The fund.
        act: Who acts.
        roles_: Any of these will do.
        on: The day.
        organisation: For which party it must be; ``None`` for any.

    Raises:
        RoleNeeded: The person has no such role.
    """
    mine = roles_of(session, fund_id, act, on=on)
    refuse_without(
        [each for each in mine if organisation in {None, each.organisation}],
        roles_,
        on=on,
        organisation=organisation,
    )


def refuse_without(
    mine: Collection[Held], roles_: Collection[str], *, on: date, organisation: str | None = None
) -> None:
    """Refuse somebody who holds none of the roles that something needs.

    Args:
        mine: The roles of whoever acts, as :func:`held` gives them.
        roles_: Any of these will do.
        on: The day.
        organisation: For which party it must be; ``None`` for any.

    Raises:
        RoleNeeded: None of them is held.
    """
    if not any(each.role in roles_ for each in mine):
        whose = "" if organisation is None else f" of {organisation}"
        raise RoleNeeded(
            f"this needs the role {' or '.join(sorted(roles_))}{whose}, which whoever acts does "
            f"not have on {on}",
            roles=sorted(roles_),
            organisation=organisation,
        )
