"""``overbrug agreement``: check a file, show it in words, say what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import folders, ledgers, withdrawal
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import VERSION_MAX, AsJson, Language

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
    from ledger.lawfulness import regimes

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
        return
    agreement_report.show_checked(checked, language=language)
    notes = [(version, note) for version in versions for note in regimes.notes(version)]
    agreement_report.show_limits(notes, language=language)


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


@app.command(name="file")
def file_(fund: FundCode, file: File, *, who: As = ADMINISTRATOR) -> None:
    """File a new version of a fund's agreement; it counts once every participant has signed."""
    from ledger import funds
    from ledger.agreement import canonical

    content = folders.read(file)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        version = funds.file_version(session, fund, str(file), content, act=act)
    typer.echo(
        json.dumps(
            {"version": version.agreement.version, "sha256": canonical.sha256(version)}, indent=1
        )
    )


@app.command()
def withdraw(
    fund: FundCode,
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="Such as inhabitants.")],
    *,
    version: Annotated[
        int, typer.Option(help="Number of the version that has it wrong.", min=1, max=VERSION_MAX)
    ],
    party: Annotated[str, typer.Option(help="Code of the party whose measure it is.")],
    number: Annotated[str, typer.Option(help="The right number, in its place.")],
    reason: withdrawal.Reason,
    dry_run: withdrawal.DryRun = False,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Withdraw a wrong measure, as the board: what was settled by it is trued up."""
    from ledger.agreement import values
    from ledger.errors import Mistake, WrongInput
    from ledger.measures import Corrected

    try:
        right = values.exact(number)
    except ValueError as error:
        raise WrongInput([Mistake("--number", str(error))]) from None
    what = Corrected(version=version, party=party, measure=measure, number=right)
    asked = withdrawal.Asked(fund=fund, what=what, reason=reason, who=who, dry_run=dry_run)
    withdrawal.done(ledgers.open_engine(), asked, language=language, as_json=as_json)


@app.command()
def sign(
    fund: FundCode,
    *,
    version: Annotated[int, typer.Option(help="Number of the version.", min=1, max=VERSION_MAX)],
    party: Annotated[str, typer.Option(help="Code of the participant that signs.")],
    sha256: Annotated[str, typer.Option(help="SHA-256 that was shown (overbrug agreement check).")],
    paper: Annotated[
        str | None, typer.Option(metavar="SHA256", help="SHA-256 of a paper signed outside.")
    ] = None,
    second: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="Who enters the paper as the second.")
    ] = None,
    who: As = ADMINISTRATOR,
) -> None:
    """Sign a version on behalf of a participant: as its board, or a paper, by two people."""
    from ledger import people, signing
    from ledger.errors import Mistake, WrongInput

    if (paper is None) != (second is None):
        raise WrongInput([Mistake("--paper", "give --paper and --second, or neither")])
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        signed = (
            None
            if paper is None or second is None
            else signing.Paper(sha256=paper, second=people.by_handle(session, second))
        )
        new = signing.sign(session, fund, version, party, act=act, sha256=sha256, paper=signed)
    typer.echo(json.dumps({"version": version, "party": party, "new": new}))
