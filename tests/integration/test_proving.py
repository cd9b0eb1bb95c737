"""Proofs from a real ledger: of every spending, up to any head that was given out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import proofs, proving, store
from ledger.errors import NotProved
from ledger.orders import COMMITTED
from ledger.spendings import UnknownSpending
from tests.support import databases, full_ledger
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.databases import Database
    from tests.support.full_ledger import FullLedger

    Made = tuple[Database, FullLedger]

ERASED = {"erased", "erased-too"}


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """One ledger on each kind of database, which tests leave as it is."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        yield database, full_ledger.full(database.engine)


def test_every_spending_is_proved_up_to_the_head_with_all_that_it_was_about(made: Made) -> None:
    database, full = made
    head = full_ledger.events(database.engine)[-1].hash

    for id_, number in full.spendings.items():
        show = () if id_ in ERASED else COMMITTED
        with store.reading(database.engine) as session:
            proof = proving.prove(session, full.fund, id_, show=show)
        read = proofs.read("proof.json", proofs.written(proof).encode())
        assert [*proofs.misfits(read, head)] == []
        assert (read.content["sequence"], read.content["body"]["id"]) == (number, id_)
        given = [name for name in show if name != "considered" or id_ == "rent"]
        assert [*read.shown] == given


def test_a_proof_shows_what_was_asked_and_hides_the_rest(made: Made) -> None:
    database, full = made

    with store.reading(database.engine) as session:
        proof = proving.prove(session, full.fund, "rent", show=["payee", "case"])

    shown = {name: each.value for name, each in proof.shown.items()}
    assert shown == {"case": "K1", "payee": "landlord \N{SNOWMAN}"}
    assert "a roof" not in proofs.written(proof)


def test_a_spending_is_proved_up_to_any_head_that_came_after_it(made: Made) -> None:
    database, full = made
    events = full_ledger.events(database.engine)
    number = full.numbers["rent"]

    for event in events:
        with store.reading(database.engine) as session:
            if event.sequence < number:
                with pytest.raises(proving.UnknownHead, match="at or after spending 'rent'"):
                    proving.prove(session, full.fund, "rent", head=event.hash)
                continue
            proof = proving.prove(session, full.fund, "rent", head=event.hash)
        assert [*proofs.misfits(proof, event.hash)] == []


def test_what_is_not_there_is_not_proved(made: Made) -> None:
    database, full = made

    with store.reading(database.engine) as session:
        with pytest.raises(UnknownSpending, match="there is no spending 'none'"):
            proving.prove(session, full.fund, "none")
        with pytest.raises(proving.Erased, match="prove it without showing"):
            proving.prove(session, full.fund, "erased", show=["payee"])
        with pytest.raises(proving.UnknownHead):
            proving.prove(session, full.fund, "rent", head=bytes(32))


def test_a_record_that_was_changed_is_not_proved(made: Made) -> None:
    database, full = made

    with tampering(database) as them:
        them.change("particulars", {"sequence": full.numbers["rent"]}, payee="landlord")
        with them.reading() as session, pytest.raises(NotProved, match="sealed: is not what"):
            proving.prove(session, full.fund, "rent")
