"""Funds, what was agreed, and who may act in them."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time
from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of

ROLES = ("professional", "finance", "auditor", "board", "administrator", "privacy-officer")


class Fund(SQLModel, table=True):
    """A bridging fund. Its name and terms stand in the agreement."""

    __tablename__ = "fund"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    code: str = Field(unique=True)
    timezone: str


class Head(SQLModel, table=True):
    """Where a fund's trail ends: the one row that changes, locked last by every act.

    ``pool_cents`` is what the bank account holds less what the fund owes of it
    (``ledger.rooms``); ``reserved_cents`` is what open reservations hold. Every day before
    ``closed_until`` lies in a period that was proposed; while a proposal is back in draft,
    its period is open from ``adjusting_from`` on, whatever the date.
    """

    __tablename__ = "head"

    fund_id: int = Field(
        primary_key=True, foreign_key="fund.id", sa_column_kwargs={"autoincrement": False}
    )
    sequence: int = number()
    hash: bytes = digest()
    closed_until: date
    adjusting_from: date | None = None
    pool_cents: int = cents()
    reserved_cents: int = cents()


class Party(SQLModel, table=True):
    """An organisation that any version of the agreement names."""

    __tablename__ = "party"

    fund_id: int = Field(
        primary_key=True, foreign_key="fund.id", sa_column_kwargs={"autoincrement": False}
    )
    code: str = Field(primary_key=True)


class AgreementVersion(SQLModel, table=True):
    """A version of the agreement, as the file that people read and sign."""

    __tablename__ = "agreement"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        UniqueConstraint("fund_id", "valid_from"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity"),
    )

    fund_id: int = fund_key()
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int = number()
    valid_from: date
    valid_until: date | None = None
    sha256: bytes = digest()  # of the canonical form, which is what is signed
    filed_signed: bool  # whether it was filed as an agreement that was signed before
    document: str = Field(sa_type=Text)  # TOML


class Signature(SQLModel, table=True):
    """That a participant signed a version: on a page, or on paper, entered by two people."""

    __tablename__ = "signature"
    __table_args__ = (
        of_fund("version", to="agreement.version"),
        of_fund("party", to="party.code"),
        of_fund("sequence", to="event.sequence"),
        one_of("how", "page", "paper"),
        CheckConstraint("second_id IS NULL OR second_id <> person_id", name="two_people"),
        CheckConstraint("how = 'page' OR second_id IS NOT NULL", name="paper_by_two"),
    )

    fund_id: int = fund_key()
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    party: str = Field(primary_key=True)
    sequence: int = number()
    person_id: UUID = Field(foreign_key="person.id")
    second_id: UUID | None = Field(default=None, foreign_key="person.id")
    how: str
    sha256: bytes = digest()  # of the agreement (page), of the paper that was signed (paper)


class Person(SQLModel, table=True):
    """A user. The handle names a role or a pseudonym, never a person."""

    __tablename__ = "person"

    id: UUID = Field(primary_key=True)
    handle: str = Field(unique=True)


class Role(SQLModel, table=True):
    """What a person may do in a fund; of one person and role the last row counts."""

    __tablename__ = "role"
    __table_args__ = (
        of_fund("organisation", to="party.code"),
        of_fund("sequence", to="event.sequence"),
        one_of("role", *ROLES),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str
    organisation: str
    mandate: str | None = None  # code of a mandate of the agreement
    valid_from: date
    valid_until: date | None = None
