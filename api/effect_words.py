"""The working of an expected saving in words, for whoever may read which effect it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from ledger.effects.expected import KindPart, Working
    from ledger.effects.schema import Effect
    from ledger.savings.workings import PickWorking, SpendingWorking
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent / "locale"
_LEDGER: Final = Path(__file__).parent.parent / "ledger" / "locale"
_DECIMALS_MAX: Final = 6


def working(of: SpendingWorking, *, language: str) -> tuple[str, ...]:
    """Return what a spending is expected to save, and why, as sentences.

    Args:
        of: The working.
        language: ``nl`` or ``en``.
    """
    return tuple(_sentences(of, texts.catalogue(_LOCALE, language)))


def kind(code: str, *, language: str) -> str:
    """Return a kind of parties in words."""
    return texts.catalogue(_LEDGER, language)(f"value.kind.{code}")


def factor(language: str, value: Fraction) -> str:
    """Return a factor with as many decimals as it has, and no more than six."""
    places = range(_DECIMALS_MAX + 1)
    exactly = (each for each in places if (value * 10**each).denominator == 1)
    return texts.exact(language, value, decimals=next(exactly, _DECIMALS_MAX))


def _sentences(of: SpendingWorking, say: Catalogue) -> Iterator[str]:
    yield _headline(of, say)
    if of.is_reversed:
        yield say("effect.reversed")
    if of.pick is None:
        yield from _recorded(of, say)
        return
    if of.pick.is_withdrawn:
        yield say("effect.withdrawn")
    elif of.pick.carried_by is not None:
        word = "effect.stranded" if of.pick.is_stranded else "effect.carried"
        yield say(word, carrier=of.pick.carried_by)
    elif of.pick.effect is None or of.pick.expected is None:
        yield from _recorded(of, say)
    else:
        yield from _steps(of.pick.effect, of.pick.expected.working, say)
        yield say("effect.total", amount=texts.euro(say.language, of.pick.expected.total_cents))
        yield from (_part(part, say) for part in of.pick.expected.parts)
    yield from _observed(of.pick, say)


def _headline(of: SpendingWorking, say: Catalogue) -> str:
    about = {"spending": of.spending, "day": texts.day(say.language, of.spent_on)}
    if of.pick is None:
        return say("effect.amounts" if of.savings_cents else "effect.nothing", **about)
    if of.pick.effect is None:
        return say("effect.erased", **about)
    words = {name: getattr(of.pick.effect, name) for name in ("name", "so_that")}
    return say(
        "effect.picked",
        **about,
        **{name: getattr(text, say.language) for name, text in words.items()},
    )


def _recorded(of: SpendingWorking, say: Catalogue) -> Iterator[str]:
    for party, cents in of.savings_cents.items():
        yield say("effect.saved", party=party, amount=texts.euro(say.language, cents))


def _steps(effect: Effect, how: Working, say: Catalogue) -> Iterator[str]:
    """Yield the factors one by one; those that change nothing are left out."""
    language = say.language
    show = texts.euro if how.index_source is None else texts.amount
    yield say(
        "effect.cost" if how.index_source is None else "effect.cost_then",
        event=getattr(effect.event, language),
        unit=getattr(effect.unit, language),
        amount=show(language, how.amount_cents),
        price_year=how.price_year,
        source=how.source,
    )
    if how.index_source is not None:
        yield say(
            "effect.index",
            uprating=factor(language, how.uprating),
            to_year=how.to_year,
            exchange=factor(language, how.exchange),
            source=how.index_source,
        )
    if how.deadweight:
        yield say("effect.deadweight", part=_percentage(language, how.deadweight))
    yield say(
        "effect.bias" if how.optimism_bias else "effect.bias_none",
        grade=how.grade,
        part=_percentage(language, how.optimism_bias),
        source=how.bias_source,
    )
    if how.years > 1:
        yield say(
            "effect.years",
            years=how.years,
            rate=_percentage(language, how.discount_rate),
            factor=factor(language, how.discounted_years),
        )


def _percentage(language: str, share: Fraction) -> str:
    return f"{factor(language, share * 100)}%"


def _part(part: KindPart, say: Catalogue) -> str:
    language = say.language
    parties = [
        f"{party} ({texts.euro(language, cents)})" if len(part.by_party) > 1 else party
        for party, cents in part.by_party.items()
    ]
    return say(
        "effect.part",
        kind=kind(part.kind, language=language),
        amount=texts.euro(language, part.cents),
        rule=say(f"effect.rule.{part.rule}", parties=texts.together(language, parties)),
    )


def _observed(pick: PickWorking, say: Catalogue) -> Iterator[str]:
    if not pick.observed:
        yield say("effect.unobserved")
        return
    last = pick.observed[-1]
    yield say(
        "effect.observed",
        day=texts.day(say.language, last.observed_on),
        outcome=say(f"effect.outcome.{last.outcome}"),
    )
