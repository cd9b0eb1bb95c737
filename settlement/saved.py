"""Expected savings per spending and per case, each distinct combination of them once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledger.facts import Savings

_CHUNK: Final = 1 << 16  # owners of savings that are laid out at a time, to bound memory


class Interned:
    """Savings per party, each distinct combination once; position 0 saves nobody anything."""

    def __init__(self, parties: int) -> None:
        self.parties = parties
        self._position = {bytes(8 * parties): 0}

    def positions(
        self,
        owner: NDArray[np.int64],
        party: NDArray[np.int64],
        cents: NDArray[np.int64],
        *,
        owners: int,
    ) -> NDArray[np.int64]:
        """Return per owner the position of its positive savings; ``owner`` rises."""
        positive = cents > 0
        owner, party, cents = owner[positive], party[positive], cents[positive]
        found = np.zeros(owners, dtype=np.int64)
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        ends = np.append(starts[1:], len(owner))
        for first in range(0, len(starts), _CHUNK):
            chunk = slice(first, first + _CHUNK)
            begin, end = starts[chunk][0], ends[chunk][-1]
            lengths = ends[chunk] - starts[chunk]
            dense = np.zeros((len(lengths), self.parties), dtype=np.int64)
            dense[np.repeat(np.arange(len(lengths)), lengths), party[begin:end]] = cents[begin:end]
            combinations = dense.view(f"V{8 * self.parties}").ravel().tolist()
            known = self._position
            found[owner[starts[chunk]]] = [known.setdefault(c, len(known)) for c in combinations]
        return found

    def rows(self) -> NDArray[np.int64]:
        """Return the combinations, one row each."""
        return np.frombuffer(b"".join(self._position), dtype=np.int64).reshape(-1, self.parties)


def by_case(
    savings: Savings,
    cases: NDArray[np.int64],
    counted: NDArray[np.bool_],
    saved: Interned,
) -> NDArray[np.int64]:
    """Add the savings up per case; per row the position of its case's sums."""
    shared = counted[savings.spending] & (cases[savings.spending] >= 0)
    parties = saved.parties
    pairs, position = np.unique(
        cases[savings.spending[shared]] * parties + savings.party[shared], return_inverse=True
    )
    sums = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(sums, position, np.maximum(savings.total_cents[shared], 0))
    count = int(cases.max(initial=-1)) + 1
    of_case = saved.positions(pairs // parties, pairs % parties, sums, owners=count)
    return np.append(of_case, 0)[cases]
