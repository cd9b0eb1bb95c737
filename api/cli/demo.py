"""``overbrug demo``: a fund of seven municipalities that spends and settles for a year.

The ledger that it writes is the demonstration's own; that of the user is not touched.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Language  # noqa: TC001 - the command line reads it

if TYPE_CHECKING:
    from ledger.errors import WrongInput


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("overbrug-demo"),
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write no statements.")] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Serve no pages (there are none yet).")
    ] = False,
    language: Language = "nl",
) -> None:
    """Write a ledger with a year of an invented fund, its settlements, and how to go on."""
    from api.cli import demo_files, demo_report, folders, processes, settle_files

    del no_serve  # there is nothing to serve
    folders.check_writable(out, written=demo_files.WRITTEN)
    with (
        settle_files.at_work(str(out)),
        folders.replaced(out) as folder,
        # Statements take most of the time; what makes them gets ready meanwhile.
        nullcontext(demo_files.write_part)
        if no_pdf
        else processes.beside(demo_files.write_part, prepare=demo_files.get_ready) as write_part,
    ):
        told = demo_files.write_ledger(folder)
        _keep_changes(out, folder)
        papers_in = None if no_pdf else language
        write_part(folder, "lawfulness", papers_in)
        for number, quarter in enumerate(told.quarters, 1):
            write_part(folder, "quarter", papers_in, number, quarter.start)
        write_part(folder, "sample", papers_in)
    demo_report.show(told, out, language=language, with_papers=not no_pdf)


def _keep_changes(out: Path, fresh: Path) -> None:
    """Refuse to write over a demonstration that its reader made their own."""
    from api.cli import demo_files

    for name in (*demo_files.EXAMPLE, *demo_files.FACTS):
        path = out / name
        if path.exists() and path.read_bytes() != (fresh / name).read_bytes():
            raise _changed(path)
    ledger = out / demo_files.LEDGER
    if ledger.exists() and demo_files.head(ledger) != demo_files.head(fresh / demo_files.LEDGER):
        raise _changed(ledger)


def _changed(path: Path) -> WrongInput:
    from ledger.errors import Mistake, WrongInput

    return WrongInput(
        [Mistake(str(path), "was changed since; keep it, and name another folder with --out")]
    )
