"""Erasing: what was erased is gone from everywhere, what was not is there, and all verifies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import correcting, proving, store
from ledger.erasing import acts
from ledger.erasing.acts import Elsewhere
from ledger.erasing.targets import NothingToErase, What
from ledger.errors import WrongInput
from ledger.orders import NOTES
from ledger.people import RoleNeeded
from ledger.sealing import ring
from ledger.tables import (
    Acceptance,
    BankReason,
    CaseFile,
    EffectPick,
    Escalation,
    Event,
    Moratorium,
    Particulars,
    Reservation,
    Spending,
)
from ledger.tables import sealed as sealing
from ledger.verify import run
from settlement import verifying
from tests.support import (
    banking,
    deciding,
    erasing,
    full_ledger,
    funds,
    ledgers,
    picked,
    settled_ledger,
    traces,
)
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from ledger.erasing.acts import Erased
    from ledger.verify.run import Report
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

GONE = ("landlord-of-the-one", "roof-of-the-one", "K1-to-be-erased")
STAYS = ("landlord-of-the-other", "roof-of-the-other", "K2-that-stays")


@pytest.fixture
def ledger(database: Database) -> Ledger:
    ledger = ledgers.opened(database.engine)
    ledger.receive(500_00)
    for id_, payee, purpose, case in (("one", *GONE), ("other", *STAYS)):
        ledger.record(id=id_, payee=payee, purpose=purpose, case=case, domain="work")
        ledger.reserve(1_00, id=f"held-{id_}", case=case)
    return ledger


def verified(ledger: Ledger) -> Report:
    with store.reading(ledger.engine) as session:
        return run.verify(session, ledger.fund, more=verifying.MORE)


def said(ledger: Ledger) -> dict[int, tuple[Any, ...]]:
    """Return what particulars say, by number."""
    table = store.table(Particulars)
    with ledger.engine.connect() as connection:
        return {row.sequence: tuple(row)[2:] for row in connection.execute(select(table))}


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


def test_a_case_goes_with_all_that_is_said_of_it(database: Database, ledger: Ledger) -> None:
    assert {*GONE, *STAYS} <= opened(ledger)

    done = erasing.erase(ledger, case="K1-to-be-erased", ground="retention")

    assert done.values == {"case_file": 1, "particulars": 1, "reservation": 1}
    assert {*GONE} & opened(ledger) == set()
    assert {*STAYS} <= opened(ledger)
    assert traces.found(database, [*GONE, *STAYS]) == set()
    report = verified(ledger)
    assert [*map(str, report.misfits)] == []
    assert report.erased == 2


def test_the_trail_says_what_went_and_on_what_ground_and_nothing_else(ledger: Ledger) -> None:
    done = erasing.erase(ledger, case="K1-to-be-erased", ground="mistake")

    event = store.table(Event)
    with ledger.engine.connect() as connection:
        asked = select(event).where(event.c.sequence == done.number)
        row = connection.execute(asked).one()
    assert row.kind == "erased"
    assert row.actor_id == ledger.people[erasing.OFFICER]
    body = json.loads(row.body)
    assert body["ground"] == "mistake"
    assert {name: len(numbers) for name, numbers in body["values"].items()} == done.values
    assert sorted(body) == ["ground", "values"]


def test_a_spending_goes_and_its_case_stays_as_long_as_something_proves_it(ledger: Ledger) -> None:
    assert erasing.erase(ledger, spending="one").values == {"particulars": 1}
    assert [*map(str, verified(ledger).misfits)] == []
    assert opened(ledger) & {*GONE} == {"K1-to-be-erased"}

    ledger.record(id="alone", case="K3", payee="nobody else")
    assert erasing.erase(ledger, spending="alone").values == {"particulars": 1, "case_file": 1}
    assert [*map(str, verified(ledger).misfits)] == []


def test_a_reversal_holds_nothing_that_was_written_of_what_it_takes_back(ledger: Ledger) -> None:
    worker = ledger.grant("worker", "professional")
    ledger.record(
        id="again", case="K4", professional="worker", domain="work", payee="p", purpose="w",
        effect="e", considered="what came of it", departs_from="rule", receipt="r",
    )  # fmt: skip
    ledger.reverse("again", "again-r")

    with store.reading(ledger.engine) as session:
        taken = correcting.as_order(session, ledger.fund, "again-r")
        spending = store.table(Spending)
        asked = select(spending.c.person_id).where(spending.c.id == "again-r")
        person = session.connection().execute(asked).scalar_one()
    assert {name: getattr(taken, name) for name in NOTES} == {
        **dict.fromkeys(NOTES), "reason": "wrong",
    }  # fmt: skip
    assert (person, taken.domain) == (worker, "work")


@pytest.mark.parametrize("named", ["rent", "rent-r", "rent-2", "rent-2-r", "rent-3"])
def test_a_corrected_spending_goes_with_all_that_is_about_the_same_payment(
    ledger: Ledger, named: str
) -> None:
    ledger.record(id="rent", case="K5", payee=GONE[0], purpose=GONE[1], domain="work")
    ledger.correct("rent", "rent-2", amount_cents=11_00, case="K6")
    ledger.correct("rent-2", "rent-3", payee=GONE[0] + "-better")
    told = ("one", "K1-to-be-erased")
    erasing.erase(ledger, spending=told[0])

    done = erasing.erase(ledger, spending=named)

    assert done.values == {"particulars": 5, "case_file": 2}
    assert opened(ledger) == {*STAYS, told[1], "work"}
    assert [*map(str, verified(ledger).misfits)] == []


def test_what_is_erased_twice_is_refused_and_so_is_what_never_was(ledger: Ledger) -> None:
    erasing.erase(ledger, case="K1-to-be-erased")
    before = ledgers.rows(ledger.engine)

    for what in ({"case": "K1-to-be-erased"}, {"case": "K9"}, {"spending": "one"},
                 {"spending": "none"}, {"act": 1}, {"act": 999}):  # fmt: skip
        with pytest.raises(NothingToErase):
            erasing.erase(ledger, **what)

    assert ledgers.rows(ledger.engine) == before
    assert ring.of(ledger.engine.dialect).keys.ending(place(ledger)) == frozenset()


def place(ledger: Ledger) -> str:
    return ring.of(ledger.engine.dialect).place


@pytest.mark.parametrize("role", ["professional", "finance", "auditor", "board", None])
def test_only_a_privacy_officer_erases(ledger: Ledger, role: str | None) -> None:
    if role is not None:
        ledger.grant("somebody", role)
    before = ledgers.rows(ledger.engine)
    keys = ring.of(ledger.engine.dialect).keys

    with pytest.raises(RoleNeeded, match="needs the role privacy-officer"):
        erase(ledger, None if role is None else "somebody", What(spending="one"))

    assert ledgers.rows(ledger.engine) == before
    assert ring.of(ledger.engine.dialect).source.read() == keys


def erase(ledger: Ledger, who: str | None, what: What, ground: str = "request") -> Erased:
    with store.writing(ledger.engine) as session:
        return acts.erase(session, ledger.fund, what, ground=ground, act=ledger.act(who))


def test_a_ground_is_one_of_three(ledger: Ledger) -> None:
    with pytest.raises(WrongInput, match="'because' is not one of request, retention, mistake"):
        erase(ledger, None, What(spending="one"), ground="because")
    with (
        store.reading(ledger.engine) as session,
        pytest.raises(WrongInput, match="'because' is not one of request, retention, mistake"),
    ):
        acts.preview(session, ledger.fund, What(spending="one"), ground="because")


def test_what_an_act_said_goes(database: Database) -> None:
    ledger = picked.opened(database.engine)
    ledger.record(id="s", case="K", effect="eviction")
    with ledger.engine.connect() as connection:
        pick = connection.execute(select(store.table(EffectPick))).one()

    assert erasing.erase(ledger, act=pick.sequence).values == {"effect_pick": 1}

    with ledger.engine.connect() as connection:
        assert connection.execute(select(store.table(EffectPick))).one().effect is None
    assert [*map(str, verified(ledger).misfits)] == []


def test_what_was_asked_for_a_case_goes_by_itself(database: Database) -> None:
    ledger = deciding.opened(database.engine)
    ledger.record(id="s", case="K1")
    of_a_case = deciding.moratorium(ledger, case="K1", rule="rule-of-one", reason="why-of-one")
    alone = deciding.escalated(ledger, case="K2", reason="why-of-the-other")

    assert erasing.erase(ledger, act=of_a_case.number).values == {"moratorium": 1}
    assert erasing.erase(ledger, act=alone.number).values == {"escalation": 1, "case_file": 1}

    with ledger.engine.connect() as connection:
        (row,) = connection.execute(select(store.table(Moratorium)))
        (other,) = connection.execute(select(store.table(Escalation)))
    assert (row.salt, row.rule, row.reason) == (None, None, None)
    assert (other.salt, other.reason) == (None, None)
    assert opened(ledger) == {"K1"}
    assert [*map(str, verified(ledger).misfits)] == []
    assert deciding.moratorium(ledger, case="K1", rule="any").status == "known"


def test_a_case_of_which_a_great_deal_was_decided_goes(database: Database) -> None:
    """More than a database takes in one question, if each is named in it."""
    ledger = deciding.opened(database.engine)
    ledger.record(id="s", case="K1")
    ledger.record(id="t", case="K2")
    places = deciding.found(ledger, *["s"] * 1_200, "t")
    deciding.reviewed(ledger, places[0], "disagreed", comment="of the first")
    deciding.reviewed(ledger, places[-1], "disagreed", comment="of the other")
    deciding.accepted(ledger.at("2026-03-04"), *map(deciding.line, places))

    done = erasing.erase(ledger, case="K1")

    assert done.values == {"case_file": 1, "particulars": 1, "acceptance": 1_200, "review": 1}
    with ledger.engine.connect() as connection:
        reasons = connection.execute(select(store.table(Acceptance).c.reason)).scalars()
        assert sorted(map(str, reasons)) == ["None"] * 1_200 + [deciding.line(places[0]).reason]
    assert [*map(str, verified(ledger).misfits)] == []


def test_why_a_line_of_the_bank_differs_goes(database: Database) -> None:
    ledger = banking.opened(database.engine).at("2026-04-01")
    banking.load(ledger, banking.sheet(banking.row("01-25 -3.00", "R3", text="costs")))
    banking.explained(ledger, "R3")
    with ledger.engine.connect() as connection:
        reason = connection.execute(select(store.table(BankReason))).one()

    assert erasing.erase(ledger, act=reason.sequence).values == {"bank_reason": 1}

    assert [*map(str, verified(ledger).misfits)] == []


@pytest.mark.parametrize("made", [full_ledger.full, settled_ledger.settled])
def test_all_cases_can_be_erased_and_everything_still_verifies(
    database: Database, made: Any
) -> None:
    found = made(database.engine)
    ledger = getattr(found, "ledger", found)
    with database.engine.connect() as connection:
        cases = [*connection.execute(select(store.table(CaseFile).c.reference)).scalars()]

    for case in filter(None, cases):
        erasing.erase(ledger, case=case)

    with database.engine.connect() as connection:
        left = [*connection.execute(select(store.table(CaseFile).c.reference)).scalars()]
    assert {*left} == {None}
    assert [*map(str, verified(ledger).misfits)] == []


def test_all_others_in_the_same_buckets_are_sealed_anew_and_read_as_before(ledger: Ledger) -> None:
    for number in range(30):
        ledger.record(id=f"more-{number}", payee=f"payee {number}", case=f"C{number % 7}")
    before = said(ledger)
    keys = ring.of(ledger.engine.dialect)
    old = {each.number for each in keys.keys.buckets}

    done = erasing.erase(ledger, spending="one")

    after = said(ledger)
    assert [number for number in before if after[number] != before[number]] == [next(iter(before))]
    assert done.moved > 70
    assert old & {each.number for each in keys.source.read().buckets} == old - done.buckets
    assert done.buckets <= {*keys.source.read().destroyed}
    ledger.record(id="later", payee="later", case="C1")
    assert [*map(str, verified(ledger).misfits)] == []


def test_another_fund_in_the_same_buckets_loses_nothing(database: Database, ledger: Ledger) -> None:
    document = funds.agreement().replace(b'code = "fund"', b'code = "other"', 1)
    other = ledgers.opened(database.engine, document)
    other.record(id="theirs", payee="their landlord", case="K1-to-be-erased")

    erasing.erase(ledger, case="K1-to-be-erased")

    assert "their landlord" in opened(other)
    assert "K1-to-be-erased" in opened(other)  # theirs
    assert [*map(str, verified(other).misfits)] == []


def test_a_preview_changes_nothing_and_says_what_would_go(ledger: Ledger) -> None:
    before, keys = ledgers.rows(ledger.engine), ring.of(ledger.engine.dialect).source.read()

    with store.reading(ledger.engine) as session:
        told = acts.preview(session, ledger.fund, What(case="K1-to-be-erased"), ground="request")

    assert ledgers.rows(ledger.engine) == before
    assert ring.of(ledger.engine.dialect).source.read() == keys
    done = erasing.erase(ledger, case="K1-to-be-erased")
    assert (told.values, told.months, told.moved) == (done.values, done.months, done.moved)
    assert told.number is None


def test_what_is_erased_is_answered_kindly(ledger: Ledger) -> None:
    erasing.erase(ledger, case="K1-to-be-erased")

    with store.reading(ledger.engine) as session:
        proof = proving.prove(session, ledger.fund, "one")
        with pytest.raises(proving.Erased, match="is erased"):
            proving.prove(session, ledger.fund, "one", show=["payee"])
    assert proof.sealed is None
    assert ledger.record(id="one", payee="who knows", case="K1-to-be-erased").status == "known"
    assert ledger.reserve(1_00, id="held-one", case="any").status == "known"
    number = ledger.record(id="anew", case="K1-to-be-erased").number
    with ledger.engine.connect() as connection:  # a case that was erased is not found again
        references = select(store.table(CaseFile).c.reference).where(
            store.table(CaseFile).c.sequence == number
        )
        assert connection.execute(references).scalar_one() == "K1-to-be-erased"


def test_what_was_emptied_without_an_act_is_found(database: Database, ledger: Ledger) -> None:
    with tampering(database) as them:
        number = them.rows("reservation")[0].sequence
        them.change("reservation", {"sequence": number}, salt=None)
        assert f"reservation {number}: {erasing.UNTOLD}" in [*map(str, them.verify().misfits)]


def test_an_act_that_erased_nothing_is_found(database: Database, ledger: Ledger) -> None:
    done = erasing.erase(ledger, case="K1-to-be-erased")

    with tampering(database) as them:
        number = them.rows("particulars")[0].sequence
        them.change("particulars", {"sequence": number}, payee="back again", salt=bytes(16))
        found = [*map(str, them.verify().misfits)]

    assert f"particulars {number}: holds something still; event {done.number} erased it" in found


@pytest.mark.parametrize("at", [0, 2, 20, 60])  # format, bucket, wrapped key, ciphertext
def test_a_value_of_which_a_byte_was_changed_is_found(
    database: Database, ledger: Ledger, at: int
) -> None:
    with tampering(database) as them:
        table = store.table(Particulars)
        cell: Any = them.connection.exec_driver_sql("SELECT payee FROM particulars").scalar()
        broken = bytes(cell[:at]) + bytes([cell[at] ^ 1]) + bytes(cell[at + 1 :])
        number = them.rows("particulars")[0].sequence
        mark = "%s" if database.dialect == "postgresql" else "?"
        them.connection.exec_driver_sql(
            f"UPDATE {table.name} SET payee = {mark} WHERE sequence = {mark}",  # noqa: S608
            (broken, number),
        )
        first = them.verify().first

    assert str(first).startswith(f"particulars {number}: event {number} commits to another")


def test_a_copy_destroys_no_keys_of_the_ledger_itself(ledger: Ledger) -> None:
    """Until whoever keeps it says that the ledger itself was moved."""
    keys = ring.of(ledger.engine.dialect)
    keys.change(lambda there: there.moved({each.number for each in there.buckets}, "elsewhere"))
    before = ledgers.rows(ledger.engine)

    with pytest.raises(Elsewhere, match="was sealed by the database elsewhere"):
        erasing.erase(ledger, case="K1-to-be-erased")
    assert ledgers.rows(ledger.engine)["particulars"] == before["particulars"]

    with store.writing(ledger.engine) as session:
        assert acts.finish(session, moved=True) == frozenset()
    assert erasing.erase(ledger, case="K1-to-be-erased").values["particulars"] == 1
    assert [*map(str, verified(ledger).misfits)] == []


def test_a_reservation_still_ends_once_its_case_is_erased(ledger: Ledger) -> None:
    erasing.erase(ledger, case="K1-to-be-erased")

    ledger.release("held-one")

    with ledger.engine.connect() as connection:
        salts = connection.execute(select(store.table(Reservation).c.salt)).scalars()
        assert sorted(each is None for each in salts) == [False, True]
    assert [*map(str, verified(ledger).misfits)] == []
