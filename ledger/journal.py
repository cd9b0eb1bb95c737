"""The journal: transfers between two accounts, so that imbalance cannot be written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ledger import store
from ledger.tables import Event, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from sqlmodel import Session

_EVENT: Final = store.table(Event)
_TRANSFER: Final = store.table(Transfer)
_AT_A_TIME: Final = 10_000  # rows that are held while a journal is read


class Move(NamedTuple):
    """An amount that goes from one account to another; below zero it goes the other way."""

    debit: str
    credit: str
    amount_cents: int
    key: str | None = None
    task_field: str | None = None


def lines(
    fund_id: int, sequence: int, booked_on: date, moves: Iterable[Move]
) -> list[dict[str, Any]]:
    """Return the rows of an act's transfers, numbered from 1; nothing moves by zero.

    Args:
        fund_id: The fund.
        sequence: Number of the act's event.
        booked_on: The day on which it counts.
        moves: What is moved, in cents.
    """
    return [
        {
            "fund_id": fund_id,
            "sequence": sequence,
            "line": number,
            "booked_on": booked_on,
            "debit": move.debit if move.amount_cents > 0 else move.credit,
            "credit": move.credit if move.amount_cents > 0 else move.debit,
            "amount_cents": abs(move.amount_cents),
            "key": move.key,
            "task_field": move.task_field,
        }
        for number, move in enumerate((move for move in moves if move.amount_cents), 1)
    ]


def written(session: Session, fund_id: int) -> Iterator[Any]:
    """Yield all transfers of a fund in the order in which they were written.

    Each has the columns of ``ledger.tables.Transfer`` and the ``kind`` of its event.

    Args:
        session: Any; rows are fetched as they are asked for.
        fund_id: The fund.
    """
    asked = (
        select(_TRANSFER, _EVENT.c.kind)
        .join(
            _EVENT,
            (_EVENT.c.fund_id == _TRANSFER.c.fund_id) & (_EVENT.c.sequence == _TRANSFER.c.sequence),
        )
        .where(_TRANSFER.c.fund_id == fund_id)
        .order_by(_TRANSFER.c.sequence, _TRANSFER.c.line)
        .execution_options(yield_per=_AT_A_TIME)
    )
    yield from session.connection().execute(asked)
