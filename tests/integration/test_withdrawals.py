"""Withdrawals by the board: what counts no more, and what that changes of what was booked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import correcting, funds, people, store
from ledger.savings import amounts, outcomes, picks, withdrawals, workings
from ledger.tables import EffectPick, EffectWithdrawal, Event, Spending
from ledger.verify import run
from settlement import effects, proposals, verifying, years
from settlement.drafts import Choices
from tests.support import banking, catalogues, erasing, ledgers, picked, withdrawing
from tests.support.bank_files import POOL
from tests.support.tampering import tampering
from tests.support.withdrawing import Q1, Q2, Q3, agreement, done, entry, prepare, withdraw

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

STARTS = ("2026-01-01", "2026-04-01")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund in which who saves pays; one spending is booked that avoids an eviction."""
    made = withdrawing.opened(database.engine)
    made.record(90_00, id="s1", case="K1", domain="housing", payee="landlord", vat_cents=15_62)
    picked.pick(made, "s1")
    made.at("2026-04-01").settle(Q1)
    return made.at("2026-05-01")


def share(ledger: Ledger, start: str | None = None) -> dict[str, str]:
    return ledger.exported(start).positions("cost_share")


def same_from_files(ledger: Ledger, *versions: bytes, starts: tuple[str, ...] = STARTS) -> None:
    withdrawing.same_from_files(ledger, dict.fromkeys(starts, versions))


def test_the_line_recomputed_less_what_was_booked_is_settled_next(ledger: Ledger) -> None:
    assert ledger.exported().cells("s1") == "a 22.50, b 67.50"

    withdraw(ledger)
    ledger.at("2026-07-01").settle(Q2)

    # Nobody is expected to save anything any more: by heads, 30.00 each.
    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}
    same_from_files(ledger, agreement())


def test_what_was_settled_before_is_exported_as_it_was(ledger: Ledger) -> None:
    before = ledger.exported().files

    withdraw(ledger)

    assert ledger.exported().files == before
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    assert [*map(str, report.misfits)] == []


def test_what_was_not_settled_yet_is_divided_without_it(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    ledger.record(30_00, id="s3", case="K3")
    picked.pick(ledger, "s3", "debt")

    withdraw(ledger)
    ledger.at("2026-07-01").settle(Q2)

    assert ledger.exported().cells("s2") == "a 10.00, b 10.00, c 10.00"
    assert ledger.exported().cells("s3") == "a 30.00"


def test_lines_of_the_case_that_rested_on_it_are_trued_up_and_others_are_not(
    database: Database,
) -> None:
    ledger = withdrawing.opened(database.engine)
    for spending, case, code in (
        ("s1", "K1", "eviction"), ("s2", "K1", "illness"), ("s3", "K1", None),
        ("s4", "K2", "illness"), ("s5", None, None),
    ):  # fmt: skip
        ledger.record(80_00, id=spending, case=case)
        if code is not None:
            picked.pick(ledger, spending, code)
    ledger.at("2026-04-01").settle(Q1)
    # The case saves 100, 300 and 400.
    assert ledger.exported().cells("s3") == "a 10.00, b 30.00, c 40.00"

    found = prepare(ledger.at("2026-05-01"), entry(ledger))
    done(ledger, found)
    ledger.record(80_00, id="s6", case="K1")
    ledger.at("2026-07-01").settle(Q2)

    assert [line.spending for line in found.lines] == ["s1", "s2", "s3"]
    # What is left of it is 400 for c, also for what is spent later in the case.
    assert found.moves_cents == {"a": -30_00, "b": -90_00, "c": 120_00}
    assert share(ledger) == {"a": "-30.00", "b": "-90.00", "c": "200.00"}
    same_from_files(ledger, agreement())


def test_the_difference_is_worked_out_by_the_key_version_of_then(database: Database) -> None:
    versions = (
        agreement(parties="a 1, b 1, c 1", valid="from 2026-01-01 until 2026-04-01"),
        agreement(parties="a 1, b 1, c 7", valid="from 2026-04-01", version=2),
    )
    ledger = withdrawing.opened(database.engine, *versions)
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").settle(Q1)

    withdraw(ledger.at("2026-05-01"))
    ledger.at("2026-07-01").settle(Q2)

    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}
    same_from_files(ledger, *versions)


def test_what_came_back_follows_what_takes_the_place_of_what_was_spent(ledger: Ledger) -> None:
    ledger.record(-30_00, id="back", refunds="s1", case="K1", domain="housing")

    found = prepare(ledger, entry(ledger))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    # 60.00 of the 90.00 was spent in the end: 20.00 each, where 22.50 and 67.50 was booked.
    assert found.moves_cents == {"a": 5_00, "b": -25_00, "c": 20_00}
    assert share(ledger) == {"a": "-2.50", "b": "-47.50", "c": "20.00"}
    same_from_files(ledger, agreement())


def test_a_line_that_was_corrected_before_is_not_trued_up_twice(ledger: Ledger) -> None:
    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, "s1", changed={"amount_cents": 60_00},
            new_ids=("r1", "n1"), reason="wrong", act=ledger.act(),
        )  # fmt: skip
    picked.pick(ledger, "n1")

    found = prepare(ledger, entry(ledger))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    assert found.lines == ()
    assert ledger.exported().cells("n1") == "a 20.00, b 20.00, c 20.00"
    assert share(ledger) == {"a": "-2.50", "b": "-47.50", "c": "20.00"}


def test_one_withdrawal_after_another_moves_each_line_once(database: Database) -> None:
    """A line that the first left alone, because more was expected of the second, moves too."""
    ledger = withdrawing.opened(database.engine)
    for spending, code in (("s1", "eviction"), ("s2", "illness")):
        ledger.record(80_00, id=spending, case="K1")
        picked.pick(ledger, spending, code)
    ledger.at("2026-04-01").settle(Q1)
    withdraw(ledger.at("2026-05-01"))
    ledger.at("2026-07-01").settle(Q2)
    assert share(ledger) == {"a": "-20.00", "b": "-60.00", "c": "80.00"}

    found = prepare(ledger.at("2026-08-01"), entry(ledger, "illness"))
    done(ledger, found)
    ledger.at("2026-10-01").settle(Q3)

    # Of 160.00 everybody bears a third in the end, the odd cent goes to the first.
    assert [line.settlement for line in found.lines] == ["2026-04-01/2026-06-30"] * 2
    assert share(ledger) == {"a": "53.34", "b": "53.34", "c": "-106.68"}
    same_from_files(ledger, agreement(), starts=(*STARTS, "2026-07-01"))


def test_two_withdrawals_before_the_next_settlement_add_up(database: Database) -> None:
    rules = '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "case"\nfallback = "heads"\n'
    versions = withdrawing.kinded_agreement(rules)
    ledger = withdrawing.opened(database.engine, versions)
    for spending, code in (("s1", "eviction"), ("s2", "illness")):
        ledger.record(90_00, id=spending, case="K1")
        picked.pick(ledger, spending, code)
    ledger.at("2026-04-01").settle(Q1)

    # c saves most with or without the eviction: that moves nothing yet.
    first = prepare(ledger.at("2026-05-01"), entry(ledger))
    done(ledger, first)
    second = prepare(ledger, entry(ledger, "illness"))
    done(ledger, second)
    ledger.at("2026-07-01").settle(Q2)

    assert first.lines == ()
    assert second.moves_cents == {"a": 60_00, "b": 60_00, "c": -120_00}
    assert share(ledger) == {"a": "60.00", "b": "60.00", "c": "-120.00"}
    same_from_files(ledger, versions)


def test_a_line_of_a_later_settlement_rested_on_it_too(database: Database) -> None:
    ledger = withdrawing.opened(database.engine)
    ledger.record(0, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").settle(Q1)
    ledger.at("2026-05-01").record(90_00, id="s2", case="K1")
    ledger.at("2026-07-01").settle(Q2)

    found = prepare(ledger.at("2026-08-01"), entry(ledger))
    done(ledger, found)
    ledger.at("2026-10-01").settle(Q3)

    # What cost nothing is not divided anew.
    assert [line.spending for line in found.lines] == ["s2"]
    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}


def test_under_a_cap_the_cents_that_are_told_are_those_that_move(database: Database) -> None:
    """Corrected lines share no cap with each other: each pays up to what the case saves."""
    capped = agreement(capped=True)
    ledger = withdrawing.opened(database.engine, capped)
    for spending, code in (("s1", "eviction"), ("s2", "debt"), ("s3", None)):
        ledger.record(180_00, id=spending, case="K1")
        if code is not None:
            picked.pick(ledger, spending, code)
    ledger.at("2026-04-01").settle(Q1)

    found = prepare(ledger.at("2026-05-01"), entry(ledger))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    # The case saved a 300 and b 300 of its 540.00; now it saves a 200, and a pays each 180.00.
    assert share(ledger, "2026-01-01") == {"a": "270.00", "b": "270.00", "c": "0.00"}
    assert found.moves_cents == {"a": 270_00, "b": -270_00}
    assert share(ledger) == {"a": "270.00", "b": "-270.00", "c": "0.00"}
    same_from_files(ledger, capped)


def test_what_was_picked_since_moves_no_line_by_itself_and_counts_in_what_replaces_one(
    database: Database,
) -> None:
    ledger = withdrawing.opened(database.engine)
    for spending, case in (("s1", "K1"), ("s2", "K1"), ("s3", "K2")):
        ledger.record(90_00, id=spending, case=case)
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").settle(Q1)
    for spending in ("s2", "s3"):
        picked.pick(ledger, spending, "illness")

    found = prepare(ledger.at("2026-05-01"), entry(ledger))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    assert [line.spending for line in found.lines] == ["s1", "s2"]
    assert found.moves_cents == {"a": -45_00, "b": -135_00, "c": 180_00}
    assert share(ledger) == {"a": "-45.00", "b": "-135.00", "c": "180.00"}


def test_an_effect_that_nobody_picked_moves_nothing(ledger: Ledger) -> None:
    found = prepare(ledger, entry(ledger, "illness"))
    answer = done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    assert (found.picks, found.lines, found.moves_cents, answer.anew) == ((), (), {}, ())
    assert share(ledger) == {"a": "0.00", "b": "0.00", "c": "0.00"}


def test_what_is_proposed_keeps_its_facts_and_is_trued_up_in_the_next(database: Database) -> None:
    ledger = withdrawing.opened(database.engine)
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").propose(Q1)

    withdraw(ledger.at("2026-04-10"))
    ledger.agree("a", "b", "c")
    ledger.book()
    ledger.at("2026-07-01").settle(Q2)

    assert share(ledger, "2026-01-01") == {"a": "22.50", "b": "67.50", "c": "0.00"}
    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}


def test_what_goes_back_to_draft_after_it_is_settled_without_it(database: Database) -> None:
    ledger = withdrawing.opened(database.engine)
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").propose(Q1)

    withdraw(ledger.at("2026-04-10"))
    ledger.take_back()
    ledger.settle(Q1)
    ledger.at("2026-07-01").settle(Q2)

    assert share(ledger, "2026-01-01") == {"a": "30.00", "b": "30.00", "c": "30.00"}
    assert share(ledger) == {"a": "0.00", "b": "0.00", "c": "0.00"}


def test_a_true_up_is_booked_in_the_oldest_period_that_is_open(ledger: Ledger) -> None:
    """On 20 July the second quarter is closed, though nobody proposed it yet."""
    withdraw(ledger.at("2026-07-20"))

    ledger.settle(Q2)
    ledger.at("2026-10-01").settle(Q3)

    assert share(ledger, "2026-04-01") == {"a": "0.00", "b": "0.00", "c": "0.00"}
    assert share(ledger, "2026-07-01") == {"a": "7.50", "b": "-37.50", "c": "30.00"}


def test_what_takes_its_place_can_be_picked_and_counts_in_the_true_up(ledger: Ledger) -> None:
    anew = withdraw(ledger).anew
    entries = (catalogues.effect("eviction", "municipality 500.00"), *withdrawing.EFFECTS[1:])
    picked.file(ledger, *entries, version=2)

    picked.pick(ledger, anew[0].replacement)
    ledger.at("2026-07-01").settle(Q2)

    assert share(ledger) == {"a": "67.50", "b": "-67.50", "c": "0.00"}
    same_from_files(ledger, agreement())


def test_what_is_recorded_again_keeps_its_day_and_what_takes_it_back_no_more_than_it_must(
    ledger: Ledger,
) -> None:
    with store.reading(ledger.engine) as session:
        spent = correcting.as_order(session, ledger.fund, "s1").spent_on

    (anew,) = withdraw(ledger).anew

    with store.reading(ledger.engine) as session:
        orders = [
            correcting.as_order(session, ledger.fund, each)
            for each in (anew.reversal, anew.replacement)
        ]
    assert [order.spent_on for order in orders] == [spent, spent]
    assert [order.payee for order in orders] == [None, "landlord"]
    assert [order.vat_cents for order in orders] == [-15_62, 15_62]


def test_the_year_in_which_it_was_spent_bears_the_difference(database: Database) -> None:
    ledger = withdrawing.opened(database.engine).at("2026-12-10")
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2027-01-02").settle("2026-10-01 2027-01-01")

    withdraw(ledger.at("2027-02-01"))
    ledger.at("2027-04-01").settle("2027-01-01 2027-04-01")

    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}
    with store.reading(ledger.engine) as session:
        then, now = (
            years.of_year(session, ledger.fund, year, on=ledger.now.date()) for year in (2026, 2027)
        )
    assert [each.cost_share_cents for each in then.shares] == [30_00, 30_00, 30_00]
    assert [each.cost_share_cents for each in now.shares] == [0, 0, 0]


def test_a_clock_that_was_set_back_keeps_nobody_from_withdrawing(ledger: Ledger) -> None:
    ledger.record(-30_00, id="back", refunds="s1", case="K1", domain="housing")

    withdraw(ledger.at("2026-01-05"))
    ledger.at("2026-07-01").settle(Q2)

    assert share(ledger) == {"a": "-2.50", "b": "-47.50", "c": "20.00"}


# --- picking -------------------------------------------------------------------------------


def test_what_was_withdrawn_can_be_picked_no_more(ledger: Ledger) -> None:
    withdraw(ledger)
    ledger.record(30_00, id="s2", case="K2", effect="eviction")
    before = ledgers.rows(ledger.engine)

    with pytest.raises(withdrawals.Withdrawn, match="withdrawn from catalogue version 1"):
        picked.pick(ledger, "s2")

    assert ledgers.rows(ledger.engine) == before
    with store.reading(ledger.engine) as session:
        assert workings.of_spending(session, ledger.fund, "s2").pick is None
        assert outcomes.expected_and_observed(session, ledger.fund) == ()


def test_on_what_was_not_settled_another_effect_may_be_picked(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    with pytest.raises(picks.EffectPickedAlready):
        picked.pick(ledger, "s2", "debt")

    withdraw(ledger)
    found = picked.pick(ledger, "s2", "debt")

    assert (found.status, found.savings_cents) == ("picked", {"a": 200_00})
    with store.reading(ledger.engine) as session:
        (told,) = outcomes.expected_and_observed(session, ledger.fund)
        known = funds.known(session, ledger.fund)
        tried = effects.picked(session, known.id, frozen=10**6)
    assert (told.effect, told.picks) == ("debt", 1)
    assert [each.effect for each in tried if each.spending == "s2"] == ["debt"]


def test_plain_amounts_may_take_the_place_of_what_was_withdrawn(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    withdraw(ledger)

    with store.writing(ledger.engine) as session:
        amounts.record(session, ledger.fund, [amounts.Amount("s2", "c", 5_00)], act=ledger.act())

    with pytest.raises(picks.SavedAlready):
        picked.pick(ledger, "s2", "debt")


def test_an_effect_that_another_version_has_too_can_be_picked_anew_once_nothing_carries_it(
    database: Database,
) -> None:
    ledger = withdrawing.opened(database.engine)
    ledger.record(30_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    picked.file(ledger.at("2026-02-01"), *withdrawing.EFFECTS, version=2, valid_from="2026-02-01")
    ledger.record(30_00, id="s2", case="K1")
    assert picked.pick(ledger, "s2").carried_by == "s1"

    withdraw(ledger)
    found = picked.pick(ledger, "s2")

    assert (found.status, found.carried_by) == ("picked", None)
    assert found.savings_cents == {"a": 100_00, "b": 300_00}


def test_what_else_was_picked_in_the_case_goes_over_with_its_amounts_and_its_carrier(
    database: Database,
) -> None:
    """Of three lines one carries an illness, one refers to it, and one is an eviction."""
    ledger = withdrawing.opened(database.engine)
    for spending, code in (("s1", "illness"), ("s2", "illness"), ("s3", "eviction")):
        ledger.record(80_00, id=spending, case="K1", effect=code)
    ledger.at("2026-04-01").settle(Q1)
    # Another version of the same day gives other amounts: those of then are what counts.
    picked.file(ledger, catalogues.effect("illness", "health-insurer 1.00"), version=2)

    new = {each.spending: each.replacement for each in withdraw(ledger.at("2026-05-01")).anew}

    with store.reading(ledger.engine) as session:
        first, second, third = (
            workings.of_spending(session, ledger.fund, new[each]) for each in ("s1", "s2", "s3")
        )
    assert first.savings_cents == {"c": 400_00}
    assert second.pick is not None
    assert (second.pick.carried_by, second.savings_cents) == (new["s1"], {})
    assert (third.pick, third.savings_cents) == (None, {})


# --- what is refused -----------------------------------------------------------------------


def test_nothing_is_withdrawn_twice(ledger: Ledger) -> None:
    prepared = prepare(ledger, entry(ledger))
    done(ledger, prepared)
    before = ledgers.rows(ledger.engine)

    with pytest.raises(withdrawals.WithdrawnAlready, match="eviction of catalogue version 1"):
        entry(ledger)
    with pytest.raises(withdrawals.WithdrawnAlready):
        done(ledger, prepared)

    assert ledgers.rows(ledger.engine) == before


@pytest.mark.parametrize("who", ["finance-a", "auditor"])
def test_only_the_board_withdraws(ledger: Ledger, who: str) -> None:
    ledger.grant("auditor", "auditor")
    prepared, before = prepare(ledger, entry(ledger)), ledgers.rows(ledger.engine)

    with pytest.raises(people.RoleNeeded, match="needs the role board"):
        done(ledger, prepared, who=who)

    assert ledgers.rows(ledger.engine) == before


@pytest.mark.parametrize(
    ("code", "version", "says"),
    [
        ("evict", 1, "version 1 of the catalogue has no effect 'evict'"),
        ("eviction", 2, "version 2 of the catalogue is not on file"),
    ],
)
def test_an_entry_that_is_not_there_is_named(
    ledger: Ledger, code: str, version: int, says: str
) -> None:
    with pytest.raises(withdrawals.UnknownEntry, match=says):
        entry(ledger, code, version)


def test_the_version_of_the_day_is_meant_where_none_is_named(ledger: Ledger) -> None:
    picked.file(ledger, *withdrawing.EFFECTS, version=2, valid_from="2026-06-01")

    assert entry(ledger, version=None).catalogue == 1
    assert entry(ledger.at("2026-06-01"), version=None).catalogue == 2
    with pytest.raises(withdrawals.UnknownEntry, match="on 2025-12-31 the fund has no catalogue"):
        entry(ledger.at("2025-12-31"), version=None)


def _picked(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")


def _proposed(ledger: Ledger) -> None:
    ledger.at("2026-07-01").propose(Q2)


def _withdrew_another(ledger: Ledger) -> None:
    withdraw(ledger, "illness")


def _withdrew_a_measure(ledger: Ledger) -> None:
    done(ledger, prepare(ledger, withdrawing.measure("a", 2)))


@pytest.mark.parametrize("meanwhile", [_picked, _proposed, _withdrew_another, _withdrew_a_measure])
def test_what_moved_since_it_was_prepared_is_refused(ledger: Ledger, meanwhile: Any) -> None:
    prepared = prepare(ledger, entry(ledger))
    meanwhile(ledger)

    with pytest.raises(proposals.FactsMoved):
        done(ledger, prepared)


def test_two_withdrawals_that_were_prepared_at_once_leave_no_line_behind(
    database: Database,
) -> None:
    """Without either alone c still saves most; without both it saves nothing."""
    key = '[[key]]\ncode = "most"\nkind = "largest-saving"\nlevel = "case"\nfallback = "heads"\n'
    ledger = withdrawing.opened(database.engine, withdrawing.kinded_agreement(key))
    care = catalogues.effect("care", "health-insurer 500.00")
    picked.file(ledger, *withdrawing.EFFECTS, care, version=2, valid_from="2026-01-10")
    for spending, code in (("s1", "illness"), ("s2", "care")):
        ledger.record(90_00, id=spending, case="K1")
        picked.pick(ledger, spending, code)
    ledger.at("2026-04-01").settle(Q1)
    ledger.at("2026-05-01")
    first = prepare(ledger, entry(ledger, "illness", 2))
    second = prepare(ledger, entry(ledger, "care", 2))

    done(ledger, first)
    with pytest.raises(proposals.FactsMoved, match="withdrew something else meanwhile"):
        done(ledger, second)
    again = prepare(ledger, entry(ledger, "care", 2))
    done(ledger, again)

    assert first.lines == second.lines == ()
    assert again.moves_cents == {"a": 60_00, "b": 60_00, "c": -120_00}


def test_a_settlement_that_was_worked_out_before_it_is_not_proposed(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    with store.reading(ledger.at("2026-07-01").engine) as session:
        choices = Choices(period=ledgers.period(Q2))
        draft = proposals.prepare(session, ledger.fund, choices)
    withdraw(ledger)

    with (
        pytest.raises(proposals.FactsMoved, match="withdrew something meanwhile"),
        store.writing(ledger.engine) as session,
    ):
        proposals.propose(session, draft, act=ledger.act(), record=lambda _: b"{}")


def test_a_line_that_was_taken_back_meanwhile_is_left_alone(ledger: Ledger) -> None:
    prepared = prepare(ledger, entry(ledger))
    ledger.reverse("s1", "r1")

    assert done(ledger, prepared).anew == ()

    ledger.at("2026-07-01").settle(Q2)
    assert share(ledger) == {"a": "-22.50", "b": "-67.50", "c": "0.00"}


def test_after_a_final_settlement_nothing_that_was_booked_can_move(database: Database) -> None:
    ledger = withdrawing.opened(database.engine)
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    ledger.at("2026-04-01").settle(Q1, final=True)

    with pytest.raises(proposals.OutOfOrder, match="1 settled lines rest on it"):
        withdraw(ledger.at("2026-05-01"))

    assert withdraw(ledger, "illness").anew == ()


def test_the_account_reconciles_as_before(sqlite_database: Database) -> None:
    """What is taken back and recorded again moves no money: the bank shows the first only."""
    text = withdrawing.agreement().decode()
    party = 'code = "a"\nname = "a"\nkind = "municipality"\n'
    assert party in text
    with_account = text.replace(party, f'{party}iban = "{POOL}"\n').encode()
    ledger = withdrawing.opened(sqlite_database.engine, with_account)
    ledger.record(90_00, id="s1", case="K1")
    picked.pick(ledger, "s1")
    lines = banking.row("01-11 -90.00", "R1", payee=banking.SHOP)
    banking.load(ledger.at("2026-04-01"), banking.sheet(lines, number="1"))
    ledger.settle(Q1)

    withdraw(ledger.at("2026-05-01"))
    banking.load(
        ledger.at("2026-07-01"),
        banking.sheet(days="04-01 06-30", opening="-90.00", name="S2", number="2"),
    )
    ledger.settle(Q2)

    assert share(ledger) == {"a": "7.50", "b": "-37.50", "c": "30.00"}


# --- erasure -------------------------------------------------------------------------------


def erase(ledger: Ledger, spending: str) -> None:
    """Erase which effect was picked on a spending."""
    pick, spent = store.table(EffectPick), store.table(Spending)
    number = select(spent.c.sequence).where(spent.c.id == spending).scalar_subquery()
    with ledger.engine.begin() as connection:
        asked = select(pick.c.sequence).where(pick.c.spending == number)
        act = connection.execute(asked).scalar_one()
    assert erasing.erase(ledger, act=act).values == {"effect_pick": 1}


def test_an_erasure_brings_nothing_back(ledger: Ledger) -> None:
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    withdraw(ledger)

    erase(ledger, "s1")
    erase(ledger, "s2")
    ledger.at("2026-07-01").settle(Q2)

    assert ledger.exported().cells("s2") == "a 10.00, b 10.00, c 10.00"
    assert share(ledger) == {"a": "17.50", "b": "-27.50", "c": "40.00"}


def test_the_trail_does_not_say_which_effect_it_was(ledger: Ledger) -> None:
    withdraw(ledger)

    with store.reading(ledger.engine) as session:
        event = store.table(Event)
        asked = select(event.c.body).where(event.c.kind == "effect.withdrawn")
        body = json.loads(session.connection().execute(asked).scalar_one())
    assert sorted(body) == ["catalogue", "commitment", "picks"]
    assert len(body["picks"]) == 1


def forget_withdrawals(ledger: Ledger) -> list[str]:
    """Erase which effects were withdrawn; returns what verification makes of it."""
    withdrawal = store.table(EffectWithdrawal)
    with ledger.engine.begin() as connection:
        asked = select(withdrawal.c.sequence).where(withdrawal.c.salt.is_not(None))
        acts = [*connection.execute(asked).scalars()]
    for act in acts:
        erasing.erase(ledger, act=act)
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund, more=verifying.MORE)
    return [*map(str, report.misfits)]


def test_which_entry_was_withdrawn_may_be_erased_and_what_was_picked_of_it_stays_withdrawn(
    ledger: Ledger,
) -> None:
    """That it cannot be picked is known no more then; what is picked can be withdrawn anew."""
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    withdraw(ledger)

    assert forget_withdrawals(ledger) == []

    ledger.record(60_00, id="s3", case="K3")
    assert picked.pick(ledger, "s3").status == "picked"
    found = prepare(ledger, entry(ledger))
    assert (len(found.picks), found.lines) == (1, ())
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)
    assert ledger.exported().cells("s2") == "a 10.00, b 10.00, c 10.00"
    assert ledger.exported().cells("s3") == "a 20.00, b 20.00, c 20.00"
    assert forget_withdrawals(ledger) == []


@pytest.mark.parametrize(
    ("emptied", "told"),
    [
        (("salt",), "its salt is gone but not its effect or reason; erase all of it"),
        (("salt", "reason"), "its salt is gone but not its effect or reason; erase all of it"),
        (("effect",), "commits to another effect or reason or salt"),
    ],
)
def test_half_an_erasure_of_a_withdrawal_is_found(
    database: Database, emptied: tuple[str, ...], told: str
) -> None:
    withdraw(withdrawing.opened(database.engine))

    with tampering(database) as them:
        them.change("effect_withdrawal", {}, **dict.fromkeys(emptied))
        assert told in str(them.verify().first)


def test_what_was_erased_before_stays_for_nobody_can_say_what_it_was(ledger: Ledger) -> None:
    """It goes over as an amount where its line is divided anew for another reason."""
    ledger.record(30_00, id="s2", case="K2")
    picked.pick(ledger, "s2")
    erase(ledger, "s2")

    found = prepare(ledger, entry(ledger))
    done(ledger, found)
    ledger.at("2026-07-01").settle(Q2)

    assert [line.spending for line in found.lines] == ["s1"]
    assert ledger.exported().cells("s2") == "a 7.50, b 22.50"


def test_an_amount_of_which_the_effect_was_erased_goes_over(database: Database) -> None:
    ledger = withdrawing.opened(database.engine)
    for spending, code in (("s1", "illness"), ("s2", "eviction")):
        ledger.record(80_00, id=spending, case="K1")
        picked.pick(ledger, spending, code)
    erase(ledger, "s1")
    ledger.at("2026-04-01").settle(Q1)

    withdraw(ledger.at("2026-05-01"))
    ledger.at("2026-07-01").settle(Q2)

    # The case saved 100, 300 and 400; of 160.00 c bears all in the end.
    assert share(ledger) == {"a": "-20.00", "b": "-60.00", "c": "80.00"}
