"""The effects that were picked in a ledger, as trying other grades of evidence takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.savings import catalogues, picks
from settlement.sensitivity import Picked

if TYPE_CHECKING:
    from sqlmodel import Session


def picked(session: Session, fund_id: int, *, frozen: int) -> tuple[Picked, ...]:
    """Return the picks that carry an effect, but for those whose effect was erased.

    Args:
        session: That sees one moment.
        fund_id: The fund.
        frozen: Sequence up to which facts count.
    """
    carrying = picks.carrying(session, fund_id, frozen=frozen)
    versions = {each.catalogue for each in carrying}
    read = catalogues.of_versions(session, fund_id, versions)
    return tuple(
        Picked(
            spending=each.spending,
            effect=each.effect,
            catalogue=read[each.catalogue],
            case_holder=each.case_holder,
        )
        for each in carrying
    )
