"""Reading what somebody wrote about a spending is an act of its own: first recorded, then shown.

The act only says that it is read. What is read is asked for once that is committed, so that
nobody reads without a trace, whatever fails meanwhile.

Source:
    The design, Privacy by design (case content stays at the source; who sees what).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import funds, people, store
from ledger.errors import Forbidden, Mistake, WrongInput, shortened
from ledger.privacy import restricting
from ledger.privacy.restricting import OFFICER, Restricted
from ledger.spendings import UnknownSpending
from ledger.tables import CaseReading, Particulars, Reading, Receipt, Spending
from ledger.tables.privacy import WHY_READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.people import Held

ALL: Final = ("auditor", OFFICER)
"""Which roles read of every spending."""

MAY_READ: Final = (*ALL, "professional", "finance")
"""Which roles read of any spending: professionals what they spent, finance what its own
organisation spent."""

CONTENT: Final = (
    *("payee", "purpose", "effect", "considered", "departs_from", "receipt", "reason"),
)
"""What is read, of the particulars of a spending."""

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_RECEIPT: Final = store.table(Receipt)


class NotYours(Forbidden):
    """Whoever acts may read, but not of this spending."""

    slug = "not-yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was written about a spending; ``receipts`` are references of those that came later."""

    texts: dict[str, str | None]
    receipts: Sequence[str]
    erased: bool


def read(session: Session, fund: str, spending: str, why: str, *, act: Act) -> int:
    """Record that somebody reads what was written about a spending.

    Returns:
        The number of the act.

    Raises:
        WrongInput: There is no such kind of reason.
        RoleNeeded: Whoever acts reads nothing.
        UnknownSpending: There is no such spending.
        NotYours: Others may read it, whoever acts may not.
        Restricted: The use of its case is restricted.
    """
    refuse_unknown_reason(why)
    end, known = funds.lock(session, fund)
    on = act.day(known.timezone)
    mine = people.roles_of(session, known.id, act, on=on)
    people.refuse_without(mine, MAY_READ, on=on)
    row = _found(session, known.id, spending)
    _refuse_others(row, mine, act)
    refuse_restricted(session, known.id, row.case_number, mine)
    event = end.append(act, "spending.read", {"spending": row.sequence, "why": why})
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, Reading, [place | {"spending": row.sequence, "why": why}])
    number: int = event["sequence"]
    return number


def read_case(session: Session, fund: str, case: str, *, act: Act) -> int:
    """Record that a privacy officer reads all that is on record of a case, who was asked for it.

    Raises:
        RoleNeeded: Whoever acts is no privacy officer.
        UnknownCase: There is no such case.
    """
    end, known = funds.lock(session, fund)
    people.require(session, known.id, act, roles_=(OFFICER,), on=act.day(known.timezone))
    said = {"case_number": restricting.number_of(session, known, case), "why": "request"}
    event = end.append(act, "case.read", said)
    end.write([event])
    place = {"fund_id": known.id, "sequence": event["sequence"]}
    store.insert(session, CaseReading, [place | said])
    number: int = event["sequence"]
    return number


def content(session: Session, fund: str, spending: str) -> Content:
    """Return what was written about a spending, once it is on record who reads it."""
    fund_id = funds.known(session, fund).id
    number = _found(session, fund_id, spending).sequence
    asked = select(_PARTICULARS).where(
        _PARTICULARS.c.fund_id == fund_id, _PARTICULARS.c.sequence == number
    )
    row = session.connection().execute(asked).one_or_none()
    later = (
        select(_RECEIPT.c.reference)
        .where(
            _RECEIPT.c.fund_id == fund_id,
            _RECEIPT.c.spending == number,
            _RECEIPT.c.reference.is_not(None),
        )
        .order_by(_RECEIPT.c.sequence)
    )
    return Content(
        texts={name: None if row is None else getattr(row, name) for name in CONTENT},
        receipts=[
            reference  # of a backup that was put back the key may be gone
            for reference in session.connection().execute(later).scalars()
            if reference is not None
        ],
        erased=row is not None and row.salt is None,
    )


def refuse_unknown_reason(why: str) -> None:
    """Refuse a kind of reason that there is not.

    Raises:
        WrongInput: There is no such kind.
    """
    if why not in WHY_READ:
        what = f"{shortened(why)!r} is not one of {', '.join(WHY_READ)}"
        raise WrongInput([Mistake("--why", what)])


def refuse_restricted(
    session: Session, fund_id: int, case_number: int | None, mine: Sequence[Held]
) -> None:
    """Refuse everybody but the privacy officer while the use of a case is restricted.

    Raises:
        Restricted: It is.
    """
    ground = restricting.ground_of(session, fund_id, case_number)
    if ground is not None and not any(each.role == OFFICER for each in mine):
        raise Restricted(
            "the use of its case is restricted, so only a privacy officer reads of it; ask them",
            ground=ground,
        )


def _found(session: Session, fund_id: int, spending: str) -> Any:
    asked = select(
        *(_SPENDING.c[name] for name in ("sequence", "organisation", "person_id", "case_number"))
    ).where(_SPENDING.c.fund_id == fund_id, _SPENDING.c.id == spending)
    row = session.connection().execute(asked).one_or_none()
    if row is None:
        raise UnknownSpending(f"there is no spending {shortened(spending)!r}", id=spending)
    return row


def _refuse_others(row: Any, mine: Sequence[Held], act: Act) -> None:
    for each in mine:
        if each.role in ALL:
            return
        if each.role == "professional" and row.person_id == act.actor:
            return
        if each.role == "finance" and each.organisation == row.organisation:
            return
    raise NotYours(
        "this spending is of somebody else; professionals read what they spent, finance what its "
        "own organisation spent"
    )
