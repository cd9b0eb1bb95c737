"""Distinct values by number: millions of lines share few keys and vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from numpy.typing import NDArray

_T = TypeVar("_T", bound="Hashable")


class Numbering(Generic[_T]):
    """Values, each numbered from 0 when it first comes."""

    def __init__(self, values: Iterable[_T] = ()) -> None:
        self._number = {value: number for number, value in enumerate(values)}
        self._values = list(self._number)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, number: int) -> _T:
        return self._values[number]

    def number(self, value: _T) -> int:
        """Return the number of a value, a new one where it has none yet."""
        found = self._number.setdefault(value, len(self._values))
        if found == len(self._values):
            self._values.append(value)
        return found

    def copy(self) -> Numbering[_T]:
        """Return the same numbers, to go on from."""
        return Numbering(self._values)

    def by_first_use(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[_T, ...]]:
        """Number the values that are used anew, in the order in which they are.

        Returns:
            The new numbers, and the values that they stand for.
        """
        used, first, position = np.unique(numbers, return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place[position], tuple(self._values[number] for number in used[order].tolist())
