"""People: who acts, and what they may do. A handle names a role, never a person."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from ledger import ids, store, trail
from ledger.errors import Conflict, Forbidden, Missing
from ledger.tables import Party, Person, Role
from ledger.tables.funds import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


class UnknownPerson(Missing):
    """Nobody bears this handle."""

    slug = "unknown-person"


class NotAHandle(Conflict):
    """The text cannot be a handle, or the role or organisation is none."""

    slug = "not-a-handle"


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
    """
    person = ensure(session, handle, new_id=new_id)
    end = trail.lock(session, fund)
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
    event = end.append(act, "role.granted", _body(row) | {"handle": told(person, handle)})
    end.write([event])
    store.insert(session, Role, [{"fund_id": end.fund_id, "sequence": event["sequence"], **row}])
    return person


def _body(row: dict[str, object]) -> dict[str, object]:
    return {
        name.removesuffix("_id"): str(value) for name, value in row.items() if value is not None
    }


def roles(session: Session, fund_id: int, person: UUID, *, on: date) -> tuple[Role, ...]:
    """Return the roles that a person has in a fund on a day."""
    last = last_roles(session, fund_id, person)
    return tuple(role for role in last if is_in_force(role, on))


def last_roles(session: Session, fund_id: int, person: UUID) -> tuple[Role, ...]:
    """Return of each role that a person ever had in a fund what was granted last."""
    rows = session.exec(
        select(Role)
        .where(Role.fund_id == fund_id, Role.person_id == person)
        .order_by(col(Role.sequence))
    ).all()
    return tuple({row.role: row for row in rows}.values())


def is_in_force(role: Role, on: date) -> bool:
    """Whether a role holds on a day."""
    return role.valid_from <= on and (role.valid_until is None or on < role.valid_until)


def require(
    session: Session,
    fund_id: int,
    act: Act,
    *,
    roles_: Collection[str],
    on: date,
    organisation: str | None = None,
) -> Role:
    """Return the role by which somebody may do something.

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
    for role in roles(session, fund_id, act.actor, on=on):
        if role.role in roles_ and organisation in {None, role.organisation}:
            return role
    whose = "" if organisation is None else f" of {organisation}"
    raise RoleNeeded(
        f"this needs the role {' or '.join(sorted(roles_))}{whose}, which whoever acts does not "
        f"have on {on}",
        roles=sorted(roles_),
        organisation=organisation,
    )
