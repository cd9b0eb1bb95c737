"""Picking effects: which pick carries its effect, what that saves whom, and what is written.

Which effect it is stands in the trail as a commitment only; the version of the catalogue
and of the agreement, and the amounts, stand there as they are.

Source:
    The settlement rules, Weights: within a case one effect counts once per horizon.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger import commitments, store
from ledger.agreement.versions import latest
from ledger.effects import expected, horizon
from ledger.savings import catalogues, on_record, rows, withdrawals
from ledger.savings.withdrawals import Entry
from ledger.tables import EffectPick, Saving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from ledger.effects.schema import Catalogue, Effect
    from ledger.orders import Order
    from ledger.savings.on_record import Carriers, Spent
    from ledger.trail import Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An effect of a catalogue, chosen for a spending."""

    spent: Spent
    effect: Effect
    catalogue: Catalogue
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A choice that was made before for a spending, which another stands in the place of.

    Args:
        choice: For what stands in its place.
        was: Number of the pick before.
        carried_by: Number of the pick that carries the effect; ``None`` if this one does.
        savings_cents: What it is expected to save, by party, as was worked out then.
    """

    choice: Choice
    was: int
    carried_by: int | None
    savings_cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The answer to a pick.

    Args:
        spending: Id.
        status: ``picked`` or, the same again, ``known``.
        number: Of the pick.
        carried_by: Id of the spending that the effect counts with already; ``None`` if it
            counts with this one.
        savings_cents: What it is expected to save, by party.
    """

    spending: str
    status: str
    number: int
    carried_by: str | None
    savings_cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    events: list[dict[str, Any]] = field(default_factory=list)
    picks: list[dict[str, Any]] = field(default_factory=list)
    savings: list[dict[str, Any]] = field(default_factory=list)


def of_orders(
    end: Trail, agreements: Sequence[Agreement], orders: Sequence[Order], *, act: Act
) -> list[Picked]:
    """Pick the effects that orders name which were recorded in the same act.

    What an order says of its effect is a text of its own, which counts as a pick where it is
    the code of an effect of that day's catalogue that was not withdrawn. Recording is never
    refused for it.
    """
    named = [(each, each.effect) for each in orders if each.effect is not None]
    if not named:
        return []
    session, fund_id = end.session, end.fund_id
    of_day = catalogues.of_days(session, fund_id, {order.spent_on for order, _ in named})
    gone = withdrawals.entries(session, fund_id)
    found = [
        (order.id, catalogue, effect)
        for order, code in named
        if (catalogue := of_day.get(order.spent_on))
        and (effect := catalogue.find(code))
        and entry_of(catalogue, effect) not in gone
    ]
    there = on_record.spent(session, fund_id, [spending for spending, *_ in found])
    return write(
        end,
        [
            choice(there[spending], effect, catalogue, agreements)
            for spending, catalogue, effect in found
            if there[spending].takes_none is None
        ],
        act=act,
    )


def entry_of(catalogue: Catalogue, effect: Effect) -> Entry:
    """Return what the board withdraws of a catalogue, if it withdraws this effect."""
    return Entry(catalogue=catalogue.catalogue.version, effect=effect.code)


def refuse_withdrawn(session: Session, fund_id: int, catalogue: Catalogue, effect: Effect) -> None:
    """Refuse to pick what was withdrawn.

    Raises:
        Withdrawn: It was.
    """
    if entry_of(catalogue, effect) in withdrawals.entries(session, fund_id):
        version = catalogue.catalogue.version
        raise withdrawals.Withdrawn(
            f"effect {effect.code} was withdrawn from catalogue version {version}; pick another, "
            "or file a version of the catalogue with what takes its place",
            effect=effect.code,
            version=version,
        )


def choice(
    spent: Spent, effect: Effect, catalogue: Catalogue, agreements: Sequence[Agreement]
) -> Choice:
    """Return a choice, which rests on the agreement of the day the money was spent."""
    agreement = latest(agreements, spent.spent_on)
    assert agreement is not None, "nothing is recorded of days before the first agreement"
    return Choice(spent=spent, effect=effect, catalogue=catalogue, agreement=agreement)


def write(end: Trail, choices: Sequence[Choice], *, act: Act) -> list[Picked]:
    """Write picks, in this order.

    Args:
        end: The fund's trail, locked, so that of two picks at once one carries.
        choices: What is picked.
        act: Who picks, and when.
    """
    if not choices:
        return []
    carriers = on_record.carriers(
        end.session,
        end.fund_id,
        cases={each.spent.case_number for each in choices if each.spent.case_number is not None},
        effects={each.effect.code for each in choices},
    )
    written = _Rows()
    made = [_pick(end, each, carriers, written, act) for each in choices]
    _write_rows(end, written)
    return made


def _write_rows(end: Trail, written: _Rows) -> None:
    end.write(written.events)
    store.insert(end.session, EffectPick, written.picks)
    store.insert(end.session, Saving, written.savings)


def write_kept(end: Trail, kept: Sequence[Kept], *, act: Act) -> None:
    """Write picks as they were made before; those that carry stand before what they carry."""
    written, now = _Rows(), {}
    for each in kept:
        now[each.was] = end.sequence + 1
        carrier = each.carried_by and now.get(each.carried_by, each.carried_by)
        _add(end, each.choice, carrier, each.savings_cents, written, act)
    if kept:
        _write_rows(end, written)


def place(spent: Spent) -> expected.Place:
    """Return where a spending stands, which says on whom its savings fall."""
    return expected.Place(
        organisation=spent.organisation, home=spent.home, case_holder=spent.case_holder
    )


def _pick(end: Trail, chosen: Choice, carriers: Carriers, written: _Rows, act: Act) -> Picked:
    spent, effect = chosen.spent, chosen.effect
    new = horizon.Pick(
        case=None if spent.case_number is None else str(spent.case_number),
        effect=effect.code,
        picked_on=spent.spent_on,
        sequence=end.sequence + 1,
    )
    carrier = horizon.carrier(
        new,
        carriers.picks.get((new.case, new.effect), ()),
        horizon_months=effect.horizon_months,
    )
    cents: Mapping[str, int] = {}
    if carrier is None:
        carriers.add(new, spent.id)
        cents = expected.saving(
            effect, catalogue=chosen.catalogue, agreement=chosen.agreement, place=place(spent)
        ).by_party
    _add(end, chosen, None if carrier is None else carrier.sequence, cents, written, act)
    return Picked(
        spending=spent.id,
        status="picked",
        number=new.sequence,
        carried_by=None if carrier is None else carriers.spending[carrier.sequence],
        savings_cents=cents,
    )


def _add(
    end: Trail,
    chosen: Choice,
    carried_by: int | None,
    cents: Mapping[str, int],
    written: _Rows,
    act: Act,
) -> None:
    spent, version = chosen.spent, chosen.catalogue.catalogue.version
    salt = act.random(commitments.SALT_BYTES)
    body = {
        "spending": spent.sequence,
        "catalogue": version,
        "agreement": chosen.agreement.agreement.version,
        "picked_on": spent.spent_on.isoformat(),
        "commitment": commitments.of_fields(salt, {"effect": chosen.effect.code}),
        "savings": dict(cents),
    }
    if carried_by is not None:
        body["carried_by"] = carried_by
    event = end.append(act, "effect.picked", body)
    written.events.append(event)
    written.picks.append(
        {
            "fund_id": end.fund_id,
            "sequence": event["sequence"],
            "spending": spent.sequence,
            "catalogue": version,
            "picked_on": spent.spent_on,
            "carried_by": carried_by,
            "salt": salt,
            "effect": chosen.effect.code,
        }
    )
    written.savings.extend(rows.of_event(end.fund_id, event["sequence"], spent.sequence, cents))
