"""The pool's account beside the journal, on a day, from what is on record.

An account that is the pool's no more needs no statements after it was emptied; the one that
is the pool's on the day needs them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger import accounts, balances, funds
from ledger.bank import continuity
from ledger.bank import reconciliation as comparing
from ledger.bank.continuity import Gap, Sign
from ledger.bank_account import condensed, on_record, owners, payments
from ledger.errors import Conflict, NotProved
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sqlmodel import Session

    from ledger.bank.kept import LineKey
    from ledger.bank.reconciliation import Books, Difference, Reconciliation
    from ledger.bank_account.rows import Place
    from ledger.funds import Known

_DAY = timedelta(days=1)


class DoesNotReconcile(Conflict):
    """The pool's account holds lines that nobody explained, or statements are missing."""

    slug = "does-not-reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The account beside the journal, and what its differences are called.

    Args:
        found: Balances, what is under way, differences, gaps.
        places: By which lines that differ are named.
        names: What they are, where that is known and the journal does not have it (yet).
        quotes: Which reference of the fund's own they name, if any.
    """

    found: Reconciliation
    places: Mapping[LineKey, Place]
    names: Mapping[LineKey, tuple[str, ...]]
    quotes: Mapping[LineKey, str]

    def called(self, difference: Difference) -> str:
        """Return what a difference is called: a line's place, or the account."""
        of = difference.of
        return of if isinstance(of, str) else str(self.places[of])


def reconciliation(session: Session, fund: str, day: date) -> Reconciliation:
    """Set the pool's account beside the journal.

    Args:
        session: That sees one moment (``store.reading``), or of an act.
        fund: Code of the fund.
        day: At the end of which.

    Raises:
        NoPoolAccount: The agreement does not say which account is the pool's.
        NotProved: The journal is not what its lines say.
    """
    return reconciled(session, fund, day).found


def reconciled(session: Session, fund: str, day: date) -> Reconciled:
    """Set the pool's account beside the journal, with what differences are called.

    Args and Raises are those of :func:`reconciliation`.
    """
    known = funds.known(session, fund)
    owners.pool_accounts(known.agreements)
    there = condensed.condensed(session, known.id, payments.payments(session, known), day=day)
    found = comparing.reconcile(there.books, day=day)
    journal_cents = balances.balance(session, known.id, accounts.BANK, until=day + _DAY)
    if found.journal_cents != journal_cents:
        raise NotProved(
            f"the journal has {as_text(journal_cents)} in the bank on {day}, and what lines are "
            f"makes {as_text(found.journal_cents)}; run overbrug verify"
        )
    gaps = tuple(_gaps(found, there.books, known, day))
    return Reconciled(
        found=replace(found, gaps=gaps),
        places=there.places,
        names=there.names,
        quotes=there.quotes,
    )


def refuse_unreconciled(session: Session, fund: str, day: date) -> None:
    """Refuse a fund whose account does not reconcile on a day.

    As long as no statement was imported there is nothing to reconcile, and nothing is
    refused.

    Raises:
        DoesNotReconcile: It does not; names the differences.
    """
    known = funds.known(session, fund)
    if not on_record.has_statements(session, known.id):
        return
    there = reconciled(session, fund, day)
    if there.found.reconciles:
        return
    unexplained = there.found.unexplained
    cents = sum(each.amount_cents for each in unexplained)
    oldest = min(unexplained, key=lambda each: each.on, default=None)
    told = [*_told(there, cents, oldest), *_told_gaps(there.found)]
    raise DoesNotReconcile(
        f"on {day} the pool's account does not reconcile: {'; '.join(told)}; explain or fetch "
        "them, or let finance say why (--unreconciled)",
        differences=len(unexplained),
        differences_cents=cents,
        oldest=oldest and oldest.on.isoformat(),
        gaps=len(there.found.gaps),
    )


def _told(there: Reconciled, cents: int, oldest: Difference | None) -> Iterator[str]:
    if oldest is not None:
        count = len(there.found.unexplained)
        yield (
            f"{count} difference{'s' if count > 1 else ''} that nobody explained, together "
            f"{as_text(cents)}, the oldest {there.called(oldest)} of {oldest.on}"
        )


def _told_gaps(found: Reconciliation) -> Iterator[str]:
    if found.gaps:
        first = found.gaps[0]
        after = "" if first.after is None else f" after {first.after}"
        before = "" if first.before is None else f" before {first.before}"
        yield f"statements are missing of {first.account or 'the account'}{after}{before}"


def _gaps(found: Reconciliation, books: Books, known: Known, day: date) -> Iterator[Gap]:
    """Yield what is missing, as far as the accounts are, or were, the pool's."""
    pool = owners.pool_accounts(known.agreements)
    with_statements = {each.account for each in books.extracts}
    for gap in found.gaps:
        account = pool.get(gap.account)
        until = None if account is None else account.until
        if gap.sign is not Sign.END or not _is_emptied(books, gap, until):
            yield gap
    for account in pool.values():
        holds = account.since <= day and (account.until is None or day < account.until)
        if with_statements and holds and account.iban not in with_statements:
            yield Gap(account=account.iban, sign=Sign.END, after=None, before=None)


def _is_emptied(books: Books, gap: Gap, until: date | None) -> bool:
    """Whether an account held nothing after it was the pool's, as its last statement says."""
    if until is None or gap.after is None or gap.after < until - _DAY:
        return False
    standing = continuity.standing(
        [each for each in books.extracts if each.account == gap.account],
        [line for line in books.lines if line.key.account == gap.account],
    )
    return not standing.on(gap.after)
