"""Funds: opened from a signed agreement, followed by its later versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select
from sqlmodel import select as select_model

from ledger import accounts, store, trail
from ledger.agreement import canonical, reading
from ledger.errors import Conflict
from ledger.tables import Account, AgreementVersion, Fund, Head, Party, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.agreement.schema import Agreement
    from ledger.trail import Trail


_FUND: Final = store.table(Fund)
_AGREEMENT: Final = store.table(AgreementVersion)
_FILED: Final = (
    select(_FUND, _AGREEMENT)
    .join_from(_FUND, _AGREEMENT, _AGREEMENT.c.fund_id == _FUND.c.id)
    .where(_FUND.c.code == bindparam("fund"))
    .order_by(_AGREEMENT.c.valid_from)
)
"""A fund with the versions of its agreement that were filed, oldest first."""


class FundExists(Conflict):
    """There is a fund with this code already."""

    slug = "fund-exists"


class VersionExists(Conflict):
    """This version of the agreement is on record, and reads otherwise."""

    slug = "version-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A fund as it stands: its key, its code, and the versions that are in force, oldest first."""

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
    if session.exec(select_model(Fund.id).where(Fund.code == code)).first() is not None:
        raise FundExists(f"there is a fund {code!r} already", fund=code)
    fund_id = (session.exec(select_model(func.max(Fund.id))).one() or 0) + 1
    store.insert(session, Fund, [{"id": fund_id, "code": code, "timezone": timezone}])
    store.insert(session, Head, [_first_head(fund_id, versions[0])])
    end = trail.lock(session, code)
    end.write([end.append(act, "fund.created", {"code": code, "timezone": timezone})])
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
        VersionExists: The version is on record and reads otherwise.
    """
    end = trail.lock(session, fund)
    version = reading.read(name, content)
    filed = session.connection().execute(_FILED, {"fund": fund}).all()
    same = next((row for row in filed if row.version == version.agreement.version), None)
    if same is not None:
        if same.sha256 != bytes.fromhex(canonical.sha256(version)):
            raise VersionExists(
                f"version {same.version} is on record and reads otherwise; what was filed never "
                "changes, give the new text a higher number",
                version=same.version,
            )
        return version
    _refuse_misfits(name, version, filed)
    _file(end, version, content.decode("utf-8-sig"), act=act, signed=False)
    return version


def known(session: Session, fund: str) -> Known:
    """Return a fund as it stands.

    Raises:
        UnknownFund: There is no such fund.
    """
    filed = session.connection().execute(_FILED, {"fund": fund}).all()
    if not filed:
        raise trail.UnknownFund(f"there is no fund {fund!r}", fund=fund)
    first = filed[0]
    if not all(row.filed_signed for row in filed):
        signed = _signers(session, first.id)
        filed = [row for row in filed if row.filed_signed or _is_signed(row, signed)]
    return Known(
        id=first.id,
        code=first.code,
        timezone=first.timezone,
        agreements=_in_force(tuple(row.document for row in filed)),
    )


def _signers(session: Session, fund_id: int) -> set[tuple[int, str]]:
    asked = select_model(Signature.version, Signature.party).where(Signature.fund_id == fund_id)
    return set(session.exec(asked).all())


def _is_signed(row: Any, signed: Iterable[tuple[int, str]]) -> bool:
    wanted = {(row.version, each.code) for each in _read(row.document).party if each.participant}
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


def _refuse_misfits(name: str, new: Agreement, filed: Sequence[Any]) -> None:
    last = _read(filed[-1].document)
    if new.agreement.valid_from > last.agreement.valid_from:
        last = _until(last, new)
    reading.refuse_misfits([(f"version {last.agreement.version}", last), (name, new)])


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
