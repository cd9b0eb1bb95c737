"""Write a backup: all tables as they are at one moment, whatever others write meanwhile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ledger import canonical_json
from ledger.backup import heads, shapes
from ledger.backup.manifest import ColumnPart, HeadPart, Manifest, TablePart
from ledger.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlmodel import Session

    from ledger.backup.shapes import Shape

MANIFEST: Final = "manifest.json"
_LEVEL: Final = 6  # of compression
_ROWS: Final = 2_000  # that are in memory at a time
_PRIVATE: Final = 0o600 << 16
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False
)


class NotKept(Conflict):
    """The database holds something that no backup can keep."""

    slug = "not-kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Of what a backup is made, when, and by what.

    Args:
        revision: Of the tables.
        made_at: An aware instant.
        made_by: The program and its version.
    """

    revision: str
    made_at: datetime
    made_by: str


def write(session: Session, stream: IO[bytes], origin: Origin) -> Manifest:
    """Write a backup.

    Args:
        session: That sees one moment of the database (``ledger.store.reading``).
        stream: Where it goes.
        origin: What it says of itself.

    Raises:
        NotKept: A cell holds what its column cannot hold.
    """
    connection = session.connection()
    ends = heads.found(connection)
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        tables = [
            _table(connection, archive, shape, origin.made_at) for shape in shapes.found(connection)
        ]
        manifest = Manifest(
            made_at=origin.made_at.isoformat(timespec="seconds"),
            made_by=origin.made_by,
            database=connection.dialect.name,
            revision=origin.revision,
            heads=[
                HeadPart(fund=end.fund, sequence=end.sequence, hash=end.hash.hex()) for end in ends
            ],
            tables=tables,
        ).sealed()
        archive.writestr(_member(MANIFEST, origin.made_at), _text(manifest))
    return manifest


def _text(manifest: Manifest) -> str:
    told = manifest.model_dump()
    assert canonical_json.text(told) == canonical_json.text(json.loads(json.dumps(told)))
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _table(connection: Connection, archive: ZipFile, shape: Shape, at: datetime) -> TablePart:
    digest, count = hashlib.sha256(), 0
    with archive.open(_member(f"{shape.name}.jsonl", at), "w", force_zip64=True) as member:
        for lines in _lines(connection, shape):
            piece = "".join(lines).encode()
            digest.update(piece)
            member.write(piece)
            count += len(lines)
    return TablePart(
        name=shape.name,
        columns=[ColumnPart(name=name, kind=kind.name) for name, kind in shape.columns],
        rows=count,
        sha256=digest.hexdigest(),
    )


def _lines(connection: Connection, shape: Shape) -> Iterator[Sequence[str]]:
    told = [(at, kind.told) for at, (_, kind) in enumerate(shape.columns) if kind.told is not None]
    asked = shape.rows(connection.dialect.name)
    try:
        found = connection.execute(asked, execution_options={"yield_per": _ROWS})
        for rows in found.partitions():
            yield [_line(list(row), told) for row in rows]
    except (ValueError, TypeError) as error:
        raise NotKept(
            f"table {shape.name} holds a cell that does not fit its column ({error}); "
            "overbrug verify tells more"
        ) from error


def _line(row: list[Any], told: Sequence[tuple[int, Any]]) -> str:
    for at, say in told:
        if row[at] is not None:
            row[at] = say(row[at])
    return f"{_ENCODER.encode(row)}\n"


def _member(name: str, at: datetime) -> ZipInfo:
    info = ZipInfo(name, at.timetuple()[:6])
    info.compress_type, info.external_attr = ZIP_DEFLATED, _PRIVATE
    return info
