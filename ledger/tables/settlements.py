"""Settlements: periods, what was proposed for them, who agreed, and how far they are."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time
from uuid import UUID  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text


class Proposal(SQLModel, table=True):
    """A settlement as it was proposed: what it rests on, and all that follows from it.

    A settlement is a period of a fund, known by the first day; proposals for it are
    numbered from 1, and stay readable whatever becomes of them. ``frozen`` is the
    sequence up to which the fund's facts count. ``parties`` and ``keys`` are JSON lists
    that give the order of what is packed; ``about`` is the ``settlement.json`` of the
    files that ``overbrug settlement export`` writes.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("fund_id", "period_from", "number"),
        of_fund("sequence", to="event.sequence"),
        of_fund("frozen", to="event.sequence"),
        CheckConstraint("period_until > period_from", name="period"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("frozen < sequence", name="frozen"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    period_from: date
    period_until: date
    final: bool
    dated: date
    frozen: int = number()
    facts_sha256: bytes = digest()
    root: bytes = digest()  # Merkle root over the rows below
    salt: bytes | None = sealed_salt()
    unreconciled: str | None = sealed_text()  # why it may differ from the bank
    parties: str = Field(sa_type=Text)
    keys: str = Field(sa_type=Text)
    about: str = Field(sa_type=Text)
    number: int  # of the proposal, from 1 within the period


class SetApart(SQLModel, table=True):
    """A disputed spending that a proposal leaves for the next settlement."""

    __tablename__ = "set_apart"
    __table_args__ = (
        of_fund("proposal", to="proposal.sequence"),
        of_fund("spending", to="spending.sequence"),
    )

    fund_id: int = fund_key()
    proposal: int = key_part()
    spending: int = key_part()


class SettlementVector(SQLModel, table=True):
    """A vector of exact weights, packed in the order of the proposal's parties."""

    __tablename__ = "settlement_vector"
    __table_args__ = (of_fund("proposal", to="proposal.sequence"),)

    fund_id: int = fund_key()
    proposal: int = key_part()
    vector: int = key_part()  # from 1, in order of first use
    weights: bytes = digest()


class SettlementLine(SQLModel, table=True):
    """A settled spending: its key, its weights, and the cents that fell on each party, packed."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        of_fund("proposal", to="proposal.sequence"),
        of_fund("spending", to="spending.sequence"),
        of_fund("proposal", "vector", to="settlement_vector.proposal.vector"),
    )

    fund_id: int = fund_key()
    proposal: int = key_part()
    spending: int = key_part()
    key: int  # position in the proposal's keys, from 0
    vector: int = number()
    reason: int  # why it comes late, if it does: a settlement.results.Reason
    standing: int  # a settlement.results.Standing
    cells: bytes = digest()


class SettlementAdjustment(SQLModel, table=True):
    """A line of the ladder."""

    __tablename__ = "settlement_adjustment"
    __table_args__ = (
        of_fund("proposal", to="proposal.sequence"),
        of_fund("party", to="party.code"),
    )

    fund_id: int = fund_key()
    proposal: int = key_part()
    step: int = key_part()
    party: str = Field(primary_key=True)
    amount_cents: int = cents()


class SettlementPosition(SQLModel, table=True):
    """Where a party stands; the columns of ``positions.csv``."""

    __tablename__ = "settlement_position"
    __table_args__ = (
        of_fund("proposal", to="proposal.sequence"),
        of_fund("party", to="party.code"),
        CheckConstraint("balance_cents = due_cents + closing_cents", name="due"),
        CheckConstraint(
            "carried_in_cents + due_cents = transferred_cents + carried_out_cents", name="carried"
        ),
    )

    fund_id: int = fund_key()
    proposal: int = key_part()
    party: str = Field(primary_key=True)
    exact_cost_share: str  # in currency, with six decimals
    cost_share_cents: int = cents()
    adjustments_cents: int = cents()
    contributed_cents: int = cents()
    advanced_cents: int = cents()
    balance_cents: int = cents()
    opening_cents: int = cents()
    due_cents: int = cents()
    carried_in_cents: int = cents()
    transferred_cents: int = cents()
    carried_out_cents: int = cents()
    closing_cents: int = cents()


class SettlementTransfer(SQLModel, table=True):
    """Who is to pay whom."""

    __tablename__ = "settlement_transfer"
    __table_args__ = (
        of_fund("proposal", to="proposal.sequence"),
        of_fund("payer", to="party.code"),
        of_fund("payee", to="party.code"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("payer <> payee", name="two_parties"),
    )

    fund_id: int = fund_key()
    proposal: int = key_part()
    payer: str = Field(primary_key=True)
    payee: str = Field(primary_key=True)
    amount_cents: int = cents()


class Approval(SQLModel, table=True):
    """What an organisation says of a proposal; of one organisation the last row counts.

    The reason of an objection may be erased, with its salt.
    """

    __tablename__ = "approval"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("proposal", to="proposal.sequence"),
        of_fund("party", to="party.code"),
        one_of("verdict", "agrees", "objects", "silent"),
        Index("ix_approval_proposal", "fund_id", "proposal"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    proposal: int = number()
    party: str
    verdict: str
    person_id: UUID | None = Field(default=None, foreign_key="person.id")  # None: nobody spoke
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()


class ObjectedLine(SQLModel, table=True):
    """A line that an objection is about."""

    __tablename__ = "objected_line"
    __table_args__ = (
        of_fund("sequence", "line", to="approval.sequence.line"),
        of_fund("spending", to="spending.sequence"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()
    spending: int = key_part()


class SettlementState(SQLModel, table=True):
    """A step of a settlement: ``draft -> proposed -> agreed -> booked -> paid``."""

    __tablename__ = "settlement_state"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("proposal", to="proposal.sequence"),
        UniqueConstraint("fund_id", "proposal", "state"),
        one_of("state", "draft", "proposed", "agreed", "booked", "paid"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    proposal: int = number()
    state: str
