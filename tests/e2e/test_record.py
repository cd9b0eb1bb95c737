"""``overbrug record`` as a process: an answer for each line, and what was answered stays."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select, text

from api import clock
from ledger import pool, store
from ledger.tables import Particulars, Spending
from tests.support import commands, ledgers, picked, soundness
from tests.support.funds import agreement

if TYPE_CHECKING:
    from tests.support.databases import Database, Postgresql
    from tests.support.ledgers import Ledger

MANDATE: Final = '[[mandate]]\ncode = "worker"\nper_year = "60.00"\n'


def opened(database: Database) -> Ledger:
    """A fund as of now: commands read the clock themselves."""
    return ledgers.opened(database.engine, agreement(ladder=MANDATE), now=clock.now())


def line(amount: str = "12.50", **members: Any) -> str:
    filled = {
        "spent_on": "2026-01-15", "amount": amount, "category": "rent", "organisation": "a",
    }  # fmt: skip
    return json.dumps(filled | members) + "\n"


def spendings(database: Database) -> dict[str, Any]:
    table, apart = store.table(Spending), store.table(Particulars)
    with store.reading(database.engine) as session:
        asked = select(table, apart).join(apart, apart.c.sequence == table.c.sequence)
        return {row.id: row for row in session.connection().execute(asked)}


def test_every_line_is_answered_with_its_number_and_the_room_that_is_left(
    database: Database,
) -> None:
    ledger = opened(database)
    ledger.receive(100_00)
    ledger.grant("worker", "professional", mandate="worker")
    given = (
        line(id="x", professional="worker")
        + "\n"
        + line("-2.5")
        + line(id="x", professional="worker")
    )

    done = commands.run(database, "record", "fund", given=given)

    first, second, again = commands.answers(done)
    there = spendings(database)
    assert first == {
        "id": "x",
        "status": "recorded",
        "number": there["x"].sequence,
        "findings": [],
        "left_out": [],
        "room": {"person": "47.50", "fund": "87.50"},
        "pick": None,
        "carried_by": None,
    }
    assert (again["status"], again["number"]) == ("known", first["number"])
    assert UUID(second["id"]).version == 7
    assert second["room"] == {"person": None, "fund": "90.00"}
    assert done.stderr == ""
    soundness.assert_sound(database.engine)


def test_the_effect_that_was_picked_is_answered_and_what_carries_it(database: Database) -> None:
    ledger = picked.opened(database.engine, kinds="a municipality, b other")
    given = (
        line(id="x", case="K1", effect="eviction")
        + line(id="y", case="K1", effect="eviction")
        + line(id="z", effect="a calmer week")
        + line(id="y", case="K1", effect="eviction")
    )

    done = commands.run(database, "record", ledger.fund, given=given)

    told = [(each["id"], each["pick"], each["carried_by"]) for each in commands.answers(done)]
    assert told == [
        ("x", "eviction", None),
        ("y", "eviction", "x"),
        ("z", None, None),
        ("y", "eviction", "x"),
    ]


def test_all_members_reach_the_record(database: Database) -> None:
    ledger = opened(database)
    ledger.receive(100_00)
    ledger.reserve(50_00, id="r")
    members = {
        "id": "s", "case": "K1", "home": "b", "domain": "housing", "payee": "shop",
        "professional": "somebody", "advanced_by": "c", "receipt": "bon", "vat": "1.00",
        "vat_use": "none", "recorded_on": "2026-01-16", "booked_on": "2026-02-01",
        "purpose": "a roof", "effect": "stays", "departs_from": "rule 1", "reservation": "r",
    }  # fmt: skip

    commands.run(database, "record", "fund", given=line(**members))
    commands.run(
        database, "record", "fund",
        given=line("-12.50", id="t", reverses="s", reason="twice", case="K1", home="b",
                   domain="housing", advanced_by="c"),
    )  # fmt: skip

    rows = spendings(database)
    row = rows["s"]
    for member in ("payee", "professional", "receipt", "purpose", "effect", "departs_from"):
        assert getattr(row, member) == members[member]
    assert (row.amount_cents, row.vat_cents, row.vat_use, row.home) == (12_50, 1_00, "none", "b")
    assert (row.recorded_on, row.booked_on) == (date(2026, 1, 16), date(2026, 2, 1))
    assert (rows["t"].reverses, rows["t"].reason) == (row.sequence, "twice")
    assert [*soundness.ends(database.engine).values()] == ["spent"]


def test_a_line_that_is_refused_says_why_and_the_others_go_on(database: Database) -> None:
    opened(database)
    given = line(id="x") + line("13.00", id="x") + line(id="y", reverses="gone") + line(id="z")

    done = commands.run(database, "record", "fund", given=given, code=1)

    answers = commands.answers(done)
    assert [each["status"] for each in answers] == ["recorded", "refused", "refused", "recorded"]
    assert (answers[1]["slug"], answers[2]["slug"]) == ("same-id-other-content", "wrong-correction")
    assert answers[1]["detail"].startswith("standard input:2: spending 'x' is on record with other")
    assert answers[2] == {
        "id": "y",
        "status": "refused",
        "number": None,
        "findings": [],
        "left_out": [],
        "room": None,
        "pick": None,
        "carried_by": None,
        "slug": "wrong-correction",
        "detail": answers[2]["detail"],
    }
    assert {*spendings(database)} == {"x", "z"}
    soundness.assert_sound(database.engine)


BROKEN: Final[list[tuple[str | bytes, str]]] = [
    ("{", "is no JSON (column 2): expecting property name"),
    ("[]", 'is no object; write {"spent_on"'),
    ('{"a": 1, "a": 2}', "'a' stands there twice; keep one"),
    ("[" * 100_000, "is nested too deeply"),
    ('{"id": "\\ud800"}', "holds half of a character"),
    (b'{"id": "\xff"}', "byte 0xFF is not UTF-8"),
    (line().replace('"12.50"', "12.50"), "amount: is no text; write the amount between"),
    (line("1e3"), "amount: '1e3' is not an amount"),
    (line("12,50"), "amount: '12,50' is not an amount"),
    (line(vat=1), "vat: is no text"),
    (line(spent_on="2026-02-30"), "spent_on: '2026-02-30' is a day that does not exist"),
    (line(spent_on=20260101), "spent_on: is no text; write the date between quotes"),
    (line(categry="x"), "categry: is no member of an order; did you mean category?"),
    (line(organisation=None), "organisation: 'None' is no text"),
    ('{"amount": "1.00"}', "spent_on: is missing"),
    (line(organisation="nobody"), "organisation: 'nobody' is not the code of a party"),
    (line(purpose="x" * 2_001), "purpose: is 2001 characters long"),
]


def test_a_line_that_is_no_order_is_named_and_the_others_go_on(sqlite_database: Database) -> None:
    opened(sqlite_database)
    given = b"".join(
        (broken.encode() if isinstance(broken, str) else broken).rstrip()
        + b"\n"
        + line(id=f"s{number}").encode()
        for number, (broken, _) in enumerate(BROKEN)
    )

    done = commands.run(sqlite_database, "record", "fund", given=given, code=2)

    answers = commands.answers(done)
    assert [each["status"] for each in answers] == ["refused", "recorded"] * len(BROKEN)
    for number, (_, what) in enumerate(BROKEN):
        refused = answers[2 * number]
        assert refused["slug"] == "wrong-input"
        assert refused["detail"].startswith(f"standard input:{2 * number + 1}:")
        assert what in refused["detail"]
    assert {each.split(":")[0] for each in done.stderr.splitlines()} == {"standard input"}
    assert len(spendings(sqlite_database)) == len(BROKEN)


def test_what_cannot_be_read_is_named_and_nothing_is_recorded(
    sqlite_database: Database, tmp_path: Path
) -> None:
    opened(sqlite_database)
    (tmp_path / "empty").write_bytes(b"\n\n")
    for arguments, says in {
        ("fund", str(tmp_path / "empty")): "empty: is empty; write one order a line",
        ("fund",): "standard input: is empty; write one order a line",
        ("fund", "/dev/zero"): "/dev/zero: is a device; name a file",
        ("fund", str(tmp_path)): "cannot be read: is a directory",
        ("fund", str(tmp_path / "none")): "cannot be read: no such file or directory",
        ("fond",): "unknown-fund: there is no fund 'fond'",
        ("fund", "--as", "nobody"): "unknown-person: nobody bears the handle 'nobody'",
    }.items():
        done = commands.run(sqlite_database, "record", *arguments, code=2)
        assert says in done.stderr
        assert done.stdout == ""
    endless = commands.run(sqlite_database, "record", "fund", given=b"x" * (2 << 20), code=2)
    assert "standard input:1: the line is longer than 1048576 bytes" in endless.stderr
    closed = subprocess.run(
        ["/bin/sh", "-c", f"{commands.OVERBRUG} record fund <&-"],
        env=commands.environment(sqlite_database), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (closed.returncode, closed.stderr) == (2, "standard input: is closed; name a file\n")
    assert spendings(sqlite_database) == {}


def test_a_file_with_a_byte_order_mark_and_no_last_line_end_is_read(
    sqlite_database: Database, tmp_path: Path
) -> None:
    opened(sqlite_database)
    path = tmp_path / "orders.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + (line(id="x") + line(id="y")).encode().rstrip())

    done = commands.run(sqlite_database, "record", "fund", str(path))

    assert [each["id"] for each in commands.answers(done)] == ["x", "y"]


def test_who_stops_reading_does_not_stop_the_recording(sqlite_database: Database) -> None:
    opened(sqlite_database)
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [commands.OVERBRUG, "record", "fund"],
        env=commands.environment(sqlite_database),
        input="".join(line(id=f"s{number}") for number in range(5)).encode(),
        stdout=writing, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(spendings(sqlite_database)) == 5


def test_where_answers_cannot_be_written_recording_stops(sqlite_database: Database) -> None:
    opened(sqlite_database)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [commands.OVERBRUG, "record", "fund"],
            env=commands.environment(sqlite_database),
            input=(line(id="x") + line(id="y")).encode(),
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == b"standard output: cannot be written: No space left on device\n"
    assert {*spendings(sqlite_database)} == {"x"}


def test_where_the_disk_is_full_no_line_is_answered_that_is_not_on_it(
    sqlite_database: Database,
) -> None:
    ledger = opened(sqlite_database)
    given = "".join(line(id=f"s{number}", payee="x" * 500) for number in range(100))
    most = Path(str(ledger.engine.url.database)).stat().st_size + 200_000

    done = subprocess.run(
        [commands.OVERBRUG, "record", "fund"],
        env=commands.environment(sqlite_database), input=given.encode(),
        capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, b"")
    answers = [json.loads(each) for each in done.stdout.splitlines()]
    assert len(answers) == 100
    assert {each["status"] for each in answers} == {"recorded", "refused"}
    assert {each.get("slug") for each in answers} == {None, "database-unavailable"}
    recorded = {each["id"] for each in answers if each["status"] == "recorded"}
    assert {*spendings(sqlite_database)} == recorded
    soundness.assert_sound(sqlite_database.engine)


def test_a_connection_that_was_lost_is_made_anew(postgresql_server: Postgresql) -> None:
    with postgresql_server.new() as database:
        opened(database)
        with recorder(database) as command:
            assert command.stdin is not None
            assert command.stdout is not None
            for number in range(2):
                command.stdin.write(line(id=f"s{number}").encode())
                command.stdin.flush()
                assert json.loads(command.stdout.readline())["status"] == "recorded"
                with database.owner.connect() as connection:
                    connection.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                        )
                    )
            command.stdin.close()
            assert command.wait(timeout=60) == 0


def test_each_line_is_answered_before_the_next_is_sent(database: Database) -> None:
    opened(database)
    with recorder(database) as command:
        late = threading.Timer(60, command.kill)  # where no answer comes, do not wait for ever
        late.start()
        assert command.stdin is not None
        assert command.stdout is not None
        for number in range(3):
            command.stdin.write(line(id=f"s{number}").encode())
            command.stdin.flush()
            assert json.loads(command.stdout.readline())["status"] == "recorded"
            assert f"s{number}" in spendings(database)  # on record once it was answered
        command.stdin.close()
        assert command.wait(timeout=60) == 0
        late.cancel()


def recorder(database: Database) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [commands.OVERBRUG, "record", "fund"],
        env=commands.environment(database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_answered_survives_the_killing_of_every_process(
    database: Database, tmp_path: Path, seed: int
) -> None:
    ledger = opened(database)
    ledger.receive(10_000_00)
    for number in range(20):
        ledger.reserve(1_00, id=f"r{number}", case=f"K{number}")
    chance = random.Random(seed)  # noqa: S311 - for a test, not for secrets
    said = [tmp_path / f"{number}.jsonl" for number in range(4)]
    running = [fed(database, path, chance.randrange(1 << 30)) for path in said]

    waited = time.monotonic() + 120
    for command in running:
        # Once all are at work, one after another at any moment.
        while not all(path.stat().st_size for path in said):
            assert time.monotonic() < waited
            time.sleep(0.01)
        time.sleep(chance.random() * 0.3)
        command.send_signal(signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL

    answered = [
        json.loads(each)
        for path in said
        for each in path.read_text(encoding="utf-8").split("\n")[:-1]
    ]
    there = spendings(database)
    assert len(answered) > 20
    for answer in answered:
        assert answer["status"] == "recorded"
        assert there[answer["id"]].sequence == answer["number"]
    # No more than the one that each was about to answer.
    assert len(there) - len(answered) <= len(running)
    soundness.assert_sound(database.engine)

    after = commands.run(database, "record", "fund", given=line(id="after"))
    assert commands.answers(after)[0]["status"] == "recorded"
    soundness.assert_sound(database.engine)


def fed(database: Database, out: Path, seed: int) -> subprocess.Popen[bytes]:
    """A recording process that has more to record than it will live to see."""
    chance = random.Random(seed)  # noqa: S311 - for a test, not for secrets
    orders = out.with_suffix(".in")
    orders.write_text(
        "".join(
            line(
                f"{chance.randrange(1, 90)}.{chance.randrange(100):02d}",
                id=f"{out.stem}-{number}",
                case=f"K{case}",
                advanced_by=chance.choice(["pool", "a", "b"]),
                payee="shop",
                reservation=f"r{case}",
            )
            for number in range(5_000)
            for case in [chance.randrange(30)]
        ),
        encoding="utf-8",
    )
    with out.open("wb") as answers:
        return subprocess.Popen(
            [commands.OVERBRUG, "record", "fund", str(orders)],
            env=commands.environment(database),
            stdout=answers,
        )


def test_the_room_is_that_of_everybody_together(database: Database) -> None:
    ledger = opened(database)
    ledger.receive(100_00)
    given = "".join(line("1.00", id=f"s{number}") for number in range(3))

    done = commands.run(database, "record", "fund", given=given)

    assert [each["room"]["fund"] for each in commands.answers(done)] == ["99.00", "98.00", "97.00"]
    with store.reading(database.engine) as session:
        room = pool.room(session, "fund", on=date(2026, 1, 15))
    assert room.fund_cents == 97_00
