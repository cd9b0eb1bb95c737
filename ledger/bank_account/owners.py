"""Whose accounts are whose, as the agreement says: the pool's, and those of participants.

Pure. The pool's account is that of the account holder; another holder, or another IBAN of
the holder, begins with the version that says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledger.agreement.versions import latest
from ledger.bank.items import STRANGER
from ledger.bank.values import squeezed
from ledger.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from ledger.agreement.schema import Agreement


class NoPoolAccount(Conflict):
    """The agreement does not say which account is the pool's."""

    slug = "no-pool-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAccount:
    """An account of the pool.

    Args:
        iban: Without spaces.
        since: The first day on which it was the pool's.
        until: Day after the last; ``None`` where it still is.
    """

    iban: str
    since: date
    until: date | None


def pool_accounts(agreements: Sequence[Agreement]) -> Mapping[str, PoolAccount]:
    """Return the pool's accounts by IBAN, the oldest first.

    Args:
        agreements: Versions in force, oldest first.

    Raises:
        NoPoolAccount: No version gives the account holder an IBAN.
    """
    found: dict[str, PoolAccount] = {}
    for version in agreements:
        iban = iban_of(version, version.agreement.account_holder)
        if iban is None:
            continue
        until = None if version is agreements[-1] else version.agreement.valid_until
        new = PoolAccount(iban=iban, since=version.agreement.valid_from, until=until)
        found[iban] = replace(found.get(iban, new), until=until)
    if not found:
        holder = agreements[-1].agreement.account_holder
        raise NoPoolAccount(
            f"the agreement gives the account holder {holder} no iban, so no account is the "
            "pool's; file a version that does",
            account_holder=holder,
        )
    return found


def iban_of(version: Agreement, party: str) -> str | None:
    """Return the IBAN of a party, without spaces; ``None`` where the agreement has none."""
    found = next((each.iban for each in version.party if each.code == party), None)
    return None if found is None else squeezed(found)


def participants(agreements: Sequence[Agreement]) -> frozenset[str]:
    """Return the IBANs of all who ever took part."""
    return frozenset(
        squeezed(party.iban)
        for version in agreements
        for party in version.party
        if party.participant and party.iban is not None
    )


def pays_from(agreements: Sequence[Agreement], party: str, on: date) -> str:
    """Return the account from which a party pays in, if the agreement of a day names one.

    That of the pool is none: who holds it pays in from another, which nobody named.
    """
    version = latest(agreements, on)
    iban = None if version is None else iban_of(version, party)
    return STRANGER if iban is None or _is_pools(agreements, iban, on) else iban


def owner(agreements: Sequence[Agreement], iban: str | None, on: date) -> str | None:
    """Return the one participant of a day that pays in from an account.

    ``None`` if none does or several; what comes from an account of the pool itself says
    nothing about who paid it.
    """
    version = latest(agreements, on)
    if version is None or iban is None or _is_pools(agreements, iban, on):
        return None
    found = [
        party.code
        for party in version.party
        if party.takes_part_on(on) and iban_of(version, party.code) == iban
    ]
    return found[0] if len(found) == 1 else None


def _is_pools(agreements: Sequence[Agreement], iban: str, on: date) -> bool:
    """Whether an account is the pool's on a day, or was before."""
    account = pool_accounts(agreements).get(iban)
    return account is not None and account.since <= on
