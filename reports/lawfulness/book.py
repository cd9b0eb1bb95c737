"""A workbook as it is written: amounts as decimals, formulas with the value they come to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from reports.lawfulness.accounts import Account
    from reports.words import Words

_MONEY: Final = '#,##0.00;"\N{MINUS SIGN}"#,##0.00'
_EXACT: Final = '#,##0.000000;"\N{MINUS SIGN}"#,##0.000000'
_SHARE: Final = "0.00##%"
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#4a5768"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "head_right": {
        "bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right",
    },
    "text": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "money": {"num_format": _MONEY, "valign": "top"},
    "exact": {"num_format": _EXACT, "valign": "top", "font_color": "#4a5768"},
    "count": {"num_format": "0", "valign": "top"},
    "share": {"num_format": _SHARE, "align": "right"},
    "total": {"bold": True, "top": 1},
    "total_money": {"bold": True, "top": 1, "num_format": _MONEY},
    "total_count": {"bold": True, "top": 1, "num_format": "0"},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook that is being written.

    Args:
        file: As xlsxwriter has it.
        account: Whose figures it holds.
        everyone: The accounts of all organisations.
        words: In the language of the reader.
        formats: By name.
    """

    file: Workbook
    account: Account
    everyone: Sequence[Account]
    words: Words
    formats: Mapping[str, Format]

    @classmethod
    def of(
        cls, file: Workbook, account: Account, everyone: Sequence[Account], words: Words
    ) -> Self:
        """Return a workbook in which nothing is written yet."""
        formats = {name: file.add_format(dict(each)) for name, each in _FORMATS.items()}
        return cls(file=file, account=account, everyone=everyone, words=words, formats=formats)

    def sheet(self, name: str, widths: Sequence[int]) -> Page:
        """Add a sheet with a title; columns are so many letters wide."""
        sheet = self.file.add_worksheet(self.words(f"law.sheet.{name}"))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        page = Page(sheet=sheet, formats=self.formats)
        page.text(0, 0, self.words(f"law.sheet.{name}.title", name=self.account.name,
                                   year=self.account.of.year), "title")  # fmt: skip
        return page

    def range(self, name: str, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Return how formulas of other sheets call a range of a sheet."""
        return f"'{self.words(f'law.sheet.{name}')}'!{xl_range_abs(*first, *last)}"

    def cell(self, name: str, row: int, column: int) -> str:
        """Return how formulas of other sheets call a cell of a sheet."""
        at = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        return f"'{self.words(f'law.sheet.{name}')}'!{at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet that is being written; rows and columns count from 0."""

    sheet: Worksheet
    formats: Mapping[str, Format]

    def text(self, row: int, column: int, said: str, format_: str = "text") -> None:
        """Write a text, never as a formula, whatever it begins with."""
        self.sheet.write_string(row, column, said, self.formats[format_])

    def head(self, row: int, titles: Sequence[tuple[str, bool]]) -> None:
        """Write the heads of columns: what they are called, and whether they hold figures."""
        for at, (said, is_figure) in enumerate(titles):
            self.text(row, at, said.replace("\n", " "), "head_right" if is_figure else "head")
        self.sheet.repeat_rows(row)

    def money(
        self, row: int, column: int, cents: int, formula: str = "", *, format_: str = "money"
    ) -> None:
        """Write an amount, or a formula that comes to it."""
        self._number(row, column, Decimal(as_text(cents)), formula, format_)

    def count(self, row: int, column: int, count: int, formula: str, format_: str) -> None:
        """Write a formula that counts."""
        self._number(row, column, Decimal(count), formula, format_)

    def exact(self, row: int, column: int, cents: Fraction, formula: str) -> None:
        """Write a formula that comes to an amount that is no whole cent."""
        self._number(row, column, _decimal(cents / 100), formula, "exact")

    def share(self, row: int, column: int, share: Fraction) -> None:
        """Write an exact share."""
        formula = f"={share.numerator}/{share.denominator}"
        self._number(row, column, _decimal(share), formula, "share")

    def answer(self, row: int, column: int, said: str, formula: str) -> None:
        """Write a formula that comes to a text."""
        self.sheet.write_formula(row, column, formula, self.formats["text"], said)

    def _number(self, row: int, column: int, value: Decimal, formula: str, format_: str) -> None:
        if formula:
            self.sheet.write_formula(row, column, formula, self.formats[format_], value)
        else:
            self.sheet.write_number(row, column, value, self.formats[format_])


def _decimal(value: Fraction) -> Decimal:
    """Return an exact number as programs would calculate it, for show."""
    return Decimal(round(value * 10**12)).scaleb(-12).normalize()
