"""Laws of sampling: chances, bounds, and what a draw depends on."""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction
from math import ceil, comb

from hypothesis import assume, given
from hypothesis import strategies as st

from reports.sampling import bounds, draw, files, numbers
from reports.sampling import population as populations
from reports.sampling.asked import Source
from reports.sampling.plan import Aim
from tests.support.sampling import aim_of, drawn, population, rows

FEW_ITEMS = Aim(confidence=Fraction(8, 10), tolerance=Fraction(1, 2))
"""Asks for few items, so that there are others to extend to."""

amounts = st.lists(st.integers(-300_00, 4_000_00), min_size=1, max_size=60).filter(
    lambda cents: max(cents) > 1_00
)
seeds = st.text(alphabet="0123456789abcdef", min_size=1, max_size=12)
of_euros: st.SearchStrategy[draw.Method] = st.sampled_from(["interval", "cell"])
methods: st.SearchStrategy[draw.Method] = of_euros | st.just("items")
taints = st.lists(st.fractions(Fraction(1, 100), 1, max_denominator=1000), max_size=6)
confidences = st.sampled_from([Fraction(8, 10), Fraction(95, 100), Fraction(99, 100)])
sizes = st.integers(1, 400)


@given(amounts, seeds, methods, st.randoms(use_true_random=False))
def test_the_same_facts_and_seed_give_the_same_files_in_whatever_order_the_rows_come(
    cents: list[int], seed: str, method: draw.Method, random: object
) -> None:
    shuffled = rows(cents)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = draw.draw(populations.of_rows(shuffled), aim_of(method), seed=seed, method=method)
    source = Source(name="f")

    assert dict(files.of_draw(again, source)) == dict(
        files.of_draw(drawn(cents, seed=seed, method=method), source)
    )


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 40))
def test_over_all_starts_every_item_is_hit_as_often_as_it_has_cents(
    cents: list[int], interval: int
) -> None:
    line = population(cents).line
    times: Counter[str] = Counter()
    for start in range(1, interval + 1):
        points = list(draw.interval_points(start, interval, sum(cents)))
        for id_, hits in draw.hits(line, points).items():
            times[id_] += len(hits)

    assert times == {row.id: row.amount_cents for row in line}


@given(st.lists(st.integers(1, 6), min_size=1, max_size=2), st.integers(1, 4))
def test_over_all_numbers_cells_hit_every_item_as_often_as_it_has_cents(
    cents: list[int], interval: int
) -> None:
    line, length = population(cents).line, sum(cents)
    every = list(itertools.product(range(1, interval + 1), repeat=ceil(Fraction(length, interval))))
    times: Counter[str] = Counter()
    for choice in every:
        points = list(draw.cell_points(iter(choice), interval, length))
        for id_, hits in draw.hits(line, points).items():
            times[id_] += len(hits)

    expected = {row.id: Fraction(row.amount_cents * len(every), interval) for row in line}
    assert times == expected


@given(amounts, seeds, of_euros)
def test_what_reaches_the_interval_is_always_in_and_nothing_else_is_tested_whole_for_it(
    cents: list[int], seed: str, method: draw.Method
) -> None:
    found = drawn(cents, seed=seed, method=method)
    interval = found.strata.interval_cents

    in_it = {item.row.id for item in found.items}
    assert all(row.id in in_it for row in found.population.line if row.amount_cents >= interval)
    assert all(row.amount_cents < interval for row in found.strata.line)
    assert {item.row.id for item in found.of("apart")} == {row.id for row in found.population.apart}


@given(st.lists(st.integers(1_00, 2_000_00), min_size=1, max_size=80), seeds)
def test_a_fixed_interval_draws_as_many_as_were_planned_each_of_them_once(
    cents: list[int], seed: str
) -> None:
    found = drawn(cents, seed=seed)

    if found.strata.plan is None:
        assert found.units == 0
    else:
        planned = found.strata.plan.units
        most = found.strata.line_cents // found.strata.interval_cents + 1
        assert planned <= found.units <= most
        assert all(len(item.points) == 1 for item in found.of("drawn"))


@given(st.lists(st.integers(50_00, 900_00), min_size=70, max_size=90), st.integers(0, 2))
def test_no_more_errors_than_expected_stay_within_the_tolerance(
    cents: list[int], errors: int
) -> None:
    aim = Aim(confidence=Fraction(9, 10), tolerance=Fraction(1, 10), errors=errors)
    found = drawn(cents, aim=aim)

    if found.units:
        share = bounds.clopper_pearson(found.units, errors, confidence=aim.confidence)
        assert ceil(share * found.strata.line_cents) <= found.tolerance


@given(sizes, st.integers(0, 20), confidences)
def test_a_bound_rises_with_errors_and_falls_with_the_size(
    units: int, errors: int, confidence: Fraction
) -> None:
    bound = bounds.clopper_pearson(units, errors, confidence=confidence)

    assert bound <= bounds.clopper_pearson(units, errors + 1, confidence=confidence)
    assert bounds.clopper_pearson(units + 1, errors, confidence=confidence) <= bound
    assert Fraction(min(errors, units), units) <= bound


@given(sizes, taints, confidences)
def test_stringer_is_at_most_what_whole_errors_would_give(
    units: int, parts: list[Fraction], confidence: Fraction
) -> None:
    found = bounds.stringer(units, parts, confidence=confidence).share
    whole = bounds.stringer(units, [Fraction(1)] * len(parts), confidence=confidence).share

    assert found <= whole == bounds.clopper_pearson(units, len(parts), confidence=confidence)


@given(sizes, taints.filter(bool), confidences, st.data())
def test_stringer_rises_with_every_error_and_with_every_part(
    units: int, parts: list[Fraction], confidence: Fraction, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(parts) - 1))
    larger = [*parts[:at], (parts[at] + 1) / 2, *parts[at + 1 :]]
    fewer = [*parts[:at], *parts[at + 1 :]]
    share = bounds.stringer(units, parts, confidence=confidence).share

    assert bounds.stringer(units, fewer, confidence=confidence).share <= share
    assert share <= bounds.stringer(units, larger, confidence=confidence).share


@given(seeds, st.integers(1, 10**12))
def test_numbers_stay_between_one_and_the_most(seed: str, most: int) -> None:
    found = list(itertools.islice(numbers.numbers(seed, "0" * 64, most=most), 5))

    assert all(1 <= number <= most for number in found)


@given(st.integers(2, 60), seeds, st.integers(1, 59))
def test_more_items_are_the_same_ones_and_the_next_and_none_comes_twice(
    size: int, seed: str, few: int
) -> None:
    places = draw.ranking(seed, "0" * 64, size)
    found = drawn([100_00] * size, aim=FEW_ITEMS, seed=seed, method="items")

    assert sorted(places) == list(range(1, size + 1))
    assume(found.units < min(few, size))
    more = draw.extended(found, to=few + 100 if few == size else few)
    assert more.units == min(few, size)
    assert {item.row.id for item in found.items} < {item.row.id for item in more.items}
    assert files.read("d", dict(files.of_draw(more, Source(name="f"))))[0] == more


def test_over_many_seeds_every_item_is_drawn_as_often_as_the_others() -> None:
    times = Counter(
        place for seed in range(4_000) for place in draw.ranking(str(seed), "0" * 64, 10)[:3]
    )

    # 4,000 draws of 3 in 10: 1,200 for each, four standard deviations of 29 to either side
    assert all(1_084 <= times[place] <= 1_316 for place in range(1, 11))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), confidences)
def test_the_bound_of_items_is_the_largest_number_that_fits_what_was_found(
    population: int, units: int, errors: int, confidence: Fraction
) -> None:
    assume(errors <= units <= population)
    found = bounds.of_items(population, drawn=units, errors=errors, confidence=confidence)

    def chance(wrong: int) -> Fraction:
        ways = sum(
            comb(wrong, each) * comb(population - wrong, units - each) for each in range(errors + 1)
        )
        return Fraction(ways, comb(population, units))

    fitting = [wrong for wrong in range(errors, population - units + errors + 1)
               if chance(wrong) > 1 - confidence]  # fmt: skip
    assert found.wrong == max(fitting, default=errors)


@given(amounts, seeds, of_euros, st.lists(st.integers(1, 60), min_size=1, max_size=3))
def test_an_extension_keeps_every_point_and_adds_at_least_what_was_asked(
    cents: list[int], seed: str, method: draw.Method, steps: list[int]
) -> None:
    found = drawn(cents, seed=seed, method=method)
    assume(found.strata.plan is not None)
    for step in steps:
        before, asked = {item.row.id: item for item in found.items}, found.units + step
        found = draw.extended(found, to=asked)
        after = {item.row.id: item for item in found.items}
        assert found.units >= asked
        for id_, item in before.items():
            assert after[id_].points[: len(item.points)] == item.points

    assert len(found.extensions) == len(steps)
    assert files.read("d", dict(files.of_draw(found, Source(name="f"))))[0] == found


@given(amounts, seeds, methods)
def test_a_draw_is_read_back_as_it_was_written(
    cents: list[int], seed: str, method: draw.Method
) -> None:
    found, source = drawn(cents, seed=seed, method=method), Source(name="f", fund="f")

    assert files.read("d", dict(files.of_draw(found, source))) == (found, source)
