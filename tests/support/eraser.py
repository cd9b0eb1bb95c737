"""A process that erases a case and is killed on the way, or lets bucket after bucket be made.

``python -m tests.support.eraser URL FUND CASE STEP`` kills itself at a step of an erasure.
``python -m tests.support.eraser MONTHS`` makes so many buckets in the key file, one by one.
"""

from __future__ import annotations

import os
import signal
import sys
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event

from api import clock, keyfile
from api.keyfile import KeyFile
from ledger import people, store
from ledger.acts import Act
from ledger.erasing import acts
from ledger.erasing.targets import What
from ledger.sealing import ring
from ledger.sealing.ring import Ring
from tests.support import databases
from tests.support.erasing import OFFICER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from ledger.sealing.keys import Keys

STEPS: Final = ("before", "marked", "emptied", "moved", "written", "committed", "destroyed")
"""Before the key file is marked; once it is; once rows are emptied, others are moved, the event
is written; once that is committed, and once the keys are destroyed."""


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Dying(KeyFile):
    """A key file with which a process dies, before it is changed or after."""

    step: str

    def __init__(self, path: Path, step: str) -> None:
        super().__init__(path)
        object.__setattr__(self, "step", step)

    def change(self, change: Callable[[Keys], Keys]) -> Keys:
        if self.step == "marked":
            super().change(change)
        _die()
        raise AssertionError


def _place(engine: Engine) -> str:
    return ring.of(engine.dialect).place


def _dies_at(engine: Engine, step: str) -> None:
    """Have this process die as soon as a step of an erasure is done."""
    if step in {"before", "marked"}:
        ring.attach(engine.dialect, Ring(source=_Dying(keyfile.path(), step), place=_place(engine)))
    done = {"emptied": "UPDATE case_file", "moved": "UPDATE particulars", "written": "UPDATE head"}
    if step in done:

        @event.listens_for(engine, "after_cursor_execute")
        def _after(_: Any, __: Any, statement: str, *___: Any) -> None:
            moved = "sealed_" in statement or "reference" not in statement
            if statement.startswith(done[step]) and moved == (step != "emptied"):
                _die()


def erase(url: str, fund: str, case: str, step: str) -> None:
    engine = databases.opened(url)
    _dies_at(engine, step)
    with store.writing(engine) as session:
        act = Act(actor=people.by_handle(session, OFFICER), at=clock.now())
        done = acts.erase(session, fund, What(case=case), ground="request", act=act)
    if step == "committed":
        _die()
    acts.destroy(ring.of(engine.dialect), done.buckets, at=clock.now())
    _die()


def make(number: int) -> None:
    """Make buckets, one by one, as a process that seals does."""
    source, own = KeyFile(keyfile.path()), str(os.getpid())
    for year in range(2001, 2001 + number):
        source.change(methodcaller("with_month", f"{year}-01", "here"))
        source.change(methodcaller("with_month", "2000-01", own))


if __name__ == "__main__":
    if len(sys.argv) == 2:
        make(int(sys.argv[1]))
    else:
        erase(*sys.argv[1:])
