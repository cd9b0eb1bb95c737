"""Contributions as a CSV file: ``party,received_on,amount`` and, where there is one, ``id``.

Pure. Without ``id`` it follows from what the row says, so that the same file once more
changes nothing; two equal rows are two contributions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger import contributions, csvfile, money, orders, written
from ledger.errors import WrongInput

if TYPE_CHECKING:
    from collections.abc import Collection

    from ledger.contributions import Receipt

REQUIRED: Final = ("party", "received_on", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file holds: contributions in its order, where each stands, columns not read."""

    receipts: list[Receipt]
    places: dict[str, str]
    ignored: tuple[str, ...]


def read(name: str, content: bytes, *, parties: Collection[str]) -> Read:
    """Read contributions.

    Args:
        name: What the file is called in messages.
        content: Its bytes.
        parties: The codes of all parties of the agreement.

    Raises:
        WrongInput: With every mistake of the file.
    """
    file = csvfile.read(name, content, required=REQUIRED, filled=REQUIRED, known=(*REQUIRED, "id"))
    given = {
        "party": file.read("party", lambda text: _party(text, parties), ""),
        "received_on": file.read("received_on", written.day, None),
        "amount": file.read("amount", _amount, 0),
        "id": file.read("id", _id, ""),
    }
    columns = {
        column: [values[code] for code in file.codes(column).tolist()]
        for column, values in given.items()
    }
    _refuse_repeats(file)
    if file.mistakes:
        raise WrongInput(file.in_order())
    rows = [*zip(columns["party"], columns["received_on"], columns["amount"], strict=True)]
    found = [
        replace(receipt, id=id_) if id_ else receipt
        for receipt, id_ in zip(
            contributions.identified(rows, prefix="received"), columns["id"], strict=True
        )
    ]
    lines = csvfile.line_numbers(file.content, file.delimiter, [*range(file.rows)])
    return Read(
        receipts=found,
        places={receipt.id: f"{name}:{line}" for receipt, line in zip(found, lines, strict=True)},
        ignored=file.ignored,
    )


def _refuse_repeats(file: csvfile.CsvFile) -> None:
    codes = file.codes("id")
    _, first = np.unique(codes, return_index=True)
    again = codes >= 0
    again[first] = False
    file.refuse(
        np.flatnonzero(again), lambda _: "id stands on an earlier line too; an id names one row"
    )


def _party(text: str, parties: Collection[str]) -> str:
    if text not in parties:
        raise ValueError(orders.no_party(text, parties))
    return text


def _amount(text: str) -> int:
    if not (cents := money.parse(text)):
        raise ValueError("is 0.00; leave the line out")
    return cents


def _id(text: str) -> str:
    if what := orders.wrong_text(text, named=True):
        raise ValueError(what)
    return text
