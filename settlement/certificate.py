"""The certificate: a second look that shares no decision with the division.

It takes the finished cells and the exact shares, and checks that every line adds up, that
every cell is within a cent of its share (none at all for a zero share), and that every
running total is within a cent of exact. Cells are whole, so *less than a cent away* means
the floor or the ceiling, and where the entitlement is whole, equal to it: two whole
numbers less than one apart are the same.

Like ``settlement.forest`` these pages run plain and compiled.

Source:
    The allocation contract, sections 1 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from settlement.tree import Numbers

CERTIFIED: Final = -1


def certify(
    amounts: Numbers,
    cells: Numbers,
    floors: Numbers,
    fractions: Numbers,
    nest: Numbers,
    running: Numbers,
    largest: Numbers,
    first: int,
    parties: int,
    unit: int,
) -> int:
    """Check lines in order; return the first that fails, or :data:`CERTIFIED`.

    Args:
        amounts: Of these lines, in cents.
        cells: The flat table of cells of all lines, in cents.
        floors: The flat table of floors of these lines.
        fractions: What their shares have above the floor, in units.
        nest: Per line the number of its category.
        running: Per running total how far it is from exact, in units; brought up to date.
        largest: Per running total the largest distance so far; brought up to date.
        first: Position of the first of these lines among all.
        parties: How many cells a line has.
        unit: Parts of a cent.
    """
    for number in range(len(amounts)):
        together = 0
        for party in range(parties):
            at = number * parties + party
            cell = cells[(first + number) * parties + party]
            together += cell
            odd = cell - floors[at]
            if odd != 0 and (odd != 1 or fractions[at] == 0):
                return number
            column = nest[number] * parties + party
            running[column] += odd * unit - fractions[at]
            largest[column] = max(largest[column], abs(running[column]))
            if largest[column] >= unit:
                return number
        if together != amounts[number]:
            return number
    return CERTIFIED


PAGES = (certify,)
"""Every page, each after those that it calls: the order in which they are compiled."""
