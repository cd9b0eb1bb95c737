"""The files of a settlement: read what it needs, write what it gives."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.cli import folders
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from ledger.agreement.schema import Agreement
    from ledger.facts import Savings, Spendings
    from ledger.periods import Period
    from settlement.earlier import EarlierRun
    from settlement.engine import Order
    from settlement.results import Settlement
    from settlement.whatif import Comparison

WRITTEN: Final = (
    "settlement.json",
    *("lines.csv", "vectors.csv", "allocations.csv", "adjustments.csv", "positions.csv"),
    *("transfers.csv", "outsiders.csv", "comparison.csv", "statements/*.pdf"),
)
"""What the folder of a settlement may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the facts of a settlement stand."""

    agreements: Sequence[Path]
    spendings: Path
    savings: Path | None = None
    previous: Sequence[Path] = field(default=())

    @property
    def all(self) -> tuple[Path, ...]:
        """Every path that is read."""
        savings = () if self.savings is None else (self.savings,)
        return (*self.agreements, self.spendings, *savings, *self.previous)


def order(files: Files, period: Period | None, *, final: bool, dated: date | None) -> Order:
    """Read every file that a settlement needs.

    Raises:
        WrongInput: A file cannot be read, or has mistakes.
    """
    from ledger import facts_files
    from ledger.agreement import reading
    from settlement import engine
    from settlement.eras import in_order

    versions = reading.read_fund([(str(path), folders.read(path)) for path in files.agreements])
    parties = tuple(party.code for party in in_order(versions))
    rows = facts_files.spendings(
        str(files.spendings), folders.read(files.spendings), parties=parties
    )
    runs = _runs(files.previous, versions, parties)
    return engine.Order(
        agreements=versions,
        spendings=rows,
        savings=_savings(files.savings, rows, parties, runs),
        period=period,
        runs=runs,
        final=final,
        dated=dated,
    )


def refuse_other(out: Path, settled: Settlement) -> None:
    """Refuse to write over the settlement of another fund or period.

    Raises:
        WrongInput: The folder holds one.
    """
    from settlement import earlier_files

    mark = out / WRITTEN[0]
    if not mark.exists():
        return
    held = earlier_files.fund_and_period(folders.read(mark))
    if held != (settled.agreement.fund.code, settled.period):
        raise WrongInput(
            [
                Mistake(
                    str(out), "holds the settlement of another fund or period; name another folder"
                )
            ]
        )


def write(
    folder: Path,
    settled: Settlement,
    *,
    comparison: tuple[Comparison, ...] | None = None,
    papers_in: str | None,
) -> None:
    """Write a settlement to a folder.

    Args:
        folder: An empty folder.
        settled: What was settled.
        comparison: What other keys would have cost.
        papers_in: The language of the statements; ``None`` for no statements.
    """
    from reports.exports import settlement_files

    for name, pieces in settlement_files.files(settled, comparison=comparison):
        with (folder / name).open("wb") as file:
            file.writelines(pieces)
    if papers_in is not None:
        from reports import statements

        (folder / "statements").mkdir()
        for name, content in statements.papers(settled, language=papers_in):
            (folder / "statements" / name).write_bytes(content)


@contextmanager
def at_work(doing: str) -> Iterator[None]:
    """Show on a terminal that work goes on; in a pipe nothing."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield


def _runs(
    previous: Sequence[Path],
    versions: Sequence[Agreement],
    parties: tuple[str, ...],
) -> tuple[EarlierRun, ...]:
    from settlement import earlier_files

    return tuple(
        earlier_files.read(
            str(path),
            folders.read_folder(path, [*earlier_files.FILES, earlier_files.MARK]),
            fund=versions[-1].fund.code,
            parties=parties,
        )
        for path in previous
    )


def _savings(
    path: Path | None, rows: Spendings, parties: tuple[str, ...], runs: Sequence[EarlierRun]
) -> Savings:
    from ledger import facts, facts_files

    if path is None:
        return facts.no_savings()
    booked = {spending for run in runs for spending in run.lines.position_of}
    return facts_files.savings(
        str(path), folders.read(path), of=rows, parties=parties, booked=booked
    )
