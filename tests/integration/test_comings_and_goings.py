"""Versions that start in mid-quarter, who joins and leaves, and what a leaver still has to get."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger import store
from ledger.verify import run
from settlement import agreeing, verifying
from tests.support import funds as files
from tests.support import ledgers, signed, soundness

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Q1, Q2, Q3 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01", "2026-07-01 2026-10-01"


def assert_whole(ledger: Ledger) -> None:
    soundness.assert_sound(ledger.engine)
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    assert [*map(str, report.misfits)] == []


@pytest.mark.parametrize("signed_on", ["2026-02-10", "2026-03-20"])
def test_each_line_follows_the_version_of_the_day_it_was_spent_on(
    database: Database, signed_on: str
) -> None:
    """Also where a version was signed after what it is about had been recorded."""
    second = files.agreement(
        '[[key]]\ncode = "agreed"\nkind = "fixed"\nshares = { a = "1/2", d = "1/2" }\n',
        parties="d 3, a 1", version=2, valid="from 2026-02-15",
    )  # fmt: skip
    ledger = ledgers.opened(database.engine).at("2026-02-09")
    ledger.finance()
    if signed_on < "2026-02-14":
        signed.version(ledger.at(signed_on), second)
    ledger.at("2026-02-14").record(9_00, id="before", organisation="c")
    ledger.at("2026-02-15").record(9_00, id="on-the-day")
    ledger.at("2026-02-16").record(9_00, id="after", spent_on=date(2026, 2, 14))
    if signed_on > "2026-02-16":
        signed.version(ledger.at(signed_on), second)
    ledger.grant("finance-d", "finance", "d")

    ledger.at("2026-04-01").propose(Q1)
    for gone in ("b", "c"):
        with pytest.raises(agreeing.NoParticipant, match="no participant on 2026-03-31"):
            ledger.agree(gone)
    assert ledger.agree("a", "d") == "agreed"
    ledger.book()

    found = ledger.exported()
    assert found.cells("before") == "a 3.00, b 3.00, c 3.00"
    assert found.cells("after") == "a 3.00, b 3.00, c 3.00"
    assert found.cells("on-the-day") == "d 4.50, a 4.50"
    assert [(row["spending"], row["key"]) for row in found.rows("lines.csv")] == [
        ("before", "heads"), ("on-the-day", "agreed"), ("after", "heads"),
    ]  # fmt: skip
    # The order of parties is that of the last version, then those who are only in earlier ones.
    assert [*found.positions("cost_share").items()] == [
        ("d", "4.50"), ("a", "10.50"), ("b", "6.00"), ("c", "6.00"),
    ]  # fmt: skip
    assert_whole(ledger)


def test_who_joins_and_leaves_within_a_version_bears_what_was_spent_meanwhile(
    database: Database,
) -> None:
    parties = "a 1, b 1 until 2026-02-15, d 1 from 2026-02-15"
    ledger = ledgers.opened(database.engine, files.agreement(parties=parties)).at("2026-02-14")
    ledger.finance()
    ledger.receive(20_00, party="b")
    ledger.record(8_00, id="before")
    ledger.at("2026-02-15").record(8_00, id="after")
    ledger.at("2026-04-01").propose(Q1)
    ledger.agree("a", "d")
    ledger.book()

    found = ledger.exported()
    assert (found.cells("before"), found.cells("after")) == ("a 4.00, b 4.00", "a 4.00, d 4.00")
    # b left: its unspent contribution is due at once, though the others' shortage alone is called.
    assert found.positions("balance", "due", "closing") == {
        "a": "-8.00 -8.00 0.00",
        "b": "16.00 16.00 0.00",
        "d": "-4.00 -4.00 0.00",
    }
    ledger.pay()
    assert_whole(ledger)


@pytest.fixture
def leaving(database: Database) -> Ledger:
    """A fund that c leaves on 1 July with 30.00 advanced; b bears at most 1.00 a settlement."""
    cap = (
        '[[ladder]]\nkind = "cap"\nparty = "b"\namount = "1.00"\n'
        'per = "settlement"\nover = "heads"\n'
    )
    terms = 'minimum_transfer = "25.00"'
    first = files.agreement(ladder=cap, settlement=terms)
    second = files.agreement(
        parties="a 1, b 1", version=2, valid="from 2026-07-01", ladder=cap, settlement=terms
    )
    ledger = ledgers.opened(database.engine, first).at("2026-04-10")
    ledger.finance()
    signed.version(ledger, second)
    ledger.receive(50_00, id="in", party="c")
    ledger.record(30_00, id="advance", advanced_by="c", organisation="c")
    ledger.at("2026-07-01").settle(Q1)
    return ledger


def test_a_leaver_gets_its_advance_and_what_is_left_when_it_goes(leaving: Ledger) -> None:
    leaving.settle(Q2)
    before = leaving.balances()
    leaving.pay()
    leaving.pay()

    found = leaving.exported("2026-04-01")
    # On the last day c still took part: what b does not bear falls on it too.
    assert found.adjustments == ["1 a 4.50", "1 b -9.00", "1 c 4.50"]
    # 50.00 paid in and 30.00 advanced, 10.00 and 4.50 borne: all of it is due, for c is gone on
    # the day after the period; a and b stay below what is worth a transfer.
    assert found.positions("balance", "due", "transferred", "closing") == {
        "a": "-14.50 -14.50 -14.50 0.00",
        "b": "-1.00 -1.00 0.00 0.00",
        "c": "65.50 65.50 65.50 0.00",
    }
    assert before["position:c"] == -65_50
    after = leaving.balances()
    assert {"position:c", "advance:c", "contribution:c"} & {*after} == set()
    assert (after["cost:c"], after["recharged:c"]) == (14_50, -14_50)
    assert_whole(leaving)


def test_an_advance_that_comes_to_light_after_the_exit_is_settled_with_the_leaver(
    leaving: Ledger,
) -> None:
    leaving.settle(Q2)
    leaving.at("2026-08-10")
    late = leaving.record(
        9_00, id="late", advanced_by="c", organisation="c", spent_on=date(2026, 6, 30)
    )
    leaving.record(8_00, id="own")
    leaving.at("2026-10-01").propose(Q3)
    with pytest.raises(agreeing.NoParticipant):
        leaving.agree("c")
    assert leaving.agree("a", "b") == "agreed"
    leaving.book()
    for _ in range(3):
        leaving.pay()

    found = leaving.exported()
    assert late.booked_on == date(2026, 7, 1)
    # By the version of the day it was spent on, c bears a third of what it advanced.
    assert (found.cells("late"), found.cells("own")) == (
        "a 3.00, b 3.00, c 3.00",
        "a 4.00, b 4.00",
    )
    # Leavers neither give nor take: of what b does not bear nothing falls on c.
    assert found.adjustments == ["1 a 6.00", "1 b -6.00"]
    # 6.00 is less than what is worth a transfer, but c is no participant any more.
    assert found.positions("advanced", "due", "transferred")["c"] == "9.00 6.00 6.00"
    assert {"position:c", "advance:c"} & {*leaving.balances()} == set()
    assert_whole(leaving)


def test_what_a_leaver_gets_back_later_still_falls_on_it(leaving: Ledger) -> None:
    leaving.settle(Q2)
    leaving.at("2026-08-10").record(
        -15_00, id="back", refunds="advance", advanced_by="c", organisation="c"
    )
    leaving.at("2026-10-01").settle(Q3, "a", "b")

    found = leaving.exported()
    assert found.cells("back") == "a -5.00, b -5.00, c -5.00"
    # It got 15.00 back and bore 5.00 less: it owes the fund the rest at once.
    assert found.positions("advanced", "cost_share", "due")["c"] == "-15.00 -5.00 -10.00"
    assert_whole(leaving)
