"""Measures of an agreement that the board withdrew, and the numbers in their place.

A measure is a party's number in a version of the agreement, such as its inhabitants, which
keys of kind ``measure`` weigh by. Where it was a wrong count the board withdraws it and says
the right one. The text that was signed stays as it was signed; what reads the agreement from
the number of that act on reads the right number, and a settlement that froze its facts before
goes on reading the old one.

Source:
    The settlement rules, Reversals, refunds, true-ups (a measure that the board withdraws).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import commitments, store
from ledger.errors import Conflict, Missing
from ledger.tables import MeasureWithdrawal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from ledger.trail import Trail

_WITHDRAWAL: Final = store.table(MeasureWithdrawal)
_WITHDRAWN: Final = (
    select(*(_WITHDRAWAL.c[name] for name in ("sequence", "version", "party", "measure", "number")))
    .where(_WITHDRAWAL.c.fund_id == bindparam("fund_id"))
    .order_by(_WITHDRAWAL.c.sequence)
)


class UnknownMeasure(Missing):
    """No version in force has such a measure of such a party."""

    slug = "unknown-measure"


class MeasureStands(Conflict):
    """The measure has this number already."""

    slug = "measure-stands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A measure of a party in a version of the agreement, and the number in its place."""

    version: int
    party: str
    measure: str
    number: Fraction


def check(agreements: Sequence[Agreement], corrected: Corrected) -> None:
    """Refuse to withdraw a measure that is not there, or has the right number.

    Args:
        agreements: The versions in force, as they read now.
        corrected: What is asked.

    Raises:
        UnknownMeasure: There is no such measure.
        MeasureStands: It has this number already.
    """
    asked = f"version {corrected.version} has no {corrected.measure} of {corrected.party}"
    found = next((each for each in agreements if each.agreement.version == corrected.version), None)
    if found is None:
        numbers = ", ".join(str(each.agreement.version) for each in agreements)
        raise UnknownMeasure(
            f"version {corrected.version} is not in force; there is {numbers}",
            version=corrected.version,
        )
    parties = [party for party in found.party if party.code == corrected.party]
    measures = parties[0].measures if parties else {}
    if corrected.measure not in measures:
        known = sorted({name for party in found.party for name in party.measures})
        raise UnknownMeasure(f"{asked}; it has {', '.join(known) or 'no measures'}")
    if measures[corrected.measure] == corrected.number:
        raise MeasureStands(
            f"{corrected.measure} of {corrected.party} is {corrected.number} in version "
            f"{corrected.version} already; a measure is withdrawn for another number",
            version=corrected.version,
        )


def applied(agreements: Sequence[Agreement], all_of: Sequence[Corrected]) -> tuple[Agreement, ...]:
    """Return agreements that read the numbers in the place of withdrawn measures.

    Args:
        agreements: The versions.
        all_of: What was withdrawn, the last at the end.
    """
    number_of = {(each.version, each.party, each.measure): each.number for each in all_of}
    return tuple(_read(version, number_of) for version in agreements)


def on_record(session: Session, fund_id: int, *, frozen: int | None) -> tuple[Corrected, ...]:
    """Return the measures that were withdrawn, up to a sequence, the last at the end."""
    rows = session.connection().execute(_WITHDRAWN, {"fund_id": fund_id})
    return tuple(
        Corrected(
            version=row.version, party=row.party, measure=row.measure, number=Fraction(row.number)
        )
        for row in rows
        if frozen is None or row.sequence <= frozen
    )


def write(end: Trail, corrected: Corrected, reason: str, *, act: Act) -> int:
    """Write that a measure is withdrawn; returns the number of the act."""
    salt = act.random(commitments.SALT_BYTES)
    row = {
        "version": corrected.version,
        "party": corrected.party,
        "measure": corrected.measure,
        "number": str(corrected.number),
    }
    sealed = commitments.of_fields(salt, {"reason": reason})
    event = end.append(act, "measure.withdrawn", row | {"commitment": sealed})
    end.write([event])
    sequence: int = event["sequence"]
    place = {"fund_id": end.fund_id, "sequence": sequence}
    store.insert(end.session, MeasureWithdrawal, [place | row | {"salt": salt, "reason": reason}])
    return sequence


def _read(version: Agreement, number_of: dict[tuple[int, str, str], Fraction]) -> Agreement:
    """Return a version with the right numbers; the same object where none differs."""
    number = version.agreement.version
    parties: list[Any] = []
    for party in version.party:
        right = {
            name: number_of.get((number, party.code, name), there)
            for name, there in party.measures.items()
        }
        same = right == party.measures
        parties.append(party if same else party.model_copy(update={"measures": right}))
    if all(one is other for one, other in zip(parties, version.party, strict=True)):
        return version
    return version.model_copy(update={"party": tuple(parties)})
