"""What somebody says of a line: which act it is, or why it is none.

What was said stays until somebody says otherwise; no import changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import select

from ledger import commitments, funds, people, screening, store, trail
from ledger.bank_account import expected, matches, on_record, payments, received
from ledger.bank_account.on_record import HAND, Act, Found
from ledger.bank_account.statements import MAY_KEEP
from ledger.errors import Conflict, Missing, Mistake, WrongInput
from ledger.money import as_text
from ledger.tables import BankReason, Contribution, Spending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from ledger.acts import Act as ActOf
    from ledger.bank.kept import Line
    from ledger.bank_account.rows import Place
    from ledger.funds import Known
    from ledger.trail import Trail

_SPENDING: Final = store.table(Spending)
_CONTRIBUTION: Final = store.table(Contribution)


class UnknownLine(Missing):
    """There is no such line, or no such account."""

    slug = "unknown-line"


class UnknownTarget(Missing):
    """There is no such spending, contribution or payment on the pool's account."""

    slug = "unknown-target"


class AmountsDiffer(Conflict):
    """The line has another amount than what it should be."""

    slug = "amounts-differ"


class AlreadyMatched(Conflict):
    """Another line is this act already."""

    slug = "already-matched"


class NothingToExplain(Conflict):
    """The line is an act that the journal has, so there is no difference."""

    slug = "nothing-to-explain"


@dataclass(frozen=True, slots=True)
class Target:
    """What a line should be.

    Args:
        kind: A spending (or refund, or reversal), a contribution, a payment of a
            settlement; or to be received as a contribution of a party.
        name: Id of the spending or contribution, reference of the payment, code of the
            party.
    """

    kind: Literal["spending", "contribution", "payment", "receive"]
    name: str


@dataclass(frozen=True, slots=True)
class _Said:
    """An act, and what the bank would show of it."""

    name: str
    act: Act
    amount_cents: int


def match_by_hand(
    session: Session, fund: str, place: Place, targets: Sequence[Target], *, act: ActOf
) -> Found:
    """Say what a line is.

    Where it was taken as a contribution and is none, that contribution is taken back.

    Args:
        session: Of the act.
        fund: Code of the fund.
        place: Which line.
        targets: What it is, together; none to say that it is none of what is on record.
        act: Who says so, and when.

    Returns:
        What it is now.

    Raises:
        RoleNeeded: Whoever acts is not of finance.
        UnknownLine: There is no such line.
        UnknownTarget: A target is not there, or not on the pool's account.
        AlreadyMatched: Another line is a target already; say first that it is not.
        AmountsDiffer: The targets do not add up to the line.
    """
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=MAY_KEEP, on=act.day(known.timezone))
    line = _line(session, known.id, place)
    said = [_said(session, known, end, line, each, act) for each in targets]
    _refuse_misfits(session, known.id, place, line, said)
    now = Found(frozenset(each.act for each in said), HAND)
    before = on_record.found(session, known.id, [place]).get(place)
    if before is not None:
        received.take_back(session, known, end, line, before.acts - now.acts, act=act)
    if before != now:
        # What was received or taken back are acts too, and moved the end of the trail.
        matches.write(trail.lock(session, fund), act, [(place, now)])
    return now


def explain(session: Session, fund: str, of: Place | str, reason: str, *, act: ActOf) -> None:
    """Say why a line is not in the journal, or what an account held before its first statement.

    Args:
        session: Of the act.
        fund: Code of the fund.
        of: Which line; or the account.
        reason: Why; it may be erased, and the trail only commits to it.
        act: Who explains, and when.

    Raises:
        RoleNeeded: Whoever acts is not of finance.
        UnknownLine: There is no such line or account.
        NothingToExplain: The line is in the journal.
        WrongInput: The reason is none.
    """
    what = screening.wrong_note(reason) if reason.strip() else "is empty; say what the line is"
    if what:
        raise WrongInput([Mistake("--reason", what)])
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=MAY_KEEP, on=act.day(known.timezone))
    columns: dict[str, Any] = {"of_sequence": None, "of_line": None, "account": None}
    if isinstance(of, str):
        _refuse_unknown_account(session, known.id, of)
        columns["account"] = of
    else:
        _refuse_booked(session, known, of)
        columns |= {"of_sequence": of.sequence, "of_line": of.line}
    salt = act.random(commitments.SALT_BYTES)
    body = {**columns, "commitment": commitments.of_fields(salt, {"reason": reason})}
    event = end.append(act, "bank.explained", body)
    end.write([event])
    row = {
        "fund_id": known.id,
        "sequence": event["sequence"],
        **columns,
        "salt": salt,
        "reason": reason,
    }
    store.insert(session, BankReason, [row])


def _line(session: Session, fund_id: int, place: Place) -> Line:
    line = on_record.line(session, fund_id, place)
    if line is None:
        raise UnknownLine(f"there is no line {place} of the bank", line=str(place))
    return line


def _said(
    session: Session, known: Known, end: Trail, line: Line, target: Target, act: ActOf
) -> _Said:
    match target.kind:
        case "spending":
            return _spending(session, known.id, target.name)
        case "payment":
            return _payment(session, known, target.name)
        case "contribution":
            id_ = target.name
        case _:  # what is received is a contribution from then on
            id_ = received.receive(session, known, end, line, target.name, act=act)
    return _contribution(session, known.id, id_)


def _spending(session: Session, fund_id: int, id_: str) -> _Said:
    asked = select(_SPENDING).where(_SPENDING.c.fund_id == fund_id, _SPENDING.c.id == id_)
    row = session.connection().execute(asked).one_or_none()
    if row is None or row.advanced_by != "pool":
        why = "is no spending" if row is None else f"was advanced by {row.advanced_by}"
        raise UnknownTarget(
            f"{id_!r} {why}; name a spending that the pool paid itself", spending=id_
        )
    return _Said(expected.spending(id_), Act(row.sequence), -row.amount_cents)


def _contribution(session: Session, fund_id: int, id_: str) -> _Said:
    asked = select(_CONTRIBUTION).where(
        _CONTRIBUTION.c.fund_id == fund_id, _CONTRIBUTION.c.id == id_
    )
    row = session.connection().execute(asked).one_or_none()
    if row is None:
        raise UnknownTarget(f"there is no contribution {id_!r}", contribution=id_)
    return _Said(expected.contribution(id_), Act(row.sequence), row.amount_cents)


def _payment(session: Session, known: Known, reference: str) -> _Said:
    for each in payments.payments(session, known):
        if each.reference == reference:
            act = Act(each.proposal, each.party)
            return _Said(expected.payment(reference), act, each.amount_cents)
    raise UnknownTarget(
        f"no booked settlement has a payment {reference!r} over the pool's account",
        payment=reference,
    )


def _refuse_misfits(
    session: Session, fund_id: int, place: Place, line: Line, said: Sequence[_Said]
) -> None:
    for each in said:
        other = on_record.line_of(session, fund_id, each.act)
        if other not in {None, place}:
            raise AlreadyMatched(
                f"{each.name} is line {other} already; say first what that is",
                line=str(other),
            )
    together = sum({each.act: each.amount_cents for each in said}.values())
    if said and together != line.amount_cents:
        raise AmountsDiffer(
            f"line {place} is {as_text(line.amount_cents)}; what it should be is "
            f"{as_text(together)}",
            line_cents=line.amount_cents,
            said_cents=together,
        )


def _refuse_unknown_account(session: Session, fund_id: int, account: str) -> None:
    there = sorted({each.account for each in on_record.statements(session, fund_id)})
    if account not in there:
        raise UnknownLine(
            f"{account!r} is neither a line, such as 17/3, nor an account with statements"
            + (f"; these are of {', '.join(there)}" if there else ""),
            account=account,
        )


def _refuse_booked(session: Session, known: Known, place: Place) -> None:
    """Refuse to explain a line that is an act which the journal has."""
    _line(session, known.id, place)
    acts = on_record.found(session, known.id, [place]).get(place, Found(frozenset(), HAND)).acts
    unpaid = {
        Act(each.proposal, each.party)
        for each in payments.payments(session, known)
        if each.paid is None
    }
    if acts and not acts & unpaid:
        raise NothingToExplain(
            f"line {place} is in the journal; if it is something else, say what", line=str(place)
        )
