"""Largest remainder: the laws of ``money.split``."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Cents, as_text, parse, split
from tests.reference.runs import largest_remainder

TOTALS = st.integers(-(10**13), 10**13).map(Cents)
EXACT = st.one_of(st.integers(0, 9), st.integers(0, 10**18), st.fractions(0, 10**6))
WEIGHTS = st.lists(EXACT, min_size=1, max_size=12).filter(any)


@given(total=TOTALS, weights=WEIGHTS)
def test_split_conserves_every_cent(total: Cents, weights: list[int | Fraction]) -> None:
    assert sum(split(total, weights)) == total


@given(total=TOTALS, weights=WEIGHTS)
def test_every_part_is_within_a_cent_of_exact_and_nothing_is_for_nobody(
    total: Cents, weights: list[int | Fraction]
) -> None:
    for part, weight in zip(split(total, weights), weights, strict=True):
        assert abs(part - Fraction(total * weight) / sum(weights)) < 1
        assert weight or not part


@given(total=TOTALS, weights=WEIGHTS)
def test_who_weighs_more_never_bears_less(total: Cents, weights: list[int | Fraction]) -> None:
    by_weight = sorted(zip(weights, map(abs, split(total, weights)), strict=True))
    parts = {weight: [part for each, part in by_weight if each == weight] for weight in weights}
    rising = [parts[weight] for weight in sorted(parts)]
    assert all(max(less) <= min(more) for less, more in pairwise(rising))


@given(total=TOTALS, weights=WEIGHTS)
def test_a_negative_total_is_the_mirror_image(total: Cents, weights: list[int | Fraction]) -> None:
    mirrored = split(Cents(-total), weights)
    assert mirrored == tuple(-part for part in split(total, weights))


@given(total=TOTALS, weights=WEIGHTS, factor=st.integers(1, 10**6))
def test_only_ratios_count(total: Cents, weights: list[int | Fraction], factor: int) -> None:
    assert split(total, [weight * factor for weight in weights]) == split(total, weights)


@given(total=TOTALS, weights=WEIGHTS)
def test_split_is_what_a_second_hand_makes_of_it(
    total: Cents, weights: list[int | Fraction]
) -> None:
    names = [str(at) for at in range(len(weights))]
    shares = {
        name: Fraction(weight) / sum(weights) for name, weight in zip(names, weights, strict=True)
    }
    expected = largest_remainder(total, shares, names)
    assert split(total, weights) == tuple(expected.get(name, 0) for name in names)


def test_of_equal_fractions_the_earlier_gets_the_odd_cent() -> None:
    # 1.00 in three: 33 1/3 each, one cent over; the first in the order has it.
    assert split(Cents(100), [1, 1, 1]) == (34, 33, 33)
    assert split(Cents(-100), [1, 1, 1]) == (-34, -33, -33)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1], [Fraction(-1, 2), 1]])
def test_weights_that_weigh_nothing_are_refused(weights: list[int | Fraction]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Cents(100), weights)


@given(cents=st.integers(-(10**12), 10**12))
def test_an_amount_that_is_written_reads_back_as_itself(cents: int) -> None:
    assert parse(as_text(cents)) == cents


@pytest.mark.parametrize(
    "text", ["1e3", "12,50", "1.234", "", "+1", "01", ".5", "5.", "1 000", "-", "--1", "1.0.0",
             "٣", "10000000000.01", "1_000", " 1", "0x10", "NaN"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|more than"):
        parse(text)
