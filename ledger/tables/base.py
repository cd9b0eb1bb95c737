"""What all tables have in common.

Rows are final: the database refuses to change or delete them (``migrations.finality``).
A row that an act wrote bears the ``sequence`` of the act's event in the fund's trail. Table
models do not validate; constraints stand in the database, each under a name by convention.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKeyConstraint, LargeBinary
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""A constraint that carries a name can be changed later, on SQLite too."""

METADATA = SQLModel.metadata


class UtcInstant(TypeDecorator[datetime]):
    """An instant in UTC, aware in Python on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store the instant in UTC; SQLite keeps no time zone."""
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant is aware"
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


def cents(**more: Any) -> Any:
    """Return a column for an amount in cents: 64 bits on every database."""
    return Field(sa_type=BigInteger, **more)


def number(**more: Any) -> Any:
    """Return a column for a number that grows for ever, such as a sequence."""
    return Field(sa_type=BigInteger, **more)


def key_part(**more: Any) -> Any:
    """Return a column of a primary key that the act decides, not the database."""
    return Field(
        sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False}, **more
    )


def fund_key() -> Any:
    """Return the fund's column of a primary key: every table that grows carries it."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def digest(**more: Any) -> Any:
    """Return a column for a SHA-256 or another hash: bytes."""
    return Field(sa_type=LargeBinary, **more)


def instant(**more: Any) -> Any:
    """Return a column for an instant."""
    return Field(sa_type=UtcInstant, **more)


def of_fund(*columns: str, to: str) -> ForeignKeyConstraint:
    """Return a foreign key within the fund.

    Args:
        columns: The columns of this table, without the fund's.
        to: The table and its columns, such as ``party.code``.
    """
    table, *names = to.split(".")
    return ForeignKeyConstraint(
        ["fund_id", *columns], [f"{table}.fund_id", *(f"{table}.{name}" for name in names)]
    )


def one_of(column: str, *values: str, name: str | None = None) -> CheckConstraint:
    """Return the constraint that a column holds one of these texts."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=name or column)
