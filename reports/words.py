"""Words on papers: texts of the catalogue with figures of a settlement in them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger import texts
from ledger.agreement.schema import (
    BlendKey,
    HomeKey,
    MeasureKey,
    TieredKey,
)
from reports.figures import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ledger.agreement.schema import Key
    from ledger.periods import Period
    from reports.figures import Agreed
    from settlement.results import Adjustment, Settlement

LOCALE: Final = Path(__file__).parent / "locale"
_QUARTER: Final = 3
_YEAR: Final = 12
_TEXT_MAX: Final = 36


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of papers in one language, and how it writes figures."""

    language: str

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a text with values filled in."""
        return self._texts(text, **values)

    def plural(self, text: str, count: int, /, **values: object) -> str:
        """Return a text in its singular or plural form."""
        return self._texts.plural(text, count, **values)

    def has(self, text: str) -> bool:
        """Whether there is such a text."""
        return self._texts.has(text)

    def euro(self, cents: int) -> str:
        """Return an amount for running text."""
        return texts.euro(self.language, cents)

    def whole_euro(self, cents: int) -> str:
        """Return an amount in whole euros, for charts; half to even."""
        euros = round(Fraction(abs(cents), 100))
        return self._signed(cents < 0 and euros > 0, texts.number(self.language, euros))

    def amount(self, cents: int) -> str:
        """Return an amount for a table."""
        return texts.amount(self.language, cents)

    def difference(self, cents: int) -> str:
        """Return a difference for a table, with its sign."""
        return texts.amount(self.language, cents, signed=True)

    def count(self, value: int) -> str:
        """Return a whole number."""
        return texts.number(self.language, value)

    def percentage(self, share: Fraction, decimals: int = 2) -> str:
        """Return a share as a percentage, with a true minus."""
        return texts.percentage(self.language, share, decimals=decimals).replace("-", texts.MINUS)

    def share(self, share: Fraction) -> str:
        """Return an agreed share as a percentage: whole where it is, else with two decimals."""
        whole = (share * 100).denominator == 1
        return self.percentage(share, 0 if whole else 2)

    def fraction(self, cents: int, of: int) -> str:
        """Return how much of an amount another is, as a percentage with three decimals."""
        return self.percentage(Fraction(cents, of), 3)

    def cents(self, value: Fraction, *, signed: bool = False) -> str:
        """Return a deviation in cents with two decimals, cut for show."""
        return texts.exact(self.language, value, decimals=2, signed=signed)

    def deviation(self, value: Fraction) -> str:
        """Return how far a total is from exact, in cents: signed, rounded to two decimals."""
        return texts.rounded(self.language, value, decimals=2)

    def exact_euro(self, cents: Fraction) -> str:
        """Return an exact amount with six decimals, half to even as in the files."""
        rounded = Fraction(round(cents * 10**4), 10**6)
        return self._signed(rounded < 0, texts.exact(self.language, abs(rounded), decimals=6))

    def day(self, value: date) -> str:
        """Return a date in full."""
        return texts.day(self.language, value)

    def short_day(self, value: date) -> str:
        """Return a date for tables."""
        return texts.short_day(self.language, value)

    def month(self, value: date) -> str:
        """Return a month in full."""
        return texts.month(self.language, value)

    def short_month(self, value: date) -> str:
        """Return a month for tables: ``02-2016``, or ISO in English."""
        return f"{value:%m-%Y}" if self.language == "nl" else f"{value:%Y-%m}"

    def period(self, period: Period) -> str:
        """Return what a period is called: its year, quarter or month, else its days."""
        months, first = period.months, period.start
        if months == _YEAR and first.month == 1:
            return self("period.year", year=first.year)
        if months == _QUARTER and first.month % _QUARTER == 1:
            return self("period.quarter", number=first.month // _QUARTER + 1, year=first.year)
        if months == 1:
            return self.month(first)
        return self("period.days", start=self.day(first), end=self.day(period.last_day))

    def key(self, settled: Settlement, code: str) -> str:
        """Return in words how a key divides."""
        for version in (settled.agreement, *reversed(settled.agreements)):
            keys = {key.code: key for key in version.key}
            if code in keys:
                return self._key(keys[code])
        return self("key.unknown")

    def shortened(self, text: str) -> str:
        """Return a text that fits a column; the attachment has all of it."""
        return text if len(text) <= _TEXT_MAX else f"{text[: _TEXT_MAX - 9]}…{text[-8:]}"

    def group(self, agreed: Agreed, group: str) -> str:
        """Return what a group of categories is called; a category alone has its own name."""
        for version in (agreed.agreement, *reversed(agreed.agreements)):
            for category in version.category:
                if category.code == group and not category.group:
                    names: Mapping[Any, str] = category.name
                    return self.shortened(names.get(self.language, group))
        if group == OTHER:
            return self("group.other")
        return self.shortened(group)

    def adjustment(self, line: Adjustment) -> str:
        """Return what a line of the ladder does to an organisation."""
        direction = "adds" if line.amount_cents > 0 else "lowers"
        return self(f"ladder.{line.kind}.{direction}", pool=line.pool, step=line.step)

    def _signed(self, is_negative: bool, figure: str) -> str:  # noqa: FBT001 - one of two signs
        sign = texts.MINUS if is_negative else ""
        return f"€{texts.NO_BREAK}{sign}{figure}" if self.language == "nl" else f"{sign}€{figure}"

    @property
    def _texts(self) -> texts.Catalogue:
        return texts.catalogue(LOCALE, self.language)

    def _key(self, key: Key) -> str:
        match key:
            case MeasureKey():
                return self("key.measure", measure=key.measure)
            case HomeKey():
                return self(f"key.home.{key.by}")
            case BlendKey():
                parts = [
                    self("key.blend_part", percent=self.share(part.share), key=part.key)
                    for part in key.parts
                ]
                return self("key.blend", parts=texts.together(self.language, parts))
            case TieredKey():
                tiers = [tier.key for tier in key.tiers]
                return self("key.tiered", tiers=texts.together(self.language, tiers))
            case _:
                return self(f"key.{key.kind}")


def iban(text: str, *, masked: bool = False) -> str:
    """Return an IBAN in groups of four; masked it shows only country and last digits."""
    plain = text.replace(" ", "")
    shown = f"{plain[:2]}{'•' * (len(plain) - 4)}{plain[-2:]}" if masked else plain
    groups = (shown[at : at + 4] for at in range(0, len(shown), 4))
    return texts.NO_BREAK.join(groups)
