"""Settlements and the bank under random acts, beside a small model of how far they are.

Whoever proposes, agrees, objects, books, pays, imports or explains, in whatever order and
whatever the clock says: the model foretells every step of a settlement, an act that is
refused leaves every row of every table as it was, and all verifies in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger import money, store
from ledger.errors import Refusal, WrongInput
from ledger.verify import beyond, run
from settlement import verifying
from tests.support import banking, ledgers, soundness
from tests.support.banking import row, sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.bank_account.statements import Imported
    from tests.support.databases import Postgresql, Sqlite
    from tests.support.ledgers import Ledger

FIRST: Final = date(2026, 1, 1)
APPROVAL_DAYS: Final = 21
VOTERS: Final = ("a", "b", "c")
parties: Final = st.sampled_from(VOTERS)
which: Final = st.integers(0, 1_000)


def month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass
class Open:
    """The settlement that is under way: what was said, and when it was proposed."""

    start: date
    proposed_on: date
    state: str = "proposed"
    said: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """How far settlements are: months in a row, from the first of the year."""

    open: Open | None = None
    draft: bool = False  # the next month was proposed before, and taken back
    next: date = FIRST  # the first month that is not booked
    unpaid: int = 0

    def count(self, today: date) -> None:
        """Count silence where its time has come, and who agrees."""
        now = self.open
        assert now is not None
        if now.state != "proposed":
            return
        if today >= now.proposed_on + timedelta(days=APPROVAL_DAYS):
            now.said = dict.fromkeys(VOTERS, "agrees") | now.said
        if [now.said.get(party) for party in VOTERS] == ["agrees"] * len(VOTERS):
            now.state = "agreed"


class Acts(RuleBasedStateMachine):
    """Random acts on a fund in a database."""

    server: Sqlite | Postgresql

    @initialize()
    def open(self) -> None:
        self.given = self.server.new()
        self.database = self.given.__enter__()
        self.ledger: Ledger = banking.opened(self.database.engine).at("2026-01-20")
        self.ledger.grant("administrator", "administrator")
        self.ledger.grant("worker", "professional")
        self.model = Model()
        self.spent: list[str] = []
        self.imported = 0
        self.record(10_01, "pool")

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
        soundness.assert_sound(self.database.engine)
        with store.reading(self.database.engine) as session:
            report = run.verify(session, self.ledger.fund, more=verifying.MORE)
            assert [*map(str, (*report.misfits, *beyond.misfits(session)))] == []
        self.given.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.ledger.act().day("Europe/Amsterdam")

    def outcome(self, act: Callable[[], object]) -> str:
        """Do something; return "done", or why it was refused after nothing changed."""
        before = ledgers.rows(self.database.engine)
        try:
            act()
        except (Refusal, WrongInput) as refusal:
            assert ledgers.rows(self.database.engine) == before
            return refusal.slug if isinstance(refusal, Refusal) else "wrong"
        return "done"

    # -- what is settled, and time

    @rule(cents=st.sampled_from([1, 10_01, 33_33, -2_00]), by=st.sampled_from(["pool", "b"]))
    def record(self, cents: int, by: str) -> None:
        id_ = f"s{len(self.spent) + 1}"
        self.ledger.record(cents, id=id_, advanced_by=by, case=f"K{len(self.spent) % 3}")
        self.spent.append(id_)

    @rule(to=which)
    def reverse(self, to: int) -> None:
        id_ = self.spent[to % len(self.spent)]
        self.outcome(lambda: self.ledger.reverse(id_, f"{id_}-back"))

    @rule(days=st.sampled_from([1, 12, 31, 31, 31, -3]))
    def tick(self, days: int) -> None:
        self.ledger.now = max(
            self.ledger.now + timedelta(days=days), self.ledger.now.replace(month=1, day=20)
        )

    @rule()
    def wait_for_the_end_of_the_month(self) -> None:
        self.ledger.at(max(self.today, month_after(self.model.next)).isoformat())

    @precondition(lambda self: self.model.open)
    @rule()
    def wait_for_who_is_silent(self) -> None:
        assert self.model.open is not None
        over = self.model.open.proposed_on + timedelta(days=APPROVAL_DAYS)
        self.ledger.at(max(self.today, over).isoformat())

    # -- the steps of a settlement

    @precondition(lambda self: not self.model.open)
    @rule()
    def propose_the_next_month(self) -> None:
        self.wait_for_the_end_of_the_month()
        self.propose(0, apart=False, who=0)

    @precondition(lambda self: self.model.open)
    @rule()
    def let_all_agree(self) -> None:
        for party in VOTERS:
            self.agree(party)

    @precondition(lambda self: self.model.open)
    @rule()
    def let_all_agree_and_book(self) -> None:
        self.let_all_agree()
        self.book()

    @rule(ahead=st.sampled_from([0, 0, 0, 0, 1]), apart=st.booleans(), who=which)
    def propose(self, ahead: int, *, apart: bool, who: int) -> None:
        now, start = self.model.open, self.model.next
        if ahead:
            start = month_after(start)
        if now is not None:
            foretold = "wrong-state" if start == now.start else "settlement-out-of-order"
        elif ahead and (self.model.next != FIRST or self.model.draft):
            foretold = "settlement-out-of-order"
        elif self.today < month_after(start):
            foretold = "period-not-over"
        else:
            foretold = "done"
        if ahead and foretold == "done":
            return  # the first settlement of a fund may begin anywhere
        days = f"{start} {month_after(start)}"
        set_apart = [self.spent[who % len(self.spent)]] if apart else []

        answer = self.outcome(
            lambda: self.ledger.propose(days, unreconciled="so be it", set_apart=set_apart)
        )
        if answer == "wrong" and apart:
            return  # what cannot be set apart here
        assert answer == foretold
        if answer == "done":
            self.model.open, self.model.draft = Open(start, self.today), False

    @rule(party=parties)
    def agree(self, party: str) -> None:
        self.said(party, "agrees", lambda: self.ledger.agree(party), needs=None)

    @rule(party=parties, line=which)
    def object_to(self, party: str, line: int) -> None:
        spending = self.spent[line % len(self.spent)]
        self.said(
            party, "objects", lambda: self.ledger.object_to(party, spending), needs="proposed"
        )

    def said(
        self, party: str, verdict: str, act: Callable[[], object], *, needs: str | None
    ) -> None:
        now = self.model.open
        answer = self.outcome(act)
        if now is None:
            assert answer == "no-settlement"
        elif needs is not None and now.state != needs:
            assert answer == "wrong-state"
        elif answer != "done":
            assert (verdict, answer) == ("objects", "unknown-line")
        else:
            now.said[party] = verdict
            if verdict == "agrees":
                self.model.count(self.today)

    @rule(holder=parties)
    def take_back(self, holder: str) -> None:
        answer = self.outcome(lambda: self.ledger.take_back(holder))
        if self.model.open is None:
            assert answer == "no-settlement"
        elif holder != "a":
            assert answer == "role-needed"
        else:
            assert answer == "done"
            self.model.open, self.model.draft = None, True

    @rule()
    def book(self) -> None:
        now = self.model.open
        answer = self.outcome(self.ledger.book)
        if now is None:
            assert answer == "no-settlement"
            return
        said, state = dict(now.said), now.state
        self.model.count(self.today)
        if now.state != "agreed":
            assert answer == "not-agreed"
            now.said, now.state = said, state  # the silence was not counted either
            return
        assert answer == "done"
        self.model.open, self.model.next = None, month_after(now.start)
        self.model.unpaid += 1

    @rule()
    def pay(self) -> None:
        answer = self.outcome(self.ledger.pay)
        assert answer == ("done" if self.model.unpaid else "no-settlement")
        self.model.unpaid -= answer == "done"

    @rule(act=st.sampled_from(["agree", "book", "pay", "import", "explain"]))
    def who_has_no_right_changes_nothing(self, act: str) -> None:
        people = dict(self.ledger.people)
        self.ledger.people |= {f"finance-{party}": people["worker"] for party in VOTERS}
        acts: dict[str, Callable[[], object]] = {
            "agree": lambda: self.ledger.agree("b"),
            "book": self.ledger.book,
            "pay": self.ledger.pay,
            "import": lambda: self.load(0),
            "explain": lambda: banking.explained(self.ledger, banking.IBANS["a"]),
        }
        assert self.outcome(acts[act]) in {"role-needed", "no-settlement"}
        self.ledger.people = people

    # -- the bank

    @rule(again=st.sampled_from([None, None, 0, 1]))
    def import_statement(self, again: int | None) -> None:
        """A statement of a day of its own; now and then one that was imported before."""
        number = self.imported if again is None else min(again, self.imported)
        before = ledgers.rows(self.database.engine)

        found = self.load(number)

        assert found.new == (number == self.imported) * 3
        if number < self.imported:
            assert ledgers.rows(self.database.engine)["bank_line"] == before["bank_line"]
        self.imported = max(self.imported, number + 1)

    def load(self, number: int) -> Imported:
        day = f"{FIRST + timedelta(days=number):%m-%d}"
        return banking.load(
            self.ledger,
            sheet(
                row(f"{day} -10.01", f"D{number}"),
                row(f"{day} 5.00", f"C{number}", payer=banking.IBANS["b"]),
                row(f"{day} -1.00", f"X{number}"),
                days=f"{day} {day}",
                opening=money.as_text(number * -6_01),
                name=f"S{number}",
            ),
        )

    @precondition(lambda self: self.imported)
    @rule(line=which, kind=st.sampled_from(["spending", "receive", "nothing"]), to=which)
    def match(self, line: int, kind: str, to: int) -> None:
        name = self.spent[to % len(self.spent)] if kind == "spending" else VOTERS[to % 3]
        targets = [] if kind == "nothing" else [(kind, name)]
        self.outcome(lambda: banking.said(self.ledger, self.line(line), *targets))

    @precondition(lambda self: self.imported)
    @rule(line=which)
    def explain(self, line: int) -> None:
        self.outcome(lambda: banking.explained(self.ledger, self.line(line)))

    def line(self, drawn: int) -> str:
        return f"{'DCX'[drawn % 3]}{drawn % self.imported}"


def test_settlements_do_what_the_model_says(server: Sqlite | Postgresql) -> None:
    examples = settings().max_examples
    share, steps = (2, 40) if server.dialect == "sqlite" else (10, 20)
    run_state_machine_as_test(
        type("Acts", (Acts,), {"server": server}),
        settings=settings(max_examples=examples // share, stateful_step_count=steps),
    )
