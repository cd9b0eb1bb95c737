"""The journal: every transfer follows from an act that moves money.

A transfer debits one account and credits another by the same amount, so that the trial
balance is whole once every transfer is one that its act made. What the pool holds follows
from the accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledger import accounts, journal
from ledger.tables import Transfer
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.journal import Move
    from ledger.verify.chain import Event
    from ledger.verify.misfits import Misfit
    from ledger.verify.so_far import SoFar

TRANSFER: Final = Shape(
    model=Transfer,
    told={
        name: name
        for name in ("line", "booked_on", "debit", "credit", "amount_cents", "key", "task_field")
    },
)


def misfits(event: Event, so_far: SoFar, booked_on: Any, moves: Sequence[Move]) -> Iterator[Misfit]:
    """Yield how the transfers of an act differ from what it moved, and add them up.

    Args:
        event: The act.
        so_far: The fund up to this act.
        booked_on: The day on which it counts, as the trail writes it.
        moves: What it moved.
    """
    said = journal.lines(so_far.fund.id, event.number, booked_on, moves)
    yield from TRANSFER.misfits(event.number, said, so_far.rows(TRANSFER, event.number))
    for row in said:
        so_far.balances_cents[row["debit"]] += row["amount_cents"]
        so_far.balances_cents[row["credit"]] -= row["amount_cents"]


def pool_cents(so_far: SoFar) -> int:
    """Return what the bank account holds less what the fund owes of it: see ``ledger.rooms``."""
    advanced = sum(
        cents
        for account, cents in so_far.balances_cents.items()
        if account.startswith(accounts.advance(""))
    )
    to_holder = min(0, so_far.balances_cents[accounts.HOLDER])
    return so_far.balances_cents[accounts.BANK] + advanced + to_holder - so_far.bound_cents
