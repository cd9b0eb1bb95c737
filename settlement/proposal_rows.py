"""The rows of a proposal, and the Merkle tree over them.

Whoever has one line of a settlement and its path can check, with the root in the trail,
that it was proposed so; whoever has all rows can recompute the root.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import money, store
from ledger.tables import (
    SetApart,
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementTransfer,
    SettlementVector,
)
from settlement import packing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel import Session, SQLModel

    from settlement.drafts import Draft
    from settlement.results import Settlement

KEYS: Final = {
    "adjustments": ("step", "party"),
    "positions": ("party",),
    "transfers": ("payer", "payee"),
    "set_apart": ("spending",),
}
"""What the rows of a kind are known by within their proposal, in the order of their leaves."""

_OF_ALL: Final = frozenset({"fund_id", "proposal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a proposal, in the order in which its Merkle root counts them."""

    parties: Sequence[str]
    keys: Sequence[str]
    vectors: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    positions: list[dict[str, Any]]
    transfers: list[dict[str, Any]]
    set_apart: list[dict[str, Any]]


def on_record(
    session: Session, fund_id: int, proposal: int, parties: Sequence[str], keys: Sequence[str]
) -> Rows:
    """Return the rows of a proposal as they stand on record.

    Args:
        session: That sees one moment.
        fund_id: The fund.
        proposal: Its number: the sequence of its event.
        parties: The order of parties in what is packed, as the proposal tells it.
        keys: The order of keys that lines point to, as the proposal tells it.
    """

    def of(model: type[SQLModel]) -> list[dict[str, Any]]:
        table = store.table(model)
        asked = (
            select(table)
            .where(table.c.fund_id == fund_id, table.c.proposal == proposal)
            .order_by(*table.primary_key.columns)
        )
        return [row._asdict() for row in session.connection().execute(asked)]

    return Rows(
        parties=parties,
        keys=keys,
        vectors=of(SettlementVector),
        lines=of(SettlementLine),
        adjustments=of(SettlementAdjustment),
        positions=of(SettlementPosition),
        transfers=of(SettlementTransfer),
        set_apart=of(SetApart),
    )


def leaves(rows: Rows) -> Iterator[bytes]:
    """Yield the leaves of a proposal's Merkle tree.

    The first names the order of parties and keys; then come, each in the order of its
    key, vectors, lines, adjustments, positions, transfers and spendings set apart. A
    leaf is ASCII words with a blank between, and what is packed in hexadecimal.
    """
    yield order_leaf(rows)
    for row in sorted(rows.vectors, key=itemgetter("vector")):
        yield vector_leaf(row)
    for row in sorted(rows.lines, key=itemgetter("spending")):
        yield line_leaf(row)
    for name, key in KEYS.items():
        for row in sorted(getattr(rows, name), key=itemgetter(*key)):
            yield row_leaf(name, row)


def order_leaf(rows: Rows) -> bytes:
    """Return the leaf that names the order of parties and keys."""
    return json.dumps([list(rows.parties), list(rows.keys)], ensure_ascii=True).encode()


def vector_leaf(row: dict[str, Any]) -> bytes:
    """Return the leaf of weights."""
    return b"vector %d %s" % (row["vector"], row["weights"].hex().encode())


def row_leaf(name: str, row: dict[str, Any]) -> bytes:
    """Return the leaf of a row of one of :data:`KEYS`."""
    told = [f"{value}" for column, value in row.items() if column not in _OF_ALL]
    return f"{name} {' '.join(told)}".encode()


def line_leaf(row: dict[str, Any]) -> bytes:
    """Return the leaf of one line."""
    return b"line %d %d %d %d %d %s" % (
        row["spending"],
        row["key"],
        row["vector"],
        row["reason"],
        row["standing"],
        row["cells"].hex().encode(),
    )


def of(draft: Draft, sequence: int) -> Rows:
    """Return the rows of a draft that becomes the proposal with this sequence."""
    settled = draft.settled
    of_all = {"fund_id": draft.fund_id, "proposal": sequence}
    return Rows(
        parties=[party.code for party in settled.parties],
        keys=settled.keys,
        vectors=[
            {**of_all, "vector": number, "weights": weights}
            for number, weights in enumerate(packing.pack_weights(settled.vectors), 1)
        ],
        lines=_lines(draft, of_all),
        adjustments=[
            {
                **of_all,
                "step": each.step,
                "party": each.party,
                "amount_cents": each.amount_cents,
            }
            for each in settled.adjustments
        ],
        positions=_positions(settled, of_all),
        transfers=[
            {
                **of_all,
                "payer": each.payer,
                "payee": each.payee,
                "amount_cents": each.amount_cents,
            }
            for each in settled.transfers
        ],
        set_apart=[
            {**of_all, "spending": int(draft.facts.sequence[row])}
            for row in sorted(
                draft.facts.spendings.rows_of(sorted(draft.choices.set_apart)).values()
            )
        ],
    )


def _lines(draft: Draft, of_all: dict[str, int]) -> list[dict[str, Any]]:
    lines = draft.settled.lines
    columns = zip(
        draft.facts.sequence[draft.working.selection.rows].tolist(),
        lines.key.tolist(),
        (lines.vector + 1).tolist(),
        lines.reason.tolist(),
        lines.standing.tolist(),
        packing.pack_cells(lines.cells_cents),
        strict=True,
    )
    return [
        {
            **of_all,
            "spending": spending,
            "key": key,
            "vector": vector,
            "reason": reason,
            "standing": standing,
            "cells": cells,
        }
        for spending, key, vector, reason, standing, cells in columns
    ]


def _positions(settled: Settlement, of_all: dict[str, int]) -> list[dict[str, Any]]:
    columns = [
        name
        for name in SettlementPosition.model_fields
        if name not in {"fund_id", "proposal", "party", "exact_cost_share"}
    ]
    return [
        {
            **of_all,
            "party": each.party,
            "exact_cost_share": money.exact_text(each.exact_cost_share),
            **{name: getattr(each, name) for name in columns},
        }
        for each in settled.positions
    ]
