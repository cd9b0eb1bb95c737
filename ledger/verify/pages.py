"""What verification knows: the kinds of act, and the rows that each of them writes.

A table that is added to the ledger gets its shape here, a kind of act its function: it
yields what does not fit, and takes the rows that the act wrote. A row that no act takes is
a misfit, and so is an event of a kind that stands nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledger.verify import (
    agreements,
    bank,
    cases,
    contributions,
    decisions,
    erasures,
    findings,
    journal,
    people,
    privacy,
    reservations,
    savings,
    spendings,
    withdrawals,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.verify.chain import Event
    from ledger.verify.misfits import Misfit
    from ledger.verify.rows import Shape
    from ledger.verify.so_far import SoFar

SHAPES: Final[tuple[Shape, ...]] = (
    agreements.AGREEMENT,
    agreements.SIGNATURE,
    people.ROLE,
    cases.CASE,
    spendings.SPENDING,
    spendings.PARTICULARS_OF,
    contributions.CONTRIBUTION,
    reservations.RESERVATION,
    journal.TRANSFER,
    reservations.END,
    savings.CATALOGUE,
    savings.PICK,
    savings.SAVING,
    savings.OBSERVATION,
    bank.STATEMENT,
    bank.LINE,
    bank.MATCH,
    bank.REASON,
    withdrawals.EFFECT,
    withdrawals.PICK,
    withdrawals.MEASURE,
    findings.FINDING,
    findings.END,
    findings.RECEIPT,
    findings.REMINDER,
    erasures.APPROVAL,
    *decisions.SHAPES,
    privacy.READING,
    privacy.CASE_READING,
    privacy.RESTRICTION,
)
"""The tables whose rows bear the number of the act that wrote them."""

KINDS: Final[Mapping[str, Callable[[Event, SoFar], Iterator[Misfit]]]] = {
    "fund.created": agreements.created,
    "agreement.filed": agreements.filed,
    "agreement.signed": agreements.signed,
    "role.granted": people.granted,
    "spending.recorded": spendings.recorded,
    "contribution.received": contributions.received,
    "reservation.made": reservations.made,
    "reservation.released": reservations.released,
    "reservation.expired": reservations.expired,
    "catalogue.filed": savings.filed,
    "effect.picked": savings.picked,
    "savings.recorded": savings.recorded,
    "effect.observed": savings.observed,
    "bank.imported": bank.imported,
    "bank.matched": bank.matched,
    "bank.explained": bank.explained,
    "effect.withdrawn": withdrawals.effect,
    "measure.withdrawn": withdrawals.measure,
    "findings.accepted": decisions.accepted,
    "budget.authorised": decisions.authorised,
    "moratorium.asked": decisions.moratorium_asked,
    "moratorium.decided": decisions.moratorium_decided,
    "escalation.asked": decisions.escalation_asked,
    "escalation.decided": decisions.escalation_decided,
    "finding.reviewed": decisions.reviewed,
    "receipts.reminded": decisions.reminded,
    "findings.tested": findings.tested,
    "receipt.received": findings.received,
    "erased": erasures.erased,
    "retention.approved": erasures.approved,
    "retention.destroyed": erasures.destroyed,
    "spending.read": privacy.read,
    "case.read": privacy.case_read,
    "case.restricted": privacy.restricted,
    "case.lifted": privacy.restricted,
}
"""By kind of act: what does not fit what it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """The same of rooms that build on the ledger: shapes, kinds of act, what comes at the end."""

    shapes: Sequence[Shape] = ()
    kinds: Mapping[str, Callable[[Event, SoFar], Iterator[Misfit]]] = field(default_factory=dict)
    at_the_end: Sequence[Callable[[SoFar], Iterator[Misfit]]] = ()


AT_THE_END: Final[tuple[Callable[[SoFar], Iterator[Misfit]], ...]] = (
    agreements.at_the_end,
    cases.at_the_end,
    erasures.at_the_end,
    people.at_the_end,
)
"""What can only be seen once every event was read."""
