"""Entries of a catalogue that the board withdrew: what was picked of them counts no more.

An entry is an effect of one version of the catalogue. Withdrawing it names every pick of it,
so that from the number of that act on the facts know which savings are gone, whatever is
erased later. A settlement that froze its facts before keeps them. The entry can be picked no
more; what takes its place is filed as a new version of the catalogue, and can be picked on
the same spendings. A pick whose effect was erased stays: nobody can say that it was this one.

The trail names the picks, and commits to which effect it was: in clear it would tell for ever
what was picked on each of their spendings. Where the effect is erased from the withdrawal,
the picks stay withdrawn, but that the entry was is known no more: it can be picked again, and
withdrawn again.

Source:
    The settlement rules, Reversals, refunds, true-ups (a catalogue entry that the board
    withdraws).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import commitments, store
from ledger.errors import Conflict, Missing, shortened
from ledger.savings import catalogues
from ledger.tables import EffectPick, EffectWithdrawal, WithdrawnPick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.trail import Trail

_WITHDRAWAL: Final = store.table(EffectWithdrawal)
_WITHDRAWN: Final = store.table(WithdrawnPick)
_PICK: Final = store.table(EffectPick)
_ENTRIES: Final = select(_WITHDRAWAL.c.catalogue, _WITHDRAWAL.c.effect).where(
    _WITHDRAWAL.c.fund_id == bindparam("fund_id")
)


class UnknownEntry(Missing):
    """No version of the catalogue that is asked has such an effect."""

    slug = "unknown-entry"


class WithdrawnAlready(Conflict):
    """The entry was withdrawn before; once is enough."""

    slug = "withdrawn-already"


class Withdrawn(Conflict):
    """The effect was withdrawn from the catalogue of that day, so it cannot be picked."""

    slug = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An effect of a version of the catalogue."""

    catalogue: int
    effect: str


def entry(session: Session, fund_id: int, effect: str, version: int) -> Entry:
    """Return an entry that stands.

    Raises:
        UnknownEntry: There is no such version, or it has no such effect.
        WithdrawnAlready: It was withdrawn.
    """
    catalogue = catalogues.of_versions(session, fund_id, [version]).get(version)
    if catalogue is None or catalogue.find(effect) is None:
        has = "is not on file" if catalogue is None else f"has no effect {shortened(effect)!r}"
        raise UnknownEntry(f"version {version} of the catalogue {has}", version=version)
    found = Entry(catalogue=version, effect=effect)
    if found in entries(session, fund_id):
        raise WithdrawnAlready(
            f"effect {effect} of catalogue version {version} was withdrawn before",
            effect=effect,
            version=version,
        )
    return found


def entries(session: Session, fund_id: int) -> frozenset[Entry]:
    """Return the entries that were withdrawn, as far as they were not erased."""
    rows = session.connection().execute(_ENTRIES, {"fund_id": fund_id})
    return frozenset(
        Entry(catalogue=row.catalogue, effect=row.effect) for row in rows if row.effect is not None
    )


def picks(session: Session, fund_id: int, of: Entry) -> list[int]:
    """Return the numbers of the picks of an entry, whatever became of their spendings.

    Not of those that were withdrawn before, by an act of which the effect was erased.
    """
    asked = (
        select(_PICK.c.sequence, _PICK.c.effect)
        .where(
            _PICK.c.fund_id == fund_id,
            _PICK.c.catalogue == of.catalogue,
            ~is_withdrawn(fund_id, _PICK.c.sequence),
        )
        .order_by(_PICK.c.sequence)
    )
    found = session.connection().execute(asked)
    return [row.sequence for row in found if row.effect == of.effect]


def is_withdrawn(
    fund_id: ColumnElement[Any] | int,
    number: ColumnElement[Any],
    *,
    frozen: ColumnElement[Any] | int | None = None,
) -> ColumnElement[bool]:
    """Return whether a number is that of a pick which was withdrawn.

    Args:
        fund_id: Of the fund.
        number: Of a pick, or of the savings that came with it: they bear the same.
        frozen: Sequence up to which withdrawals count; ``None`` for all.
    """
    asked = select(_WITHDRAWN.c.pick).where(
        _WITHDRAWN.c.fund_id == fund_id, _WITHDRAWN.c.pick == number
    )
    if frozen is not None:
        asked = asked.where(_WITHDRAWN.c.sequence <= frozen)
    return asked.exists()


def write(end: Trail, of: Entry, numbers: Sequence[int], reason: str, *, act: Act) -> int:
    """Write that an entry is withdrawn, with the picks of it; returns the number of the act."""
    salt = act.random(commitments.SALT_BYTES)
    body = {
        "catalogue": of.catalogue,
        "picks": list(numbers),
        "commitment": commitments.of_fields(salt, {"effect": of.effect, "reason": reason}),
    }
    event = end.append(act, "effect.withdrawn", body)
    end.write([event])
    sequence: int = event["sequence"]
    place = {"fund_id": end.fund_id, "sequence": sequence}
    row = {"catalogue": of.catalogue, "effect": of.effect, "salt": salt, "reason": reason}
    store.insert(end.session, EffectWithdrawal, [place | row])
    store.insert(end.session, WithdrawnPick, [place | {"pick": number} for number in numbers])
    return sequence
