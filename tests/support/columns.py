"""The facts of a settlement as a ledger brings them: columns, and only what is asked for.

Rows come as plain lists, without a file. Each row says itself whether it is settled, and
an earlier settlement brings no more of its lines than corrections point to that are not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ledger import columns, facts
from settlement.eras import in_order

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from ledger.facts import Savings, Spendings
    from settlement.earlier import BookedLines, EarlierRun
    from settlement.engine import Order


def spendings(read: Spendings) -> Spendings:
    """Return the same spendings, built from lists of what a database holds."""
    rows = range(len(read))
    days = {
        column: [date.fromordinal(day) if day else None for day in read.days[column].tolist()]
        for column in facts.DAYS
    }
    return facts.from_columns(
        "fund",
        texts={column: [read.text(column, row) for row in rows] for column in facts.TEXTS},
        days={column: columns.ordinals(each) for column, each in days.items()},
        amount_cents=read.amount_cents,
        vat=(read.vat_cents, read.has_vat),
    )


def savings(read: Savings, of: Spendings, parties: tuple[str, ...]) -> Savings:
    """Return the same savings, built from lists of what a database holds."""
    return facts.savings_from_columns(
        of,
        spending=[of.text("id", row) for row in read.spending.tolist()],
        party=[parties[at] for at in read.party.tolist()],
        amount_cents=read.total_cents,
        parties=parties,
    )


def as_ledger(order: Order) -> Order:
    """Return an order as a ledger gives it for the same facts."""
    rows = spendings(order.spendings)
    parties = tuple(party.code for party in in_order(order.agreements))
    settled = settled_rows(rows, order.runs)
    asked = pointed_to(rows, settled, order.runs)
    return replace(
        order,
        spendings=rows,
        savings=savings(order.savings, rows, parties),
        settled=settled,
        runs=tuple(
            replace(
                run,
                lines=thinned(run.lines, asked),
                links=tuple(link for link in run.links if not rows.rows_of([link.spending])),
            )
            for run in order.runs
        ),
    )


def settled_rows(rows: Spendings, runs: Collection[EarlierRun]) -> NDArray[np.bool_]:
    """Tell which rows any run settled."""
    settled = np.zeros(len(rows), dtype=bool)
    for run in runs:
        settled[[*rows.rows_of(list(run.lines.position_of)).values()]] = True
    return settled


def pointed_to(
    rows: Spendings, settled: NDArray[np.bool_], runs: Collection[EarlierRun]
) -> set[str]:
    """Return what corrections that are not settled point to, directly and through others."""
    links = {link.spending: link.to for run in runs for link in run.links}
    links |= {
        rows.text("id", row) or "": to
        for kind in facts.LINKS
        for row in range(len(rows))
        if (to := rows.text(kind, row)) is not None
    }
    asked: set[str] = set()
    for row in np.flatnonzero(~settled).tolist():
        at = rows.text("id", row) or ""
        while at in links and links[at] not in asked:
            at = links[at]
            asked.add(at)
    return asked


def thinned(lines: BookedLines, asked: Collection[str]) -> BookedLines:
    """Return those lines that are asked for."""
    kept = [spending for spending in lines.position_of if spending in asked]
    at = [lines.position_of[spending] for spending in kept]
    return replace(
        lines,
        position_of={spending: number for number, spending in enumerate(kept)},
        booked_on=lines.booked_on[at],
        amount_cents=lines.amount_cents[at],
        key=lines.key[at],
        vector=lines.vector[at],
        cells_cents=lines.cells_cents[at],
    )
