"""The fund's own references, found again in what a payer wrote.

People write ``OVB-2026-17`` as ``ovb 2026 17`` or ``OVB202617``; letters and digits are
compared, from the beginning of a word to the end of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LENGTH_MIN: Final = 6
"""Shorter references, in letters and digits, are found only where they stand alone: a
text holds many a number that is none."""

_WORD: Final = re.compile(r"[A-Z0-9]+")
_WORDS_MAX: Final = 100  # of a text that are looked at


def known(references: Iterable[str]) -> Mapping[str, str]:
    """Return references by their letters and digits; those that look alike are left out."""
    found: dict[str, str] = {}
    alike = set()
    for reference in references:
        letters = "".join(_words(reference))
        if found.setdefault(letters, reference) != reference:
            alike.add(letters)
    return {letters: name for letters, name in found.items() if letters and letters not in alike}


def named(references: Mapping[str, str], *, alone: str | None, text: str) -> str | None:
    """Return the one reference that a payment names; ``None`` if none or several.

    Args:
        references: As :func:`known` returns them.
        alone: A text that is a reference or nothing.
        text: Words among which a reference may stand.
    """
    whole = "".join(_words(alone or ""))
    spans = [] if not references else [*_spans(_words(text), max(map(len, references)))]
    inside = {span for span in spans if len(span) >= LENGTH_MIN and span in references}
    longest = {span for span in inside if not any(span in each for each in inside - {span})}
    if whole in references:
        longest.add(whole)
    return references[next(iter(longest))] if len(longest) == 1 else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.upper())[:_WORDS_MAX]


def _spans(words: list[str], length_max: int) -> Iterator[str]:
    """Yield what words make together with those after them, no longer than this."""
    for at in range(len(words)):
        span = ""
        for word in words[at:]:
            span += word
            if len(span) > length_max:
                break
            yield span
