"""What a tester filled in on the list of a draw, read and checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger import csvfile, money, written
from ledger.errors import Mistake, WrongInput, shortened
from ledger.letters import has_unseen
from ledger.money import as_text
from reports.sampling.evaluation import KINDS, Checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.csvfile import CsvFile
    from reports.sampling.draw import Draw, Item
    from reports.sampling.evaluation import Kind

FILLED: Final = ("id", "amount", "right_amount")
COLUMNS: Final = (*FILLED, "kind", "note")
"""Columns that are read; others are for who tests."""

_DUTCH: Final[Mapping[Kind, str]] = {"error": "fout", "uncertainty": "onduidelijkheid"}
"""What the papers call them in Dutch, and so a tester may write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: str
    booked_cents: int
    right_cents: int
    kind: Kind | None
    note: str


def read(name: str, content: bytes, draw: Draw) -> tuple[Checked, ...]:
    """Read the list of a draw back, filled in.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        draw: That the list belongs to.

    Returns:
        What was found at every item, in the order of the draw.

    Raises:
        WrongInput: With every mistake of the list.
    """
    file = csvfile.read(name, content, required=COLUMNS, filled=FILLED, known=COLUMNS)
    lines = _lines(file)
    if file.mistakes:
        raise WrongInput(file.in_order())
    items = {item.row.id: item for item in draw.items}
    times = Counter(line.id for line in lines)
    for at, line in enumerate(lines):
        if what := _wrong(line, items, times[line.id]):
            file.refuse(np.array([at]), partial(_said, what))
    file.mistakes.extend(
        Mistake(name, f"lacks {id_!r}, which was drawn") for id_ in items if id_ not in times
    )
    if file.mistakes:
        raise WrongInput(file.in_order())
    found = {line.id: line for line in lines}
    return tuple(
        Checked(item=item, right_cents=line.right_cents, kind=line.kind, note=line.note)
        for item, line in ((item, found[id_]) for id_, item in items.items())
    )


def filled_in(name: str, content: bytes) -> dict[str, tuple[str, str, str]]:
    """Return what stands on a list as it is, by the ids of items: for a list that goes on.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: These are not the columns of a list.
    """
    file = csvfile.read(name, content, required=COLUMNS, filled=FILLED[:1], known=COLUMNS)
    if file.mistakes:
        raise WrongInput(file.in_order())
    texts = {
        column: [[*file.columns[column].values, ""][at] for at in file.codes(column).tolist()]
        for column in COLUMNS
    }
    lines = zip(texts["right_amount"], texts["kind"], texts["note"], strict=True)
    return dict(zip(texts["id"], lines, strict=True))


def _said(what: str, _: int) -> str:
    return what


def _lines(file: CsvFile) -> list[_Line]:
    """Return the rows as values; what cannot be read becomes a mistake of the file."""
    amounts = {
        column: file.read(column, money.parse_written, money.Cents(0))
        for column in ("amount", *FILLED[2:])
    }
    kinds, notes = file.read("kind", _kind, None), file.read("note", _note, "")
    codes = {column: file.codes(column).tolist() for column in COLUMNS}
    return [
        _Line(
            id=[*file.columns["id"].values, ""][codes["id"][at]],
            booked_cents=amounts["amount"][codes["amount"][at]],
            right_cents=amounts["right_amount"][codes["right_amount"][at]],
            kind=kinds[codes["kind"][at]],
            note=notes[codes["note"][at]],
        )
        for at in range(file.rows)
    ]


def _wrong(line: _Line, items: Mapping[str, Item], times: int) -> str | None:
    """Return what is wrong with a line, if anything is."""
    item = items.get(line.id)
    if item is None:
        return f"{shortened(line.id)!r} was not drawn; leave it out"
    if times > 1:
        return f"{line.id!r} stands here more than once; keep one"
    booked = item.row.amount_cents
    if line.booked_cents != booked:
        return (
            f"amount is {as_text(line.booked_cents)}, drawn was {as_text(booked)}; "
            "write what is right in right_amount"
        )
    return _impossible(line, booked)


def _impossible(line: _Line, booked: int) -> str | None:
    """Return why what was filled in cannot be, if it cannot."""
    if line.right_cents * booked < 0:
        sign = "below" if booked > 0 else "above"
        return f"right_amount {as_text(line.right_cents)} is {sign} zero, which cannot be"
    if line.right_cents != booked and line.kind is None:
        return f"right_amount differs from amount; write {' or '.join(KINDS)} in kind"
    if line.right_cents == booked and line.kind is not None:
        return f"right_amount is the amount, so there is no {line.kind}; empty one of them"
    return None


def _kind(text: str) -> Kind:
    for kind in KINDS:
        if text.strip().lower() in {kind, _DUTCH[kind]}:
            return kind
    raise ValueError(f"{shortened(text)!r} is not {' or '.join(KINDS)}; write one, or nothing")


def _note(text: str) -> str:
    if has_unseen(text) or len(text) > written.TEXT_MAX:
        raise ValueError(f"must be one line of at most {written.TEXT_MAX} characters")
    return text
