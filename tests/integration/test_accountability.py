"""What a fund accounts for of a year, read from real databases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger import store
from ledger.errors import WrongInput
from settlement import accountability
from tests.support import failing, funds, ledgers

if TYPE_CHECKING:
    from settlement.accountability import Accountability
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

THIRDS: Final = funds.agreement(
    parties="a 1, b 1, c 1, z -",
    ladder='[[budget]]\nparty = "b"\nyear = 2026\namount = "5.00"\ndecision = "council 7"\n'
    '[[lawfulness.limit]]\nparty = "b"\nyear = 2026\nshare = 0.02\nbase_amount = "100.00"\n',
)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    opened = ledgers.opened(database.engine, THIRDS).at("2026-01-10")
    opened.finance()
    return opened


def account(ledger: Ledger, year: int = 2026) -> Accountability:
    with store.reading(ledger.engine) as session:
        return accountability.of_year(session, ledger.fund, year)


def sums(of_year: Accountability, party: str) -> dict[tuple[str, str], int]:
    return {pair: cents for pair, cents in of_year.sums(party).items() if cents}


def found(ledger: Ledger, spending: str, cents: int, **said: Any) -> tuple[int, int]:
    return failing.found(ledger, spending, cents, **said)


def test_findings_fall_as_their_spending_was_booked(ledger: Ledger) -> None:
    ledger.record(9_00, id="s1")
    ledger.record(9_00, id="s2")
    found(ledger, "s1", 9_00)
    found(ledger, "s2", 1_00, rule="splitting", kind="uncertainty", criterion="misuse")
    found(ledger, "s2", 9_00, rule="late-recording", kind="control", criterion=None)
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")

    of_year = account(ledger)

    assert {each.code: sums(of_year, each.code) for each in of_year.parties} == {
        "a": {("conditions", "error"): 3_00, ("misuse", "uncertainty"): 34},
        # 6.00 of what its council authorised as 5.00.
        "b": {
            ("budget", "error"): 1_00,
            ("conditions", "error"): 3_00,
            ("misuse", "uncertainty"): 33,
        },
        "c": {("conditions", "error"): 3_00, ("misuse", "uncertainty"): 33},
    }
    assert of_year.fund_sums["conditions", "error"] == 9_00
    assert (of_year.spent_cents, of_year.unsettled) == (18_00, 0)
    test = of_year.test("b")
    assert test is not None
    assert [(each.of, each.cents) for each in test.exceeding] == [("together", 4_33)]
    assert of_year.test("a") is None


def test_a_spending_that_is_not_settled_falls_on_nobody_yet(ledger: Ledger) -> None:
    ledger.record(10_00, id="s1")
    found(ledger, "s1", 4_00)
    ledger.at("2026-04-02").propose("2026-01-01 2026-04-01")

    of_year = account(ledger)

    assert [sums(of_year, each.code) for each in of_year.parties] == [{}, {}, {}]
    assert of_year.findings.not_allocated["conditions", "error"] == 4_00
    assert (of_year.unsettled, of_year.unsettled_cents) == (1, 10_00)


def test_what_was_put_right_counts_no_more(ledger: Ledger) -> None:
    ledger.record(9_00, id="s1")
    number = found(ledger, "s1", 9_00)
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")
    failing.ended(ledger.at("2027-02-01"), number, "resolved")

    of_year = account(ledger)

    assert of_year.fund_sums["conditions", "error"] == 0
    assert of_year.findings.put_right == {"later": 1}


def test_what_is_taken_back_after_its_year_is_reported_in_the_year_of_that(
    ledger: Ledger,
) -> None:
    ledger.record(10_00, id="s1")
    found(ledger, "s1", 5_00)
    ledger.at("2027-01-02").settle("2026-01-01 2027-01-01")
    ledger.at("2027-02-10").reverse("s1", "r1")  # which ends the finding, too

    then, now = account(ledger), account(ledger, 2027)

    assert sums(then, "a") == {("conditions", "error"): 1_67}
    assert sums(now, "a") == {("conditions", "error"): -1_67}
    assert now.fund_sums["conditions", "error"] == -5_00
    assert [each.code for each in now.parties] == ["a", "b", "c"]


def test_a_line_that_was_set_apart_counts_in_its_own_year(ledger: Ledger) -> None:
    ledger.record(9_00, id="s1")
    ledger.record(3_00, id="s2")
    found(ledger, "s1", 9_00)
    ledger.at("2027-01-02").settle("2026-01-01 2027-01-01", set_apart=["s1"])
    assert account(ledger).unsettled == 1
    ledger.record(6_00, id="s3")
    ledger.at("2027-04-02").settle("2027-01-01 2027-04-01")

    assert sums(account(ledger), "a") == {("conditions", "error"): 3_00}
    assert account(ledger).spent_cents == 12_00
    assert account(ledger, 2027).spent_cents == 6_00


def test_an_accepted_finding_counts_as_before_and_says_who_accepted_it(ledger: Ledger) -> None:
    ledger.record(9_00, id="s1")
    ledger.record(9_00, id="s2")
    by_board, by_mandate = found(ledger, "s1", 9_00), found(ledger, "s2", 3_00)
    failing.accepted(ledger.at("2026-03-12"), by_board, ground="agreement-clause")
    failing.accepted(ledger, by_mandate, by="mandate")
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")

    of_year = account(ledger)
    one, other = (each.found.accepted for each in of_year.findings.landed)

    assert of_year.fund_sums["conditions", "error"] == 12_00
    assert one is not None
    assert (one.by, one.ground, one.decided_on) == ("board", "agreement-clause", date(2026, 3, 12))
    assert one.decision
    assert other is not None
    assert (other.by, other.ground, other.decision) == ("mandate", "reverse-test", None)


def test_an_uncertainty_is_an_error_once_the_last_verdict_says_so(
    ledger: Ledger,
) -> None:
    ledger.record(9_00, id="s1")
    unclear = found(ledger, "s1", 9_00, kind="uncertainty", criterion="misuse")
    failing.reviewed(ledger, unclear, "disagreed")
    assert account(ledger).fund_sums["misuse", "error"] == 9_00

    failing.reviewed(ledger, unclear, "agreed")

    assert account(ledger).fund_sums["misuse", "error"] == 0
    assert account(ledger).fund_sums["misuse", "uncertainty"] == 9_00


def test_what_a_council_authorised_afterwards_is_named_apart(ledger: Ledger) -> None:
    ledger.record(30_00, id="s1")
    ledger.at("2026-04-01").settle("2026-01-01 2026-04-01")
    failing.authorised(ledger, "b", 2026, 2_00, "council 8")
    failing.authorised(ledger, "b", 2025, 1_00, "council 6")

    of_year = account(ledger)

    assert of_year.overspent["b"].over_cents == 5_00
    assert of_year.overspent["b"].authorised == {"council 8": 2_00}
    assert of_year.fund_sums["budget", "error"] == 5_00


def test_the_head_of_the_trail_and_its_day_are_what_a_paper_prints(ledger: Ledger) -> None:
    ledger.at("2027-03-05").record(10_00, spent_on=date(2027, 3, 4))
    of_year = account(ledger)

    assert of_year.dated == date(2027, 3, 5)
    assert len(of_year.end.sha256) == 64


@pytest.mark.parametrize(("year", "why"), [(2022, "before 2023"), (2025, "no agreement yet")])
def test_a_year_without_a_regime_or_an_agreement_is_refused(
    ledger: Ledger, year: int, why: str
) -> None:
    with pytest.raises(WrongInput, match=why):
        account(ledger, year)
