"""The fund's own references: on its papers, and quoted with payments."""

from __future__ import annotations


def of_settlement(fund: str, year: int, number: int) -> str:
    """Return what a settlement is called on papers.

    Args:
        fund: Code of the fund.
        year: The calendar year of the period's last day.
        number: Of the settlement, gapless per fund and year, from 1.
    """
    return f"{fund}-{year}-{number:02d}"


def of_payment(settlement: str, party: str) -> str:
    """Return what a payment to or from an organisation quotes.

    Args:
        settlement: What the settlement is called on papers.
        party: Code of the organisation.
    """
    return f"{settlement}-{party}"
