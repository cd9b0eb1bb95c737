"""``overbrug agreement``: check a file, show it in words, say what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import folders
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them

if TYPE_CHECKING:
    from ledger.agreement.schema import Agreement

app = typer.Typer(
    help="Check, show and compare agreement files.", no_args_is_help=True, rich_markup_mode=None
)
File = Annotated[Path, typer.Argument(help="Agreement file (TOML).", metavar="FILE")]


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Agreement file(s); several are versions of one fund.", metavar="FILE…"
        ),
    ],
    *,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Check everything in a file and say all that is wrong (exit code 2)."""
    from api.cli import agreement_report
    from ledger.agreement import canonical, reading

    versions = reading.read_fund([(str(path), folders.read(path)) for path in files])
    checked = [
        {
            "fund": version.fund.code,
            "version": version.agreement.version,
            "valid_from": version.agreement.valid_from.isoformat(),
            "sha256": canonical.sha256(version),
        }
        for version in versions
    ]
    if as_json:
        typer.echo(json.dumps(checked, indent=1))
    else:
        agreement_report.show_checked(checked, language=language)


@app.command()
def show(file: File, *, language: Language = "nl") -> None:
    """Show an agreement in words."""
    from api.cli import agreement_report
    from ledger.agreement import wording

    agreement_report.show(wording.describe(_read(file), language=language))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The earlier version.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The later version.", metavar="NEW")],
    *,
    language: Language = "nl",
) -> None:
    """Say in words what changed between two versions, and for whom."""
    from api.cli import agreement_report
    from ledger.agreement import changes

    found = changes.changes(_read(old), _read(new), language=language)
    agreement_report.show_changes(found, language=language)


def _read(file: Path) -> Agreement:
    from ledger.agreement import reading

    return reading.read(str(file), folders.read(file))
