"""Money: whole cents of the fund's currency. Never a float, never rounded in between."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NewType

from ledger.errors import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

Cents = NewType("Cents", int)

AMOUNT_MAX: Final = Cents(10_000_000_000_00)
"""The largest absolute amount that a file may name, in cents."""

AMOUNT_PATTERN: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]{1,2})?"
"""An amount as text: a dot, at most two decimals, no thousands separators."""

EXACT_DECIMALS: Final = 6
"""How finely exact shares are shown, in decimals of the currency."""

TEXT_MAX: Final = 20
"""Longer texts are no amounts, and are not tried."""

_AMOUNT: Final = re.compile(AMOUNT_PATTERN)
_DUTCH: Final = re.compile(r"-?\d{1,3}(?:\.?\d{3})*,\d{1,2}")


def parse(text: str) -> Cents:
    """Read an amount such as ``-1234.50``.

    Returns:
        The amount in cents.

    Raises:
        ValueError: The text is not an amount, or larger than :data:`AMOUNT_MAX`; the
            message says what would be right.
    """
    if len(text) > TEXT_MAX or not _AMOUNT.fullmatch(text):
        raise ValueError(
            f"{shortened(text)!r} is not an amount; write digits with a dot and at most "
            "two decimals, such as '1234.50'"
        )
    whole, _, decimals = text.partition(".")
    cents = int(whole + decimals.ljust(2, "0"))
    if abs(cents) > AMOUNT_MAX:
        raise ValueError(f"{text!r} is more than {as_text(AMOUNT_MAX)}")
    return Cents(cents)


def parse_written(text: str) -> Cents:
    """Read an amount that went through a spreadsheet, which in Dutch makes ``1.234,50`` of it.

    Raises:
        ValueError: As :func:`parse`.
    """
    is_dutch = _DUTCH.fullmatch(text) is not None
    return parse(text.replace(".", "").replace(",", ".") if is_dutch else text)


def as_text(cents: int) -> str:
    """Return an amount in cents as files write it: ``-1234.50``."""
    sign = "-" if cents < 0 else ""
    whole, decimals = divmod(abs(cents), 100)
    return f"{sign}{whole}.{decimals:02d}"


def exact_text(cents: Fraction) -> str:
    """Return exact cents in currency, half to even at six decimals."""
    return scaled(round(cents * 10**EXACT_DECIMALS / 100), EXACT_DECIMALS)


def scaled(value: int, places: int) -> str:
    """Write a whole number of the last of so many decimals."""
    whole, rest = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{places}d}"


def split(total: Cents, weights: Sequence[int | Fraction]) -> tuple[Cents, ...]:
    """Divide an amount over weights without losing or creating a cent.

    Every part is its exact share rounded down; the cents left over go, one each, to
    the largest fractions (largest remainder, Hamilton's method). Equal fractions favour
    the earlier position, so the outcome depends on the arguments alone. A negative
    total splits as the mirror image of its positive counterpart.

    Args:
        total: Amount to divide, in cents.
        weights: Relative shares, exact numbers of any scale, in a fixed order.

    Returns:
        One part per weight, in the same order, summing exactly to ``total``.

    Raises:
        ValueError: A weight is negative, or they do not add up to anything.
    """
    scale = sum(weights)
    if scale <= 0 or min(weights) < 0:
        raise ValueError(f"weights must be non-negative and not all zero: {weights}")
    if total < 0:
        return tuple(Cents(-part) for part in split(Cents(-total), weights))
    exact = [Fraction(total * weight) / scale for weight in weights]
    floors = [share.numerator // share.denominator for share in exact]
    left_over = total - sum(floors)
    by_fraction = sorted(range(len(exact)), key=lambda i: floors[i] - exact[i])
    lucky = set(by_fraction[:left_over])
    return tuple(Cents(floor + (i in lucky)) for i, floor in enumerate(floors))
