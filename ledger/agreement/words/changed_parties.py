"""Who joins, who leaves, and what changes about those who stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.agreement.schema import Party
from ledger.agreement.words import members
from ledger.agreement.words.changed_lists import moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.agreement.words.pair import Change, Pair

_SAID_ELSEWHERE = {"participant", "measures"}


def parties(pair: Pair) -> Iterator[Change]:
    """Yield who joins and leaves, what changes about the others, and their order."""
    before = {party.code: party for party in pair.old.agreement.party}
    after = {party.code: party for party in pair.new.agreement.party}
    for code in pair.order:
        old, new = before.get(code), after.get(code)
        for said in _one(pair, old, new):
            yield pair.change("parties", said, (code,))
    if moved(list(before), list(after)):
        order = pair.new.parties(after)
        yield pair.change("parties", pair.say("change.order.party", order=order))


def measures(pair: Pair) -> Iterator[Change]:
    """Yield what changes in the measures of those who were there and stay."""
    before = {party.code: party for party in pair.old.agreement.party}
    for new in pair.new.agreement.party:
        old = before.get(new.code)
        if old is None:
            continue
        for said in pair.members(old, new, subject=pair.new.party(new.code), only={"measures"}):
            yield pair.change("measures", said, (new.code,))


def _one(pair: Pair, old: Party | None, new: Party | None) -> Iterator[str]:
    if old is not None and new is not None:
        yield from _stays(pair, old, new)
    elif new is not None:
        yield _arrival(pair, new)
    else:
        assert old is not None, "in neither version"
        yield _departure(pair, old)


def _arrival(pair: Pair, party: Party) -> str:
    kind = members.value(pair.new, "kind", party.kind)
    name = pair.new.party(party.code)
    if not party.participant:
        return pair.say("change.new_outsider", party=name, kind=kind)
    return pair.say("change.joins", party=name, kind=kind, day=_from(pair, party))


def _departure(pair: Pair, party: Party) -> str:
    name = pair.new.party(party.code)
    if not party.participant:
        return pair.say("change.old_outsider", party=name)
    begins = pair.new.agreement.agreement.valid_from
    day = min(begins, party.until or begins)
    return pair.say("change.leaves", party=name, day=pair.new.day(day))


def _stays(pair: Pair, old: Party, new: Party) -> Iterator[str]:
    name = pair.new.party(new.code)
    if old.participant != new.participant:
        becomes = "participant" if new.participant else "outsider"
        yield pair.say(f"change.becomes_{becomes}", party=name, day=_from(pair, new))
    others = set(Party.model_fields) - _SAID_ELSEWHERE
    yield from pair.members(old, new, subject=name, only=others)


def _from(pair: Pair, party: Party) -> str:
    begins = pair.new.agreement.agreement.valid_from
    start = party.start if party.participant else None
    return pair.new.day(max(begins, start or begins))
