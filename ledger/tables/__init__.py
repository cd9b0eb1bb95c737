"""Every table of the ledger. All rows are final, but for the heads of trails."""

from __future__ import annotations

from ledger.tables.funds import AgreementVersion, Fund, Head, Party, Person, Role, Signature
from ledger.tables.money import Account, Contribution, Reservation, ReservationEnd, Transfer
from ledger.tables.spendings import CaseFile, Particulars, Spending
from ledger.tables.trail import Event

__all__ = [
    "Account",
    "AgreementVersion",
    "CaseFile",
    "Contribution",
    "Event",
    "Fund",
    "Head",
    "Particulars",
    "Party",
    "Person",
    "Reservation",
    "ReservationEnd",
    "Role",
    "Signature",
    "Spending",
    "Transfer",
]
