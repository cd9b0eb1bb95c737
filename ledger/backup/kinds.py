"""What a column can hold, and how a backup writes it: exact, and alike on every database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.types import TypeDecorator

from ledger.tables.base import UtcInstant

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.types import TypeEngine

_UUID_LETTERS: Final = 32  # of the text by which SQLite keeps one
_WHOLE_MIN: Final = -(2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value.

    Args:
        name: As the manifest has it.
        type: By which the database reads and writes it.
        told: Makes of a value what JSON can say; ``None`` where JSON says it as it stands.
        read: Makes a value of that again; ``ValueError`` where it cannot.
    """

    name: str
    type: TypeEngine[Any]
    told: Callable[[Any], str] | None = None
    read: Callable[[Any], Any]


def of(column: TypeEngine[Any]) -> Kind:
    """Return the kind of a column, as a model or a database describes it."""
    plain = column.impl_instance if isinstance(column, TypeDecorator) else column
    if isinstance(plain, String) and plain.length == _UUID_LETTERS:
        return KINDS["uuid"]
    for name, type_ in _TYPES:
        if isinstance(plain, type_):
            return KINDS[name]
    raise AssertionError(f"a backup has no kind for columns of type {column!r}")


def _exactly(wanted: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not wanted:
            raise ValueError(f"{value!r} is no {wanted.__name__}")
        return value

    return read


def _integer(value: Any) -> int:
    if type(value) is not int or not _WHOLE_MIN <= value < -_WHOLE_MIN:
        raise ValueError(f"{value!r} is no whole number of 64 bits")
    return value


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(name="integer", type=BigInteger(), read=_integer),
        Kind(name="text", type=Text(), read=_exactly(str)),
        Kind(name="boolean", type=Boolean(), read=_exactly(bool)),
        Kind(name="date", type=Date(), told=date.isoformat, read=date.fromisoformat),
        Kind(name="instant", type=UtcInstant(), told=_instant, read=datetime.fromisoformat),
        Kind(name="bytes", type=LargeBinary(), told=bytes.hex, read=bytes.fromhex),
        Kind(name="uuid", type=Uuid(), told=str, read=UUID),
    )
}

_TYPES: Final = (
    ("boolean", Boolean),
    ("instant", DateTime),
    ("date", Date),
    ("uuid", Uuid),
    ("bytes", LargeBinary),
    ("integer", Integer),
    ("text", String),
)
