"""What a spending was expected to save, kept by what stands in its place.

A pick goes over as it was made: the same entry of the catalogue, the same amounts, worked
out under the agreement of then, and carried by the same pick or what that one became. Plain
amounts, and those whose effect was erased, go over as plain amounts. What was withdrawn, and
a pick that nothing carries any more, stays behind.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from ledger import funds, people, store, trail
from ledger.savings import amounts, catalogues, choosing, on_record
from ledger.tables import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.savings.on_record import LastPick

_EVENT: Final = store.table(Event)
_BODY: Final = select(_EVENT.c.body).where(
    _EVENT.c.fund_id == bindparam("fund_id"), _EVENT.c.sequence == bindparam("sequence")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What of a spending counts: its pick and the version of the agreement, and amounts.

    Args:
        spending: Id.
        pick: ``None`` where it has none that counts, or nobody can say any more which.
        agreement: By which the pick was worked out.
        cents: By party.
    """

    spending: str
    pick: LastPick | None
    agreement: int
    cents: Mapping[str, int]


def kept(session: Session, fund_id: int, numbers: Mapping[str, int]) -> list[Kept]:
    """Return what counts of spendings, those whose pick carries another's before that one.

    Args:
        session: Of the act.
        fund_id: The fund.
        numbers: Of the spendings, by id.
    """
    saved = on_record.saved(session, fund_id, list(numbers.values()))
    found = []
    for spending, number in numbers.items():
        pick = on_record.last_pick(session, fund_id, number)
        if pick is not None and (pick.effect is None or not pick.counts):
            pick = None
        cents = saved[number].cents if number in saved else {}
        if pick is not None or cents:
            agreement = 0 if pick is None else _agreement(session, fund_id, pick)
            found.append(Kept(spending=spending, pick=pick, agreement=agreement, cents=cents))
    return sorted(found, key=lambda each: 0 if each.pick is None else each.pick.sequence)


def _agreement(session: Session, fund_id: int, pick: LastPick) -> int:
    asked = {"fund_id": fund_id, "sequence": pick.sequence}
    body = json.loads(session.connection().execute(_BODY, asked).scalar_one())
    version: int = body["agreement"]
    return version


def give(
    session: Session,
    fund: str,
    all_of: Sequence[Kept],
    new_id: Mapping[str, str],
    *,
    may: Collection[str] = people.MAY_RECORD,
    act: Act,
) -> None:
    """Give what counted of spendings to what stands in their place.

    Args:
        session: Of the act.
        fund: Code of the fund.
        all_of: What counted, as :func:`kept` returns it.
        new_id: Of what stands in the place of each spending, by its id.
        may: Roles that may.
        act: Who does so, and when.
    """
    end, known = trail.lock(session, fund), funds.known(session, fund)
    picked = [each for each in all_of if each.pick is not None]
    spent = on_record.spent(session, known.id, [new_id[each.spending] for each in picked])
    read = catalogues.of_versions(
        session, known.id, {each.pick.catalogue for each in picked if each.pick}
    )
    written = []
    for each in picked:
        assert each.pick is not None
        assert each.pick.effect is not None, "one that was erased goes over as an amount"
        catalogue = read[each.pick.catalogue]
        carries = each.pick.carrier is None
        written.append(
            choosing.Kept(
                choice=choosing.Choice(
                    spent=spent[new_id[each.spending]],
                    effect=catalogue.effect_of(each.pick.effect),
                    catalogue=catalogue,
                    agreement=known.version(each.agreement),
                ),
                was=each.pick.sequence,
                carried_by=each.pick.carrier,
                savings_cents=each.cents if carries else {},
            )
        )
    choosing.write_kept(end, written, act=act)
    plain = [each for each in all_of if each.pick is None or each.pick.carrier is not None]
    asked = [
        amounts.Amount(new_id[each.spending], party, cents)
        for each in plain
        for party, cents in each.cents.items()
    ]
    if asked:
        amounts.record(session, fund, asked, may=may, act=act)
