"""Money: the journal, what organisations paid in, and what is held for later."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time
from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.base import cents, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt


class Account(SQLModel, table=True):
    """An account of the fund's journal: ``bank``, or a kind and a party, ``advance:alfa``."""

    __tablename__ = "account"
    __table_args__ = (of_fund("party", to="party.code"),)

    fund_id: int = fund_key()
    code: str = Field(primary_key=True)
    kind: str
    party: str | None = None


class Transfer(SQLModel, table=True):
    """An amount moved between two accounts: one debit, one credit, never unequal."""

    __tablename__ = "transfer"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("debit", to="account.code"),
        of_fund("credit", to="account.code"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        Index("ix_transfer_booked_on", "fund_id", "booked_on"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    booked_on: date
    debit: str
    credit: str
    amount_cents: int = cents()
    key: str | None = None  # by which a cost fell on its organisation
    task_field: str | None = None  # Iv3


class Contribution(SQLModel, table=True):
    """Money that an organisation paid in (*inleg*); below zero where it went back."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("fund_id", "id"),
        of_fund("sequence", to="event.sequence"),
        of_fund("party", to="party.code"),
        CheckConstraint("amount_cents <> 0", name="amount"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    id: str
    party: str
    received_on: date
    amount_cents: int = cents()


class Reservation(SQLModel, table=True):
    """Room held for a case until it is spent, released or expires (``until`` excludes).

    ``salt`` is that of the case in the trail, which may be erased with it.
    """

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("fund_id", "id"),
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        of_fund("organisation", to="party.code"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("until > reserved_on", name="validity"),
        Index("ix_reservation_person", "fund_id", "person_id"),
        Index("ix_reservation_until", "fund_id", "until"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    id: str
    case_number: int = number()
    organisation: str
    person_id: UUID = Field(foreign_key="person.id")
    amount_cents: int = cents()
    reserved_on: date
    until: date
    salt: bytes | None = sealed_salt()


class ReservationEnd(SQLModel, table=True):
    """How a reservation ended, once."""

    __tablename__ = "reservation_end"
    __table_args__ = (
        of_fund("reservation", to="reservation.sequence"),
        of_fund("sequence", to="event.sequence"),
        one_of("how", "spent", "released", "expired"),
    )

    fund_id: int = fund_key()
    reservation: int = key_part()
    sequence: int = number()
    how: str
