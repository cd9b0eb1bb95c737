"""The chart of accounts: which accounts a fund's journal has.

``bank`` is the pool's account; ``bridged`` holds costs that no settlement has divided yet;
``holder`` is the current account with the account holder. Each party has five:
what it paid in and was not yet settled (``contribution``), what it paid for others
(``advance``), the costs that fell on it (``cost``) and were charged to it
(``recharged``), and what it is owed or owes (``position``).

Source:
    The settlement rules, Year-end and budgets: a contribution never touches a cost or
    income account, only booking a settlement does.
"""

from __future__ import annotations

from typing import Final

BANK: Final = "bank"
BRIDGED: Final = "bridged"
HOLDER: Final = "holder"
OF_FUND: Final = (BANK, BRIDGED, HOLDER)
OF_PARTY: Final = ("contribution", "advance", "cost", "recharged", "position")


def contribution(party: str) -> str:
    """Return the account of what a party paid in and was not yet settled."""
    return f"contribution:{party}"


def advance(party: str) -> str:
    """Return the account of what a party paid itself and was not yet settled."""
    return f"advance:{party}"


def cost(party: str) -> str:
    """Return the account of the costs that fell on a party."""
    return f"cost:{party}"


def recharged(party: str) -> str:
    """Return the account of the costs that were charged to a party."""
    return f"recharged:{party}"


def position(party: str) -> str:
    """Return the account of what a party is owed (credit) or owes (debit)."""
    return f"position:{party}"
