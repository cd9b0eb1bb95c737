"""What is on record of spendings, of the effects picked on them, and of their savings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select

from ledger import store
from ledger.effects.horizon import Pick
from ledger.savings.withdrawals import is_withdrawn
from ledger.tables import CaseFile, EffectPick, Saving, Spending

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

CHUNK: Final = 5_000  # ids that are asked for at a time

_SPENDING: Final = store.table(Spending)
_REVERSAL: Final = _SPENDING.alias("reversal")
_CASE: Final = store.table(CaseFile)
_PICK: Final = store.table(EffectPick)
_CARRIER: Final = _PICK.alias("carrier")
_SAVING: Final = store.table(Saving)


def _same(one: Any, other: Any, number: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row of one table bears the number that stands in a row of another."""
    matches: ColumnElement[bool] = (one.c.fund_id == other.c.fund_id) & (one.c.sequence == number)
    return matches


_REVERSES: Final = (_REVERSAL.c.fund_id == _SPENDING.c.fund_id) & (
    _REVERSAL.c.reverses == _SPENDING.c.sequence
)
_SPENT: Final = (
    select(
        *(_SPENDING.c[name] for name in ("sequence", "id", "spent_on", "organisation", "home")),
        *(_SPENDING.c[name] for name in ("case_number", "reverses", "refunds")),
        _CASE.c.holder.label("case_holder"),
        _REVERSAL.c.sequence.label("reversal"),
    )
    .outerjoin(_CASE, _same(_CASE, _SPENDING, _SPENDING.c.case_number))
    .outerjoin(_REVERSAL, _REVERSES)
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.id.in_(bindparam("ids", expanding=True)),
    )
)
_LAST: Final = (
    select(
        _PICK,
        _SPENDING.c.id.label("carrier"),
        _REVERSAL.c.sequence.label("reversal"),
        is_withdrawn(_PICK.c.fund_id, _PICK.c.sequence).label("is_withdrawn"),
        is_withdrawn(_PICK.c.fund_id, _PICK.c.carried_by).label("carrier_is_withdrawn"),
    )
    .outerjoin(_CARRIER, _same(_CARRIER, _PICK, _PICK.c.carried_by))
    .outerjoin(_SPENDING, _same(_SPENDING, _CARRIER, _CARRIER.c.spending))
    .outerjoin(_REVERSAL, _REVERSES)
    .where(_PICK.c.fund_id == bindparam("fund_id"), _PICK.c.spending == bindparam("spending"))
    .order_by(_PICK.c.sequence.desc())
    .limit(1)
)
_CARRYING: Final = (
    select(
        *(_PICK.c[name] for name in ("sequence", "effect", "picked_on")),
        *(_SPENDING.c[name] for name in ("id", "case_number")),
    )
    .join_from(_SPENDING, _PICK, (_PICK.c.fund_id == _SPENDING.c.fund_id)
               & (_PICK.c.spending == _SPENDING.c.sequence))
    .outerjoin(_REVERSAL, _REVERSES)
    .where(
        _SPENDING.c.fund_id == bindparam("fund_id"),
        _SPENDING.c.case_number.in_(bindparam("cases", expanding=True)),
        _PICK.c.carried_by.is_(None),
        _REVERSAL.c.sequence.is_(None),
        ~is_withdrawn(_PICK.c.fund_id, _PICK.c.sequence),
    )
)  # fmt: skip
_SAVED: Final = (
    select(
        _SAVING.c.spending,
        _SAVING.c.party,
        func.sum(_SAVING.c.amount_cents).label("cents"),
        func.min(_SAVING.c.sequence).label("first"),
    )
    .where(
        _SAVING.c.fund_id == bindparam("fund_id"),
        _SAVING.c.spending.in_(bindparam("spendings", expanding=True)),
        ~is_withdrawn(_SAVING.c.fund_id, _SAVING.c.sequence),
    )
    .group_by(_SAVING.c.spending, _SAVING.c.party)
    .order_by(_SAVING.c.spending, _SAVING.c.party)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A spending, as far as picking an effect looks at it."""

    sequence: int
    id: str
    spent_on: date
    organisation: str
    home: str | None
    case_number: int | None
    case_holder: str | None
    is_reversed: bool
    takes_none: str | None  # why no effect can be picked on it, if none can


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPick:
    """The last pick on a spending.

    Args:
        sequence: Its number.
        catalogue: The version that it was picked from.
        effect: Code; ``None`` where it was erased.
        carrier: Number of the pick that carries the effect; ``None`` if this one does.
        carried_by: Id of the spending of that one.
        is_stranded: Whether that spending was reversed since, or its pick withdrawn, so that
            nothing carries it.
        is_withdrawn: Whether the board withdrew what was picked.
    """

    sequence: int
    catalogue: int
    effect: str | None
    carrier: int | None
    carried_by: str | None
    is_stranded: bool
    is_withdrawn: bool = False

    @property
    def counts(self) -> bool:
        """Whether it says what the spending is expected to avoid: another cannot be picked."""
        return not (self.is_stranded or self.is_withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a spending is expected to save; what was withdrawn is left out.

    Args:
        number: Of the act that first said so.
        cents: By party.
    """

    number: int
    cents: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Picks that carry an effect in a case, and the ids of their spendings."""

    picks: dict[tuple[str | None, str], list[Pick]] = field(default_factory=dict)
    spending: dict[int, str] = field(default_factory=dict)

    def add(self, pick: Pick, spending: str) -> None:
        """Add a pick that carries its effect."""
        self.picks.setdefault((pick.case, pick.effect), []).append(pick)
        self.spending[pick.sequence] = spending


def spent(session: Session, fund_id: int, ids: Sequence[str]) -> dict[str, Spent]:
    """Return spendings by id; unknown ids are left out."""
    found = {}
    for first in range(0, len(ids), CHUNK):
        asked = {"fund_id": fund_id, "ids": ids[first : first + CHUNK]}
        for row in session.connection().execute(_SPENT, asked):
            found[row.id] = Spent(
                sequence=row.sequence,
                id=row.id,
                spent_on=row.spent_on,
                organisation=row.organisation,
                home=row.home,
                case_number=row.case_number,
                case_holder=row.case_holder,
                is_reversed=row.reversal is not None,
                takes_none=_why_none(row),
            )
    return found


def _why_none(row: Any) -> str | None:
    if row.reverses is not None:
        return "it is a reversal"
    if row.refunds is not None:
        return "it is money that came back"
    return None if row.reversal is None else "it was reversed"


def last_pick(session: Session, fund_id: int, spending: int) -> LastPick | None:
    """Return the last pick on a spending."""
    asked = {"fund_id": fund_id, "spending": spending}
    row = session.connection().execute(_LAST, asked).one_or_none()
    if row is None:
        return None
    return LastPick(
        sequence=row.sequence,
        catalogue=row.catalogue,
        effect=row.effect,
        carrier=row.carried_by,
        carried_by=row.carrier,
        is_stranded=row.reversal is not None or bool(row.carrier_is_withdrawn),
        is_withdrawn=bool(row.is_withdrawn),
    )


def carriers(
    session: Session, fund_id: int, *, cases: Collection[int], effects: Collection[str]
) -> Carriers:
    """Return the picks that carry these effects in these cases."""
    found, numbers = Carriers(), sorted(cases)
    for first in range(0, len(numbers), CHUNK):
        asked = {"fund_id": fund_id, "cases": numbers[first : first + CHUNK]}
        for row in session.connection().execute(_CARRYING, asked):
            if row.effect not in effects:
                continue
            pick = Pick(
                case=str(row.case_number),
                effect=row.effect,
                picked_on=row.picked_on,
                sequence=row.sequence,
            )
            found.add(pick, row.id)
    return found


def saved(session: Session, fund_id: int, spendings: Sequence[int]) -> dict[int, Saved]:
    """Return what spendings are expected to save, by their numbers; amounts of a party add up."""
    found: dict[int, Saved] = {}
    for first in range(0, len(spendings), CHUNK):
        asked = {"fund_id": fund_id, "spendings": spendings[first : first + CHUNK]}
        for row in session.connection().execute(_SAVED, asked):
            of = found.setdefault(row.spending, Saved(number=int(row.first)))
            of.cents[row.party] = int(row.cents)
    return found
