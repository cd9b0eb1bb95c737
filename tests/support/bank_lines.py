"""Lines of an account and what the ledger expects there, a line of text each.

A line is ``L1 01-05 -10.00``, an item ``s1 spending 01-05 -10.00``; both may go on with
``iban=a``, ``text=b`` (the same text has the same hash) and ``ref=R``; an item with ``iban=``
is of an account that the agreement does not name. Days are of 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import money
from ledger.bank import matching
from ledger.bank.items import Item, Kind
from ledger.bank.kept import Extract, Line, LineKey
from tests.support.bank_files import POOL, day

if TYPE_CHECKING:
    from collections.abc import Sequence


def lines(table: str, *, account: str = POOL) -> list[Line]:
    """Return the lines of a table."""
    return [_line(*row.split(), account=account) for row in _rows(table)]


def items(table: str) -> list[Item]:
    """Return the items of a table; their place in it is their sequence."""
    return [_item(*row.split(), sequence=at) for at, row in enumerate(_rows(table))]


def found(
    some: Sequence[Line], expected: Sequence[Item], *, window_days: int = matching.WINDOW_DAYS
) -> list[str]:
    """Match, and return ``L1 = s1 (near)`` a match, then what is open: ``L2 ?``, ``s3 ?``."""
    result = matching.match(some, expected, window_days=window_days)
    return [
        *(
            f"{each.line.reference} = {' + '.join(each.items)} ({each.rule})"
            for each in result.matches
        ),
        *(f"{line.key.reference} ?" for line in result.open_lines),
        *(f"{item.id} ?" for item in result.open_items),
    ]


def extracts(table: str, *, account: str = POOL) -> list[Extract]:
    """Return statements: ``NUMBER LAST_DAY OPENING CLOSING``, ``-`` where nothing is said.

    They may go on with ``first=01-05`` (the day of the first entry), ``opened=01-04``,
    ``turnover=-5.00`` and ``page=2``.
    """
    return [_extract(*row.split(), account=account) for row in _rows(table)]


def _rows(table: str) -> list[str]:
    return [row for row in map(str.strip, table.strip().splitlines()) if row]


def _words(words: Sequence[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


def _line(name: str, on: str, amount: str, *more: str, account: str) -> Line:
    said = _words(more)
    return Line(
        key=LineKey(
            account=account,
            booked_on=day(on),
            reference=name,
            entry_cents=money.parse(amount),
            ordinal=1,
            part=1,
        ),
        amount_cents=money.parse(amount),
        fingerprint=said.get("text", f"of {name}"),
        iban=said.get("iban"),
        names=said.get("ref"),
        statement="",
    )


def _item(name: str, kind: str, on: str, amount: str, *more: str, sequence: int) -> Item:
    said = _words(more)
    return Item(
        id=name,
        kind=Kind(kind),
        amount_cents=money.parse(amount),
        on=day(on),
        sequence=sequence,
        reference=said.get("ref"),
        iban=said.get("iban"),
        fingerprint=said.get("text"),
    )


def _extract(
    number: str, last: str, opening: str, closing: str, *more: str, account: str
) -> Extract:
    said = _words(more)
    before = None if opening == "-" else money.parse(opening)
    after = None if closing == "-" else money.parse(closing)
    both = before is not None and after is not None
    return Extract(
        account=account,
        identification=said.get("id", f"{number} of {last}"),
        number=None if number == "-" else int(number),
        page=int(said.get("page", "1")),
        opening_cents=before,
        opened_on=day(said["opened"]) if "opened" in said else None,
        closing_cents=after,
        turnover_cents=(
            money.parse(said["turnover"])
            if "turnover" in said
            else (after or 0) - (before or 0)
            if both
            else 0
        ),
        first_day=day(said.get("first", last)),
        last_day=day(last),
    )
