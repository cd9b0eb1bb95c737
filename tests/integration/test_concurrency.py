"""Many at once: real threads and real processes, on both databases."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select

from ledger import pool, spendings, store
from ledger.errors import Refusal
from ledger.orders import Order
from ledger.tables import Head, Person, Reservation, Role, Spending
from tests.support import ledgers, opening, soundness

if TYPE_CHECKING:
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

ROOT: Final = Path(__file__).parents[2]
ROUNDS: Final = 40
BOTH: Final = ("ann", "bob")
ONE_OF_THEM: Final = {"reserved", "reservation-exceeds-room"}


def two_professionals(database: Database) -> Ledger:
    """A fund with 500.00 in its pool and two who may reserve it."""
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    for handle in BOTH:
        ledger.grant(handle, "professional")
    return ledger


def reserve(ledger: Ledger, who: str, id_: str, cents: int) -> str:
    asked = pool.Hold(
        id=id_, case="K1", organisation="a", amount_cents=cents, until=date(2026, 3, 1)
    )
    try:
        with store.writing(ledger.engine) as session:
            return pool.reserve(session, ledger.fund, asked, act=ledger.act(who)).status
    except Refusal as refusal:
        return refusal.slug


def free_again(ledger: Ledger, answers: dict[str, str]) -> None:
    """Release what one of them got, for the next round."""
    (winner,) = (id_ for id_, answer in answers.items() if answer == "reserved")
    ledger.release(winner)


def test_of_two_threads_that_reserve_the_last_money_exactly_one_gets_it(
    database: Database,
) -> None:
    ledger = two_professionals(database)
    start = threading.Barrier(2)

    def at_once(who: str, id_: str) -> str:
        start.wait()
        return reserve(ledger, who, id_, 500_00)

    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            ids = [f"{who}-{number}" for who in BOTH]
            answers = dict(zip(ids, threads.map(at_once, BOTH, ids), strict=True))
            assert set(answers.values()) == ONE_OF_THEM
            free_again(ledger, answers)

    soundness.assert_sound(database.engine)


def test_of_two_processes_that_reserve_the_last_money_exactly_one_gets_it(
    database: Database,
) -> None:
    ledger = two_professionals(database)
    with ExitStack() as running:
        arguments = [("reserving", database.url, ledger.fund, who) for who in BOTH]
        workers = [running.enter_context(worker(*each)) for each in arguments]
        assert [said(each) for each in workers] == ["ready", "ready"]
        for number in range(ROUNDS):
            ids = [f"{who}-{number}" for who in BOTH]
            for each, id_ in zip(workers, ids, strict=True):
                ask(each, f"{id_} 50000")
            answers = {id_: said(each) for each, id_ in zip(workers, ids, strict=True)}
            assert set(answers.values()) == ONE_OF_THEM
            free_again(ledger, answers)
        for each in workers:
            end(each)

    soundness.assert_sound(database.engine)


def worker(module: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.support.{module}", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(each: subprocess.Popen[str], line: str) -> None:
    assert each.stdin is not None
    each.stdin.write(f"{line}\n")
    each.stdin.flush()


def end(each: subprocess.Popen[str]) -> None:
    assert each.stdin is not None
    each.stdin.close()
    assert each.wait(timeout=30) == 0


def said(each: subprocess.Popen[str]) -> str:
    assert each.stdout is not None
    return each.stdout.readline().strip()


def test_who_records_and_who_reserves_at_once_lose_nothing(database: Database) -> None:
    ledger = two_professionals(database)
    start = threading.Barrier(8)

    def acts(worker_number: int) -> tuple[list[str], list[str]]:
        """Record, reserve and spend from what was reserved; return what was acknowledged."""
        chance = random.Random(worker_number)  # noqa: S311 - for a test, not for secrets
        recorded, reserved = [], []
        start.wait()
        for number in range(12):
            id_, cents = f"w{worker_number}-{number}", chance.choice([1_00, 20_00, 75_00])
            if chance.random() < 0.5:
                if reserve(ledger, chance.choice(BOTH), id_, cents) == "reserved":
                    reserved.append(id_)
                continue
            order = Order(
                id=id_,
                spent_on=date(2026, 2, 10),
                amount_cents=cents // 100,
                category="rent",
                organisation="a" if reserved else chance.choice("abc"),
                case="K1" if reserved else f"K{chance.randrange(5)}",
                reservation=chance.choice(reserved) if reserved else None,
            )
            with store.writing(ledger.engine) as session:
                spendings.record(session, ledger.fund, [order], act=ledger.act("ann"))
            recorded.append(id_)
        return recorded, reserved

    with ThreadPoolExecutor(8) as threads:
        done = [*threads.map(acts, range(8))]

    soundness.assert_sound(database.engine)
    with store.reading(database.engine) as session:
        there = {
            model: {*session.connection().execute(select(store.table(model).c.id)).scalars()}
            for model in (Spending, Reservation)
        }
        head = session.connection().execute(select(store.table(Head))).one()
    assert there[Spending] == {id_ for recorded, _ in done for id_ in recorded}
    assert there[Reservation] == {id_ for _, reserved in done for id_ in reserved}
    assert sum(len(recorded) + len(reserved) for recorded, reserved in done) > 48
    assert head.reserved_cents > 0


def test_the_same_order_from_many_threads_is_recorded_once(database: Database) -> None:
    ledger = ledgers.opened(database.engine)
    start = threading.Barrier(6)
    order = ledger.order(5_00, id="once", case="K1")

    def at_once(_: int) -> tuple[str, int]:
        start.wait()
        with store.writing(ledger.engine) as session:
            (answer,) = spendings.record(session, ledger.fund, [order], act=ledger.act())
        return answer.status, answer.number

    with ThreadPoolExecutor(6) as threads:
        answers = [*threads.map(at_once, range(6))]

    assert sorted(status for status, _ in answers) == ["known"] * 5 + ["recorded"]
    assert len({number for _, number in answers}) == 1
    soundness.assert_sound(database.engine)


@pytest.mark.parametrize("same", [True, False])
def test_of_two_threads_that_open_a_fund_one_gets_its_code(database: Database, same: bool) -> None:
    ledger = ledgers.opened(database.engine)
    start = threading.Barrier(2)

    def at_once(code: str) -> str:
        start.wait()
        return opening.done(database.engine, ledger.fund, "fund", code)

    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            codes = [f"f{number}", f"f{number}" if same else f"g{number}"]
            answers = sorted(threads.map(at_once, codes))
            assert answers == (["done", "fund-exists"] if same else ["done", "done"])

    soundness.assert_sound(database.engine)


def test_of_two_processes_that_open_a_fund_one_gets_its_code(database: Database) -> None:
    answers = both(database, [f"fund f{number}" for number in range(ROUNDS)])

    assert answers == [["done", "fund-exists"]] * ROUNDS


def test_who_is_made_known_by_two_at_once_is_one_person(database: Database) -> None:
    answers = both(database, [f"person p{number}" for number in range(ROUNDS)])

    # Both may give a role, as they may one after the other; neither makes a second person.
    assert answers == [["done", "done"]] * ROUNDS
    with store.reading(database.engine) as session:
        handles = [*session.connection().execute(select(store.table(Person).c.handle)).scalars()]
        roles = [*session.connection().execute(select(store.table(Role).c.person_id)).scalars()]
    assert sorted(handles) == sorted(["administrator", *(f"p{each}" for each in range(ROUNDS))])
    assert sorted(Counter(roles).values()) == [2] * ROUNDS


def both(database: Database, lines: list[str]) -> list[list[str]]:
    """Ask two processes each of these at once; return their answers, sorted."""
    ledger = ledgers.opened(database.engine)
    answers = []
    with ExitStack() as running:
        workers = [
            running.enter_context(worker("opening", database.url, ledger.fund)) for _ in range(2)
        ]
        assert [said(each) for each in workers] == ["ready", "ready"]
        for line in lines:
            for each in workers:
                ask(each, line)
            answers.append(sorted(said(each) for each in workers))
        for each in workers:
            end(each)
    soundness.assert_sound(database.engine)
    return answers
