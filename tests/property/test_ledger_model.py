"""The ledger beside a small model of it in memory, under random acts.

Whatever is recorded, corrected, reserved, spent, released or paid in, in whatever order and
whatever the clock says: the model foretells every answer and every figure, money is
conserved, no reservation is made without room, and an act that is refused leaves every row
of every table as it was.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from ledger import balances, contributions, pool, spendings, store
from ledger.contributions import Receipt
from ledger.corrections import SAME
from ledger.errors import Refusal, WrongInput
from ledger.orders import Order
from ledger.tables import Head
from tests.support import ledgers, soundness
from tests.support.funds import agreement
from tests.support.ledger_model import FIRST, RULES, Held, Model, Spent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlmodel import Session

    from tests.support.databases import Postgresql, Sqlite
    from tests.support.ledgers import Ledger

cents: Final = st.sampled_from([0, 1, 5_00, 5_00, 20_00, 75_00, -3_00])
above_nothing: Final = st.sampled_from([1, 1, 5_00, 5_00, 20_00, 80_00, 160_00])
anybody: Final = st.sampled_from(["finance", "worker"])
parties: Final = st.sampled_from(["a", "b", "c"])
which: Final = st.integers(0, 1_000)
often_none: Final = st.one_of(st.none(), which)
spending: Final = st.fixed_dictionaries(
    {
        "amount_cents": cents,
        "advanced_by": st.sampled_from(["pool", "professional", "b"]),
        "organisation": parties,
        "case": st.sampled_from([None, "K1", "K2"]),
    }
)
lasts: Final = st.sampled_from([0, 1, 2, 10, 10, 200])
now_and_then: Final = st.one_of(st.none(), st.none(), which)
days_ago: Final = st.sampled_from([0, 0, 0, 1, 40, -1])


class Acts(RuleBasedStateMachine):
    """Random acts on a fund in a database, each foretold by the model."""

    server: Sqlite | Postgresql

    @initialize()
    def open(self) -> None:
        self.given = self.server.new()
        self.database = self.given.__enter__()
        self.ledger: Ledger = ledgers.opened(
            self.database.engine, agreement(ladder=RULES), now=datetime(2026, 3, 1, 12, tzinfo=UTC)
        )
        self.ledger.grant("worker", "professional", mandate="worker")
        self.ledger.grant("finance", "finance")
        self.model = Model()
        self.made = 0
        self.receive(400_00, "c", 0, None)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            soundness.assert_sound(self.database.engine)
            self.given.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.ledger.act().day("Europe/Amsterdam")

    def outcome(self, act: Callable[[Session], Any]) -> str:
        """Do something; return its status, or why it was refused after nothing changed."""
        before = ledgers.rows(self.database.engine)
        try:
            with store.writing(self.database.engine) as session:
                return str(act(session))
        except (Refusal, WrongInput) as refusal:
            assert ledgers.rows(self.database.engine) == before
            return refusal.slug if isinstance(refusal, Refusal) else "wrong"

    def new(self, kind: str, again: int | None, there: dict[str, Any]) -> str:
        """Return a new id, or now and then one that is on record."""
        if again is not None and there:
            return [*there][again % len(there)]
        self.made += 1
        return f"{kind}{self.made}"

    # -- recording

    @rule(drawn=spending, ago=days_ago, who=anybody, held=often_none, again=now_and_then)
    def record(
        self, drawn: dict[str, Any], ago: int, who: str, held: int | None, again: int | None
    ) -> None:
        reservation = None
        if held is not None and self.model.held:
            reservation = [*self.model.held][held % len(self.model.held)]
            if held % 3:
                asked = self.model.held[reservation].asked
                drawn |= {"organisation": asked.organisation, "case": asked.case}
        order = Order(
            id=self.new("s", again, self.model.spent),
            spent_on=self.today - timedelta(days=ago),
            category="rent",
            reservation=reservation,
            **drawn,
        )
        self.recorded(order, who)

    @rule(drawn=spending, who=anybody, held=which)
    def record_today(self, drawn: dict[str, Any], who: str, held: int) -> None:
        self.record(drawn, 0, who, held, None)

    @precondition(lambda self: self.model.spent)
    @rule(which_=which, who=anybody)
    def record_the_same_again(self, which_: int, who: str) -> None:
        spent = [*self.model.spent.values()]
        self.recorded(spent[which_ % len(spent)].order, who)

    @precondition(lambda self: self.model.spent)
    @rule(to=which, who=anybody, then=st.booleans())
    def reverse(self, to: int, who: str, *, then: bool) -> None:
        self.correct("reverses", to, who, lambda original: -original.amount_cents, then=then)

    @precondition(lambda self: self.model.spent)
    @rule(to=which, who=anybody, amount=above_nothing)
    def refund(self, to: int, who: str, amount: int) -> None:
        self.correct("refunds", to, who, lambda _: -amount)

    @precondition(lambda self: self.model.spent)
    @rule(to=which, who=anybody, amount=cents, then=st.booleans())
    def replace(self, to: int, who: str, amount: int, *, then: bool) -> None:
        self.correct("replaces", to, who, lambda _: amount, then=then)

    def correct(
        self,
        kind: str,
        to: int,
        who: str,
        amount: Callable[[Order], int],
        *,
        then: bool = False,
    ) -> None:
        """Correct a spending, today or on the day that it was spent."""
        id_ = [*self.model.spent][to % len(self.model.spent)]
        original = self.model.spent[id_].order
        members: dict[str, Any] = {name: getattr(original, name) for name in SAME} | {kind: id_}
        self.recorded(
            Order(
                id=self.new("s", None, {}),
                spent_on=original.spent_on if then else self.today,
                amount_cents=amount(original),
                **members,
            ),
            who,
        )

    def recorded(self, order: Order, who: str) -> None:
        foretold = self.foretold(order)

        def act(session: Session) -> str:
            (answer,) = spendings.record(
                session, self.ledger.fund, [order], act=self.ledger.act(who)
            )
            return answer.status

        assert self.outcome(act) == foretold
        if foretold != "recorded":
            return
        self.model.spent[order.id] = Spent(order, self.model.spender(order, who))
        self.model.pool -= order.amount_cents
        paid_from = f"advance:{order.advancer}" if order.advancer else "bank"
        self.model.move("bridged", paid_from, order.amount_cents)
        held = self.model.held.get(order.reservation or "")
        if held is not None and held.how is None:
            held.how = "spent"

    def foretold(self, order: Order) -> str:
        there = self.model.spent.get(order.id)
        if there is not None:
            return "known" if there.order == order else "same-id-other-content"
        if order.link is not None and not self.model.fits(order):
            return "wrong-correction"
        if not (FIRST <= order.spent_on <= self.today or self.model.happened(order)):
            return "outside-the-fund"
        held = self.model.held.get(order.reservation or "")
        if held is None or held.how is not None:
            return "recorded"
        same = (held.asked.organisation, held.asked.case) == (order.organisation, order.case)
        return "recorded" if same else "not-held-for-this"

    # -- holding

    @rule(amount=above_nothing, organisation=parties, who=anybody, days=lasts, again=now_and_then)
    def reserve(
        self, amount: int, organisation: str, who: str, days: int, again: int | None
    ) -> None:
        asked = pool.Hold(
            id=self.new("r", again, self.model.held),
            case="K1",
            organisation=organisation,
            amount_cents=amount,
            until=self.today + timedelta(days=days),
        )
        self.reserved(asked, who)

    @precondition(lambda self: self.model.held)
    @rule(which_=which)
    def reserve_the_same_again(self, which_: int) -> None:
        held = [*self.model.held.values()][which_ % len(self.model.held)]
        self.reserved(held.asked, held.who)

    def reserved(self, asked: pool.Hold, who: str) -> None:
        there = self.model.held.get(asked.id)
        left = self.model.room(asked.organisation, who, self.today)
        if there is not None:
            same = (there.asked, there.who) == (asked, who)
            foretold = "known" if same else "same-id-other-content"
        elif asked.until <= self.today:
            foretold = "wrong"
        else:
            enough = min(left.values()) >= asked.amount_cents
            foretold = "reserved" if enough else "reservation-exceeds-room"

        def act(session: Session) -> str:
            return pool.reserve(session, self.ledger.fund, asked, act=self.ledger.act(who)).status

        assert self.outcome(act) == foretold
        if foretold == "reserved":
            self.end_what_expired()
            self.model.held[asked.id] = Held(asked, who)
            left = self.model.room(asked.organisation, who, self.today)
            assert min(left.values()) >= 0

    @precondition(lambda self: self.model.held)
    @rule(reservation=which)
    def release(self, reservation: int) -> None:
        id_ = [*self.model.held][reservation % len(self.model.held)]
        held = self.model.held[id_]
        foretold = {None: "released", "released": "known"}.get(held.how, "reservation-ended")

        def act(session: Session) -> str:
            return pool.release(session, self.ledger.fund, id_, act=self.ledger.act()).status

        assert self.outcome(act) == foretold
        held.how = held.how or "released"

    @precondition(lambda self: any(not each.how for each in self.model.held.values()))
    @rule()
    def expire(self) -> None:
        due = self.end_what_expired()

        def act(session: Session) -> int:
            return pool.expire(session, self.ledger.fund, act=self.ledger.act())

        assert self.outcome(act) == str(due)

    def end_what_expired(self) -> int:
        due = [
            each
            for each in self.model.held.values()
            if each.how is None and each.asked.until <= self.today
        ]
        for each in due:
            each.how = "expired"
        return len(due)

    # -- paying in, and time

    @rule(amount=st.sampled_from([50_00, 200_00, -10_00]), party=parties, ago=days_ago,
          again=now_and_then)  # fmt: skip
    def receive(self, amount: int, party: str, ago: int, again: int | None) -> None:
        receipt = Receipt(
            id=self.new("c", again, self.model.received),
            party=party,
            received_on=self.today - timedelta(days=ago),
            amount_cents=amount,
        )
        there = self.model.received.get(receipt.id)
        if there is not None:
            foretold = "known" if there == receipt else "same-id-other-content"
        elif not FIRST <= receipt.received_on <= self.today:
            foretold = "outside-the-fund"
        elif receipt.received_on < self.model.closed_until:
            foretold = "period-closed"
        else:
            foretold = "received"

        def act(session: Session) -> str:
            (answer,) = contributions.receive(
                session, self.ledger.fund, [receipt], act=self.ledger.act()
            )
            return answer.status

        assert self.outcome(act) == foretold
        if foretold == "received":
            self.model.received[receipt.id] = receipt
            self.model.pool += amount
            self.model.move("bank", f"contribution:{party}", amount)

    @rule()
    def close(self) -> None:
        until = self.today.replace(day=1)
        if until > self.model.closed_until:
            self.ledger.close_until(until)
            self.model.closed_until = until

    @rule(days=st.sampled_from([1, 1, 1, 3, 12, 100, -1, -5]))
    def tick(self, days: int) -> None:
        self.ledger.now += timedelta(days=days)

    # -- what always holds

    @invariant()
    def figures_are_as_foretold(self) -> None:
        with store.reading(self.database.engine) as session:
            head = session.connection().execute(select(store.table(Head))).one()
            books = balances.trial_balance(session, head.fund_id)
            rooms = {
                (organisation, who): pool.room(
                    session, self.ledger.fund, on=self.today,
                    person=self.ledger.people[who], organisation=organisation,
                )
                for organisation, who in (("a", "worker"), ("b", "finance"))
            }  # fmt: skip
        held = [each.asked.amount_cents for each in self.model.held.values() if not each.how]
        assert (head.pool_cents, head.reserved_cents) == (self.model.pool, sum(held))
        assert books == {code: cents_ for code, cents_ in self.model.accounts.items() if cents_}
        for (organisation, who), room in rooms.items():
            left = self.model.room(organisation, who, self.today)
            assert room.fund_cents == left["fund"]
            assert room.organisation_cents == left.get("organisation")
            assert room.person_cents == left.get("person")

    @invariant()
    def reservations_end_as_foretold(self) -> None:
        ended = sorted(soundness.ends(self.database.engine).values())
        assert ended == sorted(each.how for each in self.model.held.values() if each.how)


def test_the_ledger_does_what_the_model_says(server: Sqlite | Postgresql) -> None:
    examples = settings().max_examples
    share, steps = (1, 50) if server.dialect == "sqlite" else (5, 20)
    run_state_machine_as_test(
        type("Acts", (Acts,), {"server": server}),
        settings=settings(max_examples=examples // share, stateful_step_count=steps),
    )
