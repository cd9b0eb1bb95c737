"""How far a settlement is: ``draft -> proposed -> agreed -> booked -> paid``.

Nothing is overwritten: a state is the last of a list of steps, and what was proposed stays
readable whatever became of it.

Source:
    The settlement rules, Agreement between the organisations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from ledger.errors import Conflict, Missing
from ledger.periods import Period
from ledger.tables import Approval, ObjectedLine, Proposal, SetApart, SettlementState, Spending

if TYPE_CHECKING:
    from sqlmodel import Session

NEXT: Final = {
    "proposed": frozenset({"agreed", "draft"}),
    "agreed": frozenset({"booked", "draft"}),
    "booked": frozenset({"paid"}),
    "draft": frozenset[str](),
    "paid": frozenset[str](),
}
"""Which steps a proposal can take from each; after ``draft`` a new proposal is made."""


class NoSettlement(Missing):
    """There is no such settlement."""

    slug = "no-settlement"


class WrongState(Conflict):
    """The settlement is not where it would have to be for this."""

    slug = "wrong-state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A settlement with its last proposal, and how far that is."""

    proposal: Proposal
    state: str
    steps: tuple[tuple[str, int], ...]  # state, sequence of the event

    @property
    def period(self) -> Period:
        """What is settled."""
        return Period(self.proposal.period_from, self.proposal.period_until)

    @property
    def name(self) -> str:
        """What the settlement is called: its first and last day."""
        return f"{self.period.start}/{self.period.last_day}"

    @property
    def is_booked(self) -> bool:
        """Whether it is in the books."""
        return self.state in {"booked", "paid"}

    @property
    def parties(self) -> tuple[str, ...]:
        """The order of the parties in what is packed."""
        return tuple(json.loads(self.proposal.parties))

    @property
    def keys(self) -> tuple[str, ...]:
        """The order of the keys that lines point to."""
        return tuple(json.loads(self.proposal.keys))

    def refuse_unless_next(self, state: str) -> None:
        """Refuse a step that cannot be taken from here.

        Raises:
            WrongState: It cannot.
        """
        if state not in NEXT[self.state]:
            raise WrongState(
                f"settlement {self.name} is {self.state}, so it cannot become {state}",
                settlement=self.name,
                state=self.state,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an organisation said last of a proposal."""

    party: str
    verdict: str
    sequence: int
    spendings: tuple[str, ...] = ()  # ids of the lines that an objection names


def all_of(session: Session, fund_id: int, *, frozen: int | None = None) -> tuple[Standing, ...]:
    """Return every settlement of a fund, oldest first, with its last proposal.

    Args:
        session: Of the act.
        fund_id: The fund.
        frozen: Count only what was done up to this sequence; ``None`` for all.
    """
    asked = select(Proposal).where(Proposal.fund_id == fund_id).order_by(col(Proposal.sequence))
    taken = (
        select(SettlementState)
        .where(SettlementState.fund_id == fund_id)
        .order_by(col(SettlementState.sequence))
    )
    if frozen is not None:
        asked = asked.where(Proposal.sequence <= frozen)
        taken = taken.where(SettlementState.sequence <= frozen)
    last = {proposal.period_from: proposal for proposal in session.exec(asked)}
    steps: dict[int, list[tuple[str, int]]] = {}
    for step in session.exec(taken):
        steps.setdefault(step.proposal, []).append((step.state, step.sequence))
    return tuple(
        Standing(
            proposal=proposal,
            state=steps[proposal.sequence][-1][0],
            steps=tuple(steps[proposal.sequence]),
        )
        for _, proposal in sorted(last.items())
    )


def booked(session: Session, fund_id: int, *, frozen: int | None = None) -> tuple[Standing, ...]:
    """Return the settlements that are in the books, oldest first."""
    return tuple(each for each in all_of(session, fund_id, frozen=frozen) if each.is_booked)


def open_one(session: Session, fund_id: int) -> Standing:
    """Return the settlement that is proposed or agreed; there is one at a time.

    Raises:
        NoSettlement: None is.
    """
    for standing in all_of(session, fund_id):
        if standing.state in {"proposed", "agreed"}:
            return standing
    raise NoSettlement("no settlement of this fund is proposed or agreed; propose one first")


def again(session: Session, standing: Standing) -> Standing:
    """Return a settlement as it stands now."""
    return next(
        each
        for each in all_of(session, standing.proposal.fund_id)
        if each.proposal.sequence == standing.proposal.sequence
    )


def unpaid(session: Session, fund_id: int) -> Standing:
    """Return the oldest settlement that is booked and not paid.

    Raises:
        NoSettlement: There is none.
    """
    for standing in all_of(session, fund_id):
        if standing.state == "booked":
            return standing
    raise NoSettlement("no settlement of this fund is booked and waits to be paid")


def answers(session: Session, standing: Standing) -> dict[str, Answer]:
    """Return what each organisation said last of a settlement's proposal, by party."""
    proposal = standing.proposal
    said = session.exec(
        select(Approval)
        .where(Approval.fund_id == proposal.fund_id, Approval.proposal == proposal.sequence)
        .order_by(col(Approval.sequence), col(Approval.line))
    ).all()
    lines: dict[int, list[str]] = {}
    if any(each.verdict == "objects" for each in said):
        for sequence, spending in session.exec(
            select(ObjectedLine.sequence, Spending.id)
            .join(
                Spending,
                (col(Spending.fund_id) == ObjectedLine.fund_id)
                & (col(Spending.sequence) == ObjectedLine.spending),
            )
            .where(ObjectedLine.fund_id == proposal.fund_id)
            .order_by(col(ObjectedLine.spending))
        ):
            lines.setdefault(sequence, []).append(spending)
    return {
        each.party: Answer(
            party=each.party,
            verdict=each.verdict,
            sequence=each.sequence,
            spendings=tuple(lines.get(each.sequence, ())),
        )
        for each in said
    }


def set_apart(session: Session, standing: Standing) -> frozenset[str]:
    """Return the ids of the spendings that a settlement leaves for the next."""
    proposal = standing.proposal
    return frozenset(
        session.exec(
            select(Spending.id)
            .join(
                SetApart,
                (col(SetApart.fund_id) == Spending.fund_id)
                & (col(SetApart.spending) == Spending.sequence),
            )
            .where(SetApart.fund_id == proposal.fund_id, SetApart.proposal == proposal.sequence)
        ).all()
    )
