"""What earlier settlements booked, from the ledger: read as it was booked, never recomputed.

Only those lines are read that corrections look at which are not settled yet; which rows
are settled is told apart from them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from ledger import store
from ledger.coded import coded
from ledger.facts import LINKS
from ledger.tables import (
    SettlementAdjustment,
    SettlementLine,
    SettlementPosition,
    SettlementVector,
    Spending,
)
from settlement import exact, from_ledger, packing
from settlement.accrual import Costs
from settlement.earlier import BookedLines, BookedLink, EarlierRun
from settlement.earlier_files import About
from settlement.results import Adjustment, Previous

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from settlement.from_ledger import LedgerFacts
    from settlement.states import Standing

_SPENDING: Final = store.table(Spending)
_LINE: Final = store.table(SettlementLine)
_VECTOR: Final = store.table(SettlementVector)
_POSITION: Final = store.table(SettlementPosition)
_ADJUSTMENT: Final = store.table(SettlementAdjustment)
_IS_OF_LINE: Final = (_SPENDING.c.fund_id == _LINE.c.fund_id) & (
    _SPENDING.c.sequence == _LINE.c.spending
)
_CHUNK: Final = 5_000  # lines that are asked for at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCosts:
    """The lines of a settlement with their cents; ``key`` are positions in its keys."""

    key: NDArray[np.int64]
    costs: Costs


def costs(session: Session, standing: Standing) -> BookedCosts:
    """Return what each line of a settlement cost whom, in the order of its own parties."""
    asked = (
        select(
            _LINE.c.key,
            _SPENDING.c.category,
            from_ledger.day_as_text(session, _SPENDING.c.spent_on),
            _LINE.c.cells,
        )
        .join(_SPENDING, _IS_OF_LINE)
        .where(*_of(standing))
    )
    rows = [row for piece in store.stream(session, asked) for row in piece]
    key, category, spent_on, cells = zip(*rows, strict=True) if rows else ((), (), (), ())
    return BookedCosts(
        key=np.array(key, dtype=np.int64),
        costs=Costs(
            spent_on=from_ledger.ordinals(coded(spent_on)),
            category=coded(category),
            cells_cents=packing.unpack_cells(cells, parties=len(standing.parties)),
        ),
    )


def costs_of_year(session: Session, booked: Sequence[Standing], year: int) -> Counter[str]:
    """Return what the spendings that are booked on days of a year cost whom, in cents.

    Args:
        session: That sees one moment.
        booked: The booked settlements of a fund.
        year: The calendar year.
    """
    sums: Counter[str] = Counter()
    for standing in booked:
        asked = (
            select(_LINE.c.cells)
            .join(_SPENDING, _IS_OF_LINE)
            .where(
                *_of(standing),
                _SPENDING.c.booked_on >= date(year, 1, 1),
                _SPENDING.c.booked_on < date(year + 1, 1, 1),
            )
        )
        for rows in store.stream(session, asked):
            parties = standing.parties
            cells = packing.unpack_cells([row[0] for row in rows], parties=len(parties))
            sums.update(dict(zip(parties, exact.columns(cells), strict=True)))
    return sums


def cells_of(
    session: Session, booked: Sequence[Standing], spendings: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Return what spendings cost whom, by their sequences, as far as they are booked.

    Args:
        session: That sees one moment.
        booked: The booked settlements of a fund.
        spendings: Sequences of spendings.

    Returns:
        The cents per party, without zeros, in the order of parties of the settlement.
    """
    found: dict[int, dict[str, int]] = {}
    for standing in booked:
        parties = standing.parties
        for first in range(0, len(spendings), _CHUNK):
            asked = select(_LINE.c.spending, _LINE.c.cells).where(
                *_of(standing), _LINE.c.spending.in_(spendings[first : first + _CHUNK])
            )
            rows = session.connection().execute(asked).all()
            cells = packing.unpack_cells([row.cells for row in rows], parties=len(parties))
            for row, line in zip(rows, cells.tolist(), strict=True):
                pairs = zip(parties, line, strict=True)
                found[row.spending] = {party: cents for party, cents in pairs if cents}
    return found


def _of(standing: Standing) -> tuple[ColumnElement[bool], ...]:
    proposal = standing.proposal
    return (_LINE.c.fund_id == proposal.fund_id, _LINE.c.proposal == proposal.sequence)


def settled(session: Session, facts: LedgerFacts, booked: Sequence[Standing]) -> NDArray[np.bool_]:
    """Tell, per row of the facts, whether a booked settlement settled it."""
    found = np.zeros(len(facts.sequence), dtype=bool)
    for standing in booked:
        proposal = standing.proposal
        asked = select(_LINE.c.spending).where(
            _LINE.c.fund_id == proposal.fund_id, _LINE.c.proposal == proposal.sequence
        )
        sequences = np.array(session.connection().execute(asked).scalars().all(), dtype=np.int64)
        found[facts.rows_of_sequences(sequences)] = True
    return found


def runs(
    session: Session,
    facts: LedgerFacts,
    booked: Sequence[Standing],
    *,
    settled_rows: NDArray[np.bool_],
    parties: Sequence[str],
) -> tuple[EarlierRun, ...]:
    """Return the booked settlements of a fund, oldest first, as the engine takes them.

    Args:
        session: That sees one moment.
        facts: All facts of the fund.
        booked: Its booked settlements, oldest first.
        settled_rows: Which rows of the facts they settled.
        parties: Codes of all parties, in the order in which is settled now.
    """
    wanted = facts.sequence[_looked_at(facts, ~settled_rows)]
    return tuple(_run(session, facts, each, wanted=wanted, parties=parties) for each in booked)


def _looked_at(facts: LedgerFacts, unsettled: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows that unsettled corrections point to, and what these replace in turn."""
    spendings = facts.spendings
    row_of = np.full(len(spendings.texts["id"].values), -1, dtype=np.int64)
    row_of[spendings.texts["id"].codes] = np.arange(len(spendings))
    targets = {link: np.append(row_of, -1)[spendings.texts[link].codes] for link in LINKS}
    found: set[int] = set()
    rows = {int(row) for to in targets.values() for row in to[unsettled & (to >= 0)]}
    while rows:
        found |= rows
        further = {int(to[row]) for to in targets.values() for row in rows if to[row] >= 0}
        rows = further - found
    return np.array(sorted(found), dtype=np.int64)


def _run(
    session: Session,
    facts: LedgerFacts,
    standing: Standing,
    *,
    wanted: NDArray[np.int64],
    parties: Sequence[str],
) -> EarlierRun:
    about = About.model_validate_json(standing.proposal.about)
    return EarlierRun(
        name=standing.name,
        sha256=about.fingerprint(),
        period=standing.period,
        final=standing.proposal.final,
        agreements={each.version: each.sha256_without_end for each in about.agreements},
        account_holder=about.account_holder,
        has_period=True,
        previous=tuple(Previous(each.period, each.sha256) for each in about.previous),
        lines=_lines(session, facts, standing, wanted=wanted, parties=parties),
        links=_links(facts, about),
        set_apart=frozenset(about.set_apart),
        adjustments=_adjustments(session, standing, about),
        unplaced_cents=about.unplaced_cents,
        untaken_cents=about.untaken_cents,
        since_start={each.organisation: Fraction(each.since_start) for each in about.rounding},
        figures_cents=_figures(session, standing),
    )


def _links(facts: LedgerFacts, about: About) -> tuple[BookedLink, ...]:
    rows = facts.spendings.rows_of([each.spending for each in about.links])
    return tuple(
        BookedLink(
            spending=each.spending,
            kind=each.link,
            to=each.to,
            booked_on=int(facts.spendings.booked_on[rows[each.spending]]),
            amount_cents=int(facts.spendings.amount_cents[rows[each.spending]]),
        )
        for each in about.links
    )


def _lines(
    session: Session,
    facts: LedgerFacts,
    standing: Standing,
    *,
    wanted: NDArray[np.int64],
    parties: Sequence[str],
) -> BookedLines:
    """Read the lines of a settlement that are wanted, by the sequences of their spendings."""
    proposal = standing.proposal
    found: list[Any] = []
    for first in range(0, len(wanted), _CHUNK):
        asked = (
            select(_LINE.c.spending, _LINE.c.key, _LINE.c.vector, _LINE.c.cells, _VECTOR.c.weights)
            .join(
                _VECTOR,
                (_VECTOR.c.fund_id == _LINE.c.fund_id)
                & (_VECTOR.c.proposal == _LINE.c.proposal)
                & (_VECTOR.c.vector == _LINE.c.vector),
            )
            .where(
                _LINE.c.fund_id == proposal.fund_id,
                _LINE.c.proposal == proposal.sequence,
                _LINE.c.spending.in_(wanted[first : first + _CHUNK].tolist()),
            )
        )
        found += session.connection().execute(asked).all()
    rows = facts.rows_of_sequences(np.array([row.spending for row in found], dtype=np.int64))
    ids = [facts.spendings.text("id", row) or "" for row in rows.tolist()]
    then = standing.parties
    packed = {row.vector: row.weights for row in found}
    weights = packing.unpack_weights(list(packed.values()), parties=len(then))
    vectors = dict(
        zip(packed, packing.reordered_weights(weights, stored=then, now=parties), strict=True)
    )
    numbers = {vector: at for at, vector in enumerate(vectors)}
    cells = packing.unpack_cells([row.cells for row in found], parties=len(then))
    return BookedLines(
        position_of={spending: at for at, spending in enumerate(ids)},
        booked_on=facts.spendings.booked_on[rows],
        amount_cents=facts.spendings.amount_cents[rows],
        key=np.array([row.key for row in found], dtype=np.int64),
        keys=standing.keys,
        vector=np.array([numbers[row.vector] for row in found], dtype=np.int64),
        vectors=list(vectors.values()),
        cells_cents=packing.reordered_cells(cells, stored=then, now=parties),
    )


def _adjustments(session: Session, standing: Standing, about: About) -> tuple[Adjustment, ...]:
    of_step = {step.step: step for step in about.ladder}
    proposal = standing.proposal
    order = {party: at for at, party in enumerate(standing.parties)}
    asked = select(_ADJUSTMENT).where(
        _ADJUSTMENT.c.fund_id == proposal.fund_id, _ADJUSTMENT.c.proposal == proposal.sequence
    )
    rows = session.connection().execute(asked).all()
    return tuple(
        Adjustment(
            step=row.step,
            kind=of_step[row.step].kind,
            pool=of_step[row.step].pool,
            party=row.party,
            amount_cents=row.amount_cents,
        )
        for row in sorted(rows, key=lambda row: (row.step, order[row.party]))
    )


def transferred(session: Session, standing: Standing) -> dict[str, int]:
    """Return what a settlement transfers to (above zero) or from each party, in cents."""
    proposal = standing.proposal
    asked = select(_POSITION.c.party, _POSITION.c.transferred_cents).where(
        _POSITION.c.fund_id == proposal.fund_id, _POSITION.c.proposal == proposal.sequence
    )
    return {row.party: row.transferred_cents for row in session.connection().execute(asked)}


def _figures(session: Session, standing: Standing) -> Mapping[str, Mapping[str, int]]:
    proposal = standing.proposal
    asked = select(_POSITION).where(
        _POSITION.c.fund_id == proposal.fund_id, _POSITION.c.proposal == proposal.sequence
    )
    rows = session.connection().execute(asked).all()
    return {
        column: {row.party: getattr(row, f"{column}_cents") for row in rows}
        for column in ("cost_share", "carried_out", "closing")
    }
