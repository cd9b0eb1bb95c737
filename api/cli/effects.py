"""``overbrug effects``: the catalogue of effects, what was picked from it and what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import days, folders, ledgers, withdrawal
from api.cli.ledgers import ADMINISTRATOR, As, FundCode
from api.cli.options import VERSION_MAX, AsJson, Language
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from ledger.effects.schema import Catalogue
    from ledger.periods import Period
    from settlement.sensitivity import Trial

app = typer.Typer(
    help="Say what spendings are expected to avoid, and what came of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = Annotated[Path, typer.Argument(help="Catalogue of effects (TOML).", metavar="FILE")]
SpendingId = Annotated[str, typer.Argument(metavar="SPENDING", help="Id of the spending.")]


@app.command()
def check(file: File, *, language: Language = "nl", as_json: AsJson = False) -> None:
    """Check everything in a catalogue and say all that is wrong (exit code 2)."""
    from api.cli import effects_report as report
    from ledger.agreement import canonical

    read = _read(file)
    checked = {
        "catalogue": read.catalogue.code,
        "version": read.catalogue.version,
        "valid_from": read.catalogue.valid_from.isoformat(),
        "effects": len(read.effect),
        "sha256": canonical.sha256(read),
    }
    if as_json:
        typer.echo(json.dumps(checked, indent=1))
    else:
        report.show_checked(checked, language=language)


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="Catalogue file, or code of a fund.",
                                        metavar="FILE|FUND")],
    *,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show every effect with what it is expected to save whom; of a fund today's catalogue."""
    from api.cli import effects_report as report

    is_file = Path(what).exists() or not set(what).isdisjoint("./\\")
    read, withdrawn = (_read(Path(what)), frozenset[str]()) if is_file else _of_today(what)
    if as_json:
        told = report.catalogue_as_json(read, withdrawn=withdrawn)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        report.show_catalogue(read, withdrawn=withdrawn, language=language)


@app.command(name="file")
def file_(fund: FundCode, file: File, *, who: As = ADMINISTRATOR) -> None:
    """File a version of a fund's catalogue; what was filed never changes."""
    from ledger.savings import catalogues

    content = folders.read(file)
    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        filed = catalogues.file(session, fund, str(file), content, act=act)
    about = filed.catalogue.catalogue
    typer.echo(
        json.dumps({"version": about.version, "status": filed.status, "sha256": filed.sha256})
    )


@app.command()
def pick(
    fund: FundCode,
    spending: SpendingId,
    effect: Annotated[str, typer.Argument(metavar="EFFECT", help="Code of the effect.")],
    *,
    who: As = ADMINISTRATOR,
) -> None:
    """Pick the effect that a spending is expected to have."""
    from ledger.money import as_text
    from ledger.savings import picks

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        picked = picks.pick(session, fund, spending, effect, act=act)
    savings = {party: as_text(cents) for party, cents in picked.savings_cents.items()}
    told = {
        "spending": picked.spending,
        "status": picked.status,
        "number": picked.number,
        "carried_by": picked.carried_by,
        "savings": savings,
    }
    typer.echo(json.dumps(told))


@app.command()
def withdraw(
    fund: FundCode,
    effect: Annotated[str, typer.Argument(metavar="EFFECT", help="Code of the effect.")],
    *,
    reason: withdrawal.Reason,
    version: Annotated[
        int | None,
        typer.Option(help="Of the catalogue [default: the one of today].", min=1, max=VERSION_MAX),
    ] = None,
    dry_run: withdrawal.DryRun = False,
    who: As = ADMINISTRATOR,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Withdraw an effect, as the board: it counts no more, and what was settled is trued up."""
    from ledger import store
    from settlement import withdrawing

    engine = ledgers.open_engine()
    with store.reading(engine) as session:
        on = ledgers.today(session, fund)
        what = withdrawing.entry(session, fund, effect, version=version, on=on)
    asked = withdrawal.Asked(fund=fund, what=what, reason=reason, who=who, dry_run=dry_run)
    withdrawal.done(engine, asked, language=language, as_json=as_json)


@app.command()
def observe(
    fund: FundCode,
    spending: SpendingId,
    outcome: Annotated[
        str, typer.Argument(metavar="yes|partly|no|unknown", help="What came of it.")
    ],
    *,
    who: As = ADMINISTRATOR,
) -> None:
    """Say what came of the effect of a spending; it stands beside what was expected."""
    from ledger.savings import observations

    with ledgers.acting(ledgers.open_engine(), who) as (session, act):
        seen = observations.observe(session, fund, spending, outcome, act=act)
    told = {"spending": spending, "status": seen.status, "number": seen.number}
    day = seen.observed_on.isoformat()
    typer.echo(json.dumps({**told, "outcome": seen.outcome, "observed_on": day}))


@app.command()
def explain(
    fund: FundCode, spending: SpendingId, *, language: Language = "nl", as_json: AsJson = False
) -> None:
    """Say what a spending is expected to save whom, and why."""
    from api import effect_words
    from api.cli import effects_report as report
    from ledger import store
    from ledger.savings import workings

    with store.reading(ledgers.open_engine()) as session:
        found = workings.of_spending(session, fund, spending)
    if as_json:
        typer.echo(json.dumps(report.working_as_json(found), ensure_ascii=False, indent=1))
    else:
        report.show_sentences(effect_words.working(found, language=language))


@app.command()
def outcomes(fund: FundCode, *, language: Language = "nl", as_json: AsJson = False) -> None:
    """Show per effect what is expected, and beside it what was seen."""
    from api.cli import effects_report as report
    from ledger import store
    from ledger.savings import outcomes as outcomes_

    with store.reading(ledgers.open_engine()) as session:
        found = outcomes_.expected_and_observed(session, fund)
    if as_json:
        typer.echo(json.dumps(report.outcomes_as_json(found), indent=1))
    else:
        report.show_outcomes(found, language=language)


@app.command()
def sensitivity(
    fund: FundCode,
    *,
    from_: Annotated[str, typer.Option("--from", help="First day of the period.")],
    until: Annotated[str, typer.Option(help="Day after the period.")],
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say whether another grade of evidence would have changed who pays."""
    from api.cli import sensitivity_report as report

    found = _trials(fund, _period(from_, until))
    if as_json:
        typer.echo(json.dumps(report.as_json(found), indent=1))
    else:
        report.show(found, language=language)


def _trials(fund: str, period: Period) -> tuple[Trial, ...]:
    from api.cli import settle_files
    from ledger import store
    from settlement import drafts, effects, sensitivity

    with settle_files.at_work(fund), store.reading(ledgers.open_engine()) as session:
        draft = drafts.work_out(session, fund, drafts.Choices(period=period))
        picks = effects.picked(session, draft.fund_id, frozen=draft.frozen)
        return sensitivity.sensitivity(draft.working, picks)


def _read(file: Path) -> Catalogue:
    from ledger.effects import reading

    return reading.read(str(file), folders.read(file))


def _of_today(fund: str) -> tuple[Catalogue, frozenset[str]]:
    """Return today's catalogue, and what the board withdrew of it."""
    from api import clock
    from ledger import funds, store
    from ledger.acts import day_in
    from ledger.savings import catalogues, withdrawals

    with store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
        today = day_in(known.timezone, clock.now())
        found = catalogues.of_days(session, known.id, {today}).get(today)
        gone = withdrawals.entries(session, known.id)
    if found is None:
        raise WrongInput([Mistake(fund, f"has no catalogue that is valid on {today}; file one")])
    version = found.catalogue.version
    return found, frozenset(each.effect for each in gone if each.catalogue == version)


def _period(start: str, until: str) -> Period:
    found = days.period(start, until)
    assert found is not None, "both are required"
    return found
