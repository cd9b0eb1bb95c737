"""Files in, files and folders out: read all or say what is wrong, write all or nothing."""

from __future__ import annotations

import codecs
import ctypes
import os
import shutil
import signal
import stat
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_EXCHANGE: Final = 2  # RENAME_EXCHANGE of Linux
_SHOW_CURSOR: Final = "\x1b[?25h"
_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def read(path: Path) -> bytes:
    """Return the bytes of a file or a pipe.

    Raises:
        WrongInput: It is not there, is a folder or a device, or may not be read.
    """
    try:
        _refuse_device(path)
        return path.read_bytes()
    except OSError as error:
        raise WrongInput([Mistake(str(path), f"cannot be read: {_reason(error)}")]) from None


def _refuse_device(path: Path) -> None:
    mode = path.stat().st_mode
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise WrongInput([Mistake(str(path), "is a device; name a file")])


def called(path: Path | None) -> str:
    """Return what an input is called in messages; ``None`` is standard input."""
    return "standard input" if path is None else str(path)


def lines(path: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield the lines of a file, a pipe or standard input as they come in, with their place.

    Blank lines are passed over.

    Raises:
        WrongInput: It cannot be read, or a line is longer than ``LINE_MAX``.
    """
    from ledger.csvfile import LINE_MAX

    try:
        with _opened(path) as stream:
            number, line = 0, stream.readline(LINE_MAX)
            while line:
                number += 1
                where = f"{called(path)}:{number}"
                if len(line) == LINE_MAX and not line.endswith(b"\n"):
                    raise WrongInput([Mistake(where, f"the line is longer than {LINE_MAX} bytes")])
                if number == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if line.strip():
                    yield where, line
                line = stream.readline(LINE_MAX)
    except OSError as error:
        raise WrongInput([Mistake(called(path), f"cannot be read: {_reason(error)}")]) from None


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    if path is not None:
        _refuse_device(path)
        with path.open("rb") as stream:
            yield stream
    elif sys.stdin is None:
        raise WrongInput([Mistake(called(path), "is closed; name a file")])
    else:
        yield sys.stdin.buffer


def write_file(out: Path, pieces: Iterable[bytes], *, mark: bytes) -> None:
    """Write a file as a whole; it takes the place of one that was written before.

    An error, and even a run that is killed, leaves what was there as it was.

    Args:
        out: Its path.
        pieces: What it holds.
        mark: How it begins; a file that begins otherwise is not written over.

    Raises:
        WrongInput: The path holds something else, or cannot be written.
    """
    try:
        _refuse_other_file(out, mark)
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.absolute().parent))
    except OSError as error:
        raise WrongInput([Mistake(str(out), f"cannot be written: {_reason(error)}")]) from None

    def clear() -> None:
        shutil.rmtree(room, ignore_errors=True)

    try:
        with _cleared_when_stopped(clear):
            with (room / "new").open("wb") as file:
                file.writelines(pieces)
            _reach_the_disk(room)
            (room / "new").replace(out.absolute())
    except OSError as error:
        raise WrongInput([Mistake(str(out), f"cannot be written: {_reason(error)}")]) from None
    finally:
        clear()


def _refuse_other_file(out: Path, mark: bytes) -> None:
    if not out.exists():
        return
    if not out.is_file():  # a folder, a device, a pipe: none of these is to be replaced
        raise WrongInput([Mistake(str(out), "is no file; name one, new or written before")])
    with out.open("rb") as file:
        if file.read(len(mark)) != mark:
            raise WrongInput(
                [Mistake(str(out), "was not written by this command; name another file")]
            )


def read_folder(path: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the files of these names that a folder holds.

    Raises:
        WrongInput: It is no folder, or a file in it may not be read.
    """
    try:
        if path.is_dir():
            return {name: read(path / name) for name in names if (path / name).exists()}
    except OSError as error:
        raise WrongInput([Mistake(str(path), f"cannot be read: {_reason(error)}")]) from None
    raise WrongInput([Mistake(str(path), "is not a folder; name one that overbrug settle wrote")])


def check_writable(out: Path, *, written: Sequence[str], kept: Sequence[Path] = ()) -> None:
    """Refuse a folder that holds anything else than what is written there.

    Args:
        out: The folder: not there yet, empty, or written before.
        written: Patterns of what is written there; the first is the file by which a
            folder that was written before is known.
        kept: Folders and files that must stay as they are.

    Raises:
        WrongInput: It holds something else, something that must stay, or is no folder.
    """
    try:
        if out.is_symlink() or (out.exists() and not out.is_dir()):
            raise WrongInput([Mistake(str(out), "is not a folder; name one that is empty or new")])
        place, read_ = out.resolve(), [(path, path.resolve()) for path in kept]
        held = [path for path in sorted(out.rglob("*")) if not path.is_dir()]
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError
        raise WrongInput([Mistake(str(out), f"cannot be used: {_reason(error)}")]) from None
    if Path.cwd().is_relative_to(place):
        raise WrongInput([Mistake(str(out), "holds the folder that you are in; name another")])
    for path, found in read_:
        if found.is_relative_to(place) or place.is_relative_to(found):
            raise WrongInput(
                [Mistake(str(out), f"and {path}, which is read, overlap; name another")]
            )
    _refuse_strangers(out, held, written)


def _refuse_strangers(out: Path, held: Sequence[Path], written: Sequence[str]) -> None:
    if held and not (out / written[0]).is_file():
        raise WrongInput([Mistake(str(out), "is not empty; name a folder that is empty or new")])
    for path in held:
        inside = path.relative_to(out)
        if not any(len(inside.parts) == p.count("/") + 1 and inside.match(p) for p in written):
            raise WrongInput(
                [Mistake(str(path), "was not written by overbrug; move it, or name another folder")]
            )


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """Give a new folder to write in; it takes the place of ``out`` when all went well.

    An error, and even a run that is killed, leaves ``out`` as it was; after ``kill -9`` a
    hidden folder with the work so far stays beside it. What is written reaches the disk
    before the folders change places.

    Raises:
        WrongInput: The folder cannot be written.
    """
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        room = tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.absolute().parent)
    except OSError as error:
        raise WrongInput([Mistake(str(out), f"cannot be written: {_reason(error)}")]) from None
    fresh, old = out.absolute().parent / room / "new", out.absolute().parent / room / "old"

    def clear() -> None:
        if old.exists() and not out.exists():
            old.rename(out.absolute())
        shutil.rmtree(room, ignore_errors=True)

    try:
        with _cleared_when_stopped(clear):
            fresh.mkdir()
            yield fresh
            _reach_the_disk(fresh)
            if not (out.exists() and _exchanged(fresh, out.absolute())):
                if out.exists():
                    out.absolute().rename(old)
                fresh.rename(out.absolute())
    except OSError as error:
        raise WrongInput([Mistake(str(out), f"cannot be written: {_reason(error)}")]) from None
    finally:
        clear()


@contextmanager
def _cleared_when_stopped(clear: Callable[[], None]) -> Iterator[None]:
    """Clear away when asked to stop, then stop as asked.

    By a signal's handler, because an exception that is raised in the middle of a library
    may be lost there.
    """

    def stop(number: int, _: object) -> None:
        clear()
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR)  # which hides while work is shown to go on
            sys.stderr.flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    heard = [number for number in _STOPS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places at once, where the system can."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    here = -100  # AT_FDCWD: both paths are absolute
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), _EXCHANGE) == 0)


def _reach_the_disk(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError | RuntimeError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
