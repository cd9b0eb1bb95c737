"""An erasure that is killed at any step loses nothing that stays, and leaves nothing that goes."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from ledger import store
from ledger.erasing import acts
from ledger.sealing import ring
from ledger.tables import CaseFile, Particulars
from ledger.tables import sealed as sealing
from ledger.verify import run
from settlement import verifying
from tests.support import commands, erasing, ledgers
from tests.support.eraser import STEPS

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger


def opened(ledger: Ledger) -> set[str]:
    """Return every text that a reader with the key file finds."""
    with ledger.engine.connect() as connection:
        return {
            cell
            for table in (store.table(Particulars), store.table(CaseFile))
            for row in connection.execute(select(*sealing.columns()[table.name]))
            for cell in row
            if isinstance(cell, str)
        }


def misfits(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund, more=verifying.MORE).misfits)]


@pytest.mark.parametrize("step", STEPS)
def test_it_can_be_killed_at_any_step(database: Database, step: str) -> None:
    ledger = ledgers.opened(database.engine)
    ledger.grant(erasing.OFFICER, erasing.OFFICER)
    for number in range(5):
        ledger.record(id=f"goes-{number}", payee=f"gone {number}", case="K1")
        ledger.record(id=f"stays-{number}", payee=f"stays {number}", case=f"C{number}")
    before = opened(ledger)
    stays = {each for each in before if not each.startswith("gone") and each != "K1"}
    keys = ring.of(database.engine.dialect)
    old = {each.number for each in keys.source.read().buckets if each.place == keys.place}

    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.eraser", database.url, ledger.fund, "K1", step],
        check=False,
        env=commands.environment(database),
        capture_output=True,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    keys.refresh()
    is_erased = step in {"committed", "destroyed"}
    assert opened(ledger) == (stays if is_erased else before)
    assert misfits(ledger) == []
    ledger.record(id="meanwhile", payee="meanwhile", case="K1")  # life goes on

    with store.writing(database.engine) as session:
        ending = acts.finish(session)
    acts.destroy(keys, ending, at=ledger.now)

    assert keys.keys.ending(keys.place) == frozenset()
    assert bool(ending) == (step not in {"before", "destroyed"})
    assert ending <= old
    there = (stays if is_erased else before) | {"meanwhile", "K1"}
    assert opened(ledger) == there
    assert misfits(ledger) == []

    erasing.erase(ledger, case="K1")

    assert opened(ledger) == stays
    assert misfits(ledger) == []
    assert {each.number for each in keys.source.read().buckets} & old == set()


def test_the_next_erasure_finishes_the_one_before(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    for number in range(3):
        ledger.record(id=f"s{number}", payee=f"payee {number}", case=f"C{number}")
    keys = ring.of(database.engine.dialect)
    old = {each.number for each in keys.source.read().buckets if each.place == keys.place}

    erasing.erase(ledger, case="C0", finished=False)
    assert {each.number for each in keys.source.read().buckets} >= old
    erasing.erase(ledger, case="C1")

    assert {each.number for each in keys.source.read().buckets} & old == set()
    assert opened(ledger) == {"payee 2", "C2"}
    assert misfits(ledger) == []
