"""Who decides: the board, or whoever holds a mandate that is large enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import people, rooms
from ledger.agreement.versions import latest
from ledger.errors import Forbidden
from ledger.money import as_text
from ledger.people import RoleNeeded

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Mandate
    from ledger.funds import Known


class MandateNeeded(RoleNeeded):
    """The act needs the board, or a mandate that whoever acts does not hold."""

    slug = "mandate-needed"


class FourEyes(Forbidden):
    """Somebody else must do this than who did what it is about."""

    slug = "four-eyes"


def of_board_or_mandate(
    session: Session, known: Known, act: Act, *, on: date, amount_cents: int = 0
) -> str | None:
    """Return the mandate by which somebody decides; ``None`` for the board.

    Args:
        session: Of the act.
        known: The fund.
        act: Who decides.
        on: The day.
        amount_cents: What the mandate must cover.

    Raises:
        MandateNeeded: Whoever acts is not on the board and holds no such mandate.
    """
    roles = people.roles_of(session, known.id, act, on=on)
    if any(each.role == "board" for each in roles):
        return None
    mandate = _smallest(session, known, act, on, amount_cents)
    if mandate is None:
        raise _needed("the role board or ", amount_cents, on)
    return mandate.code


def of_mandate(session: Session, known: Known, act: Act, *, on: date, amount_cents: int) -> str:
    """Return the smallest mandate of somebody that covers an amount.

    Raises:
        MandateNeeded: Whoever acts holds none.
    """
    mandate = _smallest(session, known, act, on, amount_cents)
    if mandate is None:
        raise _needed("", amount_cents, on)
    return mandate.code


def _smallest(
    session: Session, known: Known, act: Act, on: date, amount_cents: int
) -> Mandate | None:
    version = latest(known.agreements, on) or known.agreements[0]
    held = rooms.mandates(people.last_roles(session, known.id, act.actor), version, on) or ()
    covering = [each for each in held if _covers(each, amount_cents)]
    return min(covering, key=_size, default=None)


def _needed(or_what: str, amount_cents: int, on: date) -> MandateNeeded:
    size = f"a mandate for at least {as_text(amount_cents)}" if amount_cents else "a mandate"
    return MandateNeeded(
        f"this needs {or_what}{size}, which whoever acts does not have on {on}",
        amount_cents=amount_cents,
    )


def _covers(mandate: Mandate, amount_cents: int) -> bool:
    return mandate.per_spending is None or amount_cents <= mandate.per_spending


def _size(mandate: Mandate) -> tuple[bool, int, str]:
    return mandate.per_spending is None, mandate.per_spending or 0, mandate.code
