"""Proofs of rows from a real ledger: every position and line, up to any head given out since."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger import row_proofs, store
from ledger.errors import NotProved
from ledger.proving import UnknownHead
from settlement import proved, proving
from settlement.proved import Line, Position
from settlement.states import NoSettlement
from tests.support import databases, forging, full_ledger, ledgers, settled_ledger
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.row_proofs import RowProof
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

    Made = tuple[Database, Ledger]

Q1, Q2 = date(2026, 1, 1), date(2026, 4, 1)


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """One ledger on each kind of database, which tests leave as it is."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        yield database, settled_ledger.settled(database.engine)


def held(proof: RowProof, head: bytes) -> Position | Line:
    """Write a proof, read it back, check it, and return what it says."""
    read = row_proofs.read("proof.json", row_proofs.written(proof).encode())
    assert [*proved.misfits(read, head)] == []
    return proved.told(read)


def test_every_position_is_proved_with_its_figures(made: Made) -> None:
    database, ledger = made
    head = full_ledger.events(database.engine)[-1].hash

    for start in (Q1, Q2):
        for party, due in ledger.exported(start.isoformat()).positions("due").items():
            with store.reading(database.engine) as session:
                proof = proving.prove_position(session, ledger.fund, start, party)
            said = held(proof, head)
            assert isinstance(said, Position)
            assert (said.party, f"{said.cents['due'] / 100:.2f}") == (party, due)


def test_every_line_is_proved_with_its_key_and_weights(made: Made) -> None:
    database, ledger = made
    head = full_ledger.events(database.engine)[-1].hash

    for start, spending in ((Q1, "s2"), (Q1, "s3"), (Q2, "s1")):
        with store.reading(database.engine) as session:
            said = held(proving.prove_line(session, ledger.fund, start, spending), head)
        assert isinstance(said, Line)
        cells = ", ".join(f"{party} {cents / 100:.2f}" for party, cents in said.cents.items())
        assert cells == ledger.exported(start.isoformat()).cells(spending)
        assert (said.key, [*map(str, said.shares.values())]) == ("heads", ["1/4", "1/2", "1/4"])


def test_a_row_is_proved_up_to_any_head_that_came_after_it(made: Made) -> None:
    database, ledger = made
    with store.reading(database.engine) as session:
        proposed = proving.prove_line(session, ledger.fund, Q1, "s2").content["sequence"]

    for event in full_ledger.events(database.engine)[proposed - 3 :]:
        with store.reading(database.engine) as session:
            if event.sequence < proposed:
                with pytest.raises(UnknownHead, match="at or after settlement 2026-01-01"):
                    proving.prove_line(session, ledger.fund, Q1, "s2", head=event.hash)
                continue
            proof = proving.prove_line(session, ledger.fund, Q1, "s2", head=event.hash)
        held(proof, event.hash)


def test_what_is_not_there_is_not_proved(made: Made) -> None:
    database, ledger = made

    with store.reading(database.engine) as session:
        with pytest.raises(NoSettlement, match="no settlement that begins on 2026-02-01"):
            proving.prove_position(session, ledger.fund, date(2026, 2, 1), "a")
        with pytest.raises(proving.NoRow, match="has no position of 'z'"):
            proving.prove_position(session, ledger.fund, Q1, "z")
        for spending in ("none", "s1"):  # s1 was set apart, and is settled next
            with pytest.raises(proving.NoRow, match="has no line"):
                proving.prove_line(session, ledger.fund, Q1, spending)


def test_a_row_that_was_changed_is_not_proved(made: Made) -> None:
    database, ledger = made

    with tampering(database) as them:
        proposal = forging.proposal_of(them, "2026-01-01")["sequence"]
        which = {"proposal": proposal, "party": "b"}
        them.change("settlement_position", which, due_cents=1)
        with them.reading() as session, pytest.raises(NotProved, match=r"rows\[0\]: does not"):
            proving.prove_position(session, ledger.fund, Q1, "b")


def test_a_fund_without_settlements_proves_no_row(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    with store.reading(database.engine) as session, pytest.raises(NoSettlement):
        proving.prove_position(session, ledger.fund, Q1, "a")
