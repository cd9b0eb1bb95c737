"""What does not fit, as values that people can read."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from ledger.letters import escaped

AT_THE_END: Final = sys.maxsize
"""The place of what can only be seen once every event was read."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """An event or a row that does not fit the others.

    Args:
        where: Which one, such as ``event 17`` or ``spending 17, amount_cents``.
        what: What does not fit, one sentence without a stop.
        number: Of the event that it is about, by which misfits are ordered.
    """

    where: str
    what: str
    number: int = AT_THE_END

    def __str__(self) -> str:
        return escaped(f"{self.where}: {self.what}")
