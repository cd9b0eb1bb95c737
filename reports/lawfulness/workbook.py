"""The workbook beside a lawfulness paper: every total is a formula over what it adds up.

A controller follows a figure of the paper to the finding that it comes from: the statement
adds up the findings, a finding says how it was divided, the last sheet ties all
organisations to the fund. The value of every formula stands beside it as it was worked out
here, so that programs that do not calculate show the same.

Amounts are decimals with two places, never a float of ours. The same year gives the same bytes.

Source:
    The settlement rules, Lawfulness in the settlement; What others may see.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter

from reports.lawfulness import sentences
from reports.lawfulness.accounts import accounts, parties
from reports.lawfulness.book import Book
from reports.lawfulness.papers import title
from reports.lawfulness.sheets import explanation, findings, reconciliation, statement
from reports.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.lawfulness.accounts import Account
    from settlement.accountability import Accountability


def workbooks(
    of: Accountability, *, language: str, only: str | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield every workbook of a year: name of the file, and its bytes.

    Args:
        of: The year.
        language: ``nl`` or ``en``.
        only: Code of the one organisation whose workbook is asked for; ``None`` for all.
    """
    words, everyone = Words(language), parties(of)
    for account in accounts(of, only=only):
        yield f"{account.file}.xlsx", workbook(account, everyone, words)


def workbook(account: Account, everyone: Sequence[Account], words: Words) -> bytes:
    """Return one workbook.

    Args:
        account: Whose.
        everyone: The accounts of all organisations, over which the fund's total is divided.
        words: In the language of the reader.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as file:
        file.set_properties(
            {
                "title": title(account, words),
                "subject": sentences.heading(account, words),
                "author": account.of.agreement.fund.name,
                "created": datetime.combine(account.of.dated, time(), tzinfo=UTC),
            }
        )
        book = Book.of(file, account, everyone, words)
        statement(book)
        if not account.totals_only:
            findings(book)
            explanation(book)
        reconciliation(book)
    return content.getvalue()
