"""The example year told to real databases: sound, verified, and the same on both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.example import telling
from ledger import balances, funds, store
from ledger.verify import run
from ledger.verify.pages import More
from settlement import states, verifying
from tests.support import example_year, soundness

if TYPE_CHECKING:
    from tests.support.databases import Database, Sqlite


@pytest.fixture(scope="module")
def head(sqlite_server: Sqlite) -> str:
    """Where the trail ends on a SQLite file."""
    with sqlite_server.new() as database:
        return example_year.told(database.engine)


def test_the_year_is_sound_and_the_same_on_every_database(database: Database, head: str) -> None:
    assert example_year.told(database.engine) == head

    soundness.assert_sound(database.engine)
    with store.reading(database.engine) as session:
        report = run.verify(
            session, telling.fund(), more=More(shapes=verifying.SHAPES, kinds=verifying.KINDS)
        )
        fund = funds.known(session, telling.fund())
        found = [(each.state, each.proposal.number) for each in states.all_of(session, fund.id)]
        answers = states.answers(session, states.all_of(session, fund.id)[1])
        books = balances.trial_balance(session, fund.id)
    assert report.misfits == ()
    assert found == [("paid", 1), ("paid", 2), ("paid", 1), ("proposed", 1)]
    assert answers["alblasserdam"].verdict == "silent"
    # What is left on positions is what organisations paid in and did not spend by 1 October.
    unspent = sum(cents for code, cents in books.items() if code.startswith("position:"))
    assert unspent == -106_625_02
