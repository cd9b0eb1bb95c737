"""Every table of the ledger. All rows are final, but for heads of trails and sums of a year."""

from __future__ import annotations

from ledger.tables.bank import BankLine, BankMatch, BankReason, BankStatement
from ledger.tables.decisions import (
    Acceptance,
    AcceptanceDecision,
    Authorisation,
    Escalation,
    EscalationDecision,
    Moratorium,
    MoratoriumDecision,
    Review,
)
from ledger.tables.funds import AgreementVersion, Fund, Head, Party, Person, Role, Signature
from ledger.tables.lawfulness import (
    Finding,
    FindingEnd,
    Receipt,
    ReceiptReminder,
    SpentInYear,
)
from ledger.tables.money import Account, Contribution, Reservation, ReservationEnd, Transfer
from ledger.tables.privacy import CaseReading, Reading, Restriction
from ledger.tables.retention import RetentionApproval
from ledger.tables.savings import Catalogue, EffectPick, Observation, Saving
from ledger.tables.settlements import (
    Approval,
    ObjectedLine,
    Proposal,
    SetApart,
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementState,
    SettlementTransfer,
    SettlementVector,
)
from ledger.tables.spendings import CaseFile, Particulars, Spending
from ledger.tables.trail import Event
from ledger.tables.withdrawals import EffectWithdrawal, MeasureWithdrawal, WithdrawnPick

__all__ = [
    "Acceptance",
    "AcceptanceDecision",
    "Account",
    "AgreementVersion",
    "Approval",
    "Authorisation",
    "BankLine",
    "BankMatch",
    "BankReason",
    "BankStatement",
    "CaseFile",
    "CaseReading",
    "Catalogue",
    "Contribution",
    "EffectPick",
    "EffectWithdrawal",
    "Escalation",
    "EscalationDecision",
    "Event",
    "Finding",
    "FindingEnd",
    "Fund",
    "Head",
    "MeasureWithdrawal",
    "Moratorium",
    "MoratoriumDecision",
    "ObjectedLine",
    "Observation",
    "Particulars",
    "Party",
    "Person",
    "Proposal",
    "Reading",
    "Receipt",
    "ReceiptReminder",
    "Reservation",
    "ReservationEnd",
    "Restriction",
    "RetentionApproval",
    "Review",
    "Role",
    "Saving",
    "SetApart",
    "SettlementAdjustment",
    "SettlementLine",
    "SettlementPosition",
    "SettlementState",
    "SettlementTransfer",
    "SettlementVector",
    "Signature",
    "Spending",
    "SpentInYear",
    "Transfer",
    "WithdrawnPick",
]
