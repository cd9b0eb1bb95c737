"""What lines are, found anew with every import from all that is known by then.

Because nothing rests on what an earlier import took a line for, statements may come in any
order and any pieces: in the end the same lines are the same acts. Only what somebody said,
what was taken as a contribution, and what lies in a period that was proposed stays.

What comes in from a participant's account and may be nothing else becomes a contribution,
whether it was due or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger import contributions, funds, store, trail
from ledger.agreement.versions import latest
from ledger.bank import matching
from ledger.bank_account import expected as expecting
from ledger.bank_account import on_record, owners, payments, received, rows
from ledger.bank_account.on_record import OPEN, RECEIVED, Act, Found
from ledger.tables import BankMatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlmodel import Session

    from ledger.acts import Act as ActOf
    from ledger.bank.items import Item
    from ledger.bank.kept import Line, LineKey
    from ledger.bank.matching import Match
    from ledger.bank_account.expected import Expected
    from ledger.bank_account.payments import Payment
    from ledger.bank_account.rows import Place
    from ledger.contributions import Receipt
    from ledger.funds import Known
    from ledger.trail import Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What was found out: how many lines are something since now, and how many still nothing.

    Args:
        matched: Lines that are an act, and were not, or another.
        received: Those of them that were taken as contributions.
        open: Lines of which nobody knows what they are.
    """

    matched: int
    received: int
    open: int


def renew(session: Session, fund: str, *, act: ActOf) -> Renewed:
    """Find out what lines are, and write down what changed."""
    end, known = funds.lock(session, fund)
    since = received.open_from(end)
    lines = on_record.unpinned(session, known.id, since=since)
    paid = payments.payments(session, known)
    there = expecting.expected(session, known, lines.values(), paid, since=since)
    taken = _receive(session, known, act, _contributed(known, lines, there, paid, end, act))
    rest = {place: line for place, line in lines.items() if place not in taken}
    now = {**taken, **_matched(rest, there)}
    before = on_record.found(session, known.id, lines)
    changed = [*_changed(lines, before, now)]
    write(trail.lock(session, fund), act, changed)
    return Renewed(
        matched=sum(bool(found.acts) for _, found in changed),
        received=len(taken),
        open=len(lines.keys() - now.keys()),
    )


def write(end: Trail, act: ActOf, found: Sequence[tuple[Place, Found]]) -> None:
    """Write what lines are, in one event; where there is nothing to write, none."""
    written = [
        {
            "of_sequence": place.sequence,
            "of_line": place.line,
            "act": each and each.sequence,
            "party": each and each.party,
            "rule": rule,
        }
        for place, (acts, rule) in found
        for each in _in_order(acts)
    ]
    if not written:
        return
    numbered = rows.numbered(end.fund_id, end.sequence + 1, written)
    root = rows.root([("bank_match", rows.MATCH, numbered)])
    event = end.append(act, "bank.matched", {"matches": len(numbered), "root": root.hex()})
    end.write([event])
    store.insert(end.session, BankMatch, numbered)


def _in_order(acts: Iterable[Act]) -> Sequence[Act | None]:
    """Return acts in order, and nothing as one."""
    if not acts:
        return [None]
    return sorted(acts, key=lambda each: (each.sequence, each.party or ""))


def _contributed(
    known: Known,
    lines: Mapping[Place, Line],
    there: Expected,
    paid: Sequence[Payment],
    end: Trail,
    act: ActOf,
) -> Iterator[tuple[Place, Receipt]]:
    """Yield lines that can be nothing but a contribution, in order of day.

    Not those that name a payment, come before the fund began, or may be something that is
    on record; nor, while a settlement waits to be paid, what an organisation pays that owes
    some of it, unless that is what the agreement asks of it.
    """
    first = known.agreements[0].agreement.valid_from
    today = act.day(known.timezone)
    owing = {each.party for each in paid if each.paid is None and each.amount_cents > 0}
    for place, line in sorted(lines.items(), key=lambda each: each[1].key):
        party = owners.owner(known.agreements, line.iban, line.booked_on)
        if party is None or line.names or not first <= line.booked_on <= today:
            continue
        owes = party in owing and not _is_due(known, party, line)
        if not owes and not any(_may_be(line, item) for item in there.items):
            yield place, received.receipt(line, party, end)


def _may_be(line: Line, item: Item) -> bool:
    """Whether a line may be an item: whatever the day where the account says so, else near."""
    near = abs((line.booked_on - item.on).days) <= matching.WINDOW_DAYS
    return line.amount_cents == item.amount_cents and item.fits(line) and (near or bool(item.iban))


def _is_due(known: Known, party: str, line: Line) -> bool:
    """Whether the agreement asks for a contribution of this amount."""
    version = latest(known.agreements, line.booked_on)
    assert version is not None, "the fund had begun"
    return any(
        each.party == party and each.amount == line.amount_cents for each in version.contribution
    )


def _receive(
    session: Session, known: Known, act: ActOf, taken: Iterable[tuple[Place, Receipt]]
) -> dict[Place, Found]:
    """Take lines as contributions."""
    found = dict(taken)
    answers = contributions.receive(session, known.code, [*found.values()], act=act)
    return {
        place: Found(frozenset({Act(answer.number)}), RECEIVED)
        for place, answer in zip(found, answers, strict=True)
    }


def _matched(lines: Mapping[Place, Line], there: Expected) -> dict[Place, Found]:
    """Return what lines are by the rules.

    A spending and what reverses it that both are no line were never on the account: they
    cancel each other, and what they stood in the way of is looked for once more.
    """
    first = matching.match(lines.values(), there.items)
    named = {name for each in first.matches for name in each.items}
    gone = {name for pair in there.reversed_ if named.isdisjoint(pair) for name in pair}
    matches: Iterable[Match] = first.matches
    if gone:
        left = [item for item in first.open_items if item.id not in gone]
        matches = (*matches, *matching.match(first.open_lines, left).matches)
    places: Mapping[LineKey, Place] = {line.key: place for place, line in lines.items()}
    return {
        places[each.line]: Found(frozenset(there.acts[name] for name in each.items), each.rule)
        for each in matches
    }


def _changed(
    lines: Iterable[Place], before: Mapping[Place, Found], now: Mapping[Place, Found]
) -> Iterator[tuple[Place, Found]]:
    """Yield what lines are that were something else, or nothing; or are nothing any more."""
    nothing = Found(frozenset(), OPEN)
    for place in sorted(lines):
        old, new = before.get(place, nothing), now.get(place, nothing)
        if old.acts != new.acts:
            yield place, new
