"""``overbrug migrate``, ``backup``, ``restore`` and ``doctor``: what keeps a ledger running."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path  # noqa: TC003 - the command line reads it
from typing import IO, TYPE_CHECKING, Annotated

import typer

from api.cli import files, folders, ledgers
from api.cli.options import AsJson, Language  # noqa: TC001 - the command line reads them
from api.cli.settle_files import at_work
from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session


def migrate(
    *,
    application_role: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help="PostgreSQL: the role that uses the tables from now on."),
    ] = None,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Bring the database up to date, as whoever owns its tables: all of it or nothing."""
    from api.cli import operations_report as report
    from migrations import revisions, running

    engine = _place()
    _check_role(engine, application_role)
    with ledgers.reaching("changed"), at_work("migrate"), running.changing(engine) as connection:
        before = revisions.of(connection)
        _refuse_newer(before)
        roles = {*running.application_roles(connection), *filter(None, [application_role])}
        running.bring(connection)
        for role in sorted(roles):
            running.grant_on(connection, role)
    running.clean(engine)
    report.show_migrated(before, sorted(roles), language=language, as_json=as_json)


def backup(
    file: Annotated[
        Path, typer.Argument(help="File to write: new, or an earlier backup.", metavar="FILE")
    ],
    *,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Write everything to a file, as it is at this moment, while others go on."""
    from api import clock
    from api.cli import operations_report as report
    from api.cli import soundness
    from ledger import store
    from ledger.backup import archive, dump
    from migrations import revisions

    files.check_replaceable(file)
    engine = _there()
    with ledgers.reaching("read"), at_work(str(file)), store.reading(engine) as session:
        revision = revisions.of(session.connection())
        if revision is None:
            raise WrongInput([Mistake(ledgers.URL, "the database is empty; there is no ledger")])
        _refuse_other(file, session)
        origin = dump.Origin(
            revision=revision, made_at=clock.now(), made_by=f"overbrug {version('overbrug')}"
        )
        with files.replaced(file) as stream:
            manifest = dump.write(session, stream, origin)
            stream.seek(0)
            with archive.opened(str(file), stream) as written:
                written.check()
        misfit = soundness.first_misfit(session) if revision == revisions.newest() else None
    report.show_backup(file, manifest, misfit, language=language, as_json=as_json)
    if misfit is not None:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="File that backup wrote.", metavar="FILE")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Restore in the place of a ledger that is there.")
    ] = False,
    force_older: Annotated[
        bool,
        typer.Option("--force-older", help="Even if the backup lacks acts that are on record."),
    ] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database, once all of it is verified."""
    from api.cli import operations_report as report
    from api.cli import restoring
    from ledger.backup import archive

    engine = _place()
    with _open(file) as stream, archive.opened(str(file), stream) as opened, at_work(str(file)):
        allowed = restoring.Allowed(replace=replace, older=force_older)
        with ledgers.reaching("changed"):
            kept = restoring.restore(engine, opened, allowed)
        report.show_restored(opened, kept, language=language, as_json=as_json)


def doctor(*, language: Language = "nl", as_json: AsJson = False) -> None:
    """Look whether everything that a ledger needs is in order (exit code 1 if it is not)."""
    from api import clock
    from api.cli import examination
    from api.cli import operations_report as report

    with at_work("doctor"):
        findings = list(examination.examine(ledgers.engine_of_url(), now=clock.now()))
    report.show_findings(findings, language=language, as_json=as_json)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _place() -> Engine:
    """Return the engine of a database that is there, or will be."""
    engine = ledgers.engine_of_url()
    path = ledgers.sqlite_file(engine)
    if path is None and engine.dialect.name == "sqlite":
        raise WrongInput([Mistake(ledgers.URL, "names no file; write sqlite:///FILE")])
    if path is not None:
        with ledgers.reaching():
            path.parent.mkdir(parents=True, exist_ok=True)
    return engine


def _there() -> Engine:
    from api import keyfile
    from ledger.sealing import ring

    engine = ledgers.engine_of_url()
    path = ledgers.sqlite_file(engine)
    if path is not None and not path.exists():
        raise WrongInput([Mistake(ledgers.URL, f"there is no database {path}")])
    if not keyfile.path().exists():
        ring.attach(engine.dialect, None)  # a backup keeps what is sealed as it is
    return engine


def _check_role(engine: Engine, role: str | None) -> None:
    if role is not None and engine.dialect.name != "postgresql":
        what = "SQLite has no roles; leave it out, or name a database of PostgreSQL"
        raise WrongInput([Mistake("--application-role", what)])


def _refuse_newer(revision: str | None) -> None:
    from api.cli import existing
    from migrations import revisions

    if revision is not None and revision not in revisions.known():
        raise WrongInput([Mistake(ledgers.URL, existing.newer(revision))])


def _open(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        what = f"cannot be read: {folders.reason(error)}"
        raise WrongInput([Mistake(str(file), what)]) from None


def _refuse_other(file: Path, session: Session) -> None:
    """Refuse to write over what is no backup, or one of which the database does not go on."""
    from ledger.backup import archive, heads

    if not file.exists() or not file.stat().st_size:
        return
    with _open(file) as stream:
        try:
            with archive.opened(str(file), stream) as old:
                ends = old.manifest.ends
        except WrongInput:
            what = "holds something else than a backup; name another file"
            raise WrongInput([Mistake(str(file), what)]) from None
    connection = session.connection()
    lacks = [*heads.behind(heads.found(connection), ends), *heads.elsewhere(connection, ends)]
    if lacks:
        what = f"is a backup that this database does not go on from: {lacks[0]}; name another file"
        raise WrongInput([Mistake(str(file), what)])
