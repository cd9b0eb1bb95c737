"""``overbrug demo``: settle an example fund that comes with the project, quarter by quarter."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.options import Language  # noqa: TC001 - the command line reads it
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.periods import Period

_EXAMPLE: Final = Path(__file__).parent.parent / "example"
_FILES: Final = ("agreement.toml", "spendings.csv", "savings.csv")
_YEAR: Final = 2026
_QUARTERS: Final = (1, 4, 7, 10)


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("overbrug-demo"),
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write no statements.")] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Serve no pages (there are none yet).")
    ] = False,
    language: Language = "nl",
) -> None:
    """Settle four quarters of an example fund, and say how to settle your own."""
    from api.cli import folders, settle_files, settle_report
    from settlement import engine

    del no_serve  # the example is settled on files; there is nothing to serve
    quarters = [f"q{number}/{name}" for number in (1, 2, 3, 4) for name in settle_files.WRITTEN]
    folders.check_writable(out, written=(*_FILES, *quarters))
    _keep_changes(out)
    with settle_files.at_work(str(out)), folders.replaced(out) as folder:
        for name in _FILES:
            (folder / name).write_bytes((_EXAMPLE / name).read_bytes())
        agreement, spendings, savings = (folder / name for name in _FILES)
        previous: list[Path] = []
        for number, month in enumerate(_QUARTERS, 1):
            files = settle_files.Files(
                agreements=[agreement], spendings=spendings, savings=savings, previous=previous
            )
            order = settle_files.order(
                files, _quarter(month), final=month == _QUARTERS[-1], dated=None
            )
            settled, _ = engine.settle(order)
            quarter = folder / f"q{number}"
            quarter.mkdir()
            settle_files.write(quarter, settled, papers_in=None if no_pdf else language)
            previous.append(quarter)
    settle_report.show_demo(out, language=language, with_papers=not no_pdf)


def _keep_changes(out: Path) -> None:
    """Refuse to write over an example that its reader made their own."""
    for name in _FILES:
        path = out / name
        if path.exists() and path.read_bytes() != (_EXAMPLE / name).read_bytes():
            raise WrongInput(
                [
                    Mistake(
                        str(path), "was changed since; keep it, and name another folder with --out"
                    )
                ]
            )


def _quarter(month: int) -> Period:
    from ledger.periods import Period

    last = month == _QUARTERS[-1]
    until = date(_YEAR + 1, 1, 1) if last else date(_YEAR, month + 3, 1)
    return Period(date(_YEAR, month, 1), until)
