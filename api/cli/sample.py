"""``overbrug sample``: samples of euros, or of items, planned, drawn and evaluated."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli import days, folders, ledgers
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import TypeVar

    from reports.sampling.asked import Source
    from reports.sampling.plan import Aim
    from reports.sampling.population import Population

    _T = TypeVar("_T")

app = typer.Typer(
    help="Draw a sample, and say how large the error may be that nobody found.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FundOrFile = Annotated[
    str | None,
    typer.Argument(metavar="[FUND]", help="Code of the fund; or name a file with --spendings."),
]
Spendings = Annotated[Path | None, typer.Option(help="Spendings as CSV, in place of the fund.")]
From = Annotated[
    str | None, typer.Option("--from", help="First day, by booking; a file may leave it out.")
]
Until = Annotated[str | None, typer.Option(help="Day after the last.")]
Confidence = Annotated[str, typer.Option(help="How sure, from one side, such as 95%.")]
Tolerance = Annotated[
    str,
    typer.Option(help="What may be wrong: a share such as 5%, or an amount; of items a number."),
]
Errors = Annotated[
    int, typer.Option(help="Errors that the sample must be able to bear.", min=0, max=1000)
]
ExpectedError = Annotated[
    str, typer.Option(help="The same as a share of what is drawn, such as 0.5%.")
]
Size = Annotated[
    int, typer.Option(help="Draw at least so many euros, or items.", min=0, max=100_000)
]
Method = Annotated[
    Literal["interval", "cell", "items"],
    typer.Option(
        help="Euros by a fixed interval from a random start, or one in each; or items, where "
        "they are few, with equal chances.",
    ),
]


@app.command()
def plan(
    fund: FundOrFile = None,
    *,
    tolerance: Tolerance,
    confidence: Confidence = "95%",
    errors: Errors = 0,
    expected_error: ExpectedError = "0%",
    size: Size = 0,
    method: Method = "interval",
    spendings: Spendings = None,
    from_: From = None,
    until: Until = None,
    amount: Annotated[
        str | None, typer.Option(help="Euros to draw from, in place of fund or file.")
    ] = None,
    items: Annotated[
        int | None,
        typer.Option(
            help="Items to draw from, in place of fund or file.",
            min=1,
            max=100_000,
        ),
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say how large a sample must be, and by which table."""
    from api.cli import sample_report as report
    from reports.sampling import draw
    from reports.sampling import plan as planning

    _refuse_both(fund, spendings, amount, items)
    of_items = items is not None or method == "items"
    if of_items and amount is not None:
        raise WrongInput([Mistake("--amount", "is in euros; say how many there are with --items")])
    aim = _aim(confidence, tolerance, errors, expected_error, size, of_items=of_items)
    if items is not None:
        planned = planning.of_items(items, aim)
    elif amount is not None:
        cents = ledgers.cents("--amount", amount)
        if cents <= 0:
            raise WrongInput([Mistake("--amount", "is nothing to draw from; write more than 0")])
        planned = planning.of_euros(cents, aim)
    else:
        population, _ = _drawn_from(fund, spendings, from_, until)
        strata = draw.stratified(population, aim, method=method)
        report.show_strata(population, strata, aim, language=language, as_json=as_json)
        return
    report.show_plan(planned, language=language, as_json=as_json)


@app.command(name="draw")
def draw_(
    fund: FundOrFile = None,
    *,
    tolerance: Tolerance,
    seed: Annotated[
        str, typer.Option(help="Any number or word; fix it before the first item is tested.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write: new, or empty.")],
    confidence: Confidence = "95%",
    errors: Errors = 0,
    expected_error: ExpectedError = "0%",
    size: Size = 0,
    method: Method = "interval",
    spendings: Spendings = None,
    from_: From = None,
    until: Until = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Draw the spendings to test, and write the list to fill in."""
    from api.cli import sample_files
    from api.cli import sample_report as report
    from reports.sampling import asked, draw, files

    aim = _aim(confidence, tolerance, errors, expected_error, size, of_items=method == "items")
    _refuse_both(fund, spendings, None, None)
    word = _read("--seed", asked.seed, seed)
    population, source = _drawn_from(fund, spendings, from_, until)
    drawn = draw.draw(population, aim, seed=word, method=method)
    sample_files.write(out, dict(files.of_draw(drawn, source)), kept=spendings)
    if as_json:
        typer.echo(files.document(drawn, source).decode(), nl=False)
    else:
        report.show_draw(drawn, source, out, language=language)


@app.command()
def extend(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a draw.")],
    *,
    to: Annotated[
        int, typer.Option(help="Euros, or items, drawn in the end, at least.", min=1, max=100_000)
    ],
    out: Annotated[Path, typer.Option(help="Folder to write: new, or empty.")],
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Draw more in addition to what was drawn; what was filled in stands on the new list."""
    from api.cli import sample_files
    from api.cli import sample_report as report
    from reports.sampling import draw, files, found

    held = sample_files.read(folder)
    old, source = sample_files.drawn(folder, held)
    drawn = draw.extended(old, to=to)
    filled = found.filled_in(f"{folder}/{files.LIST}", held[files.LIST])
    contents = {**dict(files.of_draw(drawn, source)), files.LIST: files.to_test(drawn, filled)}
    sample_files.write(out, contents, kept=folder)
    if as_json:
        typer.echo(files.document(drawn, source).decode(), nl=False)
    else:
        report.show_draw(drawn, source, out, language=language)


@app.command()
def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a draw, its draw.csv filled in.")
    ],
    *,
    combine: Annotated[
        Literal["together", "separately"],
        typer.Option(help="Errors and uncertainties against the tolerance: added, or each."),
    ] = "together",
    dated: Annotated[
        str | None, typer.Option("--date", help="Date on the dossier [default: the last day].")
    ] = None,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Write no dossier.")] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Say what a tested sample means; exit code 1 where that is not: within the tolerance."""
    from api.cli import sample_files
    from api.cli import sample_report as report
    from api.cli.settle_files import at_work
    from reports.sampling import evaluated, evaluation, files, found, sentences

    on = days.day("--date", dated)
    held = sample_files.read(folder)
    drawn, source = sample_files.drawn(folder, held)
    _refuse_before(on, sentences.last_day(drawn.population, source))
    name = f"{folder}/{files.LIST}"
    checked = found.read(name, held[files.LIST], drawn)
    outcome = evaluation.evaluate(drawn, checked, combine=combine)
    about = evaluated.document(outcome, held)
    with at_work(str(folder)):
        paper = None
        if not no_pdf:
            from reports.sampling import dossier

            paper = dossier.paper(
                outcome, source, files={**held, files.EVALUATION: about},
                dated=on, language=language,
            )  # fmt: skip
        sample_files.write_evaluation(folder, about, paper)
    if as_json:
        typer.echo(about.decode(), nl=False)
    else:
        report.show_evaluation(outcome, source, folder, language=language)
    if outcome.decision != "within":
        raise typer.Exit(1)


def _refuse_before(on: date | None, last_day: date) -> None:
    if on is not None and on < last_day:
        what = f"{on} is before {last_day}, the last day that was drawn from"
        raise WrongInput([Mistake("--date", what)])


def _aim(
    confidence: str, tolerance: str, errors: int, expected_error: str, size: int, *, of_items: bool
) -> Aim:
    from reports.sampling import asked
    from reports.sampling.plan import Aim

    return Aim(
        confidence=_read("--confidence", asked.confidence, confidence),
        tolerance=_read("--tolerance", partial(asked.tolerance, of_items=of_items), tolerance),
        errors=errors,
        expected=_read("--expected-error", asked.percent, expected_error),
        units=size,
    )


def _read(option: str, reader: Callable[[str], _T], text: str) -> _T:
    try:
        return reader(text)
    except ValueError as error:
        raise WrongInput([Mistake(option, str(error))]) from None


def _refuse_both(
    fund: str | None, spendings: Path | None, amount: str | None, items: int | None
) -> None:
    given = [each for each in (fund, spendings, amount, items) if each is not None]
    if len(given) != 1:
        raise WrongInput(
            [Mistake("sample", "name one thing to draw from: a fund, or a file with --spendings")]
        )


def _drawn_from(
    fund: str | None, spendings: Path | None, from_: str | None, until: str | None
) -> tuple[Population, Source]:
    """Return what is drawn from, of a fund or a file, and what it is called."""
    from reports.sampling import population as populations
    from reports.sampling.asked import Source

    period = days.period(from_, until)
    start, end = (period.start, period.until) if period else (None, None)
    if spendings is not None:
        content = folders.read(spendings)
        source = Source(name=spendings.name, start=start, until=end)
        return populations.of_file(str(spendings), content, period), source
    if period is None:
        raise WrongInput([Mistake("--from", "give --from and --until: which days of the fund")])
    assert fund is not None, "a fund or a file was named"
    from ledger import funds, store
    from reports.sampling import from_ledger

    with store.reading(ledgers.open_engine()) as session:
        known = funds.known(session, fund)
        source = Source(
            name=known.agreements[-1].fund.name, fund=known.code, start=start, until=end
        )
        return from_ledger.population(session, known.id, period), source
