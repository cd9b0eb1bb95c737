"""The values of an agreement file: amounts, exact numbers, days, codes and texts.

Amounts become integer cents, shares and measures exact fractions.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from ledger import money
from ledger.letters import FORMULA, has_unseen

CODE_PATTERN: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_EXACT_PATTERN: Final = r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18}|/[1-9][0-9]{0,17})?"


def _amount(value: object) -> object:
    """Read an amount; numbers without quotes are refused, for a float is no money."""
    if not isinstance(value, str):
        raise ValueError("write the amount between quotes, such as '1234.50'")
    cents = money.parse(value)
    if cents < 0:
        raise ValueError(f"{value!r} is less than nothing; amounts here are '0.00' or more")
    return cents


def exact(value: object) -> Fraction:
    """Read a non-negative exact number: a whole number, a decimal or a fraction.

    Raises:
        ValueError: It is none; says what would be right.
    """
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise ValueError("write a number, a decimal such as '0.25' or a fraction such as '1/3'")
    if not re.fullmatch(_EXACT_PATTERN, text):
        raise ValueError(
            f"{text[:40]!r} is not an exact number of 0 or more; "
            "write digits, a decimal such as '0.25' or a fraction such as '1/3'"
        )
    return Fraction(text)


def _day(value: object) -> object:
    """Accept a TOML date only; a date with a time would hide on which day it counts."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("write a date without quotes and without a time, such as 2026-01-01")
    return value


def _visible(text: str) -> str:
    """Refuse a text that people cannot see for what it is."""
    if has_unseen(text):
        raise ValueError(f"{text!r} holds a character that nobody sees; leave it out")
    if text != text.strip():
        raise ValueError(f"{text!r} begins or ends with a blank; leave it out")
    return text


MONEY: Final = frozenset(
    {"amount", "base_amount", "minimum_transfer", "per_spending", "per_year", "up_to"}
) | {"procurement_threshold", "reporting_limit", "threshold"}
"""Members that are amounts, in cents."""

Code = Annotated[str, Field(pattern=f"^{CODE_PATTERN}$", max_length=64)]


def _no_formula(text: str) -> str:
    """Refuse a text that a spreadsheet takes for a formula."""
    if text.startswith(FORMULA):
        raise ValueError(
            f"{text!r} begins with {text[0]!r}, so that a spreadsheet takes it for a formula; "
            "begin it with a letter or a digit"
        )
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_visible)]
Amount = Annotated[int, BeforeValidator(_amount)]
Exact = Annotated[Fraction, BeforeValidator(exact)]
Day = Annotated[date, BeforeValidator(_day)]
Codes = Annotated[tuple[Code, ...], Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Cell = Annotated[Text, AfterValidator(_no_formula)]
"""A text that stands in what others open in a spreadsheet."""
