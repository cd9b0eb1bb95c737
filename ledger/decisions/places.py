"""Where a finding stands: the number of the act that found it, and its line there. Pure."""

from __future__ import annotations

import re
from typing import Final

from ledger.errors import shortened

Place = tuple[int, int]

_PLACE: Final = re.compile(r"([1-9][0-9]{0,14})/([1-9][0-9]{0,8})")


def read(text: str) -> Place:
    """Read a finding as people write it, such as ``17/2``.

    Raises:
        ValueError: It is none.
    """
    found = _PLACE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{shortened(text)!r} is no finding; write it as 17/2")
    return int(found[1]), int(found[2])


def told(place: Place) -> str:
    """Return a finding as people write it."""
    return f"{place[0]}/{place[1]}"
