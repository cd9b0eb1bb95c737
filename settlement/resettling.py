"""Settlements on record, worked out anew: does what was proposed follow from its facts?

That every hash fits shows that nothing was changed since; it does not show that the division
was ever right. So each settlement that stands is worked out once more from the facts that it
froze, and held to what is on record: the Merkle root first, and where that differs the rows,
until a cell is found that does not follow.

The facts of a fund are read once for all its settlements. Where something that a settlement
rests on was erased since, the fingerprint of its facts cannot fit any more; its figures must,
unless the agreement asks for the domain of a spending, which may be what is gone.

Source:
    The design, The settlement, step by step (the same facts give the same figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ledger import funds, merkle, money, store
from ledger.errors import NotProved, Refusal, WrongInput
from ledger.tables import CaseFile, Particulars, Spending
from ledger.verify.misfits import Misfit
from settlement import differences, exporting, from_ledger, proposal_rows, states
from settlement.earlier_files import About
from settlement.eras import in_order
from settlement.from_ledger import Reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from sqlmodel import Session

    from ledger.verify.so_far import SoFar
    from settlement.drafts import Draft
    from settlement.from_ledger import LedgerFacts
    from settlement.proposal_rows import Rows
    from settlement.states import Standing

_SPENDING: Final = store.table(Spending)
_PARTICULARS: Final = store.table(Particulars)
_CASE: Final = store.table(CaseFile)
_BROKEN: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError),
    *(TypeError, ValueError, NotProved, Refusal, WrongInput, SQLAlchemyError),
)
"""What settling may end in where somebody put anything into the record, of any kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fund:
    """What all settlements of a fund rest on.

    Args:
        code: Of the fund.
        facts: All of them, up to the last that a settlement froze.
        erased: The number of the first spending of which something was erased, if any.
    """

    code: str
    facts: LedgerFacts
    erased: int | None


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield, of each settlement that stands, the first figure that does not follow.

    Raises:
        DBAPIError: The database cannot be read.
    """
    session = so_far.session
    try:
        standing = _standing(session, so_far.fund.id)
        of_all = _fund(so_far, standing) if standing else None
    except DBAPIError:
        raise
    except _BROKEN as error:
        yield Misfit("settlements", f"cannot be worked out anew: {_told(error)}")
        return
    if of_all is not None:
        for each in standing:
            yield from _misfits(session, of_all, each)


def cell(so_far: SoFar, standing: Standing, there: Rows) -> Iterator[Misfit]:
    """Yield the first cell of a proposal that does not follow from its facts, if one is found.

    Args:
        so_far: The fund.
        standing: The proposal.
        there: Its rows on record.

    Raises:
        DBAPIError: The database cannot be read.
    """
    try:
        draft = exporting.work_out_again(so_far.session, so_far.fund.code, standing)
        yield from _cell(so_far.session, standing, there, draft)
    except DBAPIError:
        raise
    except _BROKEN:
        return  # that its rows are not those that were proposed is told anyhow


def _standing(session: Session, fund_id: int) -> list[Standing]:
    """Return the last proposal of each period that was not taken back."""
    return [each for each in states.all_of(session, fund_id) if each.state != "draft"]


def _fund(so_far: SoFar, standing: Sequence[Standing]) -> _Fund:
    session, fund = so_far.session, so_far.fund
    known = funds.known(session, fund.code)
    facts = from_ledger.read(
        session,
        fund.id,
        frozen=max(each.proposal.frozen for each in standing),
        parties=tuple(party.code for party in in_order(known.agreements)),
        of=from_ledger.reads(known.agreements),
    )
    return _Fund(code=fund.code, facts=facts, erased=_first_erased(so_far))


def _first_erased(so_far: SoFar) -> int | None:
    particulars = (_PARTICULARS.c.fund_id == _SPENDING.c.fund_id) & (
        _PARTICULARS.c.sequence == _SPENDING.c.sequence
    )
    case = (_CASE.c.fund_id == _SPENDING.c.fund_id) & (_CASE.c.sequence == _SPENDING.c.case_number)
    asked = (
        select(func.min(_SPENDING.c.sequence))
        .join_from(_SPENDING, _PARTICULARS, particulars)
        .outerjoin(_CASE, case)
        .where(
            _SPENDING.c.fund_id == so_far.fund.id,
            _PARTICULARS.c.salt.is_(None)
            | (_SPENDING.c.case_number.is_not(None) & _CASE.c.reference.is_(None)),
        )
    )
    found: int | None = so_far.session.connection().execute(asked).scalar_one()
    return min((each for each in (found, *so_far.lost) if each is not None), default=None)


def _misfits(session: Session, of_all: _Fund, standing: Standing) -> Iterator[Misfit]:
    proposal = standing.proposal
    try:
        draft = exporting.work_out_again(session, of_all.code, standing, facts=of_all.facts)
        if not exporting.is_redone(draft, standing):
            if of_all.erased is None or of_all.erased > proposal.frozen:
                yield _misfit(standing, "facts", "are not those on record, up to what it froze")
            elif from_ledger.reads(draft.settled.agreements) is Reads.DOMAINS:
                return
        yield from _figures(session, standing, draft)
        yield from _read_back(standing, draft)
    except DBAPIError:
        raise
    except _BROKEN as error:
        yield _misfit(standing, "", f"cannot be worked out anew: {_told(error)}")


def _figures(session: Session, standing: Standing, draft: Draft) -> Iterator[Misfit]:
    proposal = standing.proposal
    rows = proposal_rows.of(draft, proposal.sequence)
    if merkle.root(proposal_rows.leaves(rows)) == proposal.root:
        return
    there = proposal_rows.on_record(
        session, proposal.fund_id, proposal.sequence, standing.parties, standing.keys
    )
    yield from _cell(session, standing, there, draft)


def _cell(session: Session, standing: Standing, there: Rows, draft: Draft) -> Iterator[Misfit]:
    rows = proposal_rows.of(draft, standing.proposal.sequence)
    found = differences.first(session, there, rows)
    if found is not None:
        yield _misfit(
            standing, found.where, f"is {found.there}; from its facts follows {found.anew}"
        )


def _read_back(standing: Standing, draft: Draft) -> Iterator[Misfit]:
    """Yield the first of what later settlements rest on that ``about`` says otherwise."""
    about, settled = About.model_validate_json(standing.proposal.about), draft.settled
    steps = dict.fromkeys((each.step, each.kind, each.pool) for each in settled.adjustments)
    pairs = {
        "final": (about.final, settled.final),
        "account_holder": (about.account_holder, settled.agreement.agreement.account_holder),
        "links": ([(each.spending, each.link, each.to) for each in about.links], [*settled.links]),
        "set_apart": ([*about.set_apart], [*settled.set_apart]),
        "ladder": ([(each.step, each.kind, each.pool) for each in about.ladder], [*steps]),
        "unplaced": (about.unplaced_cents, settled.unplaced_cents),
        "untaken": (about.untaken_cents, settled.untaken_cents),
        "rounding": (
            [(each.organisation, each.since_start) for each in about.rounding],
            [
                (each.party, _as_precise(each.since_start, there.since_start))
                for each, there in zip(settled.deviations, about.rounding, strict=False)
            ],
        ),
    }
    for name, (there, anew) in pairs.items():
        if there != anew:
            yield _misfit(standing, f"about, {name}", f"is {there}; from its facts follows {anew}")
            return


def _as_precise(exact: Fraction, text: str) -> str:
    """Return exact cents with as many decimals as a text has."""
    places = len(text.partition(".")[2])
    return money.scaled(round(exact * 10**places), places)


def _misfit(standing: Standing, where: str, what: str) -> Misfit:
    of = f"settlement {standing.name}"
    return Misfit(f"{of}, {where}" if where else of, what, standing.proposal.sequence)


def _told(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
