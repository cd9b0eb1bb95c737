"""Expected savings that come as amounts from a file: recorded once, and then settled by."""

from __future__ import annotations

import csv
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from api.cli import imports_savings
from ledger import facts_files, funds, store
from ledger.errors import WrongInput
from ledger.money import parse
from ledger.orders import Order
from ledger.savings import amounts
from ledger.savings.amounts import Amount
from ledger.tables import Saving
from settlement import from_ledger
from settlement.eras import in_order
from tests.support import cases, ledgers, picked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger


def record(ledger: Ledger, *asked: tuple[str, str, int]) -> list[tuple[str, str]]:
    """Record amounts, and return what was answered about each spending."""
    with store.writing(ledger.engine) as session:
        answers = amounts.record(
            session, ledger.fund, [Amount(*each) for each in asked], act=ledger.act()
        )
    return [(each.spending, each.status) for each in answers]


def totals(database: Database) -> dict[tuple[int, str], int]:
    saving = store.table(Saving)
    asked = select(saving.c.spending, saving.c.party, func.sum(saving.c.amount_cents)).group_by(
        saving.c.spending, saving.c.party
    )
    with database.engine.connect() as connection:
        return {(row[0], row[1]): int(row[2]) for row in connection.execute(asked)}


def test_amounts_of_a_spending_and_party_add_up(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    one, two = (ledger.record(id=spending).number for spending in ("s1", "s2"))

    answers = record(ledger, ("s2", "b", 1), ("s1", "a", 5), ("s2", "a", 2), ("s2", "b", 3))

    assert answers == [("s2", "recorded"), ("s1", "recorded")]
    assert totals(database) == {(one, "a"): 5, (two, "a"): 2, (two, "b"): 4}


def test_the_same_again_changes_nothing_however_it_is_cut(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(id="s")
    record(ledger, ("s", "b", 4), ("s", "a", 0))
    before = ledgers.rows(database.engine)

    assert record(ledger, ("s", "a", 1), ("s", "b", 4), ("s", "a", -1)) == [("s", "known")]
    assert ledgers.rows(database.engine) == before


@pytest.mark.parametrize(
    "asked", [[("s", "a", 2)], [("s", "a", 1), ("s", "b", 1)], [("s", "b", 1)], [("s", "a", -1)]]
)
def test_other_amounts_are_refused_and_nothing_is_recorded(
    database: Database, asked: list[tuple[str, str, int]]
) -> None:
    ledger = ledgers.opened(database.engine)
    for spending in ("s", "new"):
        ledger.record(id=spending)
    record(ledger, ("s", "a", 1))
    before = ledgers.rows(database.engine)

    with pytest.raises(amounts.OtherSavings, match=r"on record with a 0\.01 and not with"):
        record(ledger, ("new", "a", 1), *asked)

    assert ledgers.rows(database.engine) == before


def test_every_mistake_is_named_at_once(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.record(id="s")
    before = ledgers.rows(database.engine)

    with pytest.raises(WrongInput) as caught:
        record(ledger, ("gone", "a", 1), ("s", "q", 1), ("s", "a", 10**12), ("s", "a", 1))

    assert [str(each) for each in caught.value.mistakes] == [
        "savings of spending gone: is not on record; record the spending first",
        "savings of spending s: 'q' is not the code of a party; the agreement has a, b, c",
        "savings of spending s: for a is more than 10000000000.00",
    ]
    assert ledgers.rows(database.engine) == before


def test_what_a_pick_saves_is_held_to_the_file_too(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", effect="eviction")

    assert record(ledger, ("s", "h", 900_00), ("s", "a", 100_00)) == [("s", "known")]
    with pytest.raises(amounts.OtherSavings):
        record(ledger, ("s", "h", 900_00))


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pieces_keep_what_belongs_to_a_spending_together(size: int) -> None:
    asked = [Amount(spending, party, 1) for spending in ("x", "y", "z") for party in ("a", "b")]

    pieces = list(amounts.batches(asked, size))

    assert [each for piece in pieces for each in piece] == asked
    assert [len(piece) for piece in pieces] == {1: [2] * 3, 2: [2] * 3, 3: [4, 2]}.get(size, [6])


def _orders(path: Path) -> list[Order]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Order(
                id=row["id"],
                spent_on=date.fromisoformat(row["spent_on"]),
                recorded_on=date.fromisoformat(row["spent_on"]),
                amount_cents=parse(row["amount"]),
                category=row["category"],
                organisation=row["organisation"],
                case=row["case"] or None,
            )
            for row in csv.DictReader(file)
        ]


def _named(rows: Any, found: Any, parties: Sequence[str]) -> set[tuple[str, str, int]]:
    """Return savings with their spending and party by name, whatever the order of the rows."""
    return {
        (rows.text("id", spending), parties[party], cents)
        for spending, party, cents in zip(
            found.spending.tolist(), found.party.tolist(), found.total_cents.tolist(), strict=True
        )
    }


def test_a_real_year_of_savings_is_imported_in_seconds_and_reads_as_its_file(
    database: Database,
) -> None:
    folder = cases.folder("real-2016")
    ledger = ledgers.opened(
        database.engine,
        (folder / "agreement.toml").read_bytes(),
        now=datetime(2017, 1, 9, tzinfo=UTC),
    )
    ledger.record_all(_orders(folder / "spendings.csv"))
    with store.reading(database.engine) as session:
        known = funds.known(session, ledger.fund)
    parties = tuple(party.code for party in in_order(known.agreements))
    rows = facts_files.spendings(
        "spendings.csv", (folder / "spendings.csv").read_bytes(), parties=parties
    )

    started = time.perf_counter()
    asked = imports_savings.read(folder / "savings.csv", of=rows, parties=parties)
    first = imports_savings.record(database.engine, ledger.fund, asked, who="administrator")
    took = time.perf_counter() - started
    again = imports_savings.record(database.engine, ledger.fund, asked, who="administrator")

    with store.reading(database.engine) as session:
        found = from_ledger.read(session, known.id, frozen=10**9, parties=parties)
    file = facts_files.savings(
        "savings.csv", (folder / "savings.csv").read_bytes(), of=rows, parties=parties, booked=()
    )
    assert len(file) > 20_000
    assert first["recorded"] == again["known"] > 5_000
    assert (first["known"], again["recorded"]) == (0, 0)
    assert _named(found.spendings, found.savings, parties) == _named(rows, file, parties)
    assert took < 30
