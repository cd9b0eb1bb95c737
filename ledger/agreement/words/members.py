"""Any member of the agreement as a label and a value in words."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ledger.agreement.canonical import plain_member
from ledger.agreement.schema import Address, RiskPool
from ledger.agreement.values import MONEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledger.agreement.schema import Part
    from ledger.agreement.words.voice import Voice

CHOICES: Final = frozenset(
    {"legal_form", "approval", "on_silence", "funding", "transfers", "rounding", "surplus",
     "kind", "participant", "per"}
)  # fmt: skip
_SHARES: Final = frozenset({"share", "fund_tolerance", "procurement_near"})
_LAST_DAYS: Final = frozenset({"until", "valid_until", "spent_until"})
_DAYS: Final = frozenset(
    {"approval_days", "adjusting_days", "payment_days", "receipt_within_days",
     "record_within_days", "split_within_days", "table_within_days"}
)  # fmt: skip
_WORKING_DAYS: Final = frozenset({"moratorium_within_days"})


def _parties(voice: Voice, codes: Sequence[str]) -> str:
    return voice.parties(codes) if codes else voice.say("value.nobody")


_SPOKEN: Final[Mapping[str, Callable[[Voice, Any], str]]] = {
    "over": lambda voice, code: voice.key(code),
    "account_holder": lambda voice, code: voice.party(code),
    "employers": _parties,
    "area": _parties,
    "without": lambda voice, codes: ", ".join(voice.rule(code) for code in codes),
    "group": lambda voice, code: voice.word("domain", code),
    "task_field": lambda voice, code: voice.say("value.task_field", code=code),
    "iban": lambda _, iban: account(iban),
}


def value(voice: Voice, name: str, found: Any) -> str:
    """Return the value of a member in words; a member that is absent has words too."""
    if found is None:
        return voice.say("value.none")
    if name in CHOICES:
        return voice.say(f"value.{name}.{str(found).lower()}")
    if name in _DAYS or name in _WORKING_DAYS:
        return voice.say.plural(f"value.{'days' if name in _DAYS else 'working_days'}", found)
    if name in MONEY and isinstance(found, int):
        return voice.money(found)
    return _reference(voice, name, found) or _simple(voice, name, found)


def differences(old: Part, new: Part) -> Iterator[tuple[str, Any, Any]]:
    """Yield the members that two parts of one kind do not have in common.

    The entries of a table inside a part, such as measures, come one by one, named
    ``measures.inhabitants``.
    """
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, dict):
            for entry in {**before, **after}:
                if before.get(entry) != after.get(entry):
                    yield f"{name}.{entry}", before.get(entry), after.get(entry)
        elif plain_member(name, before) != plain_member(name, after):
            yield name, before, after


def base(name: str) -> str:
    """Return the member that a difference is in: ``measures`` of ``measures.inhabitants``."""
    return name.partition(".")[0]


def in_other_words(voice: tuple[Voice, Voice], name: str, old: Any, new: Any) -> tuple[str, str]:
    """Return two different values of a member so that the difference shows.

    Where the words are the same, as for an account number with other spaces, the file's
    own way of writing is added.
    """
    said = value(voice[0], name, old), value(voice[1], name, new)
    if said[0] != said[1]:
        return said
    return f"{said[0]} ({_written(name, old)})", f"{said[1]} ({_written(name, new)})"


def label(voice: Voice, part: Part, name: str) -> str:
    """Return what a member is called in words; nothing where its part is named after it."""
    if base(name) == "measures":
        return voice.say("label.measure", measure=voice.word("measure", name.partition(".")[2]))
    if name == "amount" and not isinstance(part, RiskPool):
        return ""
    return voice.say(f"label.{type(part).__name__}.{name}")


def address(voice: Voice, found: Address) -> str:
    """Return an address on one line."""
    return voice.say("value.address", **{n: getattr(found, n) for n in Address.model_fields})


def account(iban: str) -> str:
    """Return an account number in groups of four, as it stands on paper."""
    tight = "".join(iban.split())
    return " ".join(tight[start : start + 4] for start in range(0, len(tight), 4))


def _reference(voice: Voice, name: str, found: Any) -> str | None:
    spoken = _SPOKEN.get(name)
    return None if spoken is None else spoken(voice, found)


def _simple(voice: Voice, name: str, found: Any) -> str:
    match found:
        case Address():
            return address(voice, found)
        case Fraction():
            return voice.share(found) if name in _SHARES else voice.number(found)
        case date():
            return voice.last_day(found) if name in _LAST_DAYS else voice.day(found)
        case _:
            return str(found)


def _written(name: str, found: Any) -> str:
    return json.dumps(plain_member(name, found), ensure_ascii=False)
