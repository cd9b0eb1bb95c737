"""Characters that nobody sees, and that show a text as something else."""

from __future__ import annotations

import re
from typing import Final

UNSEEN: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""For a class of a regular expression: controls, line ends, marks that turn letters round."""

_UNSEEN: Final = re.compile(f"[{UNSEEN}]")


def escaped(text: str) -> str:
    """Return a text in which such characters can be seen, on one line."""
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def has_unseen(text: str) -> bool:
    """Whether a text holds any of them."""
    return _UNSEEN.search(text) is not None
