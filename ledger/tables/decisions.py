"""Decisions about findings: acceptance, authorisation, moratoria, the escalation table, review.

Codes, days and amounts are final. Words that people wrote (``reason``, ``rule``, ``norm``,
``comment``) may be erased, with their salt. Who decided is the actor of the event.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the table reads it at run time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from ledger.tables.base import cents, fund_key, key_part, number, of_fund, one_of
from ledger.tables.sealed import sealed_salt, sealed_text

GROUNDS = ("moratorium", "board-decision", "agreement-clause", "reverse-test")
"""On what a departure is accepted."""

REASONS_FOR_THE_TABLE = ("domains", "expertise", "complex", "stuck", "laws", "direction")
"""Why a case needs several parties at once: the pick of six."""

VERDICTS = ("agreed", "disagreed", "more-information", "corrected")
"""What a reviewer may find."""


class AcceptanceDecision(SQLModel, table=True):
    """That departures were accepted: by the board on a list, or by somebody with a mandate.

    It takes no finding away, and makes nothing lawful.
    """

    __tablename__ = "acceptance_decision"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        one_of("how", "board", "mandate"),
        CheckConstraint(
            "(how <> 'board' OR (meeting_on IS NOT NULL AND number IS NOT NULL"
            " AND present IS NOT NULL AND members IS NOT NULL AND mandate IS NULL))"
            " AND (how <> 'mandate' OR (meeting_on IS NULL AND number IS NULL"
            " AND present IS NULL AND members IS NULL AND mandate IS NOT NULL))",
            name="members_of_kind",
        ),
        CheckConstraint("present BETWEEN 1 AND members", name="present"),
        UniqueConstraint("fund_id", "meeting_on", "number"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    how: str
    decided_on: date
    meeting_on: date | None = None
    number: str | None = None  # of the decision, as the minutes have it
    present: int | None = None
    members: int | None = None
    mandate: str | None = None  # code of a mandate of the agreement


class Acceptance(SQLModel, table=True):
    """That a finding was accepted, once, on a ground of its own."""

    __tablename__ = "acceptance"
    __table_args__ = (
        of_fund("sequence", to="acceptance_decision.sequence"),
        of_fund("finding", "finding_line", to="finding.sequence.line"),
        of_fund("moratorium", to="moratorium.sequence"),
        UniqueConstraint("fund_id", "finding", "finding_line"),
        one_of("ground", *GROUNDS),
        CheckConstraint(
            "(ground = 'moratorium' AND moratorium IS NOT NULL)"
            " OR (ground <> 'moratorium' AND moratorium IS NULL)",
            name="moratorium",
        ),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    line: int = key_part()  # within the decision, from 1
    finding: int = number()
    finding_line: int = number()
    ground: str
    moratorium: int | None = number(default=None)
    salt: bytes | None = sealed_salt()
    norm: str | None = sealed_text()  # from which was departed
    reason: str | None = sealed_text()


class Authorisation(SQLModel, table=True):
    """What a council authorised afterwards of what a party spent over its budget of a year.

    It exists for the budget criterium only, and is no acceptance.
    """

    __tablename__ = "authorisation"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("party", to="party.code"),
        UniqueConstraint("fund_id", "party", "year", "decision"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    party: str
    year: int
    amount_cents: int = cents()
    decided_on: date
    decision: str  # how the council's decision is named


class Moratorium(SQLModel, table=True):
    """That a case was to be freed of a rule for a while (*bureaucratisch moratorium*)."""

    __tablename__ = "moratorium"
    __table_args__ = (
        UniqueConstraint("fund_id", "id"),
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        of_fund("organisation", to="party.code"),
        CheckConstraint("until > asked_on", name="validity"),
        CheckConstraint("decide_by >= asked_on", name="promised"),
        CheckConstraint("rules <> ''", name="rules"),
        Index("ix_moratorium_case", "fund_id", "case_number"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    id: str
    case_number: int = number()
    organisation: str
    asked_on: date
    until: date  # as asked, exclusive; the decision says what was granted
    decide_by: date  # as was promised when it was asked
    salt: bytes | None = sealed_salt()
    rule: str | None = sealed_text()
    reason: str | None = sealed_text()
    rules: str | None = None  # codes of rules of the test; nothing for those that it usually is


class MoratoriumDecision(SQLModel, table=True):
    """What was decided on a moratorium, once; one that was granted lapses on ``until``."""

    __tablename__ = "moratorium_decision"
    __table_args__ = (
        of_fund("moratorium", to="moratorium.sequence"),
        of_fund("sequence", to="event.sequence"),
        CheckConstraint(
            "(granted AND since IS NOT NULL AND until IS NOT NULL AND until > since)"
            " OR (NOT granted AND since IS NULL AND until IS NULL)",
            name="validity",
        ),
    )

    fund_id: int = fund_key()
    moratorium: int = key_part()
    sequence: int = number()
    granted: bool
    since: date | None = None
    until: date | None = None
    decided_on: date
    mandate: str | None = None  # code of a mandate; nothing where the board decided
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()


class Escalation(SQLModel, table=True):
    """That a case that is stuck was put on the escalation table (*ventieltafel*)."""

    __tablename__ = "escalation"
    __table_args__ = (
        UniqueConstraint("fund_id", "id"),
        of_fund("sequence", to="event.sequence"),
        of_fund("case_number", to="case_file.sequence"),
        of_fund("organisation", to="party.code"),
        one_of("why", *REASONS_FOR_THE_TABLE),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("decide_by >= asked_on", name="promised"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    id: str
    case_number: int = number()
    organisation: str
    asked_on: date
    decide_by: date  # as was promised when it was asked
    why: str
    amount_cents: int | None = cents(default=None)  # the room that is asked, if any
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()


class EscalationDecision(SQLModel, table=True):
    """What the table decided on a case, once; room that it grants is reserved in the same act."""

    __tablename__ = "escalation_decision"
    __table_args__ = (
        of_fund("escalation", to="escalation.sequence"),
        of_fund("sequence", to="event.sequence"),
        of_fund("reservation", to="reservation.sequence"),
        one_of("outcome", "granted", "declined"),
        CheckConstraint("outcome = 'granted' OR reservation IS NULL", name="room_if_granted"),
    )

    fund_id: int = fund_key()
    escalation: int = key_part()
    sequence: int = number()
    outcome: str
    reservation: int | None = number(default=None)
    decided_on: date
    mandate: str | None = None  # code of a mandate; nothing where the board decided
    salt: bytes | None = sealed_salt()
    reason: str | None = sealed_text()


class Review(SQLModel, table=True):
    """What a reviewer says of a finding; of several verdicts the last counts."""

    __tablename__ = "review"
    __table_args__ = (
        of_fund("sequence", to="event.sequence"),
        of_fund("finding", "finding_line", to="finding.sequence.line"),
        one_of("verdict", *VERDICTS),
        Index("ix_review_finding", "fund_id", "finding", "finding_line"),
    )

    fund_id: int = fund_key()
    sequence: int = key_part()
    finding: int = number()
    finding_line: int = number()
    verdict: str | None = None  # nothing for a mere comment
    salt: bytes | None = sealed_salt()
    comment: str | None = sealed_text()
