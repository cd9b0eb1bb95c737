"""Withdrawing by the board: an entry of the catalogue of effects, or a measure of the agreement.

The design, in short. The act says what is withdrawn, with a reason, by somebody with the role
board. From its number on the facts are without the savings that were picked of the entry, or
the agreement reads the right number, so whatever is not settled is divided without it. What
was settled is worked out once more from the facts that it froze, as they read now: a line
whose weights differ rested on what was withdrawn, and is true-up'd in the same act as any
other correction, by a reversal and a replacement (``ledger.anew``). The engine divides those
by the key version and the savings of then, so files and ledger give the same cents, and the
difference is a line of the next settlement. A line that was taken back before is left alone:
what takes its place is divided without what was withdrawn anyway.

What is proposed or agreed counts as settled: its facts are frozen. The ladder is no line, so
a step per settlement stays; a step per year is recomputed by its own rule.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledger import anew, funds, measures, people, screening, store, trail
from ledger.errors import Mistake, WrongInput
from ledger.measures import Corrected
from ledger.savings import catalogues, withdrawals
from ledger.savings.withdrawals import Entry
from ledger.tables import EffectPick, Head, SettlementLine, Spending
from settlement import exporting, resting, since, states
from settlement.proposals import FactsMoved, OutOfOrder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.anew import Anew
    from ledger.funds import Known
    from settlement.resting import Moved
    from settlement.states import Standing

MAY_WITHDRAW: Final = ("board",)

_PICK: Final = store.table(EffectPick)
_SPENDING: Final = store.table(Spending)
_LINE: Final = store.table(SettlementLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A withdrawal that can be done: what it is, what it rests on, and what it would move."""

    fund: str
    what: Entry | Corrected
    frozen: int  # sequence up to which facts were read
    picks: tuple[int, ...]
    settled: tuple[int, ...]  # proposals that its lines were looked for in
    lines: tuple[Moved, ...] = field(default=())

    @property
    def moves_cents(self) -> dict[str, int]:
        """What all lines together move, by party; those for whom nothing moves are left out."""
        sums: Counter[str] = Counter()
        for line in self.lines:
            sums.update(line.moves_cents)
        return {party: cents for party, cents in sorted(sums.items()) if cents}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The answer: the number of the act, and what takes the place of which spendings."""

    number: int
    anew: tuple[Anew, ...]


def entry(session: Session, fund: str, effect: str, *, version: int | None, on: date) -> Entry:
    """Return the entry that is meant.

    Args:
        session: That sees one moment.
        fund: Code of the fund.
        effect: Code of the effect.
        version: Of the catalogue; ``None`` for the one that speaks of a day.
        on: The day.

    Raises:
        UnknownEntry: There is no such entry.
        WithdrawnAlready: It was withdrawn.
    """
    known = funds.known(session, fund)
    if version is None:
        of_day = catalogues.of_days(session, known.id, {on}).get(on)
        if of_day is None:
            raise withdrawals.UnknownEntry(f"on {on} the fund has no catalogue of effects")
        version = of_day.catalogue.version
    return withdrawals.entry(session, known.id, effect, version)


def prepare(session: Session, fund: str, what: Entry | Corrected) -> Prepared:
    """Find what a withdrawal would move; nothing is written.

    Args:
        session: That sees one moment (``store.reading``).
        fund: Code of the fund.
        what: What is withdrawn.

    Raises:
        UnknownEntry: There is no such entry.
        WithdrawnAlready: It was withdrawn.
        UnknownMeasure: There is no such measure.
        MeasureStands: It has this number already.
        OutOfOrder: What it would move was settled finally.
        WrongInput: Without it a key gives nobody a weight.
    """
    known = funds.known(session, fund)
    _check(session, known, what)
    settled = [each for each in states.all_of(session, known.id) if each.state != "draft"]
    picks = withdrawals.picks(session, known.id, what) if isinstance(what, Entry) else []
    found = [
        line
        for each in _concerned(session, known, what, settled)
        for line in resting.moved(
            session, exporting.redone(session, fund, each), what, settlement=each.name
        )
    ]
    if found and settled[-1].proposal.final:
        raise OutOfOrder(
            f"{len(found)} settled lines rest on it, but settlement {settled[-1].name} is final: "
            "no next one would settle the difference"
        )
    return Prepared(
        fund=fund,
        what=what,
        frozen=session.get_one(Head, known.id).sequence,
        picks=tuple(picks),
        settled=tuple(each.proposal.sequence for each in settled),
        lines=tuple(found),
    )


def withdraw(session: Session, prepared: Prepared, *, reason: str, act: Act) -> Withdrawn:
    """Withdraw, and correct what was settled.

    Args:
        session: Of the act.
        prepared: What was found.
        reason: Why; it may be erased, and the trail only commits to it.
        act: Who withdraws, and when.

    Raises:
        WrongInput: There is no reason, or none that can be kept.
        RoleNeeded: Whoever acts is not of the board.
        WithdrawnAlready: It was withdrawn meanwhile.
        MeasureStands: The measure has this number meanwhile.
        FactsMoved: Something was picked, settled or withdrawn meanwhile.
    """
    _refuse_no_reason(reason)
    fund, what = prepared.fund, prepared.what
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=MAY_WITHDRAW, on=act.day(end.timezone))
    known = funds.known(session, fund)
    _check(session, known, what)
    _refuse_moved(session, known, prepared)
    if isinstance(what, Entry):
        number = withdrawals.write(end, what, prepared.picks, reason, act=act)
    else:
        number = measures.write(end, what, reason, act=act)
    asked = [line.spending for line in prepared.lines]
    if not asked:
        return Withdrawn(number=number, anew=())
    done = anew.record(session, fund, asked, reason=reason, may=MAY_WITHDRAW, act=act)
    return Withdrawn(number=number, anew=tuple(done))


def _refuse_no_reason(reason: str) -> None:
    wrong = screening.wrong_note(reason) if reason.strip() else "is empty; say why it is withdrawn"
    if wrong:
        raise WrongInput([Mistake("reason", wrong)])


def _check(session: Session, known: Known, what: Entry | Corrected) -> None:
    if isinstance(what, Entry):
        withdrawals.entry(session, known.id, what.effect, what.catalogue)
    else:
        measures.check(known.agreements, what)


def _refuse_moved(session: Session, known: Known, prepared: Prepared) -> None:
    """Refuse what rests on picks, settlements or withdrawals that are others by now.

    What another withdrawal took away weighed in what was prepared: a line that moves without
    both may stay as it is where only one of them is gone.
    """
    what = prepared.what
    picks = withdrawals.picks(session, known.id, what) if isinstance(what, Entry) else []
    settled = [each for each in states.all_of(session, known.id) if each.state != "draft"]
    if tuple(picks) != prepared.picks or prepared.settled != tuple(
        each.proposal.sequence for each in settled
    ):
        raise FactsMoved("an effect was picked or a settlement moved meanwhile; withdraw it again")
    if since.is_withdrawn(session, known.id, frozen=prepared.frozen):
        raise FactsMoved("the board withdrew something else meanwhile; withdraw this again")


def _concerned(
    session: Session, known: Known, what: Entry | Corrected, settled: Sequence[Standing]
) -> list[Standing]:
    """Return the settlements that may have lines which rest on what is withdrawn."""
    if isinstance(what, Corrected):
        begins = known.version(what.version).agreement.valid_from
        return [each for each in settled if each.period.until > begins]
    picked = (
        select(_SPENDING.c.sequence, _SPENDING.c.case_number)
        .join(
            _PICK,
            (_PICK.c.fund_id == _SPENDING.c.fund_id) & (_PICK.c.spending == _SPENDING.c.sequence),
        )
        .where(
            _PICK.c.fund_id == known.id,
            _PICK.c.catalogue == what.catalogue,
            _PICK.c.effect == what.effect,
        )
        .subquery()
    )
    asked = (
        select(_LINE.c.proposal)
        .join(
            _SPENDING,
            (_SPENDING.c.fund_id == _LINE.c.fund_id) & (_SPENDING.c.sequence == _LINE.c.spending),
        )
        .where(
            _LINE.c.fund_id == known.id,
            _SPENDING.c.sequence.in_(select(picked.c.sequence))
            | _SPENDING.c.case_number.in_(select(picked.c.case_number)),
        )
        .distinct()
    )
    proposals = set(session.connection().execute(asked).scalars())
    return [each for each in settled if each.proposal.sequence in proposals]
