"""How rows reach the database: one or many, and over connections that may be lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, literal, select, text
from sqlalchemy.exc import IntegrityError

from ledger import people, postgresql, spendings, sqlite, store
from ledger.tables import CaseFile, Particulars, Spending
from ledger.verify import run
from tests.support import ledgers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from tests.support import databases
    from tests.support.ledgers import Ledger

MANY = store.MANY + 100
SPENDING = store.table(Spending)
SPENT = store.with_lists(
    lambda among: (
        select(
            *(SPENDING.c[name] for name in ("sequence", "id", "spent_on", "content", "person_id")),
            SPENDING.c.reverses,
            literal("one").label("said"),
        )
        .where(
            SPENDING.c.fund_id == bindparam("fund_id"),
            among(SPENDING.c.spent_on, "days"),
            among(SPENDING.c.person_id, "people"),
            among(SPENDING.c.id, "ids"),
        )
        .order_by(SPENDING.c.sequence)
    )
)
AWKWARD = ("tab\tand\nline", "\\N", "\\", "\\.", "é€\u2028", "\"quoted\", 'twice'", "%s $1")
"""What a way of writing in bulk may take for a mark of its own."""


@pytest.fixture
def ledger(database: databases.Database) -> Ledger:
    return ledgers.opened(database.engine)


@pytest.fixture
def lost(postgresql_server: databases.Postgresql) -> Iterator[Ledger]:
    """A ledger of which every connection was ended by the server."""
    with postgresql_server.new() as made:
        ledger = ledgers.opened(made.engine)
        ledger.record()
        others = text(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        owner = made.owner.execution_options(isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            assert connection.execute(others).scalar_one() == 1
            while connection.execute(others).scalar_one():
                time.sleep(0.01)
        yield ledger


def payees(session: Session) -> list[str | None]:
    asked = select(store.table(Particulars).c.payee).order_by(store.table(Particulars).c.sequence)
    return [*session.connection().execute(asked).scalars()]


def case_file(sequence: int) -> dict[str, Any]:
    return {
        "fund_id": 1,
        "sequence": sequence,
        "reference": f"K{sequence}",
        "holder": "a",
        "home": None,
    }


def test_many_rows_hold_what_one_by_one_would(ledger: Ledger) -> None:
    wanted = [AWKWARD[number % len(AWKWARD)] for number in range(MANY)]
    # One case that all refer to: the single row must be there before the many.
    ledger.record_all([ledger.order(payee=payee, case="K1") for payee in wanted])
    ledger.record_all([ledger.order(payee=payee) for payee in AWKWARD])
    for payee in AWKWARD:
        ledger.record(payee=payee)

    with store.reading(ledger.engine) as session:
        assert payees(session) == [*wanted, *AWKWARD, *AWKWARD]


@pytest.mark.parametrize("rows", [1, 2, MANY])
def test_what_is_refused_is_refused_alike_however_many_rows_are_written(
    ledger: Ledger, rows: int
) -> None:
    before = ledgers.rows(ledger.engine)

    with pytest.raises(IntegrityError), store.writing(ledger.engine) as session:
        store.insert(session, CaseFile, [case_file(10_000 + row) for row in range(rows)])

    assert ledgers.rows(ledger.engine) == before


def test_what_is_refused_of_rows_written_together_is_refused_alike(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), store.writing(ledger.engine) as session:
        _write_together(session, case_file(1), case_file(10_000))


def _write_together(session: Session, *rows: dict[str, Any]) -> None:
    with store.together(session):
        for row in rows:
            store.insert(session, CaseFile, [row])


@pytest.mark.parametrize("many", [0, 1, 3, sqlite.FEW, sqlite.FEW + 1])
def test_a_question_is_answered_alike_however_many_it_is_about(ledger: Ledger, many: int) -> None:
    ledger.grant("worker.1", "professional")
    orders = [ledger.order(professional="worker.1") for _ in range(many)]
    ledger.record_all(orders)
    of_others = [order.id for order in (ledger.order(professional=None), ledger.order())]
    ledger.record_all([ledger.order(id=each) for each in of_others])
    days, mine = [ledger.now.date()], [ledger.people["worker.1"], uuid4()]

    with store.reading(ledger.engine) as session:
        values = {"fund_id": 1, "days": days, "people": mine, "ids": [each.id for each in orders]}
        rows = store.ask(session, SPENT, values)
        wanted = session.connection().execute(select(SPENDING).order_by(SPENDING.c.sequence)).all()

    there = [each for each in wanted if each.id not in of_others]
    assert [(*row,) for row in rows] == [
        (each.sequence, each.id, each.spent_on, each.content, each.person_id, each.reverses, "one")
        for each in there
    ]
    assert [row.spent_on for row in rows] == [each.spent_on for each in there]


def test_what_is_recorded_while_an_act_waits_is_known_to_it(ledger: Ledger) -> None:
    order = ledger.order(case="K1")
    with ThreadPoolExecutor(1) as beside:
        with store.writing(ledger.engine) as session:
            spendings.record(session, ledger.fund, [order], act=ledger.act())
            waiting = beside.submit(ledger.record_all, [order])
            time.sleep(0.5)  # until it waits for the fund, having seen the database before
        (answer,) = waiting.result()

    assert answer.status == "known"


def test_a_connection_that_the_server_ended_refuses_no_act(lost: Ledger) -> None:
    assert lost.record().status == "recorded"


def test_a_connection_that_is_lost_in_silence_is_found_when_it_lay_idle(
    lost: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_has_spoken", lambda _: False)  # as where a way broke
    monkeypatch.setattr(postgresql, "TRUSTED_SECONDS", 0.0)

    assert lost.record().status == "recorded"


def test_a_connection_that_is_there_is_kept(postgresql_server: databases.Postgresql) -> None:
    seen = set()
    with postgresql_server.new() as made:
        ledger = ledgers.opened(made.engine)
        for _ in range(3):
            ledger.record()
            with made.engine.connect() as connection:
                seen.add(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    assert len(seen) == 1


def test_questions_read_beside_each_other_give_their_rows(ledger: Ledger) -> None:
    ledger.record_all([ledger.order(case=f"K{number}") for number in range(5)])
    spending, case = store.table(Spending), store.table(CaseFile)

    with store.reading(ledger.engine) as session:
        asked = (
            select(each.c.sequence).where(each.c.fund_id == 1).order_by(each.c.sequence)
            for each in (spending, case)
        )
        spent, opened = (store.beside(session, each, rows=2) for each in asked)
        pieces = [piece for pair in zip(spent, opened, strict=True) for piece in pair]
        found = [[row[0] for row in piece] for piece in pieces]

    assert [each for piece in found[::2] for each in piece] == [3, 4, 5, 6, 7]
    assert found[::2] == found[1::2]


def test_days_are_days_however_the_server_writes_them(
    postgresql_server: databases.Postgresql,
) -> None:
    with postgresql_server.new() as made:
        with made.owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} SET datestyle TO 'German'"))
        made.engine.dispose()
        ledger = ledgers.opened(made.engine)
        ledger.grant("early", "professional", valid_from=date(2026, 1, 1))
        ledger.grant("late", "professional", valid_from=date(2026, 12, 1))
        with store.writing(made.engine) as session:
            early, late = (people.by_handle(session, each) for each in ("early", "late"))

        ledger.at("2026-11-15").actor = early
        assert ledger.record().status == "recorded"
        ledger.actor = late
        with pytest.raises(people.RoleNeeded):
            ledger.record()
        with store.reading(made.engine) as session:
            assert run.verify(session, ledger.fund).misfits == ()
