"""``overbrug privacy``: erase what may be erased, so that no backup shows it any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli import ledgers
from api.cli.ledgers import As, FundCode  # noqa: TC001 - the command line reads them
from api.cli.options import EVENT_MAX, AsJson, Language
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.erasing.acts import Erased

OFFICER: Final = "privacy-officer"
_LOCALE: Final = Path(__file__).parent.parent / "locale"

app = typer.Typer(
    help="Who read what, what is kept of whom, and what a privacy officer may do with it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def erase(
    fund: FundCode,
    *,
    ground: Annotated[
        str, typer.Option(metavar="GROUND", help="request, retention or mistake; on record.")
    ],
    spending: Annotated[
        str | None, typer.Option(metavar="ID", help="Why it was spent, on whom and by whom.")
    ] = None,
    case: Annotated[
        str | None, typer.Option(metavar="REF", help="A case, and all that is said of it.")
    ] = None,
    act: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="Of an event: the reason it gives.", min=1, max=EVENT_MAX
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; change nothing.")
    ] = False,
    who: As = OFFICER,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Erase for good; the trail says that it was done, and everything else still verifies."""
    from ledger import store
    from ledger.erasing import acts
    from ledger.erasing.targets import What

    if sum(each is not None for each in (spending, case, act)) != 1:
        what = "say what is erased: one of --spending, --case and --act"
        raise WrongInput([Mistake("privacy erase", what)])
    asked = What(spending=spending, case=case, act=act)
    engine = ledgers.open_engine()
    if dry_run:
        with store.reading(engine) as session:
            found = acts.preview(session, fund, asked, ground=ground)
    else:
        with ledgers.acting(engine, who) as (session, doing):
            found = acts.erase(session, fund, asked, ground=ground, act=doing)
        _destroy(engine, found.buckets)
    _show(found, language=language, as_json=as_json)


@app.command()
def finish(
    *,
    moved: Annotated[
        bool, typer.Option("--moved", help="The ledger itself was moved here; this is no copy.")
    ] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Finish an erasure that was interrupted; where there is none, nothing happens."""
    from api.cli import screen
    from ledger import store, texts
    from ledger.erasing import acts

    engine = ledgers.open_engine()
    with store.writing(engine) as session:
        ending = acts.finish(session, moved=moved)
    _destroy(engine, ending)
    if as_json:
        typer.echo(json.dumps({"destroyed": len(ending)}))
        return
    screen.console().print(
        texts.catalogue(_LOCALE, language).plural("privacy.finished", len(ending))
    )


def _destroy(engine: Engine, buckets: frozenset[int]) -> None:
    """Destroy the keys of what an act emptied, once that is committed."""
    from api import clock
    from ledger.erasing import acts
    from ledger.sealing import ring

    acts.destroy(ring.of(engine.dialect), buckets, at=clock.now())


def _show(found: Erased, *, language: str, as_json: bool) -> None:
    """Say what went, and what backups from before cannot show any more."""
    from api.cli import screen
    from ledger import texts

    if as_json:
        told = {
            "status": "tried" if found.number is None else "erased",
            "act": found.number,
            "rows": dict(found.values),
            "months": list(found.months),
            "moved": found.moved,
        }
        typer.echo(json.dumps(told, indent=1))
        return
    say, console = texts.catalogue(_LOCALE, language), screen.console()
    for table, rows in sorted(found.values.items()):
        console.print(say.plural(f"privacy.{table}", rows))
    months = ", ".join(found.months)
    if found.number is None:
        console.print(say("privacy.dry", months=months, moved=texts.number(language, found.moved)))
        return
    console.print(say("privacy.erased", number=found.number))
    console.print(say("privacy.backups", months=months))
