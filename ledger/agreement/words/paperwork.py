"""Keys, assignments and ladder; budgets, lawfulness, mandates and categories: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.agreement.words import keys as key_words
from ledger.agreement.words import members, rules
from ledger.agreement.words.document import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.agreement.schema import (
        Category,
        Lawfulness,
        LawfulnessLimit,
        LawfulnessMeasure,
        Mandate,
    )
    from ledger.agreement.words.voice import Voice

_STEPS = ("floor", "cap", "risk-pool")


def keys(voice: Voice) -> Section:
    """Return every key in words."""
    items = (
        voice.say(
            "keys.item", name=_key_name(voice, key.code), words=key_words.in_words(voice, key)
        )
        for key in voice.agreement.key
    )
    return Section(
        name="keys",
        heading=voice.say("section.keys"),
        sentences=(voice.say("keys.what"),),
        items=tuple(items),
    )


def assignments(voice: Voice) -> Section:
    """Return which key applies to which spendings, in order."""
    assigned = voice.agreement.assignment
    only = len(assigned) == 1
    return Section(
        name="assignments",
        heading=voice.say("section.assignments"),
        sentences=() if only else (voice.say("assignments.what"),),
        items=tuple(rules.assignment_in_words(voice, each, only=only) for each in assigned),
        numbered=not only,
    )


def ladder(voice: Voice) -> Section:
    """Return floors, caps and risk pools, in the order in which they are applied."""
    steps = sorted(voice.agreement.ladder, key=lambda step: _STEPS.index(step.kind))
    holder = voice.party(voice.agreement.agreement.account_holder)
    said = voice.say("ladder.what", holder=holder) if steps else voice.say("ladder.none")
    return Section(
        name="ladder",
        heading=voice.say("section.ladder"),
        sentences=(said,),
        items=tuple(rules.step_in_words(voice, step) for step in steps),
    )


def budgets(voice: Voice) -> Section | None:
    """Return what councils authorised."""
    agreed = voice.agreement.budget
    if not agreed:
        return None
    columns = ("name", "year", "amount", "decision")
    table = Table(
        caption=voice.say("budgets.caption", currency=voice.currency),
        header=_header(voice, columns),
        rows=tuple(
            (voice.party(b.party), str(b.year), voice.amount(b.amount), b.decision or "")
            for b in agreed
        ),
        figures=(2,),
    )
    return Section(
        name="budgets",
        heading=voice.say("section.budgets"),
        sentences=(voice.say("budgets.what"),),
        tables=(table.without_empty_columns(),),
    )


def lawfulness(voice: Voice) -> Section | None:
    """Return the parameters of the lawfulness test."""
    agreed = voice.agreement.lawfulness
    if agreed is None:
        return None
    said = [
        _parameter(voice, agreed, name)
        for name in type(agreed).model_fields
        if name not in {"limit", "measure"}
    ]
    return Section(
        name="lawfulness",
        heading=voice.say("section.lawfulness"),
        sentences=(voice.say("lawfulness.what"), *(each for each in said if each)),
        items=tuple(measure_in_words(voice, each) for each in agreed.measure),
        tables=_limits(voice, agreed.limit),
    )


def measure_in_words(voice: Voice, measure: LawfulnessMeasure) -> str:
    """Return what the fund does about what fails a rule."""
    return voice.say("lawfulness.measure", rule=measure.rule, text=measure.text)


def mandates(voice: Voice) -> Section | None:
    """Return how much room which role has."""
    granted = voice.agreement.mandate
    if not granted:
        return None
    return Section(
        name="mandates",
        heading=voice.say("section.mandates"),
        items=tuple(mandate_in_words(voice, each) for each in granted),
    )


def mandate_in_words(voice: Voice, mandate: Mandate) -> str:
    """Return who may spend how much, by whose decision and since when."""
    role = voice.word("role", mandate.code)
    named = role if role == mandate.code else voice.say("keys.name", name=role, code=mandate.code)
    said = []
    for name in ("per_spending", "per_year", "grantor", "instrument", "employers", "valid_from",
                 "valid_until"):  # fmt: skip
        found = getattr(mandate, name)
        if found is not None:
            said.append(voice.say(f"mandate.{name}", value=members.value(voice, name, found)))
    if not said:
        said.append(voice.say("mandate.unlimited"))
    return voice.say("mandate", role=named, said=", ".join(said))


def categories(voice: Voice) -> Section | None:
    """Return what money is spent on, with the task field and the provision that comes first."""
    listed = voice.agreement.category
    if not listed:
        return None
    columns = ("category", "other_language", "group", "task_field", "prior_provision", "code")
    table = Table(
        caption=voice.say("categories.caption"),
        header=_header(voice, columns),
        rows=tuple(_category(voice, each) for each in listed),
    )
    return Section(
        name="categories",
        heading=voice.say("section.categories"),
        sentences=(voice.say("categories.what"),),
        tables=(table.without_empty_columns(),),
    )


def _key_name(voice: Voice, code: str) -> str:
    name = voice.key(code)
    return name if name == code else voice.say("keys.name", name=name, code=code)


def _parameter(voice: Voice, agreed: Lawfulness, name: str) -> str:
    found = getattr(agreed, name)
    if found is None:
        return ""
    return voice.say(f"lawfulness.{name}", value=members.value(voice, name, found))


def _limits(voice: Voice, limits: Iterable[LawfulnessLimit]) -> tuple[Table, ...]:
    columns = ("name", "year", "limit_share", "base_amount", "reporting_limit", "decision")
    rows = tuple(
        (
            voice.party(limit.party),
            str(limit.year),
            voice.share(limit.share),
            voice.amount(limit.base_amount),
            "" if limit.reporting_limit is None else voice.amount(limit.reporting_limit),
            limit.decision or "",
        )
        for limit in limits
    )
    if not rows:
        return ()
    table = Table(
        caption=voice.say("limits.caption", currency=voice.currency),
        header=_header(voice, columns),
        rows=rows,
        figures=(2, 3, 4),
    )
    return (table.without_empty_columns(),)


def _category(voice: Voice, category: Category) -> tuple[str, ...]:
    names = dict(category.name)
    own = names.pop("nl" if voice.language == "nl" else "en", None)
    return (
        own or category.code,
        *(names.values() or ("",)),
        "" if category.group is None else members.value(voice, "group", category.group),
        category.task_field or "",
        category.prior_provision or "",
        category.code,
    )


def _header(voice: Voice, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(voice.say(f"column.{column}") for column in columns)
