"""Authorisation: what a council authorises afterwards of what was spent over its budget.

It exists for the budget criterium only (*begrotingscriterium*), per party and year, and has
nothing to do with acceptance by the fund's board.

Source:
    The facts of the domain, 1.5: by establishing the accounts the council "autoriseert alsnog".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import calendar, funds, ids, orders, people, store
from ledger.decisions import asked, words
from ledger.decisions.asked import Answer
from ledger.errors import Conflict
from ledger.lawfulness.recording import in_force
from ledger.money import AMOUNT_MAX, as_text
from ledger.tables import Authorisation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known

_AUTHORISATION: Final = store.table(Authorisation)


class NoBudget(Conflict):
    """The party has no budget for the year, so that nothing can have been over it."""

    slug = "no-budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """What a council authorised afterwards.

    Args:
        party: Whose council.
        year: Whose budget was exceeded.
        amount_cents: How much of that it authorised.
        decided_on: When.
        decision: How the decision is named.
    """

    party: str
    year: int
    amount_cents: int
    decided_on: date
    decision: str


def authorise(session: Session, fund: str, asked_: Authorised, *, act: Act) -> Answer:
    """Record what a council authorised.

    Args:
        session: Of the act.
        fund: Code of the fund.
        asked_: The decision; the same once more changes nothing, several add up.
        act: Who records it, and when.

    Raises:
        WrongInput: It is wrong by itself.
        RoleNeeded: Whoever acts is no administrator, and not of finance of that party or of
            the account holder.
        NoBudget: The agreement has no budget of the party for the year.
        OutsideTheFund: The decision lies before the fund began, or is still to come.
        SameIdOtherContent: The decision is on record with another amount or day.
    """
    end, known = funds.lock(session, fund)
    today = act.day(known.timezone)
    _refuse_others(session, known, asked_.party, act, on=today)
    asked.refuse("", _mistakes(asked_, known))
    calendar.check_happened(
        asked_.decided_on,
        first=known.agreements[0].agreement.valid_from,
        today=today,
        what=f"decision {asked_.decision!r} of",
        about=asked_.decision,
    )
    columns = {name: getattr(asked_, name) for name in Authorised.__slots__}
    row = _on_record(session, known.id, asked_)
    if row is not None:
        if any(getattr(row, name) != value for name, value in columns.items()):
            raise ids.SameIdOtherContent(
                f"decision {asked_.decision!r} of {asked_.party} on {asked_.year} is on record "
                f"for {as_text(row.amount_cents)} of {row.decided_on}",
                decision=asked_.decision,
            )
        return Answer(asked_.decision, "known", row.sequence)
    event = end.append(act, "budget.authorised", words.told(columns))
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, Authorisation, [place | columns])
    return Answer(asked_.decision, "authorised", event["sequence"])


def cents(session: Session, fund_id: int, party: str, year: int) -> int:
    """Return what a party's council authorised afterwards for a year, in cents."""
    asked_ = select(_AUTHORISATION.c.amount_cents).where(
        _AUTHORISATION.c.fund_id == fund_id,
        _AUTHORISATION.c.party == party,
        _AUTHORISATION.c.year == year,
    )
    return sum(session.connection().execute(asked_).scalars())


def _refuse_others(session: Session, known: Known, party: str, act: Act, *, on: date) -> None:
    """Refuse whoever keeps the books of another organisation than the council's."""
    its = {party, in_force(known, on).agreement.account_holder}
    mine = [
        each
        for each in people.roles_of(session, known.id, act, on=on)
        if each.role == "administrator" or each.organisation in its
    ]
    people.refuse_without(mine, people.MAY_KEEP, on=on, organisation=party)


def _mistakes(asked_: Authorised, known: Known) -> Iterator[tuple[str, str]]:
    if asked_.party not in known.parties:
        yield "party", orders.no_party(asked_.party, known.parties)
    elif not any(
        (each.party, each.year) == (asked_.party, asked_.year)
        for version in known.agreements
        for each in version.budget
    ):
        raise NoBudget(
            f"the agreement has no budget of {asked_.party} for {asked_.year}, so that nothing "
            "can be over it",
            party=asked_.party,
            year=asked_.year,
        )
    if not 0 < asked_.amount_cents <= AMOUNT_MAX:
        yield (
            "amount",
            f"{as_text(asked_.amount_cents)} is not more than 0.00 and at most "
            f"{as_text(AMOUNT_MAX)}",
        )
    if what := orders.wrong_text(asked_.decision, named=True):
        yield "decision", what


def _on_record(session: Session, fund_id: int, asked_: Authorised) -> Any:
    question = select(_AUTHORISATION).where(
        _AUTHORISATION.c.fund_id == fund_id,
        _AUTHORISATION.c.party == asked_.party,
        _AUTHORISATION.c.year == asked_.year,
        _AUTHORISATION.c.decision == asked_.decision,
    )
    return session.connection().execute(question).one_or_none()
