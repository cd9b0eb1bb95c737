"""Restriction (*beperking*): while it holds, nobody reads what is written about a case.

Recording goes on, for money that was spent is never refused, and so does settling: that
needs amounts only. The privacy officer still reads, for whoever asked for the restriction.

Source:
    AVG, article 18 (the grounds are those of its first paragraph, a to d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from ledger import cases, funds, people, store
from ledger.errors import Forbidden, Missing, Mistake, WrongInput, shortened
from ledger.tables import Restriction
from ledger.tables.privacy import GROUNDS_TO_RESTRICT

if TYPE_CHECKING:
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.funds import Known

OFFICER: Final = "privacy-officer"
_RESTRICTION: Final = store.table(Restriction)


class UnknownCase(Missing):
    """There is no such case, or its pseudonym was erased."""

    slug = "unknown-case"


class Restricted(Forbidden):
    """The use of the case is restricted: only a privacy officer reads of it."""

    slug = "restricted"


class Answer(NamedTuple):
    """What became of it: ``restricted`` or ``lifted`` now, or ``known`` before."""

    status: str
    number: int | None


def restrict(session: Session, fund: str, case: str, ground: str, *, act: Act) -> Answer:
    """Restrict the use of a case; the same ground once more changes nothing.

    Raises:
        WrongInput: There is no such ground.
        RoleNeeded: Whoever acts is no privacy officer.
        UnknownCase: There is no such case.
    """
    if ground not in GROUNDS_TO_RESTRICT:
        what = f"{shortened(ground)!r} is not one of {', '.join(GROUNDS_TO_RESTRICT)}"
        raise WrongInput([Mistake("--ground", what)])
    return _said(session, fund, case, ground, act=act)


def lift(session: Session, fund: str, case: str, *, act: Act) -> Answer:
    """Lift the restriction of a case; where there is none, nothing changes.

    Raises:
        RoleNeeded: Whoever acts is no privacy officer.
        UnknownCase: There is no such case.
    """
    return _said(session, fund, case, None, act=act)


def ground_of(session: Session, fund_id: int, case_number: int | None) -> str | None:
    """Return why the use of a case is restricted; ``None`` where it is not."""
    asked = (
        select(_RESTRICTION.c.ground)
        .where(_RESTRICTION.c.fund_id == fund_id, _RESTRICTION.c.case_number == case_number)
        .order_by(_RESTRICTION.c.sequence.desc())
        .limit(1)
    )
    return session.connection().execute(asked).scalar_one_or_none()


def number_of(session: Session, known: Known, case: str) -> int:
    """Return the number of a case.

    Raises:
        UnknownCase: There is no such case.
    """
    found = cases.numbers(session, known.id, [case], fund=known.code).known.get(case)
    if found is None:
        raise UnknownCase(f"there is no case {shortened(case)!r}")
    return found


def _said(session: Session, fund: str, case: str, ground: str | None, *, act: Act) -> Answer:
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=(OFFICER,), on=act.day(known.timezone))
    number = number_of(session, known, case)
    if ground_of(session, known.id, number) == ground:
        return Answer("known", None)
    status = "lifted" if ground is None else "restricted"
    columns = {"case_number": number, "ground": ground}
    body = {name: value for name, value in columns.items() if value is not None}
    event = end.append(act, f"case.{status}", body)
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, Restriction, [place | columns])
    return Answer(status, event["sequence"])
