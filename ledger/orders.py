"""What is asked to be recorded: a spending with its light justification, checked by itself.

Pure. What must be true of an order whatever is on record stands here; what must fit the
record is checked where it is written (``ledger.spendings``, ``ledger.corrections``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger import canonical_json, citizen_numbers, letters
from ledger.errors import Mistake, shortened
from ledger.money import AMOUNT_MAX, as_text
from ledger.written import ADVANCERS, TEXT_MAX, VAT_USES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

NOTE_MAX: Final = 2_000
"""The longest free text that is kept, in characters."""

PLAIN: Final = ("id", "category", "case", "domain")
NOTES: Final = (
    *("payee", "professional", "purpose", "effect", "considered", "departs_from", "receipt"),
    "reason",
)
LINKS: Final = ("reverses", "refunds", "replaces")
PARTICULARS: Final = ("domain", *NOTES)
"""What is kept apart, because it may have to be erased."""

COMMITTED: Final = ("case", *PARTICULARS)
"""What the trail may commit to without showing it, in this order."""

LATER: Final = ("considered",)
"""Those that the trail of old does not know: it commits to them only where they are given."""

_BSN: Final = (
    "looks like a citizen service number (BSN), which must not be on record; name it otherwise, "
    "such as with a letter before it"
)

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A spending to record: members as the columns of ``spendings.csv``, and its reasons.

    Args:
        id: Made by the device that records.
        amount_cents: Below zero for what came back.
        advanced_by: ``pool``, ``professional`` or the code of a party.
        reverses: Id of the spending that is taken back as a whole; likewise ``refunds``
            and ``replaces``.
        recorded_on: When it was received; ``None`` for the day of the act.
        booked_on: In which period it counts; ``None`` for what the calendar says.
        purpose: Which basic purpose it serves.
        effect: The effect that is wanted.
        considered: What came of the provision that comes first, where there is one.
        departs_from: The rule that it may depart from.
        reason: Why it is corrected.
        reservation: Id of the reservation that it is spent from.
        no_bsn: Numbers in its texts, or its id or case, of which its author says that they are
            no BSN.
    """

    id: str
    spent_on: date
    amount_cents: int
    category: str
    organisation: str
    case: str | None = None
    home: str | None = None
    domain: str | None = None
    professional: str | None = None
    payee: str | None = None
    advanced_by: str = "pool"
    reverses: str | None = None
    refunds: str | None = None
    replaces: str | None = None
    receipt: str | None = None
    vat_cents: int | None = None
    vat_use: str = "unknown"
    recorded_on: date | None = None
    booked_on: date | None = None
    purpose: str | None = None
    effect: str | None = None
    considered: str | None = None
    departs_from: str | None = None
    reason: str | None = None
    reservation: str | None = None
    no_bsn: tuple[str, ...] | None = None

    @property
    def link(self) -> tuple[str, str] | None:
        """The kind of correction and the id that it points to; ``None`` for an ordinary row."""
        for kind in LINKS:
            if (to := getattr(self, kind)) is not None:
                return kind, to
        return None

    @property
    def advancer(self) -> str | None:
        """The party that paid; ``None`` for the pool."""
        return advancer(self.advanced_by, self.organisation)


def advancer(advanced_by: str, organisation: str) -> str | None:
    """Return the party that paid; ``None`` for the pool."""
    if advanced_by == "professional":
        return organisation
    return None if advanced_by == "pool" else advanced_by


def digest(order: Order, salt: bytes) -> bytes:
    """Return what tells whether the same id is asked with the same content again.

    SHA-256 of a salt and the canonical JSON of all members, so that it tells nothing once
    the salt is erased.
    """
    members = {
        name: value.isoformat() if isinstance(value, date) else value  # tuples become lists
        for name in Order.__slots__
        if (value := getattr(order, name)) is not None
    }
    return hashlib.sha256(salt + canonical_json.text(members).encode()).digest()


def committed(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return those values, by name, that the trail commits to."""
    return {name: value for name, value in values.items() if name not in LATER or value is not None}


def mistakes(order: Order, parties: Collection[str], *, where: str) -> Iterator[Mistake]:
    """Yield what is wrong with an order whatever is on record.

    Args:
        order: What is asked.
        parties: Codes of all parties of the agreement.
        where: What the order is called in messages.
    """
    for member, what in (
        *_wrong_amounts(order),
        *_wrong_days(order),
        *_wrong_parties(order, parties),
        *_wrong_texts(order),
    ):
        yield Mistake(f"{where}: {member}", what)


def _wrong_amounts(order: Order) -> Iterator[tuple[str, str]]:
    if abs(order.amount_cents) > AMOUNT_MAX:
        yield "amount", f"is more than {as_text(AMOUNT_MAX)}"
    low, high = sorted((0, order.amount_cents))
    if order.vat_cents is not None and not low <= order.vat_cents <= high:
        yield "vat", "must lie between 0 and the amount it is part of"
    if order.vat_use not in VAT_USES:
        yield "vat_use", f"{shortened(order.vat_use)!r} is not one of {', '.join(VAT_USES)}"


def _wrong_days(order: Order) -> Iterator[tuple[str, str]]:
    for member in ("spent_on", "recorded_on", "booked_on"):
        day = getattr(order, member)
        if day is not None and (what := wrong_day(day)):
            yield member, what


def wrong_day(day: date) -> str | None:
    """Return what is wrong with a day that no record is about; else ``None``."""
    if FIRST_DAY <= day <= LAST_DAY:
        return None
    return f"{day} is not a date between {FIRST_DAY.year} and {LAST_DAY.year}"


def _wrong_parties(order: Order, parties: Collection[str]) -> Iterator[tuple[str, str]]:
    for member in ("organisation", "home", "advanced_by"):
        code = getattr(order, member)
        known = code is None or code in parties
        if not known and not (member == "advanced_by" and code in ADVANCERS):
            yield member, no_party(code, parties)


def no_party(code: str, parties: Collection[str]) -> str:
    """Return the sentence that says that a text is not the code of a party."""
    return (
        f"{shortened(code)!r} is not the code of a party; "
        f"the agreement has {', '.join(sorted(parties))}"
    )


def _wrong_texts(order: Order) -> Iterator[tuple[str, str]]:
    if sum(getattr(order, kind) is not None for kind in LINKS) > 1:
        yield "links", f"has more than one of {', '.join(LINKS)}; an order does one of them"
    for member in PLAIN:
        text = getattr(order, member)
        if text is None:
            continue
        if what := wrong_text(text, named=member in {"id", "category"}, no_bsn=order.no_bsn or ()):
            yield member, what
    for member in NOTES:
        text = getattr(order, member)
        if text is not None and (what := wrong_note(text)):
            yield member, what


def wrong_note(text: str) -> str | None:
    """Return what is wrong with a free text; else ``None``."""
    if len(text) > NOTE_MAX:
        return f"is {len(text)} characters long; at most {NOTE_MAX} are kept"
    if "\0" in text or not _is_whole(text):
        return "holds a character that cannot be kept: NUL, or half of one"
    return None


def _is_whole(text: str) -> bool:
    """Whether a text can be written: JSON lets half a character through."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_bsn(text: str, no_bsn: Collection[str]) -> bool:
    return citizen_numbers.is_one(text) and citizen_numbers.digits(text) not in no_bsn


def wrong_text(text: str, *, named: bool, no_bsn: Collection[str] = ()) -> str | None:
    """Return what is wrong with a short text; else ``None``.

    Args:
        text: Any.
        named: Whether it is a name of something; else it may stand for somebody, as the
            pseudonym of a case does, and must be no BSN.
        no_bsn: Numbers, as digits, of which the author says that they are no BSN.
    """
    if not text or text != text.strip():
        return "is empty, or begins or ends with a blank"
    if len(text) > TEXT_MAX:
        return f"is {len(text)} characters long; at most {TEXT_MAX} are kept"
    if letters.has_unseen(text) or not _is_whole(text):
        return f"{shortened(text)!r} holds a character that nobody sees; leave it out"
    if named and text.startswith(letters.FORMULA):
        return (
            f"{shortened(text)!r} begins with {text[0]!r}, so that a spreadsheet takes it for a "
            "formula; begin it with a letter or a digit"
        )
    if not named and _is_bsn(text, no_bsn):
        return _BSN
    return None
