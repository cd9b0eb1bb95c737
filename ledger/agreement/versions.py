"""The versions of an agreement in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.agreement.schema import Agreement


def latest(agreements: Sequence[Agreement], day: date) -> Agreement | None:
    """Return the last version that has begun on a day, whether or not it has ended."""
    begun = [each for each in agreements if each.agreement.valid_from <= day]
    return max(begun, key=lambda each: each.agreement.valid_from, default=None)


def changes_of_participation(agreement: Agreement) -> set[date]:
    """Return the days of a version's validity, its first included, on which participants change."""
    days = {day for party in agreement.party for day in (party.start, party.until)}
    inside = {day for day in days if day is not None and within(agreement, day)}
    return {agreement.agreement.valid_from} | inside


def within(agreement: Agreement, day: date) -> bool:
    """Whether a day lies in a version's validity, after its first."""
    first, end = agreement.agreement.valid_from, agreement.agreement.valid_until
    return first < day and (end is None or day < end)
