"""How spendings are written, in files and in orders alike: days, words and how long texts are."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from ledger.errors import shortened

TEXT_MAX: Final = 200
"""The longest text that decides anything, in characters."""

VAT_USES: Final = ("none", "individual", "compensable", "unknown")
ADVANCERS: Final = ("pool", "professional")
"""Who may have paid besides a party."""

_DAY: Final = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")


def day(text: str) -> date:
    """Read a date such as ``2026-03-31``.

    Raises:
        ValueError: It is no date, or a day that does not exist.
    """
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is a day that does not exist") from None
    raise ValueError(
        f"{shortened(text)!r} is not a date between 1900 and 2999; "
        "write year-month-day, such as 2026-03-31"
    )
