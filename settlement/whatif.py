"""The same facts under other keys: what each organisation would have paid.

For comparison only: the agreement decides the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledger.agreement.schema import MeasureKey, UsageKey
from ledger.errors import WrongInput
from settlement import lines as lines_
from settlement import weighing
from settlement.results import Note, Standing
from settlement.rounding import divide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ledger.facts import Spendings
    from settlement.engine import Working
    from settlement.eras import Era, Weights
    from settlement.lines import Weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What each party would have paid had one key applied to every line of the chain.

    ``left_out`` says why a key cannot be compared; then there are no cost shares. It is
    ``no-such-key`` (version), ``no-measure`` (measure), ``no-period`` or ``nobody-weighs``
    (where: file and line).
    """

    key: str
    cost_shares_cents: Mapping[str, int]
    left_out: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The weights that a key gives lines: ``vector`` says which of ``vectors`` each has.

    The share of party j is ``v[j] / sum(v)``.
    """

    vector: NDArray[np.int64]
    vectors: tuple[Weights, ...]


def keys(working: Working) -> tuple[str, ...]:
    """Return the keys that are compared: those of every version, the newest first."""
    versions = working.order.agreements
    return tuple(dict.fromkeys(key.code for version in reversed(versions) for key in version.key))


def compare(working: Working) -> tuple[Comparison, ...]:
    """Divide the chain anew under every key of the agreement, before the ladder."""
    return tuple(_under(working, code) for code in keys(working))


def _under(working: Working, key: str) -> Comparison:
    chosen = working.selection
    in_chain = np.flatnonzero(chosen.standing == Standing.CHAIN)
    own = np.intersect1d(lines_.own_lines(chosen), in_chain)
    weighed = _weighed(working, key, own, chosen.rows[own])
    if isinstance(weighed, Note):
        return Comparison(key=key, cost_shares_cents={}, left_out=weighed)
    lines_.follow_originals(chosen, weighed)
    vector, vectors = weighed.vectors.by_first_use(weighed.vector[in_chain])
    weights = Weighing(vector=vector, vectors=vectors)
    amounts = working.divided.lines.amount_cents[in_chain]
    return Comparison(key=key, cost_shares_cents=_divided(working, amounts, weights))


def of_every_line(working: Working, key: str) -> tuple[Weighing, Mapping[str, int]] | Note:
    """Weigh and divide every line of the run under a key: corrections as what they correct.

    Returns:
        The weights and cost shares before the ladder, or why there are none.
    """
    chosen = working.selection
    rows = _originals(working.facts.spendings, chosen.rows)
    weighed = _weighed(working, key, np.arange(len(rows)), rows)
    if isinstance(weighed, Note):
        return weighed
    vector, vectors = weighed.vectors.by_first_use(weighed.vector)
    weights = Weighing(vector=vector, vectors=vectors)
    return weights, _divided(working, working.divided.lines.amount_cents, weights)


def _originals(spendings: Spendings, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what reversals and refunds point to in the end, and all other rows as they are."""
    row_of = np.full(len(spendings.texts["id"].values) + 1, -1, dtype=np.int64)
    row_of[spendings.texts["id"].codes] = np.arange(len(spendings))
    for link in ("reverses", "refunds"):  # a refund may be reversed
        target = row_of[spendings.texts[link].codes[rows]]
        rows = np.where(target >= 0, target, rows)
    return rows


def _divided(
    working: Working, amount_cents: NDArray[np.int64], weights: Weighing
) -> Mapping[str, int]:
    parties = working.weighed.known.eras[0].parties
    division = divide(
        amount_cents,
        weights.vector,
        weights.vectors,
        parties=len(parties),
        nest=working.divided.nest,
    )
    sums = [sum(column) for column in division.cells_cents.T.tolist()]
    return dict(zip(parties, sums, strict=True))


def _weighed(
    working: Working, key: str, lines: NDArray[np.int64], rows: NDArray[np.int64]
) -> Weighed | Note:
    """Return the weights of the run, with lines weighed anew by the facts of rows."""
    known = working.weighed.known
    eras = {known.eras[at] for at in np.unique(known.era[rows]).tolist()} if len(rows) else ()
    missing = [era.agreement.agreement.version for era in eras if key not in era.keys]
    if missing:
        return Note("no-such-key", {"version": str(min(missing))})
    lacking = {measure for era in eras for measure in _lacking(era, key)}
    if lacking:
        return Note("no-measure", {"measure": min(lacking)})
    if working.order.period is None and any(_looks_back(era, key) for era in eras):
        return Note("no-period", {})
    weighed = working.weighed.copy()
    try:
        weighed.vector[lines] = weighing.weigh(
            known,
            rows,
            np.full(len(rows), weighed.codes.number(key)),
            codes=weighed.codes,
            vectors=weighed.vectors,
            apart=np.zeros(len(rows), dtype=bool),
        )
    except WrongInput as wrong:
        return Note("nobody-weighs", {"where": wrong.mistakes[0].where})
    return weighed


def _lacking(era: Era, key: str) -> Iterator[str]:
    """Yield the measures that a participant lacks; to mean nothing one writes 0."""
    of_code = {party.code: party for party in era.agreement.party}
    for code in weighing.reached(era, key):
        rule = era.keys[code]
        if isinstance(rule, MeasureKey):
            for party, takes_part in zip(era.parties, era.participants, strict=True):
                if takes_part and rule.measure not in of_code[party].measures:
                    yield rule.measure


def _looks_back(era: Era, key: str) -> bool:
    return any(isinstance(era.keys[code], UsageKey) for code in weighing.reached(era, key))
