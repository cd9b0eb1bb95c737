"""What the ledger expects on the pool's account, of which no line is known for certain.

Spendings that the pool paid, what came back of them, contributions on record, and payments
of booked settlements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import store
from ledger.bank.items import Item, Kind
from ledger.bank.matching import WINDOW_DAYS
from ledger.bank_account import on_record, owners
from ledger.bank_account.on_record import Act
from ledger.tables import Contribution, Spending

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.bank.kept import Line
    from ledger.bank_account.payments import Payment
    from ledger.funds import Known

_SPENDING: Final = store.table(Spending)
_ORIGINAL: Final = _SPENDING.alias("original")
_CONTRIBUTION: Final = store.table(Contribution)
_CHUNK: Final = 5_000  # spendings that are asked for at a time
_WINDOW: Final = timedelta(days=WINDOW_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What may be found on the account.

    Args:
        items: What the bank would show.
        acts: What each item is, by its id.
        reversed_: Ids of spendings and of what reverses them, in pairs.
    """

    items: Sequence[Item]
    acts: Mapping[str, Act]
    reversed_: Sequence[tuple[str, str]]


def spending(id_: str) -> str:
    """Return what a spending is called beside the account."""
    return f"spending {id_}"


def contribution(id_: str) -> str:
    """Return what a contribution is called beside the account."""
    return f"contribution {id_}"


def payment(reference: str) -> str:
    """Return what a payment of a settlement is called beside the account."""
    return f"payment {reference}"


def expected(
    session: Session,
    known: Known,
    lines: Collection[Line],
    paid: Sequence[Payment],
    *,
    since: date,
) -> Expected:
    """Return what lines may be.

    Args:
        session: Of the act.
        known: The fund.
        lines: Those that something is looked for.
        paid: Payments of settlements.
        since: The first day that lies in no proposal; matches of lines before it stay.
    """
    spent = _spendings(session, known.id, lines, since)
    found = [
        *((_of_spending(row), Act(row.sequence)) for row in spent),
        *_contributions(session, known, since),
        *_payments(session, known, paid, since),
    ]
    by_sequence = {row.sequence: row for row in spent}
    return Expected(
        items=[item for item, _ in found],
        acts={item.id: act for item, act in found},
        reversed_=[
            (spending(by_sequence[row.reverses].id), spending(row.id))
            for row in spent
            if row.reverses in by_sequence
        ],
    )


def _spendings(
    session: Session, fund_id: int, lines: Collection[Line], since: date
) -> Sequence[Any]:
    """Return what the pool paid near the days of lines; what is far from all is none of them.

    With what reverses or replaces it, or is reversed or replaced by it, on whatever day; but
    without what only the books know (:func:`_only_books`).
    """
    days = [line.booked_on for line in lines]
    if not days:
        return ()
    columns = ("sequence", "id", "spent_on", "amount_cents", "reverses", "replaces")
    asked = (
        select(*(_SPENDING.c[name] for name in columns), _ORIGINAL.c.spent_on.label("reversed_of"))
        .outerjoin(
            _ORIGINAL,
            (_ORIGINAL.c.fund_id == _SPENDING.c.fund_id)
            & (_ORIGINAL.c.sequence == _SPENDING.c.reverses),
        )
        .where(
            _SPENDING.c.fund_id == fund_id,
            _SPENDING.c.advanced_by == "pool",
            _SPENDING.c.amount_cents != 0,
            ~on_record.is_pinned(_SPENDING.c.sequence, fund_id, since=since),
        )
    )
    near = _SPENDING.c.spent_on.between(_shifted(min(days), -_WINDOW), _shifted(max(days), _WINDOW))
    found = {row.sequence: row for row in session.connection().execute(asked.where(near))}
    for condition in _linked(list(found.values())):
        found |= {row.sequence: row for row in session.connection().execute(asked.where(condition))}
    return [found[sequence] for sequence in sorted(found.keys() - _only_books(found))]


def _linked(rows: Sequence[Any]) -> Iterator[ColumnElement[bool]]:
    """Yield which spendings correct these or what these correct, or are corrected by them."""
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        originals = {
            number
            for row in chunk
            for number in (row.sequence, row.reverses, row.replaces)
            if number is not None
        }
        for column in ("reverses", "replaces", "sequence"):
            yield _SPENDING.c[column].in_(originals)


def _only_books(found: Mapping[int, Any]) -> set[int]:
    """Return what no bank shows of spendings that were recorded again for the same amount.

    A reversal on the day of what it reverses, with a replacement for the opposite amount,
    moved no money: of the three the bank shows one. That is the first where it is a line for
    certain, else the last, which says best what was paid and when. Where the reversal is of
    another day money may have come back; where the amounts differ, the bank shows the right
    one or the wrong one, and the lines themselves must tell.
    """
    replacing = {
        (row.replaces, row.amount_cents): sequence
        for sequence, row in sorted(found.items(), reverse=True)
        if row.replaces is not None
    }
    gone: set[int] = set()
    for sequence, row in sorted(found.items()):
        again = replacing.get((row.reverses, -row.amount_cents))
        if row.reverses is None or again is None or row.spent_on != row.reversed_of:
            continue
        stands = row.reverses in found and row.reverses not in gone
        gone |= {sequence, row.reverses if stands else again}
    return gone


def _shifted(day: date, by: timedelta) -> date:
    """Return a day so much later, as far as there are days."""
    ordinal = day.toordinal() + by.days
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def _of_spending(row: Any) -> Item:
    return Item(
        id=spending(row.id),
        kind=Kind.SPENDING if row.amount_cents > 0 else Kind.REFUND,
        amount_cents=-row.amount_cents,
        on=row.spent_on,
        sequence=row.sequence,
    )


def _contributions(session: Session, known: Known, since: date) -> Iterator[tuple[Item, Act]]:
    asked = select(_CONTRIBUTION).where(
        _CONTRIBUTION.c.fund_id == known.id,
        ~on_record.is_pinned(_CONTRIBUTION.c.sequence, known.id, since=since),
    )
    for row in session.connection().execute(asked):
        item = Item(
            id=contribution(row.id),
            kind=Kind.CONTRIBUTION,
            amount_cents=row.amount_cents,
            on=row.received_on,
            sequence=row.sequence,
            iban=_pays_from(known, row.party, row.received_on, row.amount_cents),
        )
        yield item, Act(row.sequence)


def _payments(
    session: Session, known: Known, paid: Sequence[Payment], since: date
) -> Iterator[tuple[Item, Act]]:
    """Yield payments, but for those that are a line for certain."""
    proposals = {each.proposal for each in paid}
    certain = on_record.pinned_payments(session, known.id, proposals, since=since)
    for each in paid:
        act = Act(each.proposal, each.party)
        if act not in certain:
            item = Item(
                id=payment(each.reference),
                kind=Kind.PAYMENT,
                amount_cents=each.amount_cents,
                on=each.due_on,
                sequence=each.proposal,
                reference=each.reference,
                iban=_pays_from(known, each.party, each.due_on, each.amount_cents),
            )
            yield item, act


def _pays_from(known: Known, party: str, on: date, amount_cents: int) -> str | None:
    """Return the account that an amount comes from; ``None`` for what goes out."""
    return None if amount_cents < 0 else owners.pays_from(known.agreements, party, on)
