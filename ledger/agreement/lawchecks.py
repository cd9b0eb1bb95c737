"""What must hold in the ``[lawfulness]`` table: regimes and rules that are named exist.

That a council's share is above the maximum of its regime is no mistake: it is noted, by
``ledger.lawfulness.regimes.notes``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.lawfulness import regimes, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.schema import Agreement

OVERSPENT: Final = "budget"
"""What stands in the place of a rule for what exceeds a budget."""


def regime(agreement: Agreement) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The regime exists."""
    said = agreement.lawfulness.regime if agreement.lawfulness else None
    if said is not None and said not in regimes.CODES:
        there = ", ".join(regimes.CODES)
        yield ("lawfulness", "regime"), f"there is no regime {said!r}; there are {there}"


def measures(agreement: Agreement) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """A measure is about a rule that exists, once."""
    known, seen = {*rules.CODES, OVERSPENT}, set()
    for at, each in enumerate(agreement.lawfulness.measure if agreement.lawfulness else ()):
        where = ("lawfulness", "measure", at, "rule")
        if each.rule not in known:
            yield where, f"there is no rule {each.rule!r}; there are {', '.join(sorted(known))}"
        if each.rule in seen:
            yield where, "this rule has a measure already; keep one"
        seen.add(each.rule)
