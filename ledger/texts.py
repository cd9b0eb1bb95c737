"""Texts that people read: sentences from catalogues, figures and dates in their language.

Catalogues are gettext files (``<folder>/<language>/LC_MESSAGES/overbrug.po``), read as
they are. Every language has every text; nothing falls back silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

from babel import dates, numbers
from babel.messages import pofile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction
    from pathlib import Path

LANGUAGES: Final = ("nl", "en")
MINUS: Final = "\N{MINUS SIGN}"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_LOCALES: Final = {"nl": "nl_NL", "en": "en_IE"}  # figures of the English texts are in euro too


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one room in one language."""

    language: str
    texts: Mapping[str, str | tuple[str, str]]

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a text with values filled in.

        Raises:
            KeyError: There is no such text, or a value that it needs is missing.
        """
        found = self.texts[text]
        assert isinstance(found, str), f"{text} has a plural"
        return found.format_map(values)

    def plural(self, text: str, count: int, /, **values: object) -> str:
        """Return a text in its singular or plural form; ``count`` is filled in too."""
        found = self.texts[text]
        assert isinstance(found, tuple), f"{text} has no plural"
        return found[count != 1].format_map({"count": number(self.language, count), **values})

    def has(self, text: str) -> bool:
        """Whether there is such a text."""
        return text in self.texts


@cache
def catalogue(folder: Path, language: str) -> Catalogue:
    """Return the texts that a folder holds in a language."""
    path = folder / language / "LC_MESSAGES" / "overbrug.po"
    with path.open(encoding="utf-8") as file:
        messages = pofile.read_po(file, locale=language)
    texts: dict[str, str | tuple[str, str]] = {}
    for message in messages:
        if isinstance(message.id, tuple | list):
            forms = message.string
            assert isinstance(forms, tuple | list), f"{message.id[0]} has two forms"
            texts[message.id[0]] = (forms[0], forms[1])
        elif message.id:
            texts[message.id] = str(message.string)
    return Catalogue(language, texts)


def amount(language: str, cents: int, *, signed: bool = False) -> str:
    """Return an amount without its currency: ``-1.234,56`` with a true minus.

    Args:
        language: Of the reader.
        cents: The amount.
        signed: Whether an amount above zero has a plus, as a difference has.
    """
    text = _decimals(language, Decimal(abs(cents)).scaleb(-2), 2)
    sign = MINUS if cents < 0 else "+" if signed and cents > 0 else ""
    return f"{sign}{text}"


def euro(language: str, cents: int) -> str:
    """Return an amount of euros for running text, on one line."""
    if language == "nl":
        return f"€{NO_BREAK}{amount(language, cents)}"
    return f"{MINUS if cents < 0 else ''}€{amount(language, abs(cents))}"


def exact(language: str, value: Fraction, *, decimals: int, signed: bool = False) -> str:
    """Return an exact number with so many decimals, cut towards zero for show."""
    scaled = abs(value) * 10**decimals
    cut = Decimal(scaled.numerator // scaled.denominator).scaleb(-decimals)
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{_decimals(language, cut, decimals)}"


def rounded(language: str, value: Fraction, *, decimals: int) -> str:
    """Return a signed number with so many decimals, half to even."""
    return exact(language, round(value, decimals), decimals=decimals, signed=True)


def percentage(language: str, share: Fraction, *, decimals: int = 2) -> str:
    """Return a share of the whole as a percentage, half to even."""
    scaled = round(share * 100 * 10**decimals)
    return f"{_decimals(language, Decimal(scaled).scaleb(-decimals), decimals)}%"


def number(language: str, value: int) -> str:
    """Return a whole number with separators between the thousands."""
    return numbers.format_decimal(value, locale=_LOCALES[language])


def day(language: str, value: date) -> str:
    """Return a date for running text: ``14 oktober 2026``."""
    return dates.format_date(value, "d MMMM y", locale=_LOCALES[language])


def short_day(language: str, value: date) -> str:
    """Return a date for tables: ``14-10-2026``, or ISO in English."""
    pattern = "dd-MM-y" if language == "nl" else "y-MM-dd"
    return dates.format_date(value, pattern, locale=_LOCALES[language])


def month(language: str, value: date) -> str:
    """Return a month for running text: ``oktober 2026``."""
    return dates.format_date(value, "MMMM y", locale=_LOCALES[language])


def together(language: str, names: list[str]) -> str:
    """Return names as one enumeration: ``a, b en c``."""
    if not names:
        return ""
    last = {"nl": " en ", "en": " and "}[language]
    return last.join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _decimals(language: str, value: Decimal, decimals: int) -> str:
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return numbers.format_decimal(
        value, pattern, locale=_LOCALES[language], decimal_quantization=False
    )
