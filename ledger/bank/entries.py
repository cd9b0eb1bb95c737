"""One entry of a statement: an amount that the bank booked, with the payments it is made of.

A batch is one entry with several payments. Where their amounts add up to the entry it is
all of these; where they do not (other currencies, charges taken off) it is one amount, and
of the payments is kept what they have in common.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledger.bank.values import (
    CURRENCY,
    cents,
    currency,
    day,
    is_debit,
    is_reversal,
    signed,
    squeezed,
)
from ledger.bank.xmlfile import every, find, text
from ledger.errors import shortened
from ledger.money import Cents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from lxml.etree import _Element

BOOKED: Final = "BOOK"
UNBOOKED: Final = ("PDNG", "INFO", "FUTR")
"""Status of entries that are passed over: pending, for information, of the future."""

NOT_GIVEN: Final = ("NOTPROVIDED", "NONREF", "NOREF")
"""What stands where a reference has to and there is none."""

# Some banks number the entries of each statement; that names no entry in another one.
_COUNTER: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment, or an entry that is one. Texts are of people: they are never shown.

    Args:
        amount_cents: Negative where it left the account.
        iban: The account opposite, never the account itself.
        end_to_end: The reference that the payer gave it.
        remittance: What the payer wrote.
    """

    amount_cents: Cents
    iban: str | None = field(default=None, repr=False)
    end_to_end: str | None = field(default=None, repr=False)
    remittance: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the bank booked at once.

    Args:
        reference: The bank's own, which is the same in every statement; ``None`` where
            it gives none.
        booked_on: The day in the bank's books.
        amount_cents: Negative where money left the account.
        payments: One or more, adding up to the amount.
    """

    reference: str | None
    booked_on: date
    amount_cents: Cents
    payments: tuple[Payment, ...]


def entry(element: _Element, *, account: str, timezone: ZoneInfo) -> Entry | None:
    """Read an entry.

    Args:
        element: ``Ntry``.
        account: Whose statement it stands in.
        timezone: Of the fund.

    Returns:
        ``None`` where it is not booked, or of nothing.

    Raises:
        ValueError: Something in it is wrong; the message says what would be right.
    """
    if not _is_booked(element):
        return None
    amount = signed(element)
    booked_on = day(element, "BookgDt", timezone=timezone)
    if booked_on is None:
        raise ValueError("has no day of booking (BookgDt); what is booked has one")
    if not amount:
        return None
    details = every(element, "NtryDtls/TxDtls")
    return Entry(
        reference=_reference(element, details),
        booked_on=booked_on,
        amount_cents=amount,
        payments=_payments(element, details, amount=amount, account=account),
    )


def _is_booked(element: _Element) -> bool:
    status = text(element, "Sts/Cd") or text(element, "Sts")
    if status not in {BOOKED, *UNBOOKED}:
        known = ", ".join((BOOKED, *UNBOOKED))
        raise ValueError(f"Sts is {shortened(status or 'missing')!r}; it is one of {known}")
    return status == BOOKED


def _reference(element: _Element, details: Sequence[_Element]) -> str | None:
    alone = text(details[0], "Refs/AcctSvcrRef") if len(details) == 1 else None
    for found in (text(element, "AcctSvcrRef"), alone):
        if found and found not in NOT_GIVEN:
            return found
    counted = text(element, "NtryRef")
    if counted and counted not in NOT_GIVEN and not _COUNTER.fullmatch(counted):
        return counted
    return None


def _payments(
    element: _Element, details: Sequence[_Element], *, amount: Cents, account: str
) -> tuple[Payment, ...]:
    aside = text(element, "AddtlNtryInf") or ""
    back = is_reversal(element)
    parts = [_part(each, amount) for each in details]
    found = [
        Payment(
            amount_cents=part or amount,
            iban=_opposite(each, money_in=((part or amount) > 0) != back, account=account),
            end_to_end=_given(text(each, "Refs/EndToEndId")),
            remittance=_remittance(each) or aside,
        )
        for each, part in zip(details, parts, strict=True)
    ]
    known = [part for part in parts if part is not None]
    if len(known) == len(found) > 1 and sum(known) == amount:
        return tuple(each for each, part in zip(found, parts, strict=True) if part)
    return (_one(found, amount, aside),)


def _one(found: Sequence[Payment], amount: Cents, aside: str) -> Payment:
    """Return an entry as one payment: with what all that it is made of have in common."""
    texts = {each.remittance for each in found}
    return Payment(
        amount_cents=amount,
        iban=_common({each.iban for each in found}),
        end_to_end=_common({each.end_to_end for each in found}),
        remittance=_common(texts) or aside,
    )


def _common(found: set[str | None] | set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _part(detail: _Element, amount: Cents) -> Cents | None:
    """Return the amount of one payment of an entry; ``None`` where it gives none in euros.

    Older versions give no direction for it: it is the entry's.
    """
    holder = detail if find(detail, "Amt") is not None else find(detail, "AmtDtls/TxAmt")
    if holder is None or currency(holder) != CURRENCY:
        return None
    part = cents(text(holder, "Amt") or "")
    out = is_debit(holder) if find(holder, "CdtDbtInd") is not None else amount < 0
    return Cents(-part if out else part)


def _opposite(detail: _Element, *, money_in: bool, account: str) -> str | None:
    """Return the IBAN on the other side: of who paid what came in, of who got what went out.

    In a reversal payer and payee are those of what it takes back; in a return some banks
    keep them too, so that the account itself stands where the other should.
    """
    payer, payee = (text(detail, f"RltdPties/{each}Acct/Id/IBAN") for each in ("Dbtr", "Cdtr"))
    first, second = (payer, payee) if money_in else (payee, payer)
    other = second if first and squeezed(first) == account else first
    return squeezed(other) if other and squeezed(other) != account else None


def _remittance(detail: _Element) -> str:
    free = [each.text or "" for each in every(detail, "RmtInf/Ustrd")]
    formal = [each.text or "" for each in every(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
    said = " ".join(" ".join([*free, *formal]).split())
    return said or text(detail, "AddtlTxInf") or ""


def _given(reference: str | None) -> str | None:
    return None if reference in NOT_GIVEN else reference
