"""Every table of the ledger. All rows are final, but for the heads of trails."""

from __future__ import annotations

from ledger.tables.bank import BankLine, BankMatch, BankReason, BankStatement
from ledger.tables.funds import AgreementVersion, Fund, Head, Party, Person, Role, Signature
from ledger.tables.money import Account, Contribution, Reservation, ReservationEnd, Transfer
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
    "Account",
    "AgreementVersion",
    "Approval",
    "BankLine",
    "BankMatch",
    "BankReason",
    "BankStatement",
    "CaseFile",
    "Catalogue",
    "Contribution",
    "EffectPick",
    "EffectWithdrawal",
    "Event",
    "Fund",
    "Head",
    "MeasureWithdrawal",
    "ObjectedLine",
    "Observation",
    "Particulars",
    "Party",
    "Person",
    "Proposal",
    "Reservation",
    "ReservationEnd",
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
    "Transfer",
    "WithdrawnPick",
]
