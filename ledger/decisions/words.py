"""Words that people add to a decision: what is wrong with them, and how they are sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ledger import commitments, orders, screening

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.acts import Act

_T = TypeVar("_T")


def screened(asked: _T, *names: str) -> _T:
    """Return a request without what is suspicious in these texts of it (``ledger.screening``)."""
    there = {name: getattr(asked, name) for name in names}
    changed = {name: screening.without(text)[0] for name, text in there.items() if text is not None}
    return replace(asked, **changed)  # type: ignore[type-var]


def left_out(*texts: str | None) -> tuple[str, ...]:
    """Return the kinds of what is left out of texts, each once: whoever wrote them is told."""
    kinds = [kind for text in texts if text for kind in screening.without(text)[1]]
    return tuple(dict.fromkeys(kinds))


def wrong(texts: Mapping[str, str | None], *, needed: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the members whose free text is wrong, and what is wrong with it.

    Args:
        texts: By member.
        needed: The members that must say something.
    """
    for member, text in texts.items():
        if text is None or not text.strip():
            if member in needed:
                yield member, "is empty; say it in a few words"
        elif what := orders.wrong_note(text):
            yield member, what


def sealed(act: Act, texts: Mapping[str, str | None], **more: str | None) -> tuple[Any, str]:
    """Return the columns of texts that may be erased, and the commitment of the trail to them.

    Args:
        act: Draws the salt.
        texts: By column.
        more: What is committed to with them, and stands elsewhere.
    """
    salt = act.random(commitments.SALT_BYTES)
    columns = {"salt": salt, **texts}
    return columns, commitments.of_fields(salt, {**texts, **more})


def same(row: Any, texts: Mapping[str, str | None]) -> bool:
    """Whether a row holds these texts; once they were erased, any are the same."""
    return row.salt is None or all(getattr(row, name) == text for name, text in texts.items())


def said(text: str | None) -> str | None:
    """Return a text that may be left out; one without a character is left out."""
    return text if text and text.strip() else None


def told(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns as the trail tells them: days as ISO texts, and nothing that is empty."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in columns.items()
        if value is not None
    }
