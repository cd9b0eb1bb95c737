"""The room that is left: of a fund, of an organisation for a year, of a person for a year.

The room of a fund is what its pool holds less what is reserved. The pool holds what is on
its bank account, less what organisations advanced (what came back to them taken off) and
no settlement has booked, less what booked settlements are still to pay out or carry (at
least what was advanced: booking gives no room), less what the current account owes the
account holder. What organisations are still to pay in is no room until it is there.

The room of an organisation is what its council authorised for the year, that of a person
what the mandate gives a year, each less what was spent in that year (by the day spent) and
is reserved. Whoever has, or had, a mandate that is not in force has no room; whoever never
had one is not limited by any. A fund that is bridged has no pool, so nothing limits it.

Source:
    The design, The model: Reservation; the settlement rules, Lawfulness in the settlement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger import people, reservations, sums
from ledger.agreement.versions import latest
from ledger.reservations import RESERVATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlmodel import Session

    from ledger.agreement.schema import Agreement, Mandate
    from ledger.funds import Known
    from ledger.people import Granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left, in cents; ``None`` where nothing limits it. Below zero where it was exceeded.

    ``per_spending_cents`` is the most that the person may spend at a time.
    """

    fund_cents: int | None
    organisation_cents: int | None = None
    person_cents: int | None = None
    per_spending_cents: int | None = None

    def lacking(self, cents: int) -> dict[str, int]:
        """Return what does not have so much left, and how much each of these has."""
        left = {
            "fund": self.fund_cents,
            "organisation": self.organisation_cents,
            "person": self.person_cents,
        }
        return {
            whose: there for whose, there in left.items() if there is not None and there < cents
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whose room is asked, and on which day; an organisation or person may be left out."""

    on: date
    organisation: str | None = None
    person: UUID | None = None


def left(session: Session, known: Known, asking: Asking, *, pool_cents: int) -> Room:
    """Return the room that is left.

    Args:
        session: Of the act, or one that reads.
        known: The fund.
        asking: Whose room, and when.
        pool_cents: What the pool holds less what is reserved.
    """
    version = latest(known.agreements, asking.on) or known.agreements[0]
    bridged = version.settlement.funding == "bridge"
    held = _mandates(session, known.id, asking, version)
    per_year, per_spending = most(held, "per_year"), most(held, "per_spending")
    return Room(
        fund_cents=None if bridged else pool_cents,
        organisation_cents=_of_organisation(session, known.id, asking, version),
        person_cents=None
        if per_year is None
        else per_year - _used(session, known.id, asking.on, "person_id", asking.person),
        per_spending_cents=per_spending,
    )


def _of_organisation(
    session: Session, fund_id: int, asking: Asking, version: Agreement
) -> int | None:
    if asking.organisation is None:
        return None
    authorised = budget(version, asking.organisation, asking.on.year)
    if authorised is None:
        return None
    return authorised - _used(session, fund_id, asking.on, "organisation", asking.organisation)


def budget(version: Agreement, organisation: str, year: int) -> int | None:
    """Return what an organisation's council authorised for a year, in cents, if it did."""
    found = (
        each.amount for each in version.budget if (each.party, each.year) == (organisation, year)
    )
    return next(found, None)


def _used(session: Session, fund_id: int, on: date, column: str, value: str | UUID | None) -> int:
    """Return what was spent in the year of a day and what is reserved on it."""
    spent = sums.spent(session, fund_id, [(on.year, str(value))])
    return sum(spent.values()) + reservations.held_cents(
        session, fund_id, RESERVATION.c[column] == value, RESERVATION.c.until > on
    )


def _mandates(
    session: Session, fund_id: int, asking: Asking, version: Agreement
) -> Sequence[Mandate] | None:
    if asking.person is None:
        return None
    return mandates(people.last_roles(session, fund_id, asking.person), version, asking.on)


def mandates(roles: Sequence[Granted], version: Agreement, on: date) -> Sequence[Mandate] | None:
    """Return the mandates that a person holds on a day; ``None`` for whoever never had one.

    Args:
        roles: Of each role that the person ever had, what was granted last.
        version: Of the agreement, which says what a mandate gives.
        on: The day.
    """
    named = [role for role in roles if role.mandate]
    if not named:
        return None
    return [
        mandate
        for role in named
        if people.is_in_force(role, on)
        for mandate in _held_by(role, version, on)
    ]


def _held_by(role: Granted, version: Agreement, on: date) -> Iterator[Mandate]:
    for mandate in version.mandate:
        begun = mandate.valid_from is None or mandate.valid_from <= on
        ended = mandate.valid_until is not None and mandate.valid_until <= on
        employed = mandate.employers is None or role.organisation in mandate.employers
        if mandate.code == role.mandate and begun and not ended and employed:
            yield mandate


def most(held: Sequence[Mandate] | None, member: str) -> int | None:
    """Return the most that any of these mandates gives; nothing where none is in force."""
    if held is None:
        return None
    given = [getattr(mandate, member) for mandate in held]
    return None if None in given else max(given, default=0)
