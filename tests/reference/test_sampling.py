"""Samples beside a second way: exact sums for the tables, and a draw from the files alone."""

from __future__ import annotations

import csv
import hashlib
import json
from fractions import Fraction
from math import comb

import pytest

from reports.sampling import bounds, draw, files, plan
from reports.sampling.asked import Source
from reports.sampling.plan import Aim
from tests.support.sampling import drawn


@pytest.mark.parametrize("confidence", [Fraction(9, 10), Fraction(95, 100), Fraction(99, 100)])
@pytest.mark.parametrize(("units", "errors"), [(1, 0), (59, 0), (93, 1), (145, 3), (300, 12)])
def test_at_the_bound_so_few_errors_have_exactly_the_chance_that_is_left(
    units: int, errors: int, confidence: Fraction
) -> None:
    share = bounds.clopper_pearson(units, errors, confidence=confidence)

    chance = sum(
        comb(units, found) * share**found * (1 - share) ** (units - found)
        for found in range(errors + 1)
    )
    assert abs(chance - (1 - confidence)) < Fraction(1, 10**8)


@pytest.mark.parametrize(("population", "wrong"), [(40, 2), (300, 15), (1200, 60)])
@pytest.mark.parametrize("errors", [0, 1, 2])
def test_the_size_for_few_items_is_the_smallest_by_counting_all_samples(
    population: int, wrong: int, errors: int
) -> None:
    def chance(size: int) -> Fraction:
        ways = sum(
            comb(wrong, found) * comb(population - wrong, size - found)
            for found in range(min(errors, size) + 1)
        )
        return Fraction(ways, comb(population, size))

    asked = Aim(confidence=Fraction(9, 10), tolerance=wrong, errors=errors)
    size = plan.of_items(population, asked).units

    enough = [n for n in range(1, population) if chance(n) <= Fraction(1, 10)]
    assert size == min(enough, default=population)


@pytest.mark.parametrize("seed", ["20261014", "een woord"])
def test_an_outsider_draws_the_same_items_from_the_files_alone(seed: str) -> None:
    amounts = [(number * 7919) % 90_000 + 500 for number in range(1, 400)] + [2_000_00, -50_00]
    first = drawn(amounts, seed=seed, method="items")
    written = dict(files.of_draw(draw.extended(first, to=first.units + 40), Source(name="f")))
    told = json.loads(written["draw.json"])
    population = hashlib.sha256(written["population.csv"]).hexdigest()
    rows = list(csv.DictReader(written["population.csv"].decode().splitlines()))
    line = [row["id"] for row in rows if float(row["amount"]) > 0]

    def rank(place: int) -> str:
        return hashlib.sha256(f"{seed}:{population}:{place}".encode()).hexdigest()

    lowest = sorted(range(1, len(line) + 1), key=rank)[: told["line"]["units"]]

    assert len(lowest) == first.units + 40
    assert {item["id"]: item["points"] for item in told["items"]} == {
        **{line[place - 1]: [str(place)] for place in lowest},
        **{row["id"]: [] for row in rows if float(row["amount"]) < 0},
    }


@pytest.mark.parametrize("method", ["interval", "cell"])
@pytest.mark.parametrize("seed", ["20261014", "een woord"])
def test_an_outsider_draws_the_same_from_the_files_alone(method: str, seed: str) -> None:
    amounts = [(number * 7919) % 90_000 + 500 for number in range(1, 400)] + [2_000_00, -50_00]
    first = drawn(amounts, seed=seed, method=method)  # type: ignore[arg-type]
    written = dict(files.of_draw(draw.extended(first, to=first.units + 40), Source(name="f")))
    told = json.loads(written["draw.json"])
    population = hashlib.sha256(written["population.csv"]).hexdigest()
    interval = int(told["line"]["interval"].replace(".", ""))

    def number_of(word: str, counter: int, most: int) -> int:
        digest = hashlib.sha256(f"{word}:{population}:{counter}".encode()).hexdigest()
        return 1 + int(digest[:12], 16) % most

    def number(counter: int) -> int:
        return number_of(told["seed"], counter, interval)

    rows = list(csv.DictReader(written["population.csv"].decode().splitlines()))
    cents = {row["id"]: int(row["amount"].replace(".", "")) for row in rows}
    line = [id_ for id_ in cents if 0 < cents[id_] < interval]
    owners = [id_ for id_ in line for _ in range(cents[id_])]  # who owns each cent of the line
    if method == "interval":
        points = range(number(1), len(owners) + 1, interval)
    else:
        cells = range(-(-len(owners) // interval))
        points = [cell * interval + number(cell + 1) for cell in cells]  # type: ignore[assignment]
    later = number_of(f"{seed}+1", 1, more := len(owners) // 40)
    if method == "interval":
        points = [*points, *range(later, len(owners) + 1, more)]  # type: ignore[assignment]
    else:
        cells = range(-(-len(owners) // more))
        points = [  # type: ignore[assignment]
            *points,
            *(cell * more + number_of(f"{seed}+1", cell + 1, more) for cell in cells),
        ]
    hit = {owners[point - 1] for point in points if point <= len(owners)}
    whole = {id_ for id_ in cents if cents[id_] >= interval}
    apart = {id_ for id_ in cents if cents[id_] < 0}

    strata: dict[str, set[str]] = {"drawn": set(), "whole": set(), "apart": set()}
    for item in told["items"]:
        strata[item["stratum"]].add(item["id"])
    assert strata == {"drawn": hit, "whole": whole, "apart": apart}
