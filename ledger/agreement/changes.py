"""What changes between two versions of an agreement, in words, and for whom.

Nothing may differ in the canonical form without a change that says so, and versions with
one canonical form have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.agreement.words import (
    changed_assignments,
    changed_keys,
    changed_lists,
    changed_parties,
)
from ledger.agreement.words.pair import Change, Pair, pair
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.schema import Agreement

__all__ = ["Change", "changes"]

_APPROVAL: Final = {"approval", "approval_days", "on_silence"}


def changes(old: Agreement, new: Agreement, *, language: str) -> tuple[Change, ...]:
    """Return what changes from one version to another.

    Args:
        old: The version that people know.
        new: The version that they are asked to read.
        language: ``nl`` or ``en``.

    Returns:
        The changes, by section in the order of the description; none where the canonical
        forms are equal. Shares under constant keys are compared day by day, from the
        first day of the new version, with what the old one would have said for that day.

    Raises:
        WrongInput: The versions are of two funds.
    """
    versions = pair(old, new, language=language)
    _refuse_other_fund(versions)
    return tuple(change for section in _SECTIONS for change in section(versions))


def _refuse_other_fund(versions: Pair) -> None:
    old, new = versions.old.agreement.fund.code, versions.new.agreement.fund.code
    if old != new:
        what = f"{old!r} and {new!r} are two funds; compare versions of one fund"
        raise WrongInput([Mistake("fund.code", what)])


def _fund(versions: Pair) -> Iterator[Change]:
    old, new = versions.old.agreement, versions.new.agreement
    for said in versions.members(old.fund, new.fund):
        yield versions.change("fund", said)
    others = set(type(old.agreement).model_fields) - _APPROVAL
    for said in versions.members(old.agreement, new.agreement, only=others):
        yield versions.change("fund", said)


def _settlement(versions: Pair) -> Iterator[Change]:
    old, new = versions.old.agreement.settlement, versions.new.agreement.settlement
    for said in versions.members(old, new):
        yield versions.change("settlement", said)


def _approval(versions: Pair) -> Iterator[Change]:
    old, new = versions.old.agreement.agreement, versions.new.agreement.agreement
    for said in versions.members(old, new, only=_APPROVAL):
        yield versions.change("approval", said)


_SECTIONS: Final = (
    _fund,
    changed_parties.parties,
    changed_lists.contributions,
    changed_parties.measures,
    changed_keys.keys,
    changed_assignments.assignments,
    changed_lists.ladder,
    _settlement,
    _approval,
    changed_lists.budgets,
    changed_lists.lawfulness,
    changed_lists.mandates,
    changed_lists.categories,
)
