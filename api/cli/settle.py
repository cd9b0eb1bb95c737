"""``overbrug settle``: the engine on files, without a database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli import folders
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.periods import Period
    from settlement.engine import Order
    from settlement.results import Settlement
    from settlement.whatif import Comparison

MARK: Final = "settlement.json"


def settle(  # noqa: PLR0913 - one parameter per option of the command
    agreement: Annotated[list[Path], typer.Argument(help="Agreement file(s) of one fund.")],
    *,
    spendings: Annotated[Path, typer.Option(help="Spendings as CSV.")],
    out: Annotated[Path, typer.Option(help="Folder to write: new, empty, or written before.")],
    savings: Annotated[Path | None, typer.Option(help="Expected savings as CSV.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First day of the period, such as 2026-01-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Day after the period, such as 2026-04-01.")
    ] = None,
    previous: Annotated[
        list[Path] | None, typer.Option(help="Folder of an earlier settlement; once for each.")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="The fund's final settlement.")] = False,
    dated: Annotated[
        str | None, typer.Option("--date", help="Date on the papers [default: the last day].")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to settle on incomplete facts (exit code 1).")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Show what the other keys would have cost.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="SPENDING", help="Show why one spending fell as it did.")
    ] = None,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write no statements.")] = False,
    language: Annotated[str, typer.Option(help="nl or en, for terminal and papers.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="Print settlement.json.")] = False,
) -> None:
    """Settle a period: allocations, positions, transfers and statements from files."""
    from api.cli import settle_report as report
    from settlement import engine, whatif
    from settlement import explain as explanations

    folders.check_writable(out, mark=MARK)
    report.check_language(language)
    order = _order(
        agreement,
        spendings,
        savings,
        period=_period(from_, until),
        previous=previous or [],
        final=final,
        dated=_day("--date", dated),
    )
    settled, working = engine.settle(order)
    if strict and working.facts_missing:
        report.refuse_incomplete(working)
        raise typer.Exit(1)
    explanation = explanations.explain(working, explain) if explain is not None else None
    comparison = whatif.compare(working) if compare else None
    with folders.replaced(out) as folder:
        _write(folder, settled, comparison)
        if not no_pdf:
            _write_statements(folder / "statements", settled, language=language)
        about = (folder / MARK).read_text(encoding="utf-8")
    if as_json:
        typer.echo(about, nl=False)
        return
    report.show(settled, out, language=language)
    if comparison is not None:
        report.show_comparison(settled, comparison, language=language)
    if explanation is not None:
        report.show_explanation(settled, explanation, language=language)


def _order(  # noqa: PLR0913 - what is asked has this many parts
    agreements: list[Path],
    spendings: Path,
    savings: Path | None,
    *,
    period: Period | None,
    previous: list[Path],
    final: bool,
    dated: date | None,
) -> Order:
    """Read every file that was named."""
    from ledger import facts
    from ledger.agreement import reading
    from settlement import earlier, engine
    from settlement.eras import in_order

    versions = reading.read_fund([(str(path), folders.read(path)) for path in agreements])
    parties = tuple(party.code for party in in_order(versions))
    rows = facts.spendings(str(spendings), folders.read(spendings), parties=parties)
    runs = earlier.in_order(
        [
            earlier.read(
                str(path),
                folders.read_folder(path, [*earlier.FILES, MARK]),
                fund=versions[-1].fund.code,
                parties=parties,
            )
            for path in previous
        ],
        start=None if period is None else period.start,
    )
    saved = facts.no_savings()
    if savings is not None:
        booked = {spending for run in runs for spending in run.position_of}
        saved = facts.savings(
            str(savings), folders.read(savings), of=rows, parties=parties, booked=booked
        )
    return engine.Order(
        agreements=versions,
        spendings=rows,
        savings=saved,
        period=period,
        runs=runs,
        final=final,
        dated=dated,
    )


def _period(start: str | None, until: str | None) -> Period | None:
    from ledger.periods import Period

    if start is None and until is None:
        return None
    first, end = _day("--from", start), _day("--until", until)
    if first is None or end is None:
        raise WrongInput([Mistake("--from", "give both --from and --until, or neither")])
    try:
        return Period(first, end)
    except ValueError as error:
        raise WrongInput([Mistake("--until", str(error))]) from None


def _day(option: str, text: str | None) -> date | None:
    from ledger import facts

    if text is None:
        return None
    try:
        return date.fromordinal(facts.day(text))
    except ValueError as error:
        raise WrongInput([Mistake(option, str(error))]) from None


def _write(folder: Path, settled: Settlement, comparison: tuple[Comparison, ...] | None) -> None:
    from reports.exports import settlement_files

    for name, pieces in settlement_files.files(settled, comparison=comparison):
        with (folder / name).open("wb") as file:
            file.writelines(pieces)


def _write_statements(folder: Path, settled: Settlement, *, language: str) -> None:
    from reports import statements

    folder.mkdir()
    papers: Iterator[tuple[str, bytes]] = statements.papers(settled, language=language)
    for name, content in papers:
        (folder / name).write_bytes(content)
