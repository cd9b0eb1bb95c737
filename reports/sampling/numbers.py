"""Numbers that chance gives, and that anybody finds again: from SHA-256, and nothing else.

The number with counter ``c`` (1, 2, 3, …) that is at most ``m``:

1. Take the SHA-256 of the text ``SEED:POPULATION:c`` in UTF-8, in which ``POPULATION`` is the
   SHA-256 of ``population.csv`` in lower-case hexadecimal.
2. Read the first twelve hexadecimal digits of it as a whole number ``x``, below 2**48.
3. If ``x`` is not below the largest multiple of ``m`` up to 2**48, pass this counter over;
   in practice this never happens, and it keeps all numbers equally likely.
4. The number is ``1 + x mod m``.

A shell gives the SHA-256 (``printf '20261014:3f1a…:1' | sha256sum``), a spreadsheet the rest
(``=1+MOD(DECIMAL("…";16);m)``): twelve digits fit the numbers that spreadsheets are exact in.
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEME: Final = "sha256-48"
"""What a draw calls this way of making numbers."""

RANKING: Final = "sha256-rank"
"""What it calls the ranking of places by the SHA-256 of ``SEED:POPULATION:PLACE``, lowest first."""

_DIGITS: Final = 12
SPACE: Final = 16**_DIGITS


def numbers(seed: str, population: str, *, most: int) -> Iterator[int]:
    """Yield numbers from 1 up to the most, all equally likely.

    Args:
        seed: Any text.
        population: SHA-256 of what is drawn from, in hexadecimal.
        most: The largest number, below 2**48.
    """
    assert 0 < most < SPACE, "there are numbers enough"
    for counter in count(1):
        found = int(digest(seed, population, counter)[:_DIGITS], 16)
        if found < SPACE - SPACE % most:
            yield 1 + found % most


def digest(seed: str, population: str, counter: int) -> str:
    """Return what a number is taken from, or a place is ranked by, in hexadecimal."""
    return hashlib.sha256(f"{seed}:{population}:{counter}".encode()).hexdigest()
