"""The folder of a sample: a draw is written once, what was filled in is never written over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.cli import folders
from ledger.errors import Mistake, WrongInput
from reports.sampling import files
from reports.sampling.files import DOSSIER, DRAW, EVALUATION, LIST, POPULATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reports.sampling.asked import Source
    from reports.sampling.draw import Draw

WRITTEN: Final = (DRAW, POPULATION, LIST, EVALUATION, DOSSIER)
"""What the folder of a sample may hold."""


def write(out: Path, contents: Mapping[str, bytes], *, kept: Path | None) -> None:
    """Write a draw to a folder; the same draw again changes nothing.

    Args:
        out: The folder.
        contents: The files, by name.
        kept: A file that must stay as it is.

    Raises:
        WrongInput: The folder holds something else, or a list that was filled in.
    """
    folders.check_writable(out, written=WRITTEN, kept=[kept] if kept else [])
    held = {name: (out / name).read_bytes() for name in contents if (out / name).exists()}
    if held == contents:
        return
    if held:
        raise WrongInput(
            [
                Mistake(
                    str(out),
                    "holds another draw, or a list that was filled in; name another folder",
                )
            ]
        )
    with folders.replaced(out) as folder:
        for name, content in contents.items():
            (folder / name).write_bytes(content)


def read(folder: Path) -> dict[str, bytes]:
    """Return the files of a draw.

    Raises:
        WrongInput: It is no folder, or a file is missing or cannot be read.
    """
    if not folder.is_dir():
        raise WrongInput(
            [Mistake(str(folder), "is not a folder; name one that overbrug sample draw wrote")]
        )
    held = folders.read_folder(folder, WRITTEN[:3])
    if lacking := [name for name in WRITTEN[:3] if name not in held]:
        raise WrongInput([Mistake(f"{folder}/{name}", "is missing") for name in lacking])
    return held


def drawn(folder: Path, held: Mapping[str, bytes]) -> tuple[Draw, Source]:
    """Return the draw of a folder, which was drawn again to see that it follows.

    Raises:
        WrongInput: It does not.
    """
    return files.read(str(folder), held)


def write_evaluation(folder: Path, about: bytes, paper: bytes | None) -> None:
    """Write what a sample means beside it; a dossier of another evaluation goes.

    Args:
        folder: Of the draw.
        about: ``evaluation.json``.
        paper: ``dossier.pdf``; ``None`` for none.

    Raises:
        WrongInput: A file cannot be written.
    """
    if paper is None:
        if folders.read_folder(folder, [EVALUATION]).get(EVALUATION) != about:
            (folder / DOSSIER).unlink(missing_ok=True)
    else:
        folders.write_file(folder / DOSSIER, [paper], mark=b"%PDF-")
    folders.write_file(folder / EVALUATION, [about], mark=b'{"combine":')
