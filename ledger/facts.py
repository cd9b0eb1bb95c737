"""The facts that a settlement rests on: spendings and expected savings, read and checked.

Pure: bytes of a file in, columns in canonical order out. Texts are coded: a position in
a tuple of distinct values, -1 for none. Days are proleptic ordinals
(``date.toordinal()``), amounts integer cents.

Source:
    The formats, Spendings and savings as CSV; the settlement rules, Dates, order, versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger import columns, csvfile, money
from ledger.csvfile import Coded
from ledger.errors import WrongInput, shortened
from ledger.letters import FORMULA, UNSEEN, has_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

REQUIRED: Final = ("id", "spent_on", "amount", "category", "case", "organisation")
DAYS: Final = ("spent_on", "recorded_on", "booked_on")
COLUMNS: Final = (
    *REQUIRED,
    "recorded_on",
    "booked_on",
    "home",
    "domain",
    "professional",
    "payee",
    "advanced_by",
    "reverses",
    "refunds",
    "replaces",
    "receipt",
    "vat",
    "vat_use",
)
"""Every column that is read, in the order in which facts are hashed."""

TEXTS: Final = tuple(name for name in COLUMNS if name not in {*DAYS, "amount", "vat"})
LINKS: Final = ("reverses", "refunds", "replaces")
"""Columns that point to the spending that a row corrects."""

REMARKS: Final = ("professional", "payee", "receipt")
"""Columns that decide nothing: whatever they hold is taken as it is."""

PLAIN: Final = ("id", "category", "case", "domain", "reverses", "refunds", "replaces")
"""Columns whose texts may be any, as long as people can see what they are."""

NAMED: Final = ("id", "category")
"""Those of them that stand in what others open in a spreadsheet."""

TEXT_MAX: Final = 200
VAT_USES: Final = ("none", "individual", "compensable", "unknown")
ADVANCERS: Final = ("pool", "professional")

_ELSEWHERE: Final = -2  # a spending that an earlier settlement settled
_DAY: Final = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_UNSOUND: Final = re.compile(rf"(?!\n)[{UNSEEN}]|^\s|\s$|.{{{TEXT_MAX + 1}}}", re.MULTILINE)
"""What is wrong with any of several texts, a line each; see ``_text``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spendings:
    """Spendings in canonical order: by the day recorded, then by id.

    ``days`` holds the three dates as the file has them, 0 where it has none; the
    properties fill in what an absent date stands for.
    """

    name: str
    texts: dict[str, Coded]
    days: dict[str, NDArray[np.int64]]
    amount_cents: NDArray[np.int64]
    vat_cents: NDArray[np.int64]
    has_vat: NDArray[np.bool_]
    lines: Callable[[NDArray[np.int64]], list[int]]
    ignored: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.amount_cents)

    @property
    def spent_on(self) -> NDArray[np.int64]:
        """When the money was spent: decides participants, keys and agreement version."""
        return self.days["spent_on"]

    @property
    def booked_on(self) -> NDArray[np.int64]:
        """When it counts: decides the period. Where absent the day spent."""
        return np.where(self.days["booked_on"] > 0, self.days["booked_on"], self.spent_on)

    def rows_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the rows of those of these ids that the file has."""
        rows = self.positions(ids).tolist()
        return {spending: row for spending, row in zip(ids, rows, strict=True) if row >= 0}

    def positions(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of each of these ids; -1 for those that the file does not have."""
        coded = self.texts["id"]
        known = pa.array(coded.values, pa.string())
        found = pc.fill_null(pc.index_in(pa.array(ids, pa.string()), known), -1)
        rows = np.append(np.argsort(coded.codes), -1)
        return np.asarray(rows[found.to_numpy(zero_copy_only=False)], dtype=np.int64)

    def text(self, column: str, row: int) -> str | None:
        """Return one cell, ``None`` where it is empty."""
        coded = self.texts[column]
        code = int(coded.codes[row])
        return None if code < 0 else coded.values[code]

    def day(self, column: str, row: int) -> date:
        """Return one of the dates of a row that has it."""
        return date.fromordinal(int(self.days[column][row]))

    def where(self, row: int) -> str:
        """Return the file and line of a row, for messages."""
        return f"{self.name}:{self.lines(np.array([row]))[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Expected savings: one total per spending and party, in the order of both.

    ``spending`` is a position in the spendings, ``party`` in the parties given.
    """

    spending: NDArray[np.int64]
    party: NDArray[np.int64]
    total_cents: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.total_cents)


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
        column: np.array(file.read(column, day, 0), dtype=np.int64)[file.codes(column)]
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
    order = _canonical_order(file, days)
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


def no_savings() -> Savings:
    """Return the savings of a run without a file of them."""
    nothing = np.zeros(0, dtype=np.int64)
    return Savings(spending=nothing, party=nothing, total_cents=nothing)


def added_up(
    rows: NDArray[np.int64], party: NDArray[np.int64], cents: NDArray[np.int64], parties: int
) -> Savings:
    """Add up savings of the same spending and party.

    Args:
        rows: Per saving the position of its spending.
        party: And that of its party.
        cents: And how much it is.
        parties: How many parties there are.
    """
    # 10**12 cents at most per row: the sum of a file of nine million rows still fits 64 bits.
    assert len(cents) < np.iinfo(np.int64).max // money.AMOUNT_MAX
    pairs, position = np.unique(rows * parties + party, return_inverse=True)
    totals = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(totals, position, cents)
    return Savings(spending=pairs // parties, party=pairs % parties, total_cents=totals)


def _canonical_order(
    file: csvfile.CsvFile, days: dict[str, NDArray[np.int64]]
) -> NDArray[np.int64]:
    recorded_on = np.where(days["recorded_on"] > 0, days["recorded_on"], days["spent_on"])
    ids = file.columns["id"]
    by_code_point = sorted(range(len(ids.values)), key=ids.values.__getitem__)
    rank = np.empty(len(ids.values), dtype=np.int64)
    rank[by_code_point] = np.arange(len(ids.values))
    return np.lexsort((rank[ids.codes], recorded_on))


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


def day(text: str) -> int:
    """Read a date such as ``2026-03-31``.

    Returns:
        Its proleptic ordinal.

    Raises:
        ValueError: It is no date, or a day that does not exist.
    """
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text).toordinal()
        except ValueError:
            raise ValueError(f"{text!r} is a day that does not exist") from None
    raise ValueError(
        f"{shortened(text)!r} is not a date between 1900 and 2999; "
        "write year-month-day, such as 2026-03-31"
    )
