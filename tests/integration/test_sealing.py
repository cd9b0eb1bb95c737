"""What may have to be erased is nowhere to be read but with the key file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from api import keyfile
from ledger import opening, proving, store
from ledger.sealing import items, ring
from ledger.sealing.ring import NoKeys, OtherKeys
from ledger.tables import CaseFile, Particulars, Spending
from ledger.tables import sealed as sealing
from ledger.tables.base import METADATA
from migrations import revisions, running
from tests.support import databases, full_ledger, ledgers, rows, settled_ledger, traces

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.support.databases import Database, Postgresql, Sqlite
    from tests.support.ledgers import Ledger

SAID: Final[dict[str, Any]] = {
    "payee": "the landlord of the Merwede",
    "purpose": "a roof over three heads",
    "effect": "no eviction in April",
    "departs_from": "rule seven of the decree",
    "receipt": "receipt-of-the-landlord.jpg",
    "domain": "domain-of-housing",
    "professional": "worker-of-the-quarter",
    "case": "ERQ8-6WUS",
    "reason": "why-it-was-corrected",
}


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return ledgers.opened(database.engine)


def raw(engine: Engine, table: str) -> list[Any]:
    """Return the rows of a table as they lie there."""
    with engine.connect() as connection:
        return [*connection.execute(select(rows.plain(METADATA.tables[table])))]


def test_nothing_of_it_stands_in_any_file_or_cell(database: Database, ledger: Ledger) -> None:
    ledger.record(id="plain-id", **SAID)
    ledger.receive(100_00, id="paid-in")
    ledger.reserve(1_00, id="held", case="H9Q2-6WUT")

    assert traces.found(database, [*SAID.values(), "H9Q2-6WUT", "plain-id"]) == {"plain-id"}
    assert ledger.record(id="plain-id", **SAID).status == "known"
    with store.reading(database.engine) as session:
        shown = proving.prove(session, ledger.fund, "plain-id", show=["payee", "case"]).shown
    assert {name: each.value for name, each in shown.items()} == {
        "payee": SAID["payee"],
        "case": SAID["case"],
    }


def test_every_column_that_is_erasable_is_sealed() -> None:
    sealed = {name: {each.name for each in found} for name, found in sealing.columns().items()}
    beside = {"case_file": {"reference_hash"}, "receipt": {"fingerprint"}}

    assert {name: {*found} for name, found in running.ERASABLE.items()} == {
        name: found | beside.get(name, set()) for name, found in sealed.items()
    }


@pytest.mark.parametrize("which", [full_ledger.full, settled_ledger.settled])
def test_every_cell_of_them_is(database: Database, which: Any) -> None:
    which(database.engine)
    keys = ring.of(database.engine.dialect)

    tried = 0
    for name, columns in sealing.columns().items():
        for row in raw(database.engine, name):
            for column in columns:
                cell = getattr(row, column.name)
                if cell is not None:
                    tried += 1
                    assert keys.bucket(items.bucket_of(cell)) is not None
                    assert keys.open(cell) is not None
    assert tried > 10


def test_two_rows_that_say_the_same_look_nothing_alike(database: Database, ledger: Ledger) -> None:
    ledger.record(id="one", payee="landlord")
    ledger.record(id="other", payee="landlord")

    one, other = (row.payee for row in raw(database.engine, "particulars"))

    assert one[items.HEADER :] != other[items.HEADER :]


def test_the_database_is_not_asked_to_compare_it(database: Database, ledger: Ledger) -> None:
    ledger.record(id="one", payee="landlord")
    payee = store.table(Particulars).c.payee

    with pytest.raises(AssertionError, match="cannot be compared"):
        _ = payee == "landlord"
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).where(payee.is_(None))).scalar_one() == 0
        assert connection.execute(select(payee).where(payee.is_not(None))).scalar_one() == (
            "landlord"
        )


def test_without_keys_all_else_can_be_read(database: Database, ledger: Ledger) -> None:
    ledger.record(id="one", payee="landlord", case="K1")
    blind = store.open_engine(database.url)

    with blind.connect() as connection:
        assert connection.execute(select(store.table(Spending).c.id)).scalars().all() == ["one"]
        with pytest.raises(NoKeys, match="with the key file only"):
            connection.execute(select(store.table(Particulars))).all()
    with pytest.raises(NoKeys):
        ledgers.Ledger(engine=blind, fund=ledger.fund, actor=ledger.actor).record(id="two")
    blind.dispose()


def test_another_key_file_opens_nothing_and_says_so(
    database: Database, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.record(id="one", payee="landlord", case="K1")
    monkeypatch.setenv(keyfile.VARIABLE, str(tmp_path / "other"))
    other = databases.opened(database.url)

    with other.connect() as connection:
        with pytest.raises(OtherKeys, match="is that of another database, or an older copy"):
            opening.refuse_other_keys(connection)
        with pytest.raises(OtherKeys):
            connection.execute(select(store.table(CaseFile).c.reference)).all()
    other.dispose()


def test_a_bucket_that_another_process_made_is_found(database: Database, ledger: Ledger) -> None:
    before = databases.opened(database.url)
    assert ring.of(before.dialect).keys.buckets == ring.of(database.engine.dialect).keys.buckets
    ledger.record(id="one", payee="landlord")

    with before.connect() as connection:
        payee = connection.execute(select(store.table(Particulars).c.payee)).scalar_one()
    before.dispose()

    assert payee == "landlord"


def refusal(engine: Engine, table: str, **values: Any) -> str:
    """Return why rows cannot be changed so; nothing where they can."""
    with engine.connect() as connection:
        try:
            connection.execute(update(rows.plain(METADATA.tables[table])).values(**values))
        except IntegrityError as error:
            return str(error.orig)
        finally:
            connection.rollback()
    return ""


def test_a_sealed_value_may_move_to_another_bucket_and_change_in_nothing_else(
    database: Database, ledger: Ledger
) -> None:
    ledger.record(id="one", payee="landlord", case="K1", purpose="a roof")
    (there,) = raw(database.engine, "particulars")
    (case,) = raw(database.engine, "case_file")
    header, tail = bytes(items.HEADER), there.payee[items.HEADER :]
    final = "rows of particulars are final"

    assert refusal(database.engine, "particulars", payee=header + tail) == ""
    assert refusal(
        database.engine,
        "particulars",
        payee=header + tail,
        salt=header + there.salt[items.HEADER :],
    ) == ""  # fmt: skip
    for wrong in (
        header + bytes([tail[0] ^ 1]) + tail[1:],
        header + tail[:-1],
        header + tail + b"\0",
        header + b"\0" + tail,
        header[1:] + tail,
        header,
        None,
    ):
        assert final in refusal(database.engine, "particulars", payee=wrong)
    assert final in refusal(database.engine, "particulars", domain=header + tail)
    assert final in refusal(database.engine, "particulars", payee=there.purpose)
    assert final in refusal(database.engine, "particulars", payee=header + tail, purpose=None)
    moved = header + case.reference[items.HEADER :]
    assert refusal(database.engine, "case_file", reference=moved) == ""
    final = "rows of case_file are final"
    assert final in refusal(database.engine, "case_file", reference=moved, reference_hash=header)
    assert final in refusal(database.engine, "case_file", reference=moved, reference_hash=None)
    assert final in refusal(database.engine, "case_file", reference=None)


@pytest.fixture
def plain(server: Sqlite | Postgresql) -> Any:
    """A database of before, in which texts lie plain."""
    with server.new(migrated=False) as made:
        running.upgrade(made.owner, "0006")
        metadata = rows.reflected(made.owner)
        with made.owner.begin() as connection:
            filled = rows.Rows(connection=connection, metadata=metadata, filled=True)
            for number, told in enumerate(("ERQ8-6WUS", "H9Q2-6WUT"), 1):
                said = {name: f"{text} {number}" for name, text in SAID.items() if name != "case"}
                for table, more in (("case_file", {"reference": told}), ("particulars", said)):
                    row = filled.valid(table, number) | more
                    rows.insert(connection, metadata.tables[table], row)
        yield made


def test_what_lay_there_plain_is_sealed_and_no_trace_is_left(plain: Database) -> None:
    texts = [*(f"{text} 2" for name, text in SAID.items() if name != "case"), "ERQ8-6WUS"]
    assert traces.found(plain, texts) == {*texts}

    running.upgrade(plain.owner)

    with plain.owner.connect() as connection:
        said = select(*(store.table(Particulars).c[name] for name in SAID if name != "case"))
        assert tuple(texts[:-1]) in {tuple(row) for row in connection.execute(said)}
        case = connection.execute(select(store.table(CaseFile))).all()
    found = {row.reference: row for row in case}["ERQ8-6WUS"]
    keys = ring.of(plain.owner.dialect)
    assert found.reference_hash == keys.of_case("code-1-0", "ERQ8-6WUS")
    months = {each.month for each in keys.keys.buckets if each.place == keys.place}
    assert months == {"2028-01", "2033-01"}  # of the events, not of today
    # The log of PostgreSQL before writing keeps what it was told until it comes round.
    assert traces.found(plain, texts, log=plain.dialect == "sqlite") == set()


def test_plain_rows_are_not_sealed_without_keys(plain: Database) -> None:
    blind = store.open_engine(plain.owner_url)

    with pytest.raises(NoKeys):
        running.upgrade(blind)
    blind.dispose()

    assert revisions.current(plain.owner) == "0006"


def test_on_the_way_back_it_lies_there_plain_again(plain: Database) -> None:
    before = ledgers.rows(plain.owner, rows.reflected(plain.owner))
    running.upgrade(plain.owner)

    running.downgrade(plain.owner, "0006")

    assert ledgers.rows(plain.owner, rows.reflected(plain.owner)) == before
