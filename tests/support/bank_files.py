"""Files of banks, written by hand: a statement is a few words, an entry is a line.

``entry("2026-01-05 -10.00", "R1")`` is a debit of ten euros with the bank's reference R1;
``payment("-4.00", payee=..., text=...)`` is one of several that an entry is made of. A file
is of version 08 or 02 of the message, and is held against its schema where that is here.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from ledger.bank import camt, kept
from ledger.errors import WrongInput
from tests.support.cases import SHARED

if TYPE_CHECKING:
    from ledger.bank.kept import Line, Rules

POOL: Final = "NL91ABNA0417164300"
OTHER: Final = "NL26VAYB8060476890"
LOCAL: Final = ZoneInfo("Europe/Amsterdam")
KEY: Final = bytes(range(32))
RULES: Final = kept.rules(KEY, participants=[OTHER], references=["OVB-2026-17", "OVB-2026-18"])

_SEPA: Final = SHARED / "data" / "sepa"
_STATUS: Final = re.compile(r"<Sts>([A-Z]+)</Sts>")
_PART: Final = re.compile(r"<Part>([A-Z]{3}) ([0-9.]+) ([A-Z]+)</Part>")


def sample(name: str) -> bytes:
    """Return a sample that stands beside the project, or skip the test that asks for it."""
    path = _SEPA / name
    if not path.is_file():
        pytest.skip(f"the sample {name} is not here: {path} (or set OVERBRUG_SHARED)")
    return path.read_bytes()


@cache
def schema(version: str) -> etree.XMLSchema | None:
    """Return the schema of a version; none where it is not here."""
    path = _SEPA / f"camt.053.001.{version}.xsd"
    return etree.XMLSchema(etree.parse(path)) if path.is_file() else None


def file(*statements: str, version: str = "08", valid: bool = True) -> bytes:
    """Return a file with these statements.

    Args:
        statements: As :func:`statement` writes them.
        version: 08 or 02.
        valid: False for one that breaks the schema on purpose.
    """
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">\n'
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-02-01T06:00:00+01:00</CreDtTm>"
        "</GrpHdr>\n" + "\n".join(statements) + "\n</BkToCstmrStmt></Document>"
    )
    if version == "02":
        text = _PART.sub(r'<AmtDtls><TxAmt><Amt Ccy="\1">\2</Amt></TxAmt></AmtDtls>', text)
    else:
        text = _STATUS.sub(r"<Sts><Cd>\1</Cd></Sts>", text)
        text = _PART.sub(r'<Amt Ccy="\1">\2</Amt><CdtDbtInd>\3</CdtDbtInd>', text)
    content = text.encode()
    if valid and (held := schema(version)):
        held.assertValid(etree.fromstring(content))
    return content


def statement(
    *entries: str,
    account: str = POOL,
    name: str = "S1",
    number: str = "1",
    balances: str = "OPAV 0.00 2026-01-01",
    page: str = "",
) -> str:
    """Return a statement.

    Args:
        entries: As :func:`entry` writes them.
        account: IBAN, or anything else for the bank's own number.
        name: What the bank calls it.
        number: Its number; empty for none.
        balances: Separated by commas: ``OPBD 100.00 2026-01-01``, with another currency
            after it if it is not in euros. Negative is a debit.
        page: ``1`` or ``2 last``, of a statement in parts.
    """
    of = f"<IBAN>{account}</IBAN>" if account[:2].isalpha() else f"<Othr><Id>{account}</Id></Othr>"
    pages = page and (
        f"<StmtPgntn><PgNb>{page.split(maxsplit=1)[0]}</PgNb>"
        f"<LastPgInd>{str('last' in page).lower()}</LastPgInd></StmtPgntn>"
    )
    return (
        f"<Stmt><Id>{name}</Id>{pages}"
        + (f"<ElctrncSeqNb>{number}</ElctrncSeqNb>" if number else "")
        + f"<CreDtTm>2026-02-01T06:00:00+01:00</CreDtTm><Acct><Id>{of}</Id></Acct>"
        + "".join(_balance(*each.split()) for each in balances.split(","))
        + "\n"
        + "\n".join(entries)
        + "</Stmt>"
    )


def entry(
    told: str,
    reference: str = "",
    *payments: str,
    status: str = "BOOK",
    currency: str = "EUR",
    reversal: bool = False,
    number: str = "",
    aside: str = "",
) -> str:
    """Return an entry on one line.

    Args:
        told: ``DAY AMOUNT``; a day with a ``T`` in it is an instant.
        reference: The bank's own.
        payments: As :func:`payment` writes them.
        status: BOOK, PDNG, INFO, FUTR.
        currency: Of the amount.
        reversal: Whether it takes back another.
        number: ``NtryRef``.
        aside: Text beside the payments.
    """
    on, amount = told.split()
    day = f"<DtTm>{on}</DtTm>" if "T" in on else f"<Dt>{on}</Dt>"
    return (
        "<Ntry>"
        + (f"<NtryRef>{number}</NtryRef>" if number else "")
        + f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{_way(amount)}</CdtDbtInd>'
        + ("<RvslInd>true</RvslInd>" if reversal else "")
        + f"<Sts>{status}</Sts><BookgDt>{day}</BookgDt>"
        + (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "")
        + "<BkTxCd><Prtry><Cd>544</Cd></Prtry></BkTxCd>"
        + (f"<NtryDtls>{''.join(payments)}</NtryDtls>" if payments else "")
        + (f"<AddtlNtryInf>{aside}</AddtlNtryInf>" if aside else "")
        + "</Ntry>"
    )


def payment(
    amount: str = "",
    *,
    currency: str = "EUR",
    reference: str = "",
    end_to_end: str = "",
    payer: str = "",
    payee: str = "",
    text: str = "",
    formal: str = "",
) -> str:
    """Return one payment of an entry; what is empty is not there."""
    references = (f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else "") + (
        f"<EndToEndId>{end_to_end}</EndToEndId>" if end_to_end else ""
    )
    parties = "".join(
        f"<{role}Acct><Id><IBAN>{iban}</IBAN></Id></{role}Acct>"
        for role, iban in (("Dbtr", payer), ("Cdtr", payee))
        if iban
    )
    said = (f"<Ustrd>{text}</Ustrd>" if text else "") + (
        f"<Strd><CdtrRefInf><Ref>{formal}</Ref></CdtrRefInf></Strd>" if formal else ""
    )
    return (
        "<TxDtls>"
        + (f"<Refs>{references}</Refs>" if references else "")
        + (f"<Part>{currency} {amount.lstrip('-')} {_way(amount)}</Part>" if amount else "")
        + (f"<RltdPties>{parties}</RltdPties>" if parties else "")
        + (f"<RmtInf>{said}</RmtInf>" if said else "")
        + "</TxDtls>"
    )


def read(content: bytes, *, account: str | None = None) -> tuple[camt.Statement, ...]:
    """Read a file as one of a fund in the Netherlands."""
    return camt.read(
        "bank.xml", content, timezone=LOCAL, accounts=None if account is None else [account]
    )


def only(content: bytes) -> camt.Statement:
    """Read a file that holds one statement."""
    (found,) = read(content)
    return found


def refusal(content: bytes, *, account: str | None = None) -> list[str]:
    """Return what is wrong with a file, a mistake a line."""
    with pytest.raises(WrongInput) as refused:
        read(content, account=account)
    return list(map(str, refused.value.mistakes))


def told(found: camt.Statement) -> list[str]:
    """Return the payments of a statement: ``DAY AMOUNT REFERENCE``."""
    return [
        f"{entry.booked_on} {part.amount_cents / 100:.2f} {entry.reference or '-'}"
        for entry in found.entries
        for part in entry.payments
    ]


def lines(content: bytes, *, by: Rules = RULES) -> tuple[Line, ...]:
    """Return what is kept of the lines of a file with one statement."""
    return kept.lines(only(content), by=by)


def day(text: str) -> date:
    """Return a day of 2026: ``01-31``."""
    return date.fromisoformat(f"2026-{text}")


def _balance(kind: str, amount: str, on: str, currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{_way(amount)}</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _way(amount: str) -> str:
    return "DBIT" if amount.startswith("-") else "CRDT"
