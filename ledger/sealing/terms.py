"""How long what is sealed is kept: after the month in which its term ends it can be destroyed.

The term runs from the month of the act. The terms are defaults, not law: [M], for the
agreement of a fund to say otherwise.

Source:
    Burgerlijk Wetboek 2:10 and 3:15i, Algemene wet inzake rijksbelastingen 52: what books
    rest on is kept for seven years. AVG 5(1)(e): nothing longer than it is needed for; a
    justification and a receipt serve the accounts of the year and those of the year after [M].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

JUSTIFICATION: Final = 24
"""Months: why it was spent, and the receipt."""

BOOKS: Final = 84
"""Months: of which case, to whom and by whom, on which domain; effects; why an act was done.
Salts too, or nothing could prove what is still there."""


_MONTH: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether a text is a month as terms are written."""
    return _MONTH.fullmatch(text) is not None


def month(day: date, months: int) -> str:
    """Return the month in which a term ends, such as ``2033-01``.

    Args:
        day: On which it begins.
        months: How long it is.
    """
    years, at = divmod(day.month - 1 + months, 12)
    return f"{day.year + years:04}-{at + 1:02}"
