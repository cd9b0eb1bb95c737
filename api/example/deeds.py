"""What can happen in the example year: who does what, at which instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from api.example.statement_of_account import Row
    from ledger.contributions import Receipt
    from ledger.decisions import moratoria, table
    from ledger.decisions.accepting import Meeting
    from ledger.decisions.authorising import Authorised as Authorisation
    from ledger.orders import Order
    from ledger.periods import Period
    from ledger.pool import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The fund is opened from its agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogued:
    """The catalogue of effects is filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Somebody gets a role."""

    handle: str
    role: str
    organisation: str
    valid_from: date
    mandate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A contribution came in."""

    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A statement of the pool's account is imported.

    Args:
        number: Of the statement, in the year.
        period: Whose entries it has.
        rows: What the acts up to its end moved on the account, also before its period; what
            settlements paid comes to it from the ledger.
    """

    number: int
    period: Period
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A line of the account that is not in the journal is explained."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A spending, or money that came back, is recorded."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """A spending is taken back as a whole."""

    spending: str
    new_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A spending is taken back, and recorded as it should have been."""

    spending: str
    changed: Mapping[str, Any]
    new_ids: tuple[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Room is reserved."""

    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Room is given back."""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Reservations whose time has come are ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """An effect is picked on a spending."""

    spending: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """What a spending is expected to save is recorded as amounts, in cents by party."""

    spending: str
    savings_cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Somebody says what came of an effect."""

    spending: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A settlement is proposed, with papers that bear a date.

    Args:
        period: Of the settlement.
        dated: The date on the papers.
        set_apart: Ids of lines in dispute.
        unreconciled: Why the pool's account does not agree with the journal yet, if so.
    """

    period: Period
    dated: date
    set_apart: frozenset[str] = field(default=frozenset())
    unreconciled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An organisation agrees with the proposal."""

    party: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """An organisation objects to lines of the proposal."""

    party: str
    spendings: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The proposal goes back to draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What is agreed is booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What is booked is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A receipt comes in; ``amount_cents`` is what it says, if somebody looked."""

    spending: str
    reference: str
    amount_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What is on record is tested again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """Whoever owes a receipt is reminded of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoratoriumAsked:
    """Somebody asks that a rule be stopped for a case."""

    request: moratoria.Request


@dataclass(frozen=True, slots=True, kw_only=True)
class MoratoriumDecided:
    """The board decides on that."""

    id: str
    decision: moratoria.Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAsked:
    """A case that is stuck is put on the escalation table."""

    request: table.Request


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDecided:
    """The table decides."""

    id: str
    decision: table.Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The board decides on the list of findings that are open that day."""

    meeting: Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedByMandate:
    """Somebody accepts what is open within their own mandate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """A council authorised afterwards a part of what was over its budget."""

    asked: Authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The auditor works through the queue."""


Deed: TypeAlias = (
    Opened
    | Catalogued
    | Granted
    | Received
    | Imported
    | Explained
    | Recorded
    | Reversed
    | Corrected
    | Held
    | Released
    | Expired
    | Picked
    | Estimated
    | Observed
    | Proposed
    | Agreed
    | Objected
    | TakenBack
    | Booked
    | Paid
    | Brought
    | Tested
    | Reminded
    | MoratoriumAsked
    | MoratoriumDecided
    | TableAsked
    | TableDecided
    | Accepted
    | AcceptedByMandate
    | Authorised
    | Reviewed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One act of the year.

    Args:
        at: The instant, aware.
        who: Handle.
        deed: What is done.
    """

    at: datetime
    who: str
    deed: Deed
