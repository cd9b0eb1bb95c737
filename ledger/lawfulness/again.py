"""The test of what is on record, looked at again: as terms pass, and when receipts come in.

A rule that fails now and did not is found; one that failed and does not any more is
resolved. What a reviewer put right is not found once more. What was erased tells nothing any
more, so nothing that rests on it is resolved.

Source:
    The settlement rules, Lawfulness in the settlement (evidence, receipts, procurement).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import funds, people, store
from ledger.acts import day_in
from ledger.lawfulness import alone, payees, rows, rules, standing
from ledger.lawfulness.facts import Evidence, Purchase
from ledger.lawfulness.found import Outcome
from ledger.lawfulness.recording import in_force
from ledger.lawfulness.reversals import SPENDING, STANDS
from ledger.tables import Event, Particulars, Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.lawfulness.found import Finding
    from ledger.lawfulness.rules import Rule
    from ledger.lawfulness.standing import Kept

MAY_TEST: Final = (*people.MAY_KEEP, "auditor")
"""Which roles have the record tested again; most let a clock do so every night."""

_EVENT: Final = store.table(Event)
_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)
_STANDS: Final = (
    (SPENDING.c.fund_id == bindparam("fund_id")) & (SPENDING.c.amount_cents > 0) & STANDS
)
"""Money that was spent and not taken back."""

_OF_PARTICULARS: Final = (_PARTICULARS.c.fund_id == SPENDING.c.fund_id) & (
    _PARTICULARS.c.sequence == SPENDING.c.sequence
)
_TOLD: Final = tuple(
    SPENDING.c[name]
    for name in ("sequence", "spent_on", "recorded_on", "booked_on", "amount_cents")
)
_WITHOUT_RECEIPT: Final = (
    select(*_TOLD)
    .join_from(SPENDING, _PARTICULARS, _OF_PARTICULARS)
    .where(
        _STANDS,
        _PARTICULARS.c.salt.is_not(None),  # of one that was erased nobody knows it
        _PARTICULARS.c.receipt.is_(None),
        ~select(_RECEIPT.c.sequence)
        .where(_RECEIPT.c.fund_id == SPENDING.c.fund_id, _RECEIPT.c.spending == SPENDING.c.sequence)
        .exists(),
    )
)
_ONE: Final = select(*_TOLD).where(_STANDS, SPENDING.c.sequence == bindparam("number"))
_RECEIPTS: Final = (
    select(_RECEIPT.c.amount_cents)
    .where(_RECEIPT.c.fund_id == bindparam("fund_id"), _RECEIPT.c.spending == bindparam("number"))
    .order_by(_RECEIPT.c.sequence)
)
_BOUGHT: Final = (
    select(*_TOLD, _PARTICULARS.c.payee, _PARTICULARS.c.salt)
    .join_from(SPENDING, _PARTICULARS, _OF_PARTICULARS)
    .where(
        _STANDS,
        SPENDING.c.spent_on >= bindparam("since"),
    )
    .order_by(SPENDING.c.recorded_on, SPENDING.c.sequence)
)
_LAST: Final = (
    select(_EVENT.c.at)
    .where(_EVENT.c.fund_id == bindparam("fund_id"))
    .order_by(_EVENT.c.sequence.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What a test of the record came to: how much was found, and resolved.

    ``number`` is that of the act; ``None`` where nothing changed.
    """

    number: int | None
    found: int
    resolved: int


def test(session: Session, fund: str, *, act: Act) -> Tested:
    """Test what is on record once more, as of today.

    Args:
        session: Of the act.
        fund: Code of the fund.
        act: Who has it tested, and when.

    Raises:
        UnknownFund: There is no such fund.
        RoleNeeded: Whoever acts may not.
    """
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, end.fund_id, act, roles_=MAY_TEST, on=today)
    today = max(today, _last_day(session, known))
    outcome = Outcome()
    for group, now in (
        (rules.EVIDENCE, _evidence(session, known, today)),
        (rules.PURCHASES, _purchases(session, known, today)),
    ):
        _compare(outcome, now, standing.of_rules(session, end.fund_id, _codes(group)))
    alone.add(session, end.fund_id, outcome)
    if not outcome:
        return Tested(number=None, found=0, resolved=0)
    event = end.append(act, "findings.tested", outcome.told())
    end.write([event])
    rows.write(session, outcome, end.fund_id, event["sequence"])
    return Tested(number=event["sequence"], found=len(outcome.found), resolved=len(outcome.ended))


def _last_day(session: Session, known: Known) -> date:
    """Return the day of the last act: a clock that runs behind undoes nothing."""
    at = session.connection().execute(_LAST, {"fund_id": known.id}).scalar_one()
    return day_in(known.timezone, at)


def of_receipts(
    session: Session, known: Known, number: int, more: int | None, *, on: date
) -> Outcome:
    """Return what becomes of the findings on evidence once another receipt is there.

    Args:
        session: Of the act.
        known: The fund.
        number: Of the spending.
        more: What the receipt that came in says, in cents; ``None`` where nobody looked.
        on: The day.
    """
    asked = {"fund_id": known.id, "number": number}
    outcome = Outcome()
    codes = _codes(rules.EVIDENCE)
    before = [
        each
        for each in standing.of_spendings(session, known.id, [number])
        if each.found.rule in codes
    ]
    row = session.connection().execute(_ONE, asked).one_or_none()
    if row is not None:
        there = session.connection().execute(_RECEIPTS, asked).scalars()
        now = _evident(known, row, (*there, more), on)
        _compare(outcome, {number: now}, before)
    return outcome


def _evidence(session: Session, known: Known, today: date) -> Mapping[int, Sequence[Finding]]:
    """Return what spendings without a receipt fail today, by their number."""
    there = session.connection().execute(_WITHOUT_RECEIPT, {"fund_id": known.id})
    return {row.sequence: _evident(known, row, (), today) for row in there}


def _evident(
    known: Known, row: Any, receipts: tuple[int | None, ...], on: date
) -> Sequence[Finding]:
    terms = in_force(known, row.spent_on).lawfulness
    if terms is None:
        return ()
    return rules.test_evidence(
        Evidence(
            amount_cents=row.amount_cents,
            recorded_on=row.recorded_on,
            booked_on=row.booked_on,
            receipts=receipts,
            terms=terms,
            on=on,
        )
    )


def _purchases(session: Session, known: Known, today: date) -> Mapping[int, Sequence[Finding]]:
    """Return what purchases of this year and the one before fail, by number of the spending.

    Once a payee of a year was erased, what was bought at a supplier is at least what can
    still be added up: what was found of later purchases in that year stands.
    """
    found: dict[int, Sequence[Finding]] = {}
    if not any(
        each.lawfulness and each.lawfulness.procurement_threshold for each in known.agreements
    ):
        return found
    before = standing.of_rules(session, known.id, _codes(rules.PURCHASES))
    stands = {each.spending for each in before if each.how is None}
    bought: defaultdict[tuple[int, str], int] = defaultdict(int)
    erased_in: set[int] = set()
    asked = {"fund_id": known.id, "since": date(today.year - 1, 1, 1)}
    for row in session.connection().execute(_BOUGHT, asked):
        terms, year = in_force(known, row.spent_on).lawfulness, row.spent_on.year
        if row.salt is None:
            erased_in.add(year)
        payee = payees.known_as(row.payee)
        if payee is None or terms is None or terms.procurement_threshold is None:
            continue
        before_cents = bought[year, payee]
        bought[year, payee] += row.amount_cents
        if year in erased_in and row.sequence in stands:
            continue
        found[row.sequence] = rules.test_purchase(
            Purchase(amount_cents=row.amount_cents, before_cents=before_cents, terms=terms)
        )
    return found


def _codes(group: Sequence[Rule[Any]]) -> list[str]:
    return [rule.code for rule in group]


def _compare(
    outcome: Outcome, now: Mapping[int, Sequence[Finding]], before: Sequence[Kept]
) -> None:
    """Add to an outcome how spendings stand now beside what was found of them before."""
    of_spending: defaultdict[int, list[Kept]] = defaultdict(list)
    for each in before:
        of_spending[each.spending].append(each)
    for number, found in now.items():
        _compare_one(outcome, number, found, of_spending.get(number, ()))


def _compare_one(
    outcome: Outcome, number: int, now: Sequence[Finding], before: Sequence[Kept]
) -> None:
    stands = {each.found.rule: each for each in before if each.how is None}
    put_right = {
        (each.found.rule, each.found.amount_cents) for each in before if each.how == "corrected"
    }
    same = {
        each.rule
        for each in now
        if each.rule in stands and stands[each.rule].found.amount_cents == each.amount_cents
    }
    outcome.ended += [kept.place for rule, kept in stands.items() if rule not in same]
    outcome.found += [
        (number, each)
        for each in now
        if each.rule not in same and (each.rule, each.amount_cents) not in put_right
    ]
