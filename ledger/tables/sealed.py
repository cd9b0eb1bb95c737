"""Columns that are sealed: plain in Python, in the database bytes that the key file opens.

They can be read, written and found empty; nothing in the database can compare them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary
from sqlalchemy.sql.operators import is_, is_not
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from ledger.sealing import ring, terms
from ledger.tables.base import METADATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column, ColumnElement
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.operators import OperatorType


class Sealed(TypeDecorator[Any]):
    """A text, or a salt, that is sealed for a number of months.

    Once the key of its bucket was destroyed it reads as what was erased: ``None``.
    """

    impl = LargeBinary
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[Any]):  # noqa: N801 - SQLAlchemy's name
        """Refuses what would never match."""

        def operate(self, op: OperatorType, *other: Any, **more: Any) -> Any:
            """Compare with nothing only."""
            assert op in {is_, is_not}, "what is sealed cannot be compared by the database"
            return super().operate(op, *other, **more)

    def __init__(self, months: int, *, is_text: bool) -> None:
        super().__init__()
        self.months, self.is_text = months, is_text

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], bytes | None]:
        """Return what seals a value."""
        months, is_text = self.months, self.is_text

        def seal(value: Any) -> bytes | None:
            if value is None:
                return None
            return ring.of(dialect).seal(value.encode() if is_text else value, months)

        return seal

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return what opens a value."""
        del coltype

        def opened(value: Any) -> Any:
            return None if value is None else self.opened(value, ring.of(dialect))

        return opened

    def opened(self, value: bytes, of: ring.Ring) -> Any:
        """Return a value opened; ``None`` where the key of its bucket was destroyed."""
        plain = of.open(value)
        return plain.decode() if self.is_text and plain is not None else plain


def sealed_text(*, months: int = terms.BOOKS) -> Any:
    """Return a column for a text that may have to be erased."""
    return Field(default=None, sa_type=Sealed(months, is_text=True))


def sealed_salt() -> Any:
    """Return a column for the salt of a commitment, which is erased with what it hides."""
    return Field(default=None, sa_type=Sealed(terms.BOOKS, is_text=False))


def opener(column: ColumnElement[Any], dialect: Dialect) -> Callable[[bytes | None], Any]:
    """Return what opens the values of a sealed column, read as they lie in the database."""
    assert isinstance(column.type, Sealed), "the column is sealed"
    return column.type.result_processor(dialect, None)


def columns() -> dict[str, tuple[Column[Any], ...]]:
    """Return the sealed columns of every table that has any."""
    found = {
        table.name: tuple(each for each in table.c if isinstance(each.type, Sealed))
        for table in METADATA.sorted_tables
    }
    return {name: of_table for name, of_table in found.items() if of_table}
