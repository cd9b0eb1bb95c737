"""Put a backup in the place of a database: verified first, as a whole, and nothing is lost.

Where there is a database, everything happens in one transaction of it: others go on with
what they had until the end, and whatever fails or is killed leaves it as it was. (A file
that takes the place of another by its name would leave behind whoever has the old one open,
and the log that SQLite keeps beside it.) Where there is none, or one that cannot be read, a
file is made beside it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from api.cli import existing, ledgers, soundness
from ledger import opening, store
from ledger.backup import heads, load
from ledger.errors import Conflict, Mistake, WrongInput
from ledger.sealing import ring
from migrations import revisions, running

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from api.cli.existing import Existing
    from ledger.backup.archive import Archive


class BackupBehind(Conflict):
    """The database holds acts that the backup lacks."""

    slug = "backup-behind"


class BackupBroken(Conflict):
    """What the backup holds does not fit together."""

    slug = "backup-broken"


class DatabaseDamaged(Conflict):
    """The database that is there cannot be read."""

    slug = "database-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What whoever restores allows.

    Args:
        replace: A ledger that is there may be replaced.
        older: Even by a backup that lacks some of its acts, or where it cannot be read.
    """

    replace: bool
    older: bool


def restore(engine: Engine, archive: Archive, allowed: Allowed) -> str | None:
    """Put a backup in the place of a database.

    Args:
        engine: Of the database, as whoever owns its tables.
        archive: The backup.
        allowed: What may be lost from the place.

    Returns:
        Where what was there before is kept; ``None`` where there was nothing.

    Raises:
        WrongInput: The backup is damaged or of a newer version, or the database of others.
        Refusal: The backup does not fit, or what is there may not be replaced.
    """
    _refuse_newer(archive)
    archive.check()
    path = ledgers.sqlite_file(engine)
    damage = existing.damage(path) if path is not None and path.exists() else None
    if path is None or (path.exists() and damage is None):
        return _in_place(engine, archive, allowed)
    if damage is not None and not (allowed.replace and allowed.older):
        raise DatabaseDamaged(
            f"the database that is there cannot be read ({damage}), so that nobody can tell what "
            "the backup lacks; --replace --force-older restores all the same, and keeps it"
        )
    return _beside(engine, path, archive, allowed)


def _beside(of: Engine, path: Path, archive: Archive, allowed: Allowed) -> str | None:
    with existing.beside(path) as (made, kept):
        engine = store.open_engine(f"sqlite:///{made}", ring.at_hand(of.dialect))
        try:
            _in_place(engine, archive, allowed)
        finally:
            engine.dispose()  # the last to close it empties its log
    return kept


def _in_place(engine: Engine, archive: Archive, allowed: Allowed) -> str | None:
    with running.changing(engine) as connection:
        there = existing.locked(connection)
        _refuse(archive, there, allowed)
        roles = running.application_roles(connection)
        with existing.emptied(connection, there) as kept:
            running.bring(connection, archive.manifest.revision)
            load.into(connection, archive)
            running.bring(connection)
            _refuse_misfits(connection, archive, there, allowed)
            for role in roles:
                running.grant_on(connection, role)
    running.clean(engine)
    return kept


def _refuse_newer(archive: Archive) -> None:
    revision = archive.manifest.revision
    if revision not in revisions.known():
        raise WrongInput(
            [
                Mistake(
                    archive.name,
                    f"is of revision {revision}, of another version of overbrug than this, which "
                    f"knows up to {revisions.newest()}; restore it with that one",
                )
            ]
        )


def _refuse(archive: Archive, there: Existing, allowed: Allowed) -> None:
    if there.has_rows and not allowed.replace:
        funds = ", ".join(f"{head.fund} up to event {head.sequence}" for head in there.heads)
        raise existing.LedgerThere(
            f"there is a ledger already ({funds or 'without a fund'}); --replace restores in its "
            "place, and keeps it"
        )
    lacks = list(heads.behind(archive.manifest.ends, there.heads))
    _refuse_behind(lacks, allowed)


def _refuse_misfits(
    connection: Connection, archive: Archive, there: Existing, allowed: Allowed
) -> None:
    running.refuse_broken(connection)
    opening.refuse_other_keys(connection)
    with Session(connection, join_transaction_mode="rollback_only") as session:
        misfit = soundness.first_misfit(session)
    if misfit is not None:
        raise BackupBroken(f"the trail of the backup does not hold: {misfit}")
    if heads.found(connection) != archive.manifest.ends:
        raise BackupBroken("the trail of the backup does not end where its manifest says")
    _refuse_behind(list(heads.elsewhere(connection, there.heads)), allowed)


def _refuse_behind(lacks: list[str], allowed: Allowed) -> None:
    if lacks and not allowed.older:
        raise BackupBehind(
            f"the backup lacks what is on record: {'; '.join(lacks)}; --force-older restores all "
            "the same, and keeps what is there"
        )
