"""What stood on the account before and after a statement, as the bank booked it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.bank.values import CURRENCY, currency, day, signed
from ledger.bank.xmlfile import every, text
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from lxml.etree import _Element

    from ledger.bank.entries import Entry
    from ledger.money import Cents

OPENING: Final = ("OPBD", "PRCD")
"""Types of balance that a statement opens with, the better first: *opening booked*, and
*previously closed booked*, which is the same amount seen from the day before."""

CLOSING: Final = ("CLBD",)
"""The type of balance that a statement closes with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What stood on the account, in cents; ``None`` where the bank does not say."""

    opening_cents: Cents | None
    opened_on: date | None
    closing_cents: Cents | None
    closed_on: date | None


def balances(statement: _Element, entries: Sequence[Entry], *, timezone: ZoneInfo) -> Balances:
    """Read the booked balances of a statement, and see that they agree with its entries.

    Balances of other types (available, forward, interim) and in other currencies, which
    an account of several currencies has beside those in euros, are passed over. Where a
    statement says a balance for each of its days, the first opens and the last closes it.
    A part of a statement whose balances are those of the whole keeps what is its own.

    Args:
        statement: The element ``Stmt``.
        entries: What was booked.
        timezone: Of the fund.

    Raises:
        ValueError: The entries are not the difference, or a balance cannot be read.
    """
    opening, opened_on = _first(statement, timezone)
    closing, closed_on = _last(statement, timezone)
    if opening is not None and closing is not None:
        missing = closing - opening - sum(entry.amount_cents for entry in entries)
        if missing and not _is_part(statement):
            raise ValueError(
                f"opens with {as_text(opening)} and closes with {as_text(closing)}, and its "
                f"entries differ from that by {as_text(missing)}; export it from the bank again"
            )
        if missing:
            opening = opening if _page(statement) == "1" else None
            closing = closing if text(statement, "StmtPgntn/LastPgInd") in {"true", "1"} else None
    return Balances(
        opening_cents=opening, opened_on=opened_on, closing_cents=closing, closed_on=closed_on
    )


def _first(statement: _Element, timezone: ZoneInfo) -> tuple[Cents | None, date | None]:
    for kind in OPENING:
        if found := _of(statement, kind, timezone):
            return _only(kind, found, min(found))
    return None, None


def _last(statement: _Element, timezone: ZoneInfo) -> tuple[Cents | None, date | None]:
    for kind in CLOSING:
        if found := _of(statement, kind, timezone):
            return _only(kind, found, max(found))
    return None, None


def _only(kind: str, found: dict[date, set[Cents]], on: date) -> tuple[Cents, date]:
    if len(found[on]) > 1:
        said = " and ".join(map(as_text, sorted(found[on])))
        raise ValueError(f"has {said} as {kind} of {on}; one of them is right")
    return next(iter(found[on])), on


def _of(statement: _Element, kind: str, timezone: ZoneInfo) -> dict[date, set[Cents]]:
    """Return the balances of a type in euros, by their day."""
    found: dict[date, set[Cents]] = {}
    for each in every(statement, "Bal"):
        if text(each, "Tp/CdOrPrtry/Cd") != kind or currency(each) != CURRENCY:
            continue
        on = day(each, "Dt", timezone=timezone)
        if on is None:
            raise ValueError(f"balance {kind} has no day; Dt says which")
        found.setdefault(on, set()).add(signed(each))
    return found


def _is_part(statement: _Element) -> bool:
    return _page(statement) != "1" or text(statement, "StmtPgntn/LastPgInd") in {"false", "0"}


def _page(statement: _Element) -> str:
    return text(statement, "StmtPgntn/PgNb") or "1"
