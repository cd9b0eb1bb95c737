"""Read a backup, and refuse one that is not what it was when it was made."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final, cast
from zipfile import BadZipFile, ZipFile

from ledger.backup import manifest as manifests
from ledger.backup.dump import MANIFEST
from ledger.backup.kinds import KINDS
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.backup.manifest import Manifest, TablePart

_MANIFEST_MAX: Final = 1 << 26  # bytes, far above what thousands of funds need
_LINE_MAX: Final = 1 << 28  # bytes: no row is longer
_BUFFER: Final = 1 << 20
_ROWS: Final = 2_000  # that are in memory at a time
_DAMAGE: Final = (
    *(BadZipFile, zlib.error, EOFError, OSError, RuntimeError),
    *(ValueError, KeyError, OverflowError, MemoryError),
)
"""What reading a damaged ZIP file may raise: sizes, places and methods in it say anything."""

_OF_DAMAGE: Final = (None, errno.EINVAL)
"""Numbers of errors of the system that damage causes; others are of the disk, or the way to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A backup that can be read, by the name of its file."""

    name: str
    zip: ZipFile
    manifest: Manifest

    def check(self) -> None:
        """Read all of it once.

        Raises:
            WrongInput: Something in it is not what it was when it was made.
        """
        for table in self.manifest.tables:
            for _ in self._lines(table):
                pass

    def rows(self, table: TablePart) -> Iterator[list[list[Any]]]:
        """Yield the rows of a table, some at a time, with values as the database has them.

        Raises:
            WrongInput: They are not what they were when the backup was made.
        """
        readers = [KINDS[column.kind].read for column in table.columns]
        lines = self._lines(table)
        while chunk := list(islice(lines, _ROWS)):
            with _sound(self.name, table.member):
                rows = [_row(line, readers) for line in chunk]
            yield rows

    def _lines(self, table: TablePart) -> Iterator[bytes]:
        digest, count = hashlib.sha256(), 0
        with (
            _sound(self.name, table.member),
            self.zip.open(table.member) as member,
            io.BufferedReader(cast("io.RawIOBase", member), _BUFFER) as buffered,
        ):
            while line := buffered.readline(_LINE_MAX):
                digest.update(line)
                count += 1
                yield line
            if (count, digest.hexdigest()) != (table.rows, table.sha256):
                raise ValueError("its rows are not those of the manifest")


@contextmanager
def opened(name: str, stream: IO[bytes]) -> Iterator[Archive]:
    """Open a backup.

    Args:
        name: Of the file, for messages.
        stream: Its bytes, from any place.

    Raises:
        WrongInput: It is none, or its manifest is damaged.
    """
    with _sound(name, None):
        archive = ZipFile(stream)
    with archive:
        with _sound(name, MANIFEST):
            found = _manifest(name, archive)
            wanted = sorted([MANIFEST, *(table.member for table in found.tables)])
            if sorted(archive.namelist()) != wanted:
                raise ValueError("it holds other members than the manifest names")
        yield Archive(name=name, zip=archive, manifest=found)


def _manifest(name: str, archive: ZipFile) -> Manifest:
    with archive.open(MANIFEST) as member:
        told = json.loads(member.read(_MANIFEST_MAX))
    if not isinstance(told, dict) or told.get("format") != manifests.FORMAT:
        raise ValueError("it is of something else")
    version = told.get("version")
    if isinstance(version, int) and version > manifests.VERSION:
        what = f"is a backup of format {version}, which a newer version of overbrug reads"
        raise WrongInput([Mistake(name, what)])
    found = manifests.read(told)
    if found is None or {c.kind for table in found.tables for c in table.columns} - KINDS.keys():
        raise ValueError("its SHA-256 is not that of what it says")
    return found


def _row(line: bytes, readers: list[Any]) -> list[Any]:
    return [
        None if value is None else read(value)
        for read, value in zip(readers, json.loads(line), strict=True)
    ]


@contextmanager
def _sound(name: str, member: str | None) -> Iterator[None]:
    """Say of what goes wrong within that the backup is damaged, or that it cannot be read."""
    try:
        yield
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno not in _OF_DAMAGE:
            raise WrongInput([Mistake(name, f"cannot be read: {error.strerror}")]) from error
        where = name if member is None else f"{name}: {member}"
        raise WrongInput(
            [
                Mistake(
                    where,
                    f"is not a whole backup of overbrug ({_told(error)}); "
                    "take one that was not changed or cut off",
                )
            ]
        ) from error


def _told(error: BaseException) -> str:
    text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return text.splitlines()[0] if text else type(error).__name__
