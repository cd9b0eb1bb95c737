"""Receipts (*bonnen*): that evidence of a spending came in, and what is found of it then.

The image itself stays where the organisation keeps it; on record is that it is there, what it
says, and a fingerprint that tells whether it was brought twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import commitments, funds, people, screening, store
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.lawfulness import again, asked, marks, rows, rules
from ledger.lawfulness.found import Outcome
from ledger.lawfulness.recording import in_force
from ledger.lawfulness.reversals import OF_SPENDING, REVERSAL, SPENDING
from ledger.money import AMOUNT_MAX, as_text
from ledger.spendings import UnknownSpending
from ledger.tables import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known
    from ledger.trail import Trail

_RECEIPT: Final = store.table(Receipt)
_SPENT: Final = (
    select(
        SPENDING.c.sequence,
        SPENDING.c.amount_cents,
        SPENDING.c.spent_on,
        REVERSAL.c.sequence.label("reversal"),
    )
    .outerjoin(REVERSAL, OF_SPENDING)
    .where(SPENDING.c.fund_id == bindparam("fund_id"), SPENDING.c.id == bindparam("id"))
)
_KNOWN: Final = select(_RECEIPT).where(
    _RECEIPT.c.fund_id == bindparam("fund_id"),
    _RECEIPT.c.spending == bindparam("spending"),
    _RECEIPT.c.fingerprint == bindparam("fingerprint"),
)
_BROUGHT: Final = (
    select(_RECEIPT.c.reference, _RECEIPT.c.amount_cents)
    .where(
        _RECEIPT.c.fund_id == bindparam("fund_id"),
        _RECEIPT.c.spending == bindparam("number"),
        _RECEIPT.c.sequence != _RECEIPT.c.spending,  # what came with it is in the order itself
    )
    .order_by(_RECEIPT.c.sequence)
)


class SaysOtherwise(Conflict):
    """The receipt is on record, and says another amount there."""

    slug = "receipt-says-otherwise"


class NothingWasSpent(Conflict):
    """The row took money back: there is no receipt of it."""

    slug = "nothing-was-spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The answer: ``received`` now, or ``known`` before; and what the test made of it."""

    status: str
    number: int
    outcome: Outcome


def receive(
    session: Session,
    fund: str,
    spending: str,
    reference: str,
    *,
    act: Act,
    amount_cents: int | None = None,
) -> Received:
    """Record that a receipt of a spending came in, and test its evidence again.

    Args:
        session: Of the act.
        fund: Code of the fund.
        spending: Its id.
        reference: Where the organisation keeps it, such as a number of its files. The same
            once more changes nothing.
        act: Who brings it, and when: today.
        amount_cents: What it says; ``None`` where nobody looked.

    Raises:
        WrongInput: The reference or amount is none.
        RoleNeeded: Whoever acts may not bring it.
        UnknownSpending: There is no such spending.
        NothingWasSpent: Money came back there.
    """
    _refuse_mistakes(reference, amount_cents)
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    people.require(session, known.id, act, roles_=people.MAY_RECORD, on=today)
    named = {"fund_id": known.id, "id": spending}
    spent = session.connection().execute(_SPENT, named).one_or_none()
    if spent is None:
        raise UnknownSpending(f"there is no spending {spending!r}", id=spending)
    if spent.amount_cents <= 0:
        raise NothingWasSpent(
            f"spending {spending!r} is {as_text(spent.amount_cents)}; a receipt is of money that "
            "was spent",
            id=spending,
        )
    mark = marks.of_fund(session, fund)(reference)
    same = {"fund_id": known.id, "spending": spent.sequence, "fingerprint": mark}
    if there := session.connection().execute(_KNOWN, same).first():
        return _the_same(there, amount_cents, spending)
    return _bring(end, known, spent, (reference, amount_cents, mark), act)


def _bring(
    end: Trail, known: Known, spent: Any, receipt: tuple[str, int | None, bytes], act: Act
) -> Received:
    """Write that a receipt came in (its reference, cents and fingerprint), and what is found."""
    session, today = end.session, act.day(known.timezone)
    reference, amount_cents, mark = receipt
    outcome = again.of_receipts(session, known, spent.sequence, amount_cents, on=today)
    if spent.reversal is None:
        _add_duplicate(session, known, spent, mark, outcome)
    salt = act.random(commitments.SALT_BYTES)
    told = {
        "spending": spent.sequence,
        "received_on": today.isoformat(),
        "commitment": commitments.of_fields(salt, {"reference": reference}),
        **({} if amount_cents is None else {"amount": amount_cents}),
        **outcome.told(),
    }
    event = end.append(act, "receipt.received", told)
    end.write([event])
    number: int = event["sequence"]
    row = {
        "fund_id": known.id,
        "spending": spent.sequence,
        "fingerprint": mark,
        "sequence": number,
        "received_on": today,
        "amount_cents": amount_cents,
        "salt": salt,
        "reference": reference,
    }
    store.insert(session, Receipt, [row])
    rows.write(session, outcome, known.id, number)
    return Received(status="received", number=number, outcome=outcome)


def brought(session: Session, fund_id: int, number: int) -> Mapping[str, int | None]:
    """Return the receipts that came in after a spending, and what they say, by their reference."""
    asked = {"fund_id": fund_id, "number": number}
    found = session.connection().execute(_BROUGHT, asked)
    return {row.reference: row.amount_cents for row in found if row.reference is not None}


def carry(session: Session, fund: str, from_to: Mapping[int, str], *, act: Act) -> None:
    """Bring the receipts of what was corrected for what stands in its place, if that was spent.

    Args:
        session: Of the act.
        fund: Code of the fund.
        from_to: Ids of what stands in the place of what was corrected, by the number of that.
        act: Who corrects, and when.
    """
    for number, spending in from_to.items():
        end, known = funds.lock(session, fund)
        named = {"fund_id": known.id, "id": spending}
        spent = session.connection().execute(_SPENT, named).one()
        if spent.amount_cents <= 0:
            continue
        mark = marks.of_fund(session, fund)
        for reference, cents in brought(session, known.id, number).items():
            _bring(end, known, spent, (reference, cents, mark(reference)), act)


def _refuse_mistakes(reference: str, amount_cents: int | None) -> None:
    found = []
    if not reference.strip():
        found.append(Mistake("reference", "is empty; say where the receipt is kept"))
    elif what := screening.wrong_note(reference):
        found.append(Mistake("reference", what))
    if amount_cents is not None and not 0 < amount_cents <= AMOUNT_MAX:
        found.append(Mistake("amount", f"must be above 0.00, and at most {as_text(AMOUNT_MAX)}"))
    if found:
        raise WrongInput(found)


def _the_same(row: Any, amount_cents: int | None, spending: str) -> Received:
    """Return the answer to a receipt that is on record; what it says may not differ now."""
    if amount_cents is not None and row.amount_cents != amount_cents:
        said = "no amount" if row.amount_cents is None else as_text(row.amount_cents)
        raise SaysOtherwise(
            f"this receipt of spending {spending!r} is on record with {said}; what is recorded "
            "never changes, so bring a right one under a reference of its own",
            id=spending,
        )
    return Received(status="known", number=row.sequence, outcome=Outcome())


def _add_duplicate(
    session: Session, known: Known, spent: Any, mark: bytes, outcome: Outcome
) -> None:
    """Add that the receipt was brought for another spending before."""
    terms = in_force(known, spent.spent_on).lawfulness
    if terms is None or rules.DUPLICATE_RECEIPT.code in (terms.without or ()):
        return
    others = asked.with_receipt(session, known.id, mark)
    other = next((id_ for number, id_ in others if number != spent.sequence), None)
    if other is not None:
        outcome.found.append(
            (
                spent.sequence,
                rules.DUPLICATE_RECEIPT.finding(spent.amount_cents, {"other": other}),
            )
        )
