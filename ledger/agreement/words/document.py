"""A text with sections and tables, before anyone decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under a header.

    Args:
        caption: What the table shows, with the unit of its figures.
        header: One heading for each column.
        rows: As many texts in each row as there are headings.
        figures: Which columns hold figures and stand right, from 0.
        total: Whether the last row adds up those above it.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()
    total: bool = False

    def without_empty_columns(self) -> Table:
        """Return the table without the columns in which nothing stands."""
        kept = [i for i in range(len(self.header)) if any(row[i] for row in self.rows)]
        return Table(
            caption=self.caption,
            header=tuple(self.header[i] for i in kept),
            rows=tuple(tuple(row[i] for i in kept) for row in self.rows),
            figures=tuple(place for place, i in enumerate(kept) if i in self.figures),
            total=self.total,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One subject: sentences first, then a list, then tables.

    Args:
        name: Symbolic; the same in every language, and the one that changes refer to.
        heading: In words.
        sentences: The running text.
        items: A list.
        numbered: Whether the order of the list decides something.
        tables: What reads best in columns.
    """

    name: str
    heading: str
    sentences: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    numbered: bool = False
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole text in one language."""

    title: str
    language: str
    sections: tuple[Section, ...]
