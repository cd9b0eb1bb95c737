"""Settlements on the ledger: proposed, agreed or objected to, booked and paid, in order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from ledger import store
from ledger.people import RoleNeeded
from ledger.tables import Proposal, SettlementLine
from settlement import agreeing, proposals, states
from settlement.drafts import Choices
from tests.support import funds, ledgers, soundness

if TYPE_CHECKING:
    from ledger.errors import Refusal
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

LINE, PROPOSAL = store.table(SettlementLine), store.table(Proposal)
Q1, Q2 = "2026-01-01 2026-04-01", "2026-04-01 2026-07-01"


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with two spendings of the first quarter, on the first day of the second."""
    made = ledgers.opened(database.engine).at("2026-01-10")
    made.finance()
    made.record(10_00, id="s1", case="K1")
    made.record(20_00, id="s2", case="K1", advanced_by="b")
    return made.at("2026-04-01")


def refused(ledger: Ledger, refusal: type[Refusal], what: str, act: object) -> None:
    """Check that an act is refused and leaves every row as it was."""
    before = ledgers.rows(ledger.engine)
    assert callable(act)
    with pytest.raises(refusal, match=what):
        act()
    assert ledgers.rows(ledger.engine) == before


def test_the_way_of_a_settlement(ledger: Ledger) -> None:
    ledger.propose(Q1)
    assert ledger.state() == "proposed"
    assert ledger.agree("a", "b") == "proposed"
    assert ledger.agree("c") == "agreed"
    ledger.book()
    assert ledger.state() == "booked"
    ledger.pay()
    assert ledger.state() == "paid"


def test_booking_charges_costs_and_brings_positions_together(ledger: Ledger) -> None:
    ledger.settle(Q1)

    # 30.00 by three: 10.00 each; b advanced 20.00, so it is owed 10.00, the others owe 10.00.
    assert ledger.balances() == {
        "bank": -10_00,
        "cost:a": 10_00,
        "cost:b": 10_00,
        "cost:c": 10_00,
        "position:a": 10_00,
        "position:b": -10_00,
        "position:c": 10_00,
        "recharged:a": -10_00,
        "recharged:b": -10_00,
        "recharged:c": -10_00,
    }
    ledger.pay()
    after = ledger.balances()
    assert {account for account in after if account.startswith("position")} == set()
    assert after["bank"] == -10_00
    assert after["holder"] == 10_00


def test_the_pool_holds_what_the_journal_says_after_every_step(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.agree("a", "b", "c")
    for step in (ledger.book, ledger.pay):
        step()
        soundness.assert_sound(ledger.engine)

    # Of the 30.00 b advanced 20.00, which was settled; who owes the rest paid it in.
    assert ledger.room().fund_cents == -10_00


def test_a_proposal_needs_the_period_to_be_over(ledger: Ledger) -> None:
    ledger.at("2026-03-31")

    refused(
        ledger,
        proposals.PeriodNotOver,
        "it can be proposed from 2026-04-01 on",
        lambda: ledger.propose(Q1),
    )


def test_settlements_follow_each_other(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.at("2026-07-01")

    refused(ledger, proposals.OutOfOrder, "is proposed; book it before", lambda: ledger.propose(Q2))
    ledger.agree("a", "b", "c")
    ledger.book()
    refused(
        ledger,
        proposals.OutOfOrder,
        "settle from 2026-04-01 on",
        lambda: ledger.propose("2026-05-01 2026-07-01"),
    )
    ledger.settle(Q2)
    assert ledger.state() == "booked"


def test_what_is_proposed_is_not_proposed_again(ledger: Ledger) -> None:
    ledger.propose(Q1)

    refused(ledger, states.WrongState, "back in draft", lambda: ledger.propose(Q1))


def test_nothing_is_booked_that_is_not_agreed(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.agree("a")
    ledger.object_to("b", "s1")

    refused(ledger, agreeing.NotAgreed, "b object; c did not answer yet", ledger.book)


def test_only_finance_of_an_organisation_speaks_for_it(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.people["finance-c"] = ledger.people["finance-b"]

    refused(ledger, RoleNeeded, "finance of c|board or finance of c", lambda: ledger.agree("c"))


def test_an_objection_names_lines_of_the_proposal(ledger: Ledger) -> None:
    ledger.propose(Q1)

    refused(
        ledger, agreeing.UnknownLine, "has no line 's9'", lambda: ledger.object_to("b", "s1", "s9")
    )


def test_who_objected_may_still_agree(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.object_to("b", "s1")

    assert ledger.agree("a", "c") == "proposed"
    assert ledger.agree("b") == "agreed"


def test_silence_counts_as_agreed_after_the_days_that_were_agreed(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.agree("a")

    refused(ledger.at("2026-04-21"), agreeing.NotAgreed, "b, c did not answer", ledger.book)
    ledger.at("2026-04-22").book()

    assert ledger.state() == "booked"


def test_a_disputed_line_is_set_apart_and_settled_next(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.object_to("b", "s1")
    ledger.take_back()
    assert ledger.state() == "draft"

    again = ledger.propose(Q1, set_apart=["s1"])
    ledger.agree("a", "b", "c")
    ledger.book()
    first = ledger.exported()
    ledger.at("2026-07-01").settle(Q2)
    second = ledger.exported()

    assert again.number == 2
    assert [row["spending"] for row in first.rows("lines.csv")] == ["s2"]
    assert [row["spending"] for row in second.rows("lines.csv")] == ["s1"]
    assert second.rows("lines.csv")[0]["late"] == "true"


def test_what_was_proposed_stays_readable(ledger: Ledger) -> None:
    ledger.propose(Q1)
    ledger.object_to("b", "s1")
    ledger.take_back()
    ledger.propose(Q1, set_apart=["s1"])

    with ledger.engine.connect() as connection:
        counted = select(LINE.c.proposal, func.count()).group_by(LINE.c.proposal)
        lines = connection.execute(counted).all()
        asked = select(PROPOSAL.c.number).order_by(PROPOSAL.c.sequence)
        numbers = connection.execute(asked).scalars().all()
    assert sorted(count for _, count in lines) == [1, 2]
    assert numbers == [1, 2]


def test_only_the_account_holder_takes_a_proposal_back(ledger: Ledger) -> None:
    ledger.propose(Q1)

    refused(ledger, RoleNeeded, "of a", lambda: ledger.take_back("b"))


def test_a_proposal_closes_its_period_and_draft_opens_it_for_corrections(ledger: Ledger) -> None:
    spent_on = date(2026, 3, 30)
    ledger.at("2026-04-02")
    assert str(ledger.record(spent_on=spent_on).booked_on) == "2026-03-30"

    ledger.propose(Q1)
    assert str(ledger.record(spent_on=spent_on).booked_on) == "2026-04-01"
    ledger.object_to("b", "s1")
    ledger.at("2026-05-20").take_back()
    assert str(ledger.record(spent_on=spent_on).booked_on) == "2026-03-30"
    ledger.propose(Q1)
    ledger.agree("a", "b", "c")
    ledger.book()

    assert str(ledger.record(spent_on=spent_on).booked_on) == "2026-04-01"


def test_what_is_recorded_while_it_is_proposed_is_settled_next(ledger: Ledger) -> None:
    spent_on = date(2026, 3, 30)
    ledger.at("2026-04-02")
    with store.reading(ledger.engine) as session:
        draft = proposals.prepare(session, ledger.fund, Choices(period=ledgers.period(Q1)))
    ledger.record(5_00, id="meanwhile", spent_on=spent_on)
    with store.writing(ledger.engine) as session:
        proposals.propose(session, draft, act=ledger.act(), record=lambda _: b"{}")

    with ledger.engine.connect() as connection:
        lines = connection.execute(select(func.count()).select_from(LINE)).scalar_one()
    assert lines == 2


def test_a_late_reversal_takes_back_exactly_what_was_booked(ledger: Ledger) -> None:
    ledger.settle(Q1)
    ledger.at("2026-05-01").reverse("s1", "r1")

    ledger.at("2026-07-01").settle(Q2)

    assert ledger.exported("2026-01-01").cells("s1") == "a 3.33, b 3.34, c 3.33"
    assert ledger.exported("2026-04-01").cells("r1") == "a -3.33, b -3.34, c -3.33"


def test_the_fund_ends_with_a_final_settlement(ledger: Ledger) -> None:
    ledger.settle(Q1, final=True)
    ledger.at("2026-07-01")

    refused(ledger, proposals.OutOfOrder, "the fund is closed", lambda: ledger.propose(Q2))


@pytest.mark.parametrize(
    ("approval", "needed"), [("majority", ["b", "c"]), ("account-holder", ["a"])]
)
def test_enough_agree_when_the_agreement_says_so(
    database: Database, approval: str, needed: list[str]
) -> None:
    document = funds.agreement().replace(b'approval = "all"', f'approval = "{approval}"'.encode())
    ledger = ledgers.opened(database.engine, document).at("2026-01-10")
    ledger.finance()
    ledger.record(id="s1")
    ledger.at("2026-04-01").propose(Q1)

    assert ledger.agree(*needed[:-1]) in {"", "proposed"}
    assert ledger.agree(needed[-1]) == "agreed"


def test_silence_that_blocks_is_waited_for(database: Database) -> None:
    document = funds.agreement().replace(
        b'approval = "all"', b'approval = "all"\non_silence = "blocks"'
    )
    ledger = ledgers.opened(database.engine, document).at("2026-01-10")
    ledger.finance()
    ledger.record(id="s1")
    ledger.at("2026-04-01").propose(Q1)

    refused(ledger.at("2026-12-01"), agreeing.NotAgreed, "a, b, c did not answer", ledger.book)


def test_the_same_facts_give_the_same_figures_again(ledger: Ledger) -> None:
    ledger.propose(Q1)
    before = ledger.exported().files
    ledger.record(7_00)
    ledger.grant("someone", "auditor")

    assert ledger.exported().files == before
