"""The test of what is recorded: what its facts are, read in the act that records it.

What does not change while an act holds the fund's trail is asked once for all its orders;
what the orders themselves add is added as they are recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger import rooms, sums
from ledger.agreement.versions import latest
from ledger.lawfulness import asked as questions
from ledger.lawfulness import marks, payees, rules, usual
from ledger.lawfulness.asked import Wanted
from ledger.lawfulness.facts import Facts, Like, Rooms
from ledger.lawfulness.similar import Similar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from ledger.agreement.schema import Agreement, Lawfulness
    from ledger.cases import Numbers
    from ledger.funds import Known
    from ledger.lawfulness.asked import Grant
    from ledger.lawfulness.found import Finding
    from ledger.lawfulness.usual import Usual
    from ledger.orders import Order
    from ledger.sums import Sums
    from ledger.trail import Trail


@dataclass(slots=True, kw_only=True)
class Test:
    """What an act that records knows of its fund, for the test of its orders.

    Args:
        end: Of the fund's trail, as the act moves it.
        known: The fund.
        received_on: The day of the act; ``None`` where what is recorded was received
            elsewhere before, on the day that it says.
        known_payees: Those who act here themselves.
        grants: What everybody who may have spent was granted last, of each role.
        spent: What was spent before the act, by year and whose.
        sums: What the act adds to that.
        held: What open reservations hold, by whose.
        expired_cents: What the head counts as reserved and has expired.
        similar: Spendings that an order may be like.
        usual: What is usually paid, by category.
    """

    end: Trail
    known: Known
    received_on: date | None
    known_payees: Collection[str]
    grants: Mapping[UUID, tuple[Grant, ...]]
    spent: Mapping[sums.Key, int]
    sums: Sums
    held: dict[str, int]
    expired_cents: int
    similar: Similar
    usual: Mapping[str, Usual]

    def of(self, order: Order, row: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Return what an order fails, before it counts itself.

        Args:
            order: What is recorded.
            row: Of the spending, as it will be written.
        """
        version = in_force(self.known, order.spent_on)
        if (terms := version.lawfulness) is None or not order.amount_cents:
            return ()
        left = self._rooms(order, row, version)
        usual_cents, there = self.usual.get(order.category, (0, 0))
        return rules.test(
            Facts(
                order=order,
                recorded_on=self.received_on or row["recorded_on"],
                agreement=version,
                terms=terms,
                again=order.replaces is not None,
                rooms=left,
                like=self._like(order, row, terms, left),
                payee_is_known=payees.known_as(order.payee) in self.known_payees,
                usual_cents=usual_cents
                if there >= (terms.unusual_at_least or rules.UNUSUAL_AT_LEAST)
                else None,
            )
        )

    def free(self, reservation: Any) -> None:
        """Let go of what a reservation held that an order is spent from."""
        for whose in (reservation.organisation, str(reservation.person_id)):
            self.held[whose] = self.held.get(whose, 0) - reservation.amount_cents

    def _rooms(self, order: Order, row: Mapping[str, Any], version: Agreement) -> Rooms:
        year, person = order.spent_on.year, row["person_id"]
        mandates = rooms.mandates(self.grants.get(person, ()), version, order.spent_on)
        bridged = version.settlement.funding == "bridge"
        return Rooms(
            per_spending=rooms.most(mandates, "per_spending"),
            person=self._left(rooms.most(mandates, "per_year"), year, str(person)),
            organisation=self._left(
                rooms.budget(version, order.organisation, year), year, order.organisation
            ),
            fund=None
            if bridged
            else self.end.pool_cents - self.end.reserved_cents + self.expired_cents,
        )

    def _left(self, given: int | None, year: int, whose: str) -> int | None:
        """Return what is left of what somebody may spend in a year."""
        if given is None:
            return None
        key = (year, whose)
        return given - self.spent.get(key, 0) - self.sums.added[key] - self.held.get(whose, 0)

    def _like(self, order: Order, row: Mapping[str, Any], terms: Lawfulness, left: Rooms) -> Like:
        within = terms.split_within_days or rules.SPLIT_WITHIN_DAYS
        return Like(
            same_receipt=self.similar.same_receipt(order),
            same_payment=self.similar.same_payment(order, row),
            close=(0, 0)
            if left.per_spending is None
            else self.similar.close(row, within_days=within, most_cents=left.per_spending),
        )


def in_force(known: Known, on: date) -> Agreement:
    """Return the version that counts on a day: the last that has begun, else the first."""
    return latest(known.agreements, on) or known.agreements[0]


def is_tested(known: Known, asked: Sequence[Order]) -> bool:
    """Whether an agreement of any of these orders has a lawfulness test."""
    return any(in_force(known, order.spent_on).lawfulness is not None for order in asked)


def begin(  # noqa: PLR0913 - what is recorded, and on what its test rests
    end: Trail,
    known: Known,
    asked: Sequence[Order],
    *,
    today: date,
    received_on: date | None,
    adding: Sums,
    numbers: Numbers,
    persons: Collection[UUID],
) -> Test:
    """Read what the test of these orders needs.

    Args:
        end: Of the fund's trail, locked.
        known: The fund.
        asked: What is to be recorded.
        today: The day of the act.
        received_on: The same, unless it was received elsewhere before.
        adding: What the act will add to the sums of a year.
        numbers: Of the cases of these orders.
        persons: Everybody who may have spent it.
    """
    session, fund_id = end.session, end.fund_id
    mark = marks.of_fund(session, end.fund)
    whose = {each.organisation for each in asked} | {str(each) for each in persons}
    cases = {numbers.known[each.case] for each in asked if each.case in numbers.known}
    brought = {mark(each.receipt) for each in asked if each.receipt}
    wanted = Wanted(
        today=today,
        persons=[*persons],
        payees=sorted({found for each in asked if (found := payees.known_as(each.payee))}),
        sums=({each.spent_on.year for each in asked}, whose),
        cases=sorted(cases),
        fingerprints=sorted(brought),
    )
    there = questions.ask(session, fund_id, wanted)
    return Test(
        end=end,
        known=known,
        received_on=received_on,
        known_payees=there.known_payees,
        grants={
            person: tuple({each.role: each for each in grants}.values())
            for person, grants in there.grants.items()
        },
        spent=there.spent,
        sums=adding,
        held=there.held,
        expired_cents=end.reserved_cents - there.held_cents,
        similar=Similar(
            session=session,
            fund_id=fund_id,
            mark=mark,
            of_case=there.of_case,
            receipts=there.receipts,
            ids=there.ids,
        ),
        usual=usual.amounts(session, fund_id, today=today, timezone=known.timezone),
    )
