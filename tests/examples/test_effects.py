"""What an avoided event is expected to save whom, worked by hand; and that it counts once."""

from __future__ import annotations

import csv
import io
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from ledger.agreement import canonical
from ledger.agreement import reading as agreements
from ledger.effects import horizon, reading
from ledger.effects.expected import Expected, Place, saving, working
from ledger.effects.horizon import Pick, carrier
from ledger.money import as_text
from tests.support import unitcosts
from tests.support.agreement_variants import variants
from tests.support.cases import SHARED
from tests.support.catalogues import (
    ABOUT,
    agreement_of,
    catalogue,
    effect,
    index,
    kinded,
)
from tests.support.funds import agreement

API: Final = Path(__file__).parents[2] / "api/example"
EXAMPLE: Final = reading.read("effects.toml", (API / "effects.toml").read_bytes())
FUND: Final = agreement_of(
    "m municipality, h housing-association, z health-insurer, p police, j justice, r state, o other"
)
TOWNS: Final = (
    "m1 municipality, m2 municipality, h housing-association, s1 school, s2 school, s3 school"
)


def expected(
    *tables: str, fund: str = "m municipality", place: Place | None = None, rate: str = "0.0225"
) -> Expected:
    """Return what the first effect of these tables saves."""
    effects = catalogue(*tables, rate=rate)
    return saving(
        effects.effect[0],
        catalogue=effects,
        agreement=agreement_of(fund),
        place=place or Place(organisation="m"),
    )


def shown(of: Expected) -> str:
    """Return who saves how much: ``m 380.56, h 3157.01``."""
    return ", ".join(f"{party} {as_text(cents)}" for party, cents in of.by_party.items())


# --- the sum -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "how", "total"),
    [
        ("1000.00", {}, "1000.00"),
        ("1000.00", {"deadweight": "0.275"}, "725.00"),
        # 1 - 0%, 5%, 10%, 15%, 25%, 40%
        ("1000.00", {"grade": 2}, "950.00"),
        ("1000.00", {"grade": 3}, "900.00"),
        ("1000.00", {"grade": 4}, "850.00"),
        ("1000.00", {"grade": 5}, "750.00"),
        ("1000.00", {"grade": 6}, "600.00"),
        ("1000.00", {"deadweight": "0.275", "grade": 5}, "543.75"),  # 1000 x 0.725 x 0.75
        ("1000.00", {"deadweight": "1/3"}, "666.67"),
        ("1000.00", {"deadweight": "1"}, "0.00"),
        # 1000 x 1.48 x 1.15 = 1702; x 0.725 x 0.85 = 1048.8575
        ("1000.00", {"more": 'index = "old"'}, "1702.00"),
        ("1000.00", {"more": 'index = "old"', "deadweight": "0.275", "grade": 4}, "1048.86"),
        # At 25% a year: 1 + 4/5 + 16/25 = 2.44
        ("1000.00", {"more": "years = 3"}, "2440.00"),
        ("1000.00", {"more": "years = 3", "grade": 6}, "1464.00"),
        # Half a cent goes to the even cent: 0.5 to 0, 1.5 to 2, 2.5 to 2.
        ("0.01", {"deadweight": "0.5"}, "0.00"),
        ("0.03", {"deadweight": "0.5"}, "0.02"),
        ("0.05", {"deadweight": "0.5"}, "0.02"),
    ],
)  # fmt: skip
def test_every_factor_of_the_sum_counts_once(
    amount: str, how: dict[str, str | int], total: str
) -> None:
    one = effect(shares=f"municipality {amount}", **how)  # type: ignore[arg-type]

    assert as_text(expected(one, index("1.48", "1.15"), rate="0.25").total_cents) == total


def test_at_the_dutch_rate_a_saving_recurs_for_a_little_less_every_year() -> None:
    # 1 + 1/1.0225 + 1/1.0225^2 = 1 + 0.9779951 + 0.9564744 = 2.9344695
    three = expected(effect(shares="municipality 10000.00", more="years = 3"))

    assert as_text(three.total_cents) == "29344.70"
    assert three.working.discounted_years == 1 + Fraction(400, 409) + Fraction(400, 409) ** 2


def test_a_catalogue_without_a_rate_goes_by_the_dutch_standard() -> None:
    read = reading.read("effects.toml", (ABOUT + effect()).encode())

    assert read.catalogue.discount_rate == Fraction("0.0225")
    assert "HM Treasury" in read.optimism_bias.source


def test_a_catalogue_may_trust_evidence_less_than_the_default() -> None:
    bias = '[optimism_bias]\nsource = "decided by the board"\n' + "".join(
        f'grade_{grade} = "0.{grade}"\n' for grade in range(1, 7)
    )
    careful = expected(bias, effect(grade=3))

    assert as_text(careful.total_cents) == "700.00"
    assert careful.working.bias_source == "decided by the board"


def test_the_working_says_everything_that_the_sum_was_made_of() -> None:
    made = expected(
        effect(shares="municipality 600.00, school 400.00", grade=4, deadweight="0.275",
               more='index = "old"\nyears = 2\nprice_year = "2010/11"'),
        index("1.48", "1.15", price_year="2010/11"), rate="0.25",
    )  # fmt: skip
    how = made.working

    assert (how.catalogue, how.effect, how.source) == (("test", 1), "eviction", "made up")
    assert (how.price_year, how.to_year, how.index_source) == ("2010/11", "2026", "assumed")
    assert (how.amount_cents, how.uprating, how.exchange) == (100000, Fraction("1.48"),
                                                              Fraction("1.15"))  # fmt: skip
    assert (how.deadweight, how.grade, how.optimism_bias) == (Fraction("0.275"), 4,
                                                              Fraction("0.15"))  # fmt: skip
    assert (how.years, how.discount_rate, how.discounted_years) == (2, Fraction("0.25"),
                                                                    Fraction("1.8"))  # fmt: skip
    # 100000 x 1.702 x 0.725 x 0.85 x 1.8 cents
    assert how.exact_cents == Fraction("188794.35")
    assert made.total_cents == 188794
    municipal, school = made.parts
    assert (municipal.amount_cents, municipal.exact_cents) == (60000, Fraction("113276.61"))
    assert (school.amount_cents, school.exact_cents) == (40000, Fraction("75517.74"))


def test_without_an_index_amounts_are_those_of_today() -> None:
    how = expected(effect()).working

    assert (how.price_year, how.to_year, how.index_source) == ("2026", None, None)
    assert how.uprating == how.exchange == 1


# --- on whom it falls --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "falls", "rule"),
    [
        (Place(organisation="m1", home="m2", case_holder="m1"), "m2 10.00", "home"),
        (Place(organisation="m1", case_holder="m2"), "m1 10.00", "organisation"),
        (Place(organisation="h", case_holder="m2"), "m2 10.00", "case-holder"),
        # Neither a housing association nor a stranger is where somebody lives.
        (Place(organisation="m1", home="h"), "m1 10.00", "organisation"),
        (Place(organisation="h", home="x", case_holder="m1"), "m1 10.00", "case-holder"),
    ],
)
def test_the_municipal_part_falls_where_the_resident_lives_as_far_as_that_is_known(
    place: Place, falls: str, rule: str
) -> None:
    found = expected(effect(shares="municipality 10.00"), fund=TOWNS, place=place)

    assert (shown(found), found.parts[0].rule) == (falls, rule)


def test_of_several_municipalities_none_is_made_up() -> None:
    found = expected(
        effect(shares="municipality 10.00, housing-association 5.00"),
        fund=TOWNS, place=Place(organisation="h"),
    )  # fmt: skip

    assert shown(found) == "h 5.00"
    assert found.total_cents == 1500
    (lost,) = found.unplaced
    assert (lost.kind, lost.cents, lost.rule) == ("municipality", 1000, "home-unknown")


@pytest.mark.parametrize("home", [None, "m", "elsewhere"])
def test_the_one_municipality_of_a_fund_is_the_one(home: str | None) -> None:
    place = Place(organisation="h", home=home)
    found = expected(effect(), fund="m municipality, h housing-association", place=place)

    assert (shown(found), found.parts[0].rule) == ("m 1000.00", "only")


def test_of_several_of_a_kind_the_one_that_spent_saves_else_all_alike() -> None:
    own = effect(shares="school 10.00")
    spent = expected(own, fund=TOWNS, place=Place(organisation="s2", home="m1"))
    others = expected(own, fund=TOWNS, place=Place(organisation="h", home="m1"))

    assert (shown(spent), spent.parts[0].rule) == ("s2 10.00", "organisation")
    # 10.00 in three; the first in the order of the agreement has the odd cent.
    assert (shown(others), others.parts[0].rule) == ("s1 3.34, s2 3.33, s3 3.33", "evenly")


def test_a_kind_that_nobody_has_stays_in_the_total_and_is_named() -> None:
    found = expected(effect(shares="municipality 10.00, police 2.00, justice 3.00"))

    assert (shown(found), found.total_cents) == ("m 10.00", 1500)
    assert [(lost.kind, lost.cents, lost.rule) for lost in found.unplaced] == [
        ("police", 200, "nobody"), ("justice", 300, "nobody"),
    ]  # fmt: skip


def test_an_outsider_saves_too() -> None:
    text = kinded(agreement(parties="m 1, z -", holder="m"),
                  {"m": "municipality", "z": "health-insurer"})  # fmt: skip
    found = saving(
        EXAMPLE.effect_of("emergency-care"), catalogue=EXAMPLE,
        agreement=agreements.read("agreement.toml", text), place=Place(organisation="m"),
    )  # fmt: skip

    # 109.00 x 1.45 x 1.15 x 0.80 x 0.85 = 123.59510
    assert shown(found) == "z 123.60"


def test_odd_cents_go_to_the_largest_fractions_and_of_equals_to_the_first_kind() -> None:
    # 0.05 each of three kinds, half of it: 2.5 cents each, 7.5 together, which is 8.
    thrice = effect(shares="state 0.05, municipality 0.05, police 0.05", deadweight="0.5")
    found = saving(
        catalogue(thrice).effect[0], catalogue=catalogue(thrice),
        agreement=FUND, place=Place(organisation="m"),
    )  # fmt: skip

    assert shown(found) == "m 0.03, p 0.03, r 0.02"


def test_who_saves_nothing_is_left_out() -> None:
    found = expected(effect(shares="municipality 0.00, housing-association 1.00"),
                     fund="m municipality, h housing-association")  # fmt: skip

    assert (shown(found), found.unplaced) == ("h 1.00", ())


# --- real unit costs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "grade", "falls"),
    [
        # Complex eviction: 5806.00, 699.88 and 174.00; x 0.725 x 0.75 = 0.54375 are
        # 3157.0125, 380.55975 and 94.6125, together 3632.18475: the odd cent is municipal.
        ("HO1.0", 5, "m 380.56, h 3157.01, j 94.61"),
        # Domestic violence: 303, 1171, 415, 581 x 0.85 x 0.85 = 0.7225 are 218.9175, 846.0475,
        # 299.8375, 419.7725, together 1784.575, which is 1784.58: three odd cents.
        ("CR2.0", 4, "m 218.92, z 846.05, p 299.84, j 419.77"),
        # Exclusion from school: 8184.50, 63.69, 970.44 x 0.80 x 0.60.
        ("E&S2.0", 6, "m 3928.56, z 30.57, j 465.81"),
        # From benefit to work: 9234 and 566 x 0.80 x 0.85.
        ("E&E1.0", 4, "z 384.88, r 6279.12"),
        # Care order: 6250, 16250 and 2500 x 0.80 x 1.
        ("SS4.1", 1, "m 5000.00, j 13000.00, r 2000.00"),
        # Core assessment: 140.00 is of several agencies, which the source does not name.
        ("SS4.0", 1, "m 608.00, o 112.00"),
    ],
)
def test_published_unit_costs_fall_on_those_who_pay_them(
    outcome: str, grade: int, falls: str
) -> None:
    costs = unitcosts.catalogue(grade=grade)
    found = saving(
        costs.effect_of(unitcosts.code(outcome)), catalogue=costs,
        agreement=FUND, place=Place(organisation="h", home="m"),
    )  # fmt: skip

    assert (shown(found), found.unplaced) == (falls, ())


def test_shares_of_published_outcomes_come_to_the_published_totals() -> None:
    costs = unitcosts.catalogue()
    text = (SHARED / unitcosts.FILE).read_text("utf-8")
    totals = {
        unitcosts.code(row["outcome_code"]): Fraction(row["total_gbp"])
        for row in csv.DictReader(io.StringIO(text, newline=""))
    }

    assert {each.code for each in costs.effect} == set(totals)
    for each in costs.effect:
        pounds = Fraction(working(each, catalogue=costs).amount_cents, 100)
        assert abs(pounds - totals[each.code]) < Fraction("0.5")  # totals are in whole pounds


# --- the catalogue of the example fund ---------------------------------------------------


def test_the_example_says_where_its_figures_come_from() -> None:
    assert 8 <= len(EXAMPLE.effect) <= 10
    assert EXAMPLE.catalogue.licence == "CC, GMCA Research Team"
    for each in EXAMPLE.effect:
        assert each.source.startswith("GMCA Unit Cost Database v1.4, ")
        assert each.grade in {4, 5, 6}
        found = EXAMPLE.index_of(each)
        assert found is not None
        assert found.source.startswith("Aanname (assumption)")


def test_every_effect_of_the_example_saves_somebody_in_the_example_fund() -> None:
    fund = agreements.read("agreement.toml", (API / "agreement.toml").read_bytes())
    place = Place(organisation="sociale-dienst", home="papendrecht")
    saved = {
        each.code: saving(each, catalogue=EXAMPLE, agreement=fund, place=place)
        for each in EXAMPLE.effect
    }

    # 5806.00, 699.88, 174.00 x 1.48 x 1.15 x 0.725 x 0.85: 6089.67, 734.07 and 182.50.
    assert shown(saved["eviction"]) == "papendrecht 734.07, merwebocht 6089.67, justitie 182.50"
    # 18200.00 x 1.38 x 1.15 x 0.80 x 0.75
    assert shown(saved["out-of-home-placement"]) == "papendrecht 17330.04"
    assert not any(found.unplaced for found in saved.values())


def test_the_same_catalogue_in_other_words_has_the_same_fingerprint() -> None:
    text = ABOUT + effect(deadweight="0.20")
    other = text
    for before, after in (
        ("schema = 1", "# Once more.\nschema = 1"),
        ("price_year = 2026", "price_year = '2026'"),
        ('"0.20"', '"1/5"'),
        ('"1000.00"', '"1000"'),
    ):
        assert before in other
        other = other.replace(before, after)
    first, second = (reading.read("effects.toml", each.encode()) for each in (text, other))

    assert canonical.canonical_json(first) == canonical.canonical_json(second)
    assert canonical.sha256(first) == canonical.sha256(second)
    assert b'"amount":"1000.00"' in canonical.canonical_json(first)
    assert b'"deadweight":"1/5"' in canonical.canonical_json(first)


def test_whatever_changes_in_a_catalogue_changes_its_fingerprint() -> None:
    own = canonical.sha256(EXAMPLE)
    changed = list(variants(EXAMPLE))

    assert {each.member for each in changed} >= {"Share.amount", "Effect.grade", "Index.uprating"}
    assert [f"{each.member} {each.how}" for each in changed
            if canonical.sha256(each.value) == own] == []  # fmt: skip


# --- one avoided event counts once -------------------------------------------------------


def pick(day: str, sequence: int = 1, **how: object) -> Pick:
    """Return a pick of an eviction in case k."""
    about = {"case": "k", "effect": "eviction", **how}
    return Pick(picked_on=date.fromisoformat(day), sequence=sequence, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "months", "last_inside", "first_outside"),
    [
        ("2026-03-01", 12, "2027-02-28", "2027-03-01"),
        ("2025-12-15", 3, "2026-03-14", "2026-03-15"),
        # A month that is too short ends the horizon with its last day, itself outside.
        ("2026-01-31", 1, "2026-02-27", "2026-02-28"),
        ("2028-01-31", 1, "2028-02-28", "2028-02-29"),
        ("2026-03-31", 1, "2026-04-29", "2026-04-30"),
        ("2028-02-29", 12, "2029-02-27", "2029-02-28"),
        ("2028-02-29", 48, "2032-02-28", "2032-02-29"),
        ("2027-02-28", 12, "2028-02-27", "2028-02-28"),
        ("2026-12-31", 1, "2027-01-30", "2027-01-31"),
    ],
)
def test_within_the_horizon_a_later_pick_refers_to_the_first(
    first: str, months: int, last_inside: str, first_outside: str
) -> None:
    carries = pick(first)

    assert carrier(pick(first, 2), [carries], horizon_months=months) is carries
    assert carrier(pick(last_inside, 2), [carries], horizon_months=months) is carries
    assert carrier(pick(first_outside, 2), [carries], horizon_months=months) is None
    assert horizon.end(date.fromisoformat(first), months) == date.fromisoformat(first_outside)


@pytest.mark.parametrize(
    "other",
    [
        pick("2026-03-01", case="l"),
        pick("2026-03-01", effect="debt"),
        pick("2026-03-01", case=None),
        pick("2026-03-01", is_reversed=True),
        pick("2026-03-01", refers_to=0),
    ],
)
def test_another_case_or_effect_or_a_pick_that_carries_nothing_takes_nothing_away(
    other: Pick,
) -> None:
    assert carrier(pick("2026-03-02", 2), [other], horizon_months=12) is None


def test_without_a_case_every_pick_carries() -> None:
    first = pick("2026-03-01", case=None)

    assert carrier(pick("2026-03-01", 2, case=None), [first], horizon_months=12) is None


def test_a_pick_that_refers_does_not_stretch_the_horizon() -> None:
    first, second = pick("2026-01-10"), pick("2026-12-01", 2, refers_to=1)

    assert carrier(pick("2027-01-09", 3), [second, first], horizon_months=12) is first
    assert carrier(pick("2027-01-10", 3), [second, first], horizon_months=12) is None


def test_a_pick_that_comes_in_late_refers_to_what_was_recorded_before_it() -> None:
    recorded = pick("2026-06-10")

    # Three months from 11 March end on 11 June, so 10 June lies within them.
    assert carrier(pick("2026-03-11", 2), [recorded], horizon_months=3) is recorded
    assert carrier(pick("2026-03-10", 2), [recorded], horizon_months=3) is None


def test_between_two_that_carry_a_pick_belongs_to_the_one_before_it() -> None:
    late, early = pick("2026-06-10", 1), pick("2026-03-10", 2)

    assert carrier(pick("2026-05-01", 3), [late, early], horizon_months=3) is early
