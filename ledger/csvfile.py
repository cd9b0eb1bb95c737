"""A CSV file as columns of distinct texts, with the line of every row at hand.

UTF-8 with or without byte order mark, comma or semicolon, quoted fields as in RFC 4180,
any line ending. Each distinct text of a column is read once, however many rows repeat
it; a text that cannot be read is a mistake on each of its lines.
"""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from ledger.coded import Coded, coded
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

LINE_MAX: Final = 1 << 20
"""The longest line that a file may have, in bytes."""

MISTAKES_MAX: Final = 1000
"""How many mistakes of one file are named; of the rest only the number."""

# Python's own limit for a cell is lower than ours for a line.
csv.field_size_limit(LINE_MAX)

_BOM: Final = b"\xef\xbb\xbf"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """The columns of a CSV file; mistakes found in it are gathered in ``mistakes``."""

    name: str
    content: bytes
    delimiter: str
    columns: dict[str, Coded]
    rows: int
    ignored: tuple[str, ...]
    mistakes: list[Mistake]

    def in_order(self) -> list[Mistake]:
        """Return the mistakes in the order of the lines; those of the whole file last."""
        end = len(self.content)
        numbers = [each.where.removeprefix(f"{self.name}:") for each in self.mistakes]
        places = [int(number) if number.isdecimal() else end for number in numbers]
        return [self.mistakes[at] for at in sorted(range(len(places)), key=places.__getitem__)]

    def read(
        self,
        column: str,
        reader: Callable[[str], _T],
        absent: _T,
        *,
        at_once: Callable[[Sequence[str]], Sequence[_T] | None] = lambda _: None,
    ) -> Sequence[_T]:
        """Read every distinct text of a column; remember those that cannot be read.

        Args:
            column: Which.
            reader: Reads one text, or says what is wrong with it.
            absent: The value of an empty cell.
            at_once: Reads all texts, or gives up where any of them is wrong.

        Returns:
            One value per distinct text, then ``absent`` for empty cells, so that
            position -1 finds it.
        """
        coded = self.columns.get(column)
        if coded is None:
            return [absent]
        if (found := at_once(coded.values)) is not None:
            return [*found, absent]
        values, wrong = [], {}
        for position, value in enumerate(coded.values):
            try:
                values.append(reader(value))
            except ValueError as error:
                wrong[position] = str(error)
                values.append(absent)
        if wrong:
            rows = np.flatnonzero(np.isin(coded.codes, list(wrong)))
            self.refuse(rows, lambda row: f"{column} {wrong[int(coded.codes[row])]}")
        return [*values, absent]

    def codes(self, column: str) -> NDArray[np.int64]:
        """Return a column's positions; -1 everywhere where the file lacks the column."""
        coded = self.columns.get(column)
        return np.full(self.rows, -1, dtype=np.int64) if coded is None else coded.codes

    def refuse(self, rows: NDArray[np.int64], sentence: Callable[[int], str]) -> None:
        """Remember a mistake on each of these rows."""
        if not len(rows):
            return
        room = max(0, MISTAKES_MAX - len(self.mistakes))
        lines = line_numbers(self.content, self.delimiter, rows[:room].tolist())
        self.mistakes.extend(
            Mistake(f"{self.name}:{line}", sentence(row))
            for row, line in zip(rows[:room].tolist(), lines, strict=True)
        )
        if len(rows) > room:
            self.mistakes.append(Mistake(self.name, f"{len(rows) - room} more mistakes"))


def read(
    name: str,
    content: bytes,
    *,
    required: Sequence[str],
    filled: Sequence[str],
    known: Sequence[str],
) -> CsvFile:
    """Read a CSV file into coded columns.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        required: Columns that must be there.
        filled: Columns of these that need a value on every row.
        known: All columns that are read; others are ignored and named in ``ignored``.

    Raises:
        WrongInput: The bytes are no CSV file with these columns.
    """
    content = content.removeprefix(_BOM)
    if not content.strip(b"\r\n \t"):
        raise WrongInput(
            [Mistake(name, f"is empty; write at least the header {','.join(required)}")]
        )
    _check_text(name, content)
    if not content.endswith((b"\n", b"\r")):
        content += b"\n"  # a header alone cannot be skipped without its line end
    header, delimiter = _header(content, known)
    _check_header(name, header, required=required, known=known)
    _check_structure(name, content, delimiter, columns=len(header))
    table = _parse(name, content, header, delimiter, known)
    with ThreadPoolExecutor() as beside:
        columns = dict(zip(table.column_names, beside.map(coded, table.columns), strict=True))
    file = CsvFile(
        name=name,
        content=content,
        delimiter=delimiter,
        columns=columns,
        rows=table.num_rows,
        ignored=tuple(column for column in header if column not in known),
        mistakes=[],
    )
    for column in filled:
        empty = np.flatnonzero(columns[column].codes < 0)
        file.refuse(empty, partial(_empty, column))
    return file


def _empty(column: str, _: int) -> str:
    return f"{column} is empty; fill it"


def line_numbers(content: bytes, delimiter: str, rows: Sequence[int]) -> list[int]:
    """Return on which line of the file each row begins; the header is row -1.

    Args:
        content: The bytes of the file.
        delimiter: What stands between its cells.
        rows: Positions of rows, rising, from 0.
    """
    wanted, found = set(rows), {}
    for row, line in enumerate(line for line, cells in _walk(content, delimiter) if cells):
        if row - 1 in wanted:
            found[row - 1] = line
            if len(found) == len(wanted):
                break
    return [found[row] for row in rows]


def _walk(content: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line and the cells of each record, blank lines included."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


def _check_text(name: str, content: bytes) -> None:
    """Refuse bytes that are not UTF-8, control characters, and lines without end."""
    ends = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == ord("\n"))
    lengths = np.diff(ends, prepend=-1, append=len(content))
    if len(long := np.flatnonzero(lengths > LINE_MAX)):
        raise WrongInput(
            [Mistake(f"{name}:{long[0] + 1}", f"the line is longer than {LINE_MAX} bytes")]
        )
    try:
        text_is_ascii = content.isascii() or bool(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = int(np.searchsorted(ends, error.start)) + 1
        raise WrongInput(
            [
                Mistake(
                    f"{name}:{line}",
                    f"byte 0x{content[error.start]:02X} is not UTF-8; save it as UTF-8",
                )
            ]
        ) from None
    assert text_is_ascii
    if (zero := content.find(b"\0")) >= 0:
        line = int(np.searchsorted(ends, zero)) + 1
        raise WrongInput([Mistake(f"{name}:{line}", "holds a NUL byte; this is no text file")])


def _header(content: bytes, known: Sequence[str]) -> tuple[list[str], str]:
    """Return the header and its delimiter: the one that yields the most known columns."""
    first = next(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline=None)).rstrip("\n")
    headers = {
        delimiter: next(csv.reader([first], delimiter=delimiter), []) for delimiter in (",", ";")
    }
    best = max(headers, key=lambda delimiter: len(set(headers[delimiter]) & set(known)))
    return headers[best], best


def _check_header(
    name: str, header: list[str], *, required: Sequence[str], known: Sequence[str]
) -> None:
    where = f"{name}:1"
    mistakes = [
        Mistake(where, f"the column {column} is missing; the header needs {','.join(required)}")
        for column in required
        if column not in header
    ]
    mistakes += [
        Mistake(where, f"the column {column} stands in the header twice; keep one")
        for column in known
        if header.count(column) > 1
    ]
    if mistakes:
        raise WrongInput(mistakes)


def _check_structure(name: str, content: bytes, delimiter: str, *, columns: int) -> None:
    """Walk a file with quotes record by record: a quote that is never closed eats the rest."""
    if b'"' in content:
        _refuse_structure(name, content, delimiter, columns=columns)


def _refuse_structure(name: str, content: bytes, delimiter: str, *, columns: int) -> None:
    mistakes, line = [], 0
    try:
        for line, cells in _walk(content, delimiter):
            if cells and len(cells) != columns:
                mistakes.append(
                    Mistake(f"{name}:{line}", f"has {len(cells)} cells; the header has {columns}")
                )
    except csv.Error as error:
        mistakes.append(Mistake(f"{name}:{line + 1}", f"cannot be read from here on: {error}"))
    if mistakes:
        more = len(mistakes) - MISTAKES_MAX
        rest = [Mistake(name, f"{more} more mistakes")] if more > 0 else []
        raise WrongInput(mistakes[:MISTAKES_MAX] + rest)


def _parse(
    name: str, content: bytes, header: list[str], delimiter: str, known: Sequence[str]
) -> pa.Table:
    try:
        return pacsv.read_csv(
            io.BytesIO(content),
            read_options=pacsv.ReadOptions(
                skip_rows=1, column_names=[f"{i}" for i in range(len(header))], block_size=1 << 24
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=b'"' in content
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys((f"{i}" for i in range(len(header))), pa.string()),
                include_columns=[f"{i}" for i, column in enumerate(header) if column in known],
                strings_can_be_null=False,
            ),
        ).rename_columns([column for column in header if column in known])
    except pa.ArrowInvalid as error:
        _refuse_structure(name, content, delimiter, columns=len(header))
        raise WrongInput([Mistake(name, f"cannot be read as CSV: {error}")]) from None
