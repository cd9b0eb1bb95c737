"""Statements of account as a bank would send them, from rows: camt.053.001.08.

For the example fund and for tests: nothing here is read from an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lxml.etree import _Element

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
REFERENCE_MAX: Final = 35
"""How long a reference may be (``Max35Text``)."""

TEXT_MAX: Final = 140
"""How long a piece of text may be; longer texts are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry.

    Args:
        booked_on: The day in the bank's books.
        amount_cents: Negative where it leaves the account.
        reference: The bank's own; unique in the account.
        iban: The account opposite.
        text: What the payer wrote.
        end_to_end: The reference that the payer gave.
    """

    booked_on: date
    amount_cents: int
    reference: str
    iban: str | None = None
    text: str = ""
    end_to_end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One statement: some days of one account.

    Args:
        account: Its IBAN.
        number: Its place in the year, from 1.
        opening_cents: What stood on the account before.
        first_day: The day on which it did.
        last_day: The day after whose entries it closes.
        rows: In order of day.
    """

    account: str
    number: int
    opening_cents: int
    first_day: date
    last_day: date
    rows: Sequence[Row]

    @property
    def closing_cents(self) -> int:
        """What stands on the account after."""
        return self.opening_cents + sum(row.amount_cents for row in self.rows)


def written(sheets: Sequence[Sheet], *, created_at: datetime) -> bytes:
    """Return a file with statements.

    Args:
        sheets: In the order of the file.
        created_at: The instant at which the bank would have made it.
    """
    default: dict[Any, str] = {None: NAMESPACE}
    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap=default)
    message = _put(document, "BkToCstmrStmt")
    made = created_at.isoformat(timespec="seconds")
    header = _put(message, "GrpHdr")
    _put(header, "MsgId", f"{created_at:%Y%m%d%H%M%S}")
    _put(header, "CreDtTm", made)
    for sheet in sheets:
        _statement(_put(message, "Stmt"), sheet, made)
    etree.indent(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _statement(into: _Element, sheet: Sheet, made: str) -> None:
    _put(into, "Id", f"{sheet.last_day:%Y}-{sheet.number:03d}")
    _put(into, "ElctrncSeqNb", str(sheet.number))
    _put(into, "CreDtTm", made)
    account = _put(into, "Acct")
    _put(account, "Id/IBAN", sheet.account)
    _put(account, "Ccy", "EUR")
    _balance(into, "OPBD", sheet.opening_cents, sheet.first_day)
    _balance(into, "CLBD", sheet.closing_cents, sheet.last_day)
    for row in sheet.rows:
        _entry(_put(into, "Ntry"), row)


def _balance(into: _Element, kind: str, cents: int, on: date) -> None:
    balance = _put(into, "Bal")
    _put(balance, "Tp/CdOrPrtry/Cd", kind)
    _amount(balance, cents)
    _put(balance, "Dt/Dt", on.isoformat())


def _entry(into: _Element, row: Row) -> None:
    _amount(into, row.amount_cents)
    _put(into, "Sts/Cd", "BOOK")
    _put(into, "BookgDt/Dt", row.booked_on.isoformat())
    _put(into, "ValDt/Dt", row.booked_on.isoformat())
    _put(into, "AcctSvcrRef", row.reference)
    _put(into, "BkTxCd")
    details = _put(into, "NtryDtls/TxDtls")
    _put(details, "Refs/EndToEndId", row.end_to_end or "NOTPROVIDED")
    _amount(details, row.amount_cents)
    if row.iban:
        role = "Dbtr" if row.amount_cents > 0 else "Cdtr"
        _put(details, f"RltdPties/{role}Acct/Id/IBAN", row.iban)
    if row.text:
        remittance = _put(details, "RmtInf")
        for at in range(0, len(row.text), TEXT_MAX):
            _put(remittance, "Ustrd", row.text[at : at + TEXT_MAX])


def _amount(into: _Element, cents: int) -> None:
    _put(into, "Amt", as_text(abs(cents))).set("Ccy", "EUR")
    _put(into, "CdtDbtInd", "DBIT" if cents < 0 else "CRDT")


def _put(into: _Element, path: str, text: str | None = None) -> _Element:
    """Add elements, each in the one before, and return the innermost."""
    for name in path.split("/"):
        into = etree.SubElement(into, f"{{{NAMESPACE}}}{name}")
    into.text = text
    return into
