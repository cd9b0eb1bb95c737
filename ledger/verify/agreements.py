"""The fund and its agreement: every version as it was filed, and what the versions name."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledger import accounts, store
from ledger.agreement import canonical, reading
from ledger.errors import WrongInput
from ledger.tables import Account, AgreementVersion, Party, Signature
from ledger.verify import people
from ledger.verify.misfits import Misfit
from ledger.verify.rows import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledger.agreement.schema import Agreement
    from ledger.verify.chain import Event
    from ledger.verify.so_far import SoFar

AGREEMENT: Final = Shape(
    model=AgreementVersion,
    told={
        name: name for name in ("version", "valid_from", "valid_until", "sha256", "filed_signed")
    },
    beside=[store.table(AgreementVersion).c.document],
)
SIGNATURE: Final = Shape(
    model=Signature,
    told={
        "version": "version",
        "party": "party",
        "person_id": "person",
        "second_id": "second",
        "how": "how",
        "sha256": "sha256",
    },
)
_PARTY: Final = store.table(Party)
_ACCOUNT: Final = store.table(Account)


def created(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit the opening of a fund."""
    if event.number != 1:
        yield Misfit(f"event {event.number}", "a fund is opened once, by event 1", event.number)
        return
    for name in ("code", "timezone"):
        there, said = getattr(so_far.fund, name), event.told.get(name)
        if there != said:
            yield Misfit(f"fund, {name}", f"is {there!r}; event {event.number} says {said!r}", 0)
    yield from people.told(event, so_far, event.actor)


def filed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a version of the agreement that was filed."""
    number, told = event.number, event.told
    found = so_far.rows(AGREEMENT, number)
    yield from AGREEMENT.misfits(number, [told], found)
    if so_far.closed_until is None:
        so_far.closed_until = told.get("valid_from")
    for *_, document in found:
        where = f"agreement {told.get('version')}, document"
        if hashlib.sha256(document.encode()).hexdigest() != told.get("file_sha256"):
            yield Misfit(where, f"is not the text that event {number} commits to", number)
        version = _read(document)
        if version is None:
            yield Misfit(where, "is no agreement", number)
            continue
        so_far.parties.update(party.code for party in version.party)
        if canonical.sha256(version) != told.get("sha256"):
            yield Misfit(where, f"does not read as what event {number} says was filed", number)


def _read(document: str) -> Agreement | None:
    try:
        return reading.read("agreement", document.encode())
    except WrongInput:
        return None


def signed(event: Event, so_far: SoFar) -> Iterator[Misfit]:
    """Yield what does not fit a signature."""
    found = so_far.rows(SIGNATURE, event.number)
    yield from SIGNATURE.misfits(event.number, [event.told], found)
    so_far.people.update(str(event.told[who]) for who in ("person", "second") if who in event.told)


def at_the_end(so_far: SoFar) -> Iterator[Misfit]:
    """Yield parties and accounts that no version names, and those that are missing."""
    parties = {(code,) for code in so_far.parties}
    yield from _differences(so_far, _PARTY, parties)
    expected = {(kind, kind, None) for kind in accounts.OF_FUND} | {
        (f"{kind}:{code}", kind, code) for code in so_far.parties for kind in accounts.OF_PARTY
    }
    yield from _differences(so_far, _ACCOUNT, expected)


def _differences(so_far: SoFar, table: Any, expected: set[tuple[Any, ...]]) -> Iterator[Misfit]:
    columns = [each for each in table.c if each.name != "fund_id"]
    asked = select(*columns).where(table.c.fund_id == so_far.fund.id)
    found = {tuple(row) for row in so_far.session.connection().execute(asked)}
    yield from _each(table.name, expected - found, "is missing, or reads otherwise")
    yield from _each(table.name, found - expected, "follows from no version that was filed")


def _each(table: str, rows: Iterable[tuple[Any, ...]], what: str) -> Iterator[Misfit]:
    for code, *_ in sorted(rows, key=repr):
        yield Misfit(f"{table} {code}", what)
