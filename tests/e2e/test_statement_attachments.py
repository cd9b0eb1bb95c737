"""A statement's attachment, as a controller uses it: recomputed without the engine."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ledger import facts_files
from ledger.agreement import reading
from ledger.money import exact_text
from ledger.periods import Period
from reports.exports import settlement_files
from settlement import earlier_files, engine
from settlement.eras import in_order
from tests.support.statements import attached, paper, rows, settled, text

if TYPE_CHECKING:
    from settlement.results import Settlement

CASES: Final = Path(__file__).resolve().parents[2].parent / "shared" / "cases"


def recomputed(lines: list[dict[str, str]]) -> tuple[Decimal, Fraction]:
    """Do what a controller does: shares from amount, numerator and denominator alone."""
    total, exact = Decimal(0), Fraction(0)
    for line in lines:
        share = Fraction(line["amount"]) * int(line["numerator"]) / int(line["denominator"])
        assert abs(share - Fraction(line["exact_share"])) <= Fraction(1, 10**10)
        assert Decimal(line["floor"]) * 100 == share * 100 // 1
        assert Decimal(line["floor"]) + Decimal(line["odd_cent"]) == Decimal(line["share"])
        assert line["odd_cent"] in {"0.00", "0.01"}
        total += Decimal(line["share"])
        exact += share
    return total, exact


def check_statement(settlement: Settlement, content: bytes, party: str) -> None:
    files = attached(content)
    lines = rows(files[f"lines-{party}.csv"])
    figures = {
        each["figure"]: each["value"]
        for each in rows(files[f"position-{party}.csv"])
        if not each["detail"]
    }
    total, exact = recomputed(lines)
    assert total == Decimal(figures["cost_share"])
    if all(line["standing"] == "chain" for line in lines):
        check_running(lines, figures, exact)
    assert exact_text(exact * 100) == figures["exact_cost_share"]
    money = {name: Decimal(value) for name, value in figures.items()}
    assert money["balance"] == (
        money["opening"]
        + money["contributed"]
        + money["advanced"]
        - money["cost_share"]
        - money["adjustments"]
    )
    assert money["balance"] == money["due"] + money["closing"]
    asked = money["carried_in"] + money["due"]
    assert asked == money["transferred"] + money["carried_out"]
    about = json.loads(files[f"statement-{party}.json"])
    assert [
        dict(zip(about["line_columns"], map(str, row), strict=True)) for row in about["lines"]
    ] == lines
    assert about["position"]["balance"] == figures["balance"]
    position = next(each for each in settlement.positions if each.party == party)
    assert total * 100 == position.cost_share_cents


def check_running(lines: list[dict[str, str]], figures: dict[str, str], exact: Fraction) -> None:
    """Recompute the deviations from the lines in their order."""
    running, largest = Fraction(0), Fraction(0)
    for line in lines:
        share = Fraction(line["amount"]) * int(line["numerator"]) / int(line["denominator"])
        running += (Fraction(line["share"]) - share) * 100
        largest = max(largest, abs(running))
    assert abs(running) < 1
    assert abs(running - Fraction(figures["deviation_at_end"])) < Fraction(1, 10**6)
    # By category there are running totals per category, which an attachment does not name.
    if "deviation_on_the_way" in figures:
        assert abs(largest - Fraction(figures["deviation_on_the_way"])) < Fraction(1, 10**6)


def test_the_tables_of_a_statement_are_sums_of_its_attachment() -> None:
    made = paper(settled(), "dorp")
    lines = rows(attached(made)["lines-dorp.csv"])
    for column in ("key", "group"):
        sums = Counter[str]()
        for line in lines:
            sums[line[column]] += int(line["share"].replace(".", ""))
        for name, cents in sums.items():
            assert name in text(made)
            assert f"{cents // 100},{cents % 100:02d}" in text(made)


@pytest.mark.parametrize("rounding", ["date", "category"])
def test_a_controller_recomputes_a_statement_from_its_attachment(rounding: str) -> None:
    settlement = settled(settlement=f'rounding = "{rounding}"')
    for party in ("stad", "dorp"):
        check_statement(settlement, paper(settlement, party), party)


def test_a_real_year_of_reversals_and_a_leaver_recomputes() -> None:
    case = CASES / "small-fund"
    if not case.exists():
        pytest.skip(f"no {case}")
    runs: list[tuple[str, dict[str, bytes]]] = []
    bounds = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    for number, (start, until) in enumerate(pairwise(bounds)):
        settlement = _settled_case(case, Period(start, until), runs)
        files = {name: b"".join(each) for name, each in settlement_files.files(settlement)}
        runs.append((f"q{number}", files))
    assert settlement.reversals_of_earlier
    for position in settlement.positions:
        check_statement(settlement, paper(settlement, position.party), position.party)


def _settled_case(
    case: Path, period: Period, runs: list[tuple[str, dict[str, bytes]]]
) -> Settlement:
    agreements = reading.read_fund([("agreement.toml", (case / "agreement.toml").read_bytes())])
    parties = tuple(party.code for party in in_order(agreements))
    spendings = facts_files.spendings(
        "spendings.csv", (case / "spendings.csv").read_bytes(), parties=parties
    )
    before = tuple(
        earlier_files.read(name, files, fund=agreements[-1].fund.code, parties=parties)
        for name, files in runs
    )
    booked = {spending for run in before for spending in run.lines.position_of}
    saved = facts_files.savings(
        "savings.csv",
        (case / "savings.csv").read_bytes(),
        of=spendings,
        parties=parties,
        booked=booked,
    )
    order = engine.Order(
        agreements=agreements, spendings=spendings, savings=saved, period=period, runs=before
    )
    return engine.settle(order)[0]


def test_caps_are_part_of_what_is_recomputed() -> None:
    cap = '[[ladder]]\nkind = "cap"\nparty = "dorp"\namount = "20.00"\nover = "gelijk"\n'
    settlement = settled(more=cap)
    assert settlement.adjustments
    check_statement(settlement, paper(settlement, "dorp"), "dorp")
