"""The key file: with which what is sealed is opened, and the secret for hashes.

It lies outside the database and its backups: whoever has only one of the two learns nothing
about people. It is made on first use; keep a copy of it elsewhere. Nothing else reads or
writes it, and whoever changes it does so while nobody else can.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api import clock
from ledger.errors import Mistake, WrongInput
from ledger.sealing import keys
from ledger.sealing.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from ledger.sealing.keys import Keys

VARIABLE: Final = "OVERBRUG_KEY_FILE"
_NAME: Final = "overbrug.key"


def path() -> Path:
    """Return where the key file is: where the environment says, else beside the user's data."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    import platformdirs  # noqa: PLC0415 - only where nothing is given

    return platformdirs.user_data_path("overbrug") / _NAME


def ring(url: str) -> Ring:
    """Return the ring of a database, by its URL; the file is read or made once it is needed."""
    return Ring(source=KeyFile(path()), place=_place(url))


def of_fund(fund: str) -> bytes:
    """Return the key of a fund for hashes of bank lines; the file is made where there is none.

    Args:
        fund: Code of the fund.

    Raises:
        WrongInput: The file cannot be read or made, is no key file, or others may read it.
    """
    return keys.derived(KeyFile(path()).read(), f"bank:{fund}")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file of a ring (``ledger.sealing.ring.Source``).

    All of it raises ``WrongInput`` where the file cannot be read or made, is no key file, or
    others may read it.
    """

    path: Path

    def stamp(self) -> object:
        """Return what is another whenever the file is: its place is taken by a new one."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_mode

    def read(self) -> Keys:
        """Return what the file holds; it is made where there is none."""
        with self._reaching():
            if not self.path.exists():
                with self._alone():
                    if not self.path.exists():
                        self._write(keys.new())
            mode, told = self.path.stat().st_mode, self.path.read_text(encoding="ascii")
            found = keys.read(told)
        if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise self._wrong("may be read by others than its owner; run chmod 600 on it")
        return found

    def change(self, change: Callable[[Keys], Keys]) -> Keys:
        """Change the file, while nobody else does; return what it holds then."""
        with self._reaching():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                there = self.read() if self.path.exists() else keys.new()
                found = change(there)
                if found != there:
                    self._write(found)
        return found

    def today(self) -> date:
        """Return which day it is, by UTC."""
        return clock.now().date()

    def _write(self, found: Keys) -> None:
        """Put a new file in the place of the old, whole or not at all."""
        descriptor, made = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}-")
        try:  # its mode is 0600
            with os.fdopen(descriptor, "w", encoding="ascii") as sink:
                sink.write(keys.text(found))
                sink.flush()
                os.fsync(sink.fileno())
            Path(made).replace(self.path)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # before anything is sealed with it
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until nobody else changes the file, and keep others from it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(
            self.path.with_name(f".{self.path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no key file; put the right one back"
            raise self._wrong(f"cannot be used: {why}") from None

    def _wrong(self, what: str) -> WrongInput:
        return WrongInput([Mistake(f"{VARIABLE} ({self.path})", what)])


def _place(url: str) -> str:
    """Return where a database is, whoever connects to it."""
    from sqlalchemy import make_url  # noqa: PLC0415 - only where there is a database

    of = make_url(url)
    if of.get_backend_name() == "sqlite" and of.database:
        of = of.set(database=str(Path(of.database).resolve()))
    return of._replace(username=None, password=None).render_as_string()
