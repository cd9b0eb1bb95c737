"""Regimes by financial year, and what a council's limit says: as tables."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger.agreement import reading
from ledger.agreement.schema import LawfulnessLimit
from ledger.lawfulness import regimes
from tests.support.funds import agreement

LIMIT = (
    '[[lawfulness.limit]]\nparty = "b"\nyear = {year}\nshare = {share}\nbase_amount = "{base}"\n'
)


def limit(share: str, base: str) -> LawfulnessLimit:
    said = {"party": "b", "year": 2026, "share": share, "base_amount": base}
    return LawfulnessLimit.model_validate(said)


@pytest.mark.parametrize(
    ("year", "said", "code", "adds_up", "with_reserves", "maximum"),
    [
        (2023, None, "2023", False, True, "0.03"),
        (2024, None, "2023", False, True, "0.03"),
        (2025, None, "2025", True, False, "0.02"),
        (2031, None, "2025", True, False, "0.02"),
        (2026, "2023", "2023", False, True, "0.03"),  # the agreement says another
        (2024, "2025", "2025", True, False, "0.02"),
    ],
)
def test_the_regime_of_a_year(
    year: int, said: str | None, code: str, *, adds_up: bool, with_reserves: bool, maximum: str
) -> None:
    found = regimes.of_year(year, said=said)

    assert (found.code, found.adds_up, found.with_reserves, found.maximum) == (
        code, adds_up, with_reserves, Fraction(maximum)
    )  # fmt: skip


@pytest.mark.parametrize(("year", "said"), [(2022, None), (2026, "2019"), (2026, "")])
def test_there_are_no_other_regimes(year: int, said: str | None) -> None:
    with pytest.raises(ValueError, match="there are 2023, 2025"):
        regimes.of_year(year, said=said)


@pytest.mark.parametrize(
    ("code", "errors", "uncertainties", "sums", "exceeding"),
    [
        ("2025", 1_00, 99, {"together": 1_99}, []),
        ("2025", 1_00, 1_00, {"together": 2_00}, []),  # equal is within
        ("2025", 1_00, 1_01, {"together": 2_01}, ["together"]),
        ("2025", 3_00, -1_00, {"together": 2_00}, []),  # taken back of an earlier year
        ("2023", 2_00, 2_00, {"errors": 2_00, "uncertainties": 2_00}, []),
        ("2023", 2_01, 2_00, {"errors": 2_01, "uncertainties": 2_00}, ["errors"]),
        ("2023", 2_01, 2_01, {"errors": 2_01, "uncertainties": 2_01}, ["errors", "uncertainties"]),
    ],
)
def test_errors_and_uncertainties_are_held_to_the_limit(
    code: str, errors: int, uncertainties: int, sums: dict[str, int], exceeding: list[str]
) -> None:
    held = regimes.tested(
        regimes.of_year(2026, said=code), limit("0.02", "100.00"),
        errors_cents=errors, uncertainties_cents=uncertainties,
    )  # fmt: skip

    assert held.limit_cents == 2_00
    assert {each.of: each.cents for each in held.sums} == sums
    assert [each.of for each in held.exceeding] == exceeding


def test_a_limit_that_is_no_whole_cent_is_reached_by_the_cent_below() -> None:
    held = regimes.tested(
        regimes.of_year(2026), limit("1/3", "1.00"), errors_cents=34, uncertainties_cents=0
    )

    assert held.limit_cents == 33
    assert held.exceeding


@pytest.mark.parametrize(
    ("share", "is_above"), [("0.02", False), ("0.0200001", True), ("0.01", False)]
)
def test_a_council_may_go_further_than_its_regime_and_that_is_noted(
    share: str, *, is_above: bool
) -> None:
    text = agreement(ladder=LIMIT.format(year=2026, share=share, base="1000.00"))
    (version,) = reading.read_fund([("agreement.toml", text)])
    found = regimes.limit_of([version], "b", 2026)

    assert found is not None
    held = regimes.tested(regimes.of_year(2026), found, errors_cents=0, uncertainties_cents=0)
    assert held.is_above_maximum is is_above
    assert list(regimes.notes(version)) == ([found] if is_above else [])


def test_what_an_earlier_version_decided_for_a_year_holds_until_another_says_otherwise() -> None:
    texts = [
        agreement(
            valid="from 2026-01-01 until 2026-07-01",
            ladder=LIMIT.format(year=2026, share="0.01", base="1000.00"),
        ),
        agreement(valid="from 2026-07-01", version=2),
    ]
    versions = reading.read_fund([(f"{at}.toml", text) for at, text in enumerate(texts)])
    found = regimes.limit_of(versions, "b", 2026)

    assert found is not None
    assert found.share == Fraction(1, 100)


def test_a_later_version_may_name_the_limit_of_an_earlier_year() -> None:
    texts = [
        agreement(valid="from 2026-01-01 until 2027-01-01"),
        agreement(
            valid="from 2027-01-01", version=2,
            ladder=LIMIT.format(year=2026, share="0.01", base="1000.00"),
        ),
    ]  # fmt: skip
    versions = reading.read_fund([(f"{at}.toml", text) for at, text in enumerate(texts)])
    found = regimes.limit_of(versions, "b", 2026)

    assert found is not None
    assert found.share == Fraction(1, 100)
    assert regimes.limit_of(versions, "b", 2027) is None
    assert regimes.limit_of(versions, "a", 2026) is None
