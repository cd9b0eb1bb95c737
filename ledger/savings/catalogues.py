"""The catalogues of effects of a fund: filed as versions that never change.

Versions are numbered upward and begin no earlier than the one before, so that of any day
the last version that has begun speaks. What was picked keeps the version it was picked from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from ledger import people, store, trail
from ledger.agreement import canonical
from ledger.effects import reading
from ledger.errors import Conflict
from ledger.tables import Catalogue as CatalogueRow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.effects.schema import Catalogue
    from ledger.trail import Trail

MAY_FILE: Final = (*people.MAY_KEEP, "board")
"""Which roles file a catalogue."""

_CATALOGUE: Final = store.table(CatalogueRow)
_FILED: Final = (
    select(_CATALOGUE.c.version, _CATALOGUE.c.valid_from, _CATALOGUE.c.sha256)
    .where(_CATALOGUE.c.fund_id == bindparam("fund_id"))
    .order_by(_CATALOGUE.c.version)
)
_DOCUMENTS: Final = select(_CATALOGUE.c.version, _CATALOGUE.c.document).where(
    _CATALOGUE.c.fund_id == bindparam("fund_id"),
    _CATALOGUE.c.version.in_(bindparam("versions", expanding=True)),
)


class CatalogueExists(Conflict):
    """This version of the catalogue is on record, and reads otherwise."""

    slug = "catalogue-exists"


class CatalogueOutOfOrder(Conflict):
    """A later version of the catalogue is on record, or one that begins later."""

    slug = "catalogue-out-of-order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The answer to a file. ``status`` is ``filed`` or, the same again, ``known``."""

    catalogue: Catalogue
    status: str
    sha256: str


def file(session: Session, fund: str, name: str, content: bytes, *, act: Act) -> Filed:
    """File a version of a fund's catalogue; it speaks from its first day on.

    Args:
        session: Of the act.
        fund: Code of the fund.
        name: Of the file, for messages.
        content: Its bytes.
        act: Who files it, and when.

    Raises:
        WrongInput: The file has mistakes.
        UnknownFund: There is no such fund.
        RoleNeeded: Whoever acts is not of finance, and not on the board.
        CatalogueExists: The version is on record and reads otherwise.
        CatalogueOutOfOrder: It has a lower number, or begins earlier, than one on record.
    """
    read = reading.read(name, content)
    digest = canonical.sha256(read)
    end = trail.lock(session, fund)
    people.require(session, end.fund_id, act, roles_=MAY_FILE, on=act.day(end.timezone))
    if _is_known(end, read, digest):
        return Filed(catalogue=read, status="known", sha256=digest)
    _write(end, read, content.decode("utf-8-sig"), digest, act)
    return Filed(catalogue=read, status="filed", sha256=digest)


def of_days(session: Session, fund_id: int, days: Collection[date]) -> dict[date, Catalogue]:
    """Return the catalogue that speaks of each of these days; days without one are left out."""
    filed = session.connection().execute(_FILED, {"fund_id": fund_id}).all()
    version_of = {
        day: max(row.version for row in filed if row.valid_from <= day)
        for day in days
        if any(row.valid_from <= day for row in filed)
    }
    read = of_versions(session, fund_id, set(version_of.values()))
    return {day: read[version] for day, version in version_of.items()}


def of_versions(
    session: Session, fund_id: int, versions: Collection[int]
) -> Mapping[int, Catalogue]:
    """Return versions of a fund's catalogue by their number."""
    if not versions:
        return {}
    asked = {"fund_id": fund_id, "versions": sorted(versions)}
    rows = session.connection().execute(_DOCUMENTS, asked)
    return {row.version: _read(row.document) for row in rows}


@lru_cache(maxsize=64)
def _read(document: str) -> Catalogue:
    return reading.read("catalogue", document.encode())


def _is_known(end: Trail, read: Catalogue, digest: str) -> bool:
    """Whether the same version is on record; refuse one that does not follow what is."""
    about = read.catalogue
    filed: Any = end.session.connection().execute(_FILED, {"fund_id": end.fund_id}).all()
    for row in filed:
        if row.version == about.version:
            if row.sha256 == bytes.fromhex(digest):
                return True
            raise CatalogueExists(
                f"version {about.version} is on record and reads otherwise; what was filed never "
                f"changes, give the new text number {filed[-1].version + 1}",
                version=about.version,
            )
    last = filed[-1] if filed else None
    if last is not None and (about.version < last.version or about.valid_from < last.valid_from):
        raise CatalogueOutOfOrder(
            f"version {about.version} from {about.valid_from} does not follow version "
            f"{last.version} from {last.valid_from}, which is on record; give it a higher number, "
            "and let it begin no earlier",
            version=about.version,
            last=last.version,
        )
    return False


def _write(end: Trail, read: Catalogue, text: str, digest: str, act: Act) -> None:
    about = read.catalogue
    event = end.append(
        act,
        "catalogue.filed",
        {
            "version": about.version,
            "valid_from": about.valid_from.isoformat(),
            "sha256": digest,
            "file_sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    end.write([event])
    store.insert(
        end.session,
        CatalogueRow,
        [
            {
                "fund_id": end.fund_id,
                "sequence": event["sequence"],
                "version": about.version,
                "valid_from": about.valid_from,
                "sha256": bytes.fromhex(digest),
                "document": text,
            }
        ],
    )
