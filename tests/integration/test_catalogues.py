"""Catalogues of effects on file: versions that never change, and which one speaks of a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger import store
from ledger.errors import WrongInput
from ledger.savings import catalogues, picks, workings
from tests.support import ledgers, picked
from tests.support.catalogues import effect

if TYPE_CHECKING:
    from tests.support.databases import Database

ONE, TWO = (effect("eviction", f"municipality {amount}") for amount in ("100.00", "200.00"))


def test_the_same_file_again_is_known_whatever_its_comments(database: Database) -> None:
    ledger = picked.opened(database.engine, ONE)
    before = ledgers.rows(database.engine)
    commented = b"# again\n" + picked.text(ONE)

    with store.writing(database.engine) as session:
        filed = catalogues.file(session, ledger.fund, "e.toml", commented, act=ledger.act())

    assert filed.status == "known"
    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize(
    ("version", "valid_from", "refused"),
    [
        (3, "2026-02-01", catalogues.CatalogueExists),  # reads otherwise
        (2, "2026-02-01", catalogues.CatalogueOutOfOrder),
        (4, "2026-01-31", catalogues.CatalogueOutOfOrder),
    ],
)
def test_a_version_that_does_not_follow_is_refused(
    database: Database, version: int, valid_from: str, refused: type[Exception]
) -> None:
    ledger = picked.opened(database.engine, ONE)
    picked.file(ledger, ONE, version=3, valid_from="2026-02-01")
    before = ledgers.rows(database.engine)

    with pytest.raises(refused):
        picked.file(ledger, TWO, version=version, valid_from=valid_from)

    assert ledgers.rows(database.engine) == before


def test_a_file_with_mistakes_is_not_filed(database: Database) -> None:
    ledger = picked.opened(database.engine)
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongInput, match="grade"):
        picked.file(ledger, effect(grade=7), version=2)

    assert ledgers.rows(database.engine) == before


def test_the_last_version_that_has_begun_speaks_of_a_day(database: Database) -> None:
    ledger = picked.opened(database.engine, ONE)
    picked.file(ledger, TWO, version=5, valid_from="2026-02-01")
    picked.file(ledger, effect("debt"), version=6, valid_from="2026-02-09")
    days = {"s1": date(2026, 1, 31), "s2": date(2026, 2, 1), "s3": date(2026, 2, 9)}
    for spending, day in days.items():
        ledger.record(id=spending, spent_on=day)

    assert picked.pick(ledger, "s1").savings_cents == {"a": 100_00}
    assert picked.pick(ledger, "s2").savings_cents == {"a": 200_00}
    with pytest.raises(picks.UnknownEffect, match="catalogue version 6"):
        picked.pick(ledger, "s3")


def test_what_was_picked_is_explained_by_the_version_it_was_picked_from(
    database: Database,
) -> None:
    ledger = picked.opened(database.engine, ONE)
    ledger.record(id="s", effect="eviction")
    picked.file(ledger, TWO, version=2)

    with store.reading(database.engine) as session:
        found = workings.of_spending(session, ledger.fund, "s")

    assert found.savings_cents == {"a": 100_00}
    assert found.pick is not None
    assert found.pick.expected is not None
    assert found.pick.expected.by_party == {"a": 100_00}


def test_before_the_first_version_nothing_can_be_picked(database: Database) -> None:
    ledger = picked.opened(database.engine, ONE, valid_from="2026-02-10")
    ledger.record(id="s", spent_on=date(2026, 2, 9))

    with pytest.raises(picks.UnknownEffect, match="on 2026-02-09 the fund has no catalogue"):
        picked.pick(ledger, "s")
