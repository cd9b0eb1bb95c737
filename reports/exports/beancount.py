"""The journal as a file for beancount, a bookkeeping program that checks it on its own.

Every transfer is a transaction of two postings, with its place in the trail as metadata.
At the end of every quarter each account has a balance assertion, which our own books fill
in: where the two programs disagree, beancount says so.

Source:
    https://beancount.github.io/docs/beancount_language_syntax.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import balances, calendar, journal
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlmodel import Session

    from ledger.funds import Known

MARK: Final = b";; Overbrug: the journal of fund "
"""How such a file begins."""

_ROOTS: Final = {
    "bank": "Assets",
    "bridged": "Assets",
    "holder": "Liabilities",
    "contribution": "Liabilities",
    "advance": "Liabilities",
    "cost": "Expenses",
    "recharged": "Income",
    "position": "Liabilities",
}
_METADATA: Final = ("sequence", "line", "key", "task_field")


def account(code: str) -> str:
    """Return what beancount calls an account: ``advance:alfa`` is ``Liabilities:Advance:Alfa``."""
    kind, _, party = code.partition(":")
    parts = [part[:1].upper() + part[1:] for part in (kind, party) if part]
    return ":".join([_ROOTS[kind], *parts])


def pieces(session: Session, known: Known) -> Iterator[bytes]:
    """Yield the journal of a fund, piece by piece.

    Args:
        session: One that sees a single moment of the database.
        known: The fund.
    """
    currency = known.agreements[0].fund.currency
    yield MARK + f"{known.code}\n\n".encode()
    yield f'option "title" "{known.code}"\n'.encode()
    yield f'option "operating_currency" "{currency}"\n\n'.encode()
    first = last = known.agreements[0].agreement.valid_from
    for turnover in balances.turnovers(session, known.id):
        if turnover.debit_cents or turnover.credit_cents:
            yield f"{first} open {account(turnover.account)} {currency}\n".encode()
    for row in journal.written(session, known.id):
        last = max(last, row.booked_on)
        yield _transaction(row, currency).encode()
    yield from _assertions(session, known, currency, first, last)


def _transaction(row: Any, currency: str) -> str:
    amount = as_text(row.amount_cents)
    metadata = "".join(
        f"  {name}: {value if isinstance(value, int) else _quoted(value)}\n"
        for name in _METADATA
        if (value := getattr(row, name)) is not None
    )
    return (
        f'\n{row.booked_on} * "{row.kind}"\n{metadata}'
        f"  {account(row.debit)}  {amount} {currency}\n"
        f"  {account(row.credit)}  -{amount} {currency}\n"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _assertions(
    session: Session, known: Known, currency: str, first: date, last: date
) -> Iterator[bytes]:
    """Yield what every account holds at the end of every quarter, up to that of the last day."""
    day = calendar.next_quarter(first)
    while True:
        # Beancount looks at a balance at the beginning of its day, and forgives a cent
        # unless it is told not to.
        for turnover in balances.turnovers(session, known.id, until=day):
            if turnover.debit_cents or turnover.credit_cents:
                amount = as_text(turnover.balance_cents)
                yield (
                    f"\n{day} balance {account(turnover.account)}  {amount} ~ 0.00 {currency}"
                ).encode()
        yield b"\n"
        if day > last:
            return
        day = calendar.next_quarter(day)
