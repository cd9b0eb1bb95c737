"""Lines and journal as books to be compared, with what fits together summed up by day.

A line that is in the journal by the day is neither under way nor a difference. Years of
such lines become one line and one movement per account and day, of the same sum: what is
compared stays as small as what is open, and comes out the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from ledger import accounts, store
from ledger.bank.kept import Line, LineKey
from ledger.bank.matching import Match, Rule
from ledger.bank.reconciliation import Books, Movement
from ledger.bank_account import expected, on_record
from ledger.bank_account.on_record import LINE, MATCH, OF_LINE, STANDS, Act
from ledger.bank_account.received import BACK
from ledger.money import Cents
from ledger.tables import Contribution, Spending, Transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.bank_account.on_record import Found
    from ledger.bank_account.payments import Payment
    from ledger.bank_account.rows import Place

_TRANSFER: Final = store.table(Transfer)
_SPENDING: Final = store.table(Spending)
_CONTRIBUTION: Final = store.table(Contribution)
_CHUNK: Final = 5_000  # acts that are asked for at a time
_ON_BANK: Final = or_(_TRANSFER.c.debit == accounts.BANK, _TRANSFER.c.credit == accounts.BANK)
_CENTS: Final = case(
    (_TRANSFER.c.debit == accounts.BANK, _TRANSFER.c.amount_cents),
    else_=-_TRANSFER.c.amount_cents,
)


def _same_act(table: Any) -> ColumnElement[bool]:
    return and_(table.c.fund_id == _TRANSFER.c.fund_id, table.c.sequence == _TRANSFER.c.sequence)


_OF_MOVED: Final = and_(
    MATCH.c.fund_id == _TRANSFER.c.fund_id,
    MATCH.c.act == _TRANSFER.c.sequence,
    MATCH.c.party.is_(None),
    STANDS,
)
"""Whether a match that stands is of what a transfer moved; payments are looked up apart."""

_MOVED: Final = (
    select(
        _TRANSFER.c.sequence,
        _TRANSFER.c.booked_on,
        _CENTS.label("cents"),
        _SPENDING.c.id.label("spending"),
        _SPENDING.c.reverses,
        _SPENDING.c.replaces,
        _CONTRIBUTION.c.id.label("contribution"),
        exists(select(MATCH.c.line).where(_OF_MOVED)).label("is_line"),
    )
    .outerjoin(_SPENDING, _same_act(_SPENDING))
    .outerjoin(_CONTRIBUTION, _same_act(_CONTRIBUTION))
    .where(_ON_BANK, or_(_SPENDING.c.id.is_not(None), _CONTRIBUTION.c.id.is_not(None)))
)
"""What spendings and contributions moved on the account, and whether that is a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condensed:
    """Books, and what is on record of the lines in them that stand for themselves.

    Args:
        books: To be compared.
        places: What these lines are called.
        names: What they are, by the names of items; of a line that is nothing there is none.
        quotes: Which reference of the fund's own they name, if any.
    """

    books: Books
    places: Mapping[LineKey, Place]
    names: Mapping[LineKey, tuple[str, ...]]
    quotes: Mapping[LineKey, str]


def condensed(session: Session, fund_id: int, paid: Sequence[Payment], *, day: date) -> Condensed:
    """Return the books of a fund's account.

    Args:
        session: Any.
        fund_id: The fund.
        paid: Payments of its settlements.
        day: At the end of which they are compared.
    """
    alone = _alone(session, fund_id, paid, day)
    found = on_record.found(session, fund_id, alone)
    acts = {act for each in found.values() for act in each.acts}
    moved = [*_open(session, fund_id, day), *_of_acts(session, fund_id, acts)]
    named = {Act(row.sequence): _name(row) for row in moved} | {
        Act(each.proposal, each.party): expected.payment(each.reference) for each in paid
    }
    sums = _sums(session, fund_id)
    for line in alone.values():
        sums[line.key.account, line.booked_on] -= line.amount_cents
    together = [*_together(sums)]
    reasons = on_record.reasons(session, fund_id)
    books = Books(
        extracts=on_record.statements(session, fund_id),
        lines=[*alone.values(), *together],
        movements=[
            *{row.sequence: _movement(row) for row in moved}.values(),
            *_payments(session, fund_id, paid),
            *(_as_movement(line) for line in together if line.booked_on <= day),
        ],
        matches=[
            *_matches(alone, found, named),
            *(_match(line.key, [_id(line)]) for line in together if line.booked_on <= day),
        ],
        reasons={
            (of if isinstance(of, str) else alone[of].key): why
            for of, why in reasons.items()
            if isinstance(of, str) or of in alone
        },
    )
    return Condensed(
        books=books,
        places={line.key: place for place, line in alone.items()},
        names={match.line: match.items for match in _matches(alone, found, named)},
        quotes={line.key: line.names for line in alone.values() if line.names is not None},
    )


def _alone(session: Session, fund_id: int, paid: Sequence[Payment], day: date) -> dict[Place, Line]:
    """Return the lines that stand for themselves.

    Those up to the day that are nothing, or of which the journal has something later only;
    and all payments.
    """
    lines = select(LINE).where(LINE.c.fund_id == fund_id)
    of_line = select(MATCH.c.line).where(OF_LINE, STANDS).correlate(LINE)
    later = exists(
        select(_TRANSFER.c.line)
        .where(
            _TRANSFER.c.fund_id == MATCH.c.fund_id,
            _TRANSFER.c.sequence == MATCH.c.act,
            _TRANSFER.c.line == 1,  # all that a spending or contribution moves
            _ON_BANK,
            _TRANSFER.c.booked_on > day,
        )
        .correlate(MATCH)
    )
    nothing = ~exists(of_line.where(MATCH.c.act.is_not(None)))
    not_yet = exists(of_line.where(MATCH.c.party.is_(None), later))
    payments = lines.join(MATCH, OF_LINE).where(
        MATCH.c.fund_id == fund_id,
        MATCH.c.act.in_({each.proposal for each in paid}),
        MATCH.c.party.is_not(None),
        STANDS,
    )
    return on_record.lines(
        session, lines.where(LINE.c.booked_on <= day, or_(nothing, not_yet))
    ) | on_record.lines(session, payments)


def _open(session: Session, fund_id: int, day: date) -> Iterator[Any]:
    """Yield what the journal moved up to the day that is no line by then.

    Not what never was one and cancels: a spending and its reversal, a reversal and the
    spending that replaces what was reversed, a contribution that was taken back.
    """
    of_line = exists(select(LINE.c.line).where(OF_LINE, LINE.c.booked_on <= day).correlate(MATCH))
    by_then = exists(select(MATCH.c.line).where(_OF_MOVED, of_line).correlate(_TRANSFER))
    rows = _rows(session, fund_id, _MOVED.where(_TRANSFER.c.booked_on <= day, ~by_then))
    gone = _cancelled({row.sequence: row for row in rows if not row.is_line})
    return (row for row in rows if row.sequence not in gone)


def _cancelled(never: Mapping[int, Any]) -> set[int]:
    gone: set[int] = set()
    contributed = {row.contribution: sequence for sequence, row in never.items()}
    for sequence, row in never.items():
        if row.reverses in never:
            gone |= {sequence, row.reverses}
        back = contributed.get(f"{row.contribution}{BACK}")
        if row.contribution is not None and back is not None:
            gone |= {sequence, back}
    replaced = {
        (row.replaces, -row.cents): sequence
        for sequence, row in never.items()
        if row.replaces is not None and sequence not in gone
    }
    for sequence, row in never.items():
        other = replaced.get((row.reverses, row.cents))
        if row.reverses is not None and sequence not in gone and other is not None:
            gone |= {sequence, other}
    return gone


def _of_acts(session: Session, fund_id: int, acts: Iterable[Act]) -> Iterator[Any]:
    wanted = sorted(act.sequence for act in acts if act.party is None)
    for first in range(0, len(wanted), _CHUNK):
        chunk = wanted[first : first + _CHUNK]
        yield from _rows(session, fund_id, _MOVED.where(_TRANSFER.c.sequence.in_(chunk)))


def _rows(session: Session, fund_id: int, asked: Select[Any]) -> Sequence[Any]:
    return session.connection().execute(asked.where(_TRANSFER.c.fund_id == fund_id)).all()


def _name(row: Any) -> str:
    if row.spending is not None:
        return expected.spending(row.spending)
    return expected.contribution(row.contribution)


def _movement(row: Any) -> Movement:
    return Movement(id=_name(row), on=row.booked_on, amount_cents=row.cents)


def _payments(session: Session, fund_id: int, paid: Sequence[Payment]) -> Iterator[Movement]:
    """Yield what paying settlements moved on the account."""
    asked = select(_TRANSFER, _CENTS.label("cents")).where(
        _TRANSFER.c.fund_id == fund_id,
        _ON_BANK,
        _TRANSFER.c.sequence.in_({each.paid for each in paid if each.paid is not None}),
    )
    moved = {
        (row.sequence, row.credit if row.debit == accounts.BANK else row.debit): row
        for row in session.connection().execute(asked)
    }
    for each in paid:
        if each.paid is not None:
            row = moved[each.paid, accounts.position(each.party)]
            yield Movement(
                id=expected.payment(each.reference), on=row.booked_on, amount_cents=row.cents
            )


def _sums(session: Session, fund_id: int) -> Counter[tuple[str, date]]:
    """Return what the lines of each account and day add up to."""
    asked = (
        select(LINE.c.account, LINE.c.booked_on, func.sum(LINE.c.amount_cents))
        .where(LINE.c.fund_id == fund_id)
        .group_by(LINE.c.account, LINE.c.booked_on)
    )
    return Counter(
        {(account, on): int(cents) for account, on, cents in session.connection().execute(asked)}
    )


def _together(sums: Mapping[tuple[str, date], int]) -> Iterator[Line]:
    """Yield one line for what is left of each account and day."""
    for (account, on), cents in sums.items():
        if cents:
            key = LineKey(
                account=account,
                booked_on=on,
                reference="",  # no line of a bank is called so
                entry_cents=cents,
                ordinal=1,
                part=1,
            )
            yield Line(
                key=key,
                amount_cents=Cents(cents),
                fingerprint="",
                iban=None,
                names=None,
                statement="",
            )


def _id(together: Line) -> str:
    return f"{together.key.account} {together.booked_on}"


def _as_movement(together: Line) -> Movement:
    return Movement(id=_id(together), on=together.booked_on, amount_cents=together.amount_cents)


def _match(line: LineKey, names: Iterable[str]) -> Match:
    # What a match rests on does not matter where books are compared.
    return Match(line=line, items=tuple(sorted(names)), rule=Rule.EQUAL)


def _matches(
    alone: Mapping[Place, Line], found: Mapping[Place, Found], named: Mapping[Act, str]
) -> Iterator[Match]:
    for place, each in found.items():
        if each.acts:
            yield _match(alone[place].key, (named[act] for act in each.acts))
