"""The lawfulness test in the act that records, and when what is on record is tested again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import select

from ledger import anew, correcting, people, spendings, store
from ledger.errors import Refusal, WrongInput
from ledger.lawfulness import again, standing
from ledger.lawfulness import receipts as bringing
from ledger.people import RoleNeeded
from ledger.sealing import ring
from ledger.tables import Finding, FindingEnd, Spending
from ledger.verify import run
from tests.support import databases, erasing, ledgers
from tests.support import funds as files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

TERMS: Final = """
[lawfulness]
receipt_within_days = 14
record_within_days = 7
procurement_threshold = "1000.00"
area = ["a", "b"]
[[mandate]]
code = "worker"
per_spending = "500.00"
per_year = "900.00"
[[category]]
code = "food"
[[category]]
code = "furniture"
prior_provision = "bijzondere bijstand"
[[budget]]
party = "b"
year = 2026
amount = "50.00"
"""


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return opened(database)


def opened(database: Database) -> Ledger:
    made = ledgers.opened(
        database.engine,
        files.agreement(
            parties="a 1, b 2, c 1 from 2026-02-01, z -",
            contributions="a 2026-01-15 5000.00",
            more=TERMS,
        ),
    )
    made.receive(5_000_00, id="paid-in")
    made.grant("worker.1", "professional", mandate="worker")
    made.grant("controller", "auditor")
    return made


def spend(ledger: Ledger, cents: int, id_: str, **members: Any) -> list[str]:
    """Record a spending that fails nothing but what is said; return the rules that it fails."""
    usual = {"category": "food", "purpose": "dinner", "professional": "worker.1"}
    ledger.record(cents, id=id_, **usual | members)
    return [each.found.rule for each in of(ledger, id_) if each.how is None]


def of(ledger: Ledger, id_: str) -> list[standing.Kept]:
    """Return the findings on a spending."""
    with store.reading(ledger.engine) as session:
        number = numbers(ledger)[id_]
        return standing.of_spendings(session, 1, [number])


def numbers(ledger: Ledger) -> dict[str, int]:
    table = store.table(Spending)
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(table.c.id, table.c.sequence))
        return {row.id: row.sequence for row in rows}


def amounts(ledger: Ledger, id_: str) -> dict[str, int]:
    return {each.found.rule: each.found.amount_cents for each in of(ledger, id_)}


def verified(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund).misfits)]


def test_what_is_as_agreed_fails_nothing(ledger: Ledger) -> None:
    assert spend(ledger, 80_00, "s") == []


def test_one_spending_may_fail_many_rules_and_is_recorded_all_the_same(ledger: Ledger) -> None:
    assert spend(
        ledger, 600_00, "s",
        category="furniture", home="c", purpose=None, departs_from="a rule", payee="worker.1",
        organisation="b", spent_on=date(2026, 2, 1),
    ) == [
        "mandate-per-spending", "area-outside", "prior-provision", "departs-from-rule",
        "payee-colleague", "organisation-room", "late-recording", "no-purpose",
    ]  # fmt: skip
    assert amounts(ledger, "s")["mandate-per-spending"] == 100_00
    assert amounts(ledger, "s")["organisation-room"] == 550_00
    assert verified(ledger) == []


@pytest.mark.parametrize(
    ("members", "rules"),
    [
        ({"category": "holiday"}, ["category-outside"]),
        ({"organisation": "c", "spent_on": date(2026, 1, 31)}, ["dates-outside", "late-recording"]),
        ({"organisation": "z"}, ["dates-outside"]),
        ({"payee": "controller"}, ["payee-colleague"]),
        ({"category": "furniture", "considered": "takes eight weeks"}, []),
        ({"professional": "nobody-known", "payee": "nobody-known"}, ["payee-colleague"]),
    ],
)
def test_what_a_spending_says_is_held_to_the_agreement(
    ledger: Ledger, members: dict[str, Any], rules: list[str]
) -> None:
    assert spend(ledger, 5_00, "s", **members) == rules


def test_the_year_of_a_person_is_used_up_by_what_they_spend_and_hold(ledger: Ledger) -> None:
    assert spend(ledger, 400_00, "first") == []
    ledger.reserve(300_00, id="hold", case="K1", who="worker.1", organisation="a")
    assert spend(ledger, 250_00, "second") == ["person-room"]
    assert amounts(ledger, "second") == {"person-room": 50_00}

    ledger.reverse("first", "back")

    assert spend(ledger, 300_00, "from-hold", case="K1", reservation="hold") == []
    assert spend(ledger, 350_00, "third") == []
    assert amounts(ledger, "third") == {}
    assert spend(ledger, 1, "over") == ["person-room"]
    assert verified(ledger) == []


def test_the_pool_is_used_up_in_one_act_too(ledger: Ledger) -> None:
    usual = {"category": "food", "purpose": "dinner"}
    ledger.record_all(
        [ledger.order(4_990_00, id="nearly-all", **usual), ledger.order(30_00, id="over", **usual)]
    )

    assert amounts(ledger, "nearly-all") == {}
    assert amounts(ledger, "over") == {"fund-room": 20_00}


def test_spendings_are_split_within_a_week_and_not_after_it(ledger: Ledger) -> None:
    assert spend(ledger, 300_00, "monday", case="K1", spent_on=date(2026, 2, 3)) == []
    assert spend(ledger, 300_00, "sunday", case="K2", spent_on=date(2026, 2, 9)) == []
    assert spend(ledger, 250_00, "tuesday", case="K1", spent_on=date(2026, 2, 10)) == ["splitting"]
    ledger.reverse("monday", "back")
    assert spend(ledger, 249_00, "again", case="K1", spent_on=date(2026, 2, 10)) == []


def test_the_same_payment_twice_is_found_within_an_act_and_across_acts(ledger: Ledger) -> None:
    rent = {"case": "K1", "payee": "landlord", "category": "food", "purpose": "a roof"}
    ledger.record_all([ledger.order(10_00, id=id_, **rent) for id_ in ("one", "two")])

    assert amounts(ledger, "one") == {}
    assert amounts(ledger, "two") == {"duplicate-payment": 10_00}
    assert spend(ledger, 10_00, "three", case="K1", payee="landlord") == ["duplicate-payment"]
    assert spend(ledger, 10_00, "other payee", case="K1", payee="baker") == []
    assert spend(ledger, 10_00, "other case", case="K2", payee="landlord") == []
    assert of(ledger, "three")[0].found.figures == {"other": "one"}


def test_a_payee_is_the_same_however_it_is_written_and_what_was_left_out_is_nobody(
    ledger: Ledger,
) -> None:
    assert spend(ledger, 10_00, "one", case="K1", payee="The  Baker") == []
    assert spend(ledger, 10_00, "two", case="K1", payee="the baker ") == ["duplicate-payment"]
    assert spend(ledger, 20_00, "three", case="K1", payee="NL91ABNA0417164300") == []
    assert spend(ledger, 20_00, "four", case="K1", payee="somebody@example.org") == []
    assert spend(ledger, 30_00, "five", case="K1", payee="Controller") == ["payee-colleague"]


def test_what_was_like_a_spending_that_was_taken_back_stands_alone(ledger: Ledger) -> None:
    assert spend(ledger, 10_00, "one", case="K1", payee="landlord", receipt="r-1") == []
    assert spend(ledger, 10_00, "two", case="K1", payee="landlord") == ["duplicate-payment"]
    assert spend(ledger, 11_00, "three", receipt="r-1") == ["duplicate-receipt"]
    ledger.test()
    assert [of(ledger, each)[0].how for each in ("two", "three")] == [None, None]

    ledger.reverse("one", "back")
    ledger.test()

    assert [of(ledger, each)[0].how for each in ("two", "three")] == ["resolved", "resolved"]
    ledger.receipt("one", "r-2")
    ledger.receipt("three", "r-2")
    ledger.receipt("one", "r-1")
    assert of(ledger, "one") == []
    assert verified(ledger) == []


def test_what_was_like_a_spending_that_was_taken_back_may_be_like_a_third(ledger: Ledger) -> None:
    for id_ in ("one", "two", "three"):
        spend(ledger, 10_00, id_, case="K1", payee="landlord", receipt="r-1")
    spend(ledger, 10_00, "elsewhere", case="K1", payee="baker")
    both = {"duplicate-payment": 10_00, "duplicate-receipt": 10_00}
    assert [amounts(ledger, id_) for id_ in ("one", "two", "three")] == [{}, both, both]

    ledger.reverse("one", "back")
    ledger.test()

    stands = {
        id_: {x.found.rule: x.found.figures["other"] for x in of(ledger, id_) if x.how is None}
        for id_ in ("two", "three")
    }
    assert stands == {"two": {}, "three": dict.fromkeys(both, "two")}
    assert ledger.test().number is None
    assert verified(ledger) == []


def test_a_receipt_twice_is_found_whichever_way_it_came(ledger: Ledger) -> None:
    assert spend(ledger, 10_00, "one", receipt="r-1") == []
    assert spend(ledger, 20_00, "two", receipt="r-1") == ["duplicate-receipt"]
    assert spend(ledger, 30_00, "three") == []

    ledger.receipt("three", "r-1")

    assert amounts(ledger, "three") == {"duplicate-receipt": 30_00}
    assert verified(ledger) == []


def test_a_reversal_ends_what_was_found_and_a_correction_is_tested_anew(ledger: Ledger) -> None:
    assert spend(ledger, 600_00, "s") == ["mandate-per-spending"]

    ledger.record(-600_00, id="back", reverses="s", category="food")
    ledger.record(
        520_00, id="right", replaces="s", category="food", purpose="dinner",
        spent_on=date(2026, 2, 10),
    )  # fmt: skip

    assert [each.how for each in of(ledger, "s")] == ["reversed"]
    assert of(ledger, "back") == []
    assert amounts(ledger, "right") == {"mandate-per-spending": 20_00}
    assert verified(ledger) == []


def test_what_is_reversed_in_the_act_that_records_it_ends_there(ledger: Ledger) -> None:
    usual = {"category": "holiday", "purpose": "rest"}
    ledger.record_all(
        [
            ledger.order(10_00, id="s", **usual),
            ledger.order(-10_00, id="back", reverses="s", category="holiday"),
        ]
    )

    assert [(each.found.rule, each.how) for each in of(ledger, "s")] == [
        ("category-outside", "reversed")
    ]
    assert verified(ledger) == []


def test_an_unusual_amount_is_held_to_the_year_before_the_month(ledger: Ledger) -> None:
    usual = {"category": "food", "purpose": "dinner"}
    ledger.now = datetime(2026, 3, 30, 9, tzinfo=UTC)
    days = [date(2026, 3, 1 + number) for number in range(20)]
    ledger.record_all(
        [
            ledger.order(
                1_00 + number, id=f"s{number}", spent_on=day, recorded_on=day, **usual
            )
            for number, day in enumerate(days)
        ]
    )  # fmt: skip

    ledger.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
    # Nine in ten of twenty stay at or below the eighteenth, 1.17; three times that is 3.51.
    assert spend(ledger, 3_51, "usual", professional=None) == []
    assert spend(ledger, 3_52, "unusual", professional=None) == ["unusual-amount"]
    assert spend(ledger, 3_52, "of another kind", category="furniture", considered="no") == []


def test_what_is_usual_is_the_same_for_everybody_all_month(ledger: Ledger) -> None:
    usual = {"category": "food", "purpose": "dinner"}
    ledger.now = datetime(2026, 3, 30, 9, tzinfo=UTC)
    many = [ledger.order(1_00, id=f"s{number}", **usual) for number in range(20)]
    ledger.record_all([*many, ledger.order(500_00, id="wrong", **usual)])
    ledger.record_all([ledger.order(500_00, id=f"wrong{number}", **usual) for number in range(5)])
    for number in range(5):
        ledger.reverse(f"wrong{number}", f"back{number}")

    ledger.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
    assert spend(ledger, 3_01, "unusual", professional=None) == ["unusual-amount"]
    early = [
        ledger.order(90_00, id=f"e{number}", spent_on=date(2026, 3, 2),
            recorded_on=date(2026, 3, 3), **usual)
        for number in range(40)
    ]  # fmt: skip
    with store.writing(ledger.engine) as session:
        spendings.record(session, ledger.fund, early, act=ledger.act(), backdated=True)
    other = databases.opened(ledger.engine.url.render_as_string(hide_password=False))
    ledger.engine = other
    assert spend(ledger, 3_01, "unusual too", professional=None) == ["unusual-amount"]
    other.dispose()


def test_terms_pass_and_receipts_come_in(ledger: Ledger) -> None:
    spend(ledger, 80_00, "with", receipt="r-1")
    spend(ledger, 80_00, "without")
    last_day = ledger.now.date().toordinal() + 14
    ledger.now = datetime.combine(date.fromordinal(last_day), ledger.now.timetz())
    assert ledger.test().number is None

    ledger.now = datetime.combine(date.fromordinal(last_day + 1), ledger.now.timetz())
    tested = ledger.test()

    assert (tested.found, tested.resolved) == (1, 0)
    assert amounts(ledger, "without") == {"receipt-missing": 80_00}
    assert ledger.test().number is None, "once is enough"

    brought = ledger.receipt("without", "r-2", amount_cents=79_00)

    assert [each.rule for _, each in brought.outcome.found] == ["receipt-differs"]
    assert [(each.found.rule, each.how) for each in of(ledger, "without")] == [
        ("receipt-missing", "resolved"),
        ("receipt-differs", None),
    ]
    assert ledger.receipt("without", "r-2", amount_cents=79_00).status == "known"
    ledger.receipt("without", "r-3", amount_cents=1_00)
    assert [each.how for each in of(ledger, "without")] == ["resolved", "resolved"]
    assert ledger.test().number is None
    assert verified(ledger) == []


def test_evidence_that_is_missing_when_the_year_ended_is_an_uncertainty(ledger: Ledger) -> None:
    spend(ledger, 80_00, "s")
    ledger.now = datetime(2027, 1, 4, 9, tzinfo=UTC)

    ledger.test()

    found = {each.found.rule: each.found.kind for each in of(ledger, "s")}
    assert found == {"evidence-missing": "uncertainty", "receipt-missing": "control"}


def test_a_clock_that_runs_behind_resolves_nothing(ledger: Ledger) -> None:
    spend(ledger, 80_00, "s")
    ledger.now = datetime(2027, 1, 2, 9, tzinfo=UTC)
    ledger.test()

    ledger.now = datetime(2026, 2, 12, 9, tzinfo=UTC)

    assert ledger.test() == again.Tested(number=None, found=0, resolved=0)
    assert {each.how for each in of(ledger, "s")} == {None}


def test_purchases_at_one_supplier_add_up_over_the_year(ledger: Ledger) -> None:
    for number, cents in enumerate((400_00, 390_00, 100_00, 200_00, 5_00)):
        case = f"K{number}"
        spend(ledger, cents, f"s{number}", professional=None, payee="Shop ", case=case)
    spend(ledger, 900_00, "elsewhere", professional=None, payee="other shop")

    ledger.test()

    assert [amounts(ledger, f"s{number}") for number in range(5)] == [
        {}, {}, {"procurement-near": 100_00}, {"procurement": 90_00}, {"procurement": 5_00},
    ]  # fmt: skip
    assert amounts(ledger, "elsewhere") == {"procurement-near": 900_00}

    ledger.record(-390_00, id="back", reverses="s1", category="food", case="K1")
    ledger.test()

    assert {each.found.rule: each.how for each in of(ledger, "s3")} == {"procurement": "resolved"}
    assert verified(ledger) == []


def test_purchases_of_which_the_payee_was_erased_resolve_nothing(ledger: Ledger) -> None:
    for number, cents in enumerate((600_00, 500_00, 10_00)):
        case = f"K{number}"
        spend(ledger, cents, f"s{number}", professional=None, payee="Shop", case=case)
    ledger.test()
    found = [{"procurement": 100_00}, {"procurement": 10_00}]
    assert [amounts(ledger, each) for each in ("s1", "s2")] == found

    erasing.erase(ledger, case="K0")
    spend(ledger, 700_00, "s3", professional=None, payee="Shop")
    ledger.test()

    assert [amounts(ledger, each) for each in ("s1", "s2")] == found
    assert amounts(ledger, "s3") == {"procurement": 210_00}  # of what can still be added up
    assert verified(ledger) == []


def test_what_lies_sealed_under_keys_that_are_gone_is_tested_as_erased(
    sqlite_database: Database, tmp_path: Path
) -> None:
    ledger = opened(sqlite_database)
    for number in (1, 2):
        case = f"K{number}"
        spend(ledger, 600_00, f"s{number}", professional=None, payee="Shop", case=case)
    ledger.test()
    with closing(sqlite3.connect(str(ledger.engine.url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "before.db"),))
    erasing.erase(ledger, case="K1")

    ring_ = ring.of(ledger.engine.dialect)
    ledger.engine = store.open_engine(f"sqlite:///{tmp_path / 'before.db'}", ring_)
    ledger.test()

    assert amounts(ledger, "s2") == {"procurement": 200_00}
    assert verified(ledger) == []
    ledger.engine.dispose()


def test_a_rule_that_the_agreement_leaves_out_finds_nothing(database: Database) -> None:
    ledger = ledgers.opened(
        database.engine,
        files.agreement(more='[lawfulness]\nwithout = ["no-purpose", "fund-room"]\n'),
    )

    ledger.record(80_00, id="s")

    assert of(ledger, "s") == []


def test_a_fund_without_the_table_is_not_tested(database: Database) -> None:
    ledger = ledgers.opened(database.engine)

    ledger.record(80_00, id="s")

    assert of(ledger, "s") == []


def test_receipts_go_over_to_what_stands_in_the_place_of_a_spending(ledger: Ledger) -> None:
    assert spend(ledger, 10_00, "wrong") == []
    ledger.receipt("wrong", "r-1", amount_cents=12_00)
    assert amounts(ledger, "wrong") == {"receipt-differs": 2_00}

    with store.writing(ledger.engine) as session:
        correcting.correct(
            session,
            ledger.fund,
            "wrong",
            changed={"amount_cents": 12_00},
            new_ids=("back", "right"),
            reason="typed wrong",
            act=ledger.act(),
        )
    ledger.now = datetime(2027, 1, 5, 9, tzinfo=UTC)
    ledger.test()

    assert [each.how for each in of(ledger, "wrong")] == ["reversed"]
    assert of(ledger, "right") == []
    assert verified(ledger) == []


@pytest.mark.parametrize(
    ("changed", "receipts", "found"),
    [
        ({"receipt": "r-1"}, {"r-1": 12_00}, {"receipt-differs": 2_00}),
        ({"amount_cents": -5_00}, {}, {}),
        ({"payee": "baker"}, {"r-1": 12_00}, {"receipt-differs": 2_00}),
    ],
)
def test_whatever_is_corrected_its_receipts_say_what_they_said(
    ledger: Ledger, changed: dict[str, Any], receipts: dict[str, int], found: dict[str, int]
) -> None:
    spend(ledger, 10_00, "wrong")
    ledger.receipt("wrong", "r-1", amount_cents=12_00)

    with store.writing(ledger.engine) as session:
        correcting.correct(
            session, ledger.fund, "wrong", changed=changed, new_ids=("back", "right"),
            reason="typed wrong", act=ledger.act(),
        )  # fmt: skip

    with store.reading(ledger.engine) as session:
        number = numbers(ledger)["right"]
        assert bringing.brought(session, 1, number) == receipts
    assert amounts(ledger, "right") == found
    assert verified(ledger) == []


def test_receipts_go_over_to_what_is_recorded_anew(ledger: Ledger) -> None:
    spend(ledger, 10_00, "s")
    ledger.receipt("s", "r-1", amount_cents=10_00)

    with store.writing(ledger.engine) as session:
        (done,) = anew.record(
            session, ledger.fund, ["s"], reason="withdrawn", may=people.MAY_KEEP, act=ledger.act()
        )
    ledger.now = datetime(2026, 4, 5, 9, tzinfo=UTC)
    ledger.test()

    assert of(ledger, done.replacement) == []
    assert verified(ledger) == []


def test_who_spent_is_whoever_records_where_nobody_is_named_who_acts(ledger: Ledger) -> None:
    ledger.actor = ledger.people["worker.1"]

    assert spend(ledger, 510_00, "own", professional=None) == ["mandate-per-spending"]
    assert (
        spend(ledger, 520_00, "other", professional="Worker")
        == [*("mandate-per-spending", "person-room", "splitting")][:2]
    )


def test_late_is_what_comes_in_late_whatever_day_it_says(ledger: Ledger) -> None:
    spent = date(2026, 2, 2)
    assert spend(ledger, 5_00, "late", spent_on=spent, recorded_on=spent) == ["late-recording"]
    with store.writing(ledger.engine) as session:
        order = ledger.order(6_00, id="file", spent_on=spent, recorded_on=spent, category="food",
            purpose="dinner")  # fmt: skip
        spendings.record(session, ledger.fund, [order], act=ledger.act(), backdated=True)
    assert of(ledger, "file") == []


def test_nobody_brings_a_receipt_of_what_is_not_there_or_came_back(ledger: Ledger) -> None:
    spend(ledger, 80_00, "s")
    ledger.record(-5_00, id="refund", refunds="s", category="food")

    refused = []
    for spending, reference, cents in (
        ("nothing", "r-1", None), ("refund", "r-1", None), ("s", " ", None), ("s", "r-1", 0),
    ):  # fmt: skip
        with pytest.raises((Refusal, WrongInput)) as refusal:
            ledger.receipt(spending, reference, amount_cents=cents)
        refused.append(str(refusal.value))

    assert refused == [
        "there is no spending 'nothing'",
        "spending 'refund' is -5.00; a receipt is of money that was spent",
        "reference: is empty; say where the receipt is kept",
        "amount: must be above 0.00, and at most 10000000000.00",
    ]
    ledger.receipt("s", "r-1", amount_cents=80_00)
    with pytest.raises(Refusal, match=r"is on record with 80\.00; what is recorded never changes"):
        ledger.receipt("s", "r-1", amount_cents=70_00)


def test_an_auditor_has_the_record_tested_but_brings_no_receipts(ledger: Ledger) -> None:
    spend(ledger, 80_00, "s")

    assert ledger.test("controller").number is None
    with pytest.raises(RoleNeeded):
        ledger.test("worker.1")


def test_findings_are_rows_of_the_act_that_found_them(ledger: Ledger) -> None:
    spend(ledger, 600_00, "s", purpose=None)

    with ledger.engine.connect() as connection:
        rows = connection.execute(select(store.table(Finding))).all()
        ends = connection.execute(select(store.table(FindingEnd))).all()

    number = numbers(ledger)["s"]
    assert [(row.sequence, row.line, row.spending, row.rule) for row in rows] == [
        (number, 1, number, "mandate-per-spending"),
        (number, 2, number, "no-purpose"),
    ]
    assert ends == []
