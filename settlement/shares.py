"""Exact shares: whole cents and what is left of each, in parts of a cent.

A share is ``amount * weight / sum``. Its floor and the remainder come from long division
in 16-bit limbs, so that 64 bits suffice for sums up to 2**46. Where the sums of all lines
have a small common multiple the parts are exact; else a part is 2**-60 cent, rounded down,
and the units that a line then lacks are spread over its fractions, so that lines still add
up. Zero stays zero, and what is more than zero stays strictly between 0 and a cent.

Like ``settlement.forest`` these pages run plain and compiled.

Source:
    The allocation contract, section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from settlement.tree import Numbers

SUM_MAX: Final = 1 << 46
"""The largest sum of weights that the long division takes."""

SMALL: Final = 1 << 31
WITNESS: Final = 1 << 60
"""Parts of a cent where no small common multiple exists."""

LIMB: Final = 1 << 16


def floor_and_rest(rest: int, weight: int, whole: int) -> tuple[int, int]:
    """Divide ``rest * weight`` by ``whole``: the quotient and the remainder.

    With 0 <= rest < whole <= 2**46 and weight <= whole every step stays below 2**63.
    """
    if whole < SMALL:
        quotient = rest * weight // whole
        return quotient, rest * weight - quotient * whole
    quotient, left = 0, 0
    for limb in (weight >> 32, (weight >> 16) % LIMB, weight % LIMB):
        left = left * LIMB + rest * limb
        digit = left // whole
        quotient = quotient * LIMB + digit
        left -= digit * whole
    return quotient, left


def witness(left: int, whole: int) -> int:
    """Return ``left / whole`` in parts of 2**-60, rounded down."""
    bits = 30 if whole < SMALL else 15
    parts = 0
    for _ in range(60 // bits):
        left = left << bits
        digit = left // whole
        parts = (parts << bits) + digit
        left -= digit * whole
    return parts


def share_lines(
    amounts: Numbers,
    vector: Numbers,
    weights: Numbers,
    sums: Numbers,
    floors: Numbers,
    fractions: Numbers,
    parties: int,
    unit: int,
    exact: int,
) -> None:
    """Write the floors and fractions of lines.

    Lines whose sum of weights is given as 0 are left alone: theirs is too large.
    """
    for number in range(len(amounts)):
        whole = sums[vector[number]]
        if whole > 0:
            times, rest = amounts[number] // whole, amounts[number] % whole
            lacking = 0
            for party in range(parties):
                weight = weights[vector[number] * parties + party]
                at = number * parties + party
                quotient, left = floor_and_rest(rest, weight, whole)
                floors[at] = times * weight + quotient
                fractions[at] = left * (unit // whole) if exact else witness(left, whole)
                lacking = (lacking - fractions[at]) % unit
            for party in range(parties):
                at = number * parties + party
                if lacking > 0 and fractions[at] > 0:
                    fractions[at] += 1
                    lacking -= 1


PAGES = (floor_and_rest, witness, share_lines)
"""Every page, each after those that it calls: the order in which they are compiled."""
