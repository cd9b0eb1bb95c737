"""What papers say of how far a settlement is: a proposal on every page, and what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.words import Words
    from settlement.results import Settlement


def title(settled: Settlement, paper: str, words: Words) -> str:
    """Return what a paper is called, which stands on every page of it.

    Args:
        settled: What was settled.
        paper: Key of what a booked one is called.
        words: In the language of the reader.
    """
    called = words(paper, period=words.period(settled.period))
    return words("paper.proposal", title=called) if settled.unbooked else called


def state(settled: Settlement, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the line beside number and date that says so, as label and text."""
    if settled.unbooked:
        yield words("meta.state"), words("meta.unbooked")


def to_do(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield that nothing is paid yet, before what there is to pay."""
    if settled.unbooked:
        yield words("do.unbooked")


def set_apart(settled: Settlement, words: Words) -> Iterator[str]:
    """Yield how many lines were set apart and what they come to, if any."""
    if settled.set_apart:
        amount = words.euro(settled.set_apart_cents)
        yield words.plural("summary.set_apart", len(settled.set_apart), amount=amount)
