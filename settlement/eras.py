"""Eras: stretches of days on which the same rules hold for the same participants.

Everything that depends on the day the money was spent - agreement version, participants,
assignment - changes only where an era begins, so it is decided once per era instead of
once per spending.

Source:
    The settlement rules, Dates, order, versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledger.agreement.schema import EqualKey, FixedKey, MeasureKey
from ledger.agreement.versions import changes_of_participation, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ledger.agreement.schema import Agreement, Assignment, Key, Party

Weights: TypeAlias = tuple[int, ...]
"""One whole number of 0 or more per party, in the order of parties; only ratios count."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Era:
    """The rules of a stretch of days.

    ``participants`` has 1 for who takes part, 0 for who does not; ``constant`` holds the
    weights of the keys that look at nothing but the agreement.
    """

    start: date
    agreement: Agreement
    parties: tuple[str, ...]
    participants: Weights
    keys: Mapping[str, Key]
    constant: Mapping[str, Weights]

    def assigned(self, *, category: str | None, domain: str | None, organisation: str) -> str:
        """Return the key that applies to such a spending: that of the first match."""
        at = self.assignment_of(category=category, domain=domain, organisation=organisation)
        return self.agreement.assignment[at].key

    def assignment_of(self, *, category: str | None, domain: str | None, organisation: str) -> int:
        """Return the position of the first assignment that matches such a spending."""
        facts = {"category": category, "domain": domain, "party": organisation}
        return next(
            at
            for at, assignment in enumerate(self.agreement.assignment)
            if self._runs(assignment)
            and all(
                getattr(assignment, name) is None or value in getattr(assignment, name)
                for name, value in facts.items()
            )
        )

    def _runs(self, assignment: Assignment) -> bool:
        return (assignment.spent_from is None or assignment.spent_from <= self.start) and (
            assignment.spent_until is None or self.start < assignment.spent_until
        )


def in_order(agreements: Sequence[Agreement]) -> tuple[Party, ...]:
    """Return the parties of all versions.

    Those of the last version first, then parties only in earlier ones, newest first.

    Args:
        agreements: The versions of one fund, oldest first.
    """
    newest: dict[str, Party] = {}
    for agreement in reversed(agreements):
        for party in agreement.party:
            newest.setdefault(party.code, party)
    return tuple(newest.values())


def eras(agreements: Sequence[Agreement]) -> tuple[Era, ...]:
    """Cut the validity of all versions into eras, oldest first.

    Args:
        agreements: The versions of one fund, oldest first, without gaps or overlaps.
    """
    parties = tuple(party.code for party in in_order(agreements))
    return tuple(
        _era(agreement, start, parties)
        for agreement in agreements
        for start in sorted(_beginnings(agreement))
    )


def era_of(days: NDArray[np.int64], all_eras: Sequence[Era]) -> NDArray[np.int64]:
    """Return the position of each day's era; -1 where no version is in force.

    Args:
        days: Proleptic ordinals.
        all_eras: Oldest first.
    """
    starts = np.array([era.start.toordinal() for era in all_eras])
    position = np.searchsorted(starts, days, side="right") - 1
    end = all_eras[-1].agreement.agreement.valid_until
    return position if end is None else np.where(days < end.toordinal(), position, -1)


def _beginnings(agreement: Agreement) -> set[date]:
    """Return the days of a version on which anything may change."""
    days = {
        day
        for assignment in agreement.assignment
        for day in (assignment.spent_from, assignment.spent_until)
        if day is not None and within(agreement, day)
    }
    return days | changes_of_participation(agreement)


def _era(agreement: Agreement, start: date, parties: tuple[str, ...]) -> Era:
    of_code = {party.code: party for party in agreement.party}
    return Era(
        start=start,
        agreement=agreement,
        parties=parties,
        participants=tuple(
            int(code in of_code and of_code[code].takes_part_on(start)) for code in parties
        ),
        keys={key.code: key for key in agreement.key},
        constant={
            key.code: constant_weights(key, [of_code.get(code) for code in parties])
            for key in agreement.key
            if isinstance(key, MeasureKey | FixedKey | EqualKey)
        },
    )


def constant_weights(
    key: MeasureKey | FixedKey | EqualKey, parties: Sequence[Party | None]
) -> Weights:
    """Return the weights of a key that looks at nothing but the agreement.

    Args:
        key: A measure, fixed or equal key.
        parties: In their order; ``None`` for a party that this version does not have.
    """
    match key:
        case MeasureKey():
            return whole(
                [
                    Fraction(0) if p is None else p.measures.get(key.measure, Fraction(0))
                    for p in parties
                ]
            )
        case FixedKey():
            return whole(
                [Fraction(0) if p is None else key.shares.get(p.code, Fraction(0)) for p in parties]
            )
        case EqualKey():
            return tuple(
                int(p is not None and (key.parties is None or p.code in key.parties))
                for p in parties
            )


def whole(ratios: Sequence[Fraction]) -> Weights:
    """Return exact ratios as whole numbers in the same proportion."""
    scale = lcm(*(ratio.denominator for ratio in ratios))
    return tuple(int(ratio * scale) for ratio in ratios)
