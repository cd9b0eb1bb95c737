"""Corrections: rows that reverse, refund or replace another spending.

The links are resolved and checked before anything is weighed. An original stands in the
same file, or an earlier settlement booked it.

Source:
    The settlement rules, Reversals, refunds, true-ups.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ledger.errors import Mistake, WrongInput
from ledger.facts import LINKS
from ledger.money import as_text
from settlement import earlier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.facts import Spendings
    from settlement.earlier import BookedLine, EarlierRun

SAME: Final = ("organisation", "home", "case", "category", "domain", "advanced_by")
"""What a reversal has in common with what it reverses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row of the file that corrects a spending.

    ``original`` is the original's row in the file, ``None`` where only an earlier
    settlement knows it; ``booked`` is how an earlier settlement booked it, if one did.
    ``first`` is set where a replacement replaces a replacement: the link to the spending
    that came first, whose key version and knowledge all of them follow; ``instead_of`` are
    the rows that a replacement replaces, directly or through others.
    """

    row: int
    kind: str  # reverses, refunds or replaces
    to: str
    original: int | None
    booked: BookedLine | None
    first: Link | None = None
    instead_of: tuple[int, ...] = ()


def resolve(
    spendings: Spendings,
    runs: Sequence[EarlierRun],
    *,
    settled: NDArray[np.bool_] | None = None,
) -> tuple[Link, ...]:
    """Find what every correcting row points to.

    Args:
        spendings: All rows.
        runs: Earlier settlements.
        settled: Which rows an earlier settlement settled: those were checked then. ``None``
            where that is for the runs to tell, and every row is checked.

    Raises:
        WrongInput: With every link that is wrong, by its line.
    """
    pointing = [
        (row, kind, to)
        for kind in LINKS
        for row in np.flatnonzero(spendings.texts[kind].codes >= 0).tolist()
        if (to := spendings.text(kind, row)) is not None
    ]
    row_of = spendings.rows_of([to for _, _, to in pointing])
    links = tuple(
        Link(row=row, kind=kind, to=to, original=row_of.get(to), booked=earlier.booked(runs, to))
        for row, kind, to in pointing
    )
    checked = [link for link in links if settled is None or not settled[link.row]]
    found = sorted(
        {*_mistakes(spendings, links, checked, runs)}, key=lambda mistake: (mistake[0], mistake[1])
    )
    if found:
        raise WrongInput(Mistake(spendings.where(row), sentence) for row, sentence in found)
    return _with_firsts(spendings, links, runs)


def _with_firsts(
    spendings: Spendings, links: Sequence[Link], runs: Sequence[EarlierRun]
) -> tuple[Link, ...]:
    """Follow replacements back to what came first, here and through earlier settlements."""
    replaced = {
        each.spending: each.to for run in runs for each in run.links if each.kind == "replaces"
    }
    replaced |= {
        spendings.text("id", link.row) or "": link.to for link in links if link.kind == "replaces"
    }
    ways = {link.row: _way(link.to, replaced) for link in links if link.kind == "replaces"}
    row_of = spendings.rows_of([*{spending for way in ways.values() for spending in way}])
    return tuple(
        _with_first(link, ways[link.row], row_of, runs) if link.row in ways else link
        for link in links
    )


def _way(to: str, replaced: Mapping[str, str]) -> list[str]:
    """Return what a replacement replaces, directly and through others, the first one last."""
    way = [to]
    while (before := replaced.get(way[-1])) is not None and before not in way:
        way.append(before)
    return way


def _with_first(
    link: Link, way: Sequence[str], row_of: Mapping[str, int], runs: Sequence[EarlierRun]
) -> Link:
    first = Link(
        row=link.row,
        kind=link.kind,
        to=way[-1],
        original=row_of.get(way[-1]),
        booked=earlier.booked(runs, way[-1]),
    )
    return replace(
        link,
        first=first if len(way) > 1 else None,
        instead_of=tuple(row_of[spending] for spending in way if spending in row_of),
    )


def _wrong_replacement(
    link: Link, replacing: Mapping[int, Link], reversed_by: Mapping[str, list[str]]
) -> Iterator[tuple[int, str]]:
    if link.original == link.row:
        yield link.row, "replaces itself; name the spending that it corrects"
    elif link.row in _replaced_by(link, replacing):
        yield link.row, f"replaces {link.to!r}, which replaces it; one of them came first"
    elif link.to not in reversed_by:
        yield link.row, f"replaces {link.to!r}, which nothing reverses; reverse it too"


def _replaced_by(link: Link, replacing: Mapping[int, Link]) -> set[int]:
    """Return the rows that a replacement replaces, directly or through others."""
    found: set[int] = set()
    at: Link | None = link
    while at is not None and at.original is not None and at.original not in found:
        found.add(at.original)
        at = replacing.get(at.original)
    return found


def _mistakes(
    spendings: Spendings,
    links: Sequence[Link],
    checked: Sequence[Link],
    runs: Sequence[EarlierRun],
) -> Iterator[tuple[int, str]]:
    lost = {link.row for link in checked if link.original is None and link.booked is None}
    for link in checked:
        if link.row in lost:
            yield (
                link.row,
                f"{link.kind} {link.to!r}, which is not in the file; "
                "if an earlier settlement settled it, give that with --previous",
            )
    known = [link for link in links if link.row not in lost]
    sound = [link for link in checked if link.row not in lost]
    kind_of = {each.spending: each.kind for run in runs for each in run.links}
    kind_of |= {spendings.text("id", link.row) or "": link.kind for link in known}
    reversed_by = _corrected(spendings, known, runs, "reverses")
    refunded_by = _corrected(spendings, known, runs, "refunds")
    replacing = {link.row: link for link in known if link.kind == "replaces"}
    told = {spendings.text("id", link.row) for link in sound}
    for link in sound:
        match link.kind:
            case "reverses":
                yield from _wrong_reversal(spendings, link, kind_of, reversed_by)
                for refund in refunded_by.get(link.to, ()):
                    if refund not in reversed_by and refund not in told:
                        yield (
                            link.row,
                            f"reverses {link.to!r}, refunded by {refund!r}; reverse that first",
                        )
            case "refunds":
                yield from _wrong_refund(spendings, link, kind_of, reversed_by)
            case _:
                yield from _wrong_replacement(link, replacing, reversed_by)
    cents_of = {each.spending: each.amount_cents for run in runs for each in run.links}
    cents_of |= {
        spendings.text("id", link.row) or "": int(spendings.amount_cents[link.row])
        for link in known
    }
    valid = {
        original: [cents_of[refund] for refund in refunds if refund not in reversed_by]
        for original, refunds in refunded_by.items()
    }
    yield from _refunded_too_much(spendings, sound, valid)


def _corrected(
    spendings: Spendings, links: Sequence[Link], runs: Sequence[EarlierRun], kind: str
) -> dict[str, list[str]]:
    """Return per original the ids of the rows that correct it so, each once."""
    found: dict[str, list[str]] = defaultdict(list)
    pairs = [(each.spending, each.kind, each.to) for run in runs for each in run.links]
    pairs += [(spendings.text("id", link.row) or "", link.kind, link.to) for link in links]
    for spending, link_kind, to in dict.fromkeys(pairs):
        if link_kind == kind:
            found[to].append(spending)
    return found


def _wrong_reversal(
    spendings: Spendings,
    link: Link,
    kind_of: dict[str, str],
    reversed_by: dict[str, list[str]],
) -> Iterator[tuple[int, str]]:
    amount = -_original_cents(spendings, link)
    if spendings.amount_cents[link.row] != amount:
        yield (
            link.row,
            f"reverses {link.to!r} of {as_text(-amount)}; the amount must be {as_text(amount)}",
        )
    if kind_of.get(link.to) == "reverses":
        yield (
            link.row,
            f"reverses {link.to!r}, which is a reversal; record the spending anew instead",
        )
    if len(reversed_by[link.to]) > 1:
        yield link.row, f"reverses {link.to!r}, which is reversed more than once; reverse it once"
    if link.original is not None:
        for column in SAME:
            here, there = (_same(spendings, column, row) for row in (link.row, link.original))
            if here != there:
                yield (
                    link.row,
                    f"reverses {link.to!r} with {column} {here or '(empty)'!r}; "
                    f"it must be {there or '(empty)'!r} there too",
                )


def _same(spendings: Spendings, column: str, row: int) -> str | None:
    value = spendings.text(column, row)
    return value or "pool" if column == "advanced_by" else value


def _wrong_refund(
    spendings: Spendings,
    link: Link,
    kind_of: dict[str, str],
    reversed_by: dict[str, list[str]],
) -> Iterator[tuple[int, str]]:
    if spendings.amount_cents[link.row] >= 0:
        yield link.row, f"refunds {link.to!r}; the amount must be negative"
    if kind_of.get(link.to) in {"reverses", "refunds"}:
        yield link.row, f"refunds {link.to!r}, which is a reversal or a refund itself"
    elif _original_cents(spendings, link) < 0:
        yield link.row, f"refunds {link.to!r}, which is a negative row; nothing was spent there"
    # A refund that is itself reversed never happened: it may stand beside a reversal.
    if link.to in reversed_by and spendings.text("id", link.row) not in reversed_by:
        yield link.row, f"refunds {link.to!r}, which is reversed; reverse the refund first"


def _refunded_too_much(
    spendings: Spendings, links: Sequence[Link], valid_cents: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, str]]:
    """Compare the refunds of each spending that are not reversed with what was spent."""
    link_to = {link.to: link for link in links if link.kind == "refunds"}
    for original, cents in valid_cents.items():
        if original not in link_to:
            continue
        together, spent = sum(cents), _original_cents(spendings, link_to[original])
        if -together > max(0, spent):
            yield (
                link_to[original].row,
                f"refunds of {original!r} add up to {as_text(-together)}; "
                f"no more than the {as_text(spent)} that was spent can come back",
            )


def _original_cents(spendings: Spendings, link: Link) -> int:
    if link.original is not None:
        return int(spendings.amount_cents[link.original])
    assert link.booked is not None
    return link.booked.amount_cents
