"""Does the whole record fit together? One question, asked wherever a ledger is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from ledger.tables import Fund
from ledger.verify import beyond, run
from ledger.verify.pages import More
from settlement import verifying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session


def first_misfit(session: Session) -> str | None:
    """Return the first thing that does not fit in any fund; ``None`` where all does."""
    return next(_misfits(session), None)


def _misfits(session: Session) -> Iterator[str]:
    more = More(shapes=verifying.SHAPES, kinds=verifying.KINDS)
    for fund in session.exec(select(Fund.code).order_by(col(Fund.code))).all():
        for misfit in run.verify(session, fund, more=more).misfits:
            yield f"fund {fund}, {misfit}"
    yield from map(str, beyond.misfits(session))
