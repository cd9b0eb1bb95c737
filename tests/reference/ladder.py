"""Climb the ladder a second time: dictionaries, one cent of thought at a time, no engine.

Written from the settlement rules, The ladder. ``climb`` takes the figures of the year so
far and returns the lines of this settlement, step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from tests.reference.runs import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Lines: TypeAlias = dict[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A floor, cap or risk pool of the agreement; cents."""

    kind: str
    amount: int
    over: Mapping[str, int]
    party: str = ""
    threshold: int = 0
    per_year: bool = True


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier settlement of the year; ``fallen`` is what fell on the holder, by rung."""

    cost_shares: Lines
    lines: Mapping[str, Lines]
    fallen: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Climbed:
    """Lines by rung (``floor``, ``cap``, ``pool-1``...), and what fell on the account holder."""

    lines: dict[str, Lines]
    fallen: dict[str, int]


def climb(
    cost_shares: Lines,
    entries: Sequence[Entry],
    *,
    present: set[str],
    holder: str,
    year: Sequence[Before],
) -> Climbed:
    """Return the lines of every rung; ``cost_shares`` holds all parties in their order."""
    order = list(cost_shares)
    rungs: list[tuple[str, list[Entry]]] = []
    for kind in ("floor", "cap"):
        of_kind = [entry for entry in entries if entry.kind == kind]
        if of_kind:
            rungs.append((kind, of_kind))
    pools = [entry for entry in entries if entry.kind == "risk-pool"]
    rungs += [(f"pool-{number}", [pool]) for number, pool in enumerate(pools, 1)]
    lines: dict[str, Lines] = {}
    fallen = {"floor": 0, "cap": 0}
    for at, (name, of_rung) in enumerate(rungs):
        counted = year if of_rung[0].per_year else []
        below = [earlier for earlier, _ in rungs[:at]]
        bears = {
            party: cost_shares[party]
            + sum(each.cost_shares.get(party, 0) for each in counted)
            + sum(lines[rung].get(party, 0) for rung in below)
            + sum(each.lines.get(rung, {}).get(party, 0) for each in counted for rung in below)
            for party in order
        }
        over = {p: weight for p, weight in of_rung[0].over.items() if p in present and weight}
        limits = {entry.party: entry.amount for entry in of_rung if entry.party in present}
        if name == "floor":
            result, fallen["floor"] = _floors(bears, limits, over, holder)
        elif name == "cap":
            result, fallen["cap"] = _caps(bears, limits, over, holder)
        else:
            result = _pool(bears, of_rung[0], over, present, holder)
        if name in fallen:
            fallen[name] -= sum(each.fallen[name] for each in counted)
        lines[name] = {
            party: result.get(party, 0)
            - sum(each.lines.get(name, {}).get(party, 0) for each in counted)
            for party in order
        }
    return Climbed(lines, fallen)


def _floors(bears: Lines, floors: Lines, over: Lines, holder: str) -> tuple[Lines, int]:
    if sum(bears.values()) < sum(floors.values()):
        return {}, 0
    result = {party: max(0, floor - bears[party]) for party, floor in floors.items()}
    room = {party: max(0, bears[party] - floors.get(party, 0)) for party in bears}
    left = sum(result.values())
    while left and (able := {p: weight for p, weight in over.items() if room[p]}):
        for party, part in _split(left, able, list(bears)).items():
            gives = min(part, room[party])
            room[party] -= gives
            left -= gives
            result[party] = result.get(party, 0) - gives
    result[holder] = result.get(holder, 0) - left
    return result, left


def _caps(bears: Lines, caps: Lines, over: Lines, holder: str) -> tuple[Lines, int]:
    result = {party: min(0, cap - bears[party]) for party, cap in caps.items()}
    left = -sum(result.values())
    room = {party: max(0, cap - bears[party]) for party, cap in caps.items()}
    while left and (able := {p: w for p, w in over.items() if room.get(p, 1)}):
        for party, part in _split(left, able, list(bears)).items():
            takes = min(part, room[party]) if party in room else part
            if party in room:
                room[party] -= takes
            left -= takes
            result[party] = result.get(party, 0) + takes
    result[holder] = result.get(holder, 0) + left
    return result, left


def _pool(bears: Lines, pool: Entry, over: Lines, present: set[str], holder: str) -> Lines:
    slice_ = min(max(0, sum(bears.values()) - pool.threshold), pool.amount)
    shares = {party: max(0, cents) for party, cents in bears.items() if party in present}
    if not slice_ or not any(shares.values()):
        return {}
    order = list(bears)
    result = {party: -part for party, part in _split(slice_, shares, order).items()}
    for party, part in (_split(slice_, over, order) if over else {holder: slice_}).items():
        result[party] = result.get(party, 0) + part
    return result


def _split(amount: int, weights: Mapping[str, int], order: list[str]) -> Lines:
    together = sum(weights.values())
    shares = {party: Fraction(weight, together) for party, weight in weights.items()}
    return largest_remainder(amount, shares, order)
