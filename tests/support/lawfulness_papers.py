"""A year of a small fund as its lawfulness papers see it, without a ledger; and reading them back.

The parties are a municipality (``a``), a social service (``b``), a housing association (``c``)
and a health insurer (``d``). Spendings are named after what must never be on paper.
"""

from __future__ import annotations

import contextlib
import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import formulas as calculator
import openpyxl

from ledger.agreement import reading
from ledger.agreement.versions import latest
from ledger.lawfulness import regimes
from reports.lawfulness import accounts, papers, workbook
from reports.words import Words
from settlement import landing
from settlement.accountability import Accountability
from settlement.landing import Accepted, Found, Overspent, Spent
from settlement.results import Head
from tests.support.catalogues import kinded
from tests.support.funds import agreement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reports.lawfulness.accounts import Account

KINDS: Final = {
    "a": "municipality", "b": "social-service", "c": "housing-association", "d": "health-insurer",
}  # fmt: skip
CATEGORIES: Final = (
    '[[category]]\ncode = "rent"\ngroup = "housing"\n'
    '[[category]]\ncode = "secret"\ngroup = "care"\n'
)
LIMIT: Final = (
    '[[lawfulness.limit]]\nparty = "{party}"\nyear = {year}\nshare = {share}\n'
    'base_amount = "{base}"\ndecision = "raadsbesluit 2025-11-14"\n{more}\n'
)


def limit(
    party: str = "a",
    *,
    share: str = "0.02",
    base: str = "1000.00",
    year: int = 2026,
    more: str = "",
) -> str:
    return LIMIT.format(party=party, share=share, base=base, year=year, more=more)


def spent(number: int, cents: dict[str, int] | None, **said: Any) -> Spent:
    filled: dict[str, Any] = {
        "sequence": number,
        "id": f"s-{number}",
        "booked_on": date(2026, 3, 17),
        "category": "rent",
        "amount_cents": sum(cents.values()) if cents else 10_00,
        "cells": cents,
    }
    return Spent(**(filled | said))


def found(number: int, cents: int, of: Spent, **said: Any) -> Found:
    filled: dict[str, Any] = {"rule": "departs-from-rule", "kind": "error", "line": 1}
    filled |= {"criterion": "conditions"}
    return Found(sequence=100 + number, amount_cents=cents, spent=of, **(filled | said))


BY_BOARD: Final = Accepted(
    by="board", ground="moratorium", decided_on=date(2026, 6, 12), decision="B-14"
)
BY_MANDATE: Final = Accepted(by="mandate", ground="reverse-test", decided_on=date(2026, 4, 2))


def findings() -> list[Found]:
    """Return findings of every kind: accepted, unclear, covered, put right and waiting."""
    first = spent(1, {"a": 500_00, "b": 300_00, "c": 200_00})
    second = spent(2, {"a": 33_34, "b": 33_33, "d": 33_33}, category="secret")
    third = spent(3, {"c": 70_01})
    return [
        found(1, 1000_00, first, accepted=BY_BOARD),
        found(2, 40_01, second, rule="mandate-per-spending", accepted=BY_MANDATE),
        found(3, 10_00, second, rule="splitting", kind="uncertainty", criterion="misuse"),
        found(4, 70_01, third, rule="prior-provision"),
        found(5, 60_00, third, rule="area-outside"),
        found(6, 70_01, third, rule="duplicate-receipt", criterion="misuse"),
        found(7, 5_00, spent(4, None), rule="evidence-missing", kind="uncertainty"),
        found(8, 9_00, first, criterion="misuse", kind="uncertainty", rule="payee-colleague",
              ended="corrected", ended_on=date(2026, 9, 1)),
    ]  # fmt: skip


def accountability(
    those: Sequence[Found] | None = None,
    *,
    terms: str = "",
    form: str = "host",
    year: int = 2026,
    overspent: Sequence[Overspent] = (),
    unsettled: tuple[int, int] = (0, 0),
    cost: dict[str, int] | None = None,
) -> Accountability:
    """Return a year; what a test is not about is filled in.

    Args:
        those: Its findings; ``None`` for those of every kind.
        terms: TOML of the agreement, such as limits.
        form: Legal form of the fund.
        year: The financial year.
        overspent: Budgets and costs.
        unsettled: How many spendings are not settled, and what they come to.
        cost: What the year cost whom.
    """
    text = agreement(
        parties="a 3, b 1, c 1, d 1", valid="from 2023-01-01", ladder=CATEGORIES + terms
    ).replace(b'currency = "EUR"', f'currency = "EUR"\nlegal_form = "{form}"'.encode())
    versions = reading.read_fund([("agreement.toml", kinded(text, KINDS))])
    version = latest(versions, date(year, 12, 31))
    assert version is not None
    rules = version.lawfulness
    return Accountability(
        year=year,
        agreement=version,
        agreements=versions,
        regime=regimes.of_year(year, said=rules.regime if rules else None),
        findings=landing.of_year(findings() if those is None else those, year),
        cost_cents={"a": 533_34, "b": 333_33, "c": 270_01, "d": 33_33} if cost is None else cost,
        unsettled=unsettled[0],
        unsettled_cents=unsettled[1],
        overspent={each.party: each for each in overspent},
        end=Head(sequence=1234, sha256="ab" * 32),
        dated=date(2027, 1, 25),
    )


def account(of: Accountability, party: str | None) -> Account:
    named = {each.code: each for each in of.parties}
    return accounts.account(of, None if party is None else named[party])


def pdf(of: Accountability, party: str | None, language: str = "nl") -> bytes:
    return papers.paper(account(of, party), accounts.parties(of), Words(language))


def xlsx(of: Accountability, party: str | None, language: str = "nl") -> bytes:
    return workbook.workbook(account(of, party), accounts.parties(of), Words(language))


def values(content: bytes) -> dict[str, dict[str, Any]]:
    """Return what every cell of a workbook says: for a formula what it came to."""
    return _cells(content, data_only=True)


def formulas(content: bytes) -> dict[str, dict[str, str]]:
    """Return every formula of a workbook, by sheet and cell."""
    return {
        sheet: {at: each for at, each in cells.items() if str(each).startswith("=")}
        for sheet, cells in _cells(content, data_only=False).items()
    }


def _cells(content: bytes, *, data_only: bool) -> dict[str, dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
    return {
        sheet.title: {
            each.coordinate: each.value for row in sheet for each in row if each.value is not None
        }
        for sheet in book
    }


def calculated(content: bytes, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what every formula of a workbook comes to, as another program calculates it."""
    path = folder / "book.xlsx"
    path.write_bytes(content)
    with contextlib.redirect_stderr(io.StringIO()):  # where it draws how far it is
        done = calculator.ExcelModel().loads(str(path)).finish().calculate()
    sheets = {name.upper(): name for name in formulas(content)}
    found: dict[str, dict[str, Any]] = {name: {} for name in sheets.values()}
    for at, ranges in done.items():
        place = re.fullmatch(r"'\[.*\](.*)'!(.*)", str(at))
        if place is not None and ":" not in place[2]:
            found[sheets[place[1]]][place[2]] = ranges.value[0, 0]
    return found
