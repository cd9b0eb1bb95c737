"""The shares that constant keys give: they depend on the day alone, not on a spending.

Source:
    The settlement rules, Weights: a key speaks about the participants of the day; its
    weights are restricted to them and rescaled.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from ledger.agreement.schema import EqualKey, FixedKey, MeasureKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from ledger.agreement.schema import Agreement, Key, Party

ConstantKey: TypeAlias = MeasureKey | FixedKey | EqualKey


def participants(agreement: Agreement, day: date) -> tuple[Party, ...]:
    """Return who takes part on a day, in the order of the agreement."""
    return tuple(party for party in agreement.party if party.takes_part_on(day))


def participants_ever(agreement: Agreement) -> tuple[str, ...]:
    """Return the codes of all participants, whenever they take part."""
    return tuple(party.code for party in agreement.party if party.participant)


def turning_points(agreement: Agreement, *others: Agreement) -> tuple[date, ...]:
    """Return the first day of an agreement, and the later ones on which anyone joins or leaves.

    Args:
        agreement: Whose validity counts.
        others: Agreements whose participants are looked at as well.
    """
    terms = agreement.agreement
    days = {
        day
        for each in (agreement, *others)
        for party in each.party
        if party.participant
        for day in (party.start, party.until)
        if day is not None and terms.valid_from < day
    }
    within = (day for day in days if terms.valid_until is None or day < terms.valid_until)
    return terms.valid_from, *sorted(within)


def shares(agreement: Agreement, key: ConstantKey, day: date) -> dict[str, Fraction]:
    """Return what each participant of a day bears under a constant key.

    Returns:
        Shares that sum to 1, zeros included; nothing where the key weighs nobody.
    """
    weights = _weights(key, participants(agreement, day))
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()} if total else {}


def constant(keys: Iterable[Key]) -> Mapping[str, ConstantKey]:
    """Return the constant keys among some keys, by code."""
    return {key.code: key for key in keys if isinstance(key, ConstantKey)}


def _weights(key: ConstantKey, parties: Iterable[Party]) -> dict[str, Fraction]:
    match key:
        case MeasureKey():
            return {each.code: each.measures.get(key.measure, Fraction(0)) for each in parties}
        case FixedKey():
            return {each.code: key.shares.get(each.code, Fraction(0)) for each in parties}
        case _:
            chosen = key.parties
            return {each.code: Fraction(chosen is None or each.code in chosen) for each in parties}
