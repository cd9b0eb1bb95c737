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

    from settlement.engine import Working
    from settlement.eras import Era


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


def compare(working: Working) -> tuple[Comparison, ...]:
    """Divide the chain anew under every key of the agreement, before the ladder."""
    versions = working.order.agreements
    codes = dict.fromkeys(key.code for version in reversed(versions) for key in version.key)
    return tuple(_under(working, code) for code in codes)


def _under(working: Working, key: str) -> Comparison:
    chosen, known = working.selection, working.weighed.known
    in_chain = np.flatnonzero(chosen.standing == Standing.CHAIN)
    own = np.intersect1d(lines_.own_lines(chosen), in_chain)
    eras = (
        {known.eras[at] for at in np.unique(known.era[chosen.rows[own]]).tolist()}
        if len(own)
        else ()
    )
    missing = [era.agreement.agreement.version for era in eras if key not in era.keys]
    if missing:
        return _left_out(key, "no-such-key", version=str(min(missing)))
    lacking = {measure for era in eras for measure in _lacking(era, key)}
    if lacking:
        return _left_out(key, "no-measure", measure=min(lacking))
    if working.order.period is None and any(_looks_back(era, key) for era in eras):
        return _left_out(key, "no-period")
    weighed = working.weighed.copy()
    try:
        weighed.vector[own] = weighing.weigh(
            known,
            chosen.rows[own],
            np.full(len(own), weighed.codes.number(key)),
            codes=weighed.codes,
            vectors=weighed.vectors,
            apart=np.zeros(len(own), dtype=bool),
        )
    except WrongInput as wrong:
        return _left_out(key, "nobody-weighs", where=wrong.mistakes[0].where)
    lines_.follow_originals(chosen, weighed)
    vector, vectors = weighed.vectors.by_first_use(weighed.vector[in_chain])
    lines = working.divided.lines
    division = divide(
        lines.amount_cents[in_chain],
        vector,
        vectors,
        parties=len(known.eras[0].parties),
        nest=working.divided.nest,
    )
    sums = [sum(column) for column in division.cells_cents.T.tolist()]
    parties = known.eras[0].parties
    return Comparison(key=key, cost_shares_cents=dict(zip(parties, sums, strict=True)))


def _left_out(key: str, why: str, **about: str) -> Comparison:
    return Comparison(key=key, cost_shares_cents={}, left_out=Note(why, about))


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
