"""What belongs to no fund: rows of a fund that is gone, people of whom no trail tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, union

from ledger import store
from ledger.tables import Event, Fund, Person, Role
from ledger.tables.base import METADATA
from ledger.verify.misfits import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

_FUND: Final = store.table(Fund)
_PERSON: Final = store.table(Person)
_EVENT: Final = store.table(Event)
_ROLE: Final = store.table(Role)


def misfits(session: Session) -> Iterator[Misfit]:
    """Yield what no verification of a fund comes across."""
    connection = session.connection()
    for table in METADATA.sorted_tables:
        if "fund_id" in table.c:
            asked = select(table.c.fund_id).where(table.c.fund_id.not_in(select(_FUND.c.id)))
            for (fund_id,) in connection.execute(asked.distinct()):
                yield Misfit(table.name, f"has rows of fund {fund_id}, which is not there")
    acting = union(select(_ROLE.c.person_id), select(_EVENT.c.actor_id))
    nobody = select(_PERSON.c.id).where(_PERSON.c.id.not_in(acting)).order_by(_PERSON.c.id)
    for (person,) in connection.execute(nobody):
        yield Misfit(f"person {person}", "has no part in any fund")
