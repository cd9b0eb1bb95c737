"""Sizes and bounds of samples, beside the figures that were printed."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from math import ceil, log

import pytest

from ledger.errors import WrongInput
from reports.sampling import bounds, evaluation, numbers, plan
from reports.sampling import draw as drawing
from reports.sampling.evaluation import Checked
from reports.sampling.plan import Aim
from tests.support.sampling import AIM, counted, drawn, population

POPULATION = 13_499_940_00
"""All printed amounts fit this population, which the text around them calls 13,500,000."""

TAINTS = (Fraction(1), Fraction(20000072, 10**8), Fraction(3999931, 10**8))


def aim(confidence: str, tolerance: str, errors: int = 0) -> Aim:
    return Aim(confidence=Fraction(confidence), tolerance=Fraction(tolerance), errors=errors)


def poisson(confidence: float, tolerance: float) -> int:
    """Return the size of the quick formula, which has no table: -ln(1 - C) / tolerance."""
    return ceil(-log(1 - confidence) / tolerance)


@pytest.mark.parametrize(
    ("errors", "size"), [(0, 299), (1, 473), (2, 628), (3, 773)]
)  # Touw and Hoogduin (2011), pp. 17 and 23, at 95% and 1%
def test_sizes_by_the_binomial_are_those_that_were_printed(errors: int, size: int) -> None:
    assert plan.of_euros(10**10, aim("0.95", "0.01", errors)).units == size


@pytest.mark.parametrize(
    ("confidence", "tolerance", "printed", "ours"),
    [
        (0.95, 0.01, 300, 299),
        (0.95, 0.02, 150, 149),
        (0.95, 0.05, 60, 59),
        (0.975, 0.05, 74, 72),
        (0.99, 0.10, 47, 44),
    ],
)
def test_where_the_quick_formula_was_printed_the_binomial_asks_a_little_less(
    confidence: float, tolerance: float, printed: int, ours: int
) -> None:
    asked = aim(str(confidence), str(tolerance))

    assert poisson(confidence, tolerance) == printed
    assert plan.of_euros(10**10, asked).units == ours


@pytest.mark.parametrize(("errors", "size"), [(0, 45), (2, 102)])  # the same, p. 123
def test_sizes_of_few_items_are_those_that_were_printed(errors: int, size: int) -> None:
    asked = Aim(confidence=Fraction(9, 10), tolerance=60, errors=errors)

    found = plan.of_items(1200, asked)

    assert (found.units, found.table) == (size, "hypergeometric")


def test_no_more_items_are_drawn_than_there_are() -> None:
    asked = Aim(confidence=Fraction("0.95"), tolerance=Fraction("0.5"), units=1_000)
    assert plan.of_items(10, asked).units == 10


def test_of_a_handful_of_items_all_are_asked_for() -> None:
    assert plan.of_items(12, aim("0.95", "0.05")).units == 12


@pytest.mark.parametrize(
    ("errors", "printed"), [(0, 276_050), (1, 436_007), (2, 577_535), (3, 710_132)]
)
def test_bounds_by_the_number_of_errors_are_those_that_were_printed(
    errors: int, printed: int
) -> None:
    share = bounds.clopper_pearson(145, errors, confidence=Fraction(95, 100))

    assert round(share * POPULATION / 100) == printed


def test_stringers_bound_is_the_one_that_was_printed() -> None:
    found = bounds.stringer(145, TAINTS, confidence=Fraction(95, 100))

    assert round(found.share * 10**8) == 3_478_656  # 3.478656%
    assert round(found.share * POPULATION / 10) == 4_696_165  # 469,616.5
    assert round(sum(TAINTS) / 145 * POPULATION / 100) == 115_448
    assert [step.taint for step in found.steps] == [1, *TAINTS]


def test_the_sample_of_the_design_is_planned_and_bounded_as_it_shows() -> None:
    asked = aim("0.95", "0.05", 1)
    found = bounds.stringer(
        93, (Fraction(15, 100), Fraction(38, 100)), confidence=Fraction(95, 100)
    )

    assert plan.of_euros(260_891_43, asked).units == 93
    assert plan.of_euros(260_891_43, asked).units_without_errors == 59
    assert [round(step.increase * 10**5) for step in found.steps] == [3170, 1830, 1616]
    assert [round(step.adds * 10**5) for step in found.steps] == [3170, 695, 242]
    assert round(found.share * 10**5) == 4107
    assert round(bounds.clopper_pearson(93, 2, confidence=Fraction(95, 100)) * 10**4) == 662


def test_an_expected_share_of_errors_grows_with_the_sample() -> None:
    asked = Aim(confidence=Fraction(95, 100), tolerance=Fraction(5, 100), expected=Fraction(1, 100))

    found = plan.of_euros(10**8, asked)

    assert (found.units, found.errors) == (93, 1)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (Aim(confidence=Fraction(9, 10), tolerance=Fraction(1, 100), expected=Fraction(1, 100)),
         "expected error: is not below the tolerance"),
        (aim("0.95", "0.000001"), "tolerance: asks for more than 100000"),
        (Aim(confidence=Fraction(9, 10), tolerance=0), "tolerance: is nothing"),
    ],
)  # fmt: skip
def test_what_no_sample_can_show_is_refused(asked: Aim, what: str) -> None:
    with pytest.raises(WrongInput) as refused:
        plan.of_euros(10**8, asked)

    assert str(refused.value).startswith(what)


def test_a_number_is_found_again_by_hand() -> None:
    digest = hashlib.sha256(b"20261014:abc:1").hexdigest()

    first = next(numbers.numbers("20261014", "abc", most=2805_28))

    assert first == 1 + int(digest[:12], 16) % 2805_28


def test_there_is_nothing_to_draw_where_nothing_was_spent() -> None:
    with pytest.raises(WrongInput, match="no spending above zero"):
        drawn([0, -500])


# --- evaluation ------------------------------------------------------------------------------

LINE = [100_00] * 400
BIG, REFUND = 9_000_00, -50_00


def after_testing(differing: dict[str, tuple[int, str]], amounts: list[int]) -> list[Checked]:
    """Test everything that was drawn: ``differing`` has by stratum a right amount and a kind."""
    found = []
    left = dict(differing)
    for item in drawn(amounts).items:
        right, kind = left.pop(item.stratum, (item.row.amount_cents, None))
        found.append(Checked(item=item, right_cents=right, kind=kind))  # type: ignore[arg-type]
    return found


def evaluated(
    differing: dict[str, tuple[int, str]], combine: evaluation.Combine = "together"
) -> evaluation.Evaluation:
    amounts = [*LINE, BIG, REFUND]
    return evaluation.evaluate(drawn(amounts), after_testing(differing, amounts), combine=combine)


def test_a_sample_without_errors_is_within_the_tolerance() -> None:
    found = evaluated({})

    assert found.decision == "within"
    assert found.worst.likely == 0
    assert found.worst.most == found.worst.most_whole > 0


def test_an_error_of_what_was_tested_whole_is_known_and_counts_once() -> None:
    none, found = evaluated({}), evaluated({"whole": (BIG - 700_00, "error")})

    assert found.worst.known == found.worst.likely == 700_00
    assert found.worst.most == none.worst.most + 700_00


def test_an_error_of_what_was_drawn_stands_for_as_much_of_the_line() -> None:
    found = evaluated({"drawn": (75_00, "error")})

    expected = Fraction(1, 4) / found.draw.units * 40_000_00
    assert found.worst.likely == round(expected)
    assert found.worst.taints == (Fraction(1, 4),)


def test_an_item_that_was_hit_twice_counts_twice() -> None:
    draws = (drawn([700_00] * 200, seed=str(seed), method="cell") for seed in range(50))
    draw, twice = next(
        (each, item) for each in draws for item in each.items if len(item.points) == 2
    )
    checked = [
        Checked(item=item, right_cents=350_00, kind="error")
        if item is twice
        else Checked(item=item, right_cents=item.row.amount_cents)
        for item in draw.items
    ]

    found = evaluation.evaluate(draw, checked, combine="together")

    assert found.worst.taints == (Fraction(1, 2), Fraction(1, 2))


def test_an_amount_that_was_too_low_is_shown_and_lowers_nothing() -> None:
    none, found = evaluated({}), evaluated({"drawn": (130_00, "error")})

    assert found.worst.understated_cents == 30_00
    assert found.worst.most == none.worst.most


def test_a_refund_that_was_too_small_is_a_known_error() -> None:
    assert evaluated({"apart": (-80_00, "error")}).worst.known == 30_00


def test_errors_and_uncertainties_are_evaluated_together_or_each() -> None:
    differing = {"drawn": (0, "error"), "whole": (BIG - 100_00, "uncertainty")}
    both, each = evaluated(differing), evaluated(differing, "separately")

    (together,) = both.outcomes
    errors, uncertainties = each.outcomes
    assert (errors.known, uncertainties.known) == (0, 100_00)
    assert (len(errors.taints), len(uncertainties.taints)) == (1, 0)
    assert together.known == 100_00
    assert together.most == errors.most + 100_00
    assert each.worst == errors


def test_more_errors_than_expected_ask_for_a_larger_sample_that_would_do() -> None:
    amounts = [*LINE, BIG, REFUND]
    draw = drawn(amounts)
    wrong = [item.row.id for item in draw.of("drawn")[:2]]
    found = evaluation.evaluate(
        draw,
        [
            Checked(item=item, right_cents=0, kind="error")
            if item.row.id in wrong
            else Checked(item=item, right_cents=item.row.amount_cents)
            for item in draw.items
        ],
        combine="together",
    )

    assert found.decision == "extend"
    extend_to = found.worst.extend_to
    assert extend_to is not None
    for units, fits in ((extend_to, True), (extend_to - 1, False)):
        share = bounds.clopper_pearson(units, 2, confidence=AIM.confidence)
        assert (ceil(share * 40_000_00) <= draw.tolerance) is fits


def test_an_error_that_is_likely_over_the_tolerance_is_reported() -> None:
    found = evaluated({"whole": (0, "error")})

    assert (found.decision, found.worst.extend_to) == ("report", None)


def test_where_everything_is_large_everything_is_tested_and_nothing_is_estimated() -> None:
    draw = drawn([500_00, 400_00, 300_00])
    found = evaluation.evaluate(
        draw,
        [
            Checked(item=item, right_cents=item.row.amount_cents - 10_00, kind="error")
            for item in draw.items
        ],
        combine="together",
    )

    assert {item.stratum for item in draw.items} == {"whole"}
    assert found.worst.bound is None
    assert found.worst.most == found.worst.likely == 30_00
    assert found.decision == "within"


def test_rows_below_zero_and_of_zero_lie_not_on_the_line() -> None:
    found = population([100, -40, 0, 60])

    assert [row.id for row in found.line] == ["s1", "s4"]
    assert [row.id for row in found.apart] == ["s2"]
    assert (found.line_cents, found.apart_cents) == (160, -40)
    assert "s3" not in found.content().decode()


# --- evaluation of items -----------------------------------------------------------------------

FEW = [100_00] * 1200
ONE_IN_TWENTY = Aim(confidence=Fraction(9, 10), tolerance=60)


def test_few_items_of_which_none_is_wrong_are_within_the_printed_tolerance() -> None:
    found = counted(FEW, {}, aim=ONE_IN_TWENTY)

    assert (found.draw.units, found.draw.size, found.draw.tolerance) == (45, 1200, 60)
    assert found.decision == "within"
    assert found.worst.likely == 0
    assert found.worst.most < 60  # so many would have shown themselves


def test_an_item_that_is_wrong_counts_whole_whichever_way_and_however_little() -> None:
    expected = counted(FEW, {3: 0}, aim=ONE_IN_TWENTY)

    for right in (99_99, 500_00):
        found = counted(FEW, {3: right}, aim=ONE_IN_TWENTY)
        assert found.outcomes == expected.outcomes
        assert found.worst.understated_cents == 0
    assert expected.worst.likely == round(Fraction(1200, 45))
    assert expected.worst.most > 60


def test_a_wrong_refund_is_known_and_adds_itself_alone() -> None:
    none = counted([*FEW, -50_00], {}, aim=ONE_IN_TWENTY)
    (apart,) = (at for at, item in enumerate(none.draw.items) if item.stratum == "apart")
    found = counted([*FEW, -50_00], {apart: -80_00}, aim=ONE_IN_TWENTY)

    assert found.worst.known == found.worst.likely == 1
    assert found.worst.most == none.worst.most + 1
    assert (found.draw.line, found.draw.size) == (1200, 1201)


def test_no_more_items_can_be_wrong_than_there_are() -> None:
    found = counted([100_00, -5_00, -6_00], {0: 0, 1: 0}, aim=aim("0.95", "0.2"))

    assert found.worst.most == found.worst.likely == 2
    assert found.draw.size == 3


def test_more_errors_than_may_be_wrong_are_not_expected() -> None:
    with pytest.raises(WrongInput, match="errors: are more than the tolerance of 3 items"):
        plan.of_items(40, Aim(confidence=Fraction("0.95"), tolerance=3, errors=5))


def test_more_wrong_items_than_expected_ask_for_more_that_would_do() -> None:
    found = counted(FEW, {0: 0, 1: 0}, aim=ONE_IN_TWENTY)

    assert found.decision == "extend"
    extend_to = found.worst.extend_to
    assert extend_to is not None
    for drawn_, fits in ((extend_to, True), (extend_to - 1, False)):
        bound = bounds.of_items(1200, drawn=drawn_, errors=2, confidence=Fraction(9, 10))
        assert (bound.wrong <= 60) is fits
    assert counted(FEW, dict.fromkeys(range(3), 0), aim=ONE_IN_TWENTY).decision == "report"


def test_where_all_items_are_drawn_what_is_wrong_is_known() -> None:
    found = counted([100_00] * 12, {0: 0, 5: 0, 7: 99_00})

    assert found.draw.units == 12
    assert found.worst.most == found.worst.likely == 3
    with pytest.raises(WrongInput, match="tests everything already"):
        drawing.extended(found.draw, to=13)


def test_a_tolerance_of_all_items_is_refused() -> None:
    with pytest.raises(WrongInput, match="tolerance: is all 12 spendings"):
        drawn([100_00] * 12, aim=Aim(confidence=Fraction(9, 10), tolerance=12), method="items")
