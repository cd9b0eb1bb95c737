"""Which facts a settlement rests on: the lines, and what their keys looked at besides.

A key at case level looks at the other spendings of the case, a usage key at all spendings
of its window. Keys that no settled line can reach look at nothing.

Source:
    The formats, What ``overbrug settle`` writes (facts SHA-256); the settlement rules,
    Weights, ``usage`` (when the facts reach back).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledger.agreement.schema import UsageKey
from settlement import lines as lines_
from settlement import weighing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from ledger.agreement.schema import Key
    from settlement.knowledge import Knowledge
    from settlement.lines import Facts, Weighed
    from settlement.selection import Selection


def rows(facts: Facts, selection: Selection, weighed: Weighed) -> NDArray[np.bool_]:
    """Tell, per row of the file, whether it was settled or used for weights."""
    used = np.zeros(len(facts.spendings), dtype=bool)
    used[selection.rows] = True
    cases, booked_on = facts.spendings.texts["case"].codes, facts.spendings.booked_on
    for known, counted, key, of_key in _looks(facts, selection, weighed):
        if isinstance(key, UsageKey):
            window = known.usage.window(key)
            used |= (booked_on >= window.start.toordinal()) & (booked_on < window.until.toordinal())
        elif getattr(key, "level", None) == "case":
            asked = np.zeros(int(cases.max(initial=-1)) + 2, dtype=bool)
            asked[cases[of_key]] = True
            asked[-1] = False
            used |= asked[cases] & counted
    return used


def window_starts(facts: Facts, selection: Selection, weighed: Weighed) -> dict[str, date]:
    """Return the first day that each usage key in use looks back on."""
    starts: dict[str, date] = {}
    for known, _, key, _ in _looks(facts, selection, weighed):
        if isinstance(key, UsageKey):
            start = known.usage.window(key).start
            starts[key.code] = min(start, starts.get(key.code, start))
    return starts


def _looks(
    facts: Facts, selection: Selection, weighed: Weighed
) -> Iterator[tuple[Knowledge, NDArray[np.bool_], Key, NDArray[np.int64]]]:
    """Yield what was known, what of it counted, each key that was reached, and by which rows."""
    for known, numbers in lines_.by_knowledge(facts, selection, weighed.known):
        of_part = selection.rows[numbers]
        counted = selection.counted
        if known is not weighed.known:
            link = selection.link[int(of_part[0])]
            counted, _ = lines_.known_then(facts.runs, selection, link, period=facts.period)
        by_rule = weighing.by_rule(known, of_part, weighed.key[numbers], weighed.codes)
        for (era, code), of_rule in by_rule.items():
            rules = known.eras[era]
            for reached in weighing.reached(rules, code):
                yield known, counted, rules.keys[reached], of_part[of_rule]
