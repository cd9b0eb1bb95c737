"""Characters that nobody sees, and that show a text as something else."""

from __future__ import annotations

import re
from typing import Final

UNSEEN: Final = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f"
)
"""For a class of a regular expression: controls, line ends, marks of format, tags."""

FORMULA: Final = ("=", "+", "-", "@")
"""How a text begins that a spreadsheet runs instead of showing it."""

_UNSEEN: Final = re.compile(f"[{UNSEEN}]")


def escaped(text: str) -> str:
    """Return a text in which such characters can be seen, on one line."""
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def has_unseen(text: str) -> bool:
    """Whether a text holds any of them."""
    return _UNSEEN.search(text) is not None
