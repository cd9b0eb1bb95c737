"""Citizen service numbers (BSN) in a text: nine digits that pass the 11-test, however written.

The digits may stand in groups with blanks, points, hyphens, strokes or slashes between. A number
beside them hides nothing: every run of whole groups is tried. To take dates and amounts
for one as seldom as possible, what stands between the groups must be of one kind, unless
there is nothing else beside them. Pure.

Source:
    The domain facts, 5.7 (BSN, 11-test).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from stdnum.nl import bsn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DIGITS: Final = 9
_GROUP: Final = re.compile(r"\d+")
_BETWEEN: Final = re.compile(r"[^\S\r\n]{0,2}[-./_\u2010-\u2015]?[^\S\r\n]{0,2}")
_CLOSE: Final = (" ", ".", "-")  # may stand between in turns
_WITHIN: Final = re.compile(r"[\s./_\u2010-\u2015-]+")


class Found(NamedTuple):
    """What looks like such a number: its digits, and where they stand."""

    digits: str
    start: int
    end: int


def found(text: str) -> Iterator[Found]:
    """Yield what looks like such a number, by where it begins; they may overlap."""
    groups = [*_GROUP.finditer(text)]
    gaps = [text[one.end() : other.start()] for one, other in pairwise(groups)]
    for first in range(len(groups)):
        last = _last(groups, gaps, first)
        if last is None:
            continue
        nine = "".join(each.group() for each in groups[first : last + 1])
        within, beside = gaps[first:last], [*gaps[:first][-1:], *gaps[last : last + 1]]
        if bsn.is_valid(nine) and (_is_alike(within) or _stands_alone(within, beside)):
            yield Found(nine, groups[first].start(), groups[last].end())


def is_one(text: str) -> bool:
    """Whether a text is such a number and nothing else."""
    nine = digits(text)
    return len(nine) == _DIGITS and bool(bsn.is_valid(nine))  # it fills up shorter ones


def digits(text: str) -> str:
    """Return a text without what may stand between the groups of such a number."""
    return _WITHIN.sub("", text)


def _last(groups: Sequence[re.Match[str]], gaps: Sequence[str], first: int) -> int | None:
    """Return with which group there are nine digits; ``None`` where there never are."""
    count = 0
    for at in range(first, len(groups)):
        count += len(groups[at].group())
        if count >= _DIGITS:
            return at if count == _DIGITS else None
        if at == len(gaps) or _BETWEEN.fullmatch(gaps[at]) is None:
            return None
    return None


def _is_alike(gaps: Sequence[str]) -> bool:
    """Whether all that stands between groups is of one kind, blanks aside."""
    return len({each.strip() for each in gaps}) <= 1


def _stands_alone(within: Sequence[str], beside: Sequence[str]) -> bool:
    """Whether groups stand close together, and no other close to them."""
    return all(each in _CLOSE for each in within) and not any(each in _CLOSE for each in beside)
