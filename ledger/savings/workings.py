"""Why a spending is expected to save what it saves: the working, for whoever may read it.

The amounts are those on record. The factors behind them are worked out again from the
versions of catalogue and agreement that the pick names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, store
from ledger.effects import expected
from ledger.savings import catalogues, choosing, observations, on_record, picks
from ledger.tables import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlmodel import Session

    from ledger.effects.expected import Expected
    from ledger.effects.schema import Effect
    from ledger.funds import Known
    from ledger.savings.observations import Observed
    from ledger.savings.on_record import LastPick, Spent

_EVENT: Final = store.table(Event)
_BODY: Final = select(_EVENT.c.body).where(
    _EVENT.c.fund_id == bindparam("fund_id"), _EVENT.c.sequence == bindparam("sequence")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickWorking:
    """What was picked, and how its saving was worked out.

    Args:
        number: Of the pick.
        effect: As the catalogue has it; ``None`` where it was erased, and ``expected`` too.
        expected: What the effect is expected to save with this spending, were it the one
            that carries it.
        carried_by: Id of the spending that the effect counts with; ``None`` for this one.
        is_stranded: Whether that one was reversed, so that the effect can be picked anew.
        is_withdrawn: Whether the board withdrew it, so that it counts no more.
        observed: What came of it, the last at the end.
    """

    number: int
    effect: Effect | None
    expected: Expected | None
    carried_by: str | None
    is_stranded: bool
    is_withdrawn: bool = False
    observed: tuple[Observed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingWorking:
    """What a spending is expected to save, and why.

    Args:
        spending: Id.
        spent_on: The day.
        is_reversed: Whether it was taken back, so that nothing of this counts any more.
        savings_cents: On record, by party.
        pick: ``None`` where savings came as plain amounts, or there are none.
    """

    spending: str
    spent_on: date
    is_reversed: bool
    savings_cents: Mapping[str, int]
    pick: PickWorking | None


def of_spending(session: Session, fund: str, spending: str) -> SpendingWorking:
    """Return what a spending is expected to save, and why.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        spending: Id.

    Raises:
        UnknownFund: There is no such fund.
        UnknownSpending: There is no such spending.
    """
    known = funds.known(session, fund)
    spent = picks.of_id(session, fund, known.id, spending)
    last = on_record.last_pick(session, known.id, spent.sequence)
    saved = on_record.saved(session, known.id, [spent.sequence]).get(spent.sequence)
    return SpendingWorking(
        spending=spending,
        spent_on=spent.spent_on,
        is_reversed=spent.is_reversed,
        savings_cents=saved.cents if saved else {},
        pick=None if last is None else _of_pick(session, known, spent, last),
    )


def _of_pick(session: Session, known: Known, spent: Spent, last: LastPick) -> PickWorking:
    effect, worth = None, None
    if last.effect is not None:
        catalogue = catalogues.of_versions(session, known.id, [last.catalogue])[last.catalogue]
        effect = catalogue.effect_of(last.effect)
        asked = {"fund_id": known.id, "sequence": last.sequence}
        version = json.loads(session.connection().execute(_BODY, asked).scalar_one())["agreement"]
        worth = expected.saving(
            effect,
            catalogue=catalogue,
            agreement=known.version(version),
            place=choosing.place(spent),
        )
    return PickWorking(
        number=last.sequence,
        effect=effect,
        expected=worth,
        carried_by=last.carried_by,
        is_stranded=last.is_stranded,
        is_withdrawn=last.is_withdrawn,
        observed=tuple(observations.of_pick(session, known.id, observations.carrying(last))),
    )
