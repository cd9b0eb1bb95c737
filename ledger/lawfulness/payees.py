"""Payees: when two names are one to the rules. Pure."""

from __future__ import annotations

from ledger.screening import LEFT_OUT


def known_as(payee: str | None) -> str | None:
    """Return by what a payee is known as the same, however it is written.

    ``None`` where nobody can tell: nobody wrote it, it was erased, or what would have told was
    left out.
    """
    if payee is None or LEFT_OUT in payee:
        return None
    return " ".join(payee.split()).casefold() or None
