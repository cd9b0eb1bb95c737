"""``overbrug reverse`` and ``correct`` as real processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api import clock
from ledger import correcting, store
from tests.support import commands, ledgers
from tests.support.funds import agreement

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger


@pytest.fixture
def ledger(database: Database) -> Ledger:
    made = ledgers.opened(database.engine, agreement(), now=clock.now())
    made.grant("administrator", "administrator")
    made.record(700_00, id="s", case="K1", payee="shop")
    return made


def order(ledger: Ledger, spending: str) -> Any:
    with store.reading(ledger.engine) as session:
        return correcting.as_order(session, ledger.fund, spending)


def test_a_spending_is_put_right_and_the_same_again_is_known(
    database: Database, ledger: Ledger
) -> None:
    words = ("correct", "fund", "s", "--amount", "70.00", "--home", "b", "--reason", "a slip",
             "--id", "n")  # fmt: skip

    first = json.loads(commands.run(database, *words, "--json").stdout)
    again = commands.run(database, *words, "--language", "en").stdout

    assert [(each["id"], each["status"]) for each in first] == [
        ("n:back", "recorded"),
        ("n", "recorded"),
    ]
    right = order(ledger, "n")
    assert (right.amount_cents, right.home, right.payee, right.case) == (70_00, "b", "shop", "K1")
    assert "Was reversed already by n:back" in again
    assert "In its place stood n already" in again


def test_a_spending_is_taken_back(database: Database, ledger: Ledger) -> None:
    words = ("reverse", "fund", "s", "--reason", "came back", "--id", "r")
    assert "Teruggeboekt als r" in commands.run(database, *words).stdout
    assert order(ledger, "r").amount_cents == -700_00


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("correct", "fund", "s", "--reason", "x"), 2, "say what is right, such as --amount"),
        (("correct", "fund", "s", "--reason", "x", "--amount", "1,50"), 2, "--amount: "),
        (("correct", "fund", "s", "--reason", "x", "--spent-on", "soon"), 2, "--spent-on: "),
        (("correct", "fund", "s", "--reason", "x", "--home", "nowhere"), 2, "'nowhere'"),
        (("correct", "fund", "t", "--reason", "x", "--amount", "1.00"), 2, "no spending 't'"),
        (("reverse", "fund", "t", "--reason", "x"), 2, "no spending 't'"),
    ],
)
def test_what_cannot_be_put_right_is_named_and_changes_nothing(
    database: Database, ledger: Ledger, words: tuple[str, ...], code: int, says: str
) -> None:
    before = ledgers.rows(ledger.engine)

    assert says in commands.run(database, *words, code=code).stderr
    assert ledgers.rows(ledger.engine) == before
