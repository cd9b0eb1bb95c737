"""Single files out: whole and on the disk, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from api.cli import folders
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_replaceable(path: Path) -> None:
    """Refuse what is no file, or has no folder to stand in.

    Raises:
        WrongInput: It is a folder or a device, or its folder is not there.
    """
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise WrongInput([Mistake(str(path), "is a folder or a device; name a file")])
    if not path.absolute().parent.is_dir():
        raise WrongInput([Mistake(str(path), "stands in a folder that is not there; make it")])


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file to write; it takes its place as :func:`fresh` says.

    Raises:
        WrongInput: The file cannot be written.
    """
    with fresh(path) as made, made.open("w+b") as file:
        yield file


@contextmanager
def fresh(path: Path) -> Iterator[Path]:
    """Give the name of a new file, which nobody else can read; it takes its place in the end.

    An error, and even a run that is killed, leaves what was there as it was; after
    ``kill -9`` a hidden file with the work so far stays beside it.

    Raises:
        WrongInput: The file cannot be written.
    """
    place = path.absolute()
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
        os.close(descriptor)
    except OSError as error:
        raise _cannot(path, error) from None
    made = Path(name)

    def clear() -> None:
        made.unlink(missing_ok=True)

    try:
        with folders.cleared_when_stopped(clear):
            yield made
            reach_the_disk(made)
            made.replace(place)
            reach_the_disk(place.parent)
    except OSError as error:
        raise _cannot(path, error) from None
    finally:
        clear()


def reach_the_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot(path: Path, error: OSError) -> WrongInput:
    return WrongInput([Mistake(str(path), f"cannot be written: {folders.reason(error)}")])
