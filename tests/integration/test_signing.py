"""Signing: a later version counts once all have signed, and what was signed verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import funds, people, signing, store
from ledger.agreement import canonical, reading
from ledger.verify import run
from tests.support import funds as files
from tests.support import ledgers

if TYPE_CHECKING:
    from sqlmodel import Session

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

SECOND = files.agreement(version=2, valid="from 2026-02-01")
SHA256 = canonical.sha256(reading.read("agreement", SECOND))


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A fund with a second version on file, and somebody of each board."""
    made = ledgers.opened(database.engine)
    for party in ("a", "b", "c"):
        made.grant(f"board-{party}", "board", party)
    with store.writing(database.engine) as session:
        funds.file_version(session, made.fund, "second.toml", SECOND, act=made.act())
    return made


def versions(ledger: Ledger) -> list[int]:
    with store.reading(ledger.engine) as session:
        known = funds.known(session, ledger.fund)
    return [each.agreement.version for each in known.agreements]


def sign(
    ledger: Ledger, party: str, *, who: str, paper: str | None = None, second: str = "board-b"
) -> bool:
    with store.writing(ledger.engine) as session:
        return signing.sign(
            session,
            ledger.fund,
            2,
            party,
            act=ledger.act(who),
            sha256=SHA256,
            paper=None if paper is None else _paper(session, paper, second),
        )


def _paper(session: Session, sha256: str, second: str) -> signing.Paper:
    return signing.Paper(sha256=sha256, second=people.by_handle(session, second))


def test_a_later_version_counts_once_every_participant_signed(ledger: Ledger) -> None:
    sign(ledger, "a", who="board-a")
    sign(ledger, "b", who="board-b")
    assert versions(ledger) == [1]

    sign(ledger, "c", who="board-c")

    assert versions(ledger) == [1, 2]


def test_what_was_signed_on_a_page_and_on_paper_verifies(ledger: Ledger) -> None:
    sign(ledger, "a", who="board-a")
    sign(ledger, "c", who="board-a", paper="ab" * 32)

    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund)

    assert [*map(str, report.misfits)] == []


def test_signing_twice_changes_nothing(ledger: Ledger) -> None:
    assert sign(ledger, "a", who="board-a")
    before = ledgers.rows(ledger.engine)

    assert not sign(ledger, "a", who="board-a")
    assert ledgers.rows(ledger.engine) == before


def test_only_the_board_of_a_participant_signs_for_it(ledger: Ledger) -> None:
    before = ledgers.rows(ledger.engine)

    with pytest.raises(people.RoleNeeded):
        sign(ledger, "b", who="board-a")
    assert ledgers.rows(ledger.engine) == before


def test_a_paper_is_entered_by_two_people(ledger: Ledger) -> None:
    before = ledgers.rows(ledger.engine)

    with pytest.raises(signing.SignatureDoesNotFit, match="two people"):
        sign(ledger, "b", who="board-b", paper="ab" * 32)
    assert ledgers.rows(ledger.engine) == before


def test_who_only_reads_enters_no_paper_as_first_or_second(ledger: Ledger) -> None:
    ledger.grant("auditor", "auditor")
    before = ledgers.rows(ledger.engine)

    with pytest.raises(people.RoleNeeded):
        sign(ledger, "c", who="auditor", paper="ab" * 32)
    with pytest.raises(people.RoleNeeded):
        sign(ledger, "c", who="board-a", paper="ab" * 32, second="auditor")
    assert ledgers.rows(ledger.engine) == before
