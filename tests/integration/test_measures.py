"""Measures that the board withdraws: a wrong count, and what is booked by it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from ledger import funds, measures, people, store
from ledger.errors import WrongInput
from ledger.verify import run
from settlement import verifying
from tests.support import funds as files
from tests.support import ledgers, withdrawing
from tests.support.withdrawing import Q1, Q2, Q3, done, measure, prepare

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

WRONG, RIGHT = files.agreement(parties="a 1, b 1, c 1"), files.agreement(parties="a 2, b 1, c 1")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund that divides by inhabitants; one spending is booked."""
    made = ledgers.opened(database.engine, WRONG).at("2026-01-10")
    made.finance()
    made.grant("board", "board")
    made.record(90_00, id="s1", case="K1")
    made.at("2026-04-01").settle(Q1)
    return made.at("2026-05-01")


def share(ledger: Ledger) -> dict[str, str]:
    return ledger.exported().positions("cost_share")


def test_what_was_booked_by_a_wrong_count_is_trued_up_by_the_right_one(ledger: Ledger) -> None:
    ledger.record(40_00, id="s2")

    found = prepare(ledger, measure("a", 2))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    # A half, a quarter and a quarter, of what was booked and of what was not.
    assert found.moves_cents == {"a": 15_00, "b": -7_50, "c": -7_50}
    assert share(ledger) == {"a": "35.00", "b": "2.50", "c": "2.50"}


def test_files_give_the_same_with_the_right_count_in_the_agreement(ledger: Ledger) -> None:
    done(ledger, prepare(ledger, measure("a", 2)))
    ledger.at("2026-07-01").settle(Q2)

    withdrawing.same_from_files(ledger, {"2026-01-01": (WRONG,), "2026-04-01": (RIGHT,)})
    # Both say that the version reads otherwise than when the first was settled.
    notes = ledger.exported().about["notes"]
    assert notes == [
        {"note": "agreement-changed", "version": "1", "settlement": "2026-01-01/2026-03-31"}
    ]


def test_what_was_settled_before_reads_the_count_of_then(ledger: Ledger) -> None:
    before = ledger.exported().files

    done(ledger, prepare(ledger, measure("a", 2)))

    assert ledger.exported().files == before
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
        (now,) = funds.known(session, ledger.fund).agreements
    assert [*map(str, report.misfits)] == []
    assert now.party[0].measures == {"inhabitants": Fraction(2)}


def test_only_the_version_that_is_named_reads_otherwise(database: Database) -> None:
    versions = (
        files.agreement(parties="a 1, b 1", valid="from 2026-01-01 until 2026-04-01"),
        files.agreement(parties="a 1, b 1", valid="from 2026-04-01", version=2),
    )
    ledger = ledgers.opened(database.engine, *versions).at("2026-01-10")
    ledger.finance()
    ledger.grant("board", "board")
    ledger.record(90_00, id="s1")
    ledger.at("2026-04-01").settle(Q1, "a", "b")
    ledger.at("2026-05-01").record(90_00, id="s2")
    ledger.at("2026-07-01").settle(Q2, "a", "b")

    second = prepare(ledger.at("2026-08-01"), measure("a", 2, version=2))
    done(ledger, prepare(ledger, measure("a", 2)))
    ledger.at("2026-10-01").settle(Q3, "a", "b")

    assert [line.spending for line in second.lines] == ["s2"]
    assert share(ledger) == {"a": "15.00", "b": "-15.00"}


def test_a_count_that_was_put_right_wrongly_is_withdrawn_once_more(ledger: Ledger) -> None:
    done(ledger, prepare(ledger, measure("a", 2)))
    ledger.at("2026-07-01").settle(Q2)

    done(ledger.at("2026-08-01"), prepare(ledger, measure("a", "1/2")))
    ledger.at("2026-10-01").settle(Q3)

    # 1/5 of 90.00, of which 30.00 and 15.00 was booked.
    assert share(ledger) == {"a": "-27.00", "b": "13.50", "c": "13.50"}


def test_a_measure_that_no_line_was_divided_by_moves_nothing(database: Database) -> None:
    own = '[[key]]\ncode = "own"\nkind = "home"\nfallback = "heads"\n'
    ledger = ledgers.opened(database.engine, files.agreement(own)).at("2026-01-10")
    ledger.finance()
    ledger.record(90_00, id="s1")
    ledger.at("2026-04-01").settle(Q1)

    assert prepare(ledger.at("2026-05-01"), measure("a", 2)).lines == ()


# --- what is refused -----------------------------------------------------------------------


def test_a_measure_that_has_the_number_already_is_not_withdrawn(ledger: Ledger) -> None:
    prepared = prepare(ledger, measure("a", 2))
    done(ledger, prepared)
    before = ledgers.rows(ledger.engine)

    for again in (lambda: prepare(ledger, measure("a", 2)), lambda: done(ledger, prepared)):
        with pytest.raises(measures.MeasureStands, match="inhabitants of a is 2 in version 1"):
            again()

    assert ledgers.rows(ledger.engine) == before


def test_only_the_board_withdraws_a_measure(ledger: Ledger) -> None:
    prepared, before = prepare(ledger, measure("a", 2)), ledgers.rows(ledger.engine)

    with pytest.raises(people.RoleNeeded, match="needs the role board"):
        done(ledger, prepared, who="finance-a")

    assert ledgers.rows(ledger.engine) == before


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (measure("x", 2), "version 1 has no inhabitants of x; it has inhabitants"),
        (measure("a", 2, version=9), "version 9 is not in force; there is 1"),
    ],
)
def test_a_measure_that_is_not_there_is_named(
    ledger: Ledger, what: measures.Corrected, says: str
) -> None:
    with pytest.raises(measures.UnknownMeasure, match=says):
        prepare(ledger, what)


def test_a_count_without_which_nobody_would_pay_is_refused(database: Database) -> None:
    ledger = ledgers.opened(database.engine, files.agreement(parties="a 1, b 0")).at("2026-01-10")
    ledger.finance()
    ledger.record(90_00, id="s1")
    ledger.at("2026-04-01").settle(Q1, "a", "b")

    with pytest.raises(WrongInput, match="spending s1"):
        prepare(ledger.at("2026-05-01"), measure("a", 0))
