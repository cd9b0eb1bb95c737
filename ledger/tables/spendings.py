"""Spendings: what is final about them, and apart from that what may have to be erased."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time
from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.money import AMOUNT_MAX
from ledger.sealing.terms import JUSTIFICATION
from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text


class CaseFile(SQLModel, table=True):
    """A case (*casus*), numbered by the act that first named it.

    Who the resident is stays with the organisation that holds the case. ``reference`` is a
    pseudonym, and may be erased; until then ``reference_hash`` finds it: a hash under a
    secret of the key file, another in each fund.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("fund_id", "reference_hash"),
        of_fund("sequence", to="event.sequence"),
        of_fund("holder", to="party.code"),
        of_fund("home", to="party.code"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    reference: str | None = sealed_text()
    reference_hash: bytes | None = digest(default=None)
    holder: str
    home: str | None = None


class Spending(SQLModel, table=True):
    """A spending (*besteding*): final at once, corrected only by a reversal that names it.

    ``id`` was made by the device that recorded it. Days: ``spent_on`` decides participants
    and keys, ``recorded_on`` the order, ``booked_on`` the period. ``advanced_by`` is
    ``pool``, ``professional`` or the code of a party. Links are sequences of spendings.
    """

    __tablename__ = "spending"
    __table_args__ = (
        UniqueConstraint("fund_id", "id"),
        UniqueConstraint("fund_id", "reverses"),
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        of_fund("organisation", to="party.code"),
        of_fund("home", to="party.code"),
        *(of_fund(link, to="spending.sequence") for link in ("reverses", "refunds", "replaces")),
        CheckConstraint(f"amount_cents BETWEEN -{AMOUNT_MAX} AND {AMOUNT_MAX}", name="amount"),
        CheckConstraint(
            "(CASE WHEN reverses IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN refunds IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN replaces IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_link",
        ),
        CheckConstraint("refunds IS NULL OR amount_cents < 0", name="refund_is_negative"),
        CheckConstraint(
            "vat_cents IS NULL OR vat_cents BETWEEN 0 AND amount_cents"
            " OR vat_cents BETWEEN amount_cents AND 0",
            name="vat_within_amount",
        ),
        one_of("vat_use", "none", "individual", "compensable", "unknown"),
        Index("ix_spending_booked_on", "fund_id", "booked_on"),
        Index("ix_spending_case", "fund_id", "case_number"),
        Index("ix_spending_person", "fund_id", "person_id", "spent_on"),
        Index("ix_spending_refunds", "fund_id", "refunds"),
        Index("ix_spending_replaces", "fund_id", "replaces"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    id: str
    content: bytes = digest()  # SHA-256 of what was asked: the same id again must say the same
    spent_on: date
    recorded_on: date
    booked_on: date
    amount_cents: int = cents()
    category: str
    case_number: int | None = number(default=None)
    organisation: str
    home: str | None = None
    advanced_by: str
    person_id: UUID | None = Field(default=None, foreign_key="person.id")  # who spent it
    reverses: int | None = number(default=None)
    refunds: int | None = number(default=None)
    replaces: int | None = number(default=None)
    vat_cents: int | None = cents(default=None)
    vat_use: str = "unknown"


class Particulars(SQLModel, table=True):
    """What may identify somebody, or must be erasable: never in the trail, only committed to.

    The row may be erased as a whole, salt included; nothing else about it may change.
    """

    __tablename__ = "particulars"
    __table_args__ = (of_fund("sequence", to="spending.sequence"),)

    fund_id: int = fund_key()
    sequence: int = key_part()
    salt: bytes | None = sealed_salt()
    domain: str | None = sealed_text()
    payee: str | None = sealed_text()
    professional: str | None = sealed_text()
    purpose: str | None = sealed_text(months=JUSTIFICATION)  # which basic purpose it serves
    effect: str | None = sealed_text(months=JUSTIFICATION)  # the effect that is wanted
    considered: str | None = sealed_text(months=JUSTIFICATION)  # of what comes first
    departs_from: str | None = sealed_text(months=JUSTIFICATION)  # the rule, if any
    receipt: str | None = sealed_text(months=JUSTIFICATION)
    reason: str | None = sealed_text()  # of a correction
