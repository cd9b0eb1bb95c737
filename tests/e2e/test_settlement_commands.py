"""A fund from its first day to its last by commands alone, beside ``overbrug settle``."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from ledger import balances as ledger_balances
from ledger import store
from tests.support import commands, funds

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database

Q1, Q2 = ("2025-01-01", "2025-04-01"), ("2025-04-01", "2025-07-01")
AGREEMENT = funds.agreement(
    parties="a 1, b 2, c 1 until 2025-06-15",
    valid="from 2025-01-01",
    contributions="a 2025-01-15 100.00, b 2025-01-15 80.00, c 2025-02-01 60.00",
    settlement='surplus = "return"\nminimum_transfer = "5.00"',
).replace(b'approval = "all"', b'approval = "account-holder"')
SPENDINGS = """
id   spent_on   recorded_on booked_on  amount organisation advanced_by reverses refunds
s1   2025-01-20 2025-01-20  -           40.01 a            pool        -        -
s2   2025-02-10 2025-02-12  -           30.00 c            c           -        -
s3   2025-03-31 2025-04-02  -            7.77 b            pool        -        -
s4   2025-06-14 2025-06-14  -           20.02 b            pool        -        -
s5   2025-06-15 2025-06-20  -           10.00 a            professional -       -
back 2025-05-02 2025-05-02  -          -10.00 c            c           -        s2
r1   2025-05-03 2025-05-03  -          -40.01 a            pool        s1       -
"""


def test_a_fund_is_opened_settled_and_closed_by_commands(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """With an exit on the way: c leaves in the second quarter, which is the final one."""

    def run(*arguments: str) -> str:
        return commands.run(sqlite_database, *arguments).stdout

    agreement, spent = tmp_path / "agreement.toml", tmp_path / "spendings.csv"
    agreement.write_bytes(AGREEMENT)
    spent.write_bytes(funds.table(SPENDINGS, filled=funds.FILLED))
    run("fund", "create", str(agreement))
    run(
        "person", "grant", "fund", "finance-a", "--role", "finance", "--organisation", "a",
        "--from", "2025-01-01",
    )  # fmt: skip
    run("import", "spendings", "fund", str(spent))
    run("import", "contributions", "fund", "--due")

    for number, ((start, until), final) in enumerate(((Q1, []), (Q2, ["--final"])), 1):
        period = ["--from", start, "--until", until, *final]
        run("settlement", "propose", "fund", *period)
        run("settlement", "agree", "fund", "--party", "a", "--as", "finance-a")
        run("settlement", "book", "fund", "--as", "finance-a")
        run("settlement", "pay", "fund", "--as", "finance-a")
        run("settlement", "export", "fund", "--out", str(tmp_path / f"ledger-{number}"), "--no-pdf")
        previous = [] if number == 1 else ["--previous", str(tmp_path / "files-1")]
        run(
            "settle", str(agreement), "--spendings", str(spent), *period, *previous,
            "--out", str(tmp_path / f"files-{number}"), "--no-pdf",
        )  # fmt: skip
        assert told(tmp_path / f"ledger-{number}") == told(tmp_path / f"files-{number}")

    # Everybody got what was theirs; what is left on the account is the account holder's own.
    last = rows(tmp_path / "ledger-2" / "positions.csv")
    assert {row["closing"] for row in last} | {row["carried_out"] for row in last} == {"0.00"}
    left = balances(sqlite_database)
    assert left["bank"] + left["holder"] == 0
    assert not [account for account in left if account.startswith(("position", "contribution"))]
    again = ("settlement", "propose", "fund", "--from", "2025-07-01", "--until", "2025-10-01")
    refused = commands.run(sqlite_database, *again, code=1)
    assert "the settlement before is final: the fund is closed" in refused.stderr
    assert commands.run(sqlite_database, "verify", "fund").stderr == ""


def balances(database: Database) -> dict[str, int]:
    with store.reading(database.engine) as session:
        return ledger_balances.trial_balance(session, 1)


def told(folder: Path) -> dict[str, Any]:
    """Return the files of a settlement, without what files and ledgers have not in common."""
    found: dict[str, Any] = {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
    about = json.loads((folder / "settlement.json").read_bytes())
    del about["facts_sha256"]
    about.pop("head", None)
    return found | {"settlement.json": about}


def rows(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
