"""What stands in elements of a bank's message: amounts, directions, days.

A text that is not what it should be is a ``ValueError`` that says what would be right.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from ledger import money
from ledger.bank.xmlfile import find, text
from ledger.errors import shortened
from ledger.money import Cents

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from lxml.etree import _Element

CURRENCY: Final = "EUR"

_AMOUNT: Final = re.compile(r"\+?(?=\.?[0-9])0*([0-9]*)(?:\.([0-9]*))?")
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.Z:+-]*")
_TEXT_MAX: Final = 30


def cents(written: str) -> Cents:
    """Read an amount as messages write it: no sign, up to five decimals.

    Raises:
        ValueError: It is no such amount, or no whole number of cents.
    """
    found = _AMOUNT.fullmatch(written) if len(written) <= _TEXT_MAX else None
    if not found:
        raise ValueError(
            f"{shortened(written)!r} is not an amount; it is written as 1234.50, and CdtDbtInd "
            "says which way it goes"
        )
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > 2:  # noqa: PLR2004 - a cent has two
        raise ValueError(f"{written!r} is no whole number of cents; at most two decimals are")
    return money.parse(f"{found[1] or 0}.{decimals:0<2}")


def squeezed(number: str) -> str:
    """Return the number of an account as machines write it: capitals, no spaces."""
    return "".join(number.split()).upper()


def currency(element: _Element) -> str:
    """Return the currency of an element that holds ``Amt``."""
    amount = find(element, "Amt")
    if amount is None:
        raise ValueError("has no amount; Amt says how much")
    return amount.get("Ccy", "no currency")


def signed(element: _Element) -> Cents:
    """Return the amount of an entry, transaction or balance: negative where it is a debit.

    A reversal (``RvslInd``) does not turn the sign: the direction is that of the entry
    itself, and what it reverses went the other way.

    Source:
        ISO 20022, ReportEntry, ReversalIndicator: "If the CreditDebitIndicator is CRDT and
        ReversalIndicator is Yes, the original operation was a debit entry."
    """
    if (found := currency(element)) != CURRENCY:
        raise ValueError(f"is in {shortened(found)}; only {CURRENCY} is kept")
    amount = cents(text(element, "Amt") or "")
    return Cents(-amount if is_debit(element) else amount)


def is_debit(element: _Element) -> bool:
    """Whether money left the account, or was short."""
    found = text(element, "CdtDbtInd")
    if found not in {"CRDT", "DBIT"}:
        raise ValueError(f"CdtDbtInd is {shortened(found or 'missing')!r}; it is CRDT or DBIT")
    return found == "DBIT"


def is_reversal(element: _Element) -> bool:
    """Whether an entry takes back another."""
    found = text(element, "RvslInd") or "false"
    if found not in {"true", "1", "false", "0"}:
        raise ValueError(f"RvslInd is {shortened(found)!r}; it is true or false")
    return found in {"true", "1"}


def day(element: _Element, path: str, *, timezone: ZoneInfo) -> date | None:
    """Return the day at a path, of which ``Dt`` is a date and ``DtTm`` an instant.

    An instant is the day that it is in the fund's own time zone; without an offset it is
    the bank's own time, and its date is taken.
    """
    if written := text(element, f"{path}/Dt"):
        return _date(written)
    if written := text(element, f"{path}/DtTm"):
        return instant(written, timezone=timezone)
    return None


def instant(written: str, *, timezone: ZoneInfo) -> date:
    """Return the local day of an instant."""
    try:
        if not _INSTANT.fullmatch(written):
            raise ValueError  # noqa: TRY301 - the same answer as below
        found = datetime.fromisoformat(written)
        return (found.astimezone(timezone) if found.tzinfo else found).date()
    except (ValueError, OverflowError):
        raise ValueError(
            f"{shortened(written)!r} is not an instant; it is written as 2026-01-31T13:15:00+01:00"
        ) from None


def _date(written: str) -> date:
    try:
        found = _DAY.fullmatch(written)
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise ValueError(
            f"{shortened(written)!r} is not a date; it is written as 2026-01-31"
        ) from None
