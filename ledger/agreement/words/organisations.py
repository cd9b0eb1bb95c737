"""Who takes part, who is an outsider, what each measures and what each pays in."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger import texts
from ledger.agreement.words import members
from ledger.agreement.words.document import Section, Table
from ledger.agreement.words.shares import participants
from ledger.agreement.words.voice import last_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.agreement.schema import Contribution, Party
    from ledger.agreement.words.voice import Voice

_DATES_IN_COLUMNS = 4
_CONTACT = ("iban", "reference", "contact_role", "oin", "kvk", "address")


def parties(voice: Voice) -> Section:
    """Return who takes part, who is an outsider, and how each is reached."""
    everyone = voice.agreement.party
    taking_part = [party for party in everyone if party.participant]
    outsiders = [party for party in everyone if not party.participant]
    sentences = [voice.say.plural("parties.count", len(taking_part))]
    dated = any(party.start or party.until for party in taking_part)
    sentences.append(voice.say("parties.dated" if dated else "parties.always"))
    if outsiders:
        sentences.append(voice.say.plural("parties.outsiders", len(outsiders)))
    groups = (("participants.caption", taking_part), ("outsiders.caption", outsiders))
    tables = [_listed(voice, name, group) for name, group in groups if group]
    return Section(
        name="parties",
        heading=voice.say("section.parties"),
        sentences=tuple(sentences),
        tables=(*tables, *_contact(voice)),
    )


def contributions(voice: Voice) -> Section:
    """Return what each pays in, when, and how much that is together."""
    paid = voice.agreement.contribution
    if not paid:
        sentences = [voice.say("contributions.none")]
        return _contribution_section(voice, sentences, ())
    total = voice.money(sum(each.amount for each in paid))
    dates = sorted({each.due_on for each in paid})
    sentences = [voice.say.plural("contributions.total", len(dates), total=total)]
    outside = [day for day in dates if not _counts(voice, day)]
    if outside:
        named = voice.together(map(voice.day, outside))
        sentences.append(voice.say("contributions.outside", days=named))
    few = len(dates) <= _DATES_IN_COLUMNS
    table = _by_date(voice, dates) if few else _one_by_one(voice)
    return _contribution_section(voice, sentences, (table,))


def measures(voice: Voice) -> Section | None:
    """Return the measures of the participants, and their shares of the whole."""
    known = sorted({name for party in voice.agreement.party for name in party.measures})
    if not known:
        return None
    start = voice.agreement.agreement.valid_from
    names = voice.together(voice.word("measure", name) for name in known)
    return Section(
        name="measures",
        heading=voice.say("section.measures"),
        sentences=(voice.say("measures.what", measures=names, day=voice.day(start)),),
        tables=tuple(_measure(voice, name) for name in known),
    )


def _listed(voice: Voice, name: str, group: Sequence[Party]) -> Table:
    columns = ("name", "kind", "start", "until", "code")
    rows = (
        (
            party.name,
            members.value(voice, "kind", party.kind),
            voice.cell_day(party.start),
            voice.cell_day(party.until and last_day(party.until)),
            party.code,
        )
        for party in group
    )
    return Table(
        caption=voice.say(f"parties.{name}"),
        header=tuple(voice.say(f"column.{column}") for column in columns),
        rows=tuple(rows),
    ).without_empty_columns()


def _contact(voice: Voice) -> list[Table]:
    rows = tuple(
        (voice.party(party.code), *(_cell(voice, party, name) for name in _CONTACT))
        for party in voice.agreement.party
        if any(getattr(party, name) is not None for name in _CONTACT)
    )
    if not rows:
        return []
    header = tuple(voice.say(f"column.{column}") for column in ("name", *_CONTACT))
    table = Table(caption=voice.say("parties.contact"), header=header, rows=rows)
    return [table.without_empty_columns()]


def _cell(voice: Voice, party: Party, name: str) -> str:
    found = getattr(party, name)
    return "" if found is None else members.value(voice, name, found)


def _counts(voice: Voice, day: date) -> bool:
    terms = voice.agreement.agreement
    return terms.valid_from <= day and (terms.valid_until is None or day < terms.valid_until)


def _contribution_section(
    voice: Voice, sentences: Sequence[str], tables: tuple[Table, ...]
) -> Section:
    return Section(
        name="contributions",
        heading=voice.say("section.contributions"),
        sentences=tuple(sentences),
        tables=tables,
    )


def _by_date(voice: Voice, dates: Sequence[date]) -> Table:
    paid = voice.agreement.contribution
    listed = [party.code for party in voice.agreement.party] + [each.party for each in paid]
    paying = [code for code in dict.fromkeys(listed) if any(code == each.party for each in paid)]
    rows = [
        (voice.party(code), *_sums(voice, [each for each in paid if each.party == code], dates))
        for code in paying
    ]
    total = (voice.say("column.together"), *_sums(voice, paid, dates))
    together = [voice.say("column.together")] if len(dates) > 1 else []
    return Table(
        caption=voice.say("contributions.caption", currency=voice.currency),
        header=(voice.say("column.name"), *map(voice.cell_day, dates), *together),
        rows=(*rows, total),
        figures=tuple(range(1, 1 + len(dates) + len(together))),
        total=True,
    )


def _sums(voice: Voice, paid: Sequence[Contribution], dates: Sequence[date]) -> list[str]:
    sums = [sum(each.amount for each in paid if each.due_on == day) for day in dates]
    due = [any(each.due_on == day for each in paid) for day in dates]
    cells = [
        voice.amount(cents) if there else voice.say("cell.none")
        for cents, there in zip(sums, due, strict=True)
    ]
    return [*cells, voice.amount(sum(sums))] if len(dates) > 1 else cells


def _one_by_one(voice: Voice) -> Table:
    paid = voice.agreement.contribution
    rows = [(voice.cell_day(p.due_on), voice.party(p.party), voice.amount(p.amount)) for p in paid]
    total = voice.amount(sum(each.amount for each in paid))
    return Table(
        caption=voice.say("contributions.caption", currency=voice.currency),
        header=tuple(voice.say(f"column.{column}") for column in ("due_on", "name", "amount")),
        rows=(*_sorted_by_day(paid, rows), (voice.say("column.together"), "", total)),
        figures=(2,),
        total=True,
    )


def _sorted_by_day(
    paid: Sequence[Contribution], rows: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Return the rows of contributions by day, those of one day in the order of the file."""
    places = sorted(range(len(rows)), key=lambda place: paid[place].due_on)
    return [rows[place] for place in places]


def _measure(voice: Voice, name: str) -> Table:
    day = voice.agreement.agreement.valid_from
    counted = {party.code for party in participants(voice.agreement, day)}
    measured = [party for party in voice.agreement.party if name in party.measures]
    total = sum((p.measures[name] for p in measured if p.code in counted), Fraction(0))
    rows = [
        (
            voice.party(party.code),
            voice.number(party.measures[name]),
            texts.percentage(voice.language, party.measures[name] / total)
            if total and party.code in counted
            else voice.say("cell.none"),
        )
        for party in measured
    ]
    all_of_it = texts.percentage(voice.language, Fraction(1)) if total else voice.say("cell.none")
    return Table(
        caption=_measure_caption(voice, name),
        header=(voice.say("column.name"), voice.say("column.number"), voice.say("column.share")),
        rows=(*rows, (voice.say("measures.total"), voice.number(total), all_of_it)),
        figures=(1, 2),
        total=True,
    )


def _measure_caption(voice: Voice, name: str) -> str:
    word = voice.word("measure", name)
    caption = voice.say("measures.caption", measure=word)
    return caption if word == name else voice.say("keys.name", name=caption, code=name)
