"""The bank: what is kept of its statements, what each line is, and why some differ."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from ledger.tables.base import cents, digest, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text

RULES = (
    *("reference", "text", "account", "batch", "day", "near", "equal"),
    *("received", "hand", "open"),
)
"""What a match rests on: a rule of ``ledger.bank.matching``; ``received``, that the line was
taken as a contribution; ``hand``, that somebody said so; ``open``, that it is not certain
any more."""


class BankStatement(SQLModel, table=True):
    """What is kept of a statement itself, to see whether one is missing."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        CheckConstraint("first_day <= last_day", name="days"),
        Index("ix_bank_statement_account", "fund_id", "account", "last_day"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    account: str
    identification: str  # the bank's name for it
    page: int = number()
    opening_cents: int | None = cents(default=None)
    opened_on: date | None = None
    closing_cents: int | None = cents(default=None)
    turnover_cents: int = cents()
    first_day: date
    last_day: date
    number: int | None = number(default=None)  # its place among those of the account


class BankLine(SQLModel, table=True):
    """A line of the pool's account, without what says anything about people.

    The six columns from ``account`` to ``part`` are what a line is known by, whichever
    statement brings it. ``fingerprint`` is a keyed hash of the account opposite and the
    text; ``iban`` is that of a participant which paid in, of no other line; ``names`` is the
    reference that the fund itself gave out for a payment.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        UniqueConstraint(
            *("fund_id", "account", "booked_on", "reference", "entry_cents", "ordinal", "part"),
            name="uq_bank_line_known_by",  # that of all columns would be too long
        ),
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint("iban IS NULL OR amount_cents > 0", name="iban_of_credits"),
        Index("ix_bank_line_booked_on", "fund_id", "booked_on"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the act, from 1
    account: str
    booked_on: date
    reference: str
    entry_cents: int = cents()
    ordinal: int = number()
    part: int = number()
    amount_cents: int = cents()  # negative where it left the account
    fingerprint: bytes = digest()
    iban: str | None = None
    names: str | None = None


class BankMatch(SQLModel, table=True):
    """What a line is; of one line the rows of the last act count.

    ``act`` is the sequence of the spending, refund, reversal or contribution, or with
    ``party`` that of the proposal of whose payments it is one. Without ``act`` the line is
    open again. A line may be several acts, a row each.
    """

    __tablename__ = "bank_match"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("of_sequence", "of_line", to="bank_line.sequence.line"),
        of_fund("act", to="event.sequence"),
        of_fund("party", to="party.code"),
        CheckConstraint("party IS NULL OR act IS NOT NULL", name="payment"),
        one_of("rule", *RULES),
        # With all columns, or SQLite would rather read all rows of the fund.
        Index("ix_bank_match_act", "fund_id", "act", "party", "rule"),
    )

    fund_id: int = fund_key()
    of_sequence: int = key_part()
    of_line: int = key_part()
    sequence: int = key_part()
    line: int = key_part()  # within the act that found it, from 1
    act: int | None = number(default=None)
    party: str | None = None
    rule: str


class BankReason(SQLModel, table=True):
    """Why a line is not in the journal, or an account did not begin with nothing.

    Who said so, and when, stands in the event; of one line or account the last row counts.
    The reason may be erased, with its salt: that it was explained stays.
    """

    __tablename__ = "bank_reason"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("of_sequence", "of_line", to="bank_line.sequence.line"),
        CheckConstraint(
            "(account IS NULL AND of_sequence IS NOT NULL AND of_line IS NOT NULL)"
            " OR (account IS NOT NULL AND of_sequence IS NULL AND of_line IS NULL)",
            name="of_one",
        ),
        Index("ix_bank_reason_of", "fund_id", "of_sequence", "of_line"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    of_sequence: int | None = number(default=None)
    of_line: int | None = number(default=None)
    account: str | None = None
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()
