"""True-ups: what changes a booked line becomes a line of the next settlement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger import calendar, correcting, ids, store
from tests.support import funds, ledgers

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"

HOME = """
[[key]]
code = "own"
kind = "home"
fallback = "heads"
"""


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund in which whoever spent bears it; one spending of ``a`` is booked."""
    made = ledgers.opened(database.engine, funds.agreement(HOME)).at("2026-01-10")
    made.finance()
    made.record(90_00, id="s1", case="K1", domain="housing", payee="landlord")
    made.at("2026-04-01").settle(Q1)
    return made.at("2026-05-01")


def correct(ledger: Ledger, spending: str, new: str, **changed: object) -> list[str]:
    with store.writing(ledger.engine) as session:
        answers = correcting.correct(
            session,
            ledger.fund,
            spending,
            changed=changed,
            new_ids=(f"{new}-back", new),
            reason="wrong",
            act=ledger.act(),
        )
    return [answer.status for answer in answers]


@pytest.mark.parametrize(
    ("changed", "share"),
    [
        ({"amount_cents": 60_00}, {"a": "-30.00", "b": "0.00", "c": "0.00"}),
        ({"organisation": "b"}, {"a": "-90.00", "b": "90.00", "c": "0.00"}),
        ({"payee": "shop"}, {"a": "0.00", "b": "0.00", "c": "0.00"}),
    ],
)
def test_the_difference_is_settled_next(
    ledger: Ledger, changed: dict[str, object], share: dict[str, str]
) -> None:
    correct(ledger, "s1", "n1", **changed)

    ledger.at("2026-07-01").settle(Q2)

    assert ledger.exported().positions("cost_share") == share


def test_a_correction_of_a_correction_stands_in_its_place(ledger: Ledger) -> None:
    correct(ledger, "s1", "n1", amount_cents=60_00)
    ledger.at("2026-07-01").settle(Q2)
    correct(ledger.at("2026-08-01"), "n1", "n2", organisation="c")
    ledger.at("2026-10-01").settle(Q3)

    assert ledger.exported("2026-04-01").positions("cost_share")["a"] == "-30.00"
    assert ledger.exported("2026-07-01").positions("cost_share") == {
        "a": "-60.00",
        "b": "0.00",
        "c": "60.00",
    }


def test_a_correction_keeps_what_it_does_not_change(ledger: Ledger) -> None:
    correct(ledger, "s1", "n1", amount_cents=1_00)

    with store.reading(ledger.engine) as session:
        order = correcting.as_order(session, ledger.fund, "n1")

    assert (order.case, order.domain, order.payee, order.amount_cents) == (
        "K1",
        "housing",
        "landlord",
        1_00,
    )


def test_a_correction_asked_again_after_midnight_is_the_same(ledger: Ledger) -> None:
    assert correct(ledger, "s1", "n1", amount_cents=60_00) == ["recorded", "recorded"]
    before = ledgers.rows(ledger.engine)
    ledger.at("2026-05-02")

    assert correct(ledger, "s1", "n1", amount_cents=60_00) == ["known", "known"]
    with pytest.raises(ids.SameIdOtherContent):
        correct(ledger, "s1", "n1", amount_cents=61_00)
    assert ledgers.rows(ledger.engine) == before


def test_a_clock_that_was_set_back_keeps_nobody_from_correcting(ledger: Ledger) -> None:
    ledger.record(40_00, id="s2")

    assert correct(ledger.at("2026-04-20"), "s2", "n2", amount_cents=30_00) == ["recorded"] * 2
    assert correct(ledger, "n2", "n3", category="food") == ["recorded"] * 2


@pytest.mark.parametrize("day", ["2026-04-30", "2026-05-02"])
def test_a_correction_to_a_day_that_is_to_come_is_refused(ledger: Ledger, day: str) -> None:
    ledger.record(40_00, id="s2")
    before = ledgers.rows(ledger.engine)

    with pytest.raises(calendar.OutsideTheFund, match=f"'n2': spent_on {day} is not between"):
        correct(ledger.at("2026-04-20"), "s2", "n2", spent_on=date.fromisoformat(day))

    assert ledgers.rows(ledger.engine) == before


def test_a_refund_after_years_follows_the_weights_of_then(database: Database) -> None:
    first = funds.agreement(HOME, valid="from 2026-01-01 until 2026-07-01")
    second = funds.agreement(parties="a 1, b 1", version=2, valid="from 2026-07-01")
    ledger = ledgers.opened(database.engine, first, second).at("2026-01-10")
    ledger.finance()
    ledger.grant("finance-c", "finance", "c")
    ledger.record(90_00, id="s1", organisation="c")
    ledger.at("2026-04-01").settle(Q1)
    ledger.at("2026-07-01").settle(Q2, "a", "b", "c")

    ledger.at("2026-08-01").record(-30_00, id="back", organisation="c", refunds="s1")
    ledger.at("2026-10-01").settle(Q3, "a", "b")

    assert ledger.exported().cells("back") == "c -30.00"
