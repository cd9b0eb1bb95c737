"""The list that a board decides on, as a file: CSV or JSON, read into lines.

Columns (or members of each object) are ``finding``, ``ground``, ``reason``, and where they say
something ``norm`` and ``moratorium``. What the list shows besides, ``rule``, ``amount`` and
``spending``, must be what the finding has, so that rows that were mixed up are found. Rows
without a ground and a reason are not decided on and left out, so that a list of everything that
is open can be filled in as far as the board came.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger import csvfile, money
from ledger.decisions import places
from ledger.decisions.accepting import Line
from ledger.errors import Mistake, WrongInput, shortened
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUIRED: Final = ("finding", "ground", "reason")
COLUMNS: Final = (*REQUIRED, "norm", "moratorium")
SHOWN: Final = ("rule", "amount", "spending")
"""What a list shows of a finding, which is held to it where it is filled."""

_READ: Final = (*COLUMNS, *SHOWN)


class Read(NamedTuple):
    """Lines of a list, how many rows nobody decided on, and columns that were passed over."""

    lines: list[Line]
    undecided: int
    ignored: tuple[str, ...]


def read(name: str, content: bytes) -> Read:
    """Read a list.

    Args:
        name: What the file is called in messages; ``.json`` tells one from the other.
        content: Its bytes.

    Raises:
        WrongInput: It has mistakes; each is named with its line.
    """
    rows, ignored = _json(name, content) if name.endswith(".json") else _csv(name, content)
    lines, wrong, undecided = [], [], 0
    for where, row in rows:
        if not any(row.get(column) for column in COLUMNS[1:]):
            undecided += 1
            continue
        try:
            lines.append(_line(where, row))
        except ValueError as error:
            wrong.append(Mistake(where, str(error)))
    if wrong:
        raise WrongInput(wrong)
    return Read(lines, undecided, ignored)


def _line(where: str, row: Mapping[str, str]) -> Line:
    for column in REQUIRED:
        if not row.get(column):
            raise ValueError(f"{column} is empty; fill it, or leave the row as it was")
    return Line(
        finding=places.read(row["finding"]),
        ground=row["ground"],
        reason=row["reason"],
        norm=row.get("norm") or None,
        moratorium=row.get("moratorium") or None,
        where=where,
        shown=tuple(
            (name, _amount(row[name]) if name == "amount" else row[name])
            for name in SHOWN
            if row.get(name)
        ),
    )


def _amount(text: str) -> str:
    """Return an amount as the list showed it, whatever a spreadsheet made of it."""
    try:
        return as_text(money.parse_written(text))
    except ValueError:
        return text


def _csv(name: str, content: bytes) -> tuple[list[tuple[str, dict[str, str]]], tuple[str, ...]]:
    file = csvfile.read(name, content, required=REQUIRED, filled=("finding",), known=_READ)
    if file.mistakes:
        raise WrongInput(file.in_order())
    columns = {column: file.read(column, str, "") for column in _READ}
    codes = {column: file.codes(column).tolist() for column in _READ}
    numbers = csvfile.line_numbers(file.content, file.delimiter, range(file.rows))
    rows = [
        (f"{name}:{line}", {column: columns[column][codes[column][at]] for column in _READ})
        for at, line in enumerate(numbers)
    ]
    return rows, file.ignored


def _json(name: str, content: bytes) -> tuple[list[tuple[str, dict[str, str]]], tuple[str, ...]]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WrongInput([Mistake(name, f"is no JSON: {error}")]) from None
    if not isinstance(told, list):
        raise WrongInput([Mistake(name, "is no list; write [{…}, …], a finding in each")])
    wrong = [
        Mistake(f"{name}: [{at}]", what)
        for at, each in enumerate(told)
        for what in _wrong_object(each)
    ]
    if wrong:
        raise WrongInput(wrong)
    rows = [
        (f"{name}: [{at}]", {column: str(each.get(column) or "") for column in _READ})
        for at, each in enumerate(told)
    ]
    others = {member: None for each in told for member in each if member not in _READ}
    return rows, tuple(others)


def _wrong_object(each: Any) -> Iterator[str]:
    if not isinstance(each, dict):
        yield f"{shortened(json.dumps(each))} is no object with finding, ground and reason"
        return
    for column in COLUMNS:
        if not isinstance(each.get(column), str | None):
            yield f"{column} is no text"
