"""Proofs made from the ledger: a position or a line of a settlement, under its root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledger import funds, merkle, proving, store
from ledger.errors import Missing, NotProved
from ledger.row_proofs import Row, RowProof
from ledger.tables import Spending
from settlement import proposal_rows, proved, states

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from ledger.funds import Known
    from settlement.proposal_rows import Rows
    from settlement.states import Standing

_SPENDING: Final = store.table(Spending)


class NoRow(Missing):
    """The settlement has no such line or position."""

    slug = "no-row"


def prove_position(
    session: Session, fund: str, start: date, party: str, *, head: bytes | None = None
) -> RowProof:
    """Return the proof of where an organisation stands in a settlement.

    Args:
        session: Sees one moment of the database (``store.reading``).
        fund: Code of the fund.
        start: First day of the settlement: its last proposal counts.
        party: Code of the organisation.
        head: The head that it leads to, as it was given out; ``None`` for the last event.

    Raises:
        NoSettlement: There is none that begins on that day.
        NoRow: The organisation has no position in it.
        UnknownHead: The head is that of no event, or the proposal came after it.
        NotProved: The record does not fit its trail.
    """
    known = funds.known(session, fund)
    standing, rows = _of_settlement(session, known, start)
    found = [row for row in rows.positions if row["party"] == party]
    if not found:
        raise NoRow(f"settlement {standing.name} has no position of {party!r}", party=party)
    leaves = [proposal_rows.row_leaf("positions", found[0])]
    return _proof(session, known, standing, rows, leaves, head)


def prove_line(
    session: Session, fund: str, start: date, spending: str, *, head: bytes | None = None
) -> RowProof:
    """Return the proof of what a spending cost whom in a settlement.

    Args:
        session: Sees one moment of the database (``store.reading``).
        fund: Code of the fund.
        start: First day of the settlement: its last proposal counts.
        spending: Its id.
        head: The head that it leads to, as it was given out; ``None`` for the last event.

    Raises:
        NoSettlement: There is none that begins on that day.
        NoRow: It has no line of that spending.
        UnknownHead: The head is that of no event, or the proposal came after it.
        NotProved: The record does not fit its trail.
    """
    known = funds.known(session, fund)
    standing, rows = _of_settlement(session, known, start)
    asked = select(_SPENDING.c.sequence).where(
        _SPENDING.c.fund_id == known.id, _SPENDING.c.id == spending
    )
    number = session.connection().execute(asked).scalar_one_or_none()
    found = [row for row in rows.lines if row["spending"] == number]
    if not found:
        raise NoRow(f"settlement {standing.name} has no line {spending!r}", id=spending)
    vector = next(row for row in rows.vectors if row["vector"] == found[0]["vector"])
    leaves = [
        proposal_rows.order_leaf(rows),
        proposal_rows.vector_leaf(vector),
        proposal_rows.line_leaf(found[0]),
    ]
    return _proof(session, known, standing, rows, leaves, head)


def _of_settlement(session: Session, known: Known, start: date) -> tuple[Standing, Rows]:
    for standing in states.all_of(session, known.id):
        if standing.period.start == start:
            proposal = standing.proposal
            return standing, proposal_rows.on_record(
                session, known.id, proposal.sequence, standing.parties, standing.keys
            )
    raise states.NoSettlement(
        f"fund {known.code} has no settlement that begins on {start}", fund=known.code
    )


def _proof(
    session: Session,
    known: Known,
    standing: Standing,
    rows: Rows,
    wanted: list[bytes],
    head: bytes | None,
) -> RowProof:
    sequence = standing.proposal.sequence
    name = f"settlement {standing.name}"
    event = proving.chained(session, known, sequence, head, of=name)
    leaves = [*proposal_rows.leaves(rows)]
    proof = RowProof(
        head=event.head,
        content=event.content,
        way=event.way,
        rows=tuple(
            Row(leaf=leaf.decode(), path=merkle.sided_path(leaves, leaves.index(leaf)))
            for leaf in wanted
        ),
    )
    for misfit in proved.misfits(proof, head):
        raise NotProved(f"{name} does not fit its trail ({misfit}): see verify")
    return proof
