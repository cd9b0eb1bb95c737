"""How a sample is asked for, in texts: shares, tolerances, and what was drawn from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger import money
from ledger.errors import shortened
from ledger.letters import has_unseen

if TYPE_CHECKING:
    from datetime import date

SEED_MAX: Final = 64
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was drawn from: a fund of the ledger, or a file; and of which days.

    ``until`` is the day after the last; both are ``None`` for a file of which all counts.
    """

    name: str
    fund: str | None = None
    start: date | None = None
    until: date | None = None


def percent(text: str) -> Fraction:
    """Read a share such as ``97.5%``.

    Raises:
        ValueError: The text is no percentage of at most a hundred.
    """
    found = _PERCENT.fullmatch(text)
    share = Fraction(found[1]) / 100 if found else Fraction(2)
    if share > 1:
        raise ValueError(f"{shortened(text)!r} is not a percentage; write such as '5%' or '97.5%'")
    return share


def confidence(text: str) -> Fraction:
    """Read how sure one wants to be.

    Raises:
        ValueError: It is no percentage from 50 to below 100.
    """
    share = percent(text)
    if not Fraction(1, 2) <= share < 1:
        raise ValueError(f"{text!r} is no confidence; write at least 50% and less than 100%")
    return share


def tolerance(text: str, *, of_items: bool = False) -> Fraction | int:
    """Read what may be wrong: a share such as ``5%``, an amount such as ``13044.57``, or items.

    Returns:
        The share, or the amount in cents, or the number of items.

    Raises:
        ValueError: It is neither, or nothing.
    """
    if text.endswith("%"):
        found: Fraction | int = percent(text)
    elif of_items:
        found = _number(text)
    else:
        found = int(money.parse(text))
    if found <= 0:
        raise ValueError(f"{text!r} leaves no room for any error; write more than nothing")
    return found


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{shortened(text)!r} is no number of items; write such as '5%' or '12'")
    return int(text)


def seed(text: str) -> str:
    """Read a seed.

    Raises:
        ValueError: It is empty, long, or holds what nobody sees.
    """
    if not text.strip() or text != text.strip() or has_unseen(text) or len(text) > SEED_MAX:
        raise ValueError(
            f"{shortened(text)!r} is no seed; write a number or a word of at most "
            f"{SEED_MAX} characters"
        )
    return text


def percent_text(share: Fraction) -> str:
    """Write a share that was read as a percentage: ``97.5%``."""
    value = Decimal((share * 100).numerator) / Decimal((share * 100).denominator)
    return f"{value.normalize():f}%"


def tolerance_text(value: Fraction | int, *, of_items: bool) -> str:
    """Write a tolerance as it is read."""
    return size_text(value, of_items=of_items) if isinstance(value, int) else percent_text(value)


def size_text(value: int, *, of_items: bool) -> str:
    """Write how much there is: an amount in cents, or a number of items."""
    return str(value) if of_items else money.as_text(value)
