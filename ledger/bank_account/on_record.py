"""What is on record of the bank: statements, lines, what lines are, and what was explained.

The matches of a line are the rows of the last act that spoke of it: they *stand*. Some are
*pinned*: what somebody said, what was taken as a contribution, and what lies in a period
that was proposed. Every other match is found anew with every import (``matches``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Select, and_, exists, or_, select

from ledger import store
from ledger.bank_account import rows
from ledger.bank_account.rows import Place
from ledger.tables import BankLine, BankMatch, BankReason, BankStatement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.bank.kept import Extract, Line, LineKey

LINE: Final = store.table(BankLine)
MATCH: Final = store.table(BankMatch)
_STATEMENT: Final = store.table(BankStatement)
_REASON: Final = store.table(BankReason)
_LATER: Final = MATCH.alias("later")
_CHUNK: Final = 2_000  # lines that are asked for at a time

RECEIVED: Final = "received"
HAND: Final = "hand"
OPEN: Final = "open"


class Act(NamedTuple):
    """What a line is: a spending or contribution, or a payment of a proposal with a party."""

    sequence: int
    party: str | None = None


class Found(NamedTuple):
    """What a line is, and what that rests on."""

    acts: frozenset[Act]
    rule: str


STANDS: Final = ~exists(
    select(_LATER.c.line).where(
        _LATER.c.fund_id == MATCH.c.fund_id,
        _LATER.c.of_sequence == MATCH.c.of_sequence,
        _LATER.c.of_line == MATCH.c.of_line,
        _LATER.c.sequence > MATCH.c.sequence,
    )
)
"""Whether no later act spoke of the line of a match."""

OF_LINE: Final = and_(
    MATCH.c.fund_id == LINE.c.fund_id,
    MATCH.c.of_sequence == LINE.c.sequence,
    MATCH.c.of_line == LINE.c.line,
)
"""Whether a match is of a line."""


def pinned(since: date) -> ColumnElement[bool]:
    """Return whether a match that stands is not found anew any more.

    Args:
        since: The first day that lies in no proposal.
    """
    # Nested, so that no database begins with the lines of all days.
    before = exists(select(LINE.c.line).where(OF_LINE, LINE.c.booked_on < since).correlate(MATCH))
    return or_(MATCH.c.rule.in_((RECEIVED, HAND)), and_(MATCH.c.act.is_not(None), before))


def is_pinned(act: ColumnElement[int], fund_id: int, *, since: date) -> ColumnElement[bool]:
    """Return whether an act is a line by a match that is pinned."""
    return exists(
        select(MATCH.c.line)
        .where(MATCH.c.fund_id == fund_id, MATCH.c.act == act, STANDS, pinned(since))
        .correlate(act.table)
    )


def statements(session: Session, fund_id: int) -> list[Extract]:
    """Return all statements of a fund."""
    asked = select(_STATEMENT).where(_STATEMENT.c.fund_id == fund_id)
    return [rows.extract(row) for row in session.connection().execute(asked)]


def has_statements(session: Session, fund_id: int) -> bool:
    """Whether any statement of a fund was imported."""
    asked = select(_STATEMENT.c.sequence).where(_STATEMENT.c.fund_id == fund_id).limit(1)
    return session.connection().execute(asked).first() is not None


def keys(session: Session, fund_id: int, account: str, days: tuple[date, date]) -> set[LineKey]:
    """Return what the lines of an account are known by, of days from the first to the last."""
    asked = select(LINE).where(
        LINE.c.fund_id == fund_id, LINE.c.account == account, LINE.c.booked_on.between(*days)
    )
    return {rows.key(row) for row in session.connection().execute(asked)}


def line(session: Session, fund_id: int, place: Place) -> Line | None:
    """Return a line; ``None`` where there is none."""
    asked = select(LINE).where(
        LINE.c.fund_id == fund_id, LINE.c.sequence == place.sequence, LINE.c.line == place.line
    )
    row = session.connection().execute(asked).one_or_none()
    return None if row is None else rows.line(row)


def unpinned(session: Session, fund_id: int, *, since: date) -> dict[Place, Line]:
    """Return the lines that nobody explained and whose match is not pinned."""
    certain = or_(
        MATCH.c.rule.in_((RECEIVED, HAND)),
        and_(MATCH.c.act.is_not(None), LINE.c.booked_on < since),
    )
    said = exists(select(MATCH.c.line).where(OF_LINE, STANDS, certain).correlate(LINE))
    explained = exists(
        select(_REASON.c.sequence).where(
            _REASON.c.fund_id == LINE.c.fund_id,
            _REASON.c.of_sequence == LINE.c.sequence,
            _REASON.c.of_line == LINE.c.line,
        )
    )
    return lines(session, select(LINE).where(LINE.c.fund_id == fund_id, ~said, ~explained))


def lines(session: Session, asked: Select[Any]) -> dict[Place, Line]:
    """Return the lines that a question finds, by their places."""
    return {
        Place(row.sequence, row.line): rows.line(row) for row in session.connection().execute(asked)
    }


def found(session: Session, fund_id: int, places: Iterable[Place]) -> dict[Place, Found]:
    """Return what lines are, of those that are something or that somebody left open."""
    wanted: dict[int, list[int]] = {}
    for place in sorted(places):
        wanted.setdefault(place.sequence, []).append(place.line)
    answers: dict[Place, Found] = {}
    for sequence, numbers in wanted.items():
        for first in range(0, len(numbers), _CHUNK):
            chunk = numbers[first : first + _CHUNK]
            answers |= _found(session, fund_id, sequence, frozenset(chunk))
    return answers


def _found(
    session: Session, fund_id: int, sequence: int, numbers: Collection[int]
) -> dict[Place, Found]:
    """Return what lines of one import are: what the last act says that spoke of each."""
    asked = select(MATCH).where(
        MATCH.c.fund_id == fund_id,
        MATCH.c.of_sequence == sequence,
        MATCH.c.of_line.between(min(numbers), max(numbers)),
    )
    last: dict[int, list[Any]] = {}
    for row in session.connection().execute(asked.order_by(MATCH.c.of_line, MATCH.c.sequence)):
        if row.of_line in numbers:
            before = last.get(row.of_line, [])
            last[row.of_line] = [*(each for each in before if each.sequence == row.sequence), row]
    return {
        Place(sequence, number): Found(
            frozenset(Act(row.act, row.party) for row in rows_ if row.act is not None),
            rows_[0].rule,
        )
        for number, rows_ in last.items()
    }


def line_of(session: Session, fund_id: int, act: Act) -> Place | None:
    """Return the line that an act is; ``None`` where none is."""
    asked = select(MATCH.c.of_sequence, MATCH.c.of_line).where(
        MATCH.c.fund_id == fund_id,
        MATCH.c.act == act.sequence,
        MATCH.c.party == act.party if act.party is not None else MATCH.c.party.is_(None),
        STANDS,
    )
    row = session.connection().execute(asked).first()
    return None if row is None else Place(*row)


def reasons(session: Session, fund_id: int) -> Mapping[Place | str, str]:
    """Return why lines and beginnings of accounts differ; empty where the reason was erased."""
    asked = select(_REASON).where(_REASON.c.fund_id == fund_id).order_by(_REASON.c.sequence)
    return {
        row.account or Place(row.of_sequence, row.of_line): row.reason or ""
        for row in session.connection().execute(asked)
    }


def pinned_payments(
    session: Session, fund_id: int, proposals: Collection[int], *, since: date
) -> set[Act]:
    """Return the payments of these proposals that are a line by a match that is pinned."""
    asked = select(MATCH.c.act, MATCH.c.party).where(
        MATCH.c.fund_id == fund_id,
        MATCH.c.act.in_(proposals),
        MATCH.c.party.is_not(None),
        STANDS,
        pinned(since),
    )
    return {Act(*row) for row in session.connection().execute(asked)}
