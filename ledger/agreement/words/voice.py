"""A voice speaks about one agreement in one language: names, amounts, days and shares.

Names tell things apart: two organisations with the same name are shown with their codes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger import texts
from ledger.agreement.words.shares import participants_ever

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from fractions import Fraction

    from ledger.agreement.schema import Agreement, Party

LOCALE: Final = Path(__file__).parent.parent.parent / "locale"
_MUNICIPALITY: Final = "Gemeente "  # how Dutch municipalities write their names in full
_DECIMALS_MAX: Final = 18
_PERCENTAGE_DECIMALS_MAX: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How parties, keys and categories are called in running text, by code."""

    parties: Mapping[str, str]
    keys: Mapping[str, str]
    categories: Mapping[str, str]


def names(say: texts.Catalogue, *agreements: Agreement) -> Names:
    """Return names for all that these agreements speak of; the first one's names count."""
    parties = {party.code: _short(party) for each in reversed(agreements) for party in each.party}
    keys = [key.code for each in agreements for key in each.key]
    return Names(
        parties=_told_apart(parties),
        keys=_told_apart({code: _word(say, "key.name", code) for code in keys}),
        categories=_told_apart(_categories(say, agreements)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What is needed to speak about an agreement."""

    agreement: Agreement
    names: Names
    say: texts.Catalogue

    @property
    def language(self) -> str:
        """The language of the reader."""
        return self.say.language

    @property
    def currency(self) -> str:
        """The currency as a word: ``euro``."""
        return self.word("currency", self.agreement.fund.currency)

    @property
    def everyone(self) -> tuple[str, ...]:
        """The codes of all participants, whenever they take part."""
        return participants_ever(self.agreement)

    def party(self, code: str) -> str:
        """Return the name of a party."""
        return self.names.parties.get(code, code)

    def parties(self, codes: Iterable[str]) -> str:
        """Return the names of parties as one enumeration."""
        return self.together(map(self.party, codes))

    def key(self, code: str) -> str:
        """Return the name of a key."""
        return self.names.keys.get(code, code)

    def category(self, code: str) -> str:
        """Return the name of a category of spendings."""
        return self.names.categories.get(code, code)

    def word(self, vocabulary: str, code: str) -> str:
        """Return the everyday word for a code, or the code where there is none."""
        return _word(self.say, vocabulary, code)

    def rule(self, code: str) -> str:
        """Return what a rule of the lawfulness test is called, or the code where it has no name."""
        name = f"rule.{code}.name"
        return self.say(name) if self.say.has(name) else code

    def together(self, listed: Iterable[str]) -> str:
        """Return an enumeration: ``a, b en c``."""
        return texts.together(self.language, list(listed))

    def either(self, listed: Iterable[str]) -> str:
        """Return a choice: ``a, b of c``."""
        *first, last = listed
        return self.say("list.or", first=", ".join(first), last=last) if first else last

    def money(self, cents: int) -> str:
        """Return an amount for running text."""
        return texts.euro(self.language, cents)

    def amount(self, cents: int) -> str:
        """Return an amount without its currency, for tables."""
        return texts.amount(self.language, cents)

    def day(self, day: date) -> str:
        """Return a day for running text."""
        return texts.day(self.language, day).replace(" ", texts.NO_BREAK)

    def last_day(self, until: date) -> str:
        """Return the last day before a day that no longer counts."""
        return self.day(last_day(until))

    def cell_day(self, day: date | None) -> str:
        """Return a day for tables, nothing where there is none."""
        return "" if day is None else texts.short_day(self.language, day)

    def number(self, value: Fraction) -> str:
        """Return an exact number: with decimals where they end, else as a fraction."""
        decimals = _decimals(value)
        if decimals is None:
            return str(value)
        return texts.exact(self.language, value, decimals=decimals)

    def share(self, value: Fraction) -> str:
        """Return an exact share: ``40%``, ``12,5%`` or ``1/3 (33,33%)``."""
        decimals = _decimals(value * 100)
        if decimals is not None and decimals <= _PERCENTAGE_DECIMALS_MAX:
            return texts.percentage(self.language, value, decimals=decimals)
        return f"{value} ({self.percentage(value)})"

    def percentage(self, value: Fraction, *, decimals: int = 2) -> str:
        """Return a share as a percentage with two decimals, none for nothing and for all."""
        whole = value in {0, 1}
        return texts.percentage(self.language, value, decimals=0 if whole else decimals)

    def apart(self, one: Fraction, other: Fraction) -> tuple[str, str]:
        """Return two different shares as percentages in which the difference shows."""
        for decimals in range(2, _DECIMALS_MAX):
            shown = tuple(self.percentage(each, decimals=decimals) for each in (one, other))
            if shown[0] != shown[1]:
                return shown[0], shown[1]
        return str(one), str(other)


def voice(agreement: Agreement, *, language: str) -> Voice:
    """Return a voice that speaks about one agreement by its own names."""
    say = texts.catalogue(LOCALE, language)
    return Voice(agreement=agreement, names=names(say, agreement), say=say)


def last_day(until: date) -> date:
    """Return the day before a day that no longer counts."""
    return until - timedelta(days=1) if until.toordinal() > 1 else until


def _short(party: Party) -> str:
    if party.kind == "municipality" and len(party.name) > len(_MUNICIPALITY):
        return party.name.removeprefix(_MUNICIPALITY)
    return party.name


def _word(say: texts.Catalogue, vocabulary: str, code: str) -> str:
    known = f"{vocabulary}.{code}"
    return say(known) if say.has(known) else code


def _categories(say: texts.Catalogue, agreements: tuple[Agreement, ...]) -> dict[str, str]:
    assigned = {
        code
        for each in agreements
        for assignment in each.assignment
        for code in assignment.category or ()
    }
    named = {
        category.code: category.name[language]
        for each in reversed(agreements)
        for category in each.category
        for language in ("nl", "en")
        if language == say.language and language in category.name
    }
    listed = {category.code for each in agreements for category in each.category}
    known = {code: _word(say, "category.name", code) for code in sorted(assigned | listed)}
    return {code: _within(word) for code, word in (known | named).items()}


def _within(name: str) -> str:
    """Return a name as it stands inside a sentence; ``IB-aangifte`` stays as it is."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name


def _told_apart(called: Mapping[str, str]) -> dict[str, str]:
    often = Counter(called.values())
    return {
        code: name if often[name] == 1 or name == code else f"{name} ({code})"
        for code, name in called.items()
    }


def _decimals(value: Fraction) -> int | None:
    for decimals in range(_DECIMALS_MAX + 1):
        if (value * 10**decimals).denominator == 1:
            return decimals
    return None
