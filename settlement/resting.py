"""Settled lines that rest on what is withdrawn: those whose weights differ without it.

A settlement is worked out once more from the facts that it froze, then weighed as these facts
read now: without the savings of every pick that was withdrawn, and with the right number in
the place of every measure. What each line then comes to is what the engine makes of its
replacement, divided by largest remainder, so that a preview tells the cents that will move.
Savings are known when their spending is: what was picked since on what was spent then counts
for the replacement, though by itself it moves no line.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from ledger import anew, facts, measures, money, store
from ledger.measures import Corrected
from ledger.savings import withdrawals
from ledger.tables import Saving
from settlement import lines as lines_
from settlement import weighing
from settlement.eras import eras

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray
    from sqlmodel import Session

    from ledger.anew import Standing
    from ledger.facts import Savings
    from ledger.savings.withdrawals import Entry
    from settlement.drafts import Draft
    from settlement.eras import Era, Weights
    from settlement.lines import Facts, Weighed

_SAVING: Final = store.table(Saving)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A settled line that rested on what is withdrawn.

    Args:
        spending: Id.
        settlement: Its first and last day.
        amount_cents: Of the spending.
        moves_cents: What each party comes to bear more (or, negative, less), by party; with
            what came back of it, where that may be a cent more or less per refund.
    """

    spending: str
    settlement: str
    amount_cents: int
    moves_cents: Mapping[str, int]


def moved(
    session: Session,
    draft: Draft,
    what: Entry | Corrected,
    *,
    picks: Collection[int],
    settlement: str,
) -> Iterator[Moved]:
    """Yield the lines of a settlement that come to something else without what is withdrawn.

    Args:
        session: That sees one moment.
        draft: The settlement, worked out once more from the facts that it froze.
        what: What is withdrawn now.
        picks: Numbers of the picks of it, if it is an entry of a catalogue.
        settlement: What it is called.
    """
    working = draft.working
    then = _as_it_reads(session, draft, what, picks=picks, frozen=draft.frozen)
    tried = lines_.weigh(then, working.selection)
    own, lines = lines_.own_lines(working.selection), working.divided.lines
    changed = own[_differ(working.weighed, tried)[own] & (lines.amount_cents[own] != 0)]
    stand = anew.standing(
        session, draft.fund_id, [lines.spending[line] for line in changed.tolist()]
    )
    if not stand:
        return
    others = _as_it_reads(session, draft, what, picks=picks, frozen=None)
    tried = lines_.weigh(others, working.selection)
    vector = _apart(others, draft, tried, changed)
    for line in changed.tolist():
        if (there := stand.get(lines.spending[line])) is not None:
            weights = working.weighed.vectors[int(working.weighed.vector[line])]
            right = tried.vectors[int(vector[line])]
            cents = money.split(money.Cents(int(lines.amount_cents[line])), right)
            more = cents - lines.cells_cents[line] + _came_back(there, weights, right)
            parties = working.facts.eras[0].parties
            yield Moved(
                spending=lines.spending[line],
                settlement=settlement,
                amount_cents=int(lines.amount_cents[line]),
                moves_cents={
                    party: each for party, each in zip(parties, more.tolist(), strict=True) if each
                },
            )


def _came_back(there: Standing, was: Weights, right: Weights) -> NDArray[np.int64]:
    """Return what of a spending came back, divided by other weights, less as it was."""
    more = np.zeros(len(was), dtype=np.int64)
    for refund in there.refunds_cents.values():
        more += np.array(money.split(money.Cents(refund), right))
        more -= np.array(money.split(money.Cents(refund), was))
    return more


def _as_it_reads(
    session: Session,
    draft: Draft,
    what: Entry | Corrected,
    *,
    picks: Collection[int],
    frozen: int | None,
) -> Facts:
    """Return the facts of a settlement without what is withdrawn.

    Args:
        session: That sees one moment.
        draft: The settlement.
        what: What is withdrawn now; all that was withdrawn before is gone too.
        picks: Of it.
        frozen: Sequence up to which savings count; ``None`` for all, of what was spent then.
    """
    working = draft.working
    return replace(
        working.facts,
        savings=_savings(session, draft, frozenset(picks), frozen=frozen),
        eras=_eras(session, draft, what),
    )


def _savings(
    session: Session, draft: Draft, withdrawn: frozenset[int], *, frozen: int | None
) -> Savings:
    fund_id, number = draft.fund_id, _SAVING.c.sequence
    asked = select(number, _SAVING.c.spending, _SAVING.c.party, _SAVING.c.amount_cents).where(
        _SAVING.c.fund_id == fund_id,
        _SAVING.c.spending <= draft.frozen,
        ~withdrawals.is_withdrawn(fund_id, number),
    )
    if frozen is not None:
        asked = asked.where(number <= frozen)
    parties = draft.working.facts.eras[0].parties
    position = {code: at for at, code in enumerate(parties)}
    rows = [
        (spending, position[party], cents)
        for pick, spending, party, cents in session.connection().execute(asked)
        if party in position and pick not in withdrawn
    ]
    if not rows:
        return facts.no_savings()
    spending, party, cents = np.array(rows, dtype=np.int64).T
    return facts.added_up(draft.facts.rows_of_sequences(spending), party, cents, len(parties))


def _eras(session: Session, draft: Draft, what: Entry | Corrected) -> tuple[Era, ...]:
    """Return the eras as the agreements read once all measures are right."""
    right = measures.on_record(session, draft.fund_id, frozen=None)
    if isinstance(what, Corrected):
        right += (what,)
    return eras(measures.applied(draft.working.order.agreements, right))


def _differ(weighed: Weighed, tried: Weighed) -> NDArray[np.bool_]:
    """Tell, per line, whether its weights differ."""
    pairs, position = np.unique(
        np.stack([weighed.vector, tried.vector]), axis=1, return_inverse=True
    )
    different = [weighed.vectors[one] != tried.vectors[other] for one, other in pairs.T.tolist()]
    return np.array(different, dtype=bool)[position.reshape(-1)]


def _apart(
    others: Facts, draft: Draft, tried: Weighed, changed: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the weights of lines as replacements get them: none shares a cap with others."""
    selection, vector = draft.working.selection, tried.vector.copy()
    for known, numbers in lines_.by_knowledge(others, selection, tried.known):
        asked = np.intersect1d(numbers, changed)
        vector[asked] = weighing.weigh(
            known,
            selection.rows[asked],
            tried.key[asked],
            codes=tried.codes,
            vectors=tried.vectors,
            apart=np.ones(len(asked), dtype=bool),
        )
    return vector
