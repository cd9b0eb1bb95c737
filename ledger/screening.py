"""Screening of free text: what looks like a number or address of a person is left out.

A spending is never refused for it: the text is stored without what is suspicious, of which no
copy is kept, and whoever wrote it is told what to rewrite. Names are not detected, and nothing
says so. One number of nine digits in eleven passes the test of a BSN by chance, so its author
may say that it is none. A case or an id cannot be left out: one that is a BSN is wrong by itself
(``ledger.orders``). Pure; the same text is always screened alike.

Source:
    The design, Privacy by design (AVG); the domain facts, 5.7 (BSN, 11-test).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban

from ledger import citizen_numbers, orders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from ledger.orders import Order

LEFT_OUT: Final = "[…]"
"""What stands in the place of what was left out."""

SCREENED: Final = orders.PARTICULARS
"""The members of an order that are free text, or become it where they name nobody and nothing."""

KINDS: Final = ("iban", "email", "phone", "bsn")

_CALLED: Final = {
    "iban": "an account number",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "bsn": "a citizen service number",
}
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .]?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MAYBE: Final = re.compile(r"@|\d(?:\D{0,5}\d){6}")  # nothing shorter is any of them
_REGION: Final = "NL"


class Mark(NamedTuple):
    """Something suspicious in a text: what it looks like, and where it stands."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """That something was left out of a member of an order, and what it looked like."""

    member: str
    kind: str


def marks(text: str, *, no_bsn: Collection[str] = ()) -> list[Mark]:
    """Return what is suspicious in a text, in order; no two overlap.

    Args:
        text: Any.
        no_bsn: Numbers, as digits, of which the author says that they are no BSN.
    """
    if not _MAYBE.search(text):
        return []
    found: list[Mark] = []
    for look in (_ibans, _emails, _phones, _bsns(no_bsn)):
        found += [each for each in look(text) if not any(_overlap(each, one) for one in found)]
    return sorted(found, key=lambda each: each.start)


def without(text: str, *, no_bsn: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return a text without what is suspicious, and the kinds of what was left out."""
    found = marks(text, no_bsn=no_bsn)
    for each in reversed(found):
        text = f"{text[: each.start]}{LEFT_OUT}{text[each.end :]}"
    return text, tuple(each.kind for each in found)


def wrong_note(text: str) -> str | None:
    """Return what is wrong with a free text that can still be put otherwise; else ``None``.

    Whoever writes a reason at a desk is told what to leave out. Only a spending, which has
    happened, is recorded without it.
    """
    if what := orders.wrong_note(text):
        return what
    kinds = dict.fromkeys(each.kind for each in marks(text))
    if not kinds:
        return None
    return f"holds what looks like {' and '.join(_CALLED[each] for each in kinds)}; leave it out"


def screened(order: Order) -> tuple[Order, tuple[Left, ...]]:
    """Return an order without what is suspicious in its texts, and what was left out of which."""
    changed: dict[str, Any] = {}
    left: list[Left] = []
    for member in SCREENED:
        text = getattr(order, member)
        if text is None:
            continue
        clean, kinds = without(text, no_bsn=order.no_bsn or ())
        if kinds:
            changed[member] = clean
            left += [Left(member=member, kind=kind) for kind in kinds]
    return (replace(order, **changed) if changed else order), tuple(left)


def kept_numbers(order: Order, changed: Collection[str] = ()) -> tuple[str, ...] | None:
    """Return what looks like a BSN in an order on record: its author said that it is none.

    What is recorded again, as a correction does, says so with it, and nothing is left out anew.

    Args:
        order: The order.
        changed: Members that are written anew, of which nobody said it.
    """
    members = (each for each in (*SCREENED, "case") if each not in changed)
    texts = (getattr(order, member) for member in members)
    found = {
        each.digits for text in texts if text is not None for each in citizen_numbers.found(text)
    }
    return tuple(sorted(found)) or None


def _overlap(one: Mark, other: Mark) -> bool:
    return one.start < other.end and other.start < one.end


def _ibans(text: str) -> Iterator[Mark]:
    for match in _IBAN.finditer(text):
        # What follows may look like more of it: the longest beginning that fits is it.
        for end in range(match.end(), match.start() + 14, -1):
            if text[end - 1].isalnum() and _is_iban(text[match.start() : end]):
                yield Mark("iban", match.start(), end)
                break


def _is_iban(text: str) -> bool:
    # Whether a country numbers its accounts by rules of its own is no matter here.
    return bool(iban.is_valid(text.replace(".", ""), check_country=False))


def _emails(text: str) -> Iterator[Mark]:
    for match in _EMAIL.finditer(text):
        yield Mark("email", *match.span())


def _phones(text: str) -> Iterator[Mark]:
    for match in PhoneNumberMatcher(text, _REGION, leniency=Leniency.VALID):
        yield Mark("phone", match.start, match.end)


def _bsns(no_bsn: Collection[str]) -> Callable[[str], Iterator[Mark]]:
    def look(text: str) -> Iterator[Mark]:
        start = end = -1
        for each in citizen_numbers.found(text):
            if each.digits in no_bsn:
                continue
            if each.start >= end:
                if end > start:
                    yield Mark("bsn", start, end)
                start = each.start
            end = each.end  # of two that overlap, nobody knows which it is: both go
        if end > start:
            yield Mark("bsn", start, end)

    return look
