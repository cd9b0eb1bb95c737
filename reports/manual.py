"""The manual for auditors: every rule of the lawfulness test, with the examples that run. Pure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger import money, texts
from ledger.lawfulness import examples, rules, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.lawfulness.examples import Example
    from ledger.texts import Catalogue

_LOCALE: Final = Path(__file__).parent / "locale"
_GROUPS: Final = ("order", "evidence", "purchase", "rooms", "like", "known", "terms")


def of_rules(*, language: str) -> str:
    """Return the chapter on the rules, as Markdown.

    Every outcome in it is found by running the rule, not copied from a table.

    Args:
        language: ``nl`` or ``en``.
    """
    return "\n".join(_chapter(texts.catalogue(_LOCALE, language))) + "\n"


def _chapter(say: Catalogue) -> Iterator[str]:
    language = say.language
    yield f"# {say('manual.rules')}"
    yield f"\n{say('manual.what')}"
    of_rule: dict[str, list[Example]] = {}
    for each in examples.read():
        of_rule.setdefault(each.rule, []).append(each)
    for group in (rules.SPENT, rules.CAME_BACK, rules.PURCHASES, rules.EVIDENCE):
        for rule in group:
            yield f"\n## {words.name(rule.code, language=language)}"
            yield f"\n{say('manual.head', code=rule.code, version=rule.version)}"
            found = (each.found() for each in of_rule[rule.code])
            fails = next(each for each in found if each is not None)
            yield f"{say('manual.counts', kind=words.kind(fails, language=language))}"
            yield f"{say('manual.norm', norm=words.norm(rule.code, language=language))}"
            yield f"\n| {say('manual.facts')} | {say('manual.outcome')} |"
            yield "|---|---|"
            for each in of_rule[rule.code]:
                yield f"| {_facts(each, say)} | {_outcome(each, say)} |"


def _facts(example: Example, say: Catalogue) -> str:
    told = [
        say("manual.fact", name=say(f"fact.{name}"), value=_value(value, say))
        for group in _GROUPS
        for name, value in example.told.get(group, {}).items()
    ]
    return "; ".join(told)


def _outcome(example: Example, say: Catalogue) -> str:
    found = example.found()
    if found is None:
        return say("manual.nothing")
    amount = texts.euro(say.language, found.amount_cents)
    return f"**{amount}**: {words.says(found, language=say.language)}"


def _value(value: Any, say: Catalogue) -> str:
    match value:
        case bool():
            return say("manual.yes" if value else "manual.no")
        case date():
            return texts.short_day(say.language, value)
        case list():
            return ", ".join(_value(each, say) for each in value)
        case str():
            return _amount_or_text(value, say)
        case _:
            return str(value)


def _amount_or_text(value: str, say: Catalogue) -> str:
    if value == "":
        return say("manual.empty")
    try:
        return texts.euro(say.language, money.parse(value))
    except ValueError:
        return value
