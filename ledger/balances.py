"""Balances: what the journal's accounts held on a day, and what went over them in a period.

A balance is debit less credit. Days are half-open: ``until`` excludes. All are questions
to the database; nothing is kept beside the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, union_all

from ledger import store
from ledger.tables import Account, Transfer

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

_ACCOUNT: Final = store.table(Account)
_TRANSFER: Final = store.table(Transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """What went over an account, in cents."""

    account: str
    debit_cents: int
    credit_cents: int

    @property
    def balance_cents(self) -> int:
        """Debit less credit."""
        return self.debit_cents - self.credit_cents


def turnovers(
    session: Session, fund_id: int, *, start: date | None = None, until: date | None = None
) -> tuple[Turnover, ...]:
    """Return what went over every account of a fund, in the order of their codes.

    Args:
        session: Any.
        fund_id: The fund.
        start: First day; ``None`` for the fund's first.
        until: Day after the last; ``None`` for all that is booked.
    """
    sides = [_side(fund_id, side, start, until).subquery(side) for side in ("debit", "credit")]
    asked = (
        select(
            _ACCOUNT.c.code, *(func.coalesce(side.c.cents, 0).label(side.name) for side in sides)
        )
        .select_from(_ACCOUNT)
        .where(_ACCOUNT.c.fund_id == fund_id)
    )
    for side in sides:
        asked = asked.outerjoin(side, side.c.account == _ACCOUNT.c.code)
    # A sum of big integers is a Decimal on PostgreSQL.
    found = [
        Turnover(account=row.code, debit_cents=int(row.debit), credit_cents=int(row.credit))
        for row in session.connection().execute(asked)
    ]
    return tuple(sorted(found, key=lambda each: each.account))


def balance(session: Session, fund_id: int, account: str, *, until: date | None = None) -> int:
    """Return what an account held, in cents: debit less credit.

    Args:
        session: Any.
        fund_id: The fund.
        account: Its code; see ``ledger.accounts``.
        until: Day before which it was booked; ``None`` for all that is booked.
    """
    sides = [
        _side(fund_id, side, None, until).where(_TRANSFER.c[side] == account)
        for side in ("debit", "credit")
    ]
    signed = union_all(
        *(
            select((side.subquery().c.cents * sign).label("cents"))
            for side, sign in zip(sides, (1, -1), strict=True)
        )
    ).subquery()
    asked = select(func.coalesce(func.sum(signed.c.cents), 0))
    return int(session.connection().execute(asked).scalar_one())


def trial_balance(session: Session, fund_id: int, *, until: date | None = None) -> dict[str, int]:
    """Return the balance of every account that has one, by code; together they are nothing.

    Args:
        session: Any.
        fund_id: The fund.
        until: Day before which it was booked; ``None`` for all that is booked.
    """
    found = {
        each.account: each.balance_cents
        for each in turnovers(session, fund_id, until=until)
        if each.balance_cents
    }
    assert sum(found.values()) == 0, "every transfer has a debit and a credit"
    return found


def _side(fund_id: int, side: str, start: date | None, until: date | None) -> Any:
    """Return the question what was booked on one side of each account."""
    account = _TRANSFER.c[side]
    asked = (
        select(account.label("account"), func.sum(_TRANSFER.c.amount_cents).label("cents"))
        .where(_TRANSFER.c.fund_id == fund_id)
        .group_by(account)
    )
    if start is not None:
        asked = asked.where(_TRANSFER.c.booked_on >= start)
    return asked if until is None else asked.where(_TRANSFER.c.booked_on < until)
