"""Small funds in a real database: opened, peopled, and told what to record in few words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import LargeBinary, select, type_coerce

from ledger import contributions, correcting, funds, people, pool, spendings, store, trail
from ledger.acts import Act
from ledger.contributions import Receipt
from ledger.lawfulness import again, receipts
from ledger.orders import Order
from ledger.periods import Period
from ledger.tables import Transfer
from ledger.tables.base import METADATA
from ledger.tables.sealed import Sealed
from reports.exports import settlement_files
from settlement import agreeing, booking, exporting, proposals, states
from settlement.drafts import Choices
from tests.support import funds as files

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy import Engine, MetaData, Select, Table

    from ledger.contributions import Received
    from ledger.lawfulness.again import Tested
    from ledger.on_record import Recorded
    from ledger.rooms import Room
    from settlement.proposals import Proposed

NOW: Final = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
"""A quiet Tuesday, in the first quarter."""


@dataclass(kw_only=True)
class Ledger:
    """A fund in a database, and the clock by which its acts are dated."""

    engine: Engine
    fund: str
    actor: UUID
    now: datetime = NOW
    made: int = 0
    people: dict[str, UUID] = field(default_factory=dict)
    random: Callable[[int], bytes] = secrets.token_bytes

    def act(self, who: str | None = None) -> Act:
        """Return an act of now, by the administrator or somebody else."""
        actor = self.actor if who is None else self.people[who]
        return Act(actor=actor, at=self.now, random=self.random)

    def record(self, amount_cents: int = 1_000, **members: Any) -> Recorded:
        """Record one spending of ``a`` for today, or what is said otherwise."""
        (answer,) = self.record_all([self.order(amount_cents, **members)])
        return answer

    def record_all(self, orders: list[Order]) -> list[Recorded]:
        """Record several in one act."""
        with store.writing(self.engine) as session:
            return spendings.record(session, self.fund, orders, act=self.act())

    def order(self, amount_cents: int = 1_000, **members: Any) -> Order:
        """Return an order; what a test is not about is filled in."""
        self.made += 1
        filled: dict[str, Any] = {
            "id": f"s{self.made}",
            "spent_on": self.act().day("Europe/Amsterdam"),
            "category": "rent",
            "organisation": "a",
        }
        return Order(amount_cents=amount_cents, **(filled | members))

    def at(self, day: str) -> Ledger:
        """Set the clock to noon (UTC) of a day, and return the ledger."""
        self.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        return self

    def reverse(self, spending: str, new_id: str) -> Recorded:
        """Take a spending back."""
        with store.writing(self.engine) as session:
            return correcting.reverse(
                session, self.fund, spending, new_id=new_id, reason="wrong", act=self.act()
            )

    def correct(self, spending: str, new_id: str, **changed: Any) -> list[Recorded]:
        """Correct a spending: something stands in its place under a new id."""
        ids = (f"{spending}-r", new_id)
        with store.writing(self.engine) as session:
            return correcting.correct(
                session, self.fund, spending,
                changed=changed, new_ids=ids, reason="wrong", act=self.act(),
            )  # fmt: skip

    def test(self, who: str | None = None) -> Tested:
        """Have what is on record tested again."""
        with store.writing(self.engine) as session:
            return again.test(session, self.fund, act=self.act(who))

    def receipt(self, spending: str, reference: str, **members: Any) -> receipts.Received:
        """Bring a receipt."""
        with store.writing(self.engine) as session:
            return receipts.receive(
                session, self.fund, spending, reference, act=self.act(), **members
            )

    def finance(self) -> None:
        """Give every participant of the last version somebody of finance: ``finance-a``."""
        with store.reading(self.engine) as session:
            version = funds.known(session, self.fund).agreements[-1]
        for party in version.party:
            if party.participant:
                since = min(date(2026, 1, 1), self.now.date())
                self.grant(f"finance-{party.code}", "finance", party.code, valid_from=since)

    def propose(self, days: str, **choices: Any) -> Proposed:
        """Propose a settlement; the period is two dates, from and until."""
        unreconciled = choices.pop("unreconciled", None)
        if "set_apart" in choices:
            choices["set_apart"] = frozenset(choices["set_apart"])
        with store.reading(self.engine) as session:
            draft = proposals.prepare(session, self.fund, Choices(period=period(days), **choices))
        with store.writing(self.engine) as session:
            return proposals.propose(
                session,
                draft,
                act=self.act(),
                record=settlement_files.record,
                unreconciled=unreconciled,
            )

    def agree(self, *parties: str) -> str:
        """Let organisations agree; returns how far the settlement is then."""
        state = ""
        for party in parties:
            with store.writing(self.engine) as session:
                act = self.act(f"finance-{party}")
                state = agreeing.agree(session, self.fund, party, act=act).state
        return state

    def object_to(self, party: str, *lines: str) -> None:
        """Let an organisation object to lines."""
        with store.writing(self.engine) as session:
            act = self.act(f"finance-{party}")
            agreeing.object_to(session, self.fund, party, lines, "no", act=act)

    def take_back(self, holder: str = "a") -> None:
        """Take the open proposal back to draft."""
        with store.writing(self.engine) as session:
            agreeing.take_back(session, self.fund, act=self.act(f"finance-{holder}"))

    def book(self, holder: str = "a") -> None:
        """Book what is agreed."""
        with store.writing(self.engine) as session:
            booking.book(session, self.fund, act=self.act(f"finance-{holder}"))

    def pay(self, holder: str = "a") -> None:
        """Pay what is booked."""
        with store.writing(self.engine) as session:
            booking.pay(session, self.fund, act=self.act(f"finance-{holder}"))

    def settle(self, days: str, *parties: str, **choices: Any) -> None:
        """Propose, agree and book at once; without parties, all of ``a``, ``b`` and ``c``."""
        self.propose(days, **choices)
        self.agree(*(parties or ("a", "b", "c")))
        self.book()

    def state(self) -> str:
        """Return how far the last settlement is."""
        with store.reading(self.engine) as session:
            return states.all_of(session, funds.known(session, self.fund).id)[-1].state

    def exported(self, start: str | None = None) -> files.Outcome:
        """Return a settlement as it is written to files; without a day, the last one."""
        with store.reading(self.engine) as session:
            day = None if start is None else date.fromisoformat(start)
            settled, working = exporting.again(session, self.fund, day)
        return files.Outcome(files=files.written(settled), settlement=settled, working=working)

    def balances(self) -> dict[str, int]:
        """Return the balance of every account that moved: debit less credit, in cents."""
        found: dict[str, int] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(select(store.table(Transfer))):
                found[row.debit] = found.get(row.debit, 0) + row.amount_cents
                found[row.credit] = found.get(row.credit, 0) - row.amount_cents
        return {account: cents for account, cents in sorted(found.items()) if cents}

    def receive(self, amount_cents: int, **members: Any) -> Received:
        """Receive a contribution of ``a`` today, or what is said otherwise."""
        self.made += 1
        filled: dict[str, Any] = {
            "id": f"c{self.made}",
            "party": "a",
            "received_on": self.act().day("Europe/Amsterdam"),
        }
        receipt = Receipt(amount_cents=amount_cents, **(filled | members))
        with store.writing(self.engine) as session:
            (answer,) = contributions.receive(session, self.fund, [receipt], act=self.act())
        return answer

    def reserve(self, amount_cents: int, *, who: str | None = None, **members: Any) -> pool.Answer:
        """Reserve for a case of ``a`` until next month, or what is said otherwise."""
        self.made += 1
        filled: dict[str, Any] = {
            "id": f"r{self.made}",
            "case": "K1",
            "organisation": "a",
            "until": self.act().day("Europe/Amsterdam") + timedelta(days=30),
        }
        asked = pool.Hold(amount_cents=amount_cents, **(filled | members))
        with store.writing(self.engine) as session:
            return pool.reserve(session, self.fund, asked, act=self.act(who))

    def release(self, reservation: str) -> pool.Answer:
        """Release a reservation."""
        with store.writing(self.engine) as session:
            return pool.release(session, self.fund, reservation, act=self.act())

    def room(self, *, who: str | None = None, **members: Any) -> Room:
        """Return the room that is left today."""
        person = None if who is None else self.people[who]
        on = self.act().day("Europe/Amsterdam")
        with store.reading(self.engine) as session:
            return pool.room(session, self.fund, **({"on": on, "person": person} | members))

    def close_until(self, day: date, *, adjusting_from: date | None = None) -> None:
        """Close periods, as proposing does; or let the last one go back to draft."""
        with store.writing(self.engine) as session:
            end = trail.lock(session, self.fund)
            end.closed_until, end.adjusting_from = day, adjusting_from
            end.write([end.append(self.act(), "period.closed", {"until": day.isoformat()})])

    def grant(self, handle: str, role: str, organisation: str = "a", **members: Any) -> UUID:
        """Give somebody a role from the first day of the year."""
        with store.writing(self.engine) as session:
            person = people.grant(
                session,
                self.fund,
                handle,
                role=role,
                organisation=organisation,
                act=self.act(),
                **({"valid_from": date(2026, 1, 1)} | members),
            )
        self.people[handle] = person
        return person


def period(text: str) -> Period:
    """Return a period of two dates, from and until."""
    start, until = map(date.fromisoformat, text.split())
    return Period(start, until)


def opened(
    engine: Engine, *agreements: bytes, now: datetime = NOW, actor: UUID | None = None
) -> Ledger:
    """Open a fund from agreement files; without any, that of ``tests.support.funds``."""
    with store.writing(engine) as session:
        actor = people.ensure(session, "administrator", new_id=actor)
        fund = funds.create(
            session,
            [
                (f"agreement-{number}.toml", content)
                for number, content in enumerate(agreements or (files.agreement(),), 1)
            ],
            act=Act(actor=actor, at=now),
        )
    return Ledger(engine=engine, fund=fund, actor=actor, now=now)


def rows(engine: Engine, of: MetaData = METADATA) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table: what a refused act must leave as it was."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(_as_it_lies(table))), key=repr)
            for table in of.sorted_tables
        }


def _as_it_lies(table: Table) -> Select[Any]:
    """Return the question for all rows, what is sealed in them as it is."""
    return select(
        *(
            type_coerce(each, LargeBinary) if isinstance(each.type, Sealed) else each
            for each in table.c
        )
    )
