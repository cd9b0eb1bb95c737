"""Commands on the ledger as processes: files in, files out, and what is held of the pool."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from beancount import loader
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api import clock
from ledger import balances, cases, funds, money, store
from ledger.tables import Contribution, Head, Spending
from tests.support import cases as worked_cases
from tests.support import commands, ledgers, soundness
from tests.support.funds import agreement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

HEADER = (
    "id,spent_on,amount,category,case,organisation,reverses,refunds,replaces,booked_on,remark\n"
)
# All of one day, and corrections come before what they correct: in the file, and by id.
ROWS = (
    "a4,2026-01-15,9.00,rent,,a,,,b1,,x\n"
    "a3,2026-01-15,-10.00,rent,,a,b1,,,,x\n"
    "a2,2026-01-15,4.00,rent,,a,a1,,,,x\n"
    "a1,2026-01-15,-4.00,rent,,a,,b1,,,x\n"
    "b1,2026-01-15,10.00,rent,,a,,,,,x\n"
    "c1,2026-01-20,5.00,food,K1,b,,,,2026-02-01,x\n"
)
RULES = agreement(
    contributions="a 2026-01-15 100.00, b 2026-01-15 50.00, a 2999-01-01 7.00",
    ladder='[[budget]]\nparty = "a"\nyear = 2026\namount = "80.00"\n'
    '[[mandate]]\ncode = "worker"\nper_spending = "40.00"\nper_year = "60.00"\n',
)


def opened(database: Database) -> Ledger:
    """A fund as of now: commands read the clock themselves."""
    return ledgers.opened(database.engine, RULES, now=clock.now())


def all_of(database: Database, model: Any) -> list[Any]:
    with store.reading(database.engine) as session:
        return [*session.connection().execute(select(store.table(model)))]


def test_a_file_of_spendings_is_recorded_once_whatever_the_order_of_its_rows(
    database: Database, tmp_path: Path
) -> None:
    ledger = opened(database)
    path = tmp_path / "spendings.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")

    done = commands.run(database, "import", "spendings", "fund", str(path), "--json")

    assert json.loads(done.stdout) == {"new": 6, "known": 0, "ignored_columns": ["remark"]}
    rows = {row.id: row for row in all_of(database, Spending)}
    assert rows["a3"].reverses == rows["b1"].sequence
    assert rows["a4"].replaces == rows["b1"].sequence
    # Days are those of the file; without one it was recorded and booked when it was spent.
    assert {str(row.recorded_on) for row in rows.values()} == {"2026-01-15", "2026-01-20"}
    assert str(rows["c1"].booked_on) == "2026-02-01"
    assert str(rows["b1"].booked_on) == "2026-01-15"
    soundness.assert_sound(database.engine)

    before = ledgers.rows(database.engine)
    again = commands.run(database, "import", "spendings", "fund", str(path), "--language", "en")
    assert again.stdout == (
        "0 spendings recorded.\n6 rows were on record like this already.\n"
        "Columns not read: remark.\n"
    )
    assert ledgers.rows(database.engine) == before
    # Also once their periods are closed: what is on record stays as it was.
    ledger.close_until(clock.now().date())
    after = ledgers.rows(database.engine)
    commands.run(database, "import", "spendings", "fund", str(path))
    assert ledgers.rows(database.engine) == after


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("d1,2025-12-31,1.00,rent,,a,,,,,", ":8: spending 'd1': spent_on 2025-12-31 is not"),
        ("d1,2026-01-15,1.00,rent,,nobody,,,,,", ":8: organisation 'nobody' is not the code"),
        ("d1,2026-01-15,1e3,rent,,a,,,,,", ":8: amount '1e3' is not an amount"),
        ("d1,2026-01-15,-1.00,rent,,a,gone,,,,", ":8: reverses 'gone', which is not on record"),
        ("d1,2026-01-15,-9.00,food,K1,b,c1,,,,", ":8: reverses 'c1', of 5.00; the amount must be"),
        ("d1,2026-01-15,1.00,rent,,a,,,,2025-12-01,", ":8: spending 'd1': booked_on 2025-12-01"),
        ("d1,2026-01-15,1.00,rent,,a,,,,2999-12-01,", ":8: spending 'd1': booked_on 2999-12-01"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_named_by_its_line_and_nothing_is_recorded(
    sqlite_database: Database, tmp_path: Path, row: str, what: str
) -> None:
    opened(sqlite_database)
    path = tmp_path / "spendings.csv"
    path.write_text(HEADER + ROWS + row + "\n", encoding="utf-8")
    before = ledgers.rows(sqlite_database.engine)

    done = commands.run(sqlite_database, "import", "spendings", "fund", str(path), code=2)

    assert done.stderr.startswith(f"{path}{what}")
    assert ledgers.rows(sqlite_database.engine) == before


def test_what_a_file_may_hold_and_the_ledger_may_not_is_named_by_its_line(
    sqlite_database: Database, tmp_path: Path
) -> None:
    opened(sqlite_database)
    path = tmp_path / "spendings.csv"
    path.write_text(
        "id,spent_on,amount,category,case,organisation,payee\n"
        f"x,2026-01-15,1.00,rent,,a,{'long ' * 500}\n",
        encoding="utf-8",
    )

    done = commands.run(sqlite_database, "import", "spendings", "fund", str(path), code=2)

    assert done.stderr == f"{path}:2: payee: is 2500 characters long; at most 2000 are kept\n"


def test_other_content_under_the_same_id_is_named_by_its_line(
    sqlite_database: Database, tmp_path: Path
) -> None:
    opened(sqlite_database)
    path = tmp_path / "spendings.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    commands.run(sqlite_database, "import", "spendings", "fund", str(path))
    path.write_text((HEADER + ROWS).replace("5.00,food", "6.00,food"), encoding="utf-8")
    before = ledgers.rows(sqlite_database.engine)

    done = commands.run(sqlite_database, "import", "spendings", "fund", str(path), code=2)

    assert done.stderr.startswith(f"{path}:7: spending 'c1' is on record with other content")
    assert ledgers.rows(sqlite_database.engine) == before


def test_an_import_that_is_killed_leaves_nothing(database: Database, tmp_path: Path) -> None:
    opened(database)
    path = tmp_path / "spendings.csv"
    path.write_text(
        HEADER + "".join(f"s{n:06d},2026-01-15,1.00,rent,K{n},a,,,,,\n" for n in range(40_000)),
        encoding="utf-8",
    )
    before = ledgers.rows(database.engine)
    command = subprocess.Popen(
        [commands.OVERBRUG, "import", "spendings", "fund", str(path)],
        env=commands.environment(database),
    )
    waited = time.monotonic() + 120
    # Killed while it holds the head: somewhere between reading the file and committing.
    while not is_locked(database):
        assert command.poll() is None
        assert time.monotonic() < waited
    time.sleep(0.5)
    command.send_signal(signal.SIGKILL)

    assert command.wait() == -signal.SIGKILL
    assert ledgers.rows(database.engine) == before
    commands.run(database, "import", "contributions", "fund", "--due")


def is_locked(database: Database) -> bool:
    """Whether somebody else is in the middle of an act."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError:
                connection.exec_driver_sql("BEGIN")
                return True
            return False
        asked = select(store.table(Head).c.fund_id).with_for_update(skip_locked=True)
        return connection.execute(asked).one_or_none() is None


def test_the_real_payments_of_a_year_come_in_within_seconds(
    database: Database, tmp_path: Path
) -> None:
    folder = worked_cases.folder("real-2016")
    files = [folder / name for name in ("agreement.toml", "spendings.csv")]
    fund = json.loads(commands.run(database, "fund", "create", str(files[0])).stdout)["fund"]

    start = time.monotonic()
    commands.run(database, "import", "spendings", fund, str(files[1]))
    took = time.monotonic() - start
    again = commands.run(database, "import", "spendings", fund, str(files[1]), "--json")

    assert took < 60  # three seconds where nothing else runs
    with files[1].open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert json.loads(again.stdout)["known"] == len(rows)
    wanted = Counter[str]()
    for row in rows:
        wanted[row["organisation"]] += money.parse(row["amount"])
    found = Counter[str]()
    for spending in all_of(database, Spending):
        found[spending.organisation] += spending.amount_cents
    assert found == wanted
    soundness.assert_sound(database.engine)

    out = tmp_path / "journal.beancount"
    commands.run(database, "export", "journal", fund, "--out", str(out))
    _, errors, _ = loader.load_file(str(out))
    assert errors == []


def test_the_savings_that_came_with_spendings_are_counted(
    sqlite_database: Database, tmp_path: Path
) -> None:
    opened(sqlite_database)
    path, savings = tmp_path / "spendings.csv", tmp_path / "savings.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    savings.write_text("spending,party,amount\nb1,a,5.00\nb1,b,7.00\nb1,a,1.00\n", encoding="utf-8")
    asked = ("import", "spendings", "fund", str(path), "--savings", str(savings))

    for _ in range(2):
        done = commands.run(sqlite_database, *asked, "--json")
        assert json.loads(done.stdout)["savings"] == 2  # those of a pair add up
    for language, said in (
        ("nl", "2 verwachte besparingen gelezen."),
        ("en", "2 expected savings read."),
    ):
        shown = commands.run(sqlite_database, *asked, "--language", language).stdout
        assert said in shown.splitlines()
    assert "savings" not in json.loads(commands.run(sqlite_database, *asked[:4], "--json").stdout)


def test_contributions_come_from_a_file_once(database: Database, tmp_path: Path) -> None:
    opened(database)
    path = tmp_path / "contributions.csv"
    path.write_text(
        "party,received_on,amount,id\na,2026-01-15,100.00,\na,2026-01-15,100.00,\nb,2026-01-16,-1,x\n",
        encoding="utf-8",
    )
    for new, known in ((3, 0), (0, 3)):
        done = commands.run(database, "import", "contributions", "fund", str(path), "--json")
        assert json.loads(done.stdout) == {"new": new, "known": known, "ignored_columns": []}
    assert sum(row.amount_cents for row in all_of(database, Contribution)) == 199_00

    path.write_text(
        "party,received_on,amount\na,2026-01-15,5.00\nb,2025-01-16,5\n", encoding="utf-8"
    )
    wrong = commands.run(database, "import", "contributions", "fund", str(path), code=2)
    assert wrong.stderr.startswith(f"{path}:3: contribution 'received:b:2025-01-16:5.00:1': rec")
    assert len(all_of(database, Contribution)) == 3


def test_what_was_due_until_today_can_be_taken_as_received(database: Database) -> None:
    opened(database)
    for new in (2, 0):
        done = commands.run(database, "import", "contributions", "fund", "--due", "--json")
        assert json.loads(done.stdout)["new"] == new
    assert {row.amount_cents for row in all_of(database, Contribution)} == {100_00, 50_00}
    both = commands.run(database, "import", "contributions", "fund", "file.csv", "--due", code=2)
    assert both.stderr == "FILE: name one, or ask for --due\n"
    helped = commands.run(database, "import", "contributions", "--help").stdout
    assert "For simulations only" in " ".join(helped.replace("│", "").split())


def test_room_is_reserved_released_and_shown(database: Database) -> None:
    ledger = opened(database)
    ledger.grant("worker", "professional", mandate="worker")
    ledger.receive(70_00)
    asked = ("--case", "K1", "--organisation", "a", "--until", "2999-12-31", "--as", "worker")
    new = ("person", "grant", "fund", "other", "--role", "professional", "--organisation", "a")
    unknown = commands.run(database, *new, "--mandate", "boss", code=2).stderr
    assert unknown == "--mandate: 'boss' is no mandate of the agreement; there is worker\n"

    made = commands.run(database, "reserve", "fund", "20.00", *asked, "--id", "r", "--json")
    assert json.loads(made.stdout) == {
        "id": "r",
        "status": "reserved",
        "number": json.loads(made.stdout)["number"],
        "room": {
            "fund": "50.00", "organisation": "60.00", "person": "40.00", "per_spending": "40.00",
        },
    }  # fmt: skip
    known = commands.run(database, "reserve", "fund", "20.00", *asked, "--id", "r", "--json")
    assert json.loads(known.stdout)["status"] == "known"

    refused = commands.run(database, "reserve", "fund", "40.01", *asked, code=1)
    assert refused.stderr.startswith("reservation-exceeds-room: reservation ")
    assert refused.stderr.endswith("is left: the person has 40.00\n")

    shown = commands.run(
        database, "room", "fund", "--person", "worker", "--organisation", "b", "--language", "en"
    )
    assert shown.stdout.splitlines()[1:] == [
        "in the pool: €50.00",
        "of the organisation's budget: no limit",
        "of the mandate, this year: €40.00",
        "of the mandate, per spending: €40.00",
    ]

    released = commands.run(database, "release", "fund", "r", "--language", "en")
    assert released.stdout == "Released: reservation r.\n"
    commands.run(database, "release", "fund", "gone", code=2)
    assert commands.run(database, "release", "fund", code=2).stderr == (
        "RESERVATION: name one, or ask for --expired\n"
    )
    ended = commands.run(database, "release", "fund", "--expired", "--json")
    assert json.loads(ended.stdout) == {"expired": 0}
    soundness.assert_sound(database.engine)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("reserve", "fund", "1e3"), "AMOUNT: '1e3' is not an amount"),
        (("reserve", "fund", "0.00"), "amount: 0.00 is not more than 0.00"),
        (("reserve", "fund", "1.00", "--until", "soon"), "--until: 'soon' is not a date"),
        (("room", "fund", "--person", "nobody"), "unknown-person: nobody bears"),
        (("room", "fund", "--organisation", "x"), "unknown-organisation: 'x' is not the code"),
        (("room", "fund", "--on", "x"), "--on: 'x' is not a date"),
        (("room", "fond"), "unknown-fund"),
        (("export", "journal", "fond", "--out", "out"), "unknown-fund"),
        (("import", "spendings", "fund", "/dev/zero"), "/dev/zero: is a device; name a file"),
    ],
)
def test_wrong_input_says_what_would_be_right(
    sqlite_database: Database, arguments: tuple[str, ...], says: str
) -> None:
    opened(sqlite_database)
    if arguments[0] == "reserve":
        arguments = (*arguments, "--case", "K1", "--organisation", "a")
        if "--until" not in arguments:
            arguments = (*arguments, "--until", "2999-12-31")

    done = commands.run(sqlite_database, *arguments, code=2)

    assert says in done.stderr
    assert done.stdout == ""


def test_the_journal_is_written_as_a_whole_and_over_nothing_else(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ledger = opened(sqlite_database)
    ledger.receive(70_00)
    ledger.record(3_00, advanced_by="b")
    out, table, other = tmp_path / "j.beancount", tmp_path / "j.csv", tmp_path / "mine.txt"
    other.write_text("mine", encoding="utf-8")
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir()
    os.mkfifo(pipe)
    as_table = ("--format", "csv")
    for _ in range(2):  # over one that was written before, too
        commands.run(sqlite_database, "export", "journal", "fund", "--out", str(out))
        commands.run(sqlite_database, "export", "journal", "fund", *as_table, "--out", str(table))

    for path in (other, table):
        done = commands.run(
            sqlite_database, "export", "journal", "fund", "--out", str(path), code=2
        )
        assert done.stderr == f"{path}: was not written by this command; name another file\n"

    for path in (folder, pipe):
        done = commands.run(
            sqlite_database, "export", "journal", "fund", "--out", str(path), code=2
        )
        assert done.stderr == f"{path}: is no file; name one, new or written before\n"

    assert other.read_text(encoding="utf-8") == "mine"
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {
        *("folder", "pipe"),
        *(path.name for path in (out, table, other)),
    }
    _, errors, _ = loader.load_file(str(out))
    assert errors == []
    with store.reading(sqlite_database.engine) as session:
        known = funds.known(session, "fund")
        moved = sum(each.debit_cents for each in balances.turnovers(session, known.id))
    with table.open(encoding="utf-8", newline="") as file:
        assert sum(money.parse(row["amount"]) for row in csv.DictReader(file)) == moved == 73_00


def test_pseudonyms_check_themselves(sqlite_database: Database) -> None:
    made = commands.run(sqlite_database, "case", "new", "--count", "3").stdout.splitlines()

    assert len(set(made)) == 3
    assert all(cases.is_sound(each) for each in made)
    commands.run(sqlite_database, "case", "check", made[0].lower())
    swapped = made[0][1] + made[0][0] + made[0][2:]
    if swapped != made[0]:
        wrong = commands.run(sqlite_database, "case", "check", swapped, "--language", "en", code=1)
        assert "its check character does not fit the rest" in wrong.stdout
