"""What a sample is drawn from: the spendings of a period, in one order, as one file.

Spendings above zero are the line of euros. Those below, refunds and reversals, are tested
apart; those of zero stand nowhere. The order is that of the day booked, then of the id, so
that the order in which rows came changes nothing. The fingerprint is the SHA-256 of the file
itself, which anybody can take.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger import csvfile, facts_files, money, written
from ledger.errors import Mistake, WrongInput
from ledger.letters import FORMULA, has_unseen
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.facts import Spendings
    from ledger.periods import Period

COLUMNS: Final = ("id", "spent_on", "booked_on", "amount", "category", "organisation")
"""Of ``population.csv``: what an item is found by, and nothing about people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A spending as it was booked; the amount in cents."""

    id: str
    spent_on: date
    booked_on: date
    amount_cents: int
    category: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Spendings in canonical order, none of them zero."""

    rows: tuple[Row, ...]

    @property
    def line(self) -> tuple[Row, ...]:
        """Those that lie on the line of euros."""
        return tuple(row for row in self.rows if row.amount_cents > 0)

    @property
    def apart(self) -> tuple[Row, ...]:
        """Those below zero, which are tested apart."""
        return tuple(row for row in self.rows if row.amount_cents < 0)

    @property
    def line_cents(self) -> int:
        """How long the line of euros is, in cents."""
        return sum(row.amount_cents for row in self.line)

    @property
    def apart_cents(self) -> int:
        """What was taken back together, in cents: below zero, or nothing."""
        return sum(row.amount_cents for row in self.apart)

    def content(self) -> bytes:
        """Return ``population.csv``."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(cells, self.rows))
        return text.getvalue().encode()

    def sha256(self) -> str:
        """Return the fingerprint, in hexadecimal."""
        return hashlib.sha256(self.content()).hexdigest()


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as texts, in the order of :data:`COLUMNS`."""
    days = row.spent_on.isoformat(), row.booked_on.isoformat()
    return (row.id, *days, as_text(row.amount_cents), row.category, row.organisation)


def of_rows(rows: Iterable[Row]) -> Population:
    """Return a population of rows that may come in any order.

    Args:
        rows: Each with an id of its own.
    """
    kept = [row for row in rows if row.amount_cents]
    return Population(rows=tuple(sorted(kept, key=lambda row: (row.booked_on, row.id))))


def of_facts(spendings: Spendings, period: Period | None) -> Population:
    """Return the population of a list of spendings.

    Args:
        spendings: As they were read.
        period: Which of them count, by the day booked; ``None`` for all.
    """
    days = zip(spendings.spent_on.tolist(), spendings.booked_on.tolist(), strict=True)
    rows = [
        Row(
            id=spendings.text("id", at) or "",
            spent_on=date.fromordinal(spent),
            booked_on=date.fromordinal(booked),
            amount_cents=int(spendings.amount_cents[at]),
            category=spendings.text("category", at) or "",
            organisation=spendings.text("organisation", at) or "",
        )
        for at, (spent, booked) in enumerate(days)
    ]
    return of_rows(row for row in rows if period is None or row.booked_on in period)


def of_file(name: str, content: bytes, period: Period | None) -> Population:
    """Return the population of ``spendings.csv``, which any agreement may belong to.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        period: Which rows count, by the day booked; ``None`` for all.

    Raises:
        WrongInput: With every mistake of the file.
    """
    names = ("organisation", "home", "advanced_by")
    file = csvfile.read(name, content, required=names[:1], filled=(), known=names)
    parties = [text for column in file.columns.values() for text in column.values]
    sound = {text for text in parties if _is_sound(text)}
    return of_facts(facts_files.spendings(name, content, parties=sorted(sound)), period)


def read(name: str, content: bytes) -> Population:
    """Read ``population.csv`` back.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: These are not the bytes of a population as it is written.
    """
    file = csvfile.read(name, content, required=COLUMNS, filled=COLUMNS, known=COLUMNS)
    amounts = file.read("amount", money.parse, money.Cents(0))
    days = {column: file.read(column, written.day, date.min) for column in COLUMNS[1:3]}
    texts = {column: file.columns[column].values for column in ("id", *COLUMNS[4:])}
    if file.mistakes:
        raise WrongInput(file.in_order())
    codes = {column: file.codes(column).tolist() for column in COLUMNS}
    found = of_rows(
        Row(
            id=texts["id"][codes["id"][at]],
            spent_on=days["spent_on"][codes["spent_on"][at]],
            booked_on=days["booked_on"][codes["booked_on"][at]],
            amount_cents=amounts[codes["amount"][at]],
            category=texts["category"][codes["category"][at]],
            organisation=texts["organisation"][codes["organisation"][at]],
        )
        for at in range(file.rows)
    )
    if found.content() != content or len(texts["id"]) != file.rows:
        raise WrongInput([Mistake(name, "is not as it was written; leave it as it was drawn from")])
    return found


def _is_sound(text: str) -> bool:
    """Whether a text may be the code of a party that nobody listed."""
    is_plain = not has_unseen(text) and text == text.strip()
    return is_plain and not text.startswith(FORMULA) and len(text) <= written.TEXT_MAX
