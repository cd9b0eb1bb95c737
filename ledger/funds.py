"""Funds: opened from a signed agreement, followed by its later versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select
from sqlmodel import select as select_model

from ledger import accounts, measures, people, store, trail
from ledger.agreement import canonical, reading
from ledger.errors import Conflict
from ledger.tables import (
    Account,
    AgreementVersion,
    Fund,
    Head,
    MeasureWithdrawal,
    Party,
    Signature,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from ledger.trail import Trail


_FUND: Final = store.table(Fund)
_AGREEMENT: Final = store.table(AgreementVersion)
_HEAD: Final = store.table(Head)
_MEASURE: Final = store.table(MeasureWithdrawal)
_FILED: Final = (
    select(
        _HEAD,
        _FUND.c.code,
        _FUND.c.timezone,
        *(_AGREEMENT.c[name] for name in ("version", "valid_from", "sha256", "filed_signed")),
        _AGREEMENT.c.sequence.label("filed"),
        select(_MEASURE.c.sequence)
        .where(_MEASURE.c.fund_id == _FUND.c.id)
        .exists()
        .label("has_withdrawn"),
    )
    .join_from(_FUND, _HEAD, _HEAD.c.fund_id == _FUND.c.id)
    .join(_AGREEMENT, _AGREEMENT.c.fund_id == _FUND.c.id)
    .where(_FUND.c.code == bindparam("fund"))
    .order_by(_AGREEMENT.c.valid_from)
)
"""A fund and its head with each version of its agreement that was filed, oldest first."""

LOCKED: Final = (
    _FILED.add_columns(*trail.SKIPPED)
    .outerjoin(*trail.NEXT_SKIPS)
    .with_for_update(of=_HEAD, key_share=True)
)
"""The same, and the head is locked for the act."""
_TEXTS: Final = select(_AGREEMENT.c.sha256, _AGREEMENT.c.document).where(
    _AGREEMENT.c.fund_id == bindparam("fund_id"),
    _AGREEMENT.c.sha256.in_(bindparam("digests", expanding=True)),
)


class FundExists(Conflict):
    """There is a fund with this code already."""

    slug = "fund-exists"


class VersionExists(Conflict):
    """This version of the agreement is on record, and reads otherwise."""

    slug = "version-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fund as it stands: its key, its code, and the versions that are in force, oldest first.

    The versions have the right numbers in the place of measures that the board withdrew.
    """

    id: int
    code: str
    timezone: str
    agreements: tuple[Agreement, ...]

    @property
    def parties(self) -> frozenset[str]:
        """The codes of all parties of all versions."""
        return frozenset(party.code for version in self.agreements for party in version.party)

    def version(self, number: int) -> Agreement:
        """Return the version of that number, which is in force."""
        return next(each for each in self.agreements if each.agreement.version == number)


def create(session: Session, files: Sequence[tuple[str, bytes]], *, act: Act) -> str:
    """Open a fund from the agreement that was signed.

    Args:
        session: Of the act.
        files: Name and bytes of each version's file.
        act: Who opens it, and when.

    Returns:
        The fund's code.

    Raises:
        WrongInput: A file has mistakes, or the versions do not fit together.
        FundExists: There is a fund with this code.
    """
    versions = reading.read_fund(files)
    texts = {
        canonical.sha256(reading.read(name, content)): content.decode("utf-8-sig")
        for name, content in files
    }
    code, timezone = versions[0].fund.code, versions[0].fund.timezone
    fund_id = _claim(session, code, timezone)
    store.insert(session, Head, [_first_head(fund_id, versions[0])])
    end = trail.lock(session, code)
    handle = people.told(act.actor, people.handle_of(session, act.actor))
    body = {"code": code, "timezone": timezone, "handle": handle}
    end.write([end.append(act, "fund.created", body)])
    store.insert(session, Account, [_account(fund_id, kind) for kind in accounts.OF_FUND])
    for version in versions:
        _file(end, version, texts[canonical.sha256(version)], act=act, signed=True)
    return code


def file_version(session: Session, fund: str, name: str, content: bytes, *, act: Act) -> Agreement:
    """File a new version of the agreement; it counts once every participant has signed it.

    Args:
        session: Of the act.
        fund: Code of the fund.
        name: Of the file, for messages.
        content: Its bytes.
        act: Who files it, and when.

    Raises:
        WrongInput: The file has mistakes, or does not follow the version before it.
        RoleNeeded: Whoever acts is not of finance, and not on the board.
        VersionExists: The version is on record and reads otherwise.
    """
    end = trail.lock(session, fund)
    may_file = (*people.MAY_KEEP, "board")
    people.require(session, end.fund_id, act, roles_=may_file, on=act.day(end.timezone))
    version = reading.read(name, content)
    filed = _rows(session, _FILED, fund)
    same = next((row for row in filed if row.version == version.agreement.version), None)
    if same is not None:
        if same.sha256 != bytes.fromhex(canonical.sha256(version)):
            raise VersionExists(
                f"version {same.version} is on record and reads otherwise; what was filed never "
                "changes, give the new text a higher number",
                version=same.version,
            )
        return version
    _refuse_misfits(name, version, _read(_text(session, filed[-1])))
    _file(end, version, content.decode("utf-8-sig"), act=act, signed=False)
    return version


def known(session: Session, fund: str, *, frozen: int | None = None) -> Known:
    """Return a fund as it stands, or stood.

    Args:
        session: Of the act.
        fund: Code of the fund.
        frozen: Sequence up to which versions and signatures count; ``None`` for all.

    Raises:
        UnknownFund: There is no such fund.
    """
    filed = _rows(session, _FILED, fund)
    if frozen is not None:
        filed = [row for row in filed if row.filed <= frozen]
    return _known(session, filed, frozen)


def lock(session: Session, fund: str) -> tuple[Trail, Known]:
    """Lock the end of a fund's trail, and return the fund.

    The trail is that of now. On PostgreSQL an act that had to wait sees the fund as it was
    when it began to; whoever reads measures of it asks anew (:func:`known`).

    Raises:
        UnknownFund: There is no such fund.
    """
    return of_locked(session, fund, store.ask(session, LOCKED, {"fund": fund}))


def of_locked(session: Session, fund: str, rows: Sequence[Any]) -> tuple[Trail, Known]:
    """Return the same from rows of :data:`LOCKED`.

    Raises:
        UnknownFund: There are none.
    """
    _refuse_none(fund, rows)
    return trail.at_head(session, rows[0]), _known(session, rows, None)


def _rows(session: Session, asked: Select[Any], fund: str) -> Sequence[Any]:
    filed = store.ask(session, asked, {"fund": fund})
    _refuse_none(fund, filed)
    return filed


def _refuse_none(fund: str, filed: Sequence[Any]) -> None:
    if not filed:
        raise trail.UnknownFund(f"there is no fund {fund!r}", fund=fund)


def _known(session: Session, filed: Sequence[Any], frozen: int | None) -> Known:
    first = filed[0]
    if not all(row.filed_signed for row in filed):
        signed = _signers(session, first.fund_id, frozen)
        filed = [row for row in filed if row.filed_signed or _is_signed(session, row, signed)]
    return Known(
        id=first.fund_id,
        code=first.code,
        timezone=first.timezone,
        agreements=_right(session, first, filed, frozen),
    )


def _right(
    session: Session, first: Any, filed: Sequence[Any], frozen: int | None
) -> tuple[Agreement, ...]:
    """Return the versions in force, with what was withdrawn of their measures put right."""
    versions = _in_force(tuple(_text(session, row) for row in filed))
    if not first.has_withdrawn:
        return versions
    return measures.applied(versions, measures.on_record(session, first.fund_id, frozen=frozen))


_KEPT: Final[dict[bytes, str]] = {}  # texts of agreements by their SHA-256: they never change


def _text(session: Session, row: Any) -> str:
    """Return the text of a version; what it says is known by its hash."""
    if row.sha256 not in _KEPT:
        asked = {"fund_id": row.fund_id, "digests": [row.sha256]}
        _KEPT[row.sha256] = session.connection().execute(_TEXTS, asked).one().document
    return _KEPT[row.sha256]


def _signers(session: Session, fund_id: int, frozen: int | None) -> set[tuple[int, str]]:
    asked = select_model(Signature.version, Signature.party).where(Signature.fund_id == fund_id)
    if frozen is not None:
        asked = asked.where(Signature.sequence <= frozen)
    return set(session.exec(asked).all())


def _is_signed(session: Session, row: Any, signed: Iterable[tuple[int, str]]) -> bool:
    version = _read(_text(session, row))
    wanted = {(row.version, each.code) for each in version.party if each.participant}
    return wanted <= set(signed)


@lru_cache(maxsize=64)
def _read(document: str) -> Agreement:
    return reading.read("agreement", document.encode())


@lru_cache(maxsize=64)
def _in_force(documents: tuple[str, ...]) -> tuple[Agreement, ...]:
    versions = [_read(document) for document in documents]
    ended = [_until(old, new) for old, new in pairwise(versions)]
    return (*ended, *versions[-1:])


def _until(old: Agreement, new: Agreement) -> Agreement:
    """Return a version that ends, at the latest, where the next begins."""
    end, start = old.agreement.valid_until, new.agreement.valid_from
    if end is not None and end <= start:
        return old
    return old.model_copy(
        update={"agreement": old.agreement.model_copy(update={"valid_until": start})}
    )


def _refuse_misfits(name: str, new: Agreement, last: Agreement) -> None:
    if new.agreement.valid_from > last.agreement.valid_from:
        last = _until(last, new)
    reading.refuse_misfits([(f"version {last.agreement.version}", last), (name, new)])


def _claim(session: Session, code: str, timezone: str) -> int:
    """Take a fund's code and the next number, which another fund may get at the same moment."""
    while True:
        if session.exec(select_model(Fund.id).where(Fund.code == code)).first() is not None:
            raise FundExists(f"there is a fund {code!r} already", fund=code)
        fund_id = (session.exec(select_model(func.max(Fund.id))).one() or 0) + 1
        if store.claim(session, Fund, {"id": fund_id, "code": code, "timezone": timezone}):
            return fund_id


def _first_head(fund_id: int, first: Agreement) -> dict[str, object]:
    return {
        "fund_id": fund_id,
        "sequence": 0,
        "hash": trail.START,
        "closed_until": first.agreement.valid_from,
        "adjusting_from": None,
        "pool_cents": 0,
        "reserved_cents": 0,
    }


def _account(fund_id: int, kind: str, party: str | None = None) -> dict[str, object]:
    code = kind if party is None else f"{kind}:{party}"
    return {"fund_id": fund_id, "code": code, "kind": kind, "party": party}


def _file(end: Trail, version: Agreement, text: str, *, act: Act, signed: bool) -> None:
    """Write a version, with the parties and accounts that it is the first to name."""
    terms, digest = version.agreement, canonical.sha256(version)
    row = {
        "version": terms.version,
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "filed_signed": signed,
    }
    event = end.append(
        act,
        "agreement.filed",
        {
            "version": terms.version,
            "valid_from": terms.valid_from.isoformat(),
            "valid_until": terms.valid_until and terms.valid_until.isoformat(),
            "filed_signed": signed,
            "sha256": digest,
            "file_sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    end.write([event])
    session, fund_id = end.session, end.fund_id
    there = set(session.exec(select_model(Party.code).where(Party.fund_id == fund_id)).all())
    new = [party.code for party in version.party if party.code not in there]
    store.insert(session, Party, [{"fund_id": fund_id, "code": code} for code in new])
    store.insert(
        session,
        Account,
        [_account(fund_id, kind, party) for party in new for kind in accounts.OF_PARTY],
    )
    store.insert(
        session,
        AgreementVersion,
        [
            {
                "fund_id": fund_id,
                "sequence": event["sequence"],
                "sha256": bytes.fromhex(digest),
                "document": text,
                **row,
            }
        ],
    )
