"""What changes in the keys, and in what every participant bears under the constant ones."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from ledger.agreement.canonical import plain
from ledger.agreement.words import keys as key_words
from ledger.agreement.words.changed_lists import moved
from ledger.agreement.words.shares import constant, shares, turning_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ledger.agreement.schema import Key
    from ledger.agreement.words.pair import Change, Pair
    from ledger.agreement.words.shares import ConstantKey

_NOTHING: Final = Fraction(0)


def keys(pair: Pair) -> Iterator[Change]:
    """Yield keys that come, go or say something else, shares that change, and the order."""
    before = {key.code: key for key in pair.old.agreement.key}
    after = {key.code: key for key in pair.new.agreement.key}
    for code, key in before.items():
        if code not in after:
            words = key_words.definition(pair.old, key)
            said = pair.say("change.key.gone", key=pair.old.key(code), words=words)
            yield pair.change("keys", said)
    for code, key in after.items():
        yield from _one(pair, before.get(code), key)
    if moved(list(before), list(after)):
        order = ", ".join(map(pair.new.key, after))
        yield pair.change("keys", pair.say("change.order.key", order=order))


def _one(pair: Pair, old: Key | None, new: Key) -> Iterator[Change]:
    if old is None:
        words = key_words.in_words(pair.new, new)
        said = pair.say("change.key.new", key=pair.new.key(new.code), words=words)
        yield pair.change("keys", said)
        return
    if plain(old) != plain(new):
        yield pair.change("keys", _redefined(pair, old, new))
    before, after = constant([old]), constant([new])
    for code in before.keys() & after.keys():
        yield from _borne(pair, before[code], after[code])


def _redefined(pair: Pair, old: Key, new: Key) -> str:
    name = pair.new.key(new.code)
    said = key_words.definition(pair.old, old), key_words.definition(pair.new, new)
    if said[0] != said[1]:
        return pair.say("change.key.redefined", key=name, old=said[0], new=said[1])
    written = [json.dumps(plain(each), ensure_ascii=False) for each in (old, new)]
    return pair.say("change.key.written", key=name, old=written[0], new=written[1])


def _borne(pair: Pair, old: ConstantKey, new: ConstantKey) -> Iterator[Change]:
    days = turning_points(pair.new.agreement, pair.old.agreement)
    before = [shares(pair.old.agreement, old, day) for day in days]
    after = [shares(pair.new.agreement, new, day) for day in days]
    told: list[tuple[date, Change]] = []
    for code in pair.order:
        both = [
            (was.get(code, _NOTHING), becomes.get(code, _NOTHING))
            for was, becomes in zip(before, after, strict=True)
        ]
        for (was, becomes), start, end in _periods(days, both):
            if was != becomes:
                values = {"party": pair.new.party(code), "key": pair.new.key(new.code)}
                said = _share(pair, (was, becomes), values)
                change = pair.change("keys", _within(pair, start, end, said), (code,))
                told.append((start, change))
    for _, change in sorted(told, key=itemgetter(0)):
        yield change


def _periods(
    days: Sequence[date], both: Sequence[tuple[Fraction, Fraction]]
) -> Iterator[tuple[tuple[Fraction, Fraction], date, date | None]]:
    runs = [
        (shares_then, next(days_then)[1])
        for shares_then, days_then in groupby(zip(both, days, strict=True), key=itemgetter(0))
    ]
    ends = [start for _, start in runs[1:]]
    for (shares_then, start), end in zip_longest(runs, ends):
        yield shares_then, start, end


def _share(pair: Pair, both: tuple[Fraction, Fraction], values: dict[str, str]) -> str:
    shown = pair.new.apart(*both)
    old, new = (
        text if share else pair.say("change.share.nothing")
        for share, text in zip(both, shown, strict=True)
    )
    return pair.say("change.share", old=old, new=new, **values)


def _within(pair: Pair, start: date, end: date | None, said: str) -> str:
    """Return a sentence with the days for which it holds, where it does not always."""
    at_once = start == pair.new.agreement.agreement.valid_from
    if end is None:
        if at_once:
            return said
        return pair.say("change.share.from", said=said, start=pair.new.day(start))
    name = "change.share.until" if at_once else "change.share.between"
    return pair.say(name, said=said, start=pair.new.day(start), end=pair.new.last_day(end))
