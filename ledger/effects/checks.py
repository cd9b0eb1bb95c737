"""What must hold between the members of a catalogue.

Plain functions, each from a catalogue to what is wrong with it: the path of a member and a
sentence that says what would be right. All of them run, so that all mistakes come at once.
"""

from __future__ import annotations

from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from ledger.money import AMOUNT_MAX, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ledger.effects.schema import Catalogue

Path: TypeAlias = "tuple[str | int, ...]"
Found: TypeAlias = "Iterator[tuple[Path, str]]"

CONJUNCTIONS: Final = {"nl": "zodat", "en": "so that"}
"""The words that pages put before what an effect is for."""

GRADES: Final = range(1, 7)


def mistakes(catalogue: Catalogue) -> Found:
    """Yield everything that is wrong between the members of a catalogue."""
    for check in CHECKS:
        yield from check(catalogue)


def _duplicates(catalogue: Catalogue) -> Found:
    """Nothing is defined twice."""
    tables: tuple[tuple[str, Sequence[str]], ...] = (
        ("index", [each.code for each in catalogue.index]),
        ("effect", [each.code for each in catalogue.effect]),
    )
    for table, codes in tables:
        for at in _repeated(codes):
            yield (table, at, "code"), f"{codes[at]!r} is used twice; give each its own"
    for at, effect in enumerate(catalogue.effect):
        kinds = [share.party_kind for share in effect.share]
        for place in _repeated(kinds):
            yield (
                ("effect", at, "share", place, "party_kind"),
                f"{kinds[place]!r} has a share of this effect already; add the amounts up",
            )


def _repeated(values: Sequence[str]) -> Iterator[int]:
    return (at for at, value in enumerate(values) if value in values[:at])


def _prices(catalogue: Catalogue) -> Found:
    """Every amount has a year of prices, and the index that is named is for that year."""
    known = {each.code: each for each in catalogue.index}
    for at, effect in enumerate(catalogue.effect):
        year = effect.price_year or catalogue.catalogue.price_year
        if year is None:
            yield (
                ("effect", at, "price_year"),
                "is missing here and in [catalogue]; say of which year the amounts are",
            )
        if effect.index is None:
            continue
        if effect.index not in known:
            yield (
                ("effect", at, "index"),
                f"there is no index {effect.index!r}; {_instead(effect.index, list(known))}",
            )
        elif year is not None and known[effect.index].price_year != year:
            yield (
                ("effect", at, "index"),
                f"{effect.index!r} is for prices of {known[effect.index].price_year}, "
                f"these are of {year}; name an index for that year",
            )


def _instead(code: str, known: list[str]) -> str:
    if not known:
        return "write an [[index]] table with this code"
    close = get_close_matches(code, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"


def _parts_of_one(catalogue: Catalogue) -> Found:
    """Parts of a whole are no more than the whole."""
    parts: list[tuple[Path, Fraction, str]] = [
        (("catalogue", "discount_rate"), catalogue.catalogue.discount_rate, "2.25% as '0.0225'")
    ]
    parts += [
        (("optimism_bias", f"grade_{grade}"), catalogue.optimism_bias.of(grade), "15% as '0.15'")
        for grade in GRADES
    ]
    parts += [
        (("effect", at, "deadweight"), effect.deadweight, "20% as '0.20'")
        for at, effect in enumerate(catalogue.effect)
    ]
    for loc, part, example in parts:
        if part > 1:
            yield loc, f"is more than 1; write {example}"


def _grades(catalogue: Catalogue) -> Found:
    """Weaker evidence is never lowered less."""
    for stronger, weaker in pairwise(GRADES):
        floor = catalogue.optimism_bias.of(stronger)
        if catalogue.optimism_bias.of(weaker) < floor:
            yield (
                ("optimism_bias", f"grade_{weaker}"),
                f"is less than that of grade {stronger}, whose evidence is stronger; "
                f"write {str(floor)!r} or more",
            )


def _indexes(catalogue: Catalogue) -> Found:
    """An index leaves something, and all lead to the same prices: savings are compared."""
    for at, index in enumerate(catalogue.index):
        if index.to_year != catalogue.index[0].to_year:
            yield (
                ("index", at, "to_year"),
                f"is {index.to_year}; all indexes lead to the prices of one year, "
                f"write {catalogue.index[0].to_year}",
            )
        for name in ("uprating", "exchange"):
            if not getattr(index, name):
                yield ("index", at, name), "is 0, which leaves nothing; leave as is with '1'"


def _worth(catalogue: Catalogue) -> Found:
    """Every effect is worth something, and no more than an amount can say."""
    for at, effect in enumerate(catalogue.effect):
        index = catalogue.index_of(effect)
        total = sum(share.amount for share in effect.share)
        worth = total * effect.years * (index.uprating * index.exchange if index else Fraction(1))
        if not total:
            yield ("effect", at, "share"), "all amounts are 0.00; say what the event would cost"
        elif worth > AMOUNT_MAX:
            yield (
                ("effect", at, "share"),
                f"comes to more than {as_text(AMOUNT_MAX)}; look at amounts, index and years",
            )


def _sentences(catalogue: Catalogue) -> Found:
    """What goes on after *zodat* is the rest of a sentence."""
    for at, effect in enumerate(catalogue.effect):
        for name in ("so_that", "so_that_past"):
            for language, conjunction in CONJUNCTIONS.items():
                loc: Path = ("effect", at, name, language)
                text: str = getattr(getattr(effect, name), language)
                if text.lower().startswith(f"{conjunction} "):
                    yield loc, f"begins with {conjunction!r}, which pages say; leave it out"
                if text.endswith((".", "!", "?")):
                    yield loc, f"ends with {text[-1]!r}; it is part of a sentence, leave that out"


CHECKS: Final[tuple[Callable[[Catalogue], Found], ...]] = (
    _duplicates,
    _prices,
    _parts_of_one,
    _grades,
    _indexes,
    _worth,
    _sentences,
)
