"""What changes in which key applies to which spendings.

A rule is recognised by the spendings that it is about; where those changed, by its key.
What then is left was added or dropped. The first rule that fits counts, so that a rule
which moves is told as well.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.agreement.canonical import plain
from ledger.agreement.words import rules
from ledger.agreement.words.changed_lists import told_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.agreement.schema import Assignment
    from ledger.agreement.words.pair import Change, Pair
    from ledger.agreement.words.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    place: int  # from 1
    key: str
    about: str  # the conditions in their canonical form
    spendings: str
    words: str


def assignments(pair: Pair) -> Iterator[Change]:
    """Yield which rules are added, dropped, moved or say something else."""
    old, new = _rules(pair.old), _rules(pair.new)
    matched = _matched(old, new)
    kept = set(matched.values())
    for place, rule in enumerate(old):
        if place not in kept:
            yield _said(pair, "gone", place=rule.place, words=rule.words)
    for place, rule in enumerate(new):
        if place not in matched:
            yield _said(pair, "new", place=rule.place, words=rule.words)
        else:
            yield from _changed(pair, old[matched[place]], rule)
    for place in _out_of_order(matched):
        before, after = old[matched[place]], new[place]
        yield _said(pair, "moved", old=before.place, new=after.place, words=after.words)


def _changed(pair: Pair, old: _Rule, new: _Rule) -> Iterator[Change]:
    if old.key != new.key:
        keys = {"old": pair.old.key(old.key), "new": pair.new.key(new.key)}
        yield _said(pair, "key", spendings=new.spendings, **keys)
    if old.about != new.about:
        before, after = old.spendings, new.spendings
        if before == after:
            before, after = old.about, new.about
        key = pair.new.key(new.key)
        yield _said(pair, "other", place=new.place, key=key, old=before, new=after)


def _said(pair: Pair, what: str, **values: object) -> Change:
    return pair.change("assignments", pair.say(f"change.assignment.{what}", **values))


def _rules(voice: Voice) -> list[_Rule]:
    assigned = voice.agreement.assignment
    only = len(assigned) == 1
    return [
        _Rule(
            place=place,
            key=each.key,
            about=_about(each),
            spendings=rules.spendings(voice, each, only=only),
            words=rules.assignment_in_words(voice, each, only=only),
        )
        for place, each in enumerate(assigned, start=1)
    ]


def _about(assignment: Assignment) -> str:
    conditions = {name: found for name, found in plain(assignment).items() if name != "key"}
    return json.dumps(conditions, ensure_ascii=False)


def _matched(old: Sequence[_Rule], new: Sequence[_Rule]) -> dict[int, int]:
    """Return for places in the new list, from 0, the places of the same rules in the old one."""
    same = dict(zip(told_apart((rule.about,) for rule in old), range(len(old)), strict=True))
    found = {
        place: same[identity]
        for place, identity in enumerate(told_apart((rule.about,) for rule in new))
        if identity in same
    }
    left = [place for place in range(len(old)) if place not in found.values()]
    for place, rule in enumerate(new):
        candidates = [each for each in left if old[each].key == rule.key]
        if place not in found and candidates:
            found[place] = candidates[0]
            left.remove(candidates[0])
    return found


def _out_of_order(matched: dict[int, int]) -> list[int]:
    """Return the places that break the old order, as few as possible."""
    places = sorted(matched)
    chains: list[list[int]] = []
    for place in places:
        length = bisect_left([matched[chain[-1]] for chain in chains], matched[place])
        chain = [*(chains[length - 1] if length else []), place]
        chains[length : length + 1] = [chain]
    kept = set(chains[-1]) if chains else set()
    return [place for place in places if place not in kept]
