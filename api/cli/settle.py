"""``overbrug settle``: the engine on files, without a database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import Annotated

import typer

from api.cli import days, folders, settle_files
from api.cli.options import Apart, AsJson, Language  # noqa: TC001 - the command line reads them
from api.cli.settle_files import Files, at_work


def settle(
    agreement: Annotated[
        list[Path],
        typer.Argument(help="Agreement file(s): the versions of one fund.", metavar="AGREEMENT…"),
    ],
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
    set_apart: Apart = None,
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
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Settle a period: allocations, positions, transfers and statements from files."""
    import gc

    from api.cli import settle_report as report
    from settlement import engine, whatif
    from settlement import explain as explanations

    # Millions of rows make millions of objects and no cycles: looking for these costs a quarter
    # of the time, and the command ends anyway.
    gc.disable()
    files = Files(
        agreements=agreement, spendings=spendings, savings=savings, previous=previous or []
    )
    folders.check_writable(out, written=settle_files.WRITTEN, kept=files.all)
    period, on_papers = days.period(from_, until), days.day("--date", dated)
    with at_work(str(out)):
        order = settle_files.order(files, period, final=final, dated=on_papers)
        settled, working = engine.settle(replace(order, set_apart=frozenset(set_apart or ())))
        if strict and working.incomplete:
            report.refuse_incomplete(working, language=language)
            raise typer.Exit(1)
        explanation = explanations.explain(working, explain) if explain is not None else None
        comparison = whatif.compare(working) if compare else None
        settle_files.refuse_other(out, settled)
        with folders.replaced(out) as folder:
            settle_files.write(
                folder, settled, comparison=comparison, papers_in=None if no_pdf else language
            )
            about = (folder / settle_files.WRITTEN[0]).read_text(encoding="utf-8")
    if as_json:
        typer.echo(report.as_json(about, comparison, explanation), nl=False)
        return
    report.show(settled, out, language=language)
    if comparison is not None:
        report.show_comparison(settled, comparison, language=language)
    if explanation is not None:
        report.show_explanation(settled, explanation, language=language)
