"""The pool's account in the ledger: imported once, matched, explained, reconciled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import correcting, store, trail
from ledger.bank_account import by_hand, on_record, owners, reconciling, statements
from ledger.errors import NotProved, WrongInput
from ledger.people import RoleNeeded
from ledger.tables import (
    BankLine,
    BankMatch,
    BankReason,
    BankStatement,
    Contribution,
    Event,
    Proposal,
)
from ledger.verify import run
from settlement import verifying
from tests.support import banking, erasing, ledgers, soundness
from tests.support.bank_files import KEY, OTHER, POOL, entry, file, statement
from tests.support.banking import IBANS, SHOP, agreement, load, row, sheet, shown
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"
RENT = row("01-06 -10.00", "R1", payee=SHOP, text="rent of Jo")
PAID_IN = row("01-20 100.00", "R2", payer=IBANS["b"], text="inleg")
TWO_HOLDERS = (
    agreement(valid="from 2026-01-01 until 2026-02-01"),
    agreement(holder="b", version=2, valid="from 2026-02-01"),
)
COSTS = row("01-25 -3.00", "R3", text="costs")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund that paid 10.00 on 5 January, on the first day of the second quarter."""
    made = banking.opened(database.engine).at("2026-04-01")
    made.record(10_00, id="s1", spent_on=date(2026, 1, 5))
    return made


def rows_of(ledger: Ledger, model: Any) -> list[Any]:
    with store.reading(ledger.engine) as session:
        return [*session.connection().execute(select(store.table(model)))]


def refused(ledger: Ledger, refusal: type[Exception], what: str, act: Any) -> None:
    """Check that an act is refused and leaves every row as it was."""
    before = ledgers.rows(ledger.engine)
    with pytest.raises(refusal, match=what):
        act()
    assert ledgers.rows(ledger.engine) == before


def assert_whole(ledger: Ledger) -> None:
    """Check that chain, journal and every row fit together."""
    soundness.assert_sound(ledger.engine)
    with store.reading(ledger.engine) as session:
        assert run.verify(session, ledger.fund, more=verifying.MORE).misfits == ()


# --- importing -----------------------------------------------------------------------------


def test_an_import_keeps_lines_finds_what_they_are_and_receives_contributions(
    ledger: Ledger,
) -> None:
    found = load(ledger, sheet(RENT, PAID_IN, COSTS))

    assert found == statements.Imported(
        statements=1, new=3, known=0, passed_over=0, matched=2, received=1, open=1
    )
    assert banking.matched(ledger) == {"R1": "spending s1", "R2": "received b 01-20"}
    assert ledger.balances() == {"bank": 90_00, "bridged": 10_00, "contribution:b": -100_00}
    kinds = [event.kind for event in sorted(rows_of(ledger, Event), key=lambda e: e.sequence)]
    assert kinds[-3:] == ["bank.imported", "contribution.received", "bank.matched"]
    assert_whole(ledger)


def test_the_same_again_changes_nothing(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, PAID_IN, COSTS))
    before = ledgers.rows(ledger.engine)

    again = load(ledger, sheet(RENT, PAID_IN, COSTS))

    assert (again.statements, again.new, again.known) == (0, 0, 3)
    assert (again.matched, again.received, again.open) == (0, 0, 1)
    assert ledgers.rows(ledger.engine) == before


def test_a_month_that_overlaps_its_days_brings_only_what_is_new(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, days="01-01 01-06", name="DAY"))

    month = load(ledger, sheet(RENT, PAID_IN, days="01-01 01-31", name="MONTH"))

    assert (month.statements, month.new, month.known) == (1, 1, 1)
    assert len(rows_of(ledger, BankLine)) == 2
    assert len(rows_of(ledger, BankStatement)) == 2
    assert_whole(ledger)


def test_an_empty_statement_is_kept_because_it_says_that_nothing_moved(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, days="01-01 03-30", name="A"))
    assert any("gap: end" in each for each in shown(ledger, "03-31"))

    found = load(ledger, sheet(days="03-31 03-31", opening="-10.00", name="B"))

    assert (found.statements, found.new) == (1, 0)
    assert shown(ledger, "03-31") == ["bank -10.00, journal -10.00"]


def test_what_a_file_holds_of_other_accounts_is_not_looked_at(ledger: Ledger) -> None:
    other = sheet(row("01-06 -7.00", "X"), account=IBANS["c"], name="OTHER")

    found = load(ledger, other, sheet(RENT))

    assert (found.statements, found.new) == (1, 1)
    assert {line.account for line in rows_of(ledger, BankLine)} == {POOL}


def test_a_file_without_the_pools_account_says_whose_it_is(ledger: Ledger) -> None:
    refused(
        ledger,
        WrongInput,
        f"bank.xml: holds no statement of {POOL}, only of {OTHER}",
        lambda: load(ledger, sheet(RENT, account=OTHER)),
    )


def test_an_account_holder_without_iban_has_no_account_to_import(database: Database) -> None:
    ledger = banking.opened(database.engine, agreement({"b": OTHER}))

    refused(ledger, owners.NoPoolAccount, "holder a no iban", lambda: load(ledger, sheet(RENT)))


def test_only_finance_imports_matches_explains_and_says_why_it_does_not_reconcile(
    ledger: Ledger,
) -> None:
    load(ledger, sheet(COSTS))
    ledger.actor = ledger.people["finance-a"] = ledger.grant("worker", "professional")

    acts: list[Any] = [
        lambda: load(ledger, sheet(RENT)),
        lambda: banking.said(ledger, "R3"),
        lambda: banking.explained(ledger, "R3"),
        lambda: ledger.propose(Q1, unreconciled="because"),
    ]
    for act in acts:
        refused(ledger, RoleNeeded, "needs the role administrator or finance", act)


def test_another_key_is_refused_where_lines_would_come_twice(ledger: Ledger) -> None:
    unnamed = sheet(row("01-06 -10.00", text="rent"), name="A")
    load(ledger, sheet(RENT))
    load(ledger, sheet(RENT), key=KEY[::-1])  # the bank's own references are enough
    load(ledger, unnamed)

    refused(
        ledger,
        statements.OtherKey,
        "put back the key file of then",
        lambda: load(ledger, sheet(COSTS), key=KEY[::-1]),
    )


def test_days_that_are_still_to_come_are_no_statement(ledger: Ledger) -> None:
    before = ledgers.rows(ledger.engine)

    with pytest.raises(WrongInput, match="runs to 2026-03-31, which is still to come"):
        load(ledger.at("2026-03-29"), sheet(RENT))
    assert ledgers.rows(ledger.engine) == before
    assert load(ledger.at("2026-03-30"), sheet(RENT)).statements == 1


def test_pending_entries_are_passed_over(ledger: Ledger) -> None:
    pending = statement(
        entry("2026-01-06 -10.00", "R1", status="PDNG"),
        balances="OPBD 0.00 2026-01-01, CLBD 0.00 2026-01-31",
    )
    with store.writing(ledger.engine) as session:
        found = statements.import_statement(
            session, ledger.fund, "bank.xml", file(pending), key=KEY, act=ledger.act("finance-a")
        )

    assert (found.new, found.passed_over) == (0, 1)


# --- what lines are ------------------------------------------------------------------------


def test_a_refund_is_what_came_back(ledger: Ledger) -> None:
    ledger.record(-4_00, id="r1", refunds="s1", spent_on=date(2026, 2, 3))

    load(ledger, sheet(RENT, row("02-05 4.00", "R5", payer=SHOP, text="deposit")))

    assert banking.matched(ledger) == {"R1": "spending s1", "R5": "spending r1"}
    assert shown(ledger, "03-31") == ["bank -6.00, journal -6.00"]


def test_what_the_pool_did_not_pay_is_not_looked_for(ledger: Ledger) -> None:
    ledger.record(7_00, id="own", advanced_by="b", spent_on=date(2026, 1, 8))

    load(ledger, sheet(row("01-08 -7.00", "R7")))

    assert banking.matched(ledger) == {}


def test_two_lines_that_may_be_one_spending_are_both_left_open(ledger: Ledger) -> None:
    load(ledger, sheet(RENT))
    assert banking.matched(ledger) == {"R1": "spending s1"}

    load(ledger, sheet(RENT, row("01-06 -10.00", "R9"), name="S2"))

    # The second one makes the first uncertain, whichever came first.
    assert banking.matched(ledger) == {}
    acts = sorted(rows_of(ledger, BankMatch), key=lambda match: match.sequence)
    assert [match.rule for match in acts] == ["near", "open"]


def test_a_spending_and_its_reversal_that_never_reach_the_bank_cancel(ledger: Ledger) -> None:
    ledger.record(25_00, id="wrong", spent_on=date(2026, 2, 1))
    ledger.at("2026-02-02").reverse("wrong", "back")
    ledger.at("2026-04-01").record(25_00, id="right", replaces="wrong", spent_on=date(2026, 2, 1))

    load(ledger, sheet(RENT, row("02-02 -25.00", "R25")))

    assert banking.matched(ledger)["R25"] == "spending right"
    assert shown(ledger, "03-31") == ["bank -35.00, journal -35.00"]


def test_a_reversal_that_the_bank_shows_cancels_nothing(ledger: Ledger) -> None:
    ledger.record(25_00, id="paid", spent_on=date(2026, 2, 1))
    ledger.at("2026-02-10").reverse("paid", "back")

    shown = sheet(row("02-02 -25.00", "R25"), row("02-11 25.00", "R26"), RENT)
    load(ledger.at("2026-04-01"), shown)

    assert banking.matched(ledger) == {
        "R25": "spending paid",
        "R26": "spending back",
        "R1": "spending s1",
    }


def test_a_correction_of_what_was_matched_moves_the_match_or_cancels(ledger: Ledger) -> None:
    load(ledger, sheet(RENT))
    ledger.at("2026-04-02").reverse("s1", "back")
    ledger.record(10_00, id="right", replaces="s1", spent_on=date(2026, 1, 5), category="food")

    assert shown(ledger, "04-02")[1:2] == ["gap: end NL91ABNA0417164300 after 03-31"]
    load(ledger, sheet(days="04-01 04-02", opening="-10.00", name="S2"))
    assert banking.matched(ledger) == {"R1": "spending right"}
    assert shown(ledger, "04-02") == ["bank -10.00, journal -10.00"]


def corrected(ledger: Ledger, spending: str, new: str, **changed: Any) -> None:
    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, spending, changed=changed,
            new_ids=(f"{new}-back", new), reason="wrong", act=ledger.act(),
        )  # fmt: skip


STRAY = row("01-07 -10.00", "R9")
CAME = row("01-07 10.00", "R10", payer=SHOP)


@pytest.mark.parametrize("again", [{"category": "food"}, {"spent_on": date(2026, 1, 7)}])
@pytest.mark.parametrize("stray", [STRAY, CAME])
def test_a_correction_of_what_is_a_line_for_certain_takes_no_other(
    ledger: Ledger, stray: Any, again: dict[str, Any]
) -> None:
    load(ledger, sheet(RENT, stray))
    banking.said(ledger, "R1", ("spending", "s1"))
    corrected(ledger, "s1", "n1", **again)
    corrected(ledger, "n1", "n2", category="other")

    load(ledger, sheet(days="04-01 04-01", opening="0.00", name="S2"), valid=False)

    assert banking.matched(ledger) == {"R1": "spending s1"}


def test_a_refund_that_was_recorded_again_takes_no_other_line(ledger: Ledger) -> None:
    ledger.record(-4_00, id="r1", refunds="s1", spent_on=date(2026, 2, 3))
    load(ledger, sheet(RENT, row("02-03 4.00", "R5"), row("02-04 4.00", "R6")))
    banking.said(ledger, "R5", ("spending", "r1"))
    corrected(ledger, "r1", "n1", category="food")

    load(ledger, sheet(days="04-01 04-01", opening="-2.00", name="S2"))

    assert banking.matched(ledger) == {"R1": "spending s1", "R5": "spending r1"}


@pytest.mark.parametrize("times", [1, 2])
def test_a_correction_before_the_line_came_leaves_one_spending_to_look_for(
    ledger: Ledger, times: int
) -> None:
    corrected(ledger, "s1", "n1", category="food")
    if times > 1:
        corrected(ledger, "n1", "n2", category="other")

    load(ledger, sheet(RENT, row("01-06 10.00", "R10", payer=SHOP)))

    # Money that came in is no reversal of what was only recorded again.
    assert banking.matched(ledger) == {"R1": f"spending n{times}"}


def test_a_correction_does_not_stand_in_the_way_of_what_is_like_it(ledger: Ledger) -> None:
    load(ledger, sheet(RENT))
    ledger.propose(Q1)
    ledger.at("2026-04-02")
    corrected(ledger, "s1", "n1", category="food")
    ledger.record(10_00, id="s2", spent_on=date(2026, 1, 5))

    load(ledger, sheet(row("01-06 -10.00", "R2"), name="S2"), valid=False)

    assert banking.matched(ledger) == {"R1": "spending s1", "R2": "spending s2"}


@pytest.mark.parametrize(
    ("cents", "matched"),
    [("-10.00", "spending s1"), ("-12.00", "spending n1")],
)
def test_where_an_amount_was_corrected_the_bank_shows_which_was_paid(
    ledger: Ledger, cents: str, matched: str
) -> None:
    corrected(ledger, "s1", "n1", amount_cents=12_00)

    load(ledger, sheet(row(f"01-06 {cents}", "R1", payee=SHOP)))

    assert banking.matched(ledger) == {"R1": matched}


def test_what_came_back_for_an_amount_that_was_corrected_is_the_reversal(ledger: Ledger) -> None:
    corrected(ledger, "s1", "n1", amount_cents=12_00)

    load(ledger, sheet(RENT, CAME, row("01-08 -12.00", "R12")))

    assert banking.matched(ledger) == {
        "R1": "spending s1",
        "R10": "spending n1-back",
        "R12": "spending n1",
    }


def test_what_came_back_on_another_day_and_was_paid_again_are_three_lines(
    ledger: Ledger,
) -> None:
    ledger.at("2026-02-10").reverse("s1", "back")
    ledger.at("2026-04-01").record(10_00, id="n1", replaces="s1", spent_on=date(2026, 2, 20))

    load(ledger, sheet(RENT, row("02-11 10.00", "R2"), row("02-20 -10.00", "R3")))

    assert banking.matched(ledger) == {
        "R1": "spending s1",
        "R2": "spending back",
        "R3": "spending n1",
    }


def test_matches_of_a_period_that_was_proposed_stay(ledger: Ledger) -> None:
    load(ledger, sheet(RENT))
    ledger.propose(Q1)
    ledger.at("2026-04-02").record(10_00, id="s9", spent_on=date(2026, 1, 6))

    load(ledger, sheet(days="04-01 04-02", opening="-10.00", name="S2"))

    # Its day would fit better now; what was proposed on is not read anew.
    assert banking.matched(ledger) == {"R1": "spending s1"}


# --- contributions -------------------------------------------------------------------------


def test_a_contribution_on_record_is_not_received_twice(ledger: Ledger) -> None:
    ledger.receive(100_00, id="c1", party="b", received_on=date(2026, 1, 15))

    load(ledger, sheet(RENT, PAID_IN))

    assert banking.matched(ledger)["R2"] == "contribution c1"
    assert len(rows_of(ledger, Contribution)) == 1


def test_each_payment_of_a_participant_is_a_contribution_of_its_own(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, PAID_IN, row("01-20 100.00", "R8", payer=IBANS["b"])))

    assert banking.matched(ledger)["R8"] == banking.matched(ledger)["R2"] == "received b 01-20"
    assert len(rows_of(ledger, Contribution)) == 2


def test_what_comes_in_late_for_a_closed_period_counts_on_the_first_open_day(
    ledger: Ledger,
) -> None:
    ledger.propose(Q1)

    load(ledger, sheet(RENT, PAID_IN))

    assert banking.matched(ledger)["R2"] == "received b 04-01"
    assert shown(ledger, "03-31") == [
        "bank 90.00, journal -10.00",
        "difference: R2 100.00, booked 04-01",
    ]


@pytest.mark.parametrize(
    "line",
    [
        row("01-20 100.00", "R2", payer=SHOP, text="from somebody"),
        row("01-20 100.00", "R2", payer=POOL, text="from the pool itself"),
        row("01-20 -100.00", "R2", payee=IBANS["b"], text="to a participant"),
    ],
)
def test_what_no_participant_paid_in_is_no_contribution(ledger: Ledger, line: Any) -> None:
    load(ledger, sheet(line))

    assert banking.matched(ledger) == {}


def test_what_the_holder_paid_in_is_not_taken_for_what_another_did(ledger: Ledger) -> None:
    ledger.receive(100_00, id="own", party="a", received_on=date(2026, 1, 20))

    load(ledger, sheet(RENT, PAID_IN, row("01-22 100.00", "R8", payer=SHOP)))

    assert banking.matched(ledger) == {
        "R1": "spending s1",
        "R2": "received b 01-20",
        "R8": "contribution own",
    }


def test_who_will_hold_the_pool_pays_in_like_others_before(database: Database) -> None:
    ledger = banking.opened(database.engine, *TWO_HOLDERS).at("2026-04-01")

    load(ledger, sheet(PAID_IN))

    assert banking.matched(ledger) == {"R2": "received b 01-20"}


def test_before_the_fund_began_nothing_is_a_contribution(database: Database) -> None:
    begun = agreement(valid="from 2026-02-01")
    ledger = banking.opened(database.engine, begun).at("2026-04-01")

    load(ledger, sheet(PAID_IN))

    assert banking.matched(ledger) == {}


def test_what_may_be_a_refund_is_not_taken_for_a_contribution(ledger: Ledger) -> None:
    ledger.record(50_00, id="deposit", spent_on=date(2026, 1, 10))
    ledger.record(-50_00, id="back", refunds="deposit", spent_on=date(2026, 2, 10))
    two = [row(f"02-1{day} 50.00", f"B{day}", payer=IBANS["b"]) for day in (1, 2)]

    load(ledger, sheet(row("01-10 -50.00", "D"), *two))

    assert banking.matched(ledger) == {"D": "spending deposit"}


# --- payments of settlements ---------------------------------------------------------------


def settled(ledger: Ledger) -> None:
    """Settle a quarter in which ``b`` advanced 20.00: ``b`` gets 6.67, ``c`` owes 10.00."""
    ledger.record(20_00, id="s2", spent_on=date(2026, 1, 9), advanced_by="b")
    load(ledger, sheet(RENT))
    ledger.settle(Q1)


def test_payments_of_a_booked_settlement_are_known_by_reference_or_account(
    ledger: Ledger,
) -> None:
    settled(ledger)
    ledger.at("2026-05-10")
    lines = [
        row("04-20 10.00", "P1", payer=IBANS["c"]),
        row("04-21 -10.00", "P2", payee=IBANS["b"], text="ref fund 2026 01 b thanks"),
    ]
    load(ledger, sheet(*lines, days="04-01 05-09", opening="-10.00", name="S2"))

    assert banking.matched(ledger) == {
        "R1": "spending s1",
        "P1": "payment c",
        "P2": "payment b",
    }
    # The bank has it, the journal not yet: different until it is recorded as paid.
    assert shown(ledger, "05-09")[0] == "bank -10.00, journal -10.00, does not reconcile"
    ledger.pay()
    load(ledger, sheet(days="05-10 05-10", opening="-10.00", name="S3"))
    assert shown(ledger, "05-10") == ["bank -10.00, journal -10.00"]
    assert shown(ledger, "05-09") == [
        "bank -10.00, journal -10.00",
        "difference: P1 10.00, booked 05-10",
        "difference: P2 -10.00, booked 05-10",
    ]
    assert_whole(ledger)


def test_a_payment_of_another_amount_is_neither_that_nor_a_contribution(ledger: Ledger) -> None:
    settled(ledger)
    ledger.at("2026-05-10")
    wrong = [
        row("04-20 9.00", "P1", payer=IBANS["c"]),
        row("04-21 99.00", "P2", payer=IBANS["b"], text="fund-2026-01-b"),
    ]

    load(ledger, sheet(*wrong, days="04-01 05-10", opening="-10.00", name="S2"))
    assert banking.matched(ledger) == {"R1": "spending s1"}

    # Once it is paid, nothing is expected of c any more; what names a payment stays open.
    ledger.pay()
    load(ledger, sheet(days="05-10 05-10", opening="98.00", name="S3"))
    assert banking.matched(ledger) == {"R1": "spending s1", "P1": "received c 04-20"}


def test_what_the_agreement_asks_for_is_a_contribution_also_while_a_payment_waits(
    database: Database,
) -> None:
    ledger = banking.opened(database.engine, agreement(contributions="c 2026-04-15 9.00"))
    ledger.at("2026-04-01").record(10_00, id="s1", spent_on=date(2026, 1, 5))
    settled(ledger)

    ledger.at("2026-05-10")
    wanted = row("04-16 9.00", "P1", payer=IBANS["c"])
    load(ledger, sheet(wanted, days="04-01 05-10", opening="-10.00", name="S2"))

    assert banking.matched(ledger)["P1"] == "received c 04-16"


def test_what_organisations_pay_each_other_is_not_on_the_account(database: Database) -> None:
    terms = 'transfers = "direct"\nfunding = "bridge"'
    ledger = banking.opened(database.engine, agreement(settlement=terms)).at("2026-01-20")
    ledger.record(30_00, id="s1", advanced_by="b")
    ledger.at("2026-04-01").settle(Q1)

    load(ledger.at("2026-04-20"), sheet(row("04-18 10.00", "P1", payer=IBANS["c"])))

    assert banking.matched(ledger) == {"P1": "received c 04-18"}


# --- the account beside the journal --------------------------------------------------------


@pytest.mark.parametrize(("on", "overdue"), [("02-08", ""), ("02-09", ", overdue")])
def test_a_difference_is_overdue_after_fourteen_days(ledger: Ledger, on: str, overdue: str) -> None:
    load(ledger, sheet(RENT, COSTS))

    assert shown(ledger, on)[1:] == [f"difference: R3 -3.00{overdue}"]


def test_an_explanation_is_on_record_and_may_be_erased(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, COSTS))

    banking.explained(ledger, "R3", "costs of the account")

    assert shown(ledger, "03-31") == [
        "bank -13.00, journal -10.00",
        "difference: R3 -3.00, costs of the account",
    ]
    body = max(rows_of(ledger, Event), key=lambda event: event.sequence).body
    assert "costs" not in body
    (reason,) = rows_of(ledger, BankReason)
    erasing.erase(ledger, act=reason.sequence)
    assert shown(ledger, "03-31")[1:] == ["difference: R3 -3.00, "]
    assert_whole(ledger)


def test_a_salt_is_not_erased_without_its_reason(database: Database) -> None:
    ledger = banking.opened(database.engine).at("2026-04-01")
    load(ledger, sheet(COSTS))
    banking.explained(ledger, "R3")

    with tampering(database) as them:
        them.change("bank_reason", {}, salt=None)
        assert "its salt is gone but not its reason" in str(them.verify().first)


def test_what_an_account_held_at_first_is_explained_by_the_account(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, opening="25.00"))
    assert shown(ledger, "03-31")[1:] == [f"difference: {POOL} 25.00, overdue"]

    banking.explained(ledger, POOL, "of the fund before this")

    assert shown(ledger, "03-31") == [
        "bank 15.00, journal -10.00",
        f"difference: {POOL} 25.00, of the fund before this",
    ]


def test_what_no_line_shows_is_under_way(ledger: Ledger) -> None:
    ledger.record(9_00, id="late", spent_on=date(2026, 3, 31))
    load(ledger, sheet(RENT))

    assert shown(ledger, "03-31") == [
        "bank -10.00, journal -19.00",
        "under way: spending late -9.00",
    ]
    load(
        ledger.at("2026-04-10"),
        sheet(row("04-01 -9.00", "R9"), days="04-01 04-10", opening="-10.00", name="S2"),
    )
    assert shown(ledger, "03-31")[1:] == ["under way: spending late -9.00"]
    assert shown(ledger, "04-10") == ["bank -19.00, journal -19.00"]


def test_a_journal_that_its_lines_do_not_make_is_not_compared(database: Database) -> None:
    ledger = banking.opened(database.engine).at("2026-04-01")
    ledger.record(10_00, id="s1", spent_on=date(2026, 1, 5))
    load(ledger, sheet(RENT))

    with tampering(database) as them:
        them.change("transfer", {}, amount_cents=9_00)
        with them.reading() as session, pytest.raises(NotProved, match="run overbrug verify"):
            reconciling.reconciliation(session, ledger.fund, date(2026, 3, 31))


def test_another_account_holder_brings_another_account(database: Database) -> None:
    ledger = banking.opened(database.engine, *TWO_HOLDERS).at("2026-04-01")
    ledger.record(10_00, id="s1", spent_on=date(2026, 1, 5))
    load(ledger, sheet(RENT, row("01-31 40.00", "R2", payer=IBANS["c"]), days="01-01 01-31"))

    # The account of b has no statement yet, and that of a still holds money.
    assert shown(ledger, "02-28")[1:] == [
        f"gap: end {POOL} after 01-31",
        f"gap: end {OTHER}",
    ]
    handed = [
        sheet(row("02-01 -30.00", "OUT", payee=OTHER), days="02-01 02-01", opening="30.00",
              name="S2"),
        sheet(row("02-01 30.00", "IN", payer=POOL), row("02-20 5.00", "R5", payer=IBANS["c"]),
              days="02-01 03-31", account=OTHER, name="B1"),
    ]  # fmt: skip
    load(ledger, *handed)
    # What one account of the pool gives to the other is no contribution of its holder.
    assert shown(ledger, "03-31") == [
        "bank 35.00, journal 35.00, does not reconcile",
        "difference: IN 30.00, overdue",
        "difference: OUT -30.00, overdue",
    ]
    banking.explained(ledger, "IN", "handed over")
    banking.explained(ledger, "OUT", "handed over")
    assert banking.reconciled(ledger, "03-31").reconciles
    assert_whole(ledger)


def test_an_account_that_is_not_the_pools_yet_is_not_imported(database: Database) -> None:
    ledger = banking.opened(database.engine, *TWO_HOLDERS).at("2026-04-01")

    refused(
        ledger,
        WrongInput,
        f"ends before 2026-02-01, when {OTHER} became the pool's account",
        lambda: load(ledger, sheet(PAID_IN, days="01-01 01-31", account=OTHER)),
    )


# --- what somebody says --------------------------------------------------------------------


def test_what_somebody_says_of_a_line_stays(ledger: Ledger) -> None:
    ledger.record(6_00, id="s2", spent_on=date(2026, 2, 20))
    ledger.record(4_00, id="s3", spent_on=date(2026, 2, 25))
    both = row("02-28 -10.00", "R5", text="two at once")
    load(ledger, sheet(RENT, both))

    banking.said(ledger, "R5", ("spending", "s2"), ("spending", "s3"))
    assert banking.matched(ledger)["R5"] == "spending s2 + spending s3"
    assert shown(ledger, "03-31") == ["bank -20.00, journal -20.00"]
    before = ledgers.rows(ledger.engine)
    load(ledger, sheet(RENT, both))
    banking.said(ledger, "R5", ("spending", "s2"), ("spending", "s3"))
    assert ledgers.rows(ledger.engine) == before

    banking.said(ledger, "R5")
    assert banking.matched(ledger) == {"R1": "spending s1"}
    assert shown(ledger, "03-31")[1:] == [
        "under way: spending s2 -6.00",
        "under way: spending s3 -4.00",
        "difference: R5 -10.00, overdue",
    ]
    assert_whole(ledger)


def test_a_contribution_from_another_account_is_received_by_hand(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, row("01-20 100.00", "R2", payer=SHOP, text="inleg van a")))

    banking.said(ledger, "R2", ("receive", "a"))

    assert banking.matched(ledger)["R2"] == "received a 01-20"
    assert ledger.balances()["contribution:a"] == -100_00
    assert shown(ledger, "03-31") == ["bank 90.00, journal 90.00"]


def test_what_was_taken_as_a_contribution_and_is_none_is_taken_back(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, PAID_IN))
    ledger.record(150_00, id="deposit", spent_on=date(2026, 1, 2), advanced_by="pool")
    ledger.record(-100_00, id="refund", refunds="deposit", spent_on=date(2026, 1, 20))

    banking.said(ledger, "R2", ("spending", "refund"))

    assert banking.matched(ledger)["R2"] == "spending refund"
    assert "contribution:b" not in ledger.balances()
    assert shown(ledger, "03-31") == [
        "bank 90.00, journal -60.00",
        "under way: spending deposit -150.00",
    ]
    # And after all it was one: another, for what was taken back stays so.
    banking.said(ledger, "R2", ("receive", "b"))
    assert ledger.balances()["contribution:b"] == -100_00
    assert [row.amount_cents for row in rows_of(ledger, Contribution)] == [
        100_00, -100_00, 100_00,
    ]  # fmt: skip
    assert_whole(ledger)


def test_a_payment_is_said_by_its_reference(ledger: Ledger) -> None:
    settled(ledger)
    ledger.at("2026-05-10")
    line = row("04-20 10.00", "P1", payer=SHOP)
    load(ledger, sheet(line, days="04-01 05-10", opening="-10.00", name="S2"))

    banking.said(ledger, "P1", ("payment", "fund-2026-01-c"))

    assert banking.matched(ledger)["P1"] == "payment c"
    load(ledger, sheet(line, days="04-01 05-10", opening="-10.00", name="S3"))
    assert banking.matched(ledger)["P1"] == "payment c"
    banking.explained(ledger, "P1", "paid, and not all have")


def test_what_is_received_twice_by_hand_is_one_contribution(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, PAID_IN))

    banking.said(ledger, "R2", ("receive", "b"))

    assert len(rows_of(ledger, Contribution)) == 1
    assert {match.rule for match in rows_of(ledger, BankMatch)} == {"near", "received", "hand"}


def test_what_cannot_be_said_is_refused(ledger: Ledger) -> None:
    ledger.record(3_00, id="own", advanced_by="b", spent_on=date(2026, 1, 25))
    ledger.record(3_00, id="s3", spent_on=date(2026, 1, 1))
    load(ledger, sheet(RENT, COSTS))
    cases: list[tuple[type[Exception], str, Any]] = [
        (by_hand.UnknownLine, "no line 9/9", lambda: banking.said(ledger, "9/9")),
        (by_hand.UnknownTarget, "'no' is no spending", lambda: said(("spending", "no"))),
        (by_hand.UnknownTarget, "advanced by b", lambda: said(("spending", "own"))),
        (by_hand.UnknownTarget, "no contribution 'no'", lambda: said(("contribution", "no"))),
        (by_hand.UnknownTarget, "no booked settlement", lambda: said(("payment", "no"))),
        (by_hand.AlreadyMatched, "spending s1 is line", lambda: said(("spending", "s1"))),
        (
            by_hand.AmountsDiffer,
            r"is -3\.00; what it should be is -6\.00",
            lambda: said(("spending", "s3"), ("spending", "s4")),
        ),
        (by_hand.UnknownLine, "no line 9/9", lambda: banking.explained(ledger, "9/9")),
        (by_hand.UnknownLine, "neither a line", lambda: banking.explained(ledger, SHOP)),
        (by_hand.NothingToExplain, "is in the journal", lambda: banking.explained(ledger, "R1")),
        (WrongInput, "--reason: is empty", lambda: banking.explained(ledger, "R3", " ")),
        (WrongInput, "code of a party", lambda: said(("receive", "nobody"))),
    ]
    ledger.record(3_00, id="s4", spent_on=date(2026, 1, 1))

    def said(*targets: tuple[str, str]) -> None:
        banking.said(ledger, "R3", *targets)

    for refusal, what, act in cases:
        refused(ledger, refusal, what, act)


# --- settlements ---------------------------------------------------------------------------


def test_a_settlement_is_not_proposed_while_the_account_does_not_reconcile(
    ledger: Ledger,
) -> None:
    load(ledger, sheet(RENT, COSTS, row("02-01 7.00", "R7"), days="01-01 03-30"))

    with pytest.raises(reconciling.DoesNotReconcile) as refusal:
        ledger.propose(Q1)
    said = str(refusal.value)
    place = banking.place_of(ledger, "R3")
    assert said == (
        "on 2026-03-31 the pool's account does not reconcile: 2 differences that nobody "
        f"explained, together 4.00, the oldest {place} of 2026-01-25; statements are missing of "
        f"{POOL} after 2026-03-30; explain or fetch them, or let finance say why (--unreconciled)"
    )
    assert refusal.value.facts == {
        "differences": 2, "differences_cents": 4_00, "oldest": "2026-01-25", "gaps": 1,
    }  # fmt: skip


def test_a_statement_that_is_missing_holds_up_a_settlement(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, days="01-01 02-28"))

    refused(
        ledger,
        reconciling.DoesNotReconcile,
        f"reconcile: statements are missing of {POOL} after 2026-02-28; explain",
        lambda: ledger.propose(Q1),
    )


def test_what_was_explained_holds_up_no_settlement(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, COSTS))
    refused(ledger, reconciling.DoesNotReconcile, "1 difference that", lambda: ledger.propose(Q1))

    banking.explained(ledger, "R3")

    ledger.propose(Q1)
    assert ledger.state() == "proposed"


def test_finance_may_say_why_it_does_not_reconcile(ledger: Ledger) -> None:
    load(ledger, sheet(RENT, COSTS))
    ledger.actor = ledger.people["finance-a"]

    ledger.propose(Q1, unreconciled="the bank is asked")

    assert ledger.state() == "proposed"
    assert_whole(ledger)


def test_what_is_later_than_the_period_holds_up_nothing(ledger: Ledger) -> None:
    ledger.at("2026-04-10")
    load(ledger, sheet(RENT, row("04-01 -3.00", "R3"), days="01-01 04-10"))

    ledger.propose(Q1)

    assert ledger.state() == "proposed"


def test_without_any_statement_there_is_nothing_to_reconcile(ledger: Ledger) -> None:
    with store.reading(ledger.engine) as session:
        assert not on_record.has_statements(session, 1)

    ledger.propose(Q1)

    assert ledger.state() == "proposed"


# --- an act is whole, alone, and private ----------------------------------------------------------


def test_an_import_that_fails_leaves_every_row_as_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ledgers.rows(ledger.engine)
    monkeypatch.setattr(trail, "link", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        load(ledger, sheet(RENT, PAID_IN))

    assert ledgers.rows(ledger.engine) == before


def test_two_imports_at_once_bring_each_line_once(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as threads:
        found = [*threads.map(lambda _: load(ledger, sheet(RENT, PAID_IN)), range(4))]

    assert sorted(each.new for each in found) == [0, 0, 0, 2]
    assert len(rows_of(ledger, BankLine)) == 2
    assert_whole(ledger)


def test_of_a_file_no_byte_about_people_is_in_the_database(database: Database) -> None:
    ledger = banking.opened(database.engine).at("2026-04-01")
    secret = ("Jo van Zanten", "huur januari", "deposit of Jo", "kenmerk-8841", SHOP)
    rows = [
        row("01-06 -10.00", "R1", payee=SHOP, text="huur januari Jo van Zanten"),
        row("01-07 10.00", "R2", payer=SHOP, text="deposit of Jo", end_to_end="kenmerk-8841"),
        row("01-08 -5.00", "R3", payee=IBANS["c"], text="huur januari"),
        row("01-20 100.00", "R4", payer=IBANS["b"], text="inleg Jo van Zanten"),
        row("01-21 -1.00", "", payee=SHOP, text="huur januari"),
    ]
    load(ledger, sheet(*rows))

    found = contents(database)

    for text in secret:
        assert text.encode() not in found
        assert text.replace(" ", "").upper().encode() not in found
    lines = {line.reference: line for line in rows_of(ledger, BankLine)}
    assert {line.iban for line in lines.values()} == {None, IBANS["b"]}
    assert lines["R4"].iban == IBANS["b"]
    assert b"R4" in found  # what is searched is what was written


def contents(database: Database) -> bytes:
    """Return all that a database holds: its files, or where these are a server's, every value."""
    if database.dialect == "sqlite":
        path = database.engine.url.database
        assert path is not None
        file = Path(path)
        return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    return repr(ledgers.rows(database.engine)).encode()


@pytest.mark.parametrize("why", ["", "  ", "half \ud800"])
def test_why_it_does_not_reconcile_is_said(ledger: Ledger, why: str) -> None:
    load(ledger, sheet(row("01-06 -1.00", "R1")))
    before = ledgers.rows(ledger.engine)

    with pytest.raises(WrongInput, match="--unreconciled"):
        ledger.at("2026-04-01").propose(Q1, unreconciled=why)
    assert ledgers.rows(ledger.engine) == before


def test_why_it_does_not_reconcile_may_be_erased(database: Database, ledger: Ledger) -> None:
    ledger.at("2026-04-01").propose(Q1, unreconciled="asked of the landlord")
    with database.engine.begin() as connection:
        bodies = [*connection.execute(select(store.table(Event).c.body)).scalars()]
        act = connection.execute(select(store.table(Proposal).c.sequence)).scalar_one()
    erasing.erase(ledger, act=act)

    assert not [body for body in bodies if "landlord" in body]
    with store.reading(database.engine) as session:
        assert run.verify(session, ledger.fund, more=verifying.MORE).misfits == ()
