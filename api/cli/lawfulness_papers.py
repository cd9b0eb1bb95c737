"""``overbrug lawfulness``: what every organisation has to account for of a year."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli import folders, ledgers, settle_files
from api.cli.ledgers import FundCode  # noqa: TC001 - the command line reads it
from api.cli.options import AsJson, Language, Year  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from settlement.accountability import Accountability

app = typer.Typer(
    help="Account for lawfulness: what fell on whom in a year.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
WRITTEN: Final = ("lawfulness.json", "*.pdf", "*.xlsx")
"""What a folder of these papers may hold."""


@app.command()
def statement(
    fund: FundCode,
    year: Year,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write: new, empty, or written before.")],
    party: Annotated[
        str | None, typer.Option(help="Code of the one organisation whose papers are made.")
    ] = None,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write workbooks only.")] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Write a paper and a workbook per organisation, and the fund's own overview."""
    from api.cli import lawfulness_papers_report as report
    from ledger import store
    from settlement import accountability

    folders.check_writable(out, written=WRITTEN)
    with settle_files.at_work(str(out)):
        with store.reading(ledgers.open_engine()) as session:
            found = accountability.of_year(session, fund, year)
        _refuse_party(found, party)
        _refuse_other(out, found)
        with folders.replaced(out) as folder:
            write(folder, found, party, language, papers=not no_pdf)
    if as_json:
        typer.echo(report.record(found).decode(), nl=False)
    else:
        report.show(found, language=language, out=out)


def write(
    folder: Path, found: Accountability, party: str | None, language: str, *, papers: bool
) -> None:
    """Write workbooks, and papers where asked, into a folder: of one organisation, or of all."""
    from api.cli import lawfulness_papers_report as report
    from reports.lawfulness import papers as pages
    from reports.lawfulness import workbook

    (folder / WRITTEN[0]).write_bytes(report.record(found))
    for name, content in workbook.workbooks(found, language=language, only=party):
        (folder / name).write_bytes(content)
    if papers:
        for name, content in pages.papers(found, language=language, only=party):
            (folder / name).write_bytes(content)


def _refuse_party(found: Accountability, party: str | None) -> None:
    if party is None:
        return
    if found.agreement.fund.legal_form == "own-body":
        what = (
            "the fund is a public body of its own: there is one statement, of that body, which "
            "participants get for information; leave --party out"
        )
        raise WrongInput([Mistake("--party", what)])
    known = [each.code for each in found.parties]
    if party not in known:
        there = ", ".join(known)
        what = f"{party!r} has nothing to account for in {found.year}; there are {there}"
        raise WrongInput([Mistake("--party", what)])


def _refuse_other(out: Path, found: Accountability) -> None:
    mark = out / WRITTEN[0]
    if not mark.exists():
        return
    try:
        held = json.loads(folders.read(mark))
        there = (held["fund"], held["year"])
    except (ValueError, LookupError, TypeError):
        there = None
    if there != (found.agreement.fund.code, found.year):
        what = "holds the papers of another fund or year; name another folder"
        raise WrongInput([Mistake(str(out), what)])
