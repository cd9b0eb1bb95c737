"""The ladder: floors, caps and risk pools, after the division.

A rung takes what every party bears so far, moves money between parties, and leaves its
lines, which sum to zero. All floors are one rung, all caps are one, each risk pool is one.
A rung that is computed *per year* looks at the calendar year so far and books the
difference with what it already booked; who is no participant on the last day neither
gives nor takes.

Source:
    The settlement rules, The ladder.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger import money
from ledger.agreement.schema import EqualKey, FixedKey, Limit, MeasureKey, RiskPool
from settlement.eras import constant_weights
from settlement.results import Adjustment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from ledger.agreement.schema import Agreement
    from settlement.eras import Weights

_ORDER: Final = {"floor": 0, "cap": 1, "risk-pool": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What an earlier settlement of the same calendar year booked."""

    cost_shares_cents: Mapping[str, int]
    adjustments: tuple[Adjustment, ...]
    unplaced_cents: int = 0
    untaken_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """The lines of all rungs that applied.

    ``unplaced_cents`` is what no organisation could take from the caps, and
    ``untaken_cents`` what none could give to the floors; both fell on the account holder.
    As with the lines, a rung per year leaves what differs from what the year booked so far.
    """

    adjustments: tuple[Adjustment, ...]
    unplaced_cents: int
    untaken_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    """One step of the ladder; ``pool`` counts the risk pools of the agreement from 1."""

    kind: str
    pool: int | None
    entries: tuple[Limit | RiskPool, ...]

    @property
    def per_year(self) -> bool:
        return self.entries[0].per == "year"

    @property
    def over(self) -> str:
        return self.entries[0].over

    @property
    def place(self) -> tuple[int, int]:
        return _place(self.kind, self.pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bearers:
    """Who bears what when a rung begins; positions are in the order of parties."""

    parties: tuple[str, ...]
    present: Weights  # 1 for a participant on the last day, else 0
    account_holder: str
    over: Weights
    bears: list[int]

    def limits(self, entries: Sequence[Limit | RiskPool]) -> list[int | None]:
        """Return each party's limit in cents; ``None`` where it has none that applies."""
        of_party = {entry.party: entry.amount for entry in entries if isinstance(entry, Limit)}
        return [
            of_party.get(code) if present else None
            for code, present in zip(self.parties, self.present, strict=True)
        ]

    def on_the_holder(self, cents: int) -> list[int]:
        """Return an amount that falls on the account holder alone."""
        return [cents * (code == self.account_holder) for code in self.parties]


def climb(
    cost_shares_cents: Mapping[str, int],
    *,
    agreement: Agreement,
    last_day: date,
    earlier: Sequence[Booked],
) -> Climb:
    """Climb the ladder of an agreement.

    Args:
        cost_shares_cents: What the division gave every party, in the order of parties.
        agreement: The version in force on the period's last day.
        last_day: The period's last day.
        earlier: The settlements of the same calendar year, oldest first.
    """
    parties = tuple(cost_shares_cents)
    of_code = {party.code: party for party in agreement.party}
    present = tuple(
        int(code in of_code and of_code[code].takes_part_on(last_day)) for code in parties
    )
    adjustments: list[Adjustment] = []
    left: Counter[str] = Counter()
    for rung in _rungs(agreement):
        year = earlier if rung.per_year else ()
        bearers = _Bearers(
            parties=parties,
            present=present,
            account_holder=agreement.agreement.account_holder,
            over=_over(agreement, rung.over, parties, present),
            bears=_bears(cost_shares_cents, adjustments, year, below=rung.place),
        )
        moved, left_over = _MOVES[rung.kind](bearers, rung)
        left[rung.kind] += left_over - sum(_left_over(run, rung.kind) for run in year)
        booked = _lines((line for run in year for line in run.adjustments), at=rung.place)
        step = 1 + max((line.step for line in adjustments), default=0)
        adjustments += [
            Adjustment(step=step, kind=rung.kind, pool=rung.pool, party=code, amount_cents=line)
            for code, cents in zip(parties, moved, strict=True)
            if (line := cents - booked.get(code, 0))
        ]
    assert not sum(line.amount_cents for line in adjustments), "each step sums to zero"
    return Climb(
        adjustments=tuple(adjustments), unplaced_cents=left["cap"], untaken_cents=left["floor"]
    )


def _left_over(run: Booked, kind: str) -> int:
    return {"cap": run.unplaced_cents, "floor": run.untaken_cents}.get(kind, 0)


def _rungs(agreement: Agreement) -> Iterator[_Rung]:
    """Yield floors, caps and risk pools, whatever their order in the file."""
    for kind in ("floor", "cap"):
        entries = tuple(entry for entry in agreement.ladder if entry.kind == kind)
        if entries:
            yield _Rung(kind=kind, pool=None, entries=entries)
    pools = [entry for entry in agreement.ladder if isinstance(entry, RiskPool)]
    for pool, entry in enumerate(pools, 1):
        yield _Rung(kind="risk-pool", pool=pool, entries=(entry,))


def _place(kind: str, pool: int | None) -> tuple[int, int]:
    return _ORDER[kind], pool or 0


def _over(agreement: Agreement, code: str, parties: tuple[str, ...], present: Weights) -> Weights:
    """Return the weights of a ladder's key over the participants of the last day."""
    key = next(key for key in agreement.key if key.code == code)
    assert isinstance(key, MeasureKey | FixedKey | EqualKey), "the agreement was checked"
    of_code = {party.code: party for party in agreement.party}
    weights = constant_weights(key, [of_code.get(party) for party in parties])
    return tuple(weight * there for weight, there in zip(weights, present, strict=True))


def _bears(
    cost_shares_cents: Mapping[str, int],
    adjustments: Sequence[Adjustment],
    year: Sequence[Booked],
    *,
    below: tuple[int, int],
) -> list[int]:
    """Add up cost shares and the lines of earlier rungs, of this run and of the year's."""
    booked = [line for run in year for line in run.adjustments if _place_of(line) < below]
    moved = _lines([*booked, *adjustments])
    return [
        cents + moved.get(code, 0) + sum(run.cost_shares_cents.get(code, 0) for run in year)
        for code, cents in cost_shares_cents.items()
    ]


def _lines(
    adjustments: Iterator[Adjustment] | Sequence[Adjustment], *, at: tuple[int, int] | None = None
) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in adjustments:
        if at is None or _place_of(line) == at:
            sums[line.party] = sums.get(line.party, 0) + line.amount_cents
    return sums


def _place_of(line: Adjustment) -> tuple[int, int]:
    return _place(line.kind, line.pool)


def _floors(bearers: _Bearers, rung: _Rung) -> tuple[list[int], int]:
    """Lift parties to their floors; the others give down to their own floor or zero."""
    floors = bearers.limits(rung.entries)
    applying = [floor for floor in floors if floor is not None]
    if sum(bearers.bears) < sum(applying):
        return [0] * len(floors), 0
    pairs = list(zip(bearers.bears, floors, strict=True))
    lifted = [0 if floor is None else max(0, floor - bears) for bears, floor in pairs]
    given, left = _spread(
        sum(lifted), bearers.over, [max(0, bears - (floor or 0)) for bears, floor in pairs]
    )
    holder = bearers.on_the_holder(left)
    return [up - down - h for up, down, h in zip(lifted, given, holder, strict=True)], left


def _caps(bearers: _Bearers, rung: _Rung) -> tuple[list[int], int]:
    """Cut parties to their caps; the others take up to their own cap."""
    pairs = list(zip(bearers.bears, bearers.limits(rung.entries), strict=True))
    excess = [0 if cap is None else max(0, bears - cap) for bears, cap in pairs]
    taken, left = _spread(
        sum(excess),
        bearers.over,
        [None if cap is None else max(0, cap - bears) for bears, cap in pairs],
    )
    holder = bearers.on_the_holder(left)
    return [up - down + h for up, down, h in zip(taken, excess, holder, strict=True)], left


def _risk_pool(bearers: _Bearers, rung: _Rung) -> tuple[list[int], int]:
    """Let ``over`` bear a slice of the total cost instead of the keys."""
    (pool,) = rung.entries
    assert isinstance(pool, RiskPool)
    slice_cents = min(max(0, sum(bearers.bears) - pool.threshold), pool.amount)
    borne = [
        max(0, bears) * there for bears, there in zip(bearers.bears, bearers.present, strict=True)
    ]
    if not slice_cents or not any(borne):
        return [0] * len(borne), 0
    by_over, left = _spread(slice_cents, bearers.over, [None] * len(borne))
    by_keys = money.split(money.Cents(slice_cents), borne)
    holder = bearers.on_the_holder(left)
    return [up - down + h for up, down, h in zip(by_over, by_keys, holder, strict=True)], left


_MOVES: Final = {"floor": _floors, "cap": _caps, "risk-pool": _risk_pool}


def _spread(total: int, weights: Weights, rooms: Sequence[int | None]) -> tuple[list[int], int]:
    """Spread an amount over those with room, again and again until nothing is left.

    Args:
        total: Cents, 0 or more.
        weights: By what it is spread.
        rooms: How much each can take; ``None`` for any amount.

    Returns:
        What each takes, and what nobody could take.
    """
    parts = [0] * len(weights)
    while total:
        able = [
            weight if room is None or part < room else 0
            for weight, room, part in zip(weights, rooms, parts, strict=True)
        ]
        if not any(able):
            break
        for at, share in enumerate(money.split(money.Cents(total), able)):
            room = rooms[at]
            taken = share if room is None else min(share, room - parts[at])
            parts[at] += taken
            total -= taken
    return parts, total
