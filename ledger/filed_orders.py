"""Spendings of a file as orders: what was recorded elsewhere, to be recorded here as it was.

Pure. Corrections come after what they correct, however the rows stand: a refund after its
spending and after refunds that were reversed, a reversal after the refunds of what it
reverses (and their reversals), a replacement after the reversal of what it replaces.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger import facts
from ledger.orders import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.facts import Spendings

_ABSENT: Final = {"advanced_by": "pool", "vat_use": "unknown"}


def of(rows: Spendings) -> list[Order]:
    """Return the orders of a file, one per row in canonical order.

    A row without ``recorded_on`` was recorded on the day it was spent; without
    ``booked_on`` it is left to the calendar when it counts.
    """
    columns: dict[str, Sequence[Any]] = {
        **{column: _texts(rows, column) for column in facts.TEXTS},
        **{column: _days(rows, column) for column in facts.DAYS},
        "amount_cents": rows.amount_cents.tolist(),
        "vat_cents": [
            cents if there else None
            for cents, there in zip(rows.vat_cents.tolist(), rows.has_vat.tolist(), strict=True)
        ],
    }
    columns["recorded_on"] = [
        recorded or spent
        for recorded, spent in zip(columns["recorded_on"], columns["spent_on"], strict=True)
    ]
    names = tuple(columns)
    return [
        Order(**dict(zip(names, values, strict=True)))
        for values in zip(*columns.values(), strict=True)
    ]


def in_turn(orders: Sequence[Order]) -> list[int]:
    """Return the positions of orders such that each comes after what it needs.

    Source:
        The settlement rules, Reversals, refunds, true-ups.
    """
    if not any(order.link for order in orders):
        return [*range(len(orders))]
    needs = _needs(orders)
    done: set[int] = set()
    turn: list[int] = []
    for first in range(len(orders)):
        # Depth first without recursion: a chain of corrections may be long.
        waiting = [first]
        while waiting:
            position = waiting[-1]
            missing = [each for each in needs[position] if each not in done]
            needs[position] = []  # asked once: rows in a circle are refused when recorded
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if position not in done:
                done.add(position)
                turn.append(position)
    return turn


def _needs(orders: Sequence[Order]) -> dict[int, list[int]]:
    """Return per order the positions of those that come before it."""
    at = {order.id: position for position, order in enumerate(orders)}
    pointing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, order in enumerate(orders):
        if order.link is not None:
            pointing[order.link].append(position)
    needs: dict[int, list[int]] = {position: [] for position in range(len(orders))}
    for (kind, to), positions in [*pointing.items()]:
        first = [at[to]] if to in at else []
        if kind == "replaces":
            first += pointing["reverses", to]
        elif kind == "reverses":
            for refund in pointing["refunds", to]:
                first += [refund, *pointing["reverses", orders[refund].id]]
        else:
            _add_refunds(
                positions, [pointing["reverses", orders[at_].id] for at_ in positions], needs
            )
        for position in positions:
            needs[position] += first
    return needs


def _add_refunds(
    refunds: Sequence[int], reversals: Sequence[Sequence[int]], needs: dict[int, list[int]]
) -> None:
    """Let refunds of one spending follow those that were reversed: these leave room for more."""
    last: Sequence[int] = []
    for refund, reversal in zip(refunds, reversals, strict=True):
        if reversal:
            needs[refund] += last
            last = reversal
    for refund, reversal in zip(refunds, reversals, strict=True):
        if not reversal:
            needs[refund] += last


def _texts(rows: Spendings, column: str) -> list[str | None]:
    coded = rows.texts[column]
    values = [*coded.values, _ABSENT.get(column)]  # -1 finds the last: what an empty cell means
    return [values[code] for code in coded.codes.tolist()]


def _days(rows: Spendings, column: str) -> list[date | None]:
    return [date.fromordinal(day) if day else None for day in rows.days[column].tolist()]
