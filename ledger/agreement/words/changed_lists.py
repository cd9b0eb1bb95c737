"""What changes in the lists of the agreement: contributions, ladder, budgets and the rest.

Entries are recognised by what they are about (a cap by its party, a contribution by its
party and day); where two are about the same, by their place among those. Every entry is
added, dropped, changed in its members or moved, so that no difference goes unsaid.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ledger.agreement.schema import Lawfulness, Limit
from ledger.agreement.words import paperwork, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledger.agreement.schema import (
        Budget,
        Category,
        Contribution,
        LawfulnessLimit,
        LawfulnessMeasure,
        Mandate,
        Part,
        Step,
    )
    from ledger.agreement.words.pair import Change, Pair
    from ledger.agreement.words.voice import Voice

    Identity: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list: what it is about, what it says, and whom it touches."""

    about: Identity
    subject: str
    words: str
    part: Part
    parties: tuple[str, ...] | None = None


def contributions(pair: Pair) -> Iterator[Change]:
    """Yield what changes in what parties pay in."""
    lists = _both(pair, lambda v: [_contribution(v, c) for c in v.agreement.contribution])
    yield from _compared(pair, "contributions", "contribution", *lists)


def ladder(pair: Pair) -> Iterator[Change]:
    """Yield what changes in floors, caps and risk pools."""
    lists = _both(pair, lambda v: [_step(v, step) for step in v.agreement.ladder])
    yield from _compared(pair, "ladder", "ladder", *lists)


def budgets(pair: Pair) -> Iterator[Change]:
    """Yield what changes in what councils authorised."""
    lists = _both(pair, lambda v: [_budget(v, budget) for budget in v.agreement.budget])
    yield from _compared(pair, "budgets", "budget", *lists)


def lawfulness(pair: Pair) -> Iterator[Change]:
    """Yield what changes in the parameters of the lawfulness test."""
    old, new = pair.old.agreement.lawfulness, pair.new.agreement.lawfulness
    if old is None and new is not None:
        yield pair.change("lawfulness", pair.say("change.lawfulness.new"))
    if old is not None and new is None:
        yield pair.change("lawfulness", pair.say("change.lawfulness.gone"))
    before, after = old or Lawfulness(), new or Lawfulness()
    for said in pair.members(
        before, after, only=set(Lawfulness.model_fields) - {"limit", "measure"}
    ):
        yield pair.change("lawfulness", said)
    limits = (
        [_limit(pair.old, limit) for limit in before.limit],
        [_limit(pair.new, limit) for limit in after.limit],
    )
    yield from _compared(pair, "lawfulness", "limit", *limits)
    measures = (
        [_measure(pair.old, measure) for measure in before.measure],
        [_measure(pair.new, measure) for measure in after.measure],
    )
    yield from _compared(pair, "lawfulness", "measure", *measures)


def mandates(pair: Pair) -> Iterator[Change]:
    """Yield what changes in the room that roles have."""
    lists = _both(pair, lambda v: [_mandate(v, mandate) for mandate in v.agreement.mandate])
    yield from _compared(pair, "mandates", "mandate", *lists)


def categories(pair: Pair) -> Iterator[Change]:
    """Yield what changes in what money is spent on."""
    lists = _both(pair, lambda v: [_category(v, each) for each in v.agreement.category])
    yield from _compared(pair, "categories", "category", *lists)


def moved(before: Sequence[object], after: Sequence[object]) -> bool:
    """Whether what two lists have in common stands in another order."""
    kept = [each for each in before if each in set(after)]
    return kept != [each for each in after if each in set(before)]


def told_apart(abouts: Iterable[Identity]) -> list[Identity]:
    """Return identities of which none comes twice: the second of a kind gets a number."""
    seen: Counter[Identity] = Counter()
    identities = []
    for about in abouts:
        seen[about] += 1
        identities.append((*about, seen[about]))
    return identities


def _both(
    pair: Pair, entries: Callable[[Voice], Sequence[Entry]]
) -> tuple[Sequence[Entry], Sequence[Entry]]:
    return entries(pair.old), entries(pair.new)


def _compared(
    pair: Pair, section: str, name: str, old: Sequence[Entry], new: Sequence[Entry]
) -> Iterator[Change]:
    before = dict(zip(told_apart(entry.about for entry in old), old, strict=True))
    after = dict(zip(told_apart(entry.about for entry in new), new, strict=True))
    for identity, entry in before.items():
        if identity not in after:
            said = pair.say("change.dropped", words=entry.words)
            yield pair.change(section, said, entry.parties)
    for identity, entry in after.items():
        if identity not in before:
            yield pair.change(section, pair.say("change.added", words=entry.words), entry.parties)
            continue
        touched = _touched(before[identity], entry)
        for said in pair.members(before[identity].part, entry.part, subject=entry.subject):
            yield pair.change(section, said, touched)
    if moved(list(before), list(after)):
        order = "; ".join(entry.subject for entry in new)
        yield pair.change(section, pair.say(f"change.order.{name}", order=order))


def _touched(old: Entry, new: Entry) -> tuple[str, ...] | None:
    if old.parties is None or new.parties is None:
        return None
    return old.parties + new.parties


def _contribution(voice: Voice, paid: Contribution) -> Entry:
    day = voice.day(paid.due_on)
    subject = voice.say("subject.contribution", party=voice.party(paid.party), day=day)
    return Entry(
        about=(paid.party, paid.due_on),
        subject=subject,
        words=voice.say("change.amount", subject=subject, amount=voice.money(paid.amount)),
        part=paid,
        parties=(paid.party,),
    )


def _step(voice: Voice, step: Step) -> Entry:
    party = step.party if isinstance(step, Limit) else ""
    return Entry(
        about=(step.kind, party),
        subject=rules.step_name(voice, step),
        words=rules.step_in_words(voice, step),
        part=step,
    )


def _budget(voice: Voice, budget: Budget) -> Entry:
    subject = voice.say("subject.budget", party=voice.party(budget.party), year=budget.year)
    return Entry(
        about=(budget.party, budget.year),
        subject=subject,
        words=voice.say("change.amount", subject=subject, amount=voice.money(budget.amount)),
        part=budget,
        parties=(budget.party,),
    )


def _limit(voice: Voice, limit: LawfulnessLimit) -> Entry:
    subject = voice.say("subject.limit", party=voice.party(limit.party), year=limit.year)
    share, base = voice.share(limit.share), voice.money(limit.base_amount)
    return Entry(
        about=(limit.party, limit.year),
        subject=subject,
        words=voice.say("change.limit", subject=subject, share=share, base=base),
        part=limit,
        parties=(limit.party,),
    )


def _measure(voice: Voice, measure: LawfulnessMeasure) -> Entry:
    return Entry(
        about=(measure.rule,),
        subject=voice.say("subject.measure", rule=measure.rule),
        words=paperwork.measure_in_words(voice, measure),
        part=measure,
    )


def _mandate(voice: Voice, mandate: Mandate) -> Entry:
    return Entry(
        about=(mandate.code,),
        subject=voice.say("subject.mandate", role=voice.word("role", mandate.code)),
        words=paperwork.mandate_in_words(voice, mandate),
        part=mandate,
        parties=mandate.employers,
    )


def _category(voice: Voice, category: Category) -> Entry:
    subject = voice.say("subject.category", category=voice.category(category.code))
    return Entry(
        about=(category.code,),
        subject=subject,
        words=voice.say("change.category", subject=subject),
        part=category,
    )
