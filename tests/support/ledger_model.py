"""A fund in memory, in few words: what the ledger must say of every act and every figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledger import pool
    from ledger.contributions import Receipt
    from ledger.orders import Order

BUDGET: Final = 150_00
PER_YEAR: Final = 90_00
RULES: Final = (
    f'[[budget]]\nparty = "a"\nyear = 2026\namount = "{BUDGET // 100}.00"\n'
    f'[[mandate]]\ncode = "worker"\nper_year = "{PER_YEAR // 100}.00"\n'
)
FIRST: Final = date(2026, 1, 1)
"""The year's budget of ``a``, and the mandate of whoever is called ``worker``."""


@dataclass
class Held:
    """A reservation as the model knows it."""

    asked: pool.Hold
    who: str
    how: str | None = None


@dataclass
class Spent:
    """A spending as the model knows it."""

    order: Order
    who: str


@dataclass
class Model:
    """What must be true, in few words."""

    pool: int = 0
    closed_until: date = FIRST
    spent: dict[str, Spent] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    received: dict[str, Receipt] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def move(self, debit: str, credit: str, amount: int) -> None:
        self.accounts[debit] += amount
        self.accounts[credit] -= amount

    def open(self, today: date) -> list[Held]:
        return [each for each in self.held.values() if not each.how and each.asked.until > today]

    def is_reversed(self, spending: str) -> bool:
        return any(each.order.reverses == spending for each in self.spent.values())

    def refunded(self, spending: str) -> int:
        return -sum(
            each.order.amount_cents
            for id_, each in self.spent.items()
            if each.order.refunds == spending and not self.is_reversed(id_)
        )

    def corrected(self, order: Order) -> Spent | None:
        """What an order takes back or stands in the place of."""
        return self.spent.get(order.reverses or order.replaces or "")

    def happened(self, order: Order) -> bool:
        """Whether an order bears the day of what it corrects, which happened."""
        there = self.corrected(order)
        return there is not None and there.order.spent_on == order.spent_on

    def spender(self, order: Order, who: str) -> str:
        """Who spent: of what is corrected whoever did."""
        there = self.corrected(order)
        return who if there is None else there.who

    def fits(self, order: Order) -> bool:
        """Whether a correction fits what it corrects."""
        assert order.link is not None
        kind, to = order.link
        original = self.spent[to].order
        match kind:
            case "reverses":
                return not (original.reverses or self.is_reversed(to) or self.refunded(to))
            case "refunds":
                left = max(0, original.amount_cents) - self.refunded(to)
                plain = not (original.reverses or original.refunds or self.is_reversed(to))
                return plain and original.amount_cents >= 0 and -order.amount_cents <= left
            case _:
                return self.is_reversed(to)

    def room(self, organisation: str, who: str, today: date) -> dict[str, int]:
        """The room of fund, organisation and person, of those that are limited."""
        open_ = self.open(today)
        of_year = [each for each in self.spent.values() if each.order.spent_on.year == today.year]
        left = {"fund": self.pool - sum(each.asked.amount_cents for each in open_)}
        if organisation == "a" and today.year == FIRST.year:
            left["organisation"] = (
                BUDGET
                - sum(e.order.amount_cents for e in of_year if e.order.organisation == "a")
                - sum(each.asked.amount_cents for each in open_ if each.asked.organisation == "a")
            )
        if who == "worker":
            left["person"] = (
                PER_YEAR
                - sum(each.order.amount_cents for each in of_year if each.who == who)
                - sum(each.asked.amount_cents for each in open_ if each.who == who)
            )
        return left
