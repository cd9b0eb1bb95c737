"""What goes wrong with input, as values that people can read.

A *mistake* says where, what and what would be right. All mistakes of one input are
reported at once; nothing is changed by input that has any. A *refusal* answers an act that
was understood and will not be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.letters import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable


_SHOWN: Final = 40  # characters of a wrong text that a message repeats


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with an input.

    Args:
        where: The file, with its line (``spendings.csv:12``) or the path of the member
            inside it (``agreement.toml: key[2].shares``).
        what: What is wrong there and what would be right, one sentence without a stop.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return escaped(f"{self.where}: {self.what}")


class WrongInput(Exception):
    """The input has mistakes; nothing was done with it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class NotProved(Exception):
    """A figure could not be proved, so it is not given."""


class Refusal(Exception):
    """An act that was understood and will not be done; nothing was changed.

    Concrete refusals stand beside the function that raises them, and are named as facts.

    Args:
        detail: What was asked and why it is refused, one sentence without a stop.
        facts: The figures and names of that sentence, for programs.
    """

    slug = "refused"

    def __init__(self, detail: str, **facts: object) -> None:
        self.detail = detail
        self.facts = facts
        super().__init__(detail)


class Missing(Refusal):
    """What the act is about is not there."""

    slug = "missing"


class Conflict(Refusal):
    """The act does not fit what is on record."""

    slug = "conflict"


class Forbidden(Refusal):
    """Whoever acts may not do this."""

    slug = "forbidden"


def shortened(text: str) -> str:
    """Return as much of a wrong text as a message repeats."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
