"""The values that only a catalogue of effects has: years of prices."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator

from ledger.errors import shortened

_YEAR: Final = re.compile(r"((?:19|20)[0-9]{2})(?:/([0-9]{2}))?")


def _price_year(value: object) -> object:
    """Read a calendar year, or a financial year such as ``2010/11``, as text."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    found = _YEAR.fullmatch(text)
    if found is None or (found[2] and int(found[2]) != (int(found[1]) + 1) % 100):
        raise ValueError(
            f"{shortened(str(value))!r} is not a year of prices; write a year such as 2010 "
            "or a financial year between quotes, such as '2010/11'"
        )
    return text


PriceYear = Annotated[str, BeforeValidator(_price_year)]
