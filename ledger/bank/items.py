"""What the ledger expects to see on the pool's account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from ledger.bank.kept import Line


STRANGER: Final = ""
"""The account opposite where the agreement names none for who pays: not a participant's."""


class Kind(StrEnum):
    """What an item is; the bank knows no difference."""

    SPENDING = "spending"  # paid by the pool
    REFUND = "refund"  # of a spending, or its reversal
    CONTRIBUTION = "contribution"  # due, or recorded
    PAYMENT = "payment"  # of a settlement, to or from a party


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that is on the account, or will be.

    Args:
        id: Unique among the items.
        kind: What it is.
        amount_cents: As the bank shows it: negative where it leaves the account.
        on: The day on which it was spent, or is due.
        sequence: Its place in the ledger; gives the order of items of one day.
        reference: The fund's own; several items that are paid at once share it.
        iban: The account opposite, where the agreement says it, or :data:`STRANGER`;
            ``None`` for any. Of what comes in only: of a line that goes out the account is
            not kept.
        fingerprint: That of the payment as it was asked for (``kept.fingerprint``).
    """

    id: str
    kind: Kind
    amount_cents: int
    on: date
    sequence: int
    reference: str | None = None
    iban: str | None = None
    fingerprint: str | None = None

    def __post_init__(self) -> None:
        if self.iban is not None and self.amount_cents < 0:
            raise ValueError(f"{self.id} goes out: give its fingerprint, not the account")

    def fits(self, line: Line) -> bool:
        """Whether the account opposite is the right one, as far as it is known."""
        return self.iban is None or self.iban == opposite(line)


def opposite(line: Line) -> str:
    """Return the account opposite, as far as it is kept."""
    return line.iban or STRANGER
