"""Chance that falls the same way on every machine, for ever: SHA-256 of a name and a number.

Python promises that only for parts of its own random numbers, and not for logarithms and
powers on every processor. Everything here is whole numbers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_T = TypeVar("_T")
_BYTES: Final = 8  # of a throw
_HUNDRED: Final = 100


class Dice:
    """Chance under a name: other names fall independently of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._thrown = 0

    def bytes(self, size: int) -> bytes:
        """Return so many bytes."""
        drawn = b""
        while len(drawn) < size:
            drawn += hashlib.sha256(f"{self.name}:{self._thrown}".encode()).digest()
            self._thrown += 1
        return drawn[:size]

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to, and without, a bound."""
        # Of 2^64 numbers so few are too many for small bounds that nobody would see it.
        return int.from_bytes(self.bytes(_BYTES)) % bound

    def between(self, first: int, last: int) -> int:
        """Return a whole number from the first to the last, both included."""
        return first + self.below(last - first + 1)

    def happens(self, percent: int) -> bool:
        """Whether something of so many percent happens this time."""
        return self.below(_HUNDRED) < percent

    def one_of(self, things: Sequence[_T]) -> _T:
        """Return one of these, each as likely as the others."""
        return things[self.below(len(things))]

    def some_of(self, things: Sequence[_T], count: int) -> list[_T]:
        """Return so many of these, each at most once, in their own order."""
        left = list(range(len(things)))
        taken = [left.pop(self.below(len(left))) for _ in range(count)]
        return [things[at] for at in sorted(taken)]

    def by_weight(self, weights: Mapping[_T, int]) -> _T:
        """Return one of these, each as likely as its weight beside the others."""
        at = self.below(sum(weights.values()))
        for thing, weight in weights.items():
            if at < weight:
                return thing
            at -= weight
        raise AssertionError("weights add up to their sum")
