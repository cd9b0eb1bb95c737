"""Retention: what was kept long enough is destroyed once two approved it, and all verifies."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledger import store
from ledger.erasing import retention
from ledger.erasing.retention import NotApproved, NotDue
from ledger.errors import WrongInput
from ledger.people import RoleNeeded
from ledger.privacy import on_case
from ledger.privacy.restricting import UnknownCase
from ledger.sealing import ring, terms
from ledger.tables import CaseFile, Particulars, Receipt
from ledger.verify import run
from tests.support import erasing, funds, ledgers
from tests.support.tampering import tampering

if TYPE_CHECKING:
    from ledger.erasing.retention import Destroyed, Due
    from tests.support.databases import Database
    from tests.support.ledgers import Ledger

LATER = datetime(2199, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    made = ledgers.opened(database.engine)
    for handle, role in (
        ("officer", "privacy-officer"), ("board", "board"), ("clerk", "finance"),
    ):  # fmt: skip
        made.grant(handle, role)
    made.record(id="s", payee="landlord", purpose="a roof", case="K1", receipt="r-1")
    made.now = LATER
    return made


def due(ledger: Ledger) -> list[Due]:
    with store.reading(ledger.engine) as session:
        return retention.due(session, today=LATER.date())


def approve(ledger: Ledger, month: str, who: str) -> int:
    with store.writing(ledger.engine) as session:
        return retention.approve(session, ledger.fund, month, act=ledger.act(who))


def run_(ledger: Ledger, month: str, who: str = "officer") -> Destroyed:
    with store.writing(ledger.engine) as session:
        return retention.run(session, month, act=ledger.act(who))


def destroy(ledger: Ledger, month: str, who: str = "officer") -> Destroyed:
    done = run_(ledger, month, who)
    retention.destroy(ring.of(ledger.engine.dialect), done, at=LATER)
    return done


def approved(ledger: Ledger, month: str) -> str:
    for who in ("officer", "board"):
        approve(ledger, month, who)
    return month


def hashes(ledger: Ledger) -> list[bytes | None]:
    """Return the hash of each case, and then of each receipt."""
    with ledger.engine.connect() as connection:
        return [
            *connection.execute(select(store.table(CaseFile).c.reference_hash)).scalars(),
            *connection.execute(select(store.table(Receipt).c.fingerprint)).scalars(),
        ]


def misfits(ledger: Ledger) -> list[str]:
    with store.reading(ledger.engine) as session:
        return [*map(str, run.verify(session, ledger.fund).misfits)]


def particulars(ledger: Ledger) -> tuple[str | None, str | None]:
    with store.reading(ledger.engine) as session:
        row = session.connection().execute(select(store.table(Particulars))).one()
        return row.purpose, row.payee


def test_a_justification_goes_before_what_the_books_rest_on(ledger: Ledger) -> None:
    first, second = due(ledger)
    assert first.values["fund"] == {"particulars.purpose": 1, "particulars.receipt": 1}
    assert second.values["fund"]["particulars.payee"] == 1
    assert second.month > first.month

    assert approve(ledger, first.month, "officer") == approve(ledger, first.month, "officer")
    approve(ledger, first.month, "board")
    done = destroy(ledger, first.month)

    assert particulars(ledger) == (None, "landlord")
    assert done.due.approved["fund"] == (("officer", "board"), True)
    assert [each.month for each in due(ledger)] == [second.month]
    with store.reading(ledger.engine) as session:
        report = run.verify(session, ledger.fund)
    assert report.misfits == ()
    assert report.erased > 0


@pytest.mark.parametrize("approvers", [(), ("officer",), ("board", "administrator-of-old")])
def test_nothing_goes_before_two_approved_it_one_of_them_the_privacy_officer(
    ledger: Ledger, approvers: tuple[str, ...]
) -> None:
    ledger.grant("administrator-of-old", "administrator")
    month = due(ledger)[0].month
    for who in approvers:
        approve(ledger, month, who)

    with pytest.raises(NotApproved):
        destroy(ledger, month)

    assert particulars(ledger) == ("a roof", "landlord")


def test_only_who_may_approves_and_only_a_privacy_officer_destroys(ledger: Ledger) -> None:
    month = due(ledger)[0].month
    with pytest.raises(RoleNeeded):
        approve(ledger, month, "clerk")
    approve(ledger, month, "officer")
    approve(ledger, month, "board")
    with pytest.raises(RoleNeeded):
        destroy(ledger, month, "board")


def test_what_is_not_due_is_not_destroyed(ledger: Ledger) -> None:
    coming = terms.month(LATER.date(), 0)

    for month in (coming, "2100-01"):
        with pytest.raises(NotDue):
            approve(ledger, month, "officer")
    with pytest.raises(WrongInput):
        approve(ledger, "2028-13", "officer")


def test_in_the_night_after_the_last_day_what_is_said_to_be_destroyed_is(ledger: Ledger) -> None:
    """It is the first already where the fund is, and not yet in Greenwich."""
    month = due(ledger)[0].month
    year, at = map(int, month.split("-"))
    ledger.now = datetime(year, at, monthrange(year, at)[1], 23, 30, tzinfo=UTC)
    approved(ledger, month)

    done = destroy(ledger, month)

    assert len(done.due.buckets) == 1
    assert particulars(ledger) == (None, "landlord")
    with pytest.raises(NotDue):
        run_(ledger, month)


def test_a_month_is_destroyed_once_it_is_over_wherever_a_fund_is(
    database: Database, ledger: Ledger
) -> None:
    document = funds.agreement().replace(b'code = "fund"', b'code = "west"', 1)
    ledgers.opened(database.engine, document.replace(b"Europe/Amsterdam", b"America/Curacao"))
    month = due(ledger)[0].month
    year, at = map(int, month.split("-"))
    ledger.now = datetime(year, at, monthrange(year, at)[1], 23, 30, tzinfo=UTC)
    approved(ledger, month)

    with pytest.raises(NotDue):
        run_(ledger, month)

    ledger.now += timedelta(hours=6)
    assert destroy(ledger, month).due.buckets


def test_whoever_knows_a_pseudonym_finds_nothing_by_it_once_it_was_destroyed(
    ledger: Ledger,
) -> None:
    ledger.record(id="t", case="K2")
    ledger.receipt("t", "brought later")
    assert None not in hashes(ledger)
    first, second = (approved(ledger, each.month) for each in due(ledger))
    destroy(ledger, first)
    assert hashes(ledger).count(None) == 2  # of the receipts
    assert misfits(ledger) == []

    destroy(ledger, second)

    assert {*hashes(ledger)} == {None}
    with store.reading(ledger.engine) as session, pytest.raises(UnknownCase):
        on_case.of(session, ledger.fund, "K1")
    assert misfits(ledger) == []
    before = ledger.record(id="u", case="K2", receipt="brought later").number
    assert ledger.record(id="v", case="K2").status == "recorded"
    assert len(hashes(ledger)) - hashes(ledger).count(None) == 2
    with store.reading(ledger.engine) as session:
        told = on_case.of(session, ledger.fund, "K2")["tables"]["spending"]
    assert [each["id"] for each in told] == ["u", "v"]
    assert told[0]["case_number"] == before
    assert misfits(ledger) == []


def test_it_verifies_while_the_hashes_have_lapsed_and_the_key_is_there_still(
    ledger: Ledger,
) -> None:
    for each in due(ledger):
        run_(ledger, approved(ledger, each.month))

    assert {*hashes(ledger)} == {None}
    assert misfits(ledger) == []
    for each in due(ledger):
        assert destroy(ledger, each.month).events
    assert due(ledger) == []
    assert misfits(ledger) == []


def test_a_hash_that_lapsed_without_an_act_is_found(database: Database, ledger: Ledger) -> None:
    ledger.receipt("s", "brought later")
    with tampering(database) as them:
        case, receipts = them.rows("case_file")[0], them.rows("receipt")
        them.change("case_file", {"sequence": case.sequence}, reference_hash=None)
        for each in receipts:
            them.change("receipt", {"sequence": each.sequence}, fingerprint=None)
        found = [*map(str, them.verify().misfits)]

    lapsed = "has no hash, so that it would not be found; no event says that it lapsed"
    assert found == [
        f"receipt {receipts[0].sequence}: {erasing.UNTOLD}",
        f"case_file {case.sequence}: {lapsed}",
        f"receipt {receipts[1].sequence}: {lapsed}",
    ]


@pytest.mark.parametrize(
    ("since", "until", "enough"),
    [
        (None, None, True),
        ("2190-01-01", None, True),
        (None, "2199-01-05", False),
        ("2199-01-06", None, False),
    ],
)
def test_who_was_no_privacy_officer_on_that_day_did_not_approve_as_one(
    ledger: Ledger, since: str | None, until: str | None, *, enough: bool
) -> None:
    days = {"valid_from": since, "valid_until": until}
    said: dict[str, Any] = {name: date.fromisoformat(day) for name, day in days.items() if day}
    ledger.grant("second", "privacy-officer", **said)
    ledger.grant("second", "board")
    month = due(ledger)[0].month
    approve(ledger, month, "second")
    approve(ledger, month, "board")

    assert due(ledger)[0].approved["fund"] == (("second", "board"), enough)


def test_an_approval_holds_though_the_role_ended_since(ledger: Ledger) -> None:
    month = approved(ledger, due(ledger)[0].month)
    ledger.grant("officer", "privacy-officer", valid_until=date(2199, 1, 5))
    ledger.grant("second", "privacy-officer")

    assert destroy(ledger, month, "second").due.approved["fund"] == (("officer", "board"), True)
