"""The ``--savings`` of ``overbrug import spendings``: read and checked first, then recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.cli import folders, ledgers

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from ledger.facts import Spendings
    from ledger.savings.amounts import Amount

AT_A_TIME: Final = 5_000
"""Amounts that are recorded in one act, so that others who record need not wait for all."""


def read(file: Path, *, of: Spendings, parties: tuple[str, ...]) -> list[Amount]:
    """Read a list of expected savings, before anything is recorded.

    Args:
        file: The list (CSV).
        of: The spendings that it belongs to, as they were read.
        parties: The codes of all parties of the agreement.

    Raises:
        WrongInput: With every mistake of the file.
    """
    from ledger import facts_files
    from ledger.savings import amounts

    found = facts_files.savings(str(file), folders.read(file), of=of, parties=parties, booked=())
    return amounts.of_file(found, of=of, parties=parties)


def record(engine: Engine, fund: str, asked: list[Amount], *, who: str) -> dict[str, int]:
    """Record expected savings of spendings that are on record; again changes nothing.

    Args:
        engine: Of the database.
        fund: Code of the fund.
        asked: What :func:`read` returned.
        who: Handle of whoever acts.

    Returns:
        Of how many spendings they were recorded, and of how many they were known.

    Raises:
        OtherSavings: A spending has savings on record that are other amounts; what was
            recorded of spendings before it stays, and is known the next time.
    """
    from ledger.savings import amounts

    counts = {"recorded": 0, "known": 0}
    for batch in amounts.batches(asked, AT_A_TIME):
        with ledgers.acting(engine, who) as (session, act):
            for each in amounts.record(session, fund, batch, act=act):
                counts[each.status] += 1
    return counts
