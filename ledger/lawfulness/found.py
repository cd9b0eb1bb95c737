"""What the lawfulness test found: which rule, how it counts, for how much. Pure.

Source:
    The settlement rules, Lawfulness in the settlement: only rules that rest on law,
    ordinance, mandate or the signed agreement have a criterion; findings of internal
    control have none and never enter a statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["error", "uncertainty", "control"]
"""*Fout*, *onduidelijkheid*, or internal control (*interne beheersing*)."""

Criterion = Literal["budget", "conditions", "misuse"]
"""*Begrotings-*, *voorwaarden-* and *misbruik-en-oneigenlijk-gebruikcriterium*."""

KINDS: Final = ("error", "uncertainty", "control")
CRITERIA: Final = ("budget", "conditions", "misuse")

Figures = Mapping[str, int | str]
"""What a sentence fills in, by name: ``…_cents`` an amount, ``…_on`` an ISO date, ``days``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a spending fails.

    Args:
        rule: Code of the rule.
        version: Of the rule.
        kind: How it counts.
        criterion: Of a lawfulness statement; ``None`` for internal control.
        amount_cents: Above zero, at most the spending's.
        figures: What the sentence about it fills in.
    """

    rule: str
    version: int
    kind: Kind
    criterion: Criterion | None
    amount_cents: int
    figures: Figures

    def told(self) -> dict[str, Any]:
        """Return what the trail says of it."""
        told = {
            "rule": self.rule,
            "version": self.version,
            "kind": self.kind,
            "amount": self.amount_cents,
            "figures": dict(self.figures),
        }
        return told if self.criterion is None else told | {"criterion": self.criterion}


Place = tuple[int, int]
"""Where a finding stands: the number of the act that found it, and its line there."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What an act finds, and which findings it ends.

    Args:
        found: The number of each spending, and what it fails.
        ended: Where findings stand that stand no more.
    """

    found: list[tuple[int, Finding]] = field(default_factory=list)
    ended: list[Place] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.found or self.ended)

    def told(self) -> dict[str, Any]:
        """Return what the trail says of it."""
        return {
            "found": [{"spending": number, **each.told()} for number, each in self.found],
            "ended": [[*place] for place in self.ended],
        }
