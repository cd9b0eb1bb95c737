"""Signing an agreement: by the board of each participant, over its canonical SHA-256.

On a page somebody with the role board of the participant signs the hash that the page
shows. A paper that was signed outside is entered with its own SHA-256 by two people of
finance, a board or administration.

Source:
    The settlement rules, Agreement between the organisations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlmodel import select

from ledger import people, store, trail
from ledger.errors import Conflict, Missing
from ledger.tables import AgreementVersion, Signature

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel import Session

    from ledger.acts import Act
    from ledger.trail import Trail

_MAY_ENTER: Final = (*people.MAY_KEEP, "board")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class UnknownVersion(Missing):
    """The fund has no such version of its agreement on file."""

    slug = "unknown-version"


class SignatureDoesNotFit(Conflict):
    """The signature is not over this version, or not by those who may sign."""

    slug = "signature-does-not-fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper that was signed outside: its SHA-256, and who enters it as the second."""

    sha256: str
    second: UUID


def sign(  # noqa: PLR0913 - all that a signature says
    session: Session,
    fund: str,
    version: int,
    party: str,
    *,
    act: Act,
    sha256: str,
    paper: Paper | None = None,
) -> bool:
    """Sign a version on behalf of a participant.

    Args:
        session: Of the act.
        fund: Code of the fund.
        version: Number of the version.
        party: Code of the participant.
        act: Who signs, or enters a paper, and when.
        sha256: The canonical SHA-256 of the agreement, as it was shown to who signs.
        paper: Where the signature stands on a paper.

    Returns:
        Whether it is new: signing twice changes nothing.

    Raises:
        UnknownVersion: There is no such version.
        SignatureDoesNotFit: The hash is of another text, or a paper is entered by one person.
        RoleNeeded: Whoever acts may not sign for the participant, or who enters a paper may
            not enter it.
    """
    end = trail.lock(session, fund)
    filed = session.exec(
        select(AgreementVersion).where(
            AgreementVersion.fund_id == end.fund_id, AgreementVersion.version == version
        )
    ).first()
    if filed is None:
        raise UnknownVersion(f"fund {fund} has no version {version} on file", version=version)
    _refuse_misfit(end, filed, party, act, sha256, paper)
    if session.get(Signature, (end.fund_id, version, party)) is not None:
        return False
    how = "page" if paper is None else "paper"
    signed = sha256 if paper is None else paper.sha256
    event = end.append(
        act,
        "agreement.signed",
        {
            "version": version,
            "party": party,
            "person": str(act.actor),
            "how": how,
            "sha256": signed,
            **({} if paper is None else {"second": str(paper.second)}),
        },
    )
    end.write([event])
    row = {
        "fund_id": end.fund_id,
        "version": version,
        "party": party,
        "sequence": event["sequence"],
        "person_id": act.actor,
        "second_id": None if paper is None else paper.second,
        "how": how,
        "sha256": bytes.fromhex(signed),
    }
    store.insert(session, Signature, [row])
    return True


def _refuse_misfit(
    end: Trail, filed: AgreementVersion, party: str, act: Act, sha256: str, paper: Paper | None
) -> None:
    if sha256 != filed.sha256.hex():
        raise SignatureDoesNotFit(
            f"version {filed.version} has SHA-256 {filed.sha256.hex()}, not the one that is "
            "signed; show it again and sign what it says",
            version=filed.version,
        )
    if paper is None:
        people.require(
            end.session,
            end.fund_id,
            act,
            roles_=("board",),
            on=act.day(end.timezone),
            organisation=party,
        )
        return
    if paper.second == act.actor or not _SHA256.fullmatch(paper.sha256):
        raise SignatureDoesNotFit(
            "a paper is entered by two people, with its SHA-256 as 64 hexadecimal digits",
            version=filed.version,
        )
    for each in (act, replace(act, actor=paper.second)):
        people.require(end.session, end.fund_id, each, roles_=_MAY_ENTER, on=act.day(end.timezone))
