"""Verification of settlements and savings: what was proposed, said, booked and paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import Session

from ledger import store
from ledger.savings import amounts
from ledger.tables.base import METADATA
from ledger.verify import run
from settlement import verifying
from tests.support import databases, ledgers
from tests.support.tampering import Tamperer, tampering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.verify.run import Report
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

Made = tuple["Database", "Ledger"]


@pytest.fixture(scope="module", params=databases.DIALECTS)
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """A quarter that was objected to, proposed anew with a line set apart, booked and paid."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as database:
        ledger = ledgers.opened(database.engine).at("2026-01-10")
        ledger.finance()
        ledger.record(10_00, id="s1", case="K1")
        ledger.record(20_00, id="s2", case="K1", advanced_by="b")
        with store.writing(database.engine) as session:
            saved = [amounts.Amount("s1", "a", 5_00), amounts.Amount("s1", "b", 7_00)]
            amounts.record(session, ledger.fund, saved, act=ledger.act())
        ledger.at("2026-04-01").propose("2026-01-01 2026-04-01")
        ledger.object_to("b", "s1")
        ledger.take_back()
        ledger.settle("2026-01-01 2026-04-01", set_apart=["s1"])
        ledger.pay()
        ledger.at("2026-07-01").settle("2026-04-01 2026-07-01")
        yield database, ledger


def verified(session: Session, ledger: Ledger) -> Report:
    return run.verify(session, ledger.fund, more=verifying.MORE)


def test_a_settled_quarter_verifies(made: Made) -> None:
    database, ledger = made

    with store.reading(database.engine) as session:
        report = verified(session, ledger)

    assert [*map(str, report.misfits)] == []


CHANGED: list[tuple[str, dict[str, Any], str]] = [
    ("settlement_line", {"cells": b"\x02\x02\x02"}, "lines, weights"),
    ("settlement_line", {"key": 9}, "lines, weights"),
    ("settlement_vector", {"weights": b"\x01\x01\x02"}, "lines, weights"),
    ("settlement_position", {"cost_share_cents": 1}, "positions or transfers"),
    ("settlement_position", {"exact_cost_share": "1.000000"}, "positions or transfers"),
    ("settlement_transfer", {"amount_cents": 1}, "positions or transfers"),
    ("proposal", {"final": True}, "final"),
    ("proposal", {"frozen": 1}, "frozen"),
    ("proposal", {"about": "{}"}, "about"),
    ("proposal", {"unreconciled": "because"}, "unreconciled"),
    ("approval", {"verdict": "silent"}, "verdict"),
    ("approval", {"party": "c"}, "party"),
    ("objected_line", {"spending": 1}, "objected_line"),
    ("settlement_state", {"state": "paid"}, "state"),
    ("saving", {"amount_cents": 1}, "saving"),
    ("saving", {"party": "c"}, "saving"),
]


@pytest.mark.parametrize(("table", "values", "named"), CHANGED)
def test_a_changed_cell_is_found_and_named(
    made: Made, table: str, values: dict[str, Any], named: str
) -> None:
    database, ledger = made

    with tampering(database) as them:
        _change_first(them, table, values)
        with Session(them.connection) as session:
            report = verified(session, ledger)

    assert named in str(report.first) or named in " ".join(map(str, report.misfits))


@pytest.mark.parametrize(
    "table",
    [
        *("proposal", "settlement_line", "settlement_vector", "settlement_position"),
        *("settlement_transfer", "set_apart", "approval", "objected_line"),
        *("settlement_state", "saving"),
    ],
)
def test_a_deleted_row_is_found(made: Made, table: str) -> None:
    database, ledger = made

    with tampering(database) as them:
        row = _first(them, table)
        them.delete(table, _key(table, row))
        with Session(them.connection) as session:
            report = verified(session, ledger)

    assert report.first is not None


def test_a_reason_is_bound_to_its_objection(made: Made) -> None:
    database, ledger = made

    with tampering(database) as them:
        them.change("approval", {"verdict": "objects"}, reason="something else")
        with Session(them.connection) as session:
            report = verified(session, ledger)

    assert "commits to another reason" in str(report.first)


def _first(them: Tamperer, table: str) -> dict[str, Any]:
    model = METADATA.tables[table]
    asked = model.select().order_by(*model.primary_key.columns).limit(1)
    return them.connection.execute(asked).one()._asdict()


def _key(table: str, row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in METADATA.tables[table].primary_key}


def _change_first(them: Tamperer, table: str, values: dict[str, Any]) -> None:
    row = _first(them, table)
    assert any(row[name] != value for name, value in values.items()), "this changes something"
    them.change(table, _key(table, row), **values)
