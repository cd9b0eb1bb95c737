"""What must hold between the members of an agreement.

A list of plain functions, each from an agreement to what is wrong with it: the path of a
member (names, and positions from 0) and a sentence that says what would be right. They
run on every agreement that fits the schema, all of them, so that all mistakes come at once.

Source:
    The agreement file in the formats; the settlement rules, Weights and The ladder.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import available_timezones

from stdnum import iban

from ledger.agreement import keychecks, lawchecks
from ledger.agreement.keygraph import references
from ledger.agreement.schema import (
    Agreement,
    BlendKey,
    EqualKey,
    FixedKey,
    Limit,
    MeasureKey,
    TieredKey,
)
from ledger.agreement.versions import changes_of_participation
from ledger.lawfulness import rules
from ledger.money import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

Path: TypeAlias = "tuple[str | int, ...]"
Found: TypeAlias = "Iterator[tuple[Path, str]]"

RESERVED: Final = {
    "pool": "says in spendings who advanced the money",
    "professional": "says in spendings who advanced the money",
    "summary": "names the statement of all together",
}
"""Words that stand for something else in the column ``advanced_by``."""


def mistakes(agreement: Agreement) -> Found:
    """Yield everything that is wrong between the members of an agreement."""
    for check in CHECKS:
        yield from check(agreement)


def _duplicates(agreement: Agreement) -> Found:
    """Nothing is defined twice."""
    for table, name in (("party", "code"), ("key", "code"), ("mandate", "code"),
                        ("category", "code")):  # fmt: skip
        codes = [getattr(each, name) for each in getattr(agreement, table)]
        for at in _repeated(codes):
            yield (table, at, name), f"{codes[at]!r} is used twice; give each its own"
    for at in _repeated([(each.party, each.year) for each in agreement.budget]):
        yield ("budget", at), "this party has a budget for this year already; keep one"
    limits = agreement.lawfulness.limit if agreement.lawfulness else ()
    for at in _repeated([(each.party, each.year) for each in limits]):
        yield ("lawfulness", "limit", at), "this party has limits for this year already; keep one"
    rungs = [
        (each.kind, each.party if isinstance(each, Limit) else at)
        for at, each in enumerate(agreement.ladder)
    ]
    for at in _repeated(rungs):
        yield ("ladder", at), f"this party has a {rungs[at][0]} already; keep one"


def _repeated(values: Sequence[object]) -> Iterator[int]:
    seen: Counter[object] = Counter()
    for at, value in enumerate(values):
        if seen[value]:
            yield at
        seen[value] += 1


def _reserved(agreement: Agreement) -> Found:
    """No party is called what means something else in a list of spendings or a folder."""
    for at, party in enumerate(agreement.party):
        if party.code in RESERVED:
            yield (
                ("party", at, "code"),
                f"{party.code!r} {RESERVED[party.code]}; use another code",
            )


def _parties(agreement: Agreement) -> Found:
    """Every party that is named exists."""
    known = [party.code for party in agreement.party]
    for loc, code in _named_parties(agreement):
        if code not in known:
            yield loc, f"there is no party {code!r}; {_instead(code, known)}"


def _named_parties(agreement: Agreement) -> Iterator[tuple[Path, str]]:
    yield ("agreement", "account_holder"), agreement.agreement.account_holder
    for loc, codes in _lists_of_parties(agreement):
        for at, code in enumerate(codes or ()):
            yield (*loc, at), code
    for at, key in enumerate(agreement.key):
        for code in key.shares if isinstance(key, FixedKey) else ():
            yield ("key", at, "shares", code), code
    limits = agreement.lawfulness.limit if agreement.lawfulness else ()
    tables: tuple[tuple[Path, Sequence[object]], ...] = (
        (("contribution",), agreement.contribution),
        (("budget",), agreement.budget),
        (("ladder",), agreement.ladder),
        (("lawfulness", "limit"), limits),
    )
    for loc, entries in tables:
        for at, each in enumerate(entries):
            if (party := getattr(each, "party", None)) is not None:
                yield (*loc, at, "party"), party


def _lists_of_parties(agreement: Agreement) -> Iterator[tuple[Path, tuple[str, ...] | None]]:
    for at, key in enumerate(agreement.key):
        if isinstance(key, EqualKey):
            yield ("key", at, "parties"), key.parties
    for at, assignment in enumerate(agreement.assignment):
        yield ("assignment", at, "party"), assignment.party
    for at, mandate in enumerate(agreement.mandate):
        yield ("mandate", at, "employers"), mandate.employers
    if agreement.lawfulness:
        yield ("lawfulness", "area"), agreement.lawfulness.area


def _lists(agreement: Agreement) -> Found:
    """No list names the same thing twice."""
    lists = list(_lists_of_parties(agreement))
    for at, assignment in enumerate(agreement.assignment):
        lists += [(("assignment", at, name), getattr(assignment, name))
                  for name in ("category", "domain")]  # fmt: skip
    for loc, values in lists:
        for at in _repeated(list(values or ())):
            yield (*loc, at), f"{(values or ())[at]!r} stands in this list twice; keep one"


def _keys(agreement: Agreement) -> Found:
    """Every key that is named exists."""
    known = [key.code for key in agreement.key]
    named = [
        (("key", at, *loc), code)
        for at, key in enumerate(agreement.key)
        for loc, code in references(key)
    ]
    named += [(("assignment", at, "key"), each.key) for at, each in enumerate(agreement.assignment)]
    named += [(("ladder", at, "over"), each.over) for at, each in enumerate(agreement.ladder)]
    for loc, code in named:
        if code not in known:
            yield loc, f"there is no key {code!r}; {_instead(code, known)}"


def _instead(code: str, known: list[str]) -> str:
    close = get_close_matches(code, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"


def _shares(agreement: Agreement) -> Found:
    """Shares are exact and sum to exactly 1."""
    for at, key in enumerate(agreement.key):
        if isinstance(key, FixedKey):
            total, member = sum(key.shares.values(), Fraction(0)), "shares"
        elif isinstance(key, BlendKey):
            total, member = sum((part.share for part in key.parts), Fraction(0)), "parts"
        else:
            continue
        if total != 1:
            yield (
                ("key", at, member),
                f"shares sum to {total}, not to exactly 1; write thirds as '1/3'",
            )


def _tiers(agreement: Agreement) -> Found:
    """Tiers rise, and the last one has no bound."""
    for at, key in enumerate(agreement.key):
        if not isinstance(key, TieredKey):
            continue
        *bounded, last = key.tiers
        if last.up_to is not None:
            loc = ("key", at, "tiers", len(bounded), "up_to")
            yield loc, "the last tier has no bound; leave it out"
        for number, tier in enumerate(bounded):
            if tier.up_to is None:
                yield (("key", at, "tiers", number, "up_to"),
                       "is missing; only the last tier has no bound")  # fmt: skip
        bounds = [tier.up_to for tier in bounded if tier.up_to is not None]
        if any(after <= before for before, after in pairwise([0, *bounds])):
            texts = ", ".join(as_text(bound) for bound in bounds)
            yield ("key", at, "tiers"), f"bounds must rise from more than 0.00: {texts}"


def _dates(agreement: Agreement) -> Found:
    """What begins also ends, later."""
    terms = agreement.agreement
    stretches: list[tuple[Path, date | None, date | None]] = [
        (("agreement", "valid_until"), terms.valid_from, terms.valid_until)
    ]
    stretches += [(("party", at, "until"), each.start, each.until)
                  for at, each in enumerate(agreement.party)]  # fmt: skip
    stretches += [(("assignment", at, "spent_until"), each.spent_from, each.spent_until)
                  for at, each in enumerate(agreement.assignment)]  # fmt: skip
    stretches += [(("mandate", at, "valid_until"), each.valid_from, each.valid_until)
                  for at, each in enumerate(agreement.mandate)]  # fmt: skip
    for loc, start, until in stretches:
        if start is not None and until is not None and until <= start:
            yield loc, f"{until} is not after {start}, when it begins; the last day is excluded"


def _participants(agreement: Agreement) -> Found:
    """Somebody takes part, on every day."""
    if not any(party.participant for party in agreement.party):
        yield ("party",), "nobody takes part; write participant = true for those who do"
        return
    for day in sorted(changes_of_participation(agreement)):
        if not any(party.takes_part_on(day) for party in agreement.party):
            yield ("party",), f"nobody takes part on {day}; let a participant's dates cover it"


def _assignments(agreement: Agreement) -> Found:
    """No spending escapes."""
    last = len(agreement.assignment) - 1
    if not agreement.assignment[last].matches_everything:
        yield (
            ("assignment", last),
            "the last assignment must match everything; add one with only a key",
        )


def _ladder(agreement: Agreement) -> Found:
    """The ladder can be climbed: one key and one stretch of time for all of a step."""
    of_code = {key.code: key for key in agreement.key}
    first: dict[str, Limit] = {}
    caps = {each.party: each.amount for each in agreement.ladder if each.kind == "cap"}
    for at, rung in enumerate(agreement.ladder):
        key = of_code.get(rung.over)
        if key is not None and not isinstance(key, MeasureKey | FixedKey | EqualKey):
            yield (
                ("ladder", at, "over"),
                f"{rung.over!r} is a {key.kind} key; name a measure, fixed or equal key",
            )
        if not isinstance(rung, Limit):
            continue
        model = first.setdefault(rung.kind, rung)
        for name in ("over", "per"):
            if getattr(rung, name) != getattr(model, name):
                yield (
                    ("ladder", at, name),
                    f"all {rung.kind}s have the same {name}; write {getattr(model, name)!r}",
                )
        if rung.kind == "floor" and rung.amount > caps.get(rung.party, rung.amount):
            yield (
                ("ladder", at, "amount"),
                f"the floor is higher than the cap of {as_text(caps[rung.party])}",
            )


def _outside_world(agreement: Agreement) -> Found:
    """Time zones and account numbers exist."""
    if agreement.fund.timezone not in available_timezones():
        yield ("fund", "timezone"), "there is no such time zone; write 'Europe/Amsterdam'"
    for at, party in enumerate(agreement.party):
        if party.iban is not None and not iban.is_valid(party.iban):
            yield (
                ("party", at, "iban"),
                "is no IBAN: its check digits do not fit; copy it once more",
            )


def _rules(agreement: Agreement) -> Found:
    """Rules that the fund does not test are rules."""
    if agreement.lawfulness is None:
        return
    for at, code in enumerate(agreement.lawfulness.without or ()):
        if code not in rules.CODES:
            near = ", ".join(get_close_matches(code, rules.CODES, n=1) or rules.CODES)
            yield ("lawfulness", "without", at), f"there is no rule {code!r}; did you mean {near}?"


def _parts_of_one(agreement: Agreement) -> Found:
    """Parts of a whole are no more than the whole."""
    terms = agreement.lawfulness
    if terms is None:
        return
    if terms.fund_tolerance is not None and terms.fund_tolerance > 1:
        yield ("lawfulness", "fund_tolerance"), "is more than 1; write 10% as '0.10'"
    for at, limit in enumerate(terms.limit):
        if limit.share > 1:
            yield ("lawfulness", "limit", at, "share"), "is more than 1; write 2% as '0.02'"


CHECKS: Final[tuple[Callable[[Agreement], Found], ...]] = (
    _duplicates,
    _reserved,
    _parties,
    _lists,
    _keys,
    _shares,
    _tiers,
    keychecks.circles,
    keychecks.fallbacks,
    keychecks.nested_tiers,
    keychecks.depth,
    keychecks.measures,
    _dates,
    _participants,
    _assignments,
    _ladder,
    _outside_world,
    _rules,
    _parts_of_one,
    lawchecks.regime,
    lawchecks.measures,
)
