"""A backup keeps every cell exactly, on either database, and shows every change to it."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import text

from ledger import store
from ledger.backup import archive, dump, kinds, load
from ledger.backup.manifest import Manifest
from ledger.errors import WrongInput
from ledger.tables.base import METADATA
from migrations import revisions, running
from tests.support import databases, ledgers, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.backup.archive import Archive
    from tests.support.databases import Database

AT: Final = datetime(2026, 2, 10, 12, tzinfo=UTC)
NAME: Final = "b.backup"


def dumped(database: Database) -> tuple[bytes, Manifest]:
    sink = io.BytesIO()
    origin = dump.Origin(revision=str(revisions.newest()), made_at=AT, made_by="tests")
    with store.reading(database.engine) as session:
        manifest = dump.write(session, sink, origin)
    return sink.getvalue(), manifest


@contextmanager
def opened(content: bytes) -> Iterator[Archive]:
    with archive.opened(NAME, io.BytesIO(content)) as found:
        yield found


def loaded(database: Database, content: bytes) -> None:
    with running.changing(database.owner) as connection, opened(content) as found:
        running.bring(connection, found.manifest.revision)
        load.into(connection, found)


def refused(content: bytes) -> str:
    """Return why a backup is refused by itself; nothing where it is sound."""
    try:
        with opened(content) as found:
            found.check()
    except WrongInput as error:
        return str(error)
    return ""


def filled(database: Database) -> None:
    """Write rows with all that is easily lost, in several funds."""
    with database.owner.begin() as connection:
        for number, is_filled in enumerate((False, *[True] * len(rows.TEXTS)), 1):
            made = rows.Rows(connection=connection, metadata=METADATA, filled=is_filled)
            made.all(number)


@pytest.fixture
def content(database: Database) -> bytes:
    """The backup of a small ledger."""
    ledger = ledgers.opened(database.engine)
    ledger.record(100, id="s", case="K1", payee="landlord")
    return dumped(database)[0]


def other_of(request: pytest.FixtureRequest, database: Database) -> Any:
    (dialect,) = set(databases.DIALECTS) - {database.dialect}
    return request.getfixturevalue(f"{dialect}_server")


def test_every_cell_comes_over_to_the_other_database_and_back(
    request: pytest.FixtureRequest, database: Database
) -> None:
    filled(database)
    before = ledgers.rows(database.engine)
    assert [name for name, held in before.items() if not held] == []
    content, manifest = dumped(database)

    with other_of(request, database).new(migrated=False) as other:
        loaded(other, content)
        assert ledgers.rows(other.engine if other.dialect == "sqlite" else other.owner) == before
        running_grant(other)
        again, same = dumped(other)

    assert same.tables == manifest.tables
    assert same.heads == manifest.heads
    assert refused(again) == ""


def running_grant(database: Database) -> None:
    if database.dialect == "postgresql":
        running.grant(database.owner, databases.ROLE)


def test_every_column_has_a_kind() -> None:
    for table in METADATA.sorted_tables:
        for column in table.columns:
            assert kinds.of(column.type).name in kinds.KINDS, f"{table.name}.{column.name}"


def test_the_manifest_tells_heads_rows_and_one_figure_for_all(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    answer = ledger.record(100)

    _, manifest = dumped(database)

    assert [(head.fund, head.sequence) for head in manifest.heads] == [("fund", answer.number)]
    assert {table.name: table.rows for table in manifest.tables} == {
        name: len(held) for name, held in ledgers.rows(database.engine).items()
    }
    assert manifest.database == database.dialect
    assert manifest.is_sealed
    assert not manifest.model_copy(update={"made_by": "another"}).is_sealed


def test_the_same_rows_make_the_same_bytes(database: Database, content: bytes) -> None:
    assert dumped(database)[0] == content


@pytest.fixture(scope="module")
def small(sqlite_server: databases.Sqlite) -> bytes:
    """A backup to damage; of which database does not matter."""
    with sqlite_server.new() as made:
        ledgers.opened(made.engine).record(100, id="s", case="K1", payee="landlord")
        return dumped(made)[0]


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_whatever_bit_is_flipped_nothing_else_is_read_than_was_written(small: bytes) -> None:
    unseen = 0
    for place in range(0, len(small), 3):
        flipped = bytearray(small)
        flipped[place] ^= 1 << place % 8
        if not refused(bytes(flipped)):
            # A date or a right of the container, which says nothing about what it holds.
            unseen += 1
            assert members_of(bytes(flipped)) == members_of(small)

    assert unseen < len(small) / 3 / 3


def test_a_backup_that_was_cut_off_anywhere_is_refused(small: bytes) -> None:
    assert refused(small) == ""
    assert [end for end in range(len(small)) if not refused(small[:end])] == []


class _Failing(io.BytesIO):
    """A file on a disk that fails while it is read; no disk here does so when it is told."""

    fails = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.fails:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_disk_that_fails_is_not_taken_for_a_damaged_backup(small: bytes) -> None:
    stream = _Failing(small)
    with archive.opened(NAME, stream) as found:
        stream.fails = True
        with pytest.raises(WrongInput) as failed:
            found.check()

    assert str(failed.value) == f"{NAME}: cannot be read: Input/output error"


def rewritten(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a backup in which somebody changed members, and made the manifest fit again."""
    members = members_of(content)
    change(members)
    told = json.loads(members["manifest.json"])
    for table in told["tables"]:
        held = members.get(f"{table['name']}.jsonl", b"")
        table["rows"] = held.count(b"\n")
        table["sha256"] = hashlib.sha256(held).hexdigest()
    manifest = Manifest.model_validate(told).sealed()
    members["manifest.json"] = manifest.model_dump_json().encode()
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as new:
        for name, held in members.items():
            new.writestr(name, held)
    return sink.getvalue()


def cell(members: dict[str, bytes], table: str, column: str, value: Any) -> None:
    """Put another value in the first row of a table."""
    told = json.loads(members["manifest.json"])
    (columns,) = (each["columns"] for each in told["tables"] if each["name"] == table)
    place = [each["name"] for each in columns].index(column)
    first, *others = members[f"{table}.jsonl"].splitlines(keepends=True)
    row = json.loads(first)
    row[place] = value
    members[f"{table}.jsonl"] = b"".join([json.dumps(row).encode() + b"\n", *others])


@pytest.mark.parametrize(
    ("table", "column", "value", "what"),
    [
        ("spending", "amount_cents", "100", "'100' is no whole number"),
        ("spending", "amount_cents", 2**63, "is no whole number of 64 bits"),
        ("spending", "amount_cents", 1.5, "1.5 is no whole number"),
        ("spending", "amount_cents", 10**12 + 1, "ck_spending_amount"),
        ("spending", "amount_cents", None, "amount_cents"),
        ("spending", "spent_on", "2026-02-30", "day is out of range"),
        ("spending", "category", 7, "7 is no str"),
        ("spending", "content", "xyz", "non-hexadecimal"),
        ("agreement", "filed_signed", 1, "1 is no bool"),
        ("event", "actor_id", "nobody", "badly formed hexadecimal UUID"),
        ("event", "at", "yesterday", "Invalid isoformat"),
    ],
)
def test_a_cell_that_does_not_fit_its_column_is_refused(
    server: Any, content: bytes, table: str, column: str, value: Any, what: str
) -> None:
    changed = rewritten(content, lambda members: cell(members, table, column, value))

    with server.new(migrated=False) as place:
        with pytest.raises(WrongInput, match=what) as caught:
            loaded(place, changed)
        assert table in str(caught.value)
        assert revisions.current(place.owner) is None


def test_a_row_that_refers_to_nothing_is_refused(server: Any, content: bytes) -> None:
    changed = rewritten(
        content, lambda members: cell(members, "spending", "organisation", "nobody")
    )

    with server.new(migrated=False) as place:
        with pytest.raises((WrongInput, running.BrokenReference), match="spending"):
            loaded(place, changed)
        assert revisions.current(place.owner) is None


def without_a_table(members: dict[str, bytes]) -> None:
    told = json.loads(members["manifest.json"])
    told["tables"] = [table for table in told["tables"] if table["name"] != "transfer"]
    members["manifest.json"] = json.dumps(told).encode()
    del members["transfer.jsonl"]


def test_a_backup_without_one_of_the_tables_is_refused(server: Any, content: bytes) -> None:
    changed = rewritten(content, without_a_table)

    with (
        server.new(migrated=False) as place,
        pytest.raises(WrongInput, match="holds other tables than revision"),
    ):
        loaded(place, changed)


def manifest_of(content: bytes, **members: Any) -> bytes:
    held = members_of(content)
    told = json.loads(held["manifest.json"]) | members
    return zipped(held | {"manifest.json": json.dumps(told).encode()})


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"version": 2}, "format 2, which a newer version of overbrug reads"),
        ({"format": "other"}, "it is of something else"),
        ({"heads": []}, "its SHA-256 is not that of what it says"),
        ({"revision": 7}, "its SHA-256 is not that of what it says"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(
    small: bytes, members: dict[str, Any], what: str
) -> None:
    assert what in refused(manifest_of(small, **members))


def test_a_row_that_was_changed_in_a_sound_container_is_refused(small: bytes) -> None:
    members = members_of(small)
    cell(members, "spending", "amount_cents", 101)
    assert "spending.jsonl: is not a whole backup" in refused(zipped(members))

    members = members_of(small)
    members["account.jsonl"] = members["account.jsonl"].partition(b"\n")[2]
    assert "its rows are not those of the manifest" in refused(zipped(members))


def test_a_member_that_nobody_named_is_refused(small: bytes) -> None:
    members = members_of(small)

    assert "other members" in refused(zipped(members | {"more.jsonl": b""}))
    del members["head.jsonl"]
    assert "other members" in refused(zipped(members))


def test_a_cell_that_no_column_can_hold_is_named_and_not_kept(
    sqlite_server: databases.Sqlite,
) -> None:
    with sqlite_server.new() as database:
        ledgers.opened(database.engine).record(100)
        with database.owner.begin() as connection:
            connection.execute(text("DROP TRIGGER spending_no_update"))
            connection.execute(text("UPDATE spending SET spent_on = 'yesterday'"))

        with pytest.raises(dump.NotKept, match="table spending holds a cell"):
            dumped(database)
