"""What is kept of a bank file: enough to find out what a line is, nothing about people.

Of every line the day, the amount, the bank's reference, a keyed hash of the account
opposite and the text, and which of the fund's own references it names; the IBAN only of
what a participant paid in. The file itself is not kept.

A line is known by what the bank says of it alone, not by the statement that brings it: a
statement imported twice, or a month after its days, brings nothing new.

Source:
    The design, Privacy by design, Bank files.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledger.bank import own_references
from ledger.bank.values import squeezed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from ledger.bank.camt import Statement
    from ledger.bank.entries import Entry, Payment
    from ledger.money import Cents

KEY_MIN: Final = 32
"""The shortest key of a fund, in bytes: as long as the hash."""

DERIVED: Final = "~"
"""How a reference begins that the bank did not give."""

_DERIVED_LENGTH: Final = 32  # hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be kept for one fund.

    Args:
        key: The fund's secret, at least :data:`KEY_MIN` bytes. Under another key the
            same lines have other hashes, and those without a reference of the bank are
            taken for new ones.
        participants: IBANs of participants, without spaces.
        references: The fund's own references, by their letters and digits.
    """

    key: bytes = field(repr=False)
    participants: frozenset[str]
    references: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LineKey:
    """What a line is known by.

    Args:
        account: The pool's, as its statement names it.
        booked_on: The day in the bank's books.
        reference: The bank's, or one derived from what the entry says.
        entry_cents: The amount of the entry that it is, or is a part of.
        ordinal: Which of several alike in one statement, from 1.
        part: Which payment of the entry, from 1.
    """

    account: str
    booked_on: date
    reference: str
    entry_cents: int
    ordinal: int
    part: int

    @property
    def entry(self) -> tuple[str, date, str, int, int]:
        """What all parts of one entry have in common."""
        return self.account, self.booked_on, self.reference, self.entry_cents, self.ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the pool's account.

    Args:
        key: What it is known by.
        amount_cents: Negative where it left the account.
        fingerprint: Keyed hash of the account opposite and the text.
        iban: The account opposite, if it is a participant's that paid in.
        names: The one reference of the fund's own that it names.
        statement: The statement that brought it first; says nothing about what it is.
    """

    key: LineKey
    amount_cents: Cents
    fingerprint: str
    iban: str | None
    names: str | None
    statement: str = field(compare=False)

    @property
    def booked_on(self) -> date:
        """The day in the bank's books."""
        return self.key.booked_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What is kept of a statement itself, to see whether one is missing.

    Args:
        account: Whose it is.
        identification: The bank's name for it.
        number: Its place among those of the account; ``None`` if not given.
        page: From 1, where it comes in parts.
        opening_cents: What stood on the account before; ``None`` if not said.
        opened_on: The day of that balance.
        closing_cents: What stood on the account after; ``None`` if not said.
        turnover_cents: What its lines add up to.
        first_day: The day of its first entry; the last day where it has none.
        last_day: The day up to which it speaks.
    """

    account: str
    identification: str
    number: int | None
    page: int
    opening_cents: int | None
    opened_on: date | None
    closing_cents: int | None
    turnover_cents: int
    first_day: date
    last_day: date


def rules(key: bytes, *, participants: Iterable[str], references: Iterable[str]) -> Rules:
    """Return what may be kept for a fund.

    Args:
        key: Its secret, at least :data:`KEY_MIN` bytes.
        participants: IBANs of its participants.
        references: Those that the fund itself gave out, on statements and payments.

    Raises:
        ValueError: The key is too short.
    """
    if len(key) < KEY_MIN:
        raise ValueError(f"the key has {len(key)} bytes; it needs at least {KEY_MIN}")
    return Rules(
        key=key,
        participants=frozenset(map(squeezed, participants)),
        references=own_references.known(references),
    )


def fingerprint(key: bytes, *, iban: str | None, remittance: str) -> str:
    """Return the keyed hash of an account and a text, in hexadecimal digits.

    Spaces and capitals do not count: banks break texts where they like.

    Args:
        key: The fund's secret.
        iban: The account opposite.
        remittance: What the payer wrote.
    """
    return _hash(key, "line", squeezed(iban or ""), squeezed(remittance))


def mark(key: bytes) -> str:
    """Return what a key is known by, which does not give it away."""
    return _hash(key, "mark")[:_DERIVED_LENGTH]


def extract(statement: Statement) -> Extract:
    """Return what is kept of a statement itself."""
    found = statement.balances
    days = [entry.booked_on for entry in statement.entries]
    return Extract(
        account=statement.account,
        identification=statement.identification,
        number=statement.number,
        page=statement.page,
        opening_cents=found.opening_cents,
        opened_on=found.opened_on,
        closing_cents=found.closing_cents,
        turnover_cents=statement.turnover_cents,
        first_day=min(days, default=statement.last_day),
        last_day=statement.last_day,
    )


def lines(statement: Statement, *, by: Rules) -> tuple[Line, ...]:
    """Return what is kept of the lines of a statement, in its order.

    Args:
        statement: As the bank sent it.
        by: What may be kept.
    """
    return tuple(_lines(statement, by))


def added(known: Iterable[LineKey], found: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines that are new.

    An entry is known or new as a whole, also where one statement says of what payments
    it is made and another does not.

    Args:
        known: Keys of all lines of the account that were kept before.
        found: Lines of one statement.
    """
    before = {key.entry for key in known}
    return tuple(line for line in found if line.key.entry not in before)


def _lines(statement: Statement, by: Rules) -> Iterator[Line]:
    alike: Counter[tuple[date, str, int]] = Counter()
    for entry in statement.entries:
        reference = entry.reference or _derived(entry, by.key)
        told_by = (entry.booked_on, reference, entry.amount_cents)
        alike[told_by] += 1
        for part, payment in enumerate(entry.payments, start=1):
            key = LineKey(
                account=statement.account,
                booked_on=entry.booked_on,
                reference=reference,
                entry_cents=entry.amount_cents,
                ordinal=alike[told_by],
                part=part,
            )
            yield _line(payment, key=key, by=by, statement=statement.identification)


def _line(payment: Payment, *, key: LineKey, by: Rules, statement: str) -> Line:
    paid_in = payment.amount_cents > 0 and payment.iban in by.participants
    return Line(
        key=key,
        amount_cents=payment.amount_cents,
        fingerprint=fingerprint(by.key, iban=payment.iban, remittance=payment.remittance),
        iban=payment.iban if paid_in else None,
        names=own_references.named(
            by.references, alone=payment.end_to_end, text=payment.remittance
        ),
        statement=statement,
    )


def _derived(entry: Entry, key: bytes) -> str:
    """Return a reference for an entry that the bank gave none, from all that it says.

    With the key, for a text can be guessed; in no particular order of payments.
    """
    said = sorted(
        f"{each.amount_cents} {each.iban or ''} {each.end_to_end or ''} {squeezed(each.remittance)}"
        for each in entry.payments
    )
    return DERIVED + _hash(key, "reference", *said)[:_DERIVED_LENGTH]


def _hash(key: bytes, *texts: str) -> str:
    said = json.dumps(texts, ensure_ascii=True).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()
