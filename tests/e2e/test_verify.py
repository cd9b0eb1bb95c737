"""``overbrug verify``, ``prove`` and ``verify-proof`` as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support import full_ledger, settled_ledger
from tests.support.databases import Database
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import Sqlite

OVERBRUG: Final = str(Path(sys.executable).parent / "overbrug")


@pytest.fixture(scope="module")
def filled(sqlite_server: Sqlite) -> Iterator[Database]:
    with sqlite_server.new() as database:
        full_ledger.full(database.engine)
        yield database


@pytest.fixture
def shown(sqlite_server: Sqlite) -> Iterator[Database]:
    """A ledger that what is shown of it may be put on record in."""
    with sqlite_server.new() as database:
        full_ledger.full(database.engine)
        yield database


SHOWING: Final = ("--why", "review", "--as", "auditor")


def overbrug(database: Database, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OVERBRUG, *arguments],
        env=os.environ | {"OVERBRUG_DATABASE_URL": database.url, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def heads(database: Database) -> list[str]:
    return [event.hash.hex() for event in full_ledger.events(database.engine)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "fund: 61 gebeurtenissen, en alles past. Eindhash {head}."),
        ("en", "fund: 61 events, and everything fits. Head {head}."),
    ],
)
def test_where_all_fits_one_line_says_so_with_the_head(
    filled: Database, language: str, said: str
) -> None:
    done = overbrug(filled, "verify", "--language", language)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == said.format(head=heads(filled)[-1])
    assert "3" in done.stdout.splitlines()[1]  # were erased


def test_a_printed_head_is_looked_for_however_it_was_written(filled: Database) -> None:
    head = heads(filled)[6]
    grouped = " ".join(head[at : at + 8].upper() for at in range(0, 64, 8))

    there = overbrug(filled, "verify", "fund", "--language", "en", "--head", grouped)
    gone = overbrug(filled, "verify", "fund", "--language", "en", "--head", "0" * 64)
    wrong = overbrug(filled, "verify", "fund", "--head", "1234")

    assert there.returncode == 0
    assert "is that of event 7" in there.stdout
    assert gone.returncode == 1
    assert gone.stderr.startswith(f"head {'0' * 64}: stands nowhere in the trail")
    assert "fund: 1 thing does not fit: head 0000" in gone.stdout
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "--head: is no hash; give its 64 hexadecimal digits\n",
    )


def test_what_does_not_fit_is_named_first_with_exit_code_1(sqlite_server: Sqlite) -> None:
    with sqlite_server.new() as database:
        full_ledger.full(database.engine)
        with tampering(database) as them:
            them.change("spending", {"id": "rent"}, amount_cents=99_00)
            them.insert("party", {"fund_id": 2, "code": "a"})
            them.connection.commit()
        words, told = (
            overbrug(database, "verify", *options) for options in (["--language", "en"], ["--json"])
        )

    assert (words.returncode, told.returncode) == (1, 1)
    assert words.stderr.splitlines() == [
        "spending 8, amount_cents: is 9900; event 8 says 1250",
        "party: has rows of fund 2, which is not there",
    ]
    assert words.stdout.splitlines()[0].startswith("fund: 1 thing does not fit: spending 8")
    found: dict[str, Any] = json.loads(told.stdout)
    assert found["funds"][0]["misfits"] == [
        {"where": "spending 8, amount_cents", "what": "is 9900; event 8 says 1250"}
    ]
    assert (found["funds"][0]["misfits_left"], len(found["misfits"])) == (0, 1)


def test_a_fund_that_is_not_there_is_wrong_input(filled: Database) -> None:
    done = overbrug(filled, "verify", "nowhere")

    assert (done.returncode, done.stderr) == (2, "unknown-fund: there is no fund 'nowhere'\n")


def test_a_proof_is_checked_without_the_ledger(shown: Database, tmp_path: Path) -> None:
    file, url = tmp_path / "proof.json", f"sqlite:///{tmp_path / 'none' / 'ledger.db'}"
    nothing = Database(dialect="sqlite", url=url, owner_url=url)
    made = overbrug(
        shown, "prove", "fund", "rent", "--show", "payee, purpose", *SHOWING, "--out", str(file),
        "--language", "en",
    )  # fmt: skip
    head = heads(shown)[-1]

    held = overbrug(nothing, "verify-proof", str(file), "--language", "en", "--head", head)
    trusting = overbrug(nothing, "verify-proof", str(file), "--language", "en")

    assert (made.returncode, made.stderr) == (0, "")
    assert head in made.stdout
    assert (held.returncode, held.stderr) == (0, "")
    assert held.stdout.splitlines() == [
        f"Spending rent of €12.50 on 10 February 2026 stands as event 8 in the trail of fund "
        f"that ends at {head}.",
        "payee: landlord \N{SNOWMAN}",
        "purpose: a roof",
        "The head is the one that was given.",
    ]
    assert trusting.stdout.splitlines()[-1].startswith("Compare the head with one that you have")
    assert not (tmp_path / "none").exists()


def test_a_proof_that_was_altered_does_not_hold(shown: Database, tmp_path: Path) -> None:
    made = overbrug(shown, "prove", "fund", "rent", "--show", "payee", *SHOWING)
    file = tmp_path / "proof.json"

    file.write_text(made.stdout.replace("landlord", "landlady"), encoding="utf-8")
    altered = overbrug(shown, "verify-proof", str(file), "--language", "en")
    file.write_text(made.stdout.replace('"amount": 1250', '"amount": 1251'), encoding="utf-8")
    told = overbrug(shown, "verify-proof", str(file), "--json")
    file.write_text(made.stdout[:-9], encoding="utf-8")
    torn = overbrug(shown, "verify-proof", str(file))

    assert (altered.returncode, altered.stdout) == (1, "This proof does not hold.\n")
    assert altered.stderr == "shown.payee: is not the value that the event commits to\n"
    assert told.returncode == 1
    assert json.loads(told.stdout)["holds"] is False
    assert (torn.returncode, torn.stderr) == (
        2,
        f"{file}: is no JSON; take the file that overbrug prove wrote\n",
    )


def test_what_cannot_be_shown_is_said(shown: Database) -> None:
    unknown = overbrug(shown, "prove", "fund", "rent", "--show", "payee,colour")
    erased = overbrug(shown, "prove", "fund", "erased", "--show", "payee", *SHOWING)

    assert unknown.returncode == 2
    assert unknown.stderr.startswith(
        "--show: 'colour' is not one of case, considered, departs_from"
    )
    assert (erased.returncode, erased.stdout) == (1, "")
    assert erased.stderr.startswith("erased: what spending 'erased' was about is erased")


@pytest.fixture(scope="module")
def settled(sqlite_server: Sqlite) -> Iterator[Database]:
    with sqlite_server.new() as database:
        settled_ledger.settled(database.engine)
        yield database


def test_where_an_organisation_stands_is_checked_without_the_ledger(
    settled: Database, tmp_path: Path
) -> None:
    file, url = tmp_path / "proof.json", f"sqlite:///{tmp_path / 'none' / 'ledger.db'}"
    nothing = Database(dialect="sqlite", url=url, owner_url=url)
    of = ("prove", "fund", "--settlement", "2026-01-01", "--party", "b")
    made = overbrug(settled, *of, "--out", str(file), "--language", "en")
    head = heads(settled)[-1]

    held = overbrug(nothing, "verify-proof", str(file), "--language", "en", "--head", head)
    file.write_text(file.read_text().replace(" 2500 ", " 2501 ", 1))
    altered = overbrug(nothing, "verify-proof", str(file), "--language", "en")

    assert (made.returncode, made.stderr) == (0, "")
    assert (held.returncode, held.stderr) == (0, "")
    lines = held.stdout.splitlines()
    assert lines[0].startswith(
        "Position of b in the settlement of 1 January 2026 to 31 March 2026, proposal 2: it stands "
        "in event "
    )
    assert "cost_share: \N{EURO SIGN}25.00" in lines
    assert lines[-1] == "The head is the one that was given."
    assert altered.stderr == "rows[0]: does not stand under the root that the event tells\n"
    assert altered.returncode == 1


def test_what_a_spending_cost_whom_is_checked_without_the_ledger(
    settled: Database, tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    made = overbrug(settled, "prove", "fund", "s2", "--settlement", "2026-01-01")
    file.write_text(made.stdout, encoding="utf-8")

    held = overbrug(settled, "verify-proof", str(file), "--language", "en")
    told = json.loads(overbrug(settled, "verify-proof", str(file), "--json").stdout)
    file.write_text(made.stdout.replace('"leaf": "line ', '"leaf": "line 1'), encoding="utf-8")
    altered = overbrug(settled, "verify-proof", str(file), "--language", "en")

    assert (held.returncode, held.stderr) == (0, "")
    assert held.stdout.splitlines()[1:-1] == [
        "key: heads",
        "a: \N{EURO SIGN}5.00 (1/4)",
        "b: \N{EURO SIGN}10.00 (1/2)",
        "c: \N{EURO SIGN}5.00 (1/4)",
    ]
    assert (told["holds"], len(told["rows"])) == (True, 3)
    assert altered.returncode == 1
    assert altered.stderr == "rows[2]: does not stand under the root that the event tells\n"


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ((), "SPENDING: name a spending"),
        (("--party", "b"), "SPENDING: name a spending"),
        (("--settlement", "2026-01-01"), "--settlement: name a spending for its line"),
        (("s2", "--settlement", "2026-01-01", "--party", "b"), "--settlement: name a spending for"),
        (("s2", "--settlement", "2026-01-01", "--show", "payee"), "--show: is of a spending's own"),
        (("s2", "--show", "payee"), "--why: say what it is shown for: review, question"),
        (("s2", "--show", "payee", "--why", "so"), "--why: 'so' is not one of review, question"),
        (("s2", "--why", "review"), "--why: is of what is shown; name that with --show"),
        (("s2", "--settlement", "01-01-2026"), "--settlement: '01-01-2026' is not a date"),
    ],
)
def test_it_must_be_clear_what_is_to_be_proved(
    settled: Database, asked: tuple[str, ...], what: str
) -> None:
    done = overbrug(settled, "prove", "fund", *asked)

    assert done.returncode == 2
    assert done.stderr.startswith(what), done.stderr
