"""In which task field (*taakveld*) of a municipality's accounts a spending falls.

The agreement says it per category; the version of the day spent decides, as it does about
keys, because the list of fields changes from year to year.

Source:
    The formats, The agreement file, ``[[category]]``; Iv3, the information that
    municipalities give about their accounts: 6.23 is the integral access to social support,
    where costs stand that no category puts elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ledger.coded import Coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement

DEFAULT: Final = "6.23"
"""The field of categories that have none of their own."""


def of_lines(
    agreements: Sequence[Agreement], *, spent_on: NDArray[np.int64], category: Coded
) -> Coded:
    """Return the task field of each line.

    Args:
        agreements: The versions of the fund, oldest first.
        spent_on: Per line a proleptic ordinal.
        category: Of each line.
    """
    starts = [each.agreement.valid_from.toordinal() for each in agreements]
    version = np.maximum(np.searchsorted(starts, spent_on, side="right") - 1, 0)
    named = [
        {each.code: each.task_field for each in agreement.category} for agreement in agreements
    ]
    width = len(category.values)
    pairs, position = np.unique(version * width + category.codes, return_inverse=True)
    fields = [
        named[pair // width].get(category.values[pair % width]) or DEFAULT
        for pair in pairs.tolist()
    ]
    values = tuple(sorted(set(fields)))
    codes = np.array([values.index(field) for field in fields], dtype=np.int64)
    return Coded(codes=codes[position], values=values)
