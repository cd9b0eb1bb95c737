"""The dossier of a sample: plan, draw, outcome and bound on paper, headed by its answer.

It holds the files that it rests on, and says how anybody draws and counts again.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from reports import pages, pdf
from reports.attachments import Attachment
from reports.sampling import draw as drawing
from reports.sampling import files as names
from reports.sampling import numbers, pictures, sentences
from reports.sampling.bounds import Items, Stringer
from reports.tables import Column, Table, Term
from reports.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from reports.sampling.asked import Source
    from reports.sampling.draw import Draw
    from reports.sampling.evaluation import Checked, Evaluation, Outcome

WIDTH: Final = 620
"""Of the pictures, in CSS pixels: the width between the margins."""

_ID: Final = 16  # characters of an id that fit beside its figures; the list has all of it
_NONE: Final = "\N{EN DASH}"
_SHOWN: Final = 8  # of a fingerprint, in the foot
_HELD: Final = (names.DRAW, names.LIST, names.EVALUATION, names.POPULATION)


def paper(
    found: Evaluation,
    source: Source,
    *,
    files: Mapping[str, bytes],
    dated: date | None,
    language: str,
) -> bytes:
    """Return the dossier as PDF.

    Args:
        found: The evaluation.
        source: What was drawn from.
        files: Of the draw and its evaluation, by name; they are attached.
        dated: On the paper; ``None`` for the last of the days that were drawn from.
        language: ``nl`` or ``en``.

    Raises:
        WrongInput: The libraries that lay out text are not installed.
    """
    words, draw = Words(language), found.draw
    on = dated or sentences.last_day(draw.population, source)
    order = _numbered(draw)
    days = sentences.of_days(draw.population, source, words)
    title = words(sentences.of(draw, "sample.paper"), period=days)
    page: dict[str, Any] = {
        "words": words,
        "language": language,
        "fund": source.name,
        "dated": on.isoformat(),
        "title": title,
        "document": title,
        "subject": words(sentences.of(draw, "sample.subject"), name=source.name),
        "foot": _foot(draw, files, on, words),
        "heading": sentences.heading(found, words),
        "lede": tuple(sentences.lede(found, source, words)),
        "consequence": sentences.consequence(found, words),
        "plan": sentences.planned(draw.population, draw.strata, draw.aim, words),
        "draw": sentences.drawn(draw, words),
        "lollipops": pictures.lollipops(
            draw, [each.item for each in found.differing], order, words, width=WIDTH
        ) if draw.units and not draw.of_items else None,
        "claim": _claim(found, words),
        "outcome": _outcome(found, order, words),
        "notes": tuple(_notes(found, order, words)),
        "bounds": [_bound(each, found, words) for each in found.outcomes],
        "against": pictures.against_tolerance(found, words, width=WIDTH),
        "check": tuple(_check(draw, words)),
        "items": [_items(found, stratum, order, words) for stratum in drawing.STRATA
                  if draw.of(stratum)],
    }  # fmt: skip
    return pdf.render(
        pages.template("sample.html").render(page), dated=on, attachments=_attached(files, words)
    )


def _numbered(draw: Draw) -> dict[str, int]:
    """Return the number of every item, in the order of the list."""
    ids = [item.row.id for stratum in drawing.STRATA for item in draw.of(stratum)]
    return {id_: number for number, id_ in enumerate(ids, 1)}


def _attached(files: Mapping[str, bytes], words: Words) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(name=name, content=files[name], description=words(f"sample.attached.{name}"))
        for name in sorted(_HELD)
    )


def _foot(draw: Draw, files: Mapping[str, bytes], on: date, words: Words) -> str:
    digests = {
        name.partition(".")[0]: hashlib.sha256(files[name]).hexdigest()[:_SHOWN]
        for name in (names.POPULATION, names.DRAW, names.EVALUATION)
    }
    return words(sentences.of(draw, "sample.foot"), day=words.day(on), **digests)


def _claim(found: Evaluation, words: Words) -> dict[str, str]:
    tested = len(found.draw.of("drawn")) + len(found.draw.of("whole"))
    return {
        "lollipops": words.plural("sample.claim", tested),
        "unit": words("sample.claim_unit"),
        "against": words(f"sample.claim.{found.decision}"),
        "against_unit": words(sentences.of(found.draw, "sample.claim_share")),
    }


def _outcome(found: Evaluation, order: Mapping[str, int], words: Words) -> Table | None:
    """Return the items whose amount is not right, and a row for all others."""
    if not found.differing:
        return None
    titles = (
        ("item", "name"),
        ("stratum", "quiet"),
        ("kind", "text"),
        ("booked", "money"),
        ("right", "money"),
        ("error", "difference"),
        *([] if found.draw.of_items else [("taint", "figure")]),
    )
    rows = [
        (
            words("sample.item_id", number=words.count(order[each.item.row.id]),
                  id=_short(each.item.row.id)),
            words(f"sample.stratum.{each.item.stratum}"),
            words(f"sample.{each.kind}"),
            each.item.row.amount_cents,
            each.right_cents,
            each.error_cents,
            sentences.taint(each.taint, words) if each.item.stratum == "drawn" else _NONE,
        )[: len(titles)]
        for each in sorted(found.differing, key=lambda each: order[each.item.row.id])
    ]  # fmt: skip
    left = len(found.checked) - len(rows)
    rest = (words.plural("sample.others", left), *[None] * 5, _NONE)[: len(titles)]
    return Table(
        caption=words("sample.outcome_caption"),
        columns=tuple(
            Column(title=words(f"sample.column.{title}"), kind=kind) for title, kind in titles
        ),
        rows=(*rows, *([rest] if left else [])),
        small=True,
    )


def _short(id_: str) -> str:
    return id_ if len(id_) <= _ID else f"{id_[:8]}…{id_[-4:]}"


def _notes(found: Evaluation, order: Mapping[str, int], words: Words) -> Iterator[str]:
    """Yield what the tester noted, and which errors count more than once."""
    for each in sorted(found.checked, key=lambda each: order[each.item.row.id]):
        if each.note:
            number = order[each.item.row.id]
            yield words("sample.noted", number=words.count(number), note=each.note)
        if each.error_cents and len(each.item.points) > 1:
            number, times = order[each.item.row.id], len(each.item.points)
            yield words("sample.often", number=words.count(number), times=words.count(times))


def _bound(each: Outcome, found: Evaluation, words: Words) -> dict[str, Any]:
    """Return the bound of an outcome, so that every step can be counted again."""
    of_items = isinstance(each.bound, Items)
    title = sentences.of(found.draw, "sample.bound_of")
    return {
        "title": words(title, what=sentences.what(each, words)),
        "steps": _chances(each, words) if of_items else _steps(each, words),
        "sum": None if of_items else _sum(each, words),
        "texts": tuple(_about(each, found, words)),
    }


def _chances(each: Outcome, words: Words) -> Table:
    """Return how likely it was to find so few errors: at the bound, and with one more wrong."""
    assert isinstance(each.bound, Items)
    wrong, found = each.bound.wrong, len(each.taints)
    return Table(
        caption=words.plural("sample.chances_caption", found, units=words.count(each.units),
                             line=words.count(each.line)),
        columns=tuple(
            Column(title=words(f"sample.column.{title}"), kind=kind)
            for title, kind in (("wrong_items", "name"), ("chance", "figure"), ("fits", "text"))
        ),
        rows=tuple(
            (words.count(number), words.percentage(chance, 3), words(f"sample.fits.{fits}"))
            for number, chance, fits in (
                (wrong, each.bound.chance, "yes"),
                (wrong + 1, each.bound.beyond, "no"),
            )
        ),
        in_euro=False,
    )  # fmt: skip


def _steps(each: Outcome, words: Words) -> Table | None:
    if not isinstance(each.bound, Stringer):
        return None
    rows = tuple(
        (
            words("sample.step", number=step.errors) if step.errors else words("sample.step_none"),
            words.percentage(step.increase, 3),
            sentences.taint(step.taint, words),
            words.percentage(step.adds, 3),
        )
        for step in each.bound.steps
    )
    return Table(
        caption=words("sample.steps_caption"),
        columns=tuple(
            Column(title=words(f"sample.column.{title}"), kind=kind)
            for title, kind in (
                ("step", "name"),
                ("increase", "figure"),
                ("times", "figure"),
                ("adds", "figure"),
            )
        ),
        rows=rows,
        total=(words("sample.total"), None, None, words.percentage(each.bound.share, 3)),
        in_euro=False,
    )


def _sum(each: Outcome, words: Words) -> tuple[Term, ...]:
    on_line = each.most - each.known
    share = (
        words.percentage(each.bound.share, 3) if each.bound else words.percentage(Fraction(0), 0)
    )
    return (
        Term(
            "",
            words("sample.sum.line", percent=share, line=words.amount(each.line)),
            on_line,
        ),
        Term("+", words("sample.sum.known"), each.known),
        Term("=", words("sample.sum.bound"), each.most, is_result=True),
    )


def _about(each: Outcome, found: Evaluation, words: Words) -> Iterator[str]:
    draw = found.draw
    yield words(
        "sample.likely",
        amount=sentences.size(each.likely, draw, words),
        percent=words.percentage(sentences.share(each.likely, draw)),
    )
    if draw.of_items and each.known:
        yield words.plural("sample.known_items", each.known, most=words.count(each.most))
    if each.taints and not draw.of_items:
        yield words(
            "sample.were_whole",
            amount=words.euro(each.most_whole),
            percent=words.percentage(sentences.share(each.most_whole, draw)),
        )
    if each.understated_cents:
        yield words("sample.understated", amount=words.euro(each.understated_cents))


def _check(draw: Draw, words: Words) -> Iterator[str]:
    """Yield how anybody draws and counts again, without this program."""
    sha256 = draw.population.sha256()
    yield words("sample.check.files", sha256=sha256)
    if draw.of_items:
        yield from _check_items(draw, sha256, words)
    elif draw.strata.plan is not None:
        yield words("sample.check.whole", interval=words.euro(draw.strata.interval_cents))
        first = numbers.digest(draw.seed, sha256, 1)
        yield words(
            "sample.check.numbers",
            text=f"{draw.seed}:{sha256}:1",
            digits=first[:12],
            interval=str(draw.strata.interval_cents),
            number=str(1 + int(first[:12], 16) % draw.strata.interval_cents),
        )
        yield words(f"sample.check.{draw.method}")
        for number, each in enumerate(draw.extensions, 1):
            yield words(
                "sample.check.extended",
                units=words.count(each.units),
                seed=f"{draw.seed}+{number}",
                interval=words.euro(each.interval_cents),
            )
        yield words("sample.check.steps", units=words.count(draw.units))


def _check_items(draw: Draw, sha256: str, words: Words) -> Iterator[str]:
    yield words(
        "sample.check.items",
        size=words.count(draw.line),
        text=f"{draw.seed}:{sha256}:1",
        digits=numbers.digest(draw.seed, sha256, 1)[:12],
        units=words.count(draw.units),
    )
    yield words("sample.check.chances", units=words.count(draw.units), size=words.count(draw.line))


def _items(
    found: Evaluation, stratum: drawing.Stratum, order: Mapping[str, int], words: Words
) -> Table:
    """Return the list of what was tested for one reason."""
    checked: list[Checked] = [each for each in found.checked if each.item.stratum == stratum]
    return Table(
        caption=words(f"sample.items.{stratum}"),
        columns=tuple(
            Column(title=words(f"sample.column.{title}"), kind=kind)
            for title, kind in (
                ("number", "name"),
                ("id", "code"),
                ("booked_on", "text"),
                ("booked", "money"),
                ("right", "money"),
            )
        ),
        rows=tuple(
            (
                words.count(order[each.item.row.id]),
                each.item.row.id,
                words.short_day(each.item.row.booked_on),
                each.item.row.amount_cents,
                each.right_cents,
            )
            for each in checked
        ),
        total=(
            words("sample.total"),
            None,
            None,
            sum(each.item.row.amount_cents for each in checked),
            sum(each.right_cents for each in checked),
        ),
        small=True,
        marked=frozenset(at for at, each in enumerate(checked) if each.error_cents),
    )
