"""Spendings and expected savings as CSV: read and checked.

Pure: bytes of a file in, the columns of ``ledger.facts`` out.

Source:
    The formats, Spendings and savings as CSV; the settlement rules, Dates, order, versions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger import columns, csvfile, money, written
from ledger.coded import Coded
from ledger.errors import WrongInput, shortened
from ledger.facts import (
    COLUMNS,
    DAYS,
    LINKS,
    TEXTS,
    Savings,
    Spendings,
    added_up,
    canonical_order,
)
from ledger.letters import FORMULA, UNSEEN, has_unseen
from ledger.written import ADVANCERS, TEXT_MAX, VAT_USES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

REQUIRED: Final = ("id", "spent_on", "amount", "category", "case", "organisation")
"""Columns that a file must have."""

REMARKS: Final = ("professional", "payee", "receipt")
"""Columns that decide nothing: whatever they hold is taken as it is."""

PLAIN: Final = ("id", "category", "case", "domain", "reverses", "refunds", "replaces")
"""Columns whose texts may be any, as long as people can see what they are."""

NAMED: Final = ("id", "category")
"""Those of them that stand in what others open in a spreadsheet."""

_ELSEWHERE: Final = -2  # a spending that an earlier settlement settled
_UNSOUND: Final = re.compile(rf"(?!\n)[{UNSEEN}]|^\s|\s$|.{{{TEXT_MAX + 1}}}", re.MULTILINE)
"""What is wrong with any of several texts, a line each; see ``_text``."""


def spendings(name: str, content: bytes, *, parties: Collection[str]) -> Spendings:
    """Read spendings.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        parties: The codes of all parties of the agreement.

    Raises:
        WrongInput: With every mistake of the file.
    """
    filled = tuple(column for column in REQUIRED if column != "case")
    file = csvfile.read(name, content, required=REQUIRED, filled=filled, known=COLUMNS)
    days = {
        column: np.array(file.read(column, _ordinal, 0), dtype=np.int64)[file.codes(column)]
        for column in DAYS
    }
    amounts = {column: _amounts(file, column) for column in ("amount", "vat")}
    for column in TEXTS:
        file.read(column, _reader(column, parties), "", at_once=_at_once(column))
    _refuse_repeats(file)
    wrong_vat = (amounts["vat"] * np.sign(amounts["amount"]) < 0) | (
        np.abs(amounts["vat"]) > np.abs(amounts["amount"])
    )
    file.refuse(
        np.flatnonzero(wrong_vat), lambda _: "vat must lie between 0 and the amount it is part of"
    )
    if file.mistakes:
        raise WrongInput(file.in_order())
    order = canonical_order(file.columns["id"], days)
    return Spendings(
        name=name,
        texts={
            column: Coded(
                codes=file.codes(column)[order],
                values=file.columns[column].values if column in file.columns else (),
            )
            for column in TEXTS
        },
        days={column: day[order] for column, day in days.items()},
        amount_cents=amounts["amount"][order],
        vat_cents=amounts["vat"][order],
        has_vat=(file.codes("vat") >= 0)[order],
        lines=lambda rows: _lines(file, order[rows]),
        ignored=file.ignored,
    )


def savings(
    name: str, content: bytes, *, of: Spendings, parties: tuple[str, ...], booked: Collection[str]
) -> Savings:
    """Read expected savings; rows for the same spending and party add up.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        of: The spendings that they belong to.
        parties: The codes of all parties, in their order.
        booked: Ids that earlier settlements know; their savings are passed over.

    Raises:
        WrongInput: With every mistake of the file.
    """
    names = ("spending", "party", "amount")
    file = csvfile.read(name, content, required=names, filled=names, known=names)
    rows = _spendings_of(file, of, booked)
    position = {code: number for number, code in enumerate(parties)}
    party = np.array(file.read("party", lambda text: position[_party(text, position)], -1))
    cents = _amounts(file, "amount")
    if file.mistakes:
        raise WrongInput(file.in_order())
    here = rows != _ELSEWHERE
    return added_up(rows[here], party[file.codes("party")][here], cents[here], len(parties))


def _spendings_of(
    file: csvfile.CsvFile, of: Spendings, booked: Collection[str]
) -> NDArray[np.int64]:
    """Return per row the spending that it is about; refuse those that nobody knows."""
    ids = file.columns["spending"].values
    found = of.positions(ids)
    lost = np.flatnonzero(found < 0).tolist()
    found[[position for position in lost if ids[position] in booked]] = _ELSEWHERE
    rows = np.append(found, -1)[file.codes("spending")]
    file.refuse(
        np.flatnonzero((rows == -1) & (file.codes("spending") >= 0)),
        lambda row: (
            f"spending {shortened(ids[file.codes('spending')[row]])!r} is not the id of a "
            f"spending in {of.name}"
        ),
    )
    return rows


def _refuse_repeats(file: csvfile.CsvFile) -> None:
    """An id names one spending; a link to a spending is made once per row."""
    ids = file.columns["id"]
    _, first = np.unique(ids.codes, return_index=True)
    again = np.ones(file.rows, dtype=bool)
    again[first] = False
    again &= ids.codes >= 0
    file.refuse(
        np.flatnonzero(again),
        lambda row: (
            f"id {ids.values[ids.codes[row]]!r} stands on an earlier line too; "
            "an id names one spending"
        ),
    )
    links = sum((file.codes(column) >= 0).astype(np.int64) for column in LINKS)
    file.refuse(
        np.flatnonzero(np.asarray(links) > 1),
        lambda _: f"has more than one of {', '.join(LINKS)}; a row does one of them",
    )


def _lines(file: csvfile.CsvFile, rows: NDArray[np.int64]) -> list[int]:
    rising = np.sort(rows)
    numbers = csvfile.line_numbers(file.content, file.delimiter, rising.tolist())
    line_of = dict(zip(rising.tolist(), numbers, strict=True))
    return [line_of[row] for row in rows.tolist()]


def _reader(column: str, parties: Collection[str]) -> Callable[[str], str]:
    if column in {"organisation", "home"}:
        return lambda text: _party(text, parties)
    if column == "advanced_by":
        return lambda text: text if text in ADVANCERS else _party(text, parties)
    if column == "vat_use":
        return _vat_use
    if column in NAMED:
        return _name
    return str if column in REMARKS else _text


def _party(text: str, parties: Collection[str]) -> str:
    if text not in parties:
        raise ValueError(
            f"{shortened(text)!r} is not the code of a party; "
            f"the agreement has {', '.join(parties)}"
        )
    return text


def _vat_use(text: str) -> str:
    if text not in VAT_USES:
        raise ValueError(f"{shortened(text)!r} is not one of {', '.join(VAT_USES)}")
    return text


def _text(text: str) -> str:
    if len(text) > TEXT_MAX:
        raise ValueError(f"is {len(text)} characters long; at most {TEXT_MAX} are read")
    if has_unseen(text):
        raise ValueError(f"{text!r} holds a character that nobody sees; leave it out")
    if text != text.strip():
        raise ValueError(f"{text!r} begins or ends with a blank; leave it out")
    return text


def _name(text: str) -> str:
    if text.startswith(FORMULA):
        raise ValueError(
            f"{shortened(text)!r} begins with {text[0]!r}, so that a spreadsheet takes it for a "
            "formula; begin it with a letter or a digit"
        )
    return _text(text)


def _at_once(column: str) -> Callable[[Sequence[str]], Sequence[str] | None]:
    """Return how all texts of a column are taken where nothing is wrong with any."""
    if column in NAMED:
        return lambda texts: (
            None if any(text.startswith(FORMULA) for text in texts) else _sound(texts)
        )
    return _sound if column in PLAIN else lambda _: None


def _sound(texts: Sequence[str]) -> Sequence[str] | None:
    """Return texts that are all sound, found with one look at all of them."""
    together = "\n".join(texts)
    if _UNSOUND.search(together) or together.count("\n") != len(texts) - 1:
        return None
    return texts


def _amounts(file: csvfile.CsvFile, column: str) -> NDArray[np.int64]:
    cents = file.read(column, money.parse, money.Cents(0), at_once=columns.cents)
    return np.array(cents, dtype=np.int64)[file.codes(column)]


def _ordinal(text: str) -> int:
    return written.day(text).toordinal()
