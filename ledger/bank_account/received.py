"""Lines that are taken as contributions, and taken back where they turn out to be none.

A contribution never changes: one that was none is followed by its opposite, of the same
organisation, on the first day that is open.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import calendar, canonical_json, contributions, store
from ledger.contributions import Receipt
from ledger.tables import Contribution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from ledger.acts import Act as ActOf
    from ledger.bank.kept import Line
    from ledger.bank_account.on_record import Act
    from ledger.funds import Known
    from ledger.trail import Trail

BACK: Final = ":back"
"""How the id of a contribution ends that takes back the one before it."""

_PREFIX: Final = "bank:"
_ID_LENGTH: Final = 16  # hexadecimal digits, of what a line is known by
_CONTRIBUTION: Final = store.table(Contribution)


def open_from(end: Trail) -> date:
    """Return the first day that lies in no proposal."""
    return calendar.open_from(closed_until=end.closed_until, adjusting_from=end.adjusting_from)


def receipt(line: Line, party: str, end: Trail) -> Receipt:
    """Return the contribution that a line is.

    It counts on the day of the line; where that lies in a closed period, on the first day
    that does not.

    Args:
        line: The line.
        party: Code of the organisation that paid in, or got back.
        end: Of the fund's trail.
    """
    told = {name: _told(value) for name, value in asdict(line.key).items()} | {"party": party}
    name = hashlib.sha256(canonical_json.text(told).encode()).hexdigest()[:_ID_LENGTH]
    return Receipt(
        id=f"{_PREFIX}{line.booked_on}:{name}",
        party=party,
        received_on=max(line.booked_on, open_from(end)),
        amount_cents=line.amount_cents,
    )


def receive(
    session: Session, known: Known, end: Trail, line: Line, party: str, *, act: ActOf
) -> str:
    """Take a line as a contribution of a party, and return its id.

    What was taken so before, and not back, is that contribution.

    Raises:
        WrongInput: There is no such party.
        OutsideTheFund: The line lies before the fund began.
    """
    asked = receipt(line, party, end)
    there = _ids(session, known.id, asked.id)
    at = 1
    while (id_ := asked.id if at == 1 else f"{asked.id}:{at}") + BACK in there:
        at += 1
    if id_ not in there:
        again = Receipt(
            id=id_,
            party=party,
            received_on=asked.received_on,
            amount_cents=asked.amount_cents,
        )
        contributions.receive(session, known.code, [again], act=act)
    return id_


def take_back(
    session: Session, known: Known, end: Trail, line: Line, acts: Iterable[Act], *, act: ActOf
) -> None:
    """Take back those of some acts that are contributions which the line was taken as."""
    asked = select(_CONTRIBUTION).where(
        _CONTRIBUTION.c.fund_id == known.id,
        _CONTRIBUTION.c.sequence.in_(each.sequence for each in acts if each.party is None),
        _CONTRIBUTION.c.id.startswith(_PREFIX, autoescape=True),
    )
    back = [
        Receipt(
            id=row.id + BACK,
            party=row.party,
            received_on=max(row.received_on, open_from(end)),
            amount_cents=-row.amount_cents,
        )
        for row in session.connection().execute(asked)
        if row.id.startswith(receipt(line, row.party, end).id)
    ]
    contributions.receive(session, known.code, back, act=act)


def _ids(session: Session, fund_id: int, beginning: str) -> set[str]:
    asked = select(_CONTRIBUTION.c.id).where(
        _CONTRIBUTION.c.fund_id == fund_id,
        _CONTRIBUTION.c.id.startswith(beginning, autoescape=True),
    )
    return set(session.connection().execute(asked).scalars())


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
