"""Reads what the board's tables are made from: booked settlements, as they stood when booked.

Facts, cost shares and savings are those that the settlement froze; findings and acceptances
those of the moment at which it was booked. So the tables of a settlement never change, but
for those that an erasure takes away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import select

from ledger import store
from ledger.errors import Missing
from ledger.tables import Acceptance, Finding, FindingEnd, Particulars
from reports import figures
from reports.board.isolating import Lines
from reports.board.quarter import FindingOf, Labels, Quarter, SavingOf, Shares
from settlement import exporting, states, whatif
from settlement.results import Note, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from sqlmodel import Session

    from settlement.drafts import Draft
    from settlement.states import Standing as Settled

_FINDING: Final = store.table(Finding)
_END: Final = store.table(FindingEnd)
_ACCEPTANCE: Final = store.table(Acceptance)
_PARTICULARS: Final = store.table(Particulars)
_NOT_SAVING: Final = (Standing.REVERSED, Standing.REVERSAL, Standing.BOOKED_REVERSAL)


_CHUNK: Final = 5_000


class NotBooked(Missing):
    """There is no such settlement in the books, so there are no tables of it."""

    slug = "not-booked"


def booked(session: Session, fund: str, fund_id: int, day: date | None) -> Settled:
    """Return the booked settlement that a day lies in; the last one for ``None``.

    Raises:
        NotBooked: There is none.
    """
    found = [
        each
        for each in states.booked(session, fund_id)
        if day is None or each.period.start <= day < each.period.until
    ]
    if not found:
        when = "" if day is None else f" that {day} lies in"
        raise NotBooked(f"fund {fund} has no booked settlement{when}; its tables follow booking")
    return found[-1]


def quarter(session: Session, fund: str, standing: Settled) -> Quarter:
    """Read a booked settlement.

    Raises:
        NotProved: The facts on record are not those that were settled.
    """
    draft = exporting.redone(session, fund, standing)
    settled, spendings = draft.settled, draft.facts.spendings
    rows = spendings.positions(list(settled.lines.spending))
    case = spendings.texts["case"].codes[rows] + 1  # without a case: all of them one, number 0
    standings = settled.lines.standing
    own = (standings == Standing.CHAIN) | (
        (standings == Standing.REPLACEMENT) & ~settled.lines.corrects_booked
    )
    numbers = draft.facts.sequence[rows]
    domains = _domains(session, draft.fund_id, numbers.tolist())
    return Quarter(
        period=settled.period,
        lines=Lines(case=case, own=own),
        amount_cents=settled.lines.amount_cents,
        splits={**dict(_splits(draft, rows)), "domain": _labels([each or "" for each in domains])},
        findings=[*_findings(session, standing, numbers)],
        savings=[*_savings(draft, rows)],
        parties=[party.code for party in settled.parties],
        shares=[*_shares(draft)],
        erased=None in domains,
    )


def _splits(draft: Draft, rows: NDArray[np.int64]) -> Iterator[tuple[str, Labels]]:
    settled, texts = draft.settled, draft.facts.spendings.texts
    group = figures.group_of(settled)
    yield "group", _labels([group(category) for category in settled.lines.category])
    yield "key", _labels([settled.keys[at] for at in settled.lines.key.tolist()])
    for name in ("organisation", "home"):
        column = texts[name]
        values = ("", *column.values)
        yield name, _labels([values[code + 1] for code in column.codes[rows].tolist()])


def _labels(texts: Sequence[str]) -> Labels:
    values = sorted(set(texts))
    place = {value: at for at, value in enumerate(values)}
    codes = np.array([place[text] for text in texts], dtype=np.int64)
    return Labels(codes=codes, values=tuple(values))


def _findings(
    session: Session, standing: Settled, numbers: NDArray[np.int64]
) -> Iterator[FindingOf]:
    """Yield the findings that stood when the settlement was booked."""
    booked_at = next(sequence for state, sequence in standing.steps if state == "booked")
    fund_id = standing.proposal.fund_id
    line_of = {number: line for line, number in enumerate(numbers.tolist())}
    of_end = (_END.c.fund_id == _FINDING.c.fund_id) & (_END.c.finding == _FINDING.c.sequence)
    of_acceptance = (_ACCEPTANCE.c.fund_id == _FINDING.c.fund_id) & (
        _ACCEPTANCE.c.finding == _FINDING.c.sequence
    )
    asked = (
        select(
            *(_FINDING.c[name] for name in ("spending", "rule", "amount_cents")),
            _END.c.sequence.label("ended"),
            _ACCEPTANCE.c.sequence.label("accepted"),
        )
        .outerjoin(_END, of_end & (_END.c.finding_line == _FINDING.c.line))
        .outerjoin(_ACCEPTANCE, of_acceptance & (_ACCEPTANCE.c.finding_line == _FINDING.c.line))
        .where(_FINDING.c.fund_id == fund_id, _FINDING.c.sequence < booked_at)
        .order_by(_FINDING.c.sequence, _FINDING.c.line)
    )
    for row in session.connection().execute(asked):
        stood = row.ended is None or row.ended > booked_at
        if stood and row.spending in line_of:
            yield FindingOf(
                line=line_of[row.spending],
                rule=row.rule,
                amount_cents=row.amount_cents,
                accepted=row.accepted is not None and row.accepted < booked_at,
            )


def _savings(draft: Draft, rows: NDArray[np.int64]) -> Iterator[SavingOf]:
    """Yield expected savings of lines that were not taken back, as the papers count them."""
    known, savings = draft.working.weighed.known, draft.facts.savings
    counts = ~np.isin(draft.settled.lines.standing, _NOT_SAVING)
    line_of = {row: line for line, row in enumerate(rows.tolist()) if counts[line]}
    parties = [party.code for party in draft.settled.parties]
    entries: Any = (savings.spending, savings.party, savings.total_cents)
    for row, party, cents in zip(*(each.tolist() for each in entries), strict=True):
        if cents > 0 and row in line_of:
            yield SavingOf(
                line=line_of[row],
                party=parties[party],
                cents=cents,
                outsider=not known.eras[known.era[row]].participants[party],
            )


def _shares(draft: Draft) -> Iterator[Shares]:
    """Yield cost shares as agreed, and with every line under each key of the agreement."""
    settled, working = draft.settled, draft.working
    parties = [party.code for party in settled.parties]
    sums = [sum(column) for column in settled.lines.cells_cents.T.tolist()]
    yield Shares(
        key=None,
        vector=settled.lines.vector,
        vectors=settled.vectors,
        cents=dict(zip(parties, sums, strict=True)),
    )
    for key in whatif.keys(working):
        found = whatif.of_every_line(working, key)
        if isinstance(found, Note):
            yield Shares(key=key, left_out=found.code)
        else:
            weights, cents = found
            yield Shares(key=key, vector=weights.vector, vectors=weights.vectors, cents=cents)


def _domains(session: Session, fund_id: int, numbers: Sequence[int]) -> list[str | None]:
    """Return the life domain of each line, empty where none was said; ``None`` where erased."""
    found: dict[int, str | None] = {}
    for first in range(0, len(numbers), _CHUNK):
        asked = select(_PARTICULARS.c.sequence, _PARTICULARS.c.domain, _PARTICULARS.c.salt).where(
            _PARTICULARS.c.fund_id == fund_id,
            _PARTICULARS.c.sequence.in_(numbers[first : first + _CHUNK]),
        )
        for row in session.connection().execute(asked):
            found[row.sequence] = None if row.salt is None else row.domain or ""
    return [found[number] for number in numbers]
