"""``kill -9`` at any moment, in the middle of recording, settling and importing.

What was acknowledged is there, nothing is half-written, all verifies, and whoever is started
again goes on where the others were stopped.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledger import store
from ledger.tables import Approval, BankLine, Proposal, SettlementState, Spending
from ledger.verify import beyond, run
from settlement import verifying
from tests.support import banking, operating, soundness

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.support.databases import Database

ROUNDS = 2
PATIENCE = 120  # seconds until the first act of a process, on a machine with much else to do


def started(url: str, out: Path, module: str, *more: str) -> subprocess.Popen[bytes]:
    with out.open("ab") as acknowledged:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.support.{module}", url, "fund", *more],
            cwd=operating.ROOT,
            env=operating.environment(url),
            stdout=acknowledged,
        )


def whole_lines(path: Path) -> list[str]:
    """Return what was acknowledged; a line that was torn off was not."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def on_record(engine: Engine) -> set[str]:
    """Return every act that is on record, as the processes name it."""
    with engine.connect() as connection:

        def of(model: Any) -> list[Any]:
            return [*connection.execute(select(store.table(model)))]

        starts = {each.sequence: each.period_from for each in of(Proposal)}
        return {
            *(each.id for each in of(Spending)),
            *(f"imported {each.reference}" for each in of(BankLine)),
            *(f"agrees {starts[each.proposal]} {each.party}" for each in of(Approval)),
            *(f"{each.state} {starts[each.proposal]}" for each in of(SettlementState)),
        }


def assert_whole(database: Database) -> None:
    soundness.assert_sound(database.engine)
    with store.reading(database.engine) as session:
        report = run.verify(session, "fund", more=verifying.MORE)
        others = [*beyond.misfits(session)]
    assert [*map(str, (*report.misfits, *others))] == []


def test_what_was_acknowledged_survives_the_killing_of_whoever_settles_and_records(
    database: Database, tmp_path: Path
) -> None:
    banking.opened(database.engine).grant("administrator", "administrator")
    chance = random.Random(database.dialect)  # noqa: S311 - for a test, not for secrets
    said: list[Path] = []

    for turn in range(ROUNDS):
        files = [tmp_path / f"{turn}-{name}" for name in ("settler", "one", "two")]
        said += files
        running = [
            started(database.url, files[0], "settler"),
            *(started(database.url, each, "recorder", each.name) for each in files[1:]),
        ]
        until = time.monotonic() + PATIENCE
        while not all(each.exists() and each.stat().st_size for each in files):
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(chance.random() * 0.5)
        for process in running:
            process.send_signal(signal.SIGKILL)
        assert [each.wait() for each in running] == [-signal.SIGKILL] * len(running)

        acknowledged = {line for path in said for line in whole_lines(path)}
        there = on_record(database.engine)
        assert acknowledged <= there
        assert_whole(database)

    # Whoever is started now goes on where the others were stopped, and comes to the end.
    last = started(database.url, said[0], "settler")
    before = _counted(said[0], "paid")
    until = time.monotonic() + PATIENCE
    while _counted(said[0], "paid") < before + 2:
        assert time.monotonic() < until
        assert last.poll() is None
        time.sleep(0.01)
    last.kill()
    last.wait()
    assert {*whole_lines(said[0])} <= on_record(database.engine)
    assert_whole(database)


def _counted(out: Path, kind: str) -> int:
    return sum(line.startswith(kind) for line in whole_lines(out))
